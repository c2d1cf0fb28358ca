"""The settings of the roads out: GOV.UK Notify, webhooks, and the mailbox into which undeliverable emails come back."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from tracker.core.addresses import Network
from tracker.core.webhooks import Webhook, signing_key
from tracker.settings_roads import as_variable, https_address, network


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Notify(_Section):
    api_key: SecretStr = SecretStr("")
    template_id: str = ""
    reply_to_id: str = ""
    base_url: Annotated[str, AfterValidator(https_address)] = "https://api.notifications.service.gov.uk"
    ca_file: str = ""
    allow_private_addresses: tuple[Annotated[Network, BeforeValidator(network)], ...] = ()
    timeout_seconds: float = Field(default=20, gt=0, le=120)

    def check(self) -> None:
        """Raises ValueError with a sentence where emails could not go by it."""
        key = self.api_key.get_secret_value()
        try:
            UUID(key[-36:]), UUID(key[-73:-37]), UUID(self.template_id)
        except ValueError:
            raise ValueError(
                "with road = 'notify', [notify] needs an api_key as GOV.UK Notify shows it, and a template_id"
            ) from None


class Bounces(_Section):
    host: str = ""
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls"] = "tls"
    username: str = ""
    password: SecretStr = SecretStr("")
    folder: str = Field(default="INBOX", pattern=r"^[ !#-\[\]-~]{1,100}$")
    ca_file: str = ""
    timeout_seconds: float = Field(default=30, gt=0, le=120)
    every_seconds: float = Field(default=120, ge=1, le=3600)


class WebhookSection(_Section):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")
    kind: Literal["json", "teams"] = "json"
    url: Annotated[str, AfterValidator(https_address)] = Field(repr=False)
    secret_file: str = ""
    ca_file: str = ""
    timeout_seconds: float = Field(default=10, gt=0, le=60)
    allow_private_addresses: tuple[Annotated[Network, BeforeValidator(network)], ...] = ()

    def as_webhook(self, secrets: dict[str, SecretStr]) -> Webhook:
        """The core's value. Raises ValueError with a sentence for a secret that cannot sign."""
        secret = secrets.get(as_variable(self.name), SecretStr("")).get_secret_value()
        if secret:
            signing_key(secret)
        return Webhook(**self.model_dump(), secret=secret)

    @model_validator(mode="after")
    def _has_a_name_of_its_own(self) -> "WebhookSection":
        if self.name == "email":
            raise ValueError("a webhook cannot be called email")
        return self


def webhooks_of(sections: tuple[WebhookSection, ...], secrets: dict[str, SecretStr]) -> tuple[Webhook, ...]:
    """Every webhook. Raises ValueError with a sentence where two have one name, or one that must sign has no secret."""
    webhooks = tuple(section.as_webhook(secrets) for section in sections)
    names = [as_variable(webhook.name) for webhook in webhooks]
    if len(set(names)) != len(names):
        raise ValueError("two webhooks have the same name: give each a name of its own")
    for webhook in webhooks:
        if webhook.kind == "json" and not (webhook.secret or webhook.secret_file):
            variable = f"TRACKER_WEBHOOK_SECRET_{as_variable(webhook.name).upper()}"
            raise ValueError(f"the webhook {webhook.name} has no secret: set its secret_file, or {variable}")
    unknown = sorted(set(secrets) - set(names))
    if unknown:
        raise ValueError(f"there is a secret for a webhook that does not exist: {unknown[0]}")
    return webhooks
