"""What is held, as far as the lines of one chunk may touch it: read in a few queries, kept true line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.candidates import Span
from tracker.core.daily_report import ReportLine
from tracker.core.episodes import MissingEpisode
from tracker.core.matching import KnownChild, may_be_certain, search_keys
from tracker.core.report_terms import ReportStatus
from tracker.store import children, episodes
from tracker.store.children import Reported
from tracker.store.models import Child, Episode, EpisodeDecision


@dataclass
class Memory:
    """A child not yet stored stands under a negative id until `settle`.

    `known` has every candidate; `children`, `spans` and `by_hand` only those to whom a line may certainly belong.
    `taught`, `changed`, `born`: what lines taught of children since the last write, for the store and the audit.
    """

    episodes: dict[str, Episode] = field(default_factory=dict)  # by normalised reference, of one force
    children: dict[int, Child] = field(default_factory=dict)
    known: dict[int, KnownChild] = field(default_factory=dict)
    by_key: dict[str, set[int]] = field(default_factory=dict)
    spans: dict[int, dict[str, Span]] = field(default_factory=dict)  # child → reference → when it was missing
    have_by_hand: set[int] = field(default_factory=set)  # children with an episode that has no reference
    by_hand: dict[int, list[Episode]] = field(default_factory=dict)  # child → episodes without a reference
    decided: dict[tuple[int, str, str], bool] = field(default_factory=dict)  # (episode, field, police value) → decided
    taught: dict[int, list[Reported]] = field(default_factory=dict)
    changed: dict[int, set[str]] = field(default_factory=dict)
    born: set[int] = field(default_factory=set)
    stand_ins: list[int] = field(default_factory=list)
    stand_in_keys: dict[int, set[str]] = field(default_factory=dict)

    def candidates(self, line: ReportLine) -> list[KnownChild]:
        """The children that share a key with the line, in the order of their ids; those not yet stored last."""
        ids: set[int] = set()
        for key in keys_of(line):
            ids |= self.by_key.get(key, set())
        return [self.known[child_id] for child_id in sorted(ids, key=lambda id_: (id_ < 0, abs(id_)))]

    def core(self, row: Episode) -> MissingEpisode:
        return episodes.to_core(row, self.children[row.child_id])

    def stored_id(self, child_id: int) -> int:
        """The id in the database; of a stand-in, once it is settled."""
        return child_id if child_id > 0 else self.children[child_id].id

    def new_child(self, child: Child, line: ReportLine) -> int:
        """Remember a child that the next write will store; the id it stands under until then."""
        stand_in = -len(self.stand_in_keys) - 1
        self.stand_ins.append(stand_in)
        self.stand_in_keys[stand_in] = set()
        self.children[stand_in] = child
        self.known[stand_in] = children.known_child(child, (), (), stand_in)
        self._find_by(stand_in, [self._report(child, line, (line.surname, line.forename))])
        self.learn(stand_in, line, {})
        return stand_in

    def learn(self, child_id: int, line: ReportLine, learnt: Mapping[str, object]) -> None:
        """Fill what was blank of a child, and remember the name and number that the line gave it, and when it was
        missing."""
        child, known = self.children[child_id], self.known[child_id]
        for attribute, value in learnt.items():
            setattr(child, attribute, plain(value))
        if learnt:
            self.changed.setdefault(child_id, set()).update(learnt)
        name, number = (line.surname, line.forename), line.police_person_id
        names = known.names if name in known.names else (*known.names, name)
        new_number = number is not None and number not in known.police_person_ids
        numbers = (*known.police_person_ids, number) if new_number and number else known.police_person_ids
        if "date_of_birth" in learnt:
            self.born.add(child_id)
        if new_number or names != known.names or _FINDS.intersection(learnt):
            self._find_by(child_id, [self._report(child, line, one) for one in names])
        self._was_missing(child_id, line)
        self._know(child_id, names, numbers)

    def _was_missing(self, child_id: int, line: ReportLine) -> None:
        """When the child was missing by this line; of an end that is known already, silence changes nothing."""
        spans = self.spans.setdefault(child_id, {})
        _, known_end = spans.pop(line.police_reference, (None, None))
        if line.status is not ReportStatus.CANCELLED:
            spans[line.police_reference] = (line.missing_from_at, line.found_at or line.returned_at or known_end)

    def _know(self, child_id: int, names: tuple[tuple[str, str], ...], numbers: tuple[str, ...]) -> None:
        known = children.known_child(self.children[child_id], names, numbers, child_id)
        self.known[child_id] = replace(known, spans=tuple(self.spans.get(child_id, {}).values()))

    def _report(self, child: Child, line: ReportLine, name: tuple[str, str]) -> Reported:
        return children.as_reported(child, name, police_force=line.police_force, police_person_id=line.police_person_id)

    def _find_by(self, child_id: int, reported: Iterable[Reported]) -> None:
        for one in reported:
            self.taught.setdefault(child_id, []).append(one)
            for key in one.keys:
                self.by_key.setdefault(key, set()).add(child_id)
            if child_id < 0:
                self.stand_in_keys[child_id] |= one.keys

    def settle(self) -> None:
        """The children remembered under stand-ins now have ids: know them by those too."""
        for stand_in in self.stand_ins:
            child = self.children[stand_in]
            known = self.known.pop(stand_in)
            self.children[child.id] = child
            self.spans[child.id] = self.spans.pop(stand_in)
            self._know(child.id, known.names, known.police_person_ids)
            for key in self.stand_in_keys[stand_in]:
                self.by_key[key].discard(stand_in)
                self.by_key[key].add(child.id)
        self.stand_ins.clear()

    def take_taught(self) -> tuple[dict[int, list[Reported]], dict[int, set[str]], set[int]]:
        """What was taught since the last time, by the children's own ids; forgotten here."""
        taught = {self.stored_id(id_): reports for id_, reports in self.taught.items()}
        changed = {self.children[id_].id: names for id_, names in self.changed.items() if id_ > 0}
        born = {self.stored_id(id_) for id_ in self.born}
        self.taught, self.changed, self.born = {}, {}, set()
        return taught, changed, born


