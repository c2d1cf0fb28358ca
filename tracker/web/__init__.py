"""The pages. Flask's side of things: it may import services and the core, never the store.

How to add a page: docs/web-pages.md.
"""

from flask import Flask

from tracker import bootstrap
from tracker.web.errors import init_errors
from tracker.web.filters import init_filters
from tracker.web.nobody_told import init_nobody_told
from tracker.web.security import init_security
from tracker.web.shell import init_shell


def init_web(app: Flask) -> None:
    """Hang the pages on the application."""
    init_security(app)
    init_errors(app)
    init_filters(app)
    init_shell(app)
    init_nobody_told(app)
    from tracker.web.actions import views as actions
    from tracker.web.alerts import views as alerts
    from tracker.web.api import v1 as api
    from tracker.web.audit import views as audit
    from tracker.web.children import views as children
    from tracker.web.comparison import views as comparison
    from tracker.web.counts import answer_views  # noqa: F401  (more views of the same area)
    from tracker.web.counts import views as counts
    from tracker.web.edition import views as edition
    from tracker.web.engine import views as engine
    from tracker.web.episodes import views as episodes
    from tracker.web.feeds import draft_views as feeds
    from tracker.web.frequent import plan_views, said_views, write_views  # noqa: F401  (more views of the same area)
    from tracker.web.frequent import views as frequent
    from tracker.web.group import views as group
    from tracker.web.health import views as health
    from tracker.web.interviews import views as interviews
    from tracker.web.ladder import change_views as ladder
    from tracker.web.mailbox import views as mailbox
    from tracker.web.meetings import views as meetings
    from tracker.web.mine import views as mine
    from tracker.web.month import (  # noqa: F401  (more views of the same area)
        commentary_views,
        export_views,
        publish_views,
    )
    from tracker.web.month import views as month
    from tracker.web.people import views as people
    from tracker.web.periods import views as periods
    from tracker.web.reports import line_views as reports
    from tracker.web.reports import receipt_views  # noqa: F401  (more views of the same area)
    from tracker.web.returns import list_views as returns
    from tracker.web.roads import views as roads
    from tracker.web.signin import unsent_views as signin
    from tracker.web.team import views as team
    from tracker.web.today import views as today
    from tracker.web.tokens import views as tokens
    from tracker.web.trends import views as trends
    from tracker.web.write_up import review_views, settle_views, share_views  # noqa: F401  (more of the same area)
    from tracker.web.write_up import views as write_up

    # One line an area, in the order of the menu. Each `views` module has a Blueprint called `bp`.
    for area in (
        today,
        mine,
        team,
        episodes,
        interviews,
        write_up,
        children,
        actions,
        meetings,
        reports,
        comparison,
        alerts,
        month,
        periods,
        trends,
        counts,
        returns,
        group,
        frequent,
        edition,
        feeds,
        roads,
        ladder,
        people,
        engine,
        audit,
        signin,
        health,
        tokens,
        api,
    ):
        app.register_blueprint(area.bp)
    if bootstrap.mailbox(app):  # a demonstration only: elsewhere there is no such page
        app.register_blueprint(mailbox.bp)
