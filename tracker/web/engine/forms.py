"""A test message: by which road. The others are buttons alone."""

from wtforms.validators import InputRequired

from tracker.web.forms import Form, Select


class TestMessageForm(Form):
    """`road` is a road of the settings."""

    __test__ = False  # no test, for all its name
    road = Select("Send a test message", [InputRequired("Choose a road.")])


class TryAgainForm(Form):
    """A button alone, with its CSRF token."""