def plain(value: object) -> object:
    """As the columns hold it: enums as text, sets as sorted lists."""
    if isinstance(value, frozenset | set):
        return sorted(str(item) for item in value)
    return str(value.value) if isinstance(value, Enum) else value


_FINDS = frozenset({"date_of_birth", "address", "postcode", "council_id"})
"""What of a child, beside its names and numbers, makes keys."""


def keys_of(line: ReportLine) -> frozenset[str]:
    return search_keys(
        line.surname,
        line.forename,
        line.date_of_birth,
        line.police_person_id,
        line.council_id,
        line.postcode,
        line.address,
    )


def remember(session: Session, lines: Sequence[ReportLine], force: str, child_ids: Iterable[int] = ()) -> Memory:
    """Everything held that these lines of one force may touch; `child_ids`: more children, named by a person.

    Steps: 1. episodes under their references; 2. what matching the other lines asks for; 3. the rows of the children to
    whom a line may certainly belong, and their episodes logged by hand; 4. the decisions of the episodes.
    """
    held = episodes.rows_by_reference(session, force, {line.police_reference for line in lines})
    unknown = [line for line in lines if line.police_reference not in held]
    memory, certain = remember_candidates(
        session, unknown, force, {*child_ids, *(row.child_id for row in held.values())}
    )
    memory.episodes = held
    memory.children = children.rows_by_id(session, certain)
    _remember_by_hand(session, memory)
    _remember_decisions(session, memory)
    return memory


def remember_candidates(
    session: Session, lines: Sequence[ReportLine], force: str, named: Iterable[int] = ()
) -> tuple[Memory, set[int]]:
    """What matching these lines asks for, and the children to whom one may certainly belong, with those `named`.

    Only of these is it known when they were missing. A line teaches only a child to whom it certainly belongs, so
    within the chunk nobody else becomes certain.
    """
    memory = Memory()
    memory.by_key = children.ids_by_key(session, {key for line in lines for key in keys_of(line)})
    certain = set(named)
    memory.known = children.known_by_id(session, certain.union(*memory.by_key.values()), force)
    certain |= {child.id for line in lines for child in memory.candidates(line) if may_be_certain(line, child)}
    for some in children.slices(certain):
        spans, by_hand = episodes.spans_of_children(session, some)
        memory.spans |= spans
        memory.have_by_hand |= by_hand
    for child_id, of_child in memory.spans.items():
        memory.known[child_id] = replace(memory.known[child_id], spans=tuple(of_child.values()))
    return memory, certain


def _remember_by_hand(session: Session, memory: Memory) -> None:
    query = select(Episode).where(Episode.police_reference.is_(None)).order_by(Episode.missing_from_at, Episode.id)
    for some in children.slices(memory.have_by_hand):
        for row in session.scalars(query.where(Episode.child_id.in_(some))):
            memory.by_hand.setdefault(row.child_id, []).append(row)


def _remember_decisions(session: Session, memory: Memory) -> None:
    rows = [row for row in memory.episodes.values() if row.person_fields]
    rows += [row for by_hand in memory.by_hand.values() for row in by_hand]
    if rows:
        query = select(EpisodeDecision).where(EpisodeDecision.episode_id.in_([row.id for row in rows]))
        for held in session.scalars(query):
            memory.decided[held.episode_id, held.field, held.police_value] = held.decided_at is not None
