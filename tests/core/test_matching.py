"""Which child a line speaks of: certain only where exact and alone, otherwise a person decides."""

from datetime import date, timedelta
from itertools import islice, permutations
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.core.strategies import REPORT_AT, known_children, report_lines
from tracker.bench.corruption import corrupted
from tracker.bench.population import InventedChild, population
from tracker.core.candidates import episodes_overlap
from tracker.core.daily_report import ReportLine
from tracker.core.likeness import compare_addresses, compare_dates, compare_postcodes, compare_sex
from tracker.core.matching import (
    Ambiguous,
    Comparison,
    KnownChild,
    Matched,
    MatchResult,
    NoMatch,
    blocking_keys,
    compare,
    match_child,
    names_agree,
    search_keys,
)
from tracker.core.names import compare_forenames, compare_surnames, fold_name, is_no_name, slips_between

MATCH, NEAR, DIFFERS, BLANK = Comparison
BORN = date(2012, 3, 5)


def line(surname: str = "Testsurname", forename: str = "Jade", born: date | None = BORN, **more: object) -> ReportLine:
    return ReportLine(
        as_of=(REPORT_AT, 1),
        police_force="test-force",
        police_reference="WX126",
        missing_from_at=REPORT_AT,
        surname=surname,
        forename=forename,
        date_of_birth=born,
        **more,
    )


def held(
    id: int = 1, surname: str = "Testsurname", forename: str = "Jade", born: date | None = BORN, **more: object
) -> KnownChild:
    return KnownChild(id, ((surname, forename),), born, **more)


def ids(result: MatchResult) -> list[int]:
    assert isinstance(result, Ambiguous)
    return [candidate.child_id for candidate in result.candidates]


# Names


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Testsurname", "TESTSURNAME", MATCH),
        ("O'Madeup", "O Madeup", MATCH),
        ("O’Madeup", "OMadeup", MATCH),
        ("Łøßek", "Lossek", MATCH),
        ("Müller", "Muller", MATCH),
        ("Madé-Upp", "made upp", MATCH),
        ("Test-Madeup", "Madeup Test", MATCH),  # the halves in the other order
        ("van der Test", "Vandertest", MATCH),
        ("Test", "Test-Madeup", NEAR),  # one half of a double-barrelled name
        ("MacTest", "McTest", NEAR),
        ("Testsurname", "Tetssurname", NEAR),
        ("Smithe", "Smythe", NEAR),
        ("Test", "Madeup", DIFFERS),
        ("Ng", "Ho", DIFFERS),
        ("", "Test", BLANK),
        ("Unknown", "Test", BLANK),
        ("?", "Test", BLANK),
    ],
)
def test_surnames(one: str, other: str, found: Comparison) -> None:
    assert compare_surnames(one, other) is compare_surnames(other, one) is found


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Mohammed", "Muhammad", MATCH),
        ("Siobhán", "Chevonne", MATCH),
        ("Catherine", "Kathryn", MATCH),
        ("Jade", "Jade Ann", MATCH),
        ("Mary-Kate", "Mary Kate", MATCH),
        ("Jade A", "Jade Ann", MATCH),
        ("Alfie", "Alfred", NEAR),
        ("Liz", "Elizabeth", NEAR),
        ("Kate", "Katherine", NEAR),
        ("J", "Jade", NEAR),
        ("Jade", "Jada", NEAR),
        ("Amy", "Ami", NEAR),
        ("Christopher", "Chris", NEAR),
        ("Ann", "Jade Ann", NEAR),  # known by the second name
        ("Jade Ann", "Jade Mary", NEAR),
        ("Mohammed Ali", "Muhammad Hussain", NEAR),  # two brothers may share the first
        ("Mohammed", "Muhammad Hussain", NEAR),  # and one of them may be meant
        ("Seun", "Oluwaseun", NEAR),
        ("Sam antha", "Samantha", MATCH),
        ("Yam in", "Yasmin", NEAR),
        ("Lue", "Luke", NEAR),
        ("Nefe", "Neve", NEAR),  # a slip in a spelling of another name
        ("Jade", "Ruby", DIFFERS),
        ("J", "Ruby", DIFFERS),
        ("", "Jade", BLANK),
        ("Baby", "Jade", BLANK),
        ("Unknown", "Jade", BLANK),
    ],
)
def test_forenames(one: str, other: str, found: Comparison) -> None:
    assert compare_forenames(one, other) is compare_forenames(other, one) is found


