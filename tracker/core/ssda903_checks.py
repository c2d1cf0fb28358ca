"""What the Department's own checks would refuse of the Missing table, found before it leaves, in plain words.

They look at the rows as written, not at what was meant by them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from tracker.core.clock import Period
from tracker.core.looked_after import TURNED_18, CareEpisode, care_periods, eighteenth_birthday
from tracker.core.ssda903 import MissingRow
from tracker.core.ssda903_rules import RULES, Rule


@dataclass(frozen=True)
class Fault:
    """A row that would be refused, and by which rule. `row` None: of a child without one."""

    rule: Rule
    row: MissingRow | None
    child: str

    @property
    def sentence(self) -> str:
        return RULES[self.rule]


@dataclass(frozen=True)
class _Read:
    """A row with its days read; None where what stands there is none."""

    row: MissingRow
    dob: date | None
    start: date | None
    end: date | None


def day_of(text: str) -> date | None:
    """dd/mm/yyyy exactly; None for anything else, blank too."""
    try:
        return datetime.strptime(text, "%d/%m/%Y").date() if len(text) == 10 else None  # noqa: DTZ007 (a day)
    except ValueError:
        return None


def check_rows(
    rows: Sequence[MissingRow],
    year: Period,
    care: Mapping[str, Sequence[CareEpisode]] | None = None,
    last_year: Sequence[MissingRow] | None = None,
) -> list[Fault]:
    """Every fault, in the order of the rows. `care` None: no list; `last_year` None: not given; then not checked."""
    read = [_Read(row, day_of(row.dob), day_of(row.mis_start), day_of(row.mis_end)) for row in rows]
    found = [(place, fault) for place, one in enumerate(read) for fault in _of_row(one, year)]
    found += [(read.index(one), _fault(Rule.OVERLAPS, one)) for one in _overlapping(read)]
    if care is not None:
        found += [(place, _fault(rule, one)) for place, one in enumerate(read) for rule in _by_care(one, care)]
    faults = [fault for _, fault in sorted(found, key=lambda pair: pair[0])]
    return faults + (list(_still_open(read, last_year)) if last_year is not None else [])


def _fault(rule: Rule, one: _Read) -> Fault:
    return Fault(rule, one.row, one.row.child)


_ALONE: tuple[tuple[Rule, Callable[[_Read, Period], bool]], ...] = (
    (Rule.NO_CHILD, lambda one, _: not one.row.child),
    (Rule.NO_BIRTH, lambda one, _: one.dob is None),
    (Rule.START_BLANK, lambda one, _: one.row.missing in ("M", "A") and not one.row.mis_start),
    (Rule.START_WITHOUT_CODE, lambda one, _: bool(one.row.mis_start and not one.row.missing)),
    (Rule.END_WITHOUT_CODE, lambda one, _: bool(one.row.mis_end and not one.row.missing)),
    (Rule.END_BEFORE_START, lambda one, _: bool(one.start and one.end and one.end < one.start)),
    (Rule.START_AFTER_YEAR, lambda one, year: bool(one.start and one.start >= year.end_on)),
    (Rule.END_OUTSIDE_YEAR, lambda one, year: bool(one.end and not year.start_on <= one.end < year.end_on)),
    (Rule.BEFORE_BIRTH, lambda one, _: bool(one.start and one.dob and one.start <= one.dob)),
    (Rule.START_NO_DATE, lambda one, _: one.start is None),
    (Rule.END_NO_DATE, lambda one, _: bool(one.row.mis_end and one.end is None)),
    (Rule.UNKNOWN_CODE, lambda one, _: one.row.missing not in ("M", "A", "")),
)
"""What one row tells by itself."""


def _of_row(one: _Read, year: Period) -> Iterator[Fault]:
    return (_fault(rule, one) for rule, broken in _ALONE if broken(one, year))


def _overlapping(read: Iterable[_Read]) -> Iterator[_Read]:
    """Of each child, in order of end (an open one by its start): whatever starts before the last one's end, or follows
    one without an end."""
    by_child: dict[str, list[_Read]] = defaultdict(list)
    for one in read:
        if one.row.child:
            by_child[one.row.child].append(one)
    for held in by_child.values():
        held.sort(key=lambda one: (one.end or one.start or date.max, one.start or date.max))
        for before, one in pairwise(held):
            if before.end is None or (one.start is not None and one.start < before.end):
                yield one


def _by_care(one: _Read, care: Mapping[str, Sequence[CareEpisode]]) -> Iterator[Rule]:
    """What the child's episodes of care contradict."""
    if not one.row.child:
        return
    held = care.get(one.row.child, ())
    if not held:
        yield Rule.NO_CARE
        return
    periods = care_periods(held)
    here = [episode for episode in held if one.start is not None and episode.holds(one.start)]
    if not here:  # nor does what starts on no day
        yield Rule.NOT_YET_IN_CARE
    if not one.row.mis_end and any(episode.end_on for episode in here):
        yield Rule.PLACEMENT_ENDED
    if one.start is not None:
        if not any(period.holds(one.start) for period in periods):
            yield Rule.STARTS_OUT_OF_CARE
        if all(_leaves(period.start_on, period.end_on, one) for period in periods):
            yield Rule.CARE_ENDED
    if one.end is not None and one.dob is not None and one.end == eighteenth_birthday(one.dob):
        ended = [episode for episode in held if episode.end_on == one.end]
        if any(episode.reason_ended != TURNED_18 for episode in ended):
            yield Rule.NOT_E8


def _leaves(start_on: date, end_on: date | None, one: _Read) -> bool:
    """Whether the time missing goes beyond a period of care."""
    if one.end is None:
        return end_on is not None or (one.start is not None and one.start < start_on)
    return one.end < start_on or (end_on is not None and one.end > end_on)


def _still_open(read: Iterable[_Read], last_year: Iterable[MissingRow]) -> Iterator[Fault]:
    """Each row without an end of last year's return, where this year's first row of the child starts on another day."""
    first: dict[str, _Read] = {}
    for one in read:
        held = first.get(one.row.child)
        if held is None or (one.start or date.max) < (held.start or date.max):
            first[one.row.child] = one
    for last in last_year:
        if last.child and not last.mis_end and day_of(last.mis_start):
            now = first.get(last.child)
            if now is None or now.start != day_of(last.mis_start):
                yield Fault(Rule.OPEN_LAST_YEAR, now.row if now else None, last.child)
