"""Looked-after children and their periods of care, as a council's case system lists them (SSDA903 Header, Episodes).

An episode of care lasts while placement and legal status stay the same; one that begins on the day the one before it
ended carries on the period of care.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

SAME_PLACEMENT = "L"
"""Why an episode of care began (RNE): only the legal status changed."""

TURNED_18 = "E8"
"""REC of a child who ceased to be looked after for another reason than those listed, a birthday while missing too."""


def eighteenth_birthday(dob: date) -> date:
    """The day on which nobody is looked after any more. Of 29 February: the 28th, as the Department's checks count."""
    leap_day = (dob.month, dob.day) == (2, 29)
    return date(dob.year + 18, 2, 28) if leap_day else dob.replace(year=dob.year + 18)


@dataclass(frozen=True)
class LookedAfterChild:
    """A row of the Header. `code`: the CHILD id of the return. Codes of sex and ethnicity are the return's own."""

    code: str
    date_of_birth: date
    sex: str = ""
    ethnicity: str = ""
    upn: str = ""
    surname: str = ""
    forename: str = ""
    council_id: str = ""


@dataclass(frozen=True)
class CareEpisode:
    """A row of the Episodes. Both days count; `end_on` None: it goes on."""

    code: str
    start_on: date
    end_on: date | None = None
    reason_new: str = ""
    reason_ended: str = ""
    placement: str = ""

    def holds(self, day: date) -> bool:
        return self.start_on <= day and (self.end_on is None or day <= self.end_on)


@dataclass(frozen=True)
class CarePeriod:
    """A time during which a child was looked after without a break."""

    start_on: date
    end_on: date | None

    def holds(self, day: date) -> bool:
        return self.start_on <= day and (self.end_on is None or day <= self.end_on)


def care_periods(episodes: Iterable[CareEpisode]) -> list[CarePeriod]:
    """The periods of ONE child, oldest first. What begins after the day the one before it ended begins a new one."""
    found: list[CarePeriod] = []
    for episode in sorted(episodes, key=attrgetter("start_on")):
        last = found[-1] if found else None
        if last is None or (last.end_on is not None and episode.start_on > last.end_on):
            found.append(CarePeriod(episode.start_on, episode.end_on))
        else:
            found[-1] = CarePeriod(last.start_on, episode.end_on)
    return found


def placement_ended_on(episodes: Iterable[CareEpisode], day: date) -> date | None:
    """When the placement of that day of ONE child ended; None while it lasts. A new legal status ends none."""
    ordered = sorted(episodes, key=attrgetter("start_on"))
    ended: date | None = None
    for episode in ordered:
        if ended is not None and (episode.start_on != ended or episode.reason_new != SAME_PLACEMENT):
            return ended
        if ended is not None or episode.holds(day):
            if episode.end_on is None:
                return None
            ended = episode.end_on
    return ended


@dataclass(frozen=True)
class Extract:
    """What is known of a collection year's looked-after children. `children`: our child's id → the Header's row.

    `care`: CHILD id → episodes of care. `has_care`: a list of them was imported; without one nothing rests on it.
    """

    children: Mapping[int, LookedAfterChild] = field(default_factory=dict)
    care: Mapping[str, Sequence[CareEpisode]] = field(default_factory=dict)
    has_care: bool = False

    def care_of(self, child_id: int) -> Sequence[CareEpisode]:
        """Our child's episodes of care; none where the child is not in the list, or not known to be."""
        held = self.children.get(child_id)
        return self.care.get(held.code, ()) if held else ()
