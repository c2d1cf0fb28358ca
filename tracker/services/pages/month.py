"""Reads for the operational group's month: the figures beside last month and last year, the lists behind them, CSV."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.clock import Period, local_date, month_of, parse_month
from tracker.core.monthly_summary import MonthlySummary, as_json, behind
from tracker.core.pack_shapes import figure_of
from tracker.core.tables import safe_cell
from tracker.core.terms import Cohort
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem, Refused
from tracker.services.publish_month import month_figures
from tracker.services.transaction import writing
from tracker.services.write_commentary import check_month
from tracker.store import audit, summaries
from tracker.store.db import session as read_session
from tracker.store.models import MonthCommentary, Person

KEPT_SECONDS = 60
"""How long figures from today's records are shown again while no record has changed; their time stands beside them."""

_kept: dict[tuple[object, ...], MonthlySummary] = {}


def current_figures(context: Context, month: str) -> MonthlySummary:
    """Today's figures; computed again after any change of a record, or when those kept are a minute old.

    What has changed is told by the audit trail, in which every change stands. Raises Refused like `month_figures`.
    """
    session = read_session()
    place = (str(session.get_bind().engine.url), month, context.rules)
    changed = audit.last_change(session)
    for key, kept in list(_kept.items()):
        if not 0 <= (context.now - kept.computed_at).total_seconds() < KEPT_SECONDS:
            _kept.pop(key, None)
    found = _kept.get((*place, changed)) or month_figures(context, month)
    _kept[(*place, changed)] = found
    return found


@dataclass(frozen=True)
class MonthListed:
    """One month in the list: its key, and the newest published version if any. Prepared: it waits to be published.

    `oldest_on`: the day on which the oldest episode held began, of the month that it lies in: it may not be whole.
    """

    month: str
    period: Period
    published_version: int | None
    published_at: datetime | None
    is_prepared: bool
    oldest_on: date | None = None


@dataclass(frozen=True)
class Commentary:
    """What the lead says of a month. `version` is 0 where nobody has written yet, and of a published month's text."""

    text: str = ""
    written_at: datetime | None = None
    written_by: str | None = None
    version: int = 0


@dataclass(frozen=True)
class MonthPage:
    """A month's figures: `document` has the keys of definitions §6, `behind` the ids behind each.

    `version` is None for figures from today's records; `commentary` is then the text as it stands, else as published.
    Of a further version: `reason` why it was issued, `corrected` the figures that differ from the version before.
    """

    month: str
    period: Period
    document: dict[str, Any]
    behind: dict[str, dict[str, list[int]]]
    version: int | None
    published_at: datetime | None
    sha256: str | None
    versions: tuple[int, ...]
    may_publish: bool
    published_by: str | None = None
    commentary: Commentary = Commentary()
    reason: str = ""
    corrected: tuple[dict[str, Any], ...] = ()

    def figure(self, key: str, cohort: str = "all") -> Any:
        """The figure under a dotted key. Raises KeyError for a key that the month does not have."""
        found = figure_of(self.document, key)
        if found is None:
            raise KeyError(key)
        return found[cohort]

    def listed(self, key: str, cohort: str) -> str | None:
        """The key of the list that a figure opens: its own, or that of what a share of nothing is a share of.

        None where there is nothing to list.
        """
        keys = (key, f"{key}.denominator")
        return next((own for own in keys if self.behind.get(own, {}).get(cohort)), None)


def month_list(context: Context) -> list[MonthListed]:
    """Every month from the first episode's to the running one, newest first."""
    session = read_session()
    first = summaries.first_episode_at(session)
    if first is None:
        return []
    published: dict[str, tuple[int | None, datetime | None]] = {}
    prepared: set[str] = set()
    for month, version, published_at in summaries.known_months(session):
        if published_at is None:
            prepared.add(month)
        else:
            published[month] = (version, published_at)
    months = [month_of(local_date(context.now))]
    while months[-1].start_at > first:
        months.append(months[-1].previous())
    oldest_on = local_date(first)
    return [
        MonthListed(
            month.key, month, *published.get(month.key, (None, None)), month.key in prepared - set(published),
            oldest_on if month is months[-1] else None,
        )
        for month in months
    ]  # fmt: skip


