"""A tool on a pseudo-terminal."""
import os
import pty
import re
import select
import termios
import time


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
