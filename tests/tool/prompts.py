"""Drives the tools at a pseudo-terminal, in the directory of prompts.sh."""
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time

SECRET = "Kx7q vertigo-Wnb3 mosaic 9fTz lantern"


class Terminal:
    """A tool on a terminal of its own; what it printed so far is in .text."""

    def __init__(self, *command, **environment):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(environment)
            os.execvp(command[0], command)

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return None
        self.text += data.decode("utf-8", "replace")
        return bool(data) or None

    def expect(self, pattern):
        deadline = time.monotonic() + 60
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, f"{pattern!r} did not come: {self.text!r}"
            if self.read(1) is None:
                assert re.search(pattern, self.text), f"{pattern!r} did not come: {self.text!r}"

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def silent(self):
        """Wait until echo is off: a prompt is printed after that."""
        assert not self.echoes(), "echo is on at a passphrase prompt"

    def type(self, line):
        self.text = ""
        os.write(self.fd, line.encode() + b"\n")

    def end(self):
        while self.read(60):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return status


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
assert "vertigo" not in tool.text, "the passphrase is on the terminal"
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
assert "vertigo" not in tool.text
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
