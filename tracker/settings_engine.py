"""The settings of how the engine tells people, and of how it shows that it is alive."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from tracker.core.addresses import Network
from tracker.settings_roads import https_address, network


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AlertsSection(_Section):
    """`single_messages`: one pass sends one receiver so many messages of one matter each, and one for the rest."""

    single_messages: int = Field(default=10, ge=0, le=10_000)


def _secret_https(url: SecretStr) -> SecretStr:
    if url.get_secret_value():
        https_address(url.get_secret_value())
    return url


class Monitoring(_Section):
    """`ping_url`: asked after a good sweep, so that silence is noticed outside; it may be a secret. `outage_seconds`:
    after so long without a sweep administrators are told, and the web processes deliver what waits."""

    ping_url: Annotated[SecretStr, AfterValidator(_secret_https)] = SecretStr("")
    ping_seconds: float = Field(default=60, ge=1, le=86_400)
    ping_timeout_seconds: float = Field(default=10, ge=0.5, le=60)
    ca_file: str = ""
    allow_private_addresses: tuple[Annotated[Network, BeforeValidator(network)], ...] = ()
    outage_seconds: float = Field(default=300, ge=5, le=86_400)
