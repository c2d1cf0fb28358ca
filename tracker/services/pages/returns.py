"""The statutory and sector returns: what each would hold, what would be refused of it, and the files themselves.

Made from what is held now. Every look at them is recorded as a list, every file taken as an export.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.core.annex_a import ListedChild, annex_table, listed_child, twelve_months_to
from tracker.core.clock import Period, financial_year_of, local_date
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.looked_after import Extract
from tracker.core.missing_episode import MissingEpisode
from tracker.core.ssd_missing import ssd_table
from tracker.core.ssda903 import MissingRow, collection_year, missing_table, year_name
from tracker.core.ssda903_checks import Fault, check_rows
from tracker.core.ssda903_rows import missing_rows
from tracker.core.ssda903_rules import FROM_CARE, FROM_LAST_YEAR, RULES, Rule
from tracker.core.ssda903_xml import missing_xml
from tracker.core.tables import Table, csv_text
from tracker.core.terms import EpisodeKind, LivingSetting
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.import_extract import FIRST_YEAR
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.extracts import care_list, extract_of, last_missing, undecided_codes, undecided_of
from tracker.services.transaction import writing
from tracker.store import audit, extracts, interviews
from tracker.store.db import session as read_session

YEARS_LISTED = 3


@dataclass(frozen=True)
class RuleState:
    """A rule and how many rows it would refuse; `faults` None: not checked, for want of a list."""

    rule: Rule
    sentence: str
    faults: int | None


@dataclass(frozen=True)
class MissingPage:
    """A collection year's Missing table. `left_out`: rows that stay out of the file because they name no child."""

    year: Period
    runs: bool
    rows: tuple[MissingRow, ...]
    faults: tuple[Fault, ...]
    rules: tuple[RuleState, ...]
    has_care: bool
    has_header: bool
    undecided: int

    @property
    def name(self) -> str:
        return year_name(self.year)

    @property
    def left_out(self) -> int:
        return sum(not row.child for row in self.rows)

    @property
    def noted(self) -> list[MissingRow]:
        """Those whose dates are not simply an episode's."""
        return [row for row in self.rows if row.notes]

    @property
    def children(self) -> int:
        return len({row.child for row in self.rows if row.child})

    @property
    def codes(self) -> Counter[str]:
        """M and A, of the rows that leave."""
        return Counter(row.missing for row in self.rows if row.child)


@dataclass(frozen=True)
class AnnexPage:
    """List 8's columns to a day. `without_code`: children who went missing while looked after and stay out because
    their CHILD id is not known; where there is a list of care, in its year alone. `undecided`: ids to be settled first.
    """

    day: date
    period: Period
    children: tuple[ListedChild, ...]
    without_code: tuple[int, ...]
    undecided: int
    has_care: bool


@dataclass(frozen=True)
class SsdPage:
    """The sector dataset's table for a year, and the children whose rows stay out of it."""

    year: Period
    table: Table
    without_code: tuple[int, ...]


def years_offered(context: Context) -> list[int]:
    """The collection years of the choice, by their first year, the newest first."""
    now = financial_year_of(local_date(context.now)).start_on.year
    return [now - back for back in range(YEARS_LISTED)]


def missing_page(context: Context, year: int) -> MissingPage:
    """The year's rows with all that would be refused, the look recorded. Refused: a year that has not begun."""
    _check_year(context, year)
    record_list(context, "ssda903_missing", {"year": year})
    return _missing(read_session(), context, year)


def missing_file(context: Context, year: int, form: str) -> str:
    """The file as `csv` or `xml`, recorded as an export. Refused: a year that has not begun."""
    _check_year(context, year)
    _record_export(context, "ssda903_missing", {"year": year, "form": form})
    session = read_session()
    page = _missing(session, context, year)
    if form == "xml":
        return missing_xml(page.rows, {child.code: child for child in _known(session, year)[1].children.values()})
    return csv_text(missing_table(page.rows, page.year))


def annex_page(context: Context, day: date) -> AnnexPage:
    """List 8's columns to the end of a day, the look recorded. Refused: a day that is still to come."""
    _check_day(context, day)
    record_list(context, "annex_a", {"on": day.isoformat()})
    return _annex(read_session(), context, day)


def annex_file(context: Context, day: date) -> Table:
    """The list as a table, recorded as an export."""
    _check_day(context, day)
    _record_export(context, "annex_a", {"on": day.isoformat()})
    return annex_table(_annex(read_session(), context, day).children, day)


def ssd_page(context: Context, year: int) -> SsdPage:
    """The sector dataset's table of a year, the look recorded."""
    _check_year(context, year)
    record_list(context, "ssd_missing", {"year": year})
    return _ssd(read_session(), context, year)


def ssd_file(context: Context, year: int) -> str:
    """The table as CSV, recorded as an export."""
    _check_year(context, year)
    _record_export(context, "ssd_missing", {"year": year})
    return csv_text(_ssd(read_session(), context, year).table)


def _known(session: Session, year: int) -> tuple[list[MissingEpisode], Extract]:
    """The histories that touch the year, and what is known of its looked-after children."""
    held = extracts.histories_touching(session, collection_year(year))
    return held, extract_of(session, year, {one.child_id: one.date_of_birth for one in held})


