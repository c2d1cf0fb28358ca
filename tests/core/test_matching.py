"""Which child a line speaks of: certain only where exact and alone, otherwise a person decides."""

from datetime import date
from itertools import islice, permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tests.core.strategies import REPORT_AT, known_children, report_lines
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
    assert compare_addresses("1 Invented Street", "1, invented street") is MATCH
    assert compare_addresses("1 Invented Street", "1 Invented Street, Madeup WX1 1AA") is NEAR
    assert compare_addresses("1 Invented Street", "2 Invented Street") is DIFFERS
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
        "surname": MATCH, "forename": MATCH, "date_of_birth": MATCH, "police_person_id": BLANK, "sex": BLANK,
        "postcode": BLANK, "address": BLANK,
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
    assert match_child(line(forename="Jade", **alike), [ruby]) == NoMatch()
    jada = held(2, forename="Jada", **home)
    assert ids(match_child(line(forename="Jade", **alike), [ruby, jada])) == [2], "a near forename is for a person"
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
        (child,) = known
        number = next(iter(child.police_person_ids), None)
        kept = blocking_keys(*child.names[0], child.date_of_birth, number)
        assert kept & blocking_keys(asked.surname, asked.forename, asked.date_of_birth, asked.police_person_id)


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
    keys = blocking_keys("Testsurname-Madeup " * 20, "Alex Sam Jack " * 20, BORN, "P" * 500)
    assert len(keys) < 60
    assert all(len(key) <= 42 for key in keys)
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
