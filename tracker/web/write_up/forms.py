"""Forms of a review and of what is shared with the police. Fields are named as the services name them."""

from wtforms import BooleanField
from wtforms.validators import InputRequired, Optional

from tracker.core.interview_terms import ReviewDecision
from tracker.services.pages.police_shares import ShareView
from tracker.web.fields import LondonDateTimeField
from tracker.web.forms import Form, LongText, Radios, Text
from tracker.web.interviews.forms import NeededWhen
from tracker.web.records import LINE, TEXT, KnownYear, RecordForm

NEEDED = "Say what is to be changed."


class ReviewForm(Form):
    decision = Radios(
        "Your decision",
        [InputRequired("Choose one.")],
        choices=[
            (ReviewDecision.APPROVED.value, "Approve"),
            (ReviewDecision.RETURNED.value, "Return it, with what is to be changed"),
        ],
    )
    comments = LongText(
        "Comments for whoever wrote it", [NeededWhen("decision", (ReviewDecision.RETURNED.value,), NEEDED), TEXT]
    )
    stays_open = BooleanField("Something is still to be done: approve it, and do not close it yet")


class ReasonForm(Form):
    reason = LongText("Why is it opened again?", [InputRequired("Say why it is opened again."), TEXT])


class ShareForm(RecordForm):
    what = LongText("What are the police to know?", [InputRequired("Say what the police are to know."), TEXT])
    sent_at = LondonDateTimeField("When was it sent?", [Optional(), KnownYear()])
    sent_how = Text("How was it sent?", [LINE])
    sent_to = Text("To whom was it sent?", [LINE])
    acknowledged_at = LondonDateTimeField("When did they say that they have it?", [Optional(), KnownYear()])
    acknowledged_by = Text("Who said so?", [LINE])
    outcome = LongText("What came of it?", [TEXT])

    def values(self) -> dict[str, object]:
        """By the service's names."""
        fields = ("what", "sent_at", "sent_how", "sent_to", "acknowledged_at", "acknowledged_by", "outcome")
        return {name: self[name].data for name in fields}

    def fill(self, share: ShareView) -> None:
        self.version.data = str(share.version)
        for name in ("what", "sent_how", "sent_to", "acknowledged_by", "outcome"):
            self[name].data = getattr(share, name) or ""
        for name in ("sent_at", "acknowledged_at"):
            if getattr(share, name) is not None:
                self[name].process(None, getattr(share, name))


class WithdrawForm(RecordForm):
    reason = Text("Why is it not to be shared?", [InputRequired("Say why it is not to be shared."), LINE])