def _missing(session: Session, context: Context, year: int) -> MissingPage:
    period = collection_year(year)
    held, known = _known(session, year)
    rows = missing_rows(held, known, period, context.rules.policy)
    care = care_list(session, year)
    last = last_missing(session, year)
    faults = check_rows(rows, period, care, last)
    often = Counter(fault.rule for fault in faults)
    unchecked = {*(() if care is not None else FROM_CARE), *(() if last is not None else FROM_LAST_YEAR)}
    rules = tuple(RuleState(rule, text, None if rule in unchecked else often[rule]) for rule, text in RULES.items())
    runs = period.end_at > context.now
    undecided = undecided_of(session, year)
    has_header = undecided is not None
    return MissingPage(period, runs, tuple(rows), tuple(faults), rules, care is not None, has_header, undecided or 0)


def _annex(session: Session, context: Context, day: date) -> AnnexPage:
    """With a list of care: every child in care on the day. Without one: whoever went missing while looked after."""
    period = twelve_months_to(day)
    year = financial_year_of(day).start_on.year
    held = extracts.histories_touching(session, period)
    known = extract_of(session, year, {one.child_id: one.date_of_birth for one in held})
    in_care = {code for code, care in known.care.items() if any(one.holds(day) for one in care)}
    theirs: dict[int, list[MissingEpisode]] = {}
    for episode in held:
        if _while_looked_after(episode, known) and episode.missing_from_at < period.end_at:
            theirs.setdefault(episode.child_id, []).append(episode)
    codes = {child_id: child.code for child_id, child in known.children.items()}
    listed = {id_: code for id_, code in codes.items() if code in in_care} if known.has_care else codes
    if not known.has_care:
        listed = {id_: code for id_, code in codes.items() if _went_missing(theirs.get(id_, ()), period)}
    answers = interviews.interviews_by_episode(session, [one.id for ones in theirs.values() for one in ones])
    lines = [_line(id_, code, theirs.get(id_, []), answers, period, context) for id_, code in listed.items()]
    undecided = in_care & undecided_codes(session, year)
    never_here = in_care - set(listed.values()) - undecided
    lines += [_line(0, code, [], answers, period, context) for code in never_here]
    since = Period(max(period.start_on, collection_year(year).start_on), period.end_on) if known.has_care else period
    without = tuple(sorted(id_ for id_, ones in theirs.items() if id_ not in codes and _went_missing(ones, since)))
    lines.sort(key=lambda one: one.code)
    return AnnexPage(day, period, tuple(lines), without, len(undecided), known.has_care)


def _line(
    child_id: int,
    code: str,
    theirs: list[MissingEpisode],
    answers: Mapping[int, Sequence[ReturnHomeInterview]],
    period: Period,
    context: Context,
) -> ListedChild:
    held = [one for episode in theirs for one in answers.get(episode.id, ())]
    return listed_child(child_id, code, theirs, held, period, context.rules.policy)


def _went_missing(theirs: Iterable[MissingEpisode], period: Period) -> bool:
    return any(one.missing_from_at in period for one in theirs)


def _while_looked_after(episode: MissingEpisode, known: Extract) -> bool:
    """Of ours, missing or away, while in care: by the list where one says so, else as the episode says."""
    if not episode.is_ours or episode.kind not in (EpisodeKind.MISSING, EpisodeKind.AWAY):
        return False
    if any(one.holds(episode.start_on) for one in known.care_of(episode.child_id)):
        return True
    return episode.setting is LivingSetting.LOOKED_AFTER


def _ssd(session: Session, context: Context, year: int) -> SsdPage:
    held, known = _known(session, year)
    rows = missing_rows(held, known, collection_year(year), context.rules.policy)
    by_id = {one.id: one for one in held}
    wanted = [row.episode_id for row in rows if row.episode_id is not None]
    answers = interviews.interviews_by_episode(session, wanted)
    table = ssd_table(rows, by_id, answers, context.now, context.rules.policy)
    without = sorted({row.child_id for row in rows if not row.child and row.child_id is not None})
    return SsdPage(collection_year(year), table, tuple(without))


def _record_export(context: Context, what: str, narrowed: dict[str, object]) -> None:
    with writing() as session:
        audit.record(session, "export_made", context.actor, context.now, what, None, {"filter": narrowed})


def _check_year(context: Context, year: int) -> None:
    last = financial_year_of(local_date(context.now)).start_on.year
    if not FIRST_YEAR <= year <= last:
        sentence = f"There is no such collection year yet. Choose one from {FIRST_YEAR} to {last}."
        raise Refused(FormProblem("no_such_year", sentence, ("year",)))


def _check_day(context: Context, day: date) -> None:
    if day > local_date(context.now):
        raise Refused(FormProblem("in_the_future", "This day is still to come.", ("day",)))
    if day.year < FIRST_YEAR:
        raise Refused(FormProblem("too_early", f"Choose a day from {FIRST_YEAR} on.", ("day",)))
