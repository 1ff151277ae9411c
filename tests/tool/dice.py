"""Types rolls of dice at a pseudo-terminal, in the directory of dice.sh. usage: dice.py ROLLS"""
import os
import sys

from terminal import Terminal

rolls = sys.argv[1]
secret = "Kx7q verbena-Wnb3 mosaic 9fTz lantern"


def root():
    return Terminal("cellar", "root", "main", "-C", "cellar", "--dice", "110")


# Ended before there are enough, or stopped: nothing is made, and nothing shown.
for end in (b"\x04", b"\x03"):
    tool = root()
    tool.expect("0 of 110 so far")
    tool.silent()
    tool.type(rolls[:50])
    tool.expect("50 of 110 so far")
    assert rolls[:5] not in tool.text
    os.write(tool.fd, end)
    assert tool.end() == 6 and "stopped" in tool.text, tool.text
    assert os.listdir("cellar/keys") == []

tool = root()
tool.expect("0 of 110 so far")
tool.type(rolls[:50])
tool.expect("50 of 110 so far")
tool.type("1234567")
tool.expect("not taken: digits 1 to 6 only")
tool.expect("50 of 110 so far")
tool.type("")
tool.expect("50 of 110 so far")
tool.type(f"{rolls[50:]} 12345 65432")
tool.expect("with 110 rolls of dice")
assert rolls[50:60] not in tool.text
tool.expect("> ")
tool.type("Test Root CA")
for prompt in ("New passphrase", "The same again"):
    tool.expect(prompt)
    tool.type(secret)
assert tool.end() == 0, tool.text
