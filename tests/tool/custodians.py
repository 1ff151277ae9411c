"""Custodians at a terminal, one after the other, each with a sheet: N.txt in a directory.

usage: custodians.py SHEETS split COMMAND...           write down what is shown, type it back
       custodians.py SHEETS combine N... -- COMMAND... type these sheets when they are asked for
       custodians.py SHEETS stumble FOREIGN -- COMMAND...
           the same with 5, 1 and 3, after a share of another key, one with a word that is none, one
           with two words swapped, and one that was given already: each is named"""
import re
import sys

from terminal import Terminal

sheets, verb, *rest = sys.argv[1:]


def sheet(number):
    return open(f"{sheets}/{number}.txt").read().split()


def give(tool, words):
    tool.expect(r"word 1> $")
    tool.silent()
    tool.type(" ".join(words))


def split(command):
    tool = Terminal(*command)
    for number in range(1, 6):
        tool.expect(r"typed back\.\s+> $")
        listed = re.search(rf"share {number} \(3 of 5\).*?For its", tool.text, re.S).group()
        words = [word for _, word in re.findall(r"(\d+) ([a-z]{4,8})\b", listed.split("set ", 1)[1])]
        assert len(words) == 33, listed
        with open(f"{sheets}/{number}.txt", "w") as paper:
            paper.write(" ".join(words) + "\n")
        tool.type("")
        give(tool, sheet(number))
    return tool


def combine(numbers, command):
    tool = Terminal(*command)
    for number in numbers:
        give(tool, sheet(number))
    return tool


def stumble(foreign, command):
    tool = Terminal(*command)
    give(tool, open(foreign).read().split())
    tool.expect("this is no share of root-g1")
    first = sheet(5)
    give(tool, ["zzzz", *first[1:]])
    tool.expect("word 1 is not in the word list")
    tool.expect(r"word 1> $")
    other = next(i for i in range(4, 29) if first[i] != first[i + 1])
    tool.type(" ".join([*first[:other], first[other + 1], first[other], *first[other + 2:]]))
    tool.expect(r"word 34> $")
    tool.type("")
    tool.expect("the checksum is wrong")
    give(tool, first)
    give(tool, first)
    tool.expect("share 5 is given twice")
    give(tool, sheet(1))
    give(tool, sheet(3))
    return tool


if verb == "split":
    done = split(rest)
else:
    before, after = rest[:rest.index("--")], rest[rest.index("--") + 1:]
    done = combine(before, after) if verb == "combine" else stumble(before[0], after)
status = done.end()
print(re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", done.text))
sys.exit(status)
