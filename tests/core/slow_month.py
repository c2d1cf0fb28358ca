"""The month's figures a second time, as slowly and plainly as they can be: straight from the words of definitions §6.

It shares nothing with `core/month_*.py`: instants are compared day by day on the London calendar, children are looked
for by comparing each episode with each, and every figure is a list of ids, for all, ours and other councils' children.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
HOURS_72 = timedelta(seconds=259_200)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR_BANDS = ("00-06", "06-12", "12-18", "18-24")
REASONS = (
    "late_notice", "could_not_be_contacted", "declined_late", "out_of_area", "missing_again", "no_capacity", "other",
)  # fmt: skip
ANSWERS = ("will_hold", "held", "will_not")
RUNGS = ("due_soon", "overdue", "overdue_24h", "overdue_96h")
REACHED = ("call_again", "offered", "accepted", "declined")

Ids = list[int]
Told = dict[str, Any]
"""Key → what is found: a list of ids (a count), `Part` (a percentage) or `Hours` (measured over these ids)."""


@dataclass(frozen=True)
class Part:
    numerator: Ids
    denominator: Ids


@dataclass(frozen=True)
class Hours:
    ids: Ids
    value: float | None


def day_of(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def days_of(first: date, end: date) -> list[date]:
    """Every day from the first up to and without the end."""
    found = []
    while first < end:
        found.append(first)
        first += DAY
    return found


class SlowMonth:
    """`rows`: what a month is made from. `days`: the days of the period, one by one."""

    def __init__(self, rows: Any, first: date, end: date, cut_off: datetime, rules: Sequence[Any]) -> None:
        self.rows, self.cut_off, self.rules = rows, cut_off, rules
        self.days = days_of(first, end)
        self.episodes = [known(e, cut_off) for e in rows.episodes if e.missing_from_at <= cut_off and counts(e)]
        self.groups = going_missing([e for e in self.episodes if e["kind"] != "no_apparent_risk"])

    def told(self, ours: bool | None) -> Told:
        """Every figure but the comparisons, of one cohort (None: all)."""
        headline = self.headline(ours)
        return {**headline, **self.breakdowns(ours), **self.repeats(ours), **self.year(ours), **self.alerts(ours)}

    def headline(self, ours: bool | None) -> Told:
        found = {**self.of_episodes(ours), **self.of_interviews(ours), **self.of_notice(ours), **self.of_police(ours)}
        return {**found, **self.of_authorities(ours)}

    # Who is of which cohort

    def mine(self, things: Iterable[dict[str, Any]], ours: bool | None) -> list[dict[str, Any]]:
        return [thing for thing in things if ours is None or thing["is_ours"] == ours]

    def children(self, groups: Sequence[dict[str, Any]], ours: bool | None) -> Ids:
        """Each child in the cohort of the latest of its goings missing among these."""
        found = []
        for child in {group["child_id"] for group in groups}:
            its = [group for group in groups if group["child_id"] == child]
            latest = max(its, key=lambda group: (group["at"], group["reference"] or "~", group["id"]))
            if ours is None or latest["is_ours"] == ours:
                found.append(child)
        return sorted(found)

    def started(self, days: Sequence[date]) -> list[dict[str, Any]]:
        return [group for group in self.groups if day_of(group["at"]) in days]

    # Episodes

    def of_episodes(self, ours: bool | None) -> Told:
        started = self.started(self.days)
        end = datetime(self.days[-1].year, self.days[-1].month, self.days[-1].day, tzinfo=LONDON) + DAY
        open_at_end = [g for g in self.groups if g["at"] < end and (g["end"] is None or g["end"] > end)]
        no_risk = [e for e in self.episodes if e["kind"] == "no_apparent_risk" and day_of(e["at"]) in self.days]
        ended = [g for g in self.mine(self.groups, ours) if g["end"] and day_of(g["end"]) in self.days]
        hours = [Fraction(int((g["end"] - g["at"]).total_seconds()), 3600) for g in ended]
        return {
            "episodes.started": ids(self.mine(started, ours)),
            "episodes.open_at_month_end": ids(self.mine(open_at_end, ours)),
            "episodes.no_apparent_risk": ids(self.mine(no_risk, ours)),
            "children.missing": self.children(started, ours),
            "children.first_time": [c for c in self.children(started, ours) if not self.went_before(c)],
            "hours.total": Hours(ids(ended), float(sum(hours))),
            "hours.mean": Hours(ids(ended), float(sum(hours) / len(hours)) if hours else None),
            "hours.median": Hours(ids(ended), middle(hours)),
        }

    def went_before(self, child: int) -> bool:
        return any(day_of(group["at"]) < self.days[0] for group in self.groups if group["child_id"] == child)

    def breakdowns(self, ours: bool | None) -> Told:
        started = self.mine(self.started(self.days), ours)
        found: Told = {}
        for what, bands, band_of in BREAKDOWNS:
            for band in (*(bands or sorted({band_of(g) for g in self.started(self.days)} - {"unknown"})), "unknown"):
                found[f"episodes.by_{what}.{band}"] = ids(g for g in started if band_of(g) == band)
        for weekday in WEEKDAYS:
            for hours in (*HOUR_BANDS, "unknown"):
                key = f"episodes.by_weekday_hour.{weekday}.{hours}"
                found[key] = ids(g for g in started if (weekday_of(g), hours_of(g)) == (weekday, hours))
        return found

    # Interviews

    def returned(self) -> list[dict[str, Any]]:
        """Every episode with a clock whose return lies in the period; conflicts are not joined."""
        asks = [e for e in self.episodes if e["kind"] != "no_apparent_risk" or e["interview_requested"]]
        return [e for e in asks if e["returned_at"] and day_of(e["returned_at"]) in self.days]

    def facts(self, episode: dict[str, Any], *names: str) -> list[datetime]:
        held = [i for i in self.rows.interviews if episode["id"] in i.episode_ids]
        given = [getattr(interview, name) for interview in held for name in names]
        return [at for at in given if at and at <= self.cut_off]

    def closed(self, episode: dict[str, Any]) -> tuple[str, datetime] | None:
        """What closes it, by precedence: not required, completed, declined."""
        for name in ("not_required", "completed", "declined"):
            if given := self.facts(episode, "not_required_approved_at" if name == "not_required" else f"{name}_at"):
                return name, min(given)
        return None

    def outcome(self, episode: dict[str, Any], due: datetime) -> str:
        closed = self.closed(episode)
        if closed is None:
            return "overdue" if self.cut_off > due else "not_yet_due"
        name, at = closed
        if name == "completed":
            return "completed_in_72h" if at <= due else "completed_late"
        return name if at <= due else f"{name}_late"

    def of_interviews(self, ours: bool | None) -> Told:
        returned = self.mine(self.returned(), ours)
        by = {name: [e for e in returned if self.outcome(e, e["due"]) == name] for name in OUTCOMES}
        required = [e for e in returned if e not in by["not_required"]]
        judged = [e for e in required if e not in by["not_yet_due"]]
        offers = ("offered_at", "accepted_at", "completed_at", "declined_at")
        held = by["completed_in_72h"] + by["completed_late"]
        late = [e for e in required if self.outcome(e, e["due"]) in LATE]
        timed = [(e, self.closed(e)[1] - e["returned_at"]) for e in held]  # type: ignore[index]
        notice = [(e, max(e["notified_at"] - e["returned_at"], timedelta())) for e in returned if e["notified_at"]]
        offered = [(e, [at for at in self.facts(e, "offered_at") if at >= e["returned_at"]]) for e in required]
        contact = [(e["id"], n) for e in required if (n := self.attempts(e)) is not None]
        found: Told = {
            "returns": returned,
            "required": required,
            **by,
            "offered": [e for e in required if self.facts(e, *offers)],
            "offered_in_72h": [e for e in required if any(at <= e["due"] for at in self.facts(e, *offers))],
            "accepted": [e for e in required if self.facts(e, "accepted_at", "completed_at")],
            **{f"breach_reasons.{why}": [e for e in late if self.reason(e) == why] for why in (*REASONS, "not_given")},
        }
        told = {f"interviews.{name}": ids(some) for name, some in found.items()}
        in_time = ids(by["completed_in_72h"])
        return told | {
            "interviews.pct_in_72h_of_returns": Part(in_time, ids(judged)),
            "interviews.pct_in_72h_of_accepted": Part(in_time, ids(e for e in judged if e not in by["declined"])),
            "interviews.pct_in_72h_of_completed": Part(in_time, ids(held)),
            "interviews.median_hours_to_interview": median_of([(e, t) for e, t in timed if t >= timedelta()]),
            "interviews.median_notice_hours": median_of(notice),
            "interviews.median_hours_to_offer": median_of([(e, min(at) - e["returned_at"]) for e, at in offered if at]),
            "interviews.median_attempts_to_first_contact": Hours(
                sorted(id_ for id_, _ in contact), middle([Fraction(n) for _, n in contact])
            ),
        }

    def attempts(self, episode: dict[str, Any]) -> int | None:
        """How many it took, with the first that somebody answered."""
        of = [i.id for i in self.rows.interviews if episode["id"] in i.episode_ids]
        tried = [a for a in self.rows.attempts if a.interview_id in of and a.at <= self.cut_off]
        # Of two at the same instant, whichever was made for the earlier interview, and recorded first, comes first.
        tried.sort(key=lambda a: (a.at, of.index(a.interview_id)))
        for number, attempt in enumerate(tried, start=1):
            if attempt.outcome in REACHED:
                return number
        return None

    def reason(self, episode: dict[str, Any]) -> str:
        given = [r for r in self.rows.reasons if r.episode_id == episode["id"] and r.given_at <= self.cut_off]
        return str(max(given, key=lambda r: (r.given_at, r.id)).reason) if given else "not_given"

    def of_notice(self, ours: bool | None) -> Told:
        """The same hours, from when the council was told; told before the return, from that."""
        returned = self.mine(self.returned(), ours)
        required = [e for e in returned if self.outcome(e, e["due"]) != "not_required"]
        told = [e for e in required if e["notified_at"]]
        due = {e["id"]: max(e["notified_at"], e["returned_at"]) + (e["due"] - e["returned_at"]) for e in told}
        by = {name: [e for e in told if self.outcome(e, due[e["id"]]) == name] for name in OUTCOMES}
        offers = ("offered_at", "accepted_at", "completed_at", "declined_at")
        offered = [e for e in told if any(at <= due[e["id"]] for at in self.facts(e, *offers))]
        judged = [e for e in told if e not in by["not_yet_due"]]
        return {
            **{f"interviews.{name}_of_notice": ids(some) for name, some in by.items()},
            "interviews.offered_in_72h_of_notice": ids(offered),
            "interviews.notice_unknown": ids(e for e in required if not e["notified_at"]),
            "interviews.pct_in_72h_of_notice": Part(ids(by["completed_in_72h"]), ids(judged)),
        }

    def of_authorities(self, ours: bool | None) -> Told:
        required = [e for e in self.mine(self.returned(), ours) if self.outcome(e, e["due"]) != "not_required"]
        asked, by_answer, took = [], {name: [] for name in (*ANSWERS, "not_answered")}, []  # type: ignore[var-annotated]
        for episode in required:
            of = [i.id for i in self.rows.interviews if episode["id"] in i.episode_ids]
            mine = [r for r in self.rows.requests if r.interview_id in of]
            made = [r.asked_at for r in mine if r.asked_at <= self.cut_off]
            if not made:
                continue
            asked.append(episode)
            answers = [r for r in mine if r.answer and r.answered_at and r.answered_at <= self.cut_off]
            newest = max(answers, key=lambda r: (r.answered_at, r.id), default=None)
            by_answer[str(newest.answer) if newest else "not_answered"].append(episode)
            if answers:
                took.append((episode, min(r.answered_at for r in answers) - min(made)))
        return {
            "interviews.authority_asked": ids(asked),
            **{f"interviews.authority_answers.{name}": ids(some) for name, some in by_answer.items()},
            "interviews.median_hours_to_authority_answer": median_of(took),
        }

    def of_police(self, ours: bool | None) -> Told:
        """The police's prevention interviews of the episodes with a clock that returned in the month."""
        returned = self.mine(self.returned(), ours)
        recorded = [e for e in returned if self.prevention_is_recorded(e)]
        harm = {"raised_harm": True, "no_harm": False, "harm_unknown": None}
        return {
            "prevention.recorded": ids(recorded),
            "prevention.not_recorded": ids(e for e in returned if e not in recorded),
            "prevention.pct_recorded": Part(ids(recorded), ids(returned)),
            **{f"prevention.{name}": ids(e for e in recorded if e["harm"] is said) for name, said in harm.items()},
        }

    def prevention_is_recorded(self, episode: dict[str, Any]) -> bool:
        if episode["prevention_at"]:
            return bool(episode["prevention_at"] <= self.cut_off)
        return episode["prevention_said"] is not None

    # Repeat runaways

    def repeats(self, ours: bool | None) -> Told:
        last = min(self.days[-1], day_of(self.cut_off))
        eve = min(self.days[0] - DAY, last)
        found: Told = {}
        for rule in self.rules:
            everyone, children = self.repeating(last, rule, ours)
            _, then = self.repeating(eve, rule, ours)
            _, then_all = self.repeating(eve, rule, None)
            _, now_all = self.repeating(last, rule, None)
            found |= {
                f"repeat.{rule.name}.children": children,
                f"repeat.{rule.name}.share_pct": Part(children, everyone),
                f"repeat.{rule.name}.newly": self.crossed(rule, ours),
                f"repeat.{rule.name}.continuing": [child for child in children if child in then_all],
                f"repeat.{rule.name}.new": [child for child in children if child not in then_all],
                f"repeat.{rule.name}.ended": [child for child in then if child not in now_all],
            }
        return found

    def repeating(self, day: date, rule: Any, ours: bool | None) -> tuple[Ids, Ids]:
        """The children with anything in the days that end on that day, and those for whom the rule holds."""
        groups = self.started(days_of(day - (rule.window_days - 1) * DAY, day + DAY))
        children = self.children(groups, ours)
        return children, [c for c in children if len([g for g in groups if g["child_id"] == c]) >= rule.count]

    def crossed(self, rule: Any, ours: bool | None) -> Ids:
        """A child once for each day of the month on which the rule holds and did not hold until then, because of what
        started on that day."""
        found = []
        for child in self.children(self.started(self.days), ours):
            starts = [day_of(g["at"]) for g in self.groups if g["child_id"] == child]
            found += [child for day in self.days if day in starts and self.crosses(starts, day, rule)]
        return sorted(found)

    def crosses(self, starts: Sequence[date], day: date, rule: Any) -> bool:
        def holding(on: date) -> int:
            return len([start for start in starts if start in days_of(on - (rule.window_days - 1) * DAY, on + DAY)])

        return holding(day) >= rule.count and holding(day - DAY) < rule.count

    def year(self, ours: bool | None) -> Told:
        """From 1 April to the month's end."""
        first = self.days[0]
        while (first.month, first.day) != (4, 1):
            first -= DAY
        groups = self.started(days_of(first, self.days[-1] + DAY))
        children = self.children(groups, ours)
        often = [child for child in children if len([g for g in groups if g["child_id"] == child]) >= 3]
        return {
            "year_to_date.children": children,
            "year_to_date.repeat_children": often,
            "year_to_date.repeat_pct": Part(often, children),
        }

    # Alerts

    def alerts(self, ours: bool | None) -> Told:
        of = {episode.id: episode.is_ours for episode in self.rows.episodes}
        raised = [a for a in self.rows.alerts if day_of(a.raised_at) in self.days and a.raised_at <= self.cut_off]
        mine = [a for a in raised if ours is None or (a.episode_id in of and of[a.episode_id] == ours)]
        above = [a for a in mine if a.rung in RUNGS[2:]]
        quick = [a for a in above if (at := self.answered(a)) and at - a.raised_at <= DAY]
        judged = [a for a in above if self.answered(a) or self.cut_off > a.raised_at + DAY]
        return {
            **self.sent("alerts", mine, RUNGS),
            **self.sent("escalations", above, RUNGS[2:]),
            "escalations.acknowledged_in_24h": sorted(a.id for a in quick),
            "escalations.pct_acknowledged_in_24h": Part(sorted(a.id for a in quick), sorted(a.id for a in judged)),
        }

    def answered(self, alert: Any) -> datetime | None:
        at: datetime | None = alert.acknowledged_at
        return at if at and at <= self.cut_off else None

    def sent(self, section: str, alerts: Sequence[Any], rungs: Sequence[str]) -> Told:
        sent = [a for a in alerts if a.sent_at and a.sent_at <= self.cut_off]
        answered = [a for a in alerts if self.answered(a)]
        took = [Fraction(int((self.answered(a) - a.raised_at).total_seconds()), 3600) for a in answered]  # type: ignore[operator]
        return {
            f"{section}.raised": sorted(a.id for a in alerts),
            f"{section}.sent": sorted(a.id for a in sent),
            **{f"{section}.sent_by_rung.{rung}": sorted(a.id for a in sent if a.rung == rung) for rung in rungs},
            f"{section}.sent_by_rung.unknown": sorted(a.id for a in sent if a.rung not in rungs),
            f"{section}.acknowledged": sorted(a.id for a in answered),
            f"{section}.undelivered": sorted(a.id for a in alerts if a.undelivered),
            f"{section}.median_hours_to_acknowledge": Hours(sorted(a.id for a in answered), middle(took)),
        }