@given(st.text(max_size=30), st.text(max_size=30))
@unhurried(200)
def test_comparing_names_goes_both_ways(one: str, other: str) -> None:
    assert fold_name(fold_name(one)) == fold_name(one)
    for compare_two in (compare_surnames, compare_forenames):
        assert compare_two(one, other) is compare_two(other, one)
        assert compare_two(one, one) in (MATCH, BLANK)


@pytest.mark.parametrize(
    ("surname", "forename", "none"),
    [("Unknown", "Male", True), ("", "", True), ("Baby", "Girl", True), ("Not Known", "", True),
     ("N/K", "Female", True), ("Child", "Jade", False), ("Male", "Robin", False), ("Testsurname", "Unknown", False)],
)  # fmt: skip
def test_some_names_are_none(surname: str, forename: str, none: bool) -> None:
    assert is_no_name(surname, forename) is none


def test_slips_of_the_hand_are_counted() -> None:
    pairs = {("jade", "jade"): 0, ("jade", "jaed"): 1, ("jade", "jad"): 1, ("jade", "jode"): 1, ("jade", ""): 4}
    assert {pair: slips_between(*pair) for pair in pairs} == pairs


# The other fields


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (date(2012, 3, 5), MATCH),
        (date(2012, 5, 3), NEAR),  # day and month swapped
        (date(2012, 3, 6), NEAR),  # one digit off
        (date(2002, 3, 5), NEAR),
        (date(2021, 3, 5), NEAR),  # two neighbouring digits swapped
        (date(2012, 4, 6), DIFFERS),
        (date(2011, 5, 3), DIFFERS),
        (None, BLANK),
    ],
)
def test_dates_of_birth(other: date | None, found: Comparison) -> None:
    assert compare_dates(BORN, other) is compare_dates(other, BORN) is found


def test_places_and_sex() -> None:
    assert compare_postcodes("wx1 1aa", "WX11AA") is MATCH
    assert compare_postcodes("WX1 1AA", "WX1 2BB") is NEAR
    assert compare_postcodes("WX1 1AA", "WX2 1AA") is DIFFERS
    assert compare_postcodes("not known", "WX1 1AA") is BLANK
    assert compare_postcodes("D02 AF30", "d02af30") is NEAR, "another country's code says which district"
    assert compare_postcodes("D02 AF30", "D02 AF31") is compare_postcodes("Dublin", "Dublin") is BLANK
    assert compare_addresses("1 Invented Street", "1, invented street") is MATCH
    assert compare_addresses("1 Invented Street", "1 Invented Street, Madeup WX1 1AA") is NEAR
    assert compare_addresses("1 Invented Street", "2 Invented Street") is DIFFERS
    assert compare_addresses("1 Invented Street", "1 Inventde Rd") is NEAR, "a slip, and another word for a street"
    assert compare_addresses("212 Invented Street", "221 Invented Street") is NEAR, "the digits swapped"
    assert compare_addresses("Invented Street, Madeup", "12 Invented Street, Madeup") is NEAR
    assert compare_addresses("Invented Street", "12 Invented Street") is DIFFERS, "a whole street is no home"
    assert compare_addresses("1 Madeup Road", "1 Invented Road") is DIFFERS, "a number and what every street is called"
    assert compare_addresses("NFA", "1 Invented Street") is BLANK
    assert compare_sex("F", "female") is MATCH
    assert compare_sex("girl", "M") is DIFFERS
    assert compare_sex("Prefers not to say", "female") is BLANK


# Certain


def test_the_same_name_and_date_of_birth_alone_are_certain() -> None:
    result = match_child(line(), [held(1), held(2, forename="Ruby"), held(3, born=date(2009, 9, 9))])
    assert isinstance(result, Matched)
    assert result.child_id == 1
    assert {reason.field: reason.comparison for reason in result.reasons} == {
        "surname": MATCH, "forename": MATCH, "date_of_birth": MATCH, "police_person_id": BLANK, "council_id": BLANK,
        "sex": BLANK, "postcode": BLANK, "address": BLANK,
    }  # fmt: skip
    assert sum(reason.weight for reason in result.reasons) == 70


