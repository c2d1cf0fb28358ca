"""Commands of oversight: the month's figures, published months, exports."""

from pathlib import Path
from typing import Any

import click

from tracker.bootstrap import parse_instant
from tracker.cli import Command, cli, command
from tracker.core.month_differences import FigureDifference, as_plain
from tracker.core.monthly_summary import as_json
from tracker.services import publish_month, verify_month
from tracker.services.errors import Refused
from tracker.services.pages.month import month_csv


@command(cli, "summary")
@click.argument("month", metavar="YYYY-MM")
@click.option("--cut-off", metavar="ISO", help="Use facts dated by this instant (default: now).")
@click.option("--publish", is_flag=True, help="Freeze these figures as the month's published version.")
@click.option("--reason", default="", help="Of a further version: why it is issued.")
@click.option("--verify", is_flag=True, help="Recompute the published month, and explain what differs today.")
@click.option("--version", type=click.IntRange(1), help="With --verify: another version than the newest.")
def summary(
    run: Command, month: str, cut_off: str | None, publish: bool, reason: str, verify: bool, version: int | None
) -> int:
    """The month's figures; publish or verify them."""
    context = run.context()
    try:
        if verify:
            return _verify(run, verify_month.verify(context, month, version))
        at = parse_instant(cut_off) if cut_off else None
        document = as_json(publish_month.month_figures(context, month, at))
        if publish:
            published = publish_month.publish(context, month, at, reason)
            document["published"] = {
                "version": published.version,
                "published_at": published.published_at.isoformat(),
                "sha256": published.sha256,
            }
    except Refused as refused:
        return refuse(run, refused)
    run.show(document, _sentences(document))
    return 0


def refuse(run: Command, refused: Refused) -> int:
    """Bad input: its sentences, exit code 2."""
    problems = [{"code": p.code, "sentence": p.sentence, "fields": list(p.fields)} for p in refused.problems]
    run.show({"problems": problems}, "\n".join(problem["sentence"] for problem in problems))  # type: ignore[misc]
    return 2


def _verify(run: Command, found: verify_month.Verification) -> int:
    explained = as_plain(found.differences)
    document = {
        "month": found.published.month,
        "version": found.published.version,
        "sha256": found.published.sha256,
        "same_hash": found.same_hash,
        "differences": {f"{one.key}.{one.cohort}": _both(one) for one in found.differences.figures},
        "explained": explained,
    }
    lines = [
        f"Version {found.published.version} of {found.published.month}: the frozen rows "
        + ("give the published figures." if found.same_hash else "do NOT give the published figures."),
        *(_difference(one) for one in found.differences.figures),
        *(_of_episode(one) for one in explained["episodes"]),
    ]
    if not found.differences:
        lines.append("Today's records give the same figures.")
    run.show(document, "\n".join(lines))
    return 0 if found.same_hash else 1


def _both(one: FigureDifference) -> dict[str, object]:
    return {"published": one.before, "today": one.after}


def _difference(one: FigureDifference) -> str:
    moved = [f"{word} {', '.join(map(str, ids))}" for word, ids in (("came in", one.came), ("left", one.left)) if ids]
    behind = f" ({one.of}s: {'; '.join(moved)})" if moved else ""
    return f"{one.key}, {one.cohort}: published {_shown(one.before)}, today {_shown(one.after)}{behind}"


def _shown(value: object) -> str:
    return _share(value) if isinstance(value, dict) else "none" if value is None else str(value)


def _of_episode(one: dict[str, Any]) -> str:
    """Which fields, never what they hold."""
    if one["gone"]:
        return f"Episode {one['id']} is no longer among the month's rows"
    return f"Episode {one['id']}: {', '.join(one['fields']) if one['fields'] else 'new among the rows'}"


def _sentences(document: dict[str, object]) -> str:
    """The headline figures for a person at a terminal; --json has them all."""
    episodes, interviews = document["episodes"], document["interviews"]
    assert isinstance(episodes, dict)
    assert isinstance(interviews, dict)
    share, told = interviews["pct_in_72h_of_returns"]["all"], interviews["pct_in_72h_of_notice"]["all"]
    lines = [
        f"{document['month']} ({document['status']}, facts dated by {document['cut_off']})",
        f"Episodes started: {episodes['started']['all']}",
        f"Interviews required: {interviews['required']['all']}",
        f"Completed in 72 hours: {_share(share)}",
        f"Completed in 72 hours of our being told: {_share(told)}"
        f" (not known when we were told: {interviews['notice_unknown']['all']})",
        f"Overdue: {interviews['overdue']['all']}",
    ]
    if published := document.get("published"):
        assert isinstance(published, dict)
        lines.append(f"Published as version {published['version']} (SHA-256 {published['sha256']})")
    return "\n".join(lines)


def _share(share: dict[str, object]) -> str:
    shown = "no percentage" if share["pct"] is None else f"{share['pct']} %"
    return f"{share['numerator']} of {share['denominator']} ({shown})"


@command(cli, "export")
@click.argument("name", type=click.Choice(["month"]))
@click.option("--month", required=True, metavar="YYYY-MM")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(run: Command, name: str, month: str, out: Path) -> int:
    """Write an export to a file: `month` is the month's figures as CSV."""
    try:
        text = month_csv(run.context(), month)
    except Refused as refused:
        return refuse(run, refused)
    out.write_text(text, encoding="utf-8-sig", newline="")
    run.show({"file": str(out), "export": name}, f"Written to {out}.")
    return 0
