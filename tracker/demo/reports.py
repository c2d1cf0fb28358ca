"""The police's daily files of the simulated county: what each morning's report says, and its bytes.

Pure. A file lists what started, changed or ended since the one before, and repeats whoever is still missing. Its shape
is the shipped `thames-valley` feed's; on Sundays it is a spreadsheet, on other days CSV.
"""

import csv
import io
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from openpyxl import Workbook

from tracker.core.clock import local
from tracker.core.terms import EpisodeKind, RiskLevel
from tracker.demo.county import County, DemoEpisode
from tracker.demo.ending import Matter, clear_minute

FEED = "thames-valley"

COLUMNS = (
    "Report Run At", "Occurrence No", "Person URN", "Surname", "Forename(s)", "DOB", "Sex", "Self Defined Ethnicity",
    "Home Address", "Home Postcode", "Placement Type", "Responsible LA", "Known To CSC/YOS", "Date/Time Missing From",
    "Date/Time Reported", "Date/Time Located", "Date/Time Returned", "Status", "Category", "Risk Grade",
    "Missing From Address", "Last Seen Location", "Location Found", "Found By", "Prevention Interview Date/Time",
    "Prevention Interview Outcome", "Circumstances",
)  # fmt: skip

_CATEGORY = {
    EpisodeKind.MISSING: "Missing person",
    EpisodeKind.AWAY: "Unauthorised absence",
    EpisodeKind.NO_APPARENT_RISK: "No apparent risk (absent)",
}
_RISK = {
    RiskLevel.HIGH: "High",
    RiskLevel.MEDIUM: "Medium",
    RiskLevel.LOW: "Standard",
    RiskLevel.VERY_LOW: "Very low",
    RiskLevel.NO_APPARENT_RISK: "No apparent risk (absent)",
}

Cell = str | datetime | date | None
"""A cell: text, a local wall-clock time (naive, as spreadsheets have it), a date, or nothing."""

Row = dict[str, Cell]


@dataclass(frozen=True)
class DailyReport:
    """One morning's file. `rows` include blank ones."""

    made_at: datetime
    filename: str
    rows: tuple[Row, ...]

    @property
    def content(self) -> bytes:
        return _as_xlsx(self.rows) if self.filename.endswith(".xlsx") else _as_csv(self.rows)


def daily_reports(county: County) -> Iterator[DailyReport]:
    """Every morning's file, oldest first."""
    rng = Random(county.seed + 2)  # noqa: S311 (a simulation)
    listed = _listed(county)
    for made_at in county.report_times:
        rows = [_row(episode, made_at) for episode in listed.get(made_at, ())]
        if made_at == county.last_report_at:
            rows += _rows_to_decide(county, made_at)
        if rng.random() < 0.1:
            rows.insert(rng.randint(0, len(rows)), {})
        day = local(made_at).date()
        kind = "xlsx" if day.weekday() == 6 else "csv"
        yield DailyReport(made_at, f"missing-report-{day.isoformat()}.{kind}", tuple(rows))


def backfile(county: County, made_at: datetime) -> DailyReport:
    """Every episode known by a morning, as the police's system showed it then: a file for whoever loads history."""
    known = [episode for episode in county.episodes if min(_told(episode)) <= made_at]
    days = [local(at).date().isoformat() for at in (county.report_times[0], made_at)]
    filename = f"missing-history-{days[0]}-to-{days[1]}.csv"
    return DailyReport(made_at, filename, tuple(_row(episode, made_at) for episode in known))


def _told(episode: DemoEpisode) -> list[datetime]:
    """When the police came to know of its start, its finding and its end: not always in this order."""
    return [at for at in (episode.start_known_at, episode.found_known_at, episode.end_known_at) if at]


def _listed(county: County) -> dict[datetime, list[DemoEpisode]]:
    """Morning → the episodes in its file: new or changed since the file before, or still missing."""
    mornings = county.report_times
    listed: dict[datetime, list[DemoEpisode]] = defaultdict(list)
    for episode in county.episodes:
        known = _told(episode)
        ends = min((at for at in (episode.found_known_at, episode.end_known_at) if at), default=mornings[-1])
        if episode.prevention_known_at and episode.end_known_at and not episode.cancelled:
            known.append(max(episode.prevention_known_at, episode.end_known_at))
        places = {bisect_left(mornings, at) for at in known}
        places |= set(range(min(places), bisect_left(mornings, ends) + 1))
        for place in sorted(places):
            if place < len(mornings):
                listed[mornings[place]].append(episode)
    return listed


