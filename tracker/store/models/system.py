"""What keeps the engine honest: the scheduler's lease, heartbeats, and daily or monthly work done once."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class SchedulerLease(Base):
    """Who may act as the scheduler, until when; `token` rises with every change of hands (fencing)."""

    __tablename__ = "scheduler_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    token: Mapped[int]
    expires_at: Mapped[datetime]


class Heartbeat(Base):
    """When a job last ran to its end."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    seconds: Mapped[float]


class DueRun(Base):
    """Daily or monthly work, keyed by its local day or month: inserted once, so done once."""

    __tablename__ = "due_run"

    work: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]
