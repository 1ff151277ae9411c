"""progress.py COMMAND...: the CRL of a large authority at a pseudo-terminal, stopped at each of its
parts, then left alone; in the directory of progress.sh."""
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

from terminal import Terminal

COMMAND = sys.argv[1:]
CTRL_C = b"\x03"
LINE = r"\r([a-z ]+?) \[#*\.*\] +(\d+) %"


def holds(pid, field, number):
    """Whether the kernel has the signal in this field of the process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        signals = int(re.search(rf"^{field}:\s+([0-9a-f]+)$", status.read(), re.M)[1], 16)
    return bool(signals & 1 << (number - 1))


def wait_until(tool, field, number):
    deadline = time.monotonic() + 60
    while not holds(tool.pid, field, number):
        assert time.monotonic() < deadline, tool.text


def start(*command, stop=None):
    """Begun, held up as if it were slow, and maybe told to stop meanwhile: by a signal or a key."""
    tool = Terminal(*command)
    wait_until(tool, "SigCgt", signal.SIGTERM)  # at long work signals are caught
    hold(tool, 0.7, stop)
    return tool


def hold(tool, seconds, stop=None):
    os.kill(tool.pid, signal.SIGSTOP)
    time.sleep(seconds)
    if stop == CTRL_C:
        os.write(tool.fd, CTRL_C)
        wait_until(tool, "ShdPnd", signal.SIGINT)  # it throws away what else was to be printed
    elif stop:
        os.kill(tool.pid, stop)
    os.kill(tool.pid, signal.SIGCONT)


def facts():
    """Files by name, and what the inventory says was signed."""
    store = sqlite3.connect("file:cellar/cellar.db?mode=ro", uri=True)
    lists = store.execute("SELECT count(*) FROM crl").fetchone()
    store.close()
    names = {os.path.join(at, name) for at, _, found in os.walk("cellar") for name in found}
    return lists, names


def audit():
    run = subprocess.run(["cellar", "audit", "-C", "cellar"], capture_output=True, text=True)
    assert run.returncode == 0, run
    assert "\r" not in run.stderr + run.stdout


before = facts()
for number in (signal.SIGTERM, signal.SIGHUP, CTRL_C):
    tool = start(*COMMAND, stop=number)
    tool.expect(LINE)
    tool.expect("stopped by the operator")
    assert tool.end() == 6, tool.text
    # The line is gone: only blanks stand between the last return and what follows.
    assert re.search(r"\r +\rcellar-crl: ", tool.text), tool.text
    assert facts() == before, (number, facts()[1] ^ before[1])
audit()

# Left alone it is done; the parts follow each other, and none goes back.
tool = start(*COMMAND)
tool.expect(LINE)
hold(tool, 0.2)
assert tool.end() == 0, tool.text
told = re.findall(LINE, tool.text)
assert len(told) > 1 and told[0][0].startswith("gathering"), tool.text
for part in {part for part, _ in told}:
    shares = [int(share) for name, share in told if name == part]
    assert shares == sorted(shares) and shares[-1] <= 100, tool.text
assert "\x1b[" not in re.findall(r"\r[^\r]*\r", tool.text)[0]
assert facts()[0] != before[0]

# An export is stopped before anything has its name, then left alone.
EXPORT = ("cellar", "export", "prod", "-C", "cellar")
before = facts()
for number in (signal.SIGTERM, CTRL_C):
    tool = start(*EXPORT, stop=number)
    tool.expect(r"\rwriting files \[#*\.*\] +\d+ %")
    tool.expect("stopped by the operator while writing files")
    assert tool.end() == 6, tool.text
    assert facts() == before, (number, facts()[1] ^ before[1])
tool = start(*EXPORT)
tool.expect(LINE)
assert tool.end() == 0, tool.text
assert facts() != before
audit()

# A check is told and stopped in the same way.
tool = start("cellar", "audit", "-C", "cellar", stop=CTRL_C)
tool.expect(r"\rverifying [a-z ]+: \d+")
tool.expect("stopped by the operator")
assert tool.end() == 6, tool.text
print("long work: as it should be")
