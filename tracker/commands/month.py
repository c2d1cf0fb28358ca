"""Commands of oversight: the month's figures, published months, exports."""

from pathlib import Path
from typing import Any

import click

from tracker.adapters.workbook import workbook
from tracker.bootstrap import parse_instant, wiring
from tracker.cli import Command, cli, command
from tracker.core.month_differences import FigureDifference, as_plain
from tracker.core.monthly_summary import as_json
from tracker.core.tables import BYTE_ORDER_MARK
from tracker.core.terms import Cohort
from tracker.services import publish_month, verify_month
from tracker.services.errors import Refused
from tracker.services.pages.month import month_csv
from tracker.services.pages.month_document import pack_document
from tracker.services.pages.month_files import made_at, pack_archive, pack_export, pack_tables


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


FORMATS = ("csv", "xlsx", "pdf", "zip")


@command(cli, "export")
@click.argument("name", type=click.Choice(["month"]))
@click.option("--month", required=True, metavar="YYYY-MM")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: as the file is called, else csv.")
@click.option("--version", type=click.IntRange(1), help="As published; without it from today's records.")
def export(run: Command, name: str, month: str, out: Path, form: str | None, version: int | None) -> int:
    """Write the month to a file: csv is every figure by its key, zip every table as CSV; xlsx and pdf are the pack."""
    suffix = out.suffix.lower().removeprefix(".")
    form = form or (suffix if suffix in FORMATS else "csv")
    try:
        content = _exported(run, month, version, form)
    except Refused as refused:
        return refuse(run, refused)
    out.write_bytes(content)
    run.show({"file": str(out), "export": name, "format": form}, f"Written to {out}.")
    return 0


def _exported(run: Command, month: str, version: int | None, form: str) -> bytes:
    """The file's bytes; recorded as an export. Raises Refused for a month or version that does not exist."""
    context = run.context()
    if form == "csv":
        return (BYTE_ORDER_MARK + month_csv(context, month, version)).encode()
    pack = pack_export(context, month, version, Cohort.ALL, form)
    if form == "pdf":
        given = wiring(run.app)
        return given.typesetter.pdf("month", pack_document(pack, given.charts.svg), made_at(pack))
    tables = pack_tables(pack)
    return pack_archive(tables, month) if form == "zip" else workbook(tables, pack.title, made_at(pack))