def month_page(context: Context, viewer: Viewer, month: str, version: int | None = None) -> MonthPage | None:
    """The published version asked for; without one, today's figures. None if that version does not exist.

    Raises Refused for what is no month or has not begun. The view is audited before anything is shown.
    """
    with writing() as session:
        details = {"version": version}
        audit.record(session, "summary_viewed", context.actor, context.now, "month", month[:7], details)
    return month_shown(context, month, version)


def month_shown(context: Context, month: str, version: int | None = None) -> MonthPage | None:
    """As `month_page`, for the pictures within a page whose view has been recorded."""
    session = read_session()
    versions = tuple(row.version for row in summaries.versions(session, month) if row.published_at is not None)
    if version is None:
        summary = current_figures(context, month)
        ended = summary.period.end_at <= context.now
        return MonthPage(
            month, summary.period, as_json(summary), behind(summary), None, None, None, versions, ended,
            commentary=_commentary(session, month),
        )  # fmt: skip
    row = summaries.published(session, month, version)
    if row is None:
        return None
    said = Commentary(row.commentary or "", row.commentary_at, _name(session, row.commentary_by_id))
    return MonthPage(
        month, parse_month(month), row.document, row.behind, row.version, row.published_at, row.sha256, versions, False,
        _name(session, row.published_by_id), said, row.reason or "", tuple((row.corrections or {}).get("figures", ())),
    )  # fmt: skip


def commentary_of(context: Context, month: str) -> Commentary:
    """The text as it stands, for whoever writes it. Raises Refused for what is no month or has not begun.

    Reading it is recorded like looking at the month.
    """
    check_month(context, month)
    with writing() as session:
        details = {"version": None}
        audit.record(session, "summary_viewed", context.actor, context.now, "month", month, details)
    return _commentary(read_session(), month)


def _commentary(session: Session, month: str) -> Commentary:
    """As it stands now: before the month is published it may still change."""
    row = session.get(MonthCommentary, month, populate_existing=True)
    if row is None:
        return Commentary()
    return Commentary(row.text, row.written_at, _name(session, row.written_by_id), row.version)


def _name(session: Session, person_id: int | None) -> str | None:
    return None if person_id is None else session.get_one(Person, person_id).name


def ids_behind(context: Context, month: str, key: str, cohort: Cohort, version: int | None = None) -> list[int] | None:
    """The ids behind one figure of a month, for the list it opens; None for a figure that does not exist."""
    if version is not None:
        row = summaries.published(read_session(), month, version)
        found: dict[str, dict[str, list[int]]] = row.behind if row else {}
    else:
        found = behind(current_figures(context, month))
    return found.get(key, {}).get(str(cohort))


def month_csv(context: Context, month: str, version: int | None = None) -> str:
    """One tidy row for a figure and cohort. Audited as an export.

    Raises Refused like `month_figures`, and for a version that does not exist.
    """
    found = month_shown(context, month, version)
    if found is None:
        raise no_such_version(version)
    with writing() as session:
        details = {"filter": {"version": version}}
        audit.record(session, "export_made", context.actor, context.now, "month", month[:7], details)
    document = found.document
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["month", "status", "cut_off", "key", "cohort", "value", "numerator", "denominator"])
    head = [document["month"], document["status"], document["cut_off"]]
    for key, by_cohort in _figures(document):
        for cohort in Cohort:
            writer.writerow([*head, safe_cell(key), str(cohort), *_parts(by_cohort[cohort])])
    return out.getvalue()


def no_such_version(version: int | None) -> Refused:
    return Refused(FormProblem("no_such_version", f"This month has no published version {version}.", ("version",)))


def _figures(document: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for key, value in document.items():
        if not isinstance(value, dict):
            continue
        if set(value) == set(Cohort):
            found.append((f"{prefix}{key}", value))
        else:
            found += _figures(value, f"{prefix}{key}.")
    return found


def _parts(value: Any) -> list[object]:
    """A missing percentage or median is an empty cell, never a nought."""
    if isinstance(value, dict):
        return ["" if value["pct"] is None else value["pct"], value["numerator"], value["denominator"]]
    return ["" if value is None else value, "", ""]
