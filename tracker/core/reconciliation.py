"""What the police's newest report says is open against what we hold open: a comparison, not an error."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from tracker.core.feed import Feed
from tracker.core.report_row import TIME_CELLS, Row
from tracker.core.report_terms import ReportStatus
from tracker.core.report_values import is_placeholder

_ENDED = frozenset({ReportStatus.FOUND, ReportStatus.RETURNED, ReportStatus.CANCELLED})
_ENDS = (*TIME_CELLS["found_at"], *TIME_CELLS["returned_at"])


@dataclass(frozen=True)
class Said:
    """What a line of the report says: whether its episode is open. `episode_id`: None while the line waits.

    `reference`: as the police write it, so that two lines of one episode count once.
    """

    line_id: int
    reference: str
    episode_id: int | None
    is_open: bool


@dataclass(frozen=True)
class Reconciliation:
    """`police_open` and `held_open`: how many each side says are missing now.

    `here_only`: episodes held open that the report does not say are open. `there_only`: lines, by id, that say open
    where nothing open is held: the episode has ended here, or the line still waits.
    """

    police_open: int
    held_open: int
    here_only: tuple[int, ...]
    there_only: tuple[int, ...]

    @property
    def agrees(self) -> bool:
        return not self.here_only and not self.there_only


def says_open(cells: Mapping[str, str], feed: Feed) -> bool:
    """Whether a row says that the child is missing: no status that ends it, and no time of being found or back.

    `cells`: our field → its text, of a row that is not blank. Read also of a line that is kept out for another reason.
    """
    row = Row({name: cells[name] for name in ("status", *_ENDS) if name in cells}, feed)
    if row.coded("status", ReportStatus) in _ENDED:
        return False
    return not any(text and not is_placeholder(text) for text in map(row.text, _ENDS))


def reconcile(said: Iterable[Said], held_open: Set[int], out_of_counts: Set[int] = frozenset()) -> Reconciliation:
    """Compare. `said`: the report's lines in order, the last of an episode stands; `held_open`: episodes of this force.

    `out_of_counts`: episodes that are kept and not counted (definitions §4.6): neither side speaks of them.
    """
    last: dict[int | str, Said] = {}
    for line in said:
        if line.episode_id not in out_of_counts:
            last[line.episode_id if line.episode_id is not None else f"{line.reference or line.line_id}"] = line
    still_open = [line for line in last.values() if line.is_open]
    named = {line.episode_id for line in still_open}
    return Reconciliation(
        police_open=len(still_open),
        held_open=len(held_open),
        here_only=tuple(sorted(held_open - named)),
        there_only=tuple(line.line_id for line in still_open if line.episode_id not in held_open),
    )
