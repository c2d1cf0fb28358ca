"""Commands of the statutory and sector returns, and of the lists they rest on."""

from datetime import datetime
from pathlib import Path

import click

from tracker.adapters.workbook import workbook
from tracker.cli import Command, cli, command
from tracker.commands.month import refuse
from tracker.core.clock import local_date
from tracker.core.extract_rows import ExtractKind
from tracker.core.ssda903 import collection_year, parse_year, year_name
from tracker.core.tables import csv_text
from tracker.services.errors import Refused
from tracker.services.import_extract import Imported, import_extract
from tracker.services.pages import returns as pages
from tracker.services.pages.extracts import list_as_received, years_with_lists

YEAR = click.option("--year", required=True, metavar="YYYY-YY", help="The collection year, such as 2026-27.")
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
KIND = click.option("--kind", required=True, type=click.Choice([str(kind) for kind in ExtractKind]))


@cli.group("returns")
def returns() -> None:
    """The looked-after return’s Missing table, Annex A list 8, the sector dataset, and the lists they rest on."""


@command(returns, "ssda903")
@YEAR
@OUT
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "xml"]))
def ssda903(run: Command, year: str, out: Path, form: str) -> int:
    """Write the Missing table. Exit code 1: written, and rows of it would be refused (they are said)."""
    context = run.context()
    try:
        start = parse_year(year)
        page = pages.missing_page(context, start)
        text = pages.missing_file(context, start, form)
    except Refused as refused:
        return refuse(run, refused)
    except ValueError as error:
        return _not_a_year(run, error)
    out.write_text(text, encoding="utf-8", newline="")
    counts = {state.rule: state.faults for state in page.rules}
    document = {
        "file": str(out), "year": page.name, "rows": len(page.rows) - page.left_out, "left_out": page.left_out,
        "children": page.children, "codes": dict(page.codes), "rules": {str(rule): n for rule, n in counts.items()},
    }  # fmt: skip
    lines = [f"Written to {out}: {document['rows']} rows of {page.children} children, {page.left_out} left out."]
    lines += [f"{state.rule}: {state.faults} rows. {state.sentence}" for state in page.rules if state.faults]
    unchecked = [str(state.rule) for state in page.rules if state.faults is None]
    lines += [f"Not checked, for want of a list: {', '.join(unchecked)}."] if unchecked else []
    run.show(document, "\n".join(lines))
    return 1 if page.faults else 0


@command(returns, "years")
def years(run: Command) -> int:
    """The collection years for which lists of looked-after children are in use, oldest first."""
    found = [year_name(collection_year(start)) for start in years_with_lists()]
    run.show({"years": found}, "\n".join(found))
    return 0


@command(returns, "annex-a")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The day (default: today).")
@OUT
def annex_a(run: Command, on: datetime | None, out: Path) -> int:
    """Write list 8’s columns on going missing, as XLSX where the file is named so, else as CSV."""
    context = run.context()
    try:
        table = pages.annex_file(context, on.date() if on else local_date(context.now))
    except Refused as refused:
        return refuse(run, refused)
    if out.suffix.lower() == ".xlsx":
        out.write_bytes(workbook([table], table.title, context.now))
    else:
        out.write_text(csv_text(table), encoding="utf-8-sig", newline="")
    run.show({"file": str(out), "children": len(table.rows)}, f"Written to {out}: {len(table.rows)} children.")
    return 0


@command(returns, "ssd-missing")
@YEAR
@OUT
def ssd_missing(run: Command, year: str, out: Path) -> int:
    """Write the Standard Safeguarding Dataset’s table ssd_missing as CSV."""
    context = run.context()
    try:
        text = pages.ssd_file(context, parse_year(year))
    except Refused as refused:
        return refuse(run, refused)
    except ValueError as error:
        return _not_a_year(run, error)
    out.write_text(text, encoding="utf-8", newline="")
    run.show({"file": str(out), "rows": text.count("\r\n") - 1}, f"Written to {out}.")
    return 0


@command(returns, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@KIND
@YEAR
def import_list(run: Command, file: Path, kind: str, year: str) -> int:
    """Import one of the council’s own lists of looked-after children. Exit code 2: nothing of it is used."""
    try:
        found = import_extract(
            run.context(), content=file.read_bytes(), filename=file.name, kind=ExtractKind(kind), year=parse_year(year),
            limits=run.settings.limits,
        )  # fmt: skip
    except Refused as refused:
        return refuse(run, refused)
    except ValueError as error:
        return _not_a_year(run, error)
    problems = [
        {"line": p.line_no, "code": p.code, "sentence": p.sentence, "columns": list(p.columns)} for p in found.problems
    ]
    run.show({"rows": found.rows, "undecided": found.undecided, "problems": problems}, _sentences(found))
    return 2 if found.problems else 1 if found.undecided else 0


@command(returns, "list")
@KIND
@YEAR
@OUT
def one_list(run: Command, kind: str, year: str, out: Path) -> int:
    """Write the list in use as it was received."""
    try:
        received = list_as_received(run.context(), parse_year(year), ExtractKind(kind))
    except ValueError as error:
        return _not_a_year(run, error)
    if received is None:
        run.show({"problems": [{"code": "no_list"}]}, "No such list has been imported for this year.")
        return 2
    out.write_bytes(received.content)
    run.show({"file": str(out), "sha256": received.sha256}, f"Written to {out}.")
    return 0


def _sentences(found: Imported) -> str:
    if not found.problems:
        asked = f" {found.undecided} to settle on the page of the lists." if found.undecided else ""
        return f"{found.rows} lines are in use.{asked}"
    lines = [f"{p.place}: {p.sentence}" if p.place else p.sentence for p in found.problems]
    more = [f"And {found.more_problems} more."] if found.more_problems else []
    return "\n".join(["Nothing of this list is used.", *lines, *more])


def _not_a_year(run: Command, error: ValueError) -> int:
    run.show({"problems": [{"code": "no_such_year", "sentence": str(error)}]}, str(error))
    return 2
