"""What every form has in common: CSRF, trimmed text, and how a service's refusal becomes errors beside its fields."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import flash
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.services.errors import Conflict, Refused
from tracker.web.unsent import is_shown_again

T = TypeVar("T")

TOGETHER = "together"
"""The place of problems that concern no single field; shown in the error summary only."""


def _trimmed(text: str | None) -> str:
    """Without the spaces around it, and without NUL, which PostgreSQL holds in no text."""
    return (text or "").replace("\x00", "").strip()


class Text(StringField):  # type: ignore[misc]  # WTForms has no types
    """One line of text, without the spaces around it; `data` is never None."""

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[_trimmed], **kwargs)


class LongText(TextAreaField):  # type: ignore[misc]
    """Several lines of text, without the spaces around them; `data` is never None."""

    def __init__(self, label: str = "", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[_trimmed], **kwargs)


Pairs = Iterable[tuple[str, str] | SelectChoice]
"""What a field offers, as (code, words)."""


class _OffersPairs:
    """WTForms lets go of plain pairs: here they become its `SelectChoice`s, at once and when set later."""

    def __init__(self, label: str = "", validators: Any = None, choices: Pairs | None = None, **kwargs: Any) -> None:
        for message in ("invalid_choice_message", "invalid_value_message"):
            kwargs.setdefault(message, "Choose from the list.")
        super().__init__(label, validators, choices=_as_choices(choices), **kwargs)  # type: ignore[call-arg]

    @property
    def choices(self) -> Any:
        return super().choices  # type: ignore[misc]

    @choices.setter
    def choices(self, pairs: Pairs | None) -> None:
        self._choices = _as_choices(pairs)


def _as_choices(pairs: Pairs | None) -> list[SelectChoice] | None:
    if pairs is None:
        return None
    return [pair if isinstance(pair, SelectChoice) else SelectChoice(*pair) for pair in pairs]


class Select(_OffersPairs, SelectField):  # type: ignore[misc]
    """One of a list that opens."""


class Radios(_OffersPairs, RadioField):  # type: ignore[misc]
    """One of a few that are all seen."""


class Checkboxes(_OffersPairs, SelectMultipleField):  # type: ignore[misc]
    """Any of a few."""

    widget = ListWidget()
    option_widget = CheckboxInput()


class Form(FlaskForm):  # type: ignore[misc]
    """The base of every form. Its CSRF field is rendered by `{{ form.csrf_token }}`."""

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Not where a form that was kept is shown again (web/unsent.py): it holds what was typed, and is not sent."""
        return not is_shown_again() and bool(super().validate_on_submit(extra_validators))

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
    if isinstance(field.widget, ListWidget):
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


def outcome_of(form: Form, act: Callable[[], T]) -> T | None:
    """What came of the act, where the form was sent and had no error; None where not, and what was refused stands
    beside its fields."""
    if not form.validate_on_submit():
        return None
    try:
        return act()
    except Conflict:
        raise
    except Refused as refused:
        add_problems(form, refused)
        return None


def saved(form: Form, save: Callable[[], object], done: str) -> bool:
    """Whether the form was sent, had no error and is saved, which is then said; else as for `outcome_of`."""

    def act() -> bool:
        save()
        return True

    if outcome_of(form, act) is None:
        return False
    flash(done, "done")
    return True
