"""The settings of how the engine tells people and shows that it is alive."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from tracker.bootstrap import make_monitor
from tracker.settings import SettingsError, load_settings

KEY = "an-invented-key"


def test_as_shipped_ten_messages_of_a_pass_are_single_and_nobody_outside_is_told() -> None:
    settings = load_settings(environ={})
    assert settings.rules.single_messages == 10
    assert make_monitor(settings.monitoring) is None
    assert settings.monitoring.outage_seconds == 300


def test_the_monitors_address_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "ping"
    secret.write_text(f"https://monitor.example/{KEY}\n")
    settings = load_settings(
        environ={"TRACKER_MONITORING_PING_URL_FILE": str(secret), "TRACKER_MONITORING_CA_FILE": "/etc/ours.pem"},
        monitoring__allow_private_addresses=["10.1.2.0/24"],
    )
    assert settings.monitoring.ping_url.get_secret_value() == f"https://monitor.example/{KEY}"
    assert settings.monitoring.ca_file == "/etc/ours.pem"
    assert settings.monitoring.allow_private_addresses == (ip_network("10.1.2.0/24"),)
    assert KEY not in repr(settings)
    assert make_monitor(settings.monitoring) is not None


@pytest.mark.parametrize("url", [f"http://monitor.example/{KEY}", f"https://me:{KEY}@monitor.example", "nonsense"])
def test_an_address_that_is_not_plain_https_stops_the_start_without_being_said(url: str) -> None:
    with pytest.raises(SettingsError, match="ping_url") as caught:
        load_settings(environ={"TRACKER_MONITORING_PING_URL": url})
    assert KEY not in str(caught.value)


def test_the_number_of_single_messages_is_a_setting() -> None:
    assert load_settings(environ={"TRACKER_ALERTS_SINGLE_MESSAGES": "0"}).rules.single_messages == 0
