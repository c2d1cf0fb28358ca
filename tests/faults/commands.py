"""The real `tracker` command in processes of its own, to be watched and killed."""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

SHORT, FULL = 6, 50


def kills() -> int:
    """How often the fault tests kill: a few times, or with TRACKER_FAULTS=full many."""
    return FULL if os.environ.get("TRACKER_FAULTS") == "full" else SHORT


def environment(database_url: str, mail_port: int, **more: str) -> dict[str, str]:
    """Settings for a command that sends to a server on this machine; nothing else of ours comes from outside."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return outside | {
        "TRACKER_ENV": "test",
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_SECRET_KEY": "t" * 40,
        "TRACKER_MAIL_HOST": "127.0.0.1",
        "TRACKER_MAIL_PORT": str(mail_port),
        "TRACKER_MAIL_SECURITY": "none",
        "TRACKER_SCHEDULER_SUMMARY_DAY": "28",  # the real clock runs: no month of these tests falls due in them
        **more,
    }


def start(*arguments: str, env: dict[str, str], file_bytes: int | None = None) -> subprocess.Popen[str]:
    """The command with these arguments, under way. `file_bytes`: no file that it writes may grow beyond so many."""

    def limit() -> None:
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    return subprocess.Popen(
        [sys.executable, "-c", "from tracker.start import main; main()", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str, str]:
    """Wait for its own end, which comes within so many seconds: exit code, standard output, standard error."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, and take note of the end, so that its number is free."""
    process.kill()
    process.communicate(timeout=60)


def kill_on_its_way(
    process: subprocess.Popen[str], progress: Callable[[], int], chance: random.Random, step: int, linger: float = 0.3
) -> int:
    """kill -9 once `progress` has risen by 1 to `step`, at an instant of chance up to `linger` seconds later.

    What `progress` says after the end: all that was acknowledged. Fails where the process makes none.
    """
    target = progress() + chance.randint(1, step)
    came = wait_until(lambda: progress() >= target, 60)
    time.sleep(chance.random() * linger)
    kill(process)
    assert came, f"it goes on after every kill, but stood at {progress()} and not at {target}"
    return progress()


def wait_until(met: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it came true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(0.002)
    return met()
