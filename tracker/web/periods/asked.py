"""The period that an address asks for: two days, both counted."""

from datetime import date, timedelta
from typing import Any

from flask import abort, request
from wtforms import DateField
from wtforms.validators import InputRequired

from tracker.core.clock import Period
from tracker.core.terms import Cohort
from tracker.web.forms import Form


class PeriodForm(Form):
    """Read from the address, which holds two days and nothing else of anybody."""

    class Meta:
        csrf = False

    first_day = DateField(
        "First day", [InputRequired("Enter the first day.")], invalid_value_message="This is no date."
    )
    last_day = DateField("Last day", [InputRequired("Enter the last day.")], invalid_value_message="This is no date.")

    @property
    def period(self) -> Period:
        """Of a form that has been validated. 404 for years that no calendar here reaches."""
        first: date = self.first_day.data
        last: date = self.last_day.data
        if not (1990 <= first.year <= 2199 and 1990 <= last.year <= 2199):
            abort(404)
        return Period(first, last + timedelta(days=1))


def is_asked() -> bool:
    """Whether the address names a day at all."""
    return bool(request.args.keys() & {"first_day", "last_day"})


def period_or_404() -> Period:
    form = PeriodForm(request.args)
    return form.period if form.validate() else abort(404)


def cohort_or_404() -> Cohort:
    given = request.args.get("cohort", Cohort.ALL)
    return Cohort(given) if given in set(Cohort) else abort(404)


def days(period: Period) -> dict[str, Any]:
    """The period as an address names it."""
    return {"first_day": period.start_on, "last_day": period.last_day}


def counted_id() -> int | None:
    """Of figures counted in the background, the count that the page showed."""
    return request.args.get("counted", type=int)
