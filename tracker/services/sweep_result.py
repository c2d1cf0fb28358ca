"""What a sweep did, in counts."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class SweepResult:
    """What one sweep did. `nobody_told`: clocks on a rung that reached nobody; they are tried again at every sweep."""

    looked_at: int = 0
    breaches: int = 0
    withdrawn: int = 0
    alerts: int = 0
    nobody_told: int = 0
    flags_ended: int = 0
    meetings: int = 0

    def __add__(self, other: "SweepResult") -> "SweepResult":
        return SweepResult(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))
