"""The daily digest: one email for each person with something of their own, once on a London day (definitions §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.digest import DigestItem, DigestPolicy, digest_day, readers
from tracker.core.directory import Recipient
from tracker.services.context import Context, Viewer
from tracker.services.email_texts import digest_text, message_domain
from tracker.services.pages.digest import digest_items
from tracker.services.transaction import writing
from tracker.store import audit, db, engine, outbox, people

DIGEST = "digest"


@dataclass(frozen=True)
class DigestResult:
    """How many digests were queued, and how many people had nothing to be told."""

    queued: int = 0
    quiet: int = 0


@dataclass(frozen=True)
class OneDigest:
    """What one person would be told. `of_team`: of the work of a team, whose board shows the same numbers."""

    reader: Recipient
    items: tuple[DigestItem, ...]
    of_team: bool = False

    def is_sent(self, policy: DigestPolicy) -> bool:
        return bool(self.items) or policy.all_clear


def send_digests(context: Context, policy: DigestPolicy) -> DigestResult:
    """Queue today's digests if their time has come and they are not queued yet; otherwise nothing.

    Steps: 1. ask whether today's is due and not done; 2. count, outside of any transaction; 3. in one transaction mark
    the day as done and queue the emails: of two that try at once, one inserts the mark. The mark is the day's own, so
    that a clock set back, or put right, never sends a day's digest twice, and never silences another day's.
    """
    day = digest_day(context.now, policy.at)
    session = db.session()
    if day is None or engine.is_done(session, DIGEST, day.isoformat()):
        session.rollback()
        return DigestResult()
    found = digests_now(session, context, policy)
    session.rollback()
    told = [one for one in found if one.is_sent(policy)]
    with writing() as writer:
        audit.hold_chain(writer)
        if not engine.mark_done(writer, DIGEST, day.isoformat(), context.now):
            return DigestResult()
        return DigestResult(_queue(writer, context, day, told), len(found) - len(told))


def digests_now(session: Session, context: Context, policy: DigestPolicy) -> list[OneDigest]:
    """What each person who has a digest today would be told now."""
    known = people.recipients(session)
    return [
        OneDigest(reader, digest_items(session, context, reader, scope), bool(scope.teams) and not scope.everything)
        for reader, scope in readers(known, policy.roles, context.now)
    ]


def preview(context: Context, viewer: Viewer, policy: DigestPolicy) -> tuple[DigestItem, ...] | None:
    """What this person's digest would say now; None where they have none: by their role, or because they are away."""
    session = db.session()
    for reader, scope in readers(people.recipients(session), policy.roles, context.now):
        if reader.id == viewer.person_id:
            return digest_items(session, context, reader, scope)
    return None


def show_digests(context: Context, policy: DigestPolicy) -> tuple[date, list[OneDigest]]:
    """What would be sent if it were sent now; nothing is written."""
    session = db.session()
    found = digests_now(session, context, policy)
    session.rollback()
    return local_date(context.now), found


def _queue(session: Session, context: Context, day: date, told: Sequence[OneDigest]) -> int:
    emails = []
    for one in told:
        text = digest_text(day, one.items, context.base_url, of_team=one.of_team)
        key = f"{DIGEST}:{day.isoformat()}:{one.reader.id}"
        emails.append(outbox.NewEmail(key, text.template, one.reader.email, text.subject, text.body, one.reader.id))
    queued = outbox.queue_emails(session, emails, context.now, message_domain(context.base_url))
    acts = [
        audit.Act("digest_queued", "person", email.recipient_id, {"day": day.isoformat()})
        for email in emails
        if email.dedupe_key in queued
    ]
    audit.record_many(session, acts, context.actor, context.now)
    return len(queued)
