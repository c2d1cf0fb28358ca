"""The words that forces write in the headings of their exports, and what each heading then stands for.

Collected from the headings that Niche, Athena, Connect and COMPACT exports and forces' own spreadsheets use. A heading
is cut into words, abbreviations written out; a field has patterns of words, of which the fullest that fits counts.
"""

import re
from collections.abc import Mapping

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MISPER = re.compile(r"\bmis(?:sing)?[- ]?pers?(?:on)?\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")

WRITTEN_OUT: Mapping[str, tuple[str, ...]] = {
    "dt": ("date",), "dte": ("date",), "tm": ("time",), "datetime": ("date", "time"), "dttm": ("date", "time"),
    "dob": ("date", "birth"), "no": ("number",), "nr": ("number",), "num": ("number",), "nos": ("number",),
    "reference": ("ref",), "refno": ("ref", "number"), "id": ("number",), "urn": ("number",), "uri": ("number",),
    "occ": ("occurrence",), "nom": ("nominal",), "addr": ("address",), "add": ("address",), "loc": ("location",),
    "pcode": ("postcode",), "fname": ("forename",), "forenames": ("forename",), "sname": ("surname",),
    "lastname": ("surname",), "firstname": ("forename",), "fullname": ("full", "name"), "names": ("name",),
    "cat": ("category",), "ret": ("returned",), "return": ("returned",), "located": ("found",), "traced": ("found",),
    "recovered": ("found",), "loct": ("found",), "lastseen": ("last", "seen"), "mfh": ("missing",),
    "ls": ("last", "seen"),
    "la": ("authority",), "council": ("authority",), "csc": ("services",), "yos": ("services",), "yot": ("services",),
    "yjs": ("services",), "lac": ("looked", "after"), "cla": ("looked", "after"), "circs": ("circumstances",),
    "gender": ("sex",), "sde": ("ethnicity",),
    "ethnic": ("ethnicity",), "rpt": ("report",), "rptd": ("reported",), "pi": ("prevention",),
}  # fmt: skip

FILLERS = frozenset({
    "the", "of", "s", "a", "and", "or", "to", "in", "is", "child", "person", "nominal", "subject", "misper",
    "individual", "young", "yp", "current", "local", "police", "self", "defined", "home", "1", "level",
})  # fmt: skip
"""Words that add nothing to what a heading stands for."""

OTHERS = frozenset({
    "parent", "mother", "father", "carer", "guardian", "officer", "oic", "worker", "school", "informant", "contact",
    "phone", "telephone", "mobile", "email", "associate", "supervisor", "age", "previous", "count", "days", "hours",
    "duration", "reason", "vehicle", "station", "beat", "district", "height", "build", "review", "closed", "updated",
})  # fmt: skip
"""A heading with one of these speaks of somebody or something else: it is left to the person."""

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "police_reference": (
        "occurrence number", "occurrence ref", "log number", "log ref", "incident number", "incident ref",
        "case number", "case ref", "misper ref", "misper number", "missing ref", "missing number", "report number",
        "report ref", "crime ref", "crime number", "event number", "police ref", "police number", "compact ref",
        "niche ref", "athena ref", "storm number", "cad number", "cad ref", "investigation number", "occurrence",
        "incident", "ref",
    ),
    "police_person_id": (
        "person number", "person ref", "nominal number", "nominal ref", "subject number", "subject ref",
        "individual number", "pnc number", "person number ref", "child number",
    ),
    "council_id": (
        "council number", "council ref", "council child number", "social care number", "social care ref",
        "csc number", "mosaic number", "liquidlogic number", "lcs number",
    ),
    "surname": ("surname", "last name", "family name"),
    "forename": ("forename", "first name", "given name", "christian name"),
    "full_name": ("full name", "name", "person name", "subject name", "nominal name", "misper name", "child name",
                  "subject", "misper", "nominal"),
    "date_of_birth": ("date birth", "birth", "born", "birth date"),
    "sex": ("sex",),
    "ethnicity": ("ethnicity", "ethnicity appearance", "ethnicity origin", "ethnicity group", "race"),
    "address": ("address", "home address", "usual residence", "normal residence", "residence", "lives"),
    "postcode": ("postcode", "post code", "home postcode"),
    "setting": (
        "setting", "placement type", "placement", "living arrangement", "living arrangements", "living with",
        "lives with",
        "care status", "legal status", "residence type", "address type", "accommodation type", "accommodation",
        "looked after", "looked after status", "in care", "home type", "resides",
    ),
    "responsible_authority": ("authority", "responsible authority", "placing authority", "responsible"),
    "known_to": ("known", "known services", "known to", "services", "open to", "social care", "known social care"),
    "status": ("status", "occurrence status", "case status", "state", "report status", "missing status", "position"),
    "kind": (
        "category", "kind", "type", "classification", "missing type", "missing category", "occurrence type",
        "absence type", "incident type", "report type", "missing absent",
    ),
    "risk": ("risk", "risk grade", "risk assessment", "risk grading", "risk category", "grading", "grade"),
    "prevention_interview_outcome": (
        "prevention outcome", "prevention interview outcome", "safe well outcome", "safe well result",
        "debrief outcome", "prevention notes", "safe well notes",
    ),
    "circumstances": (
        "circumstances", "summary", "narrative", "notes", "details", "comments", "remarks", "free text", "description",
        "circumstances summary", "further information",
    ),
    "report_time": (
        "report run", "run date", "run time", "run date time", "extract date", "extracted", "generated", "produced",
        "report run date time", "data as at", "as at", "snapshot", "report time", "report produced",
    ),
}  # fmt: skip
"""Field → its patterns. `report_time` is no field of a line: the column that says when the report was made."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "prevention": ("prevention", "safe well", "debrief", "prevention interview"),
    "missing": ("missing", "last seen", "gone", "absconded", "missing from", "went missing", "missing since"),
    "found": ("found",),
    "returned": ("returned", "back"),
    "reported": ("reported", "report", "notified"),
}
"""What happened; a heading that says so has a date, a time, a place or a person of it."""

ALONE = frozenset(
    {"full_name", "police_reference", "kind", "status", "circumstances", "known_to", "responsible_authority"}
)
"""Fields whose single words are so common that beside another word they say nothing."""

WHEN = frozenset({"date", "time", "when", "at", "on", "since", "from"})
WHERE = frozenset({"location", "address", "place", "where", "premises", "area", "addresses"})
WHO = frozenset({"by", "whom", "who"})


def words_of(heading: str) -> tuple[str, ...]:
    """The heading's words in small letters, abbreviations written out."""
    spaced = _CAMEL.sub(" ", _MISPER.sub("misper", heading))
    found = _WORD.findall(spaced.replace("'", "").lower())
    return tuple(word for part in found for word in WRITTEN_OUT.get(part, (part,)))
