"""Rehearses a script at a pseudo-terminal: every step is one screen of 80 columns, and there is no secret on it.

usage: rehearsals.py SCRIPT DIRECTORY"""
import glob
import re
import sys

from terminal import Terminal

script, directory = sys.argv[1:]
steps = open(script, encoding="utf-8").read().split("\nsteps:\n")[1].count("\n    title: ")
tool = Terminal("cellar", "ceremony", "rehearse", script, "--to", directory, "--answers", "answers.yaml")
assert tool.end() == 0, tool.text[-2000:]
screens = [tuple(map(int, found)) for found in re.findall(r"step (\d+) of (\d+), \d+ min, expected \d+, REHEARSAL",
                                                          tool.text)]
assert screens == [(n + 1, steps) for n in range(steps)], screens
secret = open(directory + "/passphrase.txt", encoding="utf-8").read().strip()
assert len(secret.split()) == 8 and secret not in tool.text
record = open(directory + "/record/transcript.jsonl", encoding="utf-8").read()
for path in glob.glob(directory + "/shares/*/*.txt"):
    words = open(path, encoding="utf-8").read().split()
    assert len(words) == 33 and not any(" ".join(words[i:i + 3]) in tool.text + record for i in range(4, 31)), path
for screen in tool.text.split("\x1b[2J\x1b[H")[1:]:
    head = re.sub(r"\x1b\[[0-9;]*m", "", screen.split(" e: exception sheet")[0]).split("\n")
    assert len(head) <= 25 and max(len(line) for line in head if "    $ " not in line) <= 82, head
