"""The words for the fields and numbers of a child."""

from tracker.services.child_names import OTHER_SYSTEM
from tracker.services.merge_children import FORMER_COUNCIL_ID
from tracker.web.episodes.wording import force_words, value_words
from tracker.web.words import words

FIELDS = {
    "surname": "Surname",
    "forename": "First name",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "address": "Address",
    "postcode": "Postcode",
    "council_id": "Council’s number",
    "responsible_authority": "Responsible authority",
    "is_ours": "Our responsibility",
    "known_to_services": "Known to services",
    "team_id": "Team",
    "police_person_id": "Police person number",
}


def child_field_words(name: str) -> str:
    return FIELDS.get(name) or words(name)


def child_value_words(value: object, name: str) -> str:
    """As people read it; a dash for nothing."""
    if hasattr(value, "isoformat"):
        return value_words(value.isoformat(), name)
    return words(str(value)) if name == "sex" and value else value_words(value, name)


def number_words(kind: str) -> str:
    """`police_person_id:thames-valley` → Number with the police (Thames Valley)."""
    name, _, force = kind.partition(":")
    plain = {
        "police_person_id": "Number with the police",
        FORMER_COUNCIL_ID: "Council’s number, another",
        OTHER_SYSTEM: "Number of another system",
    }.get(name) or words(name)
    return f"{plain} ({force_words(force)})" if force else plain
