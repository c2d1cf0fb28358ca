"""What every form has in common: CSRF, trimmed text, and how a service's refusal becomes errors beside its fields."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField

from tracker.services.errors import Refused

TOGETHER = "together"
"""The place of problems that concern no single field; shown in the error summary only."""


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class Text(StringField):  # type: ignore[misc]  # WTForms has no types
    """One line of text, without the spaces around it; `data` is never None."""

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[_trimmed], **kwargs)


class LongText(TextAreaField):  # type: ignore[misc]
    """Several lines of text, without the spaces around them; `data` is never None."""

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[_trimmed], **kwargs)


class Form(FlaskForm):  # type: ignore[misc]
    """The base of every form. Its CSRF field is rendered by `{{ form.csrf_token }}`."""

    def all_errors(self) -> list[tuple[str | None, str]]:
        """For the error summary, in the order of the fields: (id of the box to go to, sentence)."""
        found: list[tuple[str | None, str]] = [(None, sentence) for sentence in self.form_errors]
        for field in self:
            found += [(first_box(field), str(sentence)) for sentence in field.errors]
        return found


def first_box(field: Field) -> str:
    """The id of the first box of a field that is wrong: where an error link moves the focus."""
    own = getattr(field, "first_wrong", None)
    if own:
        return str(own)
    if field.type in ("RadioField", "SelectMultipleField") and field.widget.__class__.__name__ == "ListWidget":
        return f"{field.id}-0"
    return str(field.id)


def add_problems(form: Form, refused: Refused) -> None:
    """Put a refusal's sentences beside the fields they name; those that name none stand in the summary."""
    for problem in refused.problems:
        named = [name for name in problem.fields if name in form]
        for name in named[:1]:
            field = form[name]
            field.errors = [*field.errors, problem.sentence]
        if not named:
            form.form_errors.append(problem.sentence)
