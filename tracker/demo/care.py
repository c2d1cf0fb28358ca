"""What the invented council's case system lists of its looked-after children: Header and Episodes, as files.

Pure. Care begins some time before a child first goes missing from it and mostly goes on; some children come home or
turn 18, some move between placements. One is listed under a name that a typist got wrong: somebody must settle it.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tracker.core.clock import Period
from tracker.demo import people

HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB", "SURNAME", "FORENAME")
EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
)  # fmt: skip
NEVER_MISSING = 140
"""Children in care of whom no report ever spoke."""

_ETHNIC = {
    "White British": "WBRI", "White other": "WOTH", "Mixed": "MOTH", "Asian or Asian British": "AOTH",
    "Black or Black British": "BOTH", "Not stated": "REFU",
}  # fmt: skip


@dataclass(frozen=True)
class InCare:
    """A looked-after child, and the days on which missing times began or ended; none for one never missing."""

    number: int
    surname: str
    forename: str
    born_on: date
    sex: str
    ethnicity: str
    days: tuple[date, ...] = ()

    @property
    def code(self) -> str:
        return f"W{300000 + self.number * 7}"


@dataclass(frozen=True)
class Spell:
    """One episode of care."""

    code: str
    start_on: date
    reason_new: str
    placement: str
    end_on: date | None = None
    reason_ended: str = ""


def never_missing(rng: Random, first_number: int, today: date) -> list[InCare]:
    """Children in care who never went missing, with surnames that no other child has."""
    found = []
    for place in range(NEVER_MISSING):
        sex = rng.choice(("Female", "Male"))
        ethnicity = rng.choices([n for n, _ in people.ETHNICITIES], [share for _, share in people.ETHNICITIES])[0]
        born_on = today - timedelta(days=rng.randint(400, 17 * 365))
        surname = f"Quietwell{chr(97 + place // 26)}{chr(97 + place % 26)}"
        found.append(InCare(first_number + place, surname, people.forename(rng, sex), born_on, sex, ethnicity))
    return found


def spells_of(child: InCare, rng: Random, today: date) -> list[Spell]:
    """The child's care up to today: it holds every day on which the child was missing."""
    first, last = (min(child.days), max(child.days)) if child.days else (today - timedelta(days=900), today)
    start_on = max(child.born_on + timedelta(days=40), first - timedelta(days=rng.randint(25, 800)))
    start_on = min(start_on, first)
    eighteenth = _birthday(child.born_on, 18)
    end_on, reason = None, ""
    if eighteenth <= today:
        end_on, reason = max(eighteenth, last), "E8"
    elif child.days and last < today - timedelta(days=90) and rng.random() < 0.2:
        end_on, reason = last + timedelta(days=rng.randint(20, 80)), "E4A"
    moves = _moves(child, start_on, end_on or today, rng)
    places = [rng.choice(("U4", "U6", "K2")) for _ in range(len(moves) + 1)]
    starts, ends = [start_on, *moves], [*moves, end_on]
    last_place = len(moves)
    return [
        Spell(
            child.code, begins, "P" if place else "S", places[place], ends[place],
            "X1" if place < last_place else reason,
        )
        for place, begins in enumerate(starts)
    ]  # fmt: skip


def _moves(child: InCare, start_on: date, until: date, rng: Random) -> list[date]:
    """At most one move between placements, on a day well away from any time missing."""
    if rng.random() > 0.35:
        return []
    for _ in range(8):
        day = start_on + timedelta(days=rng.randint(15, max(16, (until - start_on).days - 15)))
        clear = all(abs((day - other).days) > 12 for other in child.days)
        if start_on < day < until and clear:
            return [day]
    return []


def header_file(children: Sequence[InCare], spells: Sequence[Spell], year: Period) -> bytes:
    """The Header of those in care in the year, with the names that find them here."""
    here = {spell.code for spell in spells if _touches(spell, year)}
    misspelt = next((child for child in children if child.code in here and child.days), None)
    rows = []
    for child in children:
        if child.code in here:
            surname = child.surname[:-2] + child.surname[-1] if child is misspelt else child.surname
            sex = "2" if child.sex == "Female" else "1"
            rows.append(
                (child.code, sex, _day(child.born_on), _ETHNIC[child.ethnicity], "UN1", "", "", surname, child.forename)
            )
    return _file(HEADER, rows)


def episodes_file(spells: Sequence[Spell], year: Period) -> bytes:
    """The Episodes that touch the year. An end after it is none yet."""
    return _file(EPISODES, _episode_rows(spells, year))


def _episode_rows(spells: Sequence[Spell], year: Period) -> Iterator[tuple[str, ...]]:
    for spell in spells:
        if _touches(spell, year):
            ended = spell.end_on is not None and spell.end_on < year.end_on
            dec, rec = (_day(spell.end_on), spell.reason_ended) if ended and spell.end_on else ("", "")
            change = "CARPL" if rec == "X1" else ""
            yield (spell.code, _day(spell.start_on), spell.reason_new, "C2", "N1", spell.placement, "PR1", dec, rec,
                   change, "", "", "")  # fmt: skip


def _touches(spell: Spell, year: Period) -> bool:
    return spell.start_on < year.end_on and (spell.end_on is None or spell.end_on >= year.start_on)


def _file(headers: Sequence[str], rows: Sequence[tuple[str, ...]] | Iterator[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([headers, *rows])
    return out.getvalue().encode()


def _day(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def _birthday(born_on: date, age: int) -> date:
    leap_day = (born_on.month, born_on.day) == (2, 29)
    return date(born_on.year + age, 2, 28) if leap_day else born_on.replace(year=born_on.year + age)
