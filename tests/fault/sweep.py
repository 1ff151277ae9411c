#!/usr/bin/env python3
"""Breaks every writing command at every call it makes, and looks at what is left.

usage: sweep.py TOOLS PRELOAD HIERARCHY [--sample N] [--only COMMAND] [--mode MODE] [--verbose]

TOOLS is a directory of tools as linked for tests. Each point is a fresh copy of a cellar, one
command, one fault (preload.c); then the cellar must open, its audit be clean, its state be the old
or the new one, and status must name what was left half done with the command that finishes it,
which then works. Points that left every octet as it was are done at once: there the old state
needs no proof. Without --sample every call is broken, but for the kinds of SAMPLED, of which no
more than so many a command are taken, evenly: the table says of how many.
"""
import argparse
import collections
import multiprocessing
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
from pathlib import Path

from cellars import (COMMANDS, FRESH, SECRET, Place, build, finishing, left,
                     no_more_than_20_seconds, state, strays, twice)

# In the order of preload.c; which of its counts numbers the calls.
COUNTS = ["calls", "changes", "room", "writes", "own", "foreign", "syncs"]
MODES = {"killed before": "changes", "killed after": "changes", "killed within": "writes",
         "EIO": "calls", "gone": "calls", "ENOSPC": "room", "EDQUOT": "room", "short": "writes",
         "own memory": "own", "foreign memory": "foreign"}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP]
# An allocation within a library is not ours to mend.
SAMPLED = {"foreign memory": 400}
SHARED = struct.Struct(f"{len(COUNTS) + 1}Q88s")

# Why a command that did its work may end with a failure: it says that it stands.
STANDS = "recorded|may stay|not be put back|in place"

Point = collections.namedtuple("Point", "command mode at")
Outcome = collections.namedtuple("Outcome", "point happened end what problems")


