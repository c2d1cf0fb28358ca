"""Forms of the children's pages: the search, and the review of a repeat flag."""

from wtforms.validators import InputRequired

from tracker.web.fields import LondonDateField
from tracker.web.forms import Form, LongText, Text
from tracker.web.records import LINE, TEXT, KnownYear


class SearchForm(Form):
    text = Text("Name, the council’s number, or a police reference", [LINE])


class ReviewForm(Form):
    decision = LongText("What was decided?", [InputRequired("Write what was decided."), TEXT])
    maramp_on = LondonDateField("When is the MARAMP held? (if one is)", [KnownYear()])
