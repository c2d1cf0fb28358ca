"""Invented people and places of Wexcombeshire: names that nobody bears, addresses and postcodes that do not exist.

Postcodes use the area WX, which is not in use, and inward letters (C, I, K, M, O, V) that no real postcode has.
Telephone numbers are from the ranges that Ofcom keeps for drama (01632 960xxx, 07700 900xxx).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tracker.core.terms import Role

COUNTY = "Wexcombeshire"

OTHER_COUNCILS = ("Northmarsh Borough Council", "Great Tarnsea City Council", "Ashmoorland County Council")

_SURNAME_HEADS = (
    "Bramble", "Copper", "Dapple", "Ember", "Fiddle", "Gander", "Hobble", "Jackdaw", "Kettle", "Lantern", "Mumble",
    "Nettle", "Otter", "Pebble", "Quill", "Rumple", "Saddle", "Thimble", "Umber", "Velvet", "Waffle", "Yaffle",
    "Cobble", "Drizzle", "Fennel", "Gravel", "Hazel", "Inkle", "Juggle", "Larch", "Marble", "Nimble", "Puddle",
    "Quaver", "Ripple", "Spindle", "Tumble", "Whistle", "Button", "Muddle",
)  # fmt: skip
_SURNAME_TAILS = (
    "wickett", "thorpson", "combe", "burysmith", "marsh", "fielding", "sworth", "hollow", "brooker", "gate",
    "shaw", "ridge", "meadow", "pool", "stoke", "croft", "minster", "stead", "dene", "hurst", "ferry", "bank",
    "lock", "mere", "tor", "wharf", "knoll", "pike", "furrow", "quay",
)  # fmt: skip

_GIRLS = ("Tam", "Bel", "Cor", "Del", "Fen", "Gwil", "Hes", "Isl", "Jun", "Kel", "Lor", "Mir", "Nel", "Oph", "Per")
_GIRL_ENDINGS = ("wyna", "ettine", "adora", "essamy", "iolara", "oveen", "umbelle", "arisse")
_BOYS = ("Bar", "Cad", "Dor", "Ed", "Fal", "Gar", "Hob", "Jas", "Kes", "Lud", "Mor", "Ned", "Osk", "Pip", "Rud")
_BOY_ENDINGS = ("wicko", "umbert", "efric", "astor", "orby", "ingle", "omund", "elvio")


def surnames(rng: Random) -> Iterator[str]:
    """Every made-up surname once, in random order: 1,200 of them."""
    names = [head + tail for head in _SURNAME_HEADS for tail in _SURNAME_TAILS]
    rng.shuffle(names)
    yield from names


def forename(rng: Random, sex: str) -> str:
    stems, endings = (_GIRLS, _GIRL_ENDINGS) if sex == "Female" else (_BOYS, _BOY_ENDINGS)
    return rng.choice(stems) + rng.choice(endings)


@dataclass(frozen=True)
class District:
    """A made-up district: its postcode district, its team, and its share of the children."""

    name: str
    outward: str
    team: str
    share: float


TEAMS = ("East team", "West team")

DISTRICTS = (
    District("Wexcombe", "WX1", TEAMS[0], 0.29),
    District("Oxlode", "WX2", TEAMS[0], 0.17),
    District("Harrowmere", "WX3", TEAMS[0], 0.12),
    District("Tollbarrow", "WX4", TEAMS[1], 0.18),
    District("Saltersby", "WX5", TEAMS[1], 0.13),
    District("Upper Nadd", "WX6", TEAMS[1], 0.11),
)

_STREETS = (
    "Gadfly Lane", "Thimble Row", "Old Ropewalk", "Candlewick Street", "Nonesuch Road", "Halfpenny Rise",
    "Mooncalf Close", "Sixpenny Drove", "Ferrymans Steps", "Turnstile Avenue", "Windlass Way", "Gorse Parade",
)  # fmt: skip


@dataclass(frozen=True)
class Home:
    """A children's home of the invention."""

    name: str
    address: str
    postcode: str
    district: District


def postcode(rng: Random, district: District) -> str:
    return f"{district.outward} {rng.randint(1, 9)}{rng.choice('CIKMOV')}{rng.choice('CIKMOV')}"


