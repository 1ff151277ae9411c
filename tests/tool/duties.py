"""The commands of a booklet with what is typed at each, a line each: name|command.

usage: duties.py BOOKLET.txt"""
import sys

command = name = None
for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith("    $ "):
        command = line[6:].rstrip("\n")
    elif line.startswith("Typed  "):
        name = line[len("Typed"):].strip()
    elif line.startswith("Time (UTC) ") and command:
        print(f"{name or ''}|{command}")
        command = name = None
    elif line.startswith("-----"):
        command = name = None
