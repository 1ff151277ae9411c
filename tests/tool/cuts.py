"""Rehearses a script, and cuts it off at every EVERYth step: before its initials, and at its duty.

usage: cuts.py SCRIPT DIRECTORY EVERY"""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

from terminal import Terminal

script, directory, every = sys.argv[1], sys.argv[2], int(sys.argv[3])
text = open(script, encoding="utf-8").read().split("\nsteps:\n")[1]
steps = re.findall(r'(?m)^  - id: "(\d+)"', text)
duties = {part[:3]: re.search(r"duty: ([a-z-]+)", part)[1]
          for part in re.split(r'(?m)^  - id: "', text)[1:] if "duty: " in part}
usual = open("answers.yaml", encoding="utf-8").read()
record = directory + "/record/transcript.jsonl"
seen = ""  # all that was on the screens


def start(stop_at):
    """The ceremony, which waits for the initials of the witness in this step."""
    with open("cut.yaml", "w", encoding="utf-8") as file:
        file.write(usual + (f'steps:\n  - id: "{stop_at}"\n    initials-witness: \'\'\n' if stop_at else ""))
    return Terminal("cellar", "ceremony", "rehearse", script, "--to", directory, "--answers", "cut.yaml")


def lines():
    try:
        return [json.loads(line) for line in open(record, encoding="utf-8") if line.endswith("\n")]
    except FileNotFoundError:
        return []


def end(tool):
    global seen
    status = tool.end()
    seen += tool.text
    return status


def children(pid):
    try:
        return [int(child) for child in open(f"/proc/{pid}/task/{pid}/children", encoding="ascii").read().split()]
    except OSError:
        return []


def intends(step):
    return sum(line["event"] == "intend" and line["step"] == step for line in lines())


def cut_duty(step, sibling, delay):
    """Kill the runner, or its sibling, once it has said what it intends."""
    before = intends(step)
    tool = start(step)
    deadline = time.monotonic() + 120
    while intends(step) == before and not tool_waits(tool, step):
        assert time.monotonic() < deadline, tool.text[-1000:]
        tool.read(0.002)
    time.sleep(delay)
    for child in children(tool.pid) if sibling else []:
        os.kill(child, signal.SIGKILL)
    if sibling:
        tool.expect(r"Initials of the witness\s+> ")
    os.kill(tool.pid, signal.SIGKILL)
    end(tool)


def tool_waits(tool, step):
    """The duty was done before: it is not begun again."""
    return re.search(r"Initials of the witness\s+> ", tool.text)


stops = [lambda tool: os.kill(tool.pid, signal.SIGKILL), lambda tool: os.write(tool.fd, b"\x03"),
         lambda tool: os.kill(tool.pid, signal.SIGTERM), lambda tool: os.kill(tool.pid, signal.SIGHUP)]
cut = steps[::every]
for n, step in enumerate(cut):
    if step in duties:
        cut_duty(step, False, (n % 5) * 0.02)
        cut_duty(step, True, (n % 4) * 0.02)
    tool = start(step)
    tool.expect(rf"step {steps.index(step) + 1} of {len(steps)},")
    tool.expect(r"Initials of the witness\s+> ")
    stops[n % len(stops)](tool)
    assert end(tool) in (6, -signal.SIGKILL), tool.text[-1000:]
tool = start(None)
assert end(tool) == 0, tool.text[-2000:]

# Every step was done once, and every duty has one line that counts.
done = [line["step"] for line in lines() if line["event"] == "done"]
assert done == steps, done
for step in duties:
    good = [line for line in lines() if line["event"] == "duty" and line["step"] == step]
    assert len(good) == 1, (step, good)

# And the journal holds each once: what the rehearsal had prepared lies before the first intention.
if "restore" not in duties.values():
    said = subprocess.run(["cellar", "status", "--since", "0", "--json", "-C", directory + "/tree/media/cellar"],
                          capture_output=True, text=True, check=True).stdout
    first = next(line for line in lines() if line["event"] == "intend").get("journal_entry", 0)
    entries = [entry for entry in json.loads(said)["result"]["since"] if entry["entry"] > first]
    names = {"promote": "rotate", "revoke-and-promote": "revoke", "backup": "backed-up", "key-destroy": "destroy",
             "share-split": "split"}
    unfinished = seen.count("had been recorded before the cut, and not finished")
    for duty in ("init", "root", "issue", "rotate", "revoke-and-promote", "crl", "seal", "backup", "hand-over",
                 "key-destroy", "copy-destroyed", "share-split"):
        wanted = sum(name == duty for name in duties.values())
        found = sum(entry["action"] == names.get(duty, duty) for entry in entries)
        assert wanted <= found <= wanted + unfinished, (duty, wanted, found, unfinished)
    if "root" in duties.values():
        keys = glob.glob(directory + "/tree/media/cellar/keys/*.key")  # others were abandoned by a cut
        assert len(keys) == 1, keys