def test_a_former_name_is_as_good() -> None:
    child = KnownChild(1, (("Newname", "Jade"), ("Testsurname", "Jade")), BORN)
    assert match_child(line(), [child]) == Matched(1, compare(line(), child).reasons)


def test_another_address_takes_nothing_away() -> None:
    child = held(addresses=("9 Elsewhere Road",), postcodes=("ZZ9 9ZZ",))
    assert isinstance(match_child(line(address="1 Invented Street", postcode="WX1 1AA"), [child]), Matched)


def test_the_polices_own_number_is_certain_where_the_names_do_not_contradict_it() -> None:
    same = {"police_person_ids": ("P/00-7",)}
    for name in (held(1, "Testsurname", "Jada", None, **same), held(1, "Testsurnam", "Jade", date(2012, 5, 3), **same)):
        result = match_child(line(police_person_id="p007"), [name])
        assert isinstance(result, Matched)
    for other in (
        held(1, "Madeup", "Jade", **same),
        held(1, "Testsurname", "Ruby", **same),
        held(1, "Unknown", "Female", **same),
        held(1, born=date(2005, 9, 9), **same),
        held(1, sex="male", **same),
    ):
        assert ids(match_child(line(police_person_id="P007", sex="female"), [other])) == [1]


@pytest.mark.parametrize("number", ["", "N/A", "unknown", "0", "-"])
def test_a_number_that_is_none_joins_nobody(number: str) -> None:
    child = held(1, "Madeup", "Ruby", date(2009, 9, 9), police_person_ids=(number,))
    assert match_child(line(police_person_id=number), [child]) == NoMatch()
    assert not any(key.startswith("p:") for key in blocking_keys("Test", "Jade", None, number))


def test_the_councils_own_number_is_as_good_as_the_polices() -> None:
    child = held(1, "Testsurname", "Jada", None, council_ids=("C-12",))
    result = match_child(line(council_id="c12"), [child])
    assert isinstance(result, Matched)
    assert {reason.field: reason.comparison for reason in result.reasons}["council_id"] is MATCH
    assert ids(match_child(line("Madeup", "Ruby", council_id="C12"), [child])) == [1]
    assert ids(match_child(line(council_id="C13"), [held(1, council_ids=("C-12",))])) == [1], "another number"
    same = [held(1, council_ids=("C1",)), held(2, council_ids=("C2",))]
    assert isinstance(match_child(line(council_id="C1"), same), Matched)


# Missing at the same time

HOUR = timedelta(hours=1)
HOME, ELSEWHERE = {"address": "1 Invented Street", "postcode": "WX1 1AA"}, ("9 Elsewhere Road", "ZZ9 9ZZ")


def elsewhere(spans: list[tuple[int, int | None]], **more: object) -> KnownChild:
    """The same name and birthday, held at another home; missing from and to so many hours after the line's start."""
    at = tuple((REPORT_AT + start * HOUR, None if end is None else REPORT_AT + end * HOUR) for start, end in spans)
    return held(1, addresses=ELSEWHERE[:1], postcodes=ELSEWHERE[1:], spans=at, **more)


@pytest.mark.parametrize(
    ("spans", "asked"),
    [
        ([(-5, 1)], True),
        ([(2, 3)], True),  # within the line's, which ends at 4
        ([(-5, None)], True),  # still missing
        ([(-50, None), (-30, -20)], False),  # never ended, but was missing anew since
        ([(-5, 0)], False),  # ends as the line begins
        ([(4, 9)], False),
        ([(-90, -80), (90, 99)], False),
        ([], False),
    ],
)
def test_nobody_is_missing_from_two_homes_at_once(spans: list[tuple[int, int | None]], asked: bool) -> None:
    """The same name and date of birth at another address, with episodes that overlap: perhaps a namesake."""
    one = line(returned_at=REPORT_AT + 4 * HOUR, **HOME)
    result = match_child(one, [elsewhere(spans)])
    assert isinstance(result, Ambiguous if asked else Matched)
    still_missing = match_child(line(**HOME), [elsewhere(spans)])
    assert isinstance(still_missing, Ambiguous if asked or spans[-1:] in ([(4, 9)], [(90, 99)]) else Matched)


