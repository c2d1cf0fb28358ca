"""The Missing rows in the collection's XML: EXPSSDA903 → CHILD → HEADER with an AMISSING for each row."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tracker.core.looked_after import LookedAfterChild
from tracker.core.ssda903 import MissingRow


def missing_xml(rows: Sequence[MissingRow], children: Mapping[str, LookedAfterChild]) -> str:
    """The document. `children`: CHILD id → the Header's row, where a list gave it; its blank fields have no element."""
    root = Element("EXPSSDA903")
    headers: dict[str, Element] = {}
    for row in rows:
        if row.child:
            if row.child not in headers:
                headers[row.child] = _header(root, row, children.get(row.child))
            missing = SubElement(headers[row.child], "AMISSING")
            for name, text in (("MISSING", row.missing), ("MIS_START", row.mis_start), ("MIS_END", row.mis_end)):
                SubElement(missing, name).text = text or None  # blank, and there: readers look for all three
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _header(root: Element, row: MissingRow, child: LookedAfterChild | None) -> Element:
    header = SubElement(SubElement(root, "CHILD"), "HEADER")
    sex, ethnicity, upn = (child.sex, child.ethnicity, child.upn) if child else ("", "", "")
    _add(header, CHILDID=row.child, SEX=sex, DOB=row.dob, ETHNIC=ethnicity, UPN=upn)
    return header


def _add(to: Element, **fields: str) -> None:
    for name, text in fields.items():
        if text:
            SubElement(to, name).text = text
