"""The sign of life to a monitoring address outside: one short request over HTTPS, to a judged address."""

from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

import requests
from urllib3.exceptions import HTTPError

from tracker.adapters.checked_connection import CheckedAdapter, Dialler, Resolve, resolve
from tracker.core.addresses import Network
from tracker.core.monitoring import MonitorNotReachedError


@dataclass(frozen=True, repr=False)
class HttpsMonitor:
    """`url` may hold a key, so that nothing of it is ever said. `seconds`: for the whole of it. No redirects, and no
    proxies of the environment."""

    url: str
    seconds: float = 10
    ca_file: str = ""
    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def ping(self) -> None:
        dialler = Dialler(self.allowed, monotonic() + self.seconds, self.resolve)
        try:
            with dialler.cutting_off(), requests.Session() as session:
                session.trust_env = False
                session.mount("https://", CheckedAdapter(dialler))
                with session.get(
                    self.url,
                    headers={"User-Agent": "return-interview-tracker", "Accept-Encoding": "identity"},
                    verify=self.ca_file or True,
                    timeout=dialler.left,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    status = answer.status_code
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            why = "did not answer in time" if dialler.is_late else f"could not be reached ({type(error).__name__})"
            raise MonitorNotReachedError(f"the monitoring address {why}") from None  # its text holds the address
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise MonitorNotReachedError(f"the monitoring address answered {status}")