def test_the_same_home_or_number_speaks_for_one_child() -> None:
    at_once = ((REPORT_AT - HOUR, None),)
    home = {"addresses": ("1 Invented Street",), "postcodes": ("WX1 1AA",)}
    assert isinstance(match_child(line(**HOME), [held(1, spans=at_once, **home)]), Matched)
    assert isinstance(match_child(line(), [held(1, spans=at_once, **home)]), Matched), "no address is none other"
    numbered = elsewhere([(-1, None)], police_person_ids=("P1",))
    assert isinstance(match_child(line(police_person_id="P1", **HOME), [numbered]), Matched)
    for other in ({"address": "2 Invented Street", "postcode": "WX1 1AA"}, {"postcode": "WX1 1AB"}):
        assert ids(match_child(line(**other), [held(1, spans=at_once, **home)])) == [1], "next door is not at home"


# Not certain


def test_something_against_it_asks_a_person() -> None:
    assert ids(match_child(line(sex="female"), [held(sex="male")])) == [1]
    assert ids(match_child(line(police_person_id="P1"), [held(police_person_ids=("P2",))])) == [1]


def test_never_on_score_alone() -> None:
    rich = held(1, addresses=("1 Invented Street",), postcodes=("WX1 1AA",), sex="female")
    full = line(address="1 Invented Street", postcode="WX1 1AA", sex="female")
    assert isinstance(match_child(full, [rich]), Matched)
    assert ids(match_child(full, [held(2), rich])) == [1, 2], "another of that name and day leaves it open"
    # The police's own number tells two of one name and birthday apart.
    numbered = [held(1, police_person_ids=("P1",)), held(2, police_person_ids=("P2",))]
    assert isinstance(match_child(line(police_person_id="P1"), numbered), Matched)
    assert ids(match_child(line(police_person_id="P3"), numbered)) == [1, 2]
    assert ids(match_child(line(), numbered)) == [1, 2]


def test_a_number_on_a_near_name_gives_way_to_the_exact_one() -> None:
    twins = [held(1, forename="Jada", police_person_ids=("P1",)), held(2, forename="Jade", police_person_ids=("P2",))]
    assert set(ids(match_child(line(forename="Jade", police_person_id="P1"), twins))) == {1, 2}


def test_twins_are_not_joined() -> None:
    home = {"addresses": ("1 Invented Street",), "postcodes": ("WX1 1AA",), "sex": "female"}
    ruby = held(1, forename="Ruby", **home)
    alike = {"address": "1 Invented Street", "postcode": "WX1 1AA", "sex": "female"}
    assert ids(match_child(line(forename="Jade", **alike), [ruby])) == [1], "a wrong forename would look just like it"
    assert match_child(line(forename="Jade"), [ruby]) == NoMatch()
    older = held(5, forename="Ruby", born=date(2010, 8, 9), **home)
    assert match_child(line(forename="Jade", **alike), [older]) == NoMatch(), "a sister of another age is no question"
    jada = held(2, forename="Jada", **home)
    assert ids(match_child(line(forename="Jade", **alike), [ruby, jada])) == [2, 1], "the near forename comes first"
    both = [ruby, held(3, forename="Jade", **home)]
    assert match_child(line(forename="Jade", **alike), both) == Matched(3, compare(line(**alike), both[1]).reasons)


@pytest.mark.parametrize(
    ("surname", "forename", "born"),
    [
        ("Testsurname", "Jada", BORN),
        ("Tetssurname", "Jade", BORN),
        ("Jade", "Testsurname", BORN),  # the names swapped
        ("Testsurname-Madeup", "Jade", BORN),
        ("Testsurname", "", BORN),
        ("Testsurname", "Jade", date(2012, 5, 3)),
        ("Testsurname", "Jade", None),
        ("Testsurname", "Jada", date(2012, 5, 3)),
        ("Testsurname", "Jada", None),
        ("Jaed", "Testsurnam", BORN),  # swapped, and a slip in each
    ],
)
def test_what_is_near_asks_a_person(surname: str, forename: str, born: date | None) -> None:
    assert ids(match_child(line(surname, forename, born), [held()])) == [1]


