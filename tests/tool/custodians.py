"""Custodians at a terminal, one after the other, each with a sheet: N.txt in a directory.

usage: custodians.py SHEETS genesis COMMAND...         stopped while a share is on the screen, and taken
                                                       up again: write down what is shown, type it
                                                       back; then three of them open the key, and again
       custodians.py SHEETS combine N... -- COMMAND... type these sheets when they are asked for
       custodians.py SHEETS stumble FOREIGN -- COMMAND...
           the same with 5, 1 and 3, after a share of another key, one with a word that is none, one
           with two words swapped, and one that was given already: each is named"""
import os
import re
import signal
import sys

from terminal import Terminal

sheets, verb, *rest = sys.argv[1:]
seen = ""  # all that was on the screens that stay


def sheet(number):
    return open(f"{sheets}/{number}.txt", encoding="utf-8").read().split()


def typed(tool, line):
    global seen
    seen += tool.text
    tool.type(line)


def give(tool, words):
    tool.expect(r"word 1> $")
    tool.silent()
    typed(tool, " ".join(words))


def split(tool):
    for number in range(1, 6):
        tool.expect(r"typed back\.\s+> $")
        listed = re.search(rf"share {number} \(3 of 5\).*?For its", tool.text, re.S).group()
        words = [word for _, word in re.findall(r"(\d+) ([a-z]{4,8})\b", listed.split("set ", 1)[1])]
        assert len(words) == 33, listed
        with open(f"{sheets}/{number}.txt", "w", encoding="utf-8") as paper:
            paper.write(" ".join(words) + "\n")
        tool.text = tool.text.split("\x1b[?1049h")[0]  # what follows is cleared
        typed(tool, "")
        give(tool, sheet(number))


def combine(tool, numbers):
    for number in numbers:
        give(tool, sheet(number))


def stumble(tool, foreign):
    give(tool, open(foreign, encoding="utf-8").read().split())
    tool.expect("this is no share of root-g1")
    first = sheet(5)
    give(tool, ["zzzz", *first[1:]])
    tool.expect("word 1 is not in the word list")
    tool.expect(r"word 1> $")
    other = next(i for i in range(4, 29) if first[i] != first[i + 1])
    typed(tool, " ".join([*first[:other], first[other + 1], first[other], *first[other + 2:]]))
    tool.expect(r"word 34> $")
    typed(tool, "")
    tool.expect("the checksum is wrong")
    give(tool, first)
    give(tool, first)
    tool.expect("share 5 is given twice")
    give(tool, sheet(1))
    give(tool, sheet(3))


def stop(command, number, prompt):
    """Stopped by a signal to the runner: nothing stays on the screen, what is typed is seen again."""
    tool = Terminal(*command)
    for text in prompt:
        tool.expect(text)
        tool.silent()
        if text != prompt[-1]:
            tool.type("")
    os.kill(tool.pid, number)
    assert tool.end() == -number, tool.text
    assert "\x1b[?1049l" in tool.text.split("\x1b[?1049h")[-1] and tool.echoes(), tool.text


if verb == "genesis":
    before, command = [], rest
    stop(command, signal.SIGTERM, [r"typed back\.\s+> $"])
    stop(command, signal.SIGHUP, [r"typed back\.\s+> $", r"word 1> $"])
else:
    before, command = rest[:rest.index("--")], rest[rest.index("--") + 1:]
room = Terminal(*command)
if verb == "genesis":
    split(room)
    for three in ((3, 1, 4), (2, 4, 5), (5, 2, 1)):  # the recovery, the CRL, the seal
        combine(room, three)
elif verb == "combine":
    combine(room, before)
else:
    stumble(room, before[0])
status = room.end()
seen += room.text
for number in range(1, 6):
    words = sheet(number)
    assert not any(" ".join(words[i:i + 3]) in seen for i in range(4, 31)), f"share {number} stays on the screen"
print(re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", seen))
sys.exit(status)
