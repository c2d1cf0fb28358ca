"""What is held, as far as the lines of one chunk may touch it: read in a few queries, kept true line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.daily_report import ReportLine
from tracker.core.episodes import MissingEpisode
from tracker.core.matching import KnownChild, blocking_keys
from tracker.store import children, episodes
from tracker.store.children import Reported
from tracker.store.models import Child, Episode, EpisodeDecision


@dataclass
class Memory:
    """A child not yet stored stands under a negative id until `settle`.

    `taught`, `changed`, `born`: what lines taught of children since the last write, for the store and the audit.
    """

    episodes: dict[str, Episode] = field(default_factory=dict)  # by normalised reference, of one force
    children: dict[int, Child] = field(default_factory=dict)
    known: dict[int, KnownChild] = field(default_factory=dict)
    by_key: dict[str, set[int]] = field(default_factory=dict)
    by_hand: dict[int, list[Episode]] = field(default_factory=dict)  # child → episodes without a reference
    decided: dict[tuple[int, str, str], bool] = field(default_factory=dict)  # (episode, field, police value) → decided
    taught: dict[int, list[Reported]] = field(default_factory=dict)
    changed: dict[int, set[str]] = field(default_factory=dict)
    born: set[int] = field(default_factory=set)
    stand_ins: list[int] = field(default_factory=list)

    def candidates(self, line: ReportLine) -> list[KnownChild]:
        """The children that share a key with the line, in the order of their ids; those not yet stored last."""
        ids: set[int] = set()
        for key in keys_of(line):
            ids |= self.by_key.get(key, set())
        return [self.known[child_id] for child_id in sorted(ids, key=lambda id_: (id_ < 0, abs(id_)))]

    def core(self, row: Episode) -> MissingEpisode:
        return episodes.to_core(row, self.children[row.child_id])

    def new_child(self, child: Child, line: ReportLine) -> int:
        """Remember a child that the next write will store; the id it stands under until then."""
        stand_in = -len(self.children) - 1
        self.stand_ins.append(stand_in)
        self.children[stand_in] = child
        self.known[stand_in] = children.known_child(child, (), (), stand_in)
        self._find_by(stand_in, [self._report(child, line, (line.surname, line.forename))])
        self.learn(stand_in, line, {})
        return stand_in

    def learn(self, child_id: int, line: ReportLine, learnt: Mapping[str, object]) -> None:
        """Fill what was blank of a child, and remember the name and number that the line gave it."""
        child, known = self.children[child_id], self.known[child_id]
        for attribute, value in learnt.items():
            setattr(child, attribute, plain(value))
        if learnt:
            self.changed.setdefault(child_id, set()).update(learnt)
        name, number = (line.surname, line.forename), line.police_person_id
        names = known.names if name in known.names else (*known.names, name)
        new_number = number is not None and number not in known.police_person_ids
        numbers = (*known.police_person_ids, number) if new_number and number else known.police_person_ids
        born = "date_of_birth" in learnt
        if born:
            self.born.add(child_id)
        if born or new_number or names != known.names:
            self._find_by(child_id, [self._report(child, line, one) for one in names])
        if learnt or new_number or names != known.names:
            self.known[child_id] = children.known_child(child, names, numbers, child_id)

    def _report(self, child: Child, line: ReportLine, name: tuple[str, str]) -> Reported:
        return Reported(*name, child.date_of_birth, line.police_force, line.police_person_id)

    def _find_by(self, child_id: int, reported: Iterable[Reported]) -> None:
        for one in reported:
            self.taught.setdefault(child_id, []).append(one)
            for key in blocking_keys(one.surname, one.forename, one.date_of_birth, one.police_person_id):
                self.by_key.setdefault(key, set()).add(child_id)

    def settle(self) -> None:
        """The children remembered under stand-ins now have ids: know them by those too."""
        for stand_in in self.stand_ins:
            child = self.children[stand_in]
            known = self.known.pop(stand_in)
            self.children[child.id] = child
            self.known[child.id] = children.known_child(child, known.names, known.police_person_ids)
            for ids in self.by_key.values():
                if stand_in in ids:
                    ids.discard(stand_in)
                    ids.add(child.id)
        self.stand_ins.clear()

    def take_taught(self) -> tuple[dict[int, list[Reported]], dict[int, set[str]], set[int]]:
        """What was taught since the last time, by the children's own ids; forgotten here."""
        taught = {self.children[id_].id: reports for id_, reports in self.taught.items()}
        changed = {self.children[id_].id: names for id_, names in self.changed.items() if id_ > 0}
        born = {self.children[id_].id for id_ in self.born}
        self.taught, self.changed, self.born = {}, {}, set()
        return taught, changed, born


def plain(value: object) -> object:
    """As the columns hold it: enums as text, sets as sorted lists."""
    if isinstance(value, frozenset | set):
        return sorted(str(item) for item in value)
    return str(value.value) if isinstance(value, Enum) else value


def keys_of(line: ReportLine) -> frozenset[str]:
    return blocking_keys(line.surname, line.forename, line.date_of_birth, line.police_person_id)


def remember(session: Session, lines: Sequence[ReportLine], force: str, child_ids: Iterable[int] = ()) -> Memory:
    """Everything held that these lines of one force may touch; `child_ids`: more children, named by a person.

    Steps: 1. episodes under their references; 2. for the others, the children that share a key; 3. those children with
    their names and numbers; 4. their episodes logged by hand; 5. the decisions of the episodes.
    """
    memory = Memory()
    references = {line.police_reference for line in lines}
    query = select(Episode).where(Episode.police_force == force, Episode.police_reference.in_(references))
    memory.episodes = {row.police_reference: row for row in session.scalars(query) if row.police_reference}
    unknown = [line for line in lines if line.police_reference not in memory.episodes]
    keys = {key for line in unknown for key in keys_of(line)}
    memory.by_key = children.ids_by_key(session, keys)
    found = {child_id for ids in memory.by_key.values() for child_id in ids} | set(child_ids)
    memory.children = children.rows_by_id(session, found | {row.child_id for row in memory.episodes.values()})
    memory.known = children.known(session, memory.children.values(), force)
    _remember_by_hand(session, memory, found)
    _remember_decisions(session, memory)
    return memory


def _remember_by_hand(session: Session, memory: Memory, found: set[int]) -> None:
    query = select(Episode).where(Episode.police_reference.is_(None)).order_by(Episode.missing_from_at, Episode.id)
    for some in children.slices(found):
        for row in session.scalars(query.where(Episode.child_id.in_(some))):
            memory.by_hand.setdefault(row.child_id, []).append(row)


def _remember_decisions(session: Session, memory: Memory) -> None:
    rows = [row for row in memory.episodes.values() if row.person_fields]
    rows += [row for by_hand in memory.by_hand.values() for row in by_hand]
    if rows:
        query = select(EpisodeDecision).where(EpisodeDecision.episode_id.in_([row.id for row in rows]))
        for held in session.scalars(query):
            memory.decided[held.episode_id, held.field, held.police_value] = held.decided_at is not None
