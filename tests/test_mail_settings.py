"""The settings of the roads out: what cannot be used stops the start with a sentence, and no secret stands in it."""

import base64
from typing import Any

import pytest

from tracker.adapters.mailer import SmtpMailer
from tracker.adapters.notify import NotifyMailer
from tracker.bootstrap import make_bounces, make_clock, make_mailer
from tracker.settings import Settings, SettingsError, load_settings

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
KEY = "live-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3"
HOOK = {"name": "duty-desk", "url": "https://alerts.council.invalid/x?sig=an-invented-secret"}


def loaded(environ: dict[str, str] | None = None, **given: Any) -> Settings:
    return load_settings(environ or {}, env="test", secret_key="t" * 40, **given)


def test_email_goes_by_smtp_or_by_notify() -> None:
    by_smtp = loaded(mail__host="mail.council.invalid")
    assert isinstance(make_mailer(by_smtp, make_clock(by_smtp)), SmtpMailer)
    by_notify = loaded({"TRACKER_NOTIFY_API_KEY": KEY}, mail__road="notify", notify__template_id=TEMPLATE)
    made = make_mailer(by_notify, make_clock(by_notify))
    assert isinstance(made, NotifyMailer)
    assert made.api_key == KEY
    assert KEY not in repr(by_notify)


@pytest.mark.parametrize("wrong", [{"api_key": "short"}, {"template_id": "alerts"}, {"api_key": ""}])
def test_notify_without_a_key_or_a_template(wrong: dict[str, str]) -> None:
    given = {"api_key": KEY, "template_id": TEMPLATE} | wrong
    with pytest.raises(SettingsError, match=r"an api_key as .* shows it, and a template_id") as raised:
        loaded(mail__road="notify", notify=given)
    assert KEY not in str(raised.value)


def test_a_webhook_with_its_secret_from_the_environment() -> None:
    settings = loaded({"TRACKER_WEBHOOK_SECRET_DUTY_DESK": SECRET}, webhooks=[HOOK])
    (webhook,) = settings.webhooks_out
    assert (webhook.name, webhook.secret, webhook.host) == ("duty-desk", SECRET, "alerts.council.invalid")
    assert "secret" not in repr(webhook).replace("secret_file", "")
    assert "an-invented-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("hooks", "environ", "sentence"),
    [
        ([HOOK], {}, "has no secret"),
        ([HOOK, HOOK], {"TRACKER_WEBHOOK_SECRET_DUTY_DESK": SECRET}, "the same name"),
        ([HOOK], {"TRACKER_WEBHOOK_SECRET_DUTY_DESK": "short"}, "24 to 64"),
        ([HOOK | {"url": "http://alerts.council.invalid/x"}], {}, "must begin with https"),
        ([HOOK | {"name": "Duty desk"}], {}, "name"),
        ([HOOK | {"kind": "teams"}], {"TRACKER_WEBHOOK_SECRET_OTHER": SECRET}, "does not exist: other"),
    ],
)
def test_a_webhook_that_cannot_be_used(hooks: list[dict[str, str]], environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as raised:
        loaded(environ, webhooks=hooks)
    assert "an-invented-secret" not in str(raised.value)


def test_teams_needs_no_secret() -> None:
    assert loaded(webhooks=[HOOK | {"kind": "teams"}]).webhooks_out[0].kind == "teams"


def test_a_mailbox_of_bounces_only_where_one_is_set() -> None:
    assert make_bounces(loaded()) is None
    settings = loaded(bounces={"host": "imap.council.invalid", "username": "tracker", "password": "an invented one"})
    made = make_bounces(settings)
    assert made is not None
    assert made.describe() == "INBOX at imap.council.invalid:993"
    assert "an invented one" not in repr(made) + repr(settings)


def test_a_folder_of_the_mailbox_that_would_break_out_of_its_quotes() -> None:
    with pytest.raises(SettingsError):
        loaded(bounces={"host": "imap.council.invalid", "folder": 'INBOX" "x'})