class Worker:
    """One process of the sweep with a place of its own."""

    def __init__(self, options, pictures, scratch):
        self.options = options
        self.pictures = pictures
        self.place = Place(Path(scratch) / f"place-{os.getpid()}", options.tools)
        self.file = Path(scratch) / f"shared-{os.getpid()}"
        self.file.write_bytes(bytes(SHARED.size))
        self.known = {}
        self.examined = {}
        self.between = {}

    def run(self, command, mode=None, at=0):
        self.place.fill(self.pictures[command.cellar])
        self.file.write_bytes(bytes(SHARED.size))
        variables = {"LD_PRELOAD": self.options.preload, "FAULT_FILE": str(self.file),
                     "FAULT_MODE": mode or "none", "FAULT_AT": str(at),
                     "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0:allocator_may_return_null=1"}
        done = self.place.run(self.place.line(command.words) + command.options(), command.now, **variables)
        *counts, happened, what = SHARED.unpack(self.file.read_bytes())
        return done, dict(zip(COUNTS, counts)), bool(happened), what.split(b"\0")[0].decode()

    def states(self, command):
        """The old state, the new one, and how many calls lie between."""
        if command.name not in self.known:
            self.place.fill(self.pictures[command.cellar])
            old = state(self.place, command)
            done, counts, _, _ = self.run(command)
            assert done.returncode == 0, (command.name, done.stderr)
            new = state(self.place, command)
            self.known[command.name] = old, new, counts
            self.place.fill(self.pictures[command.cellar])
            self.between[command.name] = [self.after(part, command) for part in command.parts][:-1]
        return self.known[command.name]

    def after(self, part, command):
        """The state that a part of the command, run by itself, leads to."""
        done = self.place.run(self.place.line(part.words) + part.options(), part.now)
        assert done.returncode == 0, (command.name, part.words, done.stderr)
        return state(self.place, command)

    def try_point(self, point):
        command = COMMANDS[point.command]
        old, new, _ = self.states(command)
        if point.mode.startswith("SIG"):
            status, text, happened = self.interrupt(command, getattr(signal, point.mode), point.at)
            what, silent = f"prompt {point.at}", status == 6
        else:
            done, _, happened, what = self.run(command, point.mode, point.at)
            status, text = done.returncode, done.stderr.decode(errors="replace")
            silent = not point.mode.startswith("killed") or status == -signal.SIGKILL
        if not happened:
            return Outcome(point, False, "", what, [])
        problems = [] if silent else [f"ended with {status}"]
        # libseccomp 2.5 spins in seccomp_export_bpf when it gets no memory.
        aborted = point.mode == "foreign memory" and status in (
            -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGXCPU)
        if status < 0 and not point.mode.startswith("killed") and not aborted:
            problems.append(f"ended by signal {-status}")
        if not self.place.changed():
            end = "old"
            if status == 0 and new != old:
                problems.append("says that it is done, and nothing is")
        else:
            end = self.look(command, status, text, problems)
        said = " ".join(text.split())[-160:]
        problems = [f"{p} [status {status}: {said}]" for p in problems]
        return Outcome(point, True, end, what, problems)

    def look(self, command, status, text, problems):
        """What became of a place that was changed: old, new, or half (done, and named)."""
        old, new, _ = self.states(command)
        if not (self.place.path / "cellar").exists() or old[0] == "no cellar":
            if self.place.ask("cellar-status", command.now)[0] == 8:
                return self.look_outside(command, status, problems)
        todo, found, found_problems = self.examine(command)
        problems += found_problems
        half = todo or found in self.between[command.name] or (command.in_place and found != old)
        end = "new" if found == new else "half" if half else "old"
        if status == 0 and found != new:
            problems.append("says that it is done, and it is not")
        if status > 0 and found == new and not re.search(STANDS, text) and not todo:
            problems.append("says that it failed, and it is done")
        return end

    def examine(self, command):
        """What is left to do, the state, and what is wrong; looked at once for the same octets, of
        which many points leave the same."""
        key = command.name, self.place.digest()
        if key not in self.examined:
            problems = []
            todo = self.check(command, problems, "after the fault")
            found = self.judge(command, problems)
            self.finish(command, todo, found, problems)
            self.examined[key] = todo, found, problems
        return self.examined[key]

    def judge(self, command, problems):
        """The state; one that must not be is a problem."""
        old, new, _ = self.states(command)
        found = state(self.place, command)
        if command.in_place:
            problems += [f"lost: {name}" for name in self.lost(command)]
        elif found not in (old, new, *self.between[command.name]):
            problems.append(f"neither the old state nor the new: {differences(old, new, found)}")
        return found

    def look_outside(self, command, status, problems):
        """Without a cellar: what the command makes is there whole or not there, and can be made."""
        old, new, _ = self.states(command)
        found = state(self.place, command)
        if found not in (old, new) or (status == 0 and found != new):
            problems.append(f"neither the old state nor the new: {differences(old, new, found)}")
        if found == old:
            self.finish(command, [], found, problems)
        return "new" if found == new else "old"

    def check(self, command, problems, when):
        """The cellar opens, its audit is clean; returns what status says is left half done."""
        status, answer = self.place.ask("cellar-status", command.now)
        if status not in (0, 3):
            problems.append(f"{when}: status ends with {status}: {answer.get('error')}")
            return []
        told = answer["result"]
        todo = left(told)
        status, answer = self.place.ask("cellar-audit", command.now)
        if status != 0:
            findings = answer.get("result", {}).get("findings", answer.get("error"))
            problems.append(f"{when}: audit ends with {status}: {findings}")
        problems += [f"{when}: {stray}" for stray in strays(self.place)]
        problems += [f"{when}: {number}" for number in twice(self.place)]
        opened = self.place.rows("SELECT subject FROM reservation WHERE outcome = 'open'")
        if told.get("prepared"):  # one line for all that waits for its approval
            prepared = self.place.rows("SELECT v.subject FROM reservation v JOIN journal_row r ON "
                                       "r.relation = 'reservation' AND r.row = v.id JOIN journal j "
                                       "ON j.id = r.entry AND j.action = 'prepare'")
            opened = [row for row in opened if row not in prepared]
        problems += [f"{when}: status does not name the reservation of {subject}"
                     for (subject,) in opened if not any(subject in what for what, _ in todo)]
        return todo

    def finish(self, command, todo, found, problems):
        """What status names, or else the command again, works and leaves nothing to do."""
        new = self.states(command)[1]
        lines = [finishing(text) for _, text in todo]
        tells = command.makes == "out" or command.name == "restore"
        beside = [p.name for p in self.place.path.glob(".*.new-*")] if tells else []
        if found != new and not any(words[:1] == command.words[:1] for words in lines):
            lines = lines + [command.words + command.options()]
        for words in unique(lines):
            if not words:
                problems.append(f"status names no command: {todo}")
                continue
            done = self.place.run(self.place.line(words) + self.openers(words), command.now)
            said = (done.stderr + done.stdout).decode(errors="replace")
            unsaid = [name for name in beside if name not in said]
            if words == command.words + command.options() and unsaid:
                problems.append(f"left beside, and not told by the next run: {unsaid}")
            if done.returncode != 0:
                problems.append(f"then `{' '.join(words)}` ends with {done.returncode}: "
                                f"{done.stderr.decode(errors='replace').strip()[-200:]}")
        if state(self.place, command) != new:
            problems.append("finished, it is not in the new state: "
                            f"{differences(found, new, state(self.place, command))}")
        if (self.place.path / "cellar/cellar.db").exists():
            rest = self.check(command, problems, "when finished")
            problems += [f"still left when finished: {what}" for what, _ in rest]

    def lost(self, command):
        """Files that lay where the command writes in place, and whose content is there no more."""
        there = {p.read_bytes() for p in (self.place.path / command.makes).iterdir()}
        return [name for name, (_, content) in self.pictures[command.cellar].items()
                if name.startswith(command.makes + "/") and content not in there]

    def openers(self, words):
        """Passphrases, where a command that status names has none and needs one."""
        if "--passphrase-file" in words or words[0] not in ("cellar-key", "cellar-crl") or words[1:2] == ["destroy"]:
            return []
        changed = words[1:2] == ["test"]
        return ["--passphrase-file", "new" if changed else "pass"] + (
            ["--passphrase-file", "new=new"] if words[1:2] == ["passphrase"] else [])

    def interrupt(self, command, number, prompt):
        """The command at a terminal: answers up to a prompt, and there the signal."""
        self.place.fill(self.pictures[command.cellar])
        words = self.place.line(command.words)
        answers = {"> ": command.confirm, "Passphrase of": SECRET,
                   "passphrase": FRESH if "new=new" in command.secrets else SECRET}
        answers["again"] = answers["passphrase"]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.place.path)
            os.environ.update(CELLAR_TEST_NOW=command.now, CELLAR_TEST_ROUNDS="1")
            os.execv(words[0], words)
        text, seen, sent = "", 0, False
        while not sent:
            more = read(terminal)
            if more is None:
                break
            text += more
            asked = re.search(r"(> |Passphrase of|passphrase|again)[^\n]*$", text)
            if not asked or not text.endswith((": ", "> ")):
                continue
            seen += 1
            sent = seen == prompt
            if sent:
                os.kill(pid, number)
            else:
                os.write(terminal, answers[asked.group(1)].encode() + b"\n")
                text += "\n"
        while (more := read(terminal)) is not None:
            text += more
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text, sent