OUTCOMES = (
    "not_required", "completed_in_72h", "completed_late", "declined", "declined_late", "not_required_late", "overdue",
    "not_yet_due",
)  # fmt: skip
LATE = ("completed_late", "declined_late", "not_required_late", "overdue")


def counts(episode: Any) -> bool:
    """Not cancelled or the like, and not 18 or over on the day it starts."""
    if episode.excluded is not None:
        return False
    born, start = episode.date_of_birth, day_of(episode.missing_from_at)
    return born is None or age(born, start) < 18


def age(born: date, day: date) -> int:
    """Birthdays passed; of 29 February in other years, on 1 March."""
    years = 0
    while birthday(born, born.year + years + 1) <= day:
        years += 1
    return years if birthday(born, born.year) <= day else -1


def birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def known(episode: Any, cut_off: datetime) -> dict[str, Any]:
    """The episode as it stood at the cut-off."""

    def by(at: datetime | None) -> datetime | None:
        return at if at and at <= cut_off else None

    returned = by(episode.returned_at)
    return {
        "id": episode.id, "child_id": episode.child_id, "at": episode.missing_from_at, "kind": str(episode.kind),
        "found_at": by(episode.found_at), "returned_at": returned, "notified_at": by(episode.notified_at),
        "end": by(episode.found_at) or returned, "is_ours": episode.is_ours, "reference": episode.police_reference,
        "settled": episode.conflict_settled, "interview_requested": episode.interview_requested,
        "due": returned + HOURS_72 if returned else None, "prevention_at": episode.prevention_interview_at,
        "prevention_said": episode.prevention_interview_outcome, "harm": episode.prevention_interview_raised_harm,
        "episode": episode,
    }  # fmt: skip