@pytest.mark.parametrize(
    ("surname", "forename", "born"),
    [
        ("Testsurname", "Jade", date(2009, 9, 9)),  # two children of one name
        ("Testsurname", "Ruby", BORN),
        ("Madeup", "Jade", BORN),  # a forename and a birthday are shared by many
        ("Madeup", "Ruby", BORN),
        ("Testsurnam", "Jada", None),
    ],
)
def test_what_is_not_near_is_another_child(surname: str, forename: str, born: date | None) -> None:
    assert match_child(line(surname, forename, born), [held()]) == NoMatch()


def test_the_same_home_makes_a_changed_name_or_birthday_worth_a_look() -> None:
    child = held(postcodes=("WX1 1AA",))
    assert ids(match_child(line("Madeup", "Jade", postcode="WX1 1AA"), [child])) == [1]
    assert ids(match_child(line(born=date(2009, 9, 9), postcode="WX1 1AA"), [child])) == [1]
    assert ids(match_child(line("Testsurnam", "Jada", None, postcode="WX1 1AA"), [child])) == [1]
    assert ids(match_child(line("Madeup", "Ruby", postcode="WX1 1AA"), [child])) == [1], "the birthday in the home"
    assert ids(match_child(line("Madeup", "Jade", postcode="WX1 2BB"), [child])) == [1], "and in the district"
    assert ids(match_child(line("Testsurname", "Ruby", None, postcode="WX1 1AA"), [child])) == [1]
    assert match_child(line("Testsurname", "Ruby", date(2009, 9, 9), postcode="WX1 1AA"), [child]) == NoMatch()
    assert match_child(line("Madeup", "Ruby", postcode="WX1 2BB"), [child]) == NoMatch()


def test_somebody_unknown_is_never_joined_by_themselves() -> None:
    unknown = line("Unknown", "Female", postcode="WX1 1AA")
    assert match_child(unknown, [held(1, "Unknown", "Female")]) == NoMatch()
    assert ids(match_child(unknown, [held(1, postcodes=("WX1 1AA",))])) == [1]
    assert match_child(line("Baby", "Girl"), [held(1, "Baby", "Girl")]) == NoMatch(), "two babies born on one day"


def test_three_candidates_the_likeliest_first() -> None:
    others = [held(4, forename="Jada"), held(3, forename="Jada", sex="female"), held(2, forename="Jada")]
    likeliest = held(9, forename="Jada", sex="female", postcodes=("WX1 1AA",))
    asked = line(sex="female", postcode="WX1 1AA")
    assert ids(match_child(asked, [*others, likeliest])) == [9, 3, 2]
    assert match_child(asked, []) == NoMatch()


# Whatever comes (habits)


@given(report_lines(), known_children())
@unhurried(150)
def test_the_order_of_the_candidates_changes_nothing(asked: ReportLine, known: list[KnownChild]) -> None:
    result = match_child(asked, known)
    assert all(match_child(asked, order) == result for order in islice(permutations(known), 1, None, 5))
    assert match_child(asked, [*known, *known]) == result


@given(st.lists(report_lines(), min_size=2, max_size=4), known_children())
@unhurried(150)
def test_the_order_of_lines_changes_no_match(lines: list[ReportLine], known: list[KnownChild]) -> None:
    forward = [match_child(one, known) for one in lines]
    backward = [match_child(one, known) for one in reversed(lines)]
    assert forward == backward[::-1]


@given(report_lines(), known_children())
@unhurried(150)
def test_nobody_is_joined_without_exact_evidence(asked: ReportLine, known: list[KnownChild]) -> None:
    result = match_child(asked, known)
    if isinstance(result, Matched):
        child = next(child for child in known if child.id == result.child_id)
        numbers = {number for number in child.police_person_ids if number != "n/a"}
        by_number = asked.police_person_id in numbers
        assert by_number or (asked.date_of_birth is not None and asked.date_of_birth == child.date_of_birth)
        assert by_number or not numbers or asked.police_person_id is None
        assert None in (asked.sex, child.sex) or asked.sex == child.sex
        assert not is_no_name(asked.surname, asked.forename)
    elif isinstance(result, Ambiguous):
        weights = [candidate.weight for candidate in result.candidates]
        assert 1 <= len(weights) <= 3
        assert weights == sorted(weights, reverse=True)


