"""What the scheduler's jobs do: each asks a service what is due by now, and returns what was done, as counts.

Those that belong to the engine itself (sweep, delivery, its ping) stand with it in tracker/scheduler.py.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

from tracker.adapters.processes import is_gone
from tracker.bootstrap import Wiring
from tracker.core.feed import Feed
from tracker.services import due_work, pull_reports, raise_notices, send_digest, watch_folder
from tracker.services.context import Context
from tracker.services.feed_drafts import delete_old_drafts
from tracker.services.feeds import feeds_in_force, feeds_to_replay_by
from tracker.services.receive_report import resume_reading
from tracker.services.record_mail_events import read_mailbox
from tracker.services.reexamine import reexamine_due
from tracker.services.undo_load import resume_undoing
from tracker.services.watch_reports import watch_reports

KeepGoing = Callable[[], bool]
"""Asked between two steps: whether the job may take the next."""

Done = dict[str, object]


def feeds(wired: Wiring) -> dict[str, Feed]:
    """The feeds in force by name."""
    return feeds_in_force(wired.settings.feeds, wired.settings.council.own_names)


def replay_feeds(wired: Wiring) -> dict[str, Feed]:
    """The same with the retired ones, for what has come in by them."""
    return feeds_to_replay_by(wired.settings.feeds, wired.settings.council.own_names)


def resume(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Reports whose reading was cut short, at their first line without an outcome; loads that are being undone."""
    settings = wired.settings
    return {
        "receipts": len(resume_reading(context, settings.feeds, settings.limits)),
        "undone": resume_undoing(context, replay_feeds(wired), keep_going),
    }


def watch(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Reports that were expected by now and have not come."""
    return asdict(watch_reports(context, feeds(wired)))


def notices(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """What the triggers beside the deadlines find due."""
    return asdict(raise_notices.raise_notices(context))


def digest(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """How each person's work stands, once a day."""
    return asdict(send_digest.send_digests(context, wired.settings.digest.policy))


def reexamine(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Lines that wait, after whatever may have changed their answer, and once a day."""
    done = reexamine_due(context, replay_feeds(wired))
    return {"settled": done.settled, "refreshed": done.refreshed}


def summary(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """The months that are due to be prepared; a person publishes them."""
    return {"months": due_work.prepare_due_months(context, wired.settings.scheduler.summary_day)}


def drafts(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Drafts of feeds that nobody has touched for a day, with the samples of reports that they hold."""
    return {"deleted": delete_old_drafts(context)}


def bounces(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Emails that have come back."""
    return asdict(read_mailbox(context, wired.bounces, keep_going)) if wired.bounces else {}


def folder(wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Reports that have been dropped into the watched folder."""
    if wired.folder is None:
        watch_folder.forget()
        return {}
    settings = wired.settings
    looked = watch_folder.look(
        context,
        wired.folder,
        feeds(wired),
        settings.limits,
        settings.intake.settle_seconds,
        wired.clock.now,
        keep_going,
    )
    return {"receipts": len(looked.receipts), "moved": looked.moved}


def pull(worker: str, wired: Wiring, context: Context, keep_going: KeepGoing) -> Done:
    """Reports that are fetched from forces' web servers, by this worker."""
    settings = wired.settings
    pull_reports.forget_others(settings.report_pulls)
    done = pull_reports.pull_reports(
        context,
        settings.report_pulls,
        wired.source,
        feeds(wired),
        settings.limits,
        wired.clock.now,
        pull_reports.Worker(worker, is_gone),
        keep_going,
    )
    return dict(Counter(one.outcome for one in done))