def going_missing(episodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each countable going-missing: the earliest of those that overlap stands for them, to the end of the last."""
    found: list[list[dict[str, Any]]] = []
    for episode in sorted(episodes, key=lambda e: (e["at"], e["reference"] or "~", e["id"])):
        for group in found:
            if any(clash(episode, member) for member in group):
                group.append(episode)
                break
        else:
            found.append([episode])
    groups = []
    for group in found:
        stands = dict(group[0])
        stands["end"] = max(e["end"] for e in group) if all(e["end"] for e in group) else None
        later = [e for e in episodes if e["child_id"] == stands["child_id"] and e["at"] > stands["at"]]
        stands["end_unknown"] = stands["end"] is None and bool(later)
        groups.append(stands)
    return groups


def clash(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["child_id"] != other["child_id"] or not one["end"] or not other["end"]:
        return False
    if one["settled"] and other["settled"]:
        return False
    return bool(one["at"] < other["end"] and other["at"] < one["end"])


def ids(things: Iterable[dict[str, Any]]) -> Ids:
    return sorted(thing["id"] for thing in things)


def middle(values: Sequence[Fraction]) -> float | None:
    ordered = sorted(values)
    if not ordered:
        return None
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def median_of(timed: Sequence[tuple[dict[str, Any], timedelta]]) -> Hours:
    hours = [Fraction(int(elapsed.total_seconds()), 3600) for _, elapsed in timed]
    return Hours(sorted(thing["id"] for thing, _ in timed), middle(hours))


def weekday_of(group: dict[str, Any]) -> str:
    return WEEKDAYS[day_of(group["at"]).weekday()]


def hours_of(group: dict[str, Any]) -> str:
    if "start_time_estimated" in group["episode"].flags:
        return "unknown"
    hour = group["at"].astimezone(LONDON).hour
    return next(band for band in HOUR_BANDS if int(band[:2]) <= hour < int(band[3:]))


def age_band_of(group: dict[str, Any]) -> str:
    born = group["episode"].date_of_birth
    years = -1 if born is None else age(born, day_of(group["at"]))
    for first, last in ((0, 9), (10, 12), (13, 15), (16, 17)):
        if first <= years <= last:
            return f"{first}-{last}"
    return "unknown"


def duration_of(group: dict[str, Any]) -> str:
    if group["end"] is None:
        return "unknown" if group["end_unknown"] else "open"
    seconds = (group["end"] - group["at"]).total_seconds()
    if seconds > 7 * 86_400:
        return "over_7d"
    for band, first in (("3_to_7d", 72), ("48_to_72h", 48), ("24_to_48h", 24), ("6_to_24h", 6)):
        if seconds >= first * 3600:
            return band
    return "under_6h"


def said(name: str) -> Callable[[dict[str, Any]], str]:
    def of(group: dict[str, Any]) -> str:
        value = getattr(group["episode"], name)
        return "unknown" if value is None else str(value)

    return of


def as_written(name: str) -> Callable[[dict[str, Any]], str]:
    def of(group: dict[str, Any]) -> str:
        text = (getattr(group["episode"], name) or "").strip()
        return "unknown" if text.lower() in ("", "unknown", "not known") else text

    return of


def yes_or_no(group: dict[str, Any]) -> str:
    known_to = group["episode"].known_to_services
    return "unknown" if known_to is None else "yes" if known_to else "no"


BREAKDOWNS: Sequence[tuple[str, Sequence[str] | None, Callable[[dict[str, Any]], str]]] = (
    ("kind", ("missing", "away_from_placement_without_authorisation"), said("kind")),
    ("risk", ("high", "medium", "low", "very_low", "no_apparent_risk"), said("risk")),
    ("setting", ("looked_after", "home"), said("setting")),
    ("known_to_services", ("yes", "no"), yes_or_no),
    ("sex", None, as_written("sex")),
    ("ethnicity", None, as_written("ethnicity")),
    ("age_band", ("0-9", "10-12", "13-15", "16-17"), age_band_of),
    ("district", None, as_written("district")),
    ("weekday", WEEKDAYS, weekday_of),
    ("hour_band", HOUR_BANDS, hours_of),
    (
        "duration_band",
        ("under_6h", "6_to_24h", "24_to_48h", "48_to_72h", "3_to_7d", "over_7d", "open"),
        duration_of,
    ),
)


def series_months(first: date) -> Iterator[tuple[date, date]]:
    """The month that begins then and the twelve before it, newest first."""
    for _ in range(13):
        end = (first.replace(day=28) + 4 * DAY).replace(day=1)
        yield first, end
        first = (first - DAY).replace(day=1)