@given(report_lines(), known_children(1))
@unhurried(150)
def test_whoever_would_be_matched_is_found_by_the_keys(asked: ReportLine, known: list[KnownChild]) -> None:
    assume(known)
    if isinstance(match_child(asked, known), Matched):
        assert keys_of(known[0]) & looked_up(asked)


def keys_of(child: KnownChild) -> frozenset[str]:
    firsts = (next(iter(held), None) for held in (child.police_person_ids, child.council_ids, child.postcodes))
    return blocking_keys(*child.names[0], child.date_of_birth, *firsts, next(iter(child.addresses), None))


def looked_up(asked: ReportLine) -> frozenset[str]:
    numbers = (asked.police_person_id, asked.council_id)
    return search_keys(asked.surname, asked.forename, asked.date_of_birth, *numbers, asked.postcode, asked.address)


@pytest.mark.parametrize(
    "asked",
    [
        line(),
        line(born=date(2012, 5, 3)),
        line(born=date(2012, 3, 6)),
        line(born=date(2002, 3, 5)),
        line(born=date(2021, 3, 5)),
        line(born=None),
        line("Tetssurname", "Jada"),
        line("Jade", "Testsurname"),
        line("Testsurname", ""),
        line("Madeup", "Ruby", date(2009, 9, 9), police_person_id="P-7"),
        line("Madeup", "Ruby", date(2009, 9, 9), council_id="C 9"),
        line("Madeup", "Ruby", postcode="wx11aa"),
        line("Testsurnam", "Jada", date(2009, 9, 9), postcode="WX1 1AA"),
        line("Madeup", "Jade", None, postcode="WX1 1AA"),
    ],
)
def test_what_two_facts_agree_on_is_found(asked: ReportLine) -> None:
    child = held(police_person_ids=("P7",), council_ids=("C9",), postcodes=("WX1 1AA",))
    assert isinstance(match_child(asked, [child]), Matched | Ambiguous)
    assert keys_of(child) & looked_up(asked)


def test_a_home_without_a_postcode_is_found_by_its_address() -> None:
    child = held(addresses=("12 Invented Street, Madeup",))
    same_home = {"address": "12, Inventde St., Madeup"}
    for asked in (
        line("Madeup", "Ruby", **same_home),
        line("Testsurnam", "Jada", date(2009, 9, 9), **same_home),
        line("Madeup", "Jade", None, **same_home),
    ):
        assert isinstance(match_child(asked, [child]), Ambiguous)
        assert keys_of(child) & looked_up(asked)


def test_a_child_without_a_birthday_is_found_with_one_and_the_other_way_round() -> None:
    assert keys_of(held(born=None)) & looked_up(line())
    assert keys_of(held()) & looked_up(line(born=None))
    assert not keys_of(held(born=date(2009, 9, 9))) & looked_up(line()), "a name alone brings nobody"


@given(st.integers(0, 400), st.integers(0, 10_000))
@unhurried(120)
def test_a_garbled_line_is_never_joined_to_a_twin(place: int, number: int) -> None:
    """Whatever happens on the way to the name, the birthday and the home, and whether the child itself is held."""
    child, twin = TWINS[place % len(TWINS)]
    asked = corrupted(child, Random(number))
    assert not isinstance(match_child(asked, [as_held(twin)]), Matched)
    result = match_child(asked, [as_held(child), as_held(twin)])
    assert not isinstance(result, Matched) or result.child_id == child.number
    assert match_child(asked, [as_held(twin), as_held(child)]) == result


_CHILDREN = list(population(5_000, 5, date(2026, 11, 16)))
_PAIRS = [(_CHILDREN[child.twin_of], child) for child in _CHILDREN if child.twin_of is not None]
TWINS = _PAIRS + [(child, twin) for twin, child in _PAIRS]


