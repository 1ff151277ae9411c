"""Each frame is a screen of 80 by 25, and Enter brings the next. usage: frames.py FILE COUNT"""
import fcntl
import os
import struct
import sys
import termios

from terminal import Terminal

tool = Terminal("cellar", "show", "--frames", sys.argv[1])
fcntl.ioctl(tool.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
count = int(sys.argv[2])
assert count > 2
for number in range(1, count):
    tool.expect("Enter for the next frame: ")
    screen = tool.text.lstrip("\r\n").splitlines()
    assert f"frame {number} of {count}" in screen[0], tool.text
    assert len(screen) <= 25 and max(map(len, screen)) <= 80, tool.text
    tool.type("")
assert tool.end() == 0
assert f"frame {count} of {count}" in tool.text, tool.text

# Stopped at the second.
tool = Terminal("cellar", "show", "--frames", sys.argv[1])
tool.expect("Enter for the next frame: ")
os.write(tool.fd, b"\x03")
assert tool.end() == 6, tool.text
