"""The settings of figures that take long to count."""

from pydantic import BaseModel, ConfigDict, Field

from tracker.core.kept_summary import AT_ONCE_EPISODES


class FiguresSection(BaseModel):
    """A period whose figures look at more than `at_once_episodes` is counted by the scheduler (definitions §8)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once_episodes: int = Field(default=AT_ONCE_EPISODES, ge=0)
    look_seconds: float = Field(default=5, gt=0, le=60)