def as_held(child: InventedChild) -> KnownChild:
    return KnownChild(
        child.number,
        ((child.surname, child.forename),),
        child.date_of_birth,
        child.sex,
        (child.postcode,) if child.postcode else (),
        (child.address,),
        (child.person_id,) if child.person_id else (),
    )


@given(st.lists(st.tuples(st.integers(-9, 9), st.none() | st.integers(0, 9)), max_size=4), st.integers(0, 5))
@unhurried(100)
def test_overlap_is_told_whatever_the_order(spans: list[tuple[int, int | None]], hours: int) -> None:
    at = [(REPORT_AT + start * HOUR, None if end is None else REPORT_AT + (start + end) * HOUR) for start, end in spans]
    span = (REPORT_AT, REPORT_AT + hours * HOUR)
    assert episodes_overlap(span, at) == episodes_overlap(span, reversed(at))
    if hours == 0:
        assert not episodes_overlap(span, [one for one in at if one[0] >= REPORT_AT])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Testsurname", "Alfie"), ("Testsurname", "Alfred")),
        (("Testsurname", "Mohammed"), ("Testsurname", "Muhamad")),
        (("Testsurname", "Jade"), ("Tetssurname", "Jada")),
        (("Jade", "Testsurname"), ("Testsurname", "Jade")),
        (("Test-Madeup", "Jade"), ("Madeup", "Jade")),
        (("Łøßek", "Siobhán"), ("Lossek", "Shavon")),
    ],
)
def test_names_that_are_near_share_a_key_without_a_date_of_birth(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert blocking_keys(*one, None, None) & blocking_keys(*other, None, None)


def test_keys_are_short_and_few() -> None:
    long = ("Testsurname-Madeup " * 20, "Alex Sam Jack " * 20, BORN, "P" * 500, "C" * 500)
    for place in (("WX1 1AA", None), (None, "Longword" * 60 + " 12345678901234567890" * 9)):
        keys = blocking_keys(*long, *place)
        assert len(keys) < 150
        assert all(len(key) <= 99 for key in keys)
        assert search_keys(*long, *place) <= keys | {f"u:{key[2:]}" for key in keys if key.startswith("n:")}
    assert blocking_keys("", "", None, None) == frozenset()


# A known reference (§4.3)


@pytest.mark.parametrize(
    ("surname", "forename", "born", "found"),
    [
        ("Testsurname", "Jade", BORN, MATCH),
        ("Testsurname", "Jade", date(2009, 9, 9), MATCH),
        ("Testsurname", "Jade", None, MATCH),
        ("Testsurname", "", BORN, MATCH),
        ("Testsurname", "Jada", BORN, NEAR),
        ("Tetssurname", "Jade", None, NEAR),
        ("Jade", "Testsurname", None, NEAR),
        ("Madeup", "Jade", BORN, NEAR),
        ("Madeup", "Jade", None, NEAR),  # a changed surname, and nothing said of the birthday
        ("Testsurname", "Ruby", BORN, NEAR),
        ("Madeup", "Ruby", date(2012, 5, 3), NEAR),
        ("Unknown", "Female", None, BLANK),
        ("Madeup", "Ruby", date(2009, 9, 9), DIFFERS),
        ("Madeup", "Ruby", None, DIFFERS),
        ("Madeup", "Jade", date(2009, 9, 9), DIFFERS),
        ("Testsurname", "Ruby", date(2009, 9, 9), DIFFERS),  # a sister on the same reference
        ("Testsurname", "Ruby", None, DIFFERS),
    ],
)
def test_a_known_reference_is_the_same_child_or_not(
    surname: str, forename: str, born: date | None, found: Comparison
) -> None:
    assert names_agree(line(surname, forename, born), held()) is found


def test_the_polices_own_number_speaks_for_the_same_child() -> None:
    child = held(police_person_ids=("P1",))
    assert names_agree(line("Madeup", "Ruby", date(2009, 9, 9), police_person_id="P1"), child) is NEAR
    assert names_agree(line("Madeup", "Ruby", date(2009, 9, 9), police_person_id="P2"), child) is DIFFERS
