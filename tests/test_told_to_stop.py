"""A signal to stop is noticed at whatever instant it comes."""

import subprocess
import sys

MANY_SIGNALS = """
import random, signal
from tracker.commands import engine
engine.LOOK_SECONDS = 0.0005
chance = random.Random(1)
for _ in range(3000):
    wait = engine.told_to_stop((signal.SIGALRM,))
    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, 6e-5))  # about when the wait begins
    wait()
print("noticed")
"""


def test_a_signal_that_comes_as_the_wait_begins_is_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY_SIGNALS], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "noticed\n"), done.stderr
