"""Shares at a pseudo-terminal, in the directory of share.sh: shown, typed back, recovered from.

usage: shares.py INTERRUPT.so share_words.c"""
import os
import re
import signal
import subprocess
import sys

from terminal import Terminal

PASSPHRASE = open("secrets/key.txt").read().strip()
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Recorded(Terminal):
    """Also keeps all that ever came: what a person could scroll back to."""

    log = ""

    def read(self, seconds):
        before = len(self.text)
        more = super().read(seconds)
        self.log += self.text[before:]
        return more


def split(*options, **environment):
    tool = Recorded("cellar", "share", "split", "typed.key", "--shares", "3of5", *options, **environment)
    tool.expect("Passphrase of typed.key: ")
    tool.type(PASSPHRASE)
    return tool


def shown(tool):
    """The words on the screen, all 33, and that Enter takes them away."""
    tool.expect(r"Then press Enter.*\s+cleared, and to be typed back\.\s+> ")
    listed = tool.text.split("of 5), set ", 1)[1].split("For its", 1)[0]
    numbered = [(int(n), word) for n, word in re.findall(r"(\d+) ([a-z]{4,8})\b", listed)]
    assert [n for n, _ in numbered] == list(range(1, 34)), tool.text
    assert tool.text.rfind(ENTER) > tool.text.rfind(LEAVE), "shown on the screen that stays"
    tool.type("")
    tool.expect(r"word 1> ")
    cleared = tool.text.index("\x1b[2J"), tool.text.index(LEAVE)
    assert cleared[0] < cleared[1], "left without being cleared"
    return [word for _, word in numbered]


def give(tool, words, step=11):
    """Types a share without echo, some words a line."""
    for at in range(0, len(words), step):
        tool.expect(rf"word {at + 1}> $")
        tool.silent()
        tool.type(" ".join(words[at:at + step]))


def outside(text):
    """What stays in the scroll-back: all that is not between entering and leaving the other screen."""
    return re.sub(re.escape(ENTER) + ".*?" + re.escape(LEAVE), "", text, flags=re.S)


def made_elsewhere(size):
    """A share, the only one of its set, of a value of that many octets (SLIP-0039)."""
    listed = re.findall(r'"([a-z]{4,8})"', open(sys.argv[2]).read())
    assert len(listed) == 1024
    count = -(-8 * size // 10)
    bits = (0x2a5a << 1 | 1) << 24 << 10 * count | int.from_bytes(os.urandom(size), "big")
    numbers = [bits >> 10 * i & 1023 for i in reversed(range(4 + count))]
    generator = (0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009,
                 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120)
    checksum = 1
    for number in [*b"shamir_extendable", *numbers, 0, 0, 0]:
        top = checksum >> 20
        checksum = (checksum & 0xFFFFF) << 10 ^ number
        for i in range(10):
            checksum ^= generator[i] if top >> i & 1 else 0
    checksum ^= 1
    numbers += [checksum >> 10 * i & 1023 for i in (2, 1, 0)]
    return [listed[number] for number in numbers]


subprocess.run(["cp", "before.key", "typed.key"], check=True)
before = open("typed.key").read()

# Stopped while a share is on the screen: it goes, and the key stays as it was.
tool = split()
tool.expect("Then press Enter")
os.write(tool.fd, b"\x03")
assert tool.end() == 6 and "written down" in tool.text and "Opens with" not in tool.text, tool.text
assert tool.text.rindex(LEAVE) > tool.text.rindex("Then press Enter"), "its screen stays after a stop"
assert open("typed.key").read() == before

# A signal between two prompts, each that can be caught: the terminal is as it was before the tool ends.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM):
    tool = Recorded("cellar-share", "test", LD_PRELOAD=sys.argv[1], INTERRUPT_AT=ENTER, INTERRUPT_NTH="1",
                    INTERRUPT_BY=str(int(number)), ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    assert tool.end() == 6, (number, tool.text)
    assert tool.text.count(ENTER) == 1 and tool.text.rindex(LEAVE) > tool.text.rindex(ENTER), (number, tool.text)
tool = split(LD_PRELOAD=sys.argv[1], INTERRUPT_AT=LEAVE, INTERRUPT_NTH="1", INTERRUPT_BY=str(int(signal.SIGTERM)),
             ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
tool.expect(r"typed back\.\s+> ")
tool.type("")
assert tool.end() == -signal.SIGTERM and ENTER not in tool.text, tool.text
assert open("typed.key").read() == before

# A terminal that cannot be cleared is none for shares.
tool = split(TERM="dumb")
assert tool.end() == 4 and "cannot be cleared" in tool.text, tool.text
assert open("typed.key").read() == before

# All five, each typed back by the one who keeps it. The first mistypes twice.
tool = split()
made = []
for number in range(5):
    words = shown(tool)
    made.append(words)
    if number == 1:  # its paper was wrong: seen once more, and the same
        tool.type("")
        assert shown(tool) == words
    if number == 0:
        wrong = words[:]
        wrong[2] = words[2][:4] + "zz"
        tool.silent()
        tool.type(" ".join(wrong[:11]))
        tool.expect(rf'word 3 is not in the word list; did you mean "{words[2]}"\?')
        tool.expect(r"word 1> $")
        swapped = words[:]
        swapped[6], swapped[7] = words[7], words[6]
        if swapped != words:
            give(tool, swapped)
            tool.expect(r"no share yet[^>]*word 34> $")
            tool.type("")
            tool.expect("the checksum is wrong")
    give(tool, words)
status = tool.end()
assert status == 0 and "Every share was typed back" in tool.text, (status, tool.text)
left = outside(tool.log)
assert "Result" not in left and "word 1>" not in left and "Then press" not in left, left
for words in made:
    assert " ".join(words[4:6]) not in re.sub(r"\s+", " ", left), "words stay on the terminal"
assert open("typed.key").read() != before

# Recovered from three that are typed, a word a line and all in one.
tool = Recorded("cellar", "share", "combine", "typed.key")
tool.expect(r"Share 1 for typed.key")
give(tool, made[4], 1)
tool.expect(r"Share 2 of 3 for typed.key")
give(tool, made[4], 33)
tool.expect(r"share 5 is given twice")
give(tool, made[1], 33)
tool.expect(r"Share 3 of 3 for typed.key")
tool.expect(r"word 1> $")
tool.type("abandon all hope")
tool.expect(r"word 1 is not in the word list\.")
tool.expect(r"word 1> $")
tool.type("")
tool.expect(r"no words are given")
give(tool, made[2], 33)
assert tool.end() == 0 and "The shares open the key" in tool.text, tool.text

# Shares of other lengths, from other programs: each ends where its checksum does.
for size in (16, 18, 34, 64):
    words = made_elsewhere(size)
    tool = Recorded("cellar", "share", "test")
    give(tool, words)
    assert tool.end() == 0 and "The share is whole" in tool.text, (words, tool.text)
    assert re.search(rf"Bits +{8 * size}\b", tool.text), tool.text

# Told not to ask.
tool = Recorded("cellar", "share", "combine", "typed.key", "--no-input")
assert tool.end() == 4 and "--share-file" in tool.text, tool.text
print("shares at a terminal: as it should be")
