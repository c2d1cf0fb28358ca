"""The settings of what leaves the group: below which number a count is kept back."""

from pydantic import BaseModel, ConfigDict, Field

from tracker.core.suppression import THRESHOLD


class DisclosureSection(BaseModel):
    """A count of 1 to one less than `threshold` is not shown (definitions §6: 5, settable to 10)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: int = Field(default=THRESHOLD, ge=5, le=10)