def street_address(rng: Random, district: District) -> str:
    return f"{rng.randint(1, 180)} {rng.choice(_STREETS)}, {district.name}"


_HOME_NAMES = (
    "Lanternhouse", "The Old Toll", "Quillfeather House", "Starling Bank", "Copperbeam", "Fiddlers Reach",
    "Marrowfield Lodge", "Windfall House", "Tidewater", "The Almonry",
)  # fmt: skip


def children_homes(rng: Random) -> tuple[Home, ...]:
    """Ten homes spread over the districts."""
    homes = []
    for place, name in enumerate(_HOME_NAMES):
        district = DISTRICTS[place % len(DISTRICTS)]
        homes.append(Home(name, f"{name}, {street_address(rng, district)}", postcode(rng, district), district))
    return tuple(homes)


PLACES = (
    "Wexcombe bus station", "Oxlode retail park", "the skate bowl at Tollbarrow", "Saltersby pier arcade",
    "the underpass at Harrowmere Cross", "Nadd Valley railway station", "a friend's flat on Gadfly Lane",
    "the all-night cafe on Candlewick Street", "Wexcombe General Hospital", "the canal basin at Oxlode",
)  # fmt: skip

ETHNICITIES = (
    ("White British", 0.74), ("White other", 0.06), ("Mixed", 0.08), ("Asian or Asian British", 0.06),
    ("Black or Black British", 0.04), ("Not stated", 0.02),
)  # fmt: skip

CIRCUMSTANCES = (
    "Left after tea and did not come back by the time agreed.",
    "Did not arrive at school; telephone off.",
    "Left by a window after staff checks at midnight.",
    "Went to meet friends and missed the last bus.",
    "Argument at home, left on foot.",
    "Failed to return from family time.",
    "Carer's number 07700 900123, called twice.",
    "Seen getting into a silver car.",
)

PREVENTION_OUTCOMES = ("Seen, safe and well", "Seen, declined to say where", "Seen, passed to the safeguarding hub")

FOUND_BY = ("police", "returned by themselves", "carer", "family", "placement staff")


class Joins(StrEnum):
    """When somebody came: at the start, when the two teams were formed, or on the day on which it all ends."""

    FIRST_DAY = "first_day"
    WITH_TEAMS = "with_teams"
    LAST_DAY = "last_day"


@dataclass(frozen=True)
class StaffMember:
    """Somebody who signs in to the demonstration."""

    email: str
    name: str
    roles: tuple[Role, ...]
    team: str | None = None
    joins: Joins = Joins.FIRST_DAY


def _member(
    local: str, name: str, *roles: Role, team: str | None = None, joins: Joins = Joins.FIRST_DAY
) -> StaffMember:
    return StaffMember(f"{local}@wexcombeshire.invalid", name, roles, team, joins)


STAFF = (
    _member("lead", "Lena Larkspindle", Role.LEAD),
    _member("lead2", "Orlo Pennyquick", Role.LEAD, joins=Joins.LAST_DAY),
    _member("interviewer1", "Ines Tumblegate", Role.INTERVIEWER, team=TEAMS[0]),
    _member("interviewer2", "Jory Quillhurst", Role.INTERVIEWER, team=TEAMS[0]),
    _member("interviewer3", "Maud Cobbleferry", Role.INTERVIEWER, team=TEAMS[1]),
    _member("interviewer4", "Tavi Nettlebank", Role.INTERVIEWER, team=TEAMS[1]),
    _member("manager.east", "Bertram Saddlepool", Role.MANAGER, team=TEAMS[0]),
    _member("manager.west", "Winnow Ripplestead", Role.MANAGER, team=TEAMS[1], joins=Joins.WITH_TEAMS),
    _member("service.manager", "Coral Whistlemere", Role.SERVICE_MANAGER),
    _member("head.of.service", "Hugo Umberwharf", Role.HEAD_OF_SERVICE),
    _member("group", "Greta Fennelquay", Role.OPERATIONAL_GROUP),
    _member("administrator", "Ada Rumplelock", Role.ADMINISTRATOR),
    _member("governance", "Ivo Marbleknoll", Role.INFORMATION_GOVERNANCE),
)

DEMO_PASSWORD = "lantern-copper-otter"  # noqa: S105 (printed for everyone; works only in a demonstration)
