"""How a police report garbles what is known of a child: none to three faults a line, of the kinds that are met."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

from tracker.bench.names_pool import SAID_AS
from tracker.bench.population import InventedChild, moved
from tracker.core.daily_report import ReportLine

AT = datetime(2026, 11, 16, 20, 0, tzinfo=UTC)

HOW_MANY = (0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3)
"""Faults of a line, each as likely: five in twelve are as held, but for what a report leaves out."""

GIVES_PERSON_ID = 0.3
"""Of the children whose police number is held, how many lines repeat it."""


@dataclass
class Said:
    """What a line says of a child."""

    surname: str
    forename: str
    sex: str | None
    date_of_birth: date | None
    address: str | None
    postcode: str | None
    person_id: str | None


def corrupted(child: InventedChild, rng: Random) -> ReportLine:
    """A line about the child, garbled."""
    person_id = child.person_id if rng.random() < GIVES_PERSON_ID else None
    said = Said(child.surname, child.forename, child.sex, child.date_of_birth, child.address, child.postcode, person_id)
    for fault in rng.choices(FAULTS, WEIGHTS, k=rng.choice(HOW_MANY)):
        fault(said, rng)
    return line_of(said)


def line_of(said: Said) -> ReportLine:
    return ReportLine(
        as_of=(AT, 1),
        police_force="bench",
        police_reference="B1",
        missing_from_at=AT,
        surname=said.surname,
        forename=said.forename,
        police_person_id=said.person_id,
        date_of_birth=said.date_of_birth,
        sex=said.sex,
        address=said.address,
        postcode=said.postcode,
    )


def _slip(text: str, rng: Random) -> str:
    """A letter changed, left out, doubled, or swapped with its neighbour."""
    if len(text) < 3:
        return text
    place = rng.randrange(len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + rng.choice("abcdefghijklmnoprstuvwyz") + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _surname_slip(said: Said, rng: Random) -> None:
    said.surname = _slip(said.surname, rng)


def _forename_slip(said: Said, rng: Random) -> None:
    said.forename = _slip(said.forename, rng)


def _said_as(said: Said, rng: Random) -> None:
    first = said.forename.partition(" ")[0]
    if first in SAID_AS:
        said.forename = rng.choice(SAID_AS[first].split())


def _first_only(said: Said, rng: Random) -> None:
    said.forename = said.forename.partition(" ")[0]


def _initial(said: Said, _rng: Random) -> None:
    said.forename = said.forename[:1]


def _no_forename(said: Said, _rng: Random) -> None:
    said.forename = ""


def _swapped(said: Said, _rng: Random) -> None:
    said.surname, said.forename = said.forename, said.surname


def _one_half(said: Said, rng: Random) -> None:
    said.surname = rng.choice(said.surname.split("-"))


def _halves_apart(said: Said, _rng: Random) -> None:
    said.surname = said.surname.replace("-", " ").replace("'", "")


def _plain_letters(said: Said, _rng: Random) -> None:
    plain = unicodedata.normalize("NFKD", f"{said.surname}\n{said.forename}".replace("ł", "l").replace("ø", "o"))
    said.surname, said.forename = plain.encode("ascii", "ignore").decode().split("\n")


def _new_surname(said: Said, rng: Random) -> None:
    said.surname = rng.choice(("Ashcombe", "Smith", "Hartley", "Okoro", "Begum", "Jones", "Pemberton", "Vance"))


def _birthday_swapped(said: Said, _rng: Random) -> None:
    born = said.date_of_birth
    if born and born.day <= 12:
        said.date_of_birth = born.replace(month=born.day, day=born.month)


def _birthday_digit(said: Said, rng: Random) -> None:
    born = said.date_of_birth
    if born is None:
        return
    digits = list(f"{born:%Y%m%d}")
    digits[rng.randrange(3, 8)] = str(rng.randrange(10))
    try:
        said.date_of_birth = datetime.strptime("".join(digits), "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        said.date_of_birth = born  # no such day: nobody could have written it


def _no_birthday(said: Said, _rng: Random) -> None:
    said.date_of_birth = None


def _moved(said: Said, rng: Random) -> None:
    said.address, said.postcode = moved(rng)


def _no_address(said: Said, _rng: Random) -> None:
    said.address = said.postcode = None


def _address_slip(said: Said, rng: Random) -> None:
    said.address = _slip(said.address, rng) if said.address else None


def _no_sex(said: Said, _rng: Random) -> None:
    said.sex = None


Fault = Callable[[Said, Random], None]
_OFTEN: tuple[tuple[Fault, int], ...] = (
    (_surname_slip, 10), (_forename_slip, 10), (_said_as, 14), (_first_only, 6), (_initial, 2), (_no_forename, 1),
    (_swapped, 3), (_one_half, 6), (_halves_apart, 4), (_plain_letters, 4), (_new_surname, 2), (_birthday_swapped, 4),
    (_birthday_digit, 5), (_no_birthday, 4), (_moved, 12), (_no_address, 5), (_address_slip, 5), (_no_sex, 3),
)  # fmt: skip
FAULTS = [fault for fault, _ in _OFTEN]
WEIGHTS = [often for _, often in _OFTEN]
