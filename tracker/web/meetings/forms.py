"""Forms of strategy meetings. Fields are named as the services name them."""

from wtforms.validators import InputRequired

from tracker.web.fields import LondonDateTimeField, TimeGiven
from tracker.web.forms import Form, LongText, Select
from tracker.web.records import TEXT, KnownYear, RecordForm


class MeetingFilterForm(Form):
    """What the list shows; read from the address."""

    class Meta:
        csrf = False

    team = Select("Team", default="")
    show = Select("Show", choices=[("", "Asked for or planned"), ("past", "Held, not needed or withdrawn")], default="")


class AskForm(Form):
    reason = LongText("Why is a strategy meeting needed?", [InputRequired("Write why one is asked for."), TEXT])


class PlanForm(RecordForm):
    planned_at = LondonDateTimeField("When is it to be held?", [TimeGiven("when it is to be held"), KnownYear()])


class HeldForm(RecordForm):
    held_at = LondonDateTimeField("When was it held?", [TimeGiven("when it was held"), KnownYear()])
    outcome = LongText("What was decided?", [InputRequired("Write what was decided."), TEXT])


class NotNeededForm(RecordForm):
    reason = LongText("Why is no meeting needed?", [InputRequired("Write why no meeting is needed."), TEXT])
