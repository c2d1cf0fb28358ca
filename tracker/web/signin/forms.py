"""Sign in, and a new password for oneself."""

from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from tracker.web.forms import Form, Text


class SignInForm(Form):
    email = Text("Email address", [InputRequired("Enter your email address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])


class PasswordForm(Form):
    current = PasswordField("Current password", [InputRequired("Enter your current password.")])
    password = PasswordField("New password", [InputRequired("Enter a new password.")])
    again = PasswordField(
        "New password again",
        [InputRequired("Enter the new password again."), EqualTo("password", "The two new passwords differ.")],
    )