def _row(episode: DemoEpisode, made_at: datetime) -> Row:
    """The episode as the police's system shows it at `made_at`."""
    child, place = episode.child, episode.place
    start = episode.missing_from_at
    if episode.stage and episode.stage.matter is Matter.LOGGED_BY_HAND:
        start += timedelta(minutes=25)
    row: Row = {
        "Report Run At": _wall(made_at),
        "Occurrence No": episode.reference,
        "Person URN": child.person_id,
        "Surname": child.surname.upper(),
        "Forename(s)": child.forename,
        "DOB": child.born_on,
        "Sex": child.sex,
        "Self Defined Ethnicity": child.ethnicity,
        "Home Address": child.address,
        "Home Postcode": child.postcode,
        "Placement Type": child.placement,
        "Responsible LA": child.authority,
        "Known To CSC/YOS": "Yes" if child.known_to_services else "No",
        "Date/Time Missing From": _wall(start),
        "Date/Time Reported": _wall(min(start + timedelta(minutes=35), episode.start_known_at)),
        "Status": "Currently missing",
        "Category": _CATEGORY[episode.kind],
        "Risk Grade": _RISK[episode.risk],
        "Missing From Address": place.missing_from,
        "Last Seen Location": place.last_seen,
        "Circumstances": place.circumstances,
    }
    return {**row, **_end(episode, made_at)}


def _end(episode: DemoEpisode, made_at: datetime) -> Row:
    """How it ended, as far as the police knew at `made_at`."""

    def known(at: datetime | None) -> bool:
        return at is not None and at <= made_at

    if episode.cancelled:
        return {"Status": "Cancelled"} if known(episode.end_known_at) else {}
    end: Row = {}
    if episode.found_at and (known(episode.found_known_at) or known(episode.end_known_at)):
        end = {
            "Status": "Located - not returned",
            "Date/Time Located": _wall(episode.found_at),
            "Location Found": episode.place.found_at,
            "Found By": episode.place.found_by,
        }
    if episode.returned_at and known(episode.end_known_at):
        end |= {"Status": "Returned", "Date/Time Returned": _wall(episode.returned_at)}
        if episode.prevention_at and known(episode.prevention_known_at):
            end["Prevention Interview Date/Time"] = _wall(episode.prevention_at)
            end["Prevention Interview Outcome"] = episode.place.prevention_outcome
    return end


def _rows_to_decide(county: County, made_at: datetime) -> list[Row]:
    """Two lines that wait for a person at the end: one of two possible children, one returned before going missing.

    Both speak of children held: the first by the same name and address with another date of birth and no number, so
    that it may be the child or a relative of theirs.
    """
    missing_at = clear_minute(made_at - timedelta(hours=9))
    pattern = DemoEpisode(
        child=county.children[0],
        missing_from_at=missing_at,
        start_known_at=missing_at,
        kind=EpisodeKind.MISSING,
        risk=RiskLevel.MEDIUM,
    )
    held = {e.child.number for e in county.episodes if e.end_known_at and e.end_known_at < county.last_report_at}
    staged = {e.child.number for e in county.episodes if e.stage}
    one, other = [c for c in county.children if c.number in held - staged and c.is_ours][:2]
    number = len(county.episodes)
    year = local(made_at).year % 100
    unsure = _row(replace(pattern, child=one, reference=f"WX/{number + 1:05d}/{year:02d}"), made_at)
    unsure |= {"Person URN": "", "DOB": one.born_on + timedelta(days=366)}
    wrong = _row(replace(pattern, child=other, reference=f"WX/{number + 2:05d}/{year:02d}"), made_at)
    wrong |= {"Status": "Returned", "Date/Time Returned": _wall(missing_at - timedelta(minutes=40))}
    return [unsure, wrong]


def _wall(at: datetime) -> datetime:
    return local(clear_minute(at)).replace(tzinfo=None)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell or ""


def _native(cell: Cell) -> Cell:
    """As a spreadsheet keeps it; but its midnight is a bare date, so that one is written out."""
    return _text(cell) if isinstance(cell, datetime) and not (cell.hour or cell.minute) else cell or None


def texts_of(row: Row) -> list[str]:
    """The row as CSV holds it, in the order of COLUMNS."""
    return [_text(row.get(name)) for name in COLUMNS]


def _as_csv(rows: tuple[Row, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *(texts_of(row) for row in rows)])
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: tuple[Row, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Missing"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([_native(row.get(name)) for name in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
