"""Minutes for circulation: no name of a child, no part of one, no initials are left."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.folded_text import APOSTROPHES
from tracker.core.group_minutes import Around, Named, number_of, without_names
from tracker.core.interview_terms import ContactRelation
from tracker.core.names import fold_name
from tracker.core.plain_words import ALSO_NAMES, COMMON

ANWEN = Named(3, "Anwen", "Testly", ("Annie",))
WILL = Named(12, "Will", "O'Invented-Smythe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anwen Testly is safe.", "Child 3 is safe."),
        ("Anwen's carer rang; annie was named TESTLY.", "Child 3's carer rang; Child 3 was named Child 3."),
        ("Annie and Will went together.", "Child 3 and Child 12 went together."),
        ("He will not; Will's plan stands.", "He will not; Child 12's plan stands."),
        ("A.T. and WO were seen. AT school.", "Child 3 and Child 12 were seen. Child 3 school."),
        ("At school it is quieter.", "At school it is quieter."),
        ("Smythe or O'Invented", "Child 12 or Child 12"),
        ("Anwenna is another name.", "Anwenna is another name."),
        ("", ""),
    ],
)
def test_names_become_numbers(text: str, expected: str) -> None:
    assert without_names(text, [ANWEN, WILL]) == expected


def test_of_two_with_one_name_the_first_given_has_it() -> None:
    other = Named(4, "Anwen", "Otherly")
    assert without_names("Anwen", [other, ANWEN]) == number_of(4)


def test_nobody_named_changes_nothing() -> None:
    assert without_names("Anwen", []) == "Anwen"


MOTHER = Around("Mrs Bev Quill-Testly", ContactRelation.PARENT_OR_CARER)
CARED_FOR = Named(
    5, "Zoë", "D’Quill", ("Zedders", "Ann-Marie"),
    (MOTHER, Around("Foster carer Mr Brown", ContactRelation.PARENT_OR_CARER),
     Around("Foster carer", ContactRelation.OTHER), Around("Rowan House", ContactRelation.PLACEMENT),
     Around("Ms Known", ContactRelation.SOCIAL_WORKER),
     Around("Zed (her phone)", ContactRelation.CHILD)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoe, ZOË and zoe\u0308 are one.", "Child 5, Child 5 and Child 5 are one."),
        ("zedders' bag, Zedders's bag, Zoes bag", "Child 5' bag, Child 5's bag, Child 5’s bag"),
        ("D'Quill, d‘quill, DQuill, D Quill", "Child 5, Child 5, Child 5, Child 5"),
        ("Ann Marie, Annmarie, ANN‑MARIE, Marie", "Child 5, Child 5, Child 5, Child 5"),
        ("Zed has a new number.", "Child 5 has a new number."),
        ("Bev and Mr Brown spoke.", "Child 5’s parent or carer and Mr Child 5’s parent or carer spoke."),
        ("Her foster carer has brown hair.", "Her foster carer has brown hair."),
        ("Back at Rowan House by ten.", "Back at Child 5’s placement by ten."),
        ("Ms Known will ring the house.", "Ms Known will ring the house."),
        ("Zoë D’Quill’s plan", "Child 5’s plan"),
    ],
)
def test_nicknames_and_those_around_the_child_are_found_however_they_are_written(text: str, expected: str) -> None:
    assert without_names(text, [CARED_FOR]) == expected


def test_of_a_name_that_a_child_and_somebody_around_another_share_the_child_has_it() -> None:
    assert without_names("Bev", [CARED_FOR, Named(6, "Bev", "Otherly")]) == "Child 6"


words = st.text("abcdefg", min_size=3, max_size=7).map(str.capitalize)


@unhurried(200)
@given(
    words,
    words,
    st.lists(st.sampled_from(["{f}", "{s}", "{f} {s}", "{F}", "{l}", "and", "the plan,", "{s}'s"]), max_size=8),
)
def test_no_part_of_a_name_is_left(forename: str, surname: str, pieces: list[str]) -> None:
    child = Named(7, forename, surname)
    text = " ".join(piece.format(f=forename, s=surname, F=forename.upper(), l=surname.lower()) for piece in pieces)
    told = without_names(text, [child])
    for name in (forename, surname, forename.upper(), surname.lower()):
        assert not re.search(rf"(?<!\w){name}(?!\w)", told)
    assert without_names(told, [child]) == told


LETTERS = "abdefgklmoprtuvxz" + "éöñçåÿłøß"
part = st.text(LETTERS, min_size=2, max_size=6).filter(lambda part: not {fold_name(part)} & (ALSO_NAMES | COMMON))
joined = st.lists(part, min_size=1, max_size=3).flatmap(
    lambda parts: st.lists(st.sampled_from("-' ’"), min_size=len(parts) - 1, max_size=len(parts) - 1).map(
        lambda signs: "".join(a + b for a, b in zip(parts, [*signs, ""], strict=True))
    )
)
APART = {
    "-": ["-", "‐", "–", " ", "- "],
    "'": ["'", "’", "ʼ", "`", "", " "],
    "’": ["'", "’", "´", ""],
    " ": [" ", "  ", "-", "\n"],
}


@st.composite
def written(draw: st.DrawFn, name: str) -> str:
    """The name as somebody may have typed it: capitals, signs and accents as it came."""
    signs = [draw(st.sampled_from(APART.get(sign, [sign]))) for sign in name]
    form = draw(st.sampled_from(["NFC", "NFD"]))
    how = draw(st.sampled_from([str, str.upper, str.lower, str.title, without_accents]))
    after = draw(st.sampled_from(["", "'s", "’s", "s", "’", ".", ", ", "!", "\n"]))
    return unicodedata.normalize(form, how("".join(signs))) + after


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@st.composite
def told_of(draw: st.DrawFn) -> tuple[Named, str]:
    names = [draw(joined) for _ in range(4)]
    child = Named(7, names[0], names[1], (names[2],), (Around(names[3], ContactRelation.PARENT_OR_CARER),))
    pieces = draw(st.lists(st.sampled_from(names).flatmap(written) | st.just("and"), min_size=1, max_size=6))
    return child, " ".join(pieces)


@unhurried(300)
@given(told_of())
def test_no_held_name_survives_whatever_its_case_apostrophes_hyphens_or_accents(given: tuple[Named, str]) -> None:
    """Looked for by another way than it is replaced: as bare words, with and without a possessive s."""
    child, text = given
    left = [re.sub("s$", "", word) for word in re.split("[^a-z']+", plain(without_names(text, [child])))]
    left = [word.replace("'", "") for word in left] + [bit for word in left for bit in word.split("'")]
    held = {plain(bit) for name in (child.forename, child.surname, *child.others, child.around[0].name)
            for bit in re.split(r"[\s\-'’]+", name)}  # fmt: skip
    ours = {"child", "parent", "or", "carer", "and", ""}
    assert not {word for word in left if word in held and len(word) > 1} - ours


def plain(text: str) -> str:
    return "".join("'" if c in APOSTROPHES else fold_name(c) or " " for c in unicodedata.normalize("NFC", text))


@unhurried(100)
@given(st.text(max_size=60), told_of())
def test_any_text_can_be_read(text: str, given: tuple[Named, str]) -> None:
    told = without_names(text, [given[0]])
    assert without_names(text, []) == text
    assert bool(told) == bool(text)
