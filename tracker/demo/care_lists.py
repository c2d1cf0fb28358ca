"""The council's lists of looked-after children, imported for this collection year and the last, as a lead would."""

from random import Random

from tracker.core.clock import Period, financial_year_of, local_date
from tracker.core.extract_rows import ExtractKind
from tracker.core.ssda903 import collection_year, year_name
from tracker.demo.care import InCare, episodes_file, header_file, never_missing, spells_of
from tracker.demo.county import County
from tracker.demo.world import World
from tracker.services.context import Context
from tracker.services.import_extract import import_extract
from tracker.services.pages.returns import missing_file
from tracker.settings import Settings


def import_lists(world: World, county: County) -> None:
    """Header and Episodes of both years; of this one, last year's Missing table too, as it was returned."""
    import_lists_of(world.lead(county.now), children_in_care(county), county.seed, world.settings)


def children_in_care(county: County) -> list[InCare]:
    """Our looked-after children of the county, each with the days of its times missing."""
    found = []
    for child in county.children:
        if child.is_ours and child.looked_after:
            held = [one for one in county.episodes if one.child == child]
            instants = [at for one in held for at in (one.missing_from_at, one.returned_at) if at is not None]
            found.append(
                InCare(
                    child.number, child.surname, child.forename, child.born_on, child.sex, child.ethnicity,
                    tuple(sorted({local_date(at) for at in instants})),
                )
            )  # fmt: skip
    return found


def import_lists_of(context: Context, missing: list[InCare], seed: int, settings: Settings) -> None:
    """The same of any children: one seed gives one list."""
    rng = Random(seed + 11)  # noqa: S311 (a simulation)
    today = local_date(context.now)
    children = [*missing, *never_missing(rng, max((c.number for c in missing), default=0) + 5000, today)]
    spells = [spell for child in children for spell in spells_of(child, rng, today)]
    now = financial_year_of(today).start_on.year
    for start in (now - 1, now):
        year = collection_year(start)
        _import(context, ExtractKind.HEADER, year, header_file(children, spells, year), settings)
        _import(context, ExtractKind.EPISODES, year, episodes_file(spells, year), settings)
    returned = missing_file(context, now - 1, "csv").encode()
    _import(context, ExtractKind.LAST_MISSING, collection_year(now), returned, settings)


def _import(context: Context, kind: ExtractKind, year: Period, content: bytes, settings: Settings) -> None:
    filename = f"{kind}-{year_name(year)}.csv"
    import_extract(
        context, content=content, filename=filename, kind=kind, year=year.start_on.year, limits=settings.limits
    )
