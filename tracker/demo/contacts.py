"""Whom to ring about a child: invented names, and numbers from the ranges that Ofcom keeps for drama."""

from datetime import datetime
from random import Random

from tracker.core.interview_terms import ContactRelation
from tracker.demo.county import DemoEpisode
from tracker.demo.people import forename
from tracker.demo.world import World
from tracker.services import child_contacts, demonstration_papers

SOCIAL_WORKERS = ("Perpetua Quillmarsh", "Osric Copperdene", "Hesper Larchfield", "Falco Thimblecroft")


def add_contacts(episode: DemoEpisode, world: World, now: datetime) -> None:
    """Of a child whose interview is allocated, unless somebody is named already."""
    if now < world.forms_from:
        return
    child = demonstration_papers.without_contacts(world.held(episode.reference).child_id)
    if child is None:
        return
    rng = Random(episode.child.number)  # noqa: S311 (a simulation)
    named = [(ContactRelation.CHILD, child.forename, _mobile(rng), "Texts are answered sooner than calls.")]
    if episode.child.looked_after:
        home = episode.child.address.partition(",")[0]
        named.append((ContactRelation.PLACEMENT, f"{home}, on duty", _landline(rng), ""))
    else:
        parent = f"{forename(rng, rng.choice(('Female', 'Male')))} {child.surname}"
        named.append((ContactRelation.PARENT_OR_CARER, parent, _mobile(rng), ""))
    if episode.child.known_to_services:
        named.append((ContactRelation.SOCIAL_WORKER, rng.choice(SOCIAL_WORKERS), _landline(rng), ""))
    context = world.manager(now, episode.child.district.team)
    for relation, name, phone, note in named:
        child_contacts.add_contact(
            context, child_id=child.child_id, relation=relation, name=name, phone=phone, note=note
        )


def _mobile(rng: Random) -> str:
    return f"07700 900{rng.randint(0, 999):03}"


def _landline(rng: Random) -> str:
    return f"01632 960{rng.randint(0, 999):03}"
