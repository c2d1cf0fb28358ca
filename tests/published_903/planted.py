"""A small return with a fault of every kind planted in it, for 1 April 2025 to 31 March 2026. Standard library only.

Each child is made for one fault; `EXPECTED` says which rules name its rows. Our checks are held to it in our own suite,
the published validator in `make test-903`.
"""

YEAR = 2025

MISSING_HEADERS = ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")

MISSING = (
    ("SOUND", "01/06/2011", "M", "03/05/2025", "04/05/2025"),
    ("SOUND", "01/06/2011", "A", "04/05/2025", "04/05/2025"),
    ("SOUND", "01/06/2011", "M", "20/03/2026", ""),
    ("NOSTART", "02/06/2011", "M", "", "04/05/2025"),
    ("NOCODE", "03/06/2011", "", "03/05/2025", "04/05/2025"),
    ("ORDER", "04/06/2011", "M", "05/05/2025", "04/05/2025"),
    ("AFTER", "05/06/2011", "M", "01/04/2026", ""),
    ("OUTSIDE", "06/06/2011", "M", "30/03/2025", "31/03/2025"),
    ("OVERLAP", "07/06/2011", "M", "03/05/2025", "06/05/2025"),
    ("OVERLAP", "07/06/2011", "M", "05/05/2025", "08/05/2025"),
    ("OPENTHEN", "08/06/2011", "M", "03/05/2025", ""),
    ("OPENTHEN", "08/06/2011", "M", "05/06/2025", "08/06/2025"),
    ("PLACEMENT", "09/06/2011", "M", "03/05/2025", ""),
    ("LASTYEAR", "10/06/2011", "M", "03/05/2025", "04/05/2025"),
    ("LEFTOPEN", "11/06/2011", "M", "03/05/2025", ""),
    ("LEFTLATE", "12/06/2011", "M", "03/05/2025", "09/05/2025"),
    ("NOTYET", "13/06/2011", "M", "03/05/2025", "09/05/2025"),
    ("GONE", "14/06/2011", "M", "03/08/2025", "04/08/2025"),
    ("EIGHTEEN", "15/07/2007", "M", "03/07/2025", "15/07/2025"),
    ("UNBORN", "03/05/2025", "M", "03/05/2025", "04/05/2025"),
    ("BADSTART", "16/06/2011", "M", "31/02/2026", "04/03/2026"),
    ("BADEND", "17/06/2011", "M", "03/05/2025", "31/06/2025"),
    ("BADCODE", "18/06/2011", "X", "03/05/2025", "04/05/2025"),
    ("NOCARE", "19/06/2011", "M", "03/05/2025", "04/05/2025"),
)

LAST_YEAR = (
    ("SOUND", "01/06/2011", "M", "03/11/2024", "04/11/2024"),
    ("LASTYEAR", "10/06/2011", "M", "20/03/2025", ""),
)

_FROM = "01/02/2025"
EPISODES = (
    *((code, _FROM, "S", "", "") for code in (
        "SOUND", "NOSTART", "NOCODE", "ORDER", "AFTER", "OUTSIDE", "OVERLAP", "OPENTHEN", "LASTYEAR", "UNBORN",
        "BADSTART", "BADEND", "BADCODE",
    )),
    ("PLACEMENT", _FROM, "S", "01/06/2025", "X1"),
    ("PLACEMENT", "01/06/2025", "P", "", ""),
    ("LEFTOPEN", _FROM, "S", "01/06/2025", "E4A"),
    ("LEFTLATE", _FROM, "S", "06/05/2025", "E4A"),
    ("NOTYET", "05/05/2025", "S", "", ""),
    ("GONE", _FROM, "S", "01/06/2025", "E4A"),
    ("EIGHTEEN", _FROM, "S", "15/07/2025", "E4A"),
)  # fmt: skip
"""CHILD, DECOM, RNE, DEC, REC."""

EXPECTED = {
    ("564", "NOSTART"), ("581", "NOSTART"), ("1004", "NOSTART"),
    ("565", "NOCODE"), ("566", "NOCODE"),
    ("567", "ORDER"),
    ("570", "AFTER"),
    ("571", "OUTSIDE"),
    ("574", "OVERLAP"), ("574", "OPENTHEN"),
    ("575", "PLACEMENT"),
    ("576", "LASTYEAR"),
    ("575", "LEFTOPEN"), ("577", "LEFTOPEN"),
    ("577", "LEFTLATE"),
    ("578", "NOTYET"), ("581", "NOTYET"),
    ("577", "GONE"), ("578", "GONE"), ("581", "GONE"),
    ("580", "EIGHTEEN"),
    ("586", "UNBORN"),
    ("581", "BADSTART"), ("1004", "BADSTART"),
    ("1005", "BADEND"),
    ("1006", "BADCODE"),
    ("1012", "NOCARE"),
}  # fmt: skip
"""Rule and child. Every rule that we check is here."""
