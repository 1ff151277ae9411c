"""Writes a ceremony's directory by docs/CEREMONY.md alone, for what checks it.

usage: transcript.py SCRIPT.yaml WORDS.c DIR [ANSWER]"""
import hashlib
import json
import os
import re
import sys

script, words_file, directory, *seen = sys.argv[1:]
data = open(script, "rb").read()
tables = re.findall(r'"([A-Za-z]+)"', open(words_file, encoding="utf-8").read())
assert len(tables) == 512, len(tables)

os.makedirs(directory + "/evidence")
open(directory + "/script.yaml", "wb").write(data)

lines = []
previous = hashlib.sha256(data).hexdigest()


def add(event, **fields):
    global previous
    line = json.dumps({"n": len(lines) + 1, "previous": previous, "at": "2026-03-01T12:00:00Z", "monotonic_ms": 5,
                       "event": event, **fields})
    lines.append(line)
    previous = hashlib.sha256(line.encode()).hexdigest()


name = re.search(rb"^id: (.*)$", data, re.M).group(1).decode()
add("begin", answer=name)
for part in re.split(r"(?m)^  - id: ", data.decode().split("\nsteps:\n")[1])[1:]:
    step = part.split("\n")[0].strip('"')
    add("step", step=step)
    if "      check: network\n" in part:
        for fact in ("interfaces routes radios swap core_pattern media image debugger space entropy").split():
            add("room", step=step, what=fact, answer="note: unknown it was not read" if fact == "image" else "good")
    if "      check: clock\n" in part:
        add("room", step=step, what="clock", answer="good")
    for record in re.findall(r"(?m)^      - (\w+)$", (re.search(r"    record:\n((?:      - .*\n)+)", part) or [0, ""])[1]):
        add("record", step=step, what=record, answer=seen[0] if seen else "as seen")
    typed = re.search(r"      type: (.*)\n", part)
    for role in ["administrator", "witness"] if typed else []:
        add("confirm", step=step, who=role, answer=typed[1])
    duty = re.search(r"      duty: (\w+)\n((?:      \w+: .*\n)*)", part)
    if duty:
        values = re.findall(r"      (\w+): (.*)\n", duty[2])
        command = " ".join(["cellar", duty[1]] + [f"--{k} {v}" if k == "to" else v for k, v in values])
        add("intend", step=step, what=command)
        files = []
        for word in re.findall(r"(?m)^      - (\w+)$", (re.search(r"    evidence:\n((?:      - .*\n)+)", part) or [0, ""])[1]):
            content = f"{word} of step {step}\n".encode()
            open(f"{directory}/evidence/{word}.json", "wb").write(content)
            files.append({"use": "kept", "path": word + ".json", "evidence": word, "size": len(content),
                          "sha256": hashlib.sha256(content).hexdigest()})
        add("duty", step=step, what=command, answer="0", tool="cellar-" + duty[1], files=files)
    if "      ask: " in part:
        add("answer", step=step, answer="three")
    for word in ["paper", "photo"]:
        if f"      - {word}\n" in part:
            add("keep", step=step, what=word, answer="in the folder")
    for role in ["administrator", "witness"]:
        add("initials", step=step, who=role, answer="AB")
    add("done", step=step)
add("end", answer="finished")
open(directory + "/transcript.jsonl", "w", encoding="utf-8").write("".join(line + "\n" for line in lines))

head = bytes.fromhex(previous)
spoken = " ".join(tables[256 * (i % 2) + byte] for i, byte in enumerate(head))
open(directory + "/head.txt", "w", encoding="utf-8").write(
    f"Root Cellar ceremony 1\nceremony  {name}\nscript    {hashlib.sha256(data).hexdigest()}\nlines     {len(lines)}\n"
    f"head      {previous}\nwords     {spoken}\ndate      2026-03-01T12:00:00Z\n")
