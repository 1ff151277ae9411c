"""Drives the tools at a pseudo-terminal, in the directory of prompts.sh."""
import os
import re
import signal
import subprocess

from terminal import Terminal

SECRET = "Kx7q verbena-Wnb3 mosaic 9fTz lantern"


def keys():
    return sorted(os.listdir("cellar/keys"))


def root(*options, **environment):
    return Terminal("cellar", "root", "main", "-C", "cellar", *options, **environment)


# Declined: another name. Nothing is made.
tool = root()
tool.expect(r"type its name:\s+Test Root CA\s+> ")
assert tool.echoes(), "the name is typed without echo"
tool.type("Test root CA")
assert tool.end() == 6 and "declined" in tool.text, tool.text
assert keys() == []

# Stopped at the name, and at the passphrase; echo comes back.
tool = root()
tool.expect("> ")
os.write(tool.fd, b"\x03")
assert tool.end() == 6, tool.text
for stop in (b"\x03", b"\x1a"):
    tool = root()
    tool.expect("> ")
    tool.type("Test Root CA")
    tool.expect("New passphrase for root-g1")
    tool.silent()
    os.write(tool.fd, b"half of it" + stop)
    tool.expect("stopped")
    assert tool.echoes(), "echo stays off after a stop"
    assert "half" not in tool.text
    assert tool.end() == 6, tool.text
for number in (signal.SIGTERM, signal.SIGHUP):
    tool = root()
    tool.expect("> ")
    tool.type("Test Root CA")
    tool.expect("New passphrase for root-g1")
    os.kill(tool.pid, number)
    tool.expect("stopped")
    assert tool.echoes() and tool.end() == 6, tool.text
assert keys() == []

# Two that differ, then one that is too short: refused.
tool = root()
tool.expect("> ")
tool.type("Test Root CA")
tool.expect("New passphrase for root-g1")
tool.silent()
tool.type(SECRET)
tool.expect("The same again")
tool.silent()
tool.type(SECRET + "x")
assert tool.end() == 4 and "differ" in tool.text, tool.text
assert "verbena" not in tool.text, "the passphrase is on the terminal"
tool = root()
tool.expect("> ")
tool.type("Test Root CA")
for prompt in ("New passphrase", "The same again"):
    tool.expect(prompt)
    tool.type("short")
assert tool.end() == 4, tool.text
assert keys() == []

# Done, in colour; without it under NO_COLOR, --no-color, a dumb terminal.
tool = root()
tool.expect("> ")
tool.type("Test Root CA")
for prompt in ("New passphrase", "The same again"):
    tool.expect(prompt)
    tool.silent()
    tool.type(SECRET)
tool.expect("Next: ")
assert tool.end() == 0, tool.text
assert "verbena" not in tool.text
assert keys() == ["root-g1.key"]

coloured = Terminal("cellar", "status", "-C", "cellar")
coloured.end()
assert "\x1b[" in coloured.text, "no colour on a terminal"
# Colour only: nothing moves the cursor or clears.
assert not re.search(r"\x1b(?!\[[0-9;]*m)", coloured.text), coloured.text
for options, environment in ((("--no-color",), {}), ((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"})):
    plain = Terminal("cellar", "status", "-C", "cellar", *options, **environment)
    plain.end()
    assert "\x1b" not in plain.text, (options, environment)

# A passphrase that opens: one prompt, one try.
tool = Terminal("cellar", "key", "test", "root-g1", "-C", "cellar")
tool.expect("Passphrase of root-g1: ")
tool.silent()
tool.type("wrong one")
assert tool.end() == 4, tool.text
tool = Terminal("cellar", "key", "test", "root-g1", "-C", "cellar")
tool.expect("Passphrase of root-g1: ")
tool.type(SECRET)
assert tool.end() == 0, tool.text

# Without a terminal of its own, and told not to ask: refused, and named what to give.
for command in (["setsid", "cellar"], ["cellar"]):
    run = subprocess.run(command + ["key", "test", "root-g1", "-C", "cellar"], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True)
    assert run.returncode == 4 and "--passphrase-file root-g1=FILE" in run.stderr, run
tool = Terminal("cellar", "key", "test", "root-g1", "-C", "cellar", "--no-input")
assert tool.end() == 4 and "--passphrase-file" in tool.text, tool.text
print("at a terminal: as it should be")
