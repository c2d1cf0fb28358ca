"""A worker's name says whether its process, on this machine, is still there."""

import os
import subprocess
import sys

from tracker.adapters.processes import is_gone, worker_name


def test_this_process_is_here() -> None:
    assert not is_gone(worker_name())
    assert worker_name() != worker_name()


def test_a_process_that_ended_is_gone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait(30)
    machine = worker_name().split("/")[0]
    assert is_gone(f"{machine}/{ended.pid}/abcd")
    assert is_gone(f"{machine}/{ended.pid}/abcd/and-more")


def test_of_another_machine_or_an_unreadable_name_nothing_is_known() -> None:
    for name in ("elsewhere/999999/abcd", "", "/", "no such name", f"{worker_name().split('/')[0]}/x/y"):
        assert not is_gone(name)


def test_a_process_of_somebody_else_is_here() -> None:
    machine = worker_name().split("/")[0]
    assert not is_gone(f"{machine}/1/abcd")
    assert not is_gone(f"{machine}/{os.getppid()}/abcd")