def read(terminal):
    if not select.select([terminal], [], [], 60)[0]:
        return None
    try:
        return os.read(terminal, 65536).decode(errors="replace") or None
    except OSError:
        return None


def unique(lines):
    return [words for i, words in enumerate(lines) if words not in lines[:i]]


def differences(old, new, found):
    return [(a, b, c) for a, b, c in zip(old, new, found) if c not in (a, b)] or [found[-2:]]


# --- the sweep -------------------------------------------------------------------------------------

worker = None


def start(options, pictures, scratch):
    global worker
    no_more_than_20_seconds()
    worker = Worker(options, pictures, scratch)


def count(index):
    return index, worker.states(COMMANDS[index])[2]


def run_point(point):
    return worker.try_point(point)


def sampled(total, most):
    return range(1, total + 1) if total <= most else [
        1 + (2 * i + 1) * total // (2 * most) for i in range(most)]


def points(index, counts, options):
    """Every call, or a sample of them."""
    for mode, kind in MODES.items():
        for at in sampled(counts[kind], options.sample or SAMPLED.get(mode, counts[kind])):
            yield Point(index, mode, at)
    few = 0 < options.sample < 10
    for number in SIGNALS[:1 if few else None]:
        for prompt in range(1, 2 if few else 12):
            yield Point(index, number.name, prompt)


def sweep(options, pictures, scratch):
    chosen = [i for i, c in enumerate(COMMANDS) if options.only in (None, c.name)]
    with multiprocessing.Pool(options.jobs, start, (options, pictures, scratch)) as pool:
        todo = [p for index, counts in pool.map(count, chosen, 1) for p in points(index, counts, options)
                if options.mode in (None, p.mode)]
        yield from pool.imap_unordered(run_point, todo, 4)


def tell(outcomes):
    """A row a command: points by kind of fault, and how they ended."""
    kinds = [*MODES, "signal"]
    print(f"{'command':24}" + "".join(f"{k.replace(' memory', '').replace('killed ', '†'):>9}" for k in kinds)
          + "    old   half    new    bad")
    for index, command in enumerate(COMMANDS):
        mine = [o for o in outcomes if o.point.command == index]
        if not mine:
            continue
        by = collections.Counter("signal" if o.point.mode.startswith("SIG") else o.point.mode for o in mine)
        ends = collections.Counter(o.end for o in mine)
        bad = sum(1 for o in mine if o.problems)
        print(f"{command.name:24}" + "".join(f"{by[k]:9}" for k in kinds)
              + f"{ends['old']:7}{ends['half']:7}{ends['new']:7}{bad:7}")
    print(f"{len(outcomes)} points, {sum(1 for o in outcomes if o.problems)} bad")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("tools")
    parser.add_argument("preload")
    parser.add_argument("hierarchy")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--only")
    parser.add_argument("--mode")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.tools = os.path.abspath(options.tools)
    options.preload = os.path.abspath(options.preload)
    os.umask(0o077)
    os.environ["LC_ALL"] = "C"
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    scratch = tempfile.mkdtemp(prefix="cellar-fault-", dir=memory)
    try:
        pictures = build(Place(Path(scratch) / "fixture", options.tools), Path(options.hierarchy).read_text())
        outcomes = []
        for outcome in sweep(options, pictures, scratch):
            if outcome.happened:
                outcomes.append(outcome)
            if outcome.problems and (options.verbose or sum(1 for o in outcomes if o.problems) <= 40):
                print(f"not ok: {COMMANDS[outcome.point.command].name}, {outcome.point.mode} "
                      f"{outcome.point.at} ({outcome.what}):", *outcome.problems, sep="\n    ", flush=True)
        tell(outcomes)
        return 1 if not outcomes or any(o.problems for o in outcomes) else 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
