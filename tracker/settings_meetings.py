"""The settings of strategy meetings: what asks for one."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tracker.core.meetings import MeetingPolicy, MeetingTrigger
from tracker.core.terms import RiskLevel


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeetingsSection(_Section):
    history_days: int = Field(default=7, ge=1, le=366)


class MeetingTriggerSection(_Section):
    name: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    title: str = Field(min_length=1, max_length=100)
    missing_hours: int | None = Field(default=None, ge=1, le=24 * 366)
    risk: RiskLevel | None = None
    repeat_rule: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "MeetingTriggerSection":
        self.as_trigger()
        return self

    def as_trigger(self) -> MeetingTrigger:
        """The core's value. Raises ValueError unless exactly one of the three is given."""
        return MeetingTrigger(**self.model_dump())


def meetings_of(
    section: MeetingsSection, triggers: Collection[MeetingTriggerSection], repeat_rules: Collection[str]
) -> MeetingPolicy:
    """All of them. Raises ValueError with a sentence where two have one name, or a rule is not configured."""
    found = tuple(trigger.as_trigger() for trigger in triggers)
    if len({trigger.name for trigger in found}) != len(found):
        raise ValueError("two meeting triggers have the same name")
    rules = [trigger.repeat_rule for trigger in found if trigger.repeat_rule is not None]
    if unknown := sorted(set(rules) - set(repeat_rules)):
        raise ValueError(
            f"a meeting trigger names the repeat rule {unknown[0]}, which is not configured: give meeting_triggers of "
            "your own beside your repeat_rules"
        )
    if len(set(rules)) != len(rules):
        raise ValueError("two meeting triggers name the same repeat rule")
    if "by_hand" in {trigger.name for trigger in found}:
        raise ValueError("no meeting trigger may be named by_hand: meetings that a person asked for are")
    return MeetingPolicy(found, section.history_days)
