#!/usr/bin/env python3
"""Reads what a tool asked of the kernel and says where the order of rule 12 was not kept.

usage: order.py LOG         where LOG is from `strace -f -y -s 0 -e trace=$(order.py --calls)`
       order.py --shake LOG removes each sync, each reading back, and gives each name before its
                            sync, one at a time: each such log must be refused

A file: data synced, then named, then its directory synced, then read back with the kernel's copy
let go. A directory gets its name when that is true of all below it. A transaction commits (its
journal is unlinked), and a tool ends, when that is true of every name but hidden ones, which begin
with a dot; a tool that ends leaves no hidden name either. Of SQLite's own files only that a commit
finds the database synced, and the end the journal's name gone for good.
"""
import os
import re
import sys

CALLS = """openat open creat mkdir mkdirat link linkat rename renameat renameat2 unlink unlinkat rmdir
symlink symlinkat write pwrite64 writev pwritev pwritev2 sendfile copy_file_range fallocate ftruncate
truncate fchmod chmod fchmodat fsync fdatasync sync_file_range read pread64 readv mmap fadvise64 dup
dup2 dup3 fcntl close""".split()
# What would need a model of its own; our code and SQLite do without.
FOREIGN = set("""open creat mkdir link rename writev pwritev pwritev2 sendfile copy_file_range
fallocate truncate chmod fchmodat symlink symlinkat sync_file_range readv""".split())
DATABASE, JOURNAL = "cellar.db", "cellar.db-journal"

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<.*)?")
PART = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?|(-?[\w|]+)(?:<([^>]*)>(?:\(deleted\))?)?|([^,]+)')


class Call:
    def __init__(self, number, line):
        match = CALL.match(line)
        self.number, self.name = number, match.group(1)
        self.result = int(match.group(3))
        self.values, self.paths = [], []
        for text, word, path, rest in PART.findall(match.group(2).replace(", ", ",")):
            self.values.append(text or word or rest)
            self.paths.append(path)

    def fd(self, at=0):
        return int(self.values[at])

    def path(self, at=0):
        """Directory and name, two arguments from `at` on, as one path."""
        return os.path.normpath(os.path.join(self.paths[at], self.values[at + 1]))


class File:
    def __init__(self, fresh):
        self.fresh = fresh
        self.size = 0
        self.dirty = fresh
        self.cached = fresh
        self.read_back = not fresh

    def changed(self, by_sqlite):
        self.dirty = self.cached = True
        self.read_back = self.read_back and by_sqlite


class Reading:
    """An open file: what of it was read through this descriptor."""

    def __init__(self, file, path):
        self.file, self.path, self.got, self.at = file, path, 0, 0


def hidden(path):
    return any(part.startswith(".") for part in path.split("/"))


def is_journal(path):
    return os.path.basename(path) == JOURNAL


def is_database(path):
    return bool(path) and os.path.basename(path) in (DATABASE, JOURNAL)


class Model:
    def __init__(self):
        self.files = {}  # path: File, of those that this run has met
        self.unsynced = {}  # directory: names given to it or taken from it since its last sync
        self.open = {}  # descriptor: Reading
        self.faults = []
        self.settled = {}  # number of a line with a sync: what it settled
        self.names = {}  # number of a line that names a file: the line that synced its data
        self.reads = {}  # File: numbers of the lines that read it
        self.synced_at = {}  # File: line

    def fault(self, call, text):
        self.faults.append(f"line {call.number}: {text}")

    # --- names --------------------------------------------------------------------------------

    def note(self, path):
        self.unsynced.setdefault(os.path.dirname(path), set()).add(os.path.basename(path))

    def give(self, call, path, file):
        if file.dirty and not hidden(path) and not is_journal(path):
            self.fault(call, f"{path} is named before its data is synced")
        self.files[path] = file
        self.note(path)
        if file in self.synced_at:
            self.names[call.number] = self.synced_at[file]

    def below(self, path):
        return [one for one in self.files if one.startswith(path + "/")]

    def is_named(self, path):
        return os.path.basename(path) not in self.unsynced.get(os.path.dirname(path), ())

    def check(self, call, paths, when):
        for path in paths:
            file = self.files[path]
            if is_journal(path):
                continue
            if file.dirty:
                self.fault(call, f"{path} is not synced {when}")
            if not file.read_back:
                self.fault(call, f"{path} was not read back {when}")

    def check_directories(self, call, directories, when):
        for directory in directories:
            for name in self.unsynced[directory]:
                if not hidden(name) and name != JOURNAL:
                    self.fault(call, f"{directory} is not synced after its entry {name} {when}")

    def check_seen(self, call, when):
        self.check(call, [path for path in self.files if not hidden(path)], when)
        self.check_directories(call, [one for one in self.unsynced if not hidden(one)], when)

    def check_tree(self, call, path, when):
        self.check(call, self.below(path), when)
        within = [one for one in self.unsynced if one == path or one.startswith(path + "/")]
        self.check_directories(call, within, when)

    def move(self, old, new, swap):
        """Names move with all below them, to nowhere if new is None; what had the new name is gone,
        or swapped."""

        def moved(path):
            for source, target in ((old, new), (new, old if swap else None)):
                if source and (path == source or path.startswith(source + "/")):
                    return target and target + path[len(source):]
            return path

        for table in ("files", "unsynced"):
            kept = getattr(self, table)
            setattr(self, table, {moved(path): of for path, of in kept.items() if moved(path)})

    # --- calls --------------------------------------------------------------------------------

    def openat(self, call):
        path, flags = call.path(), call.values[2].split("|")
        if "O_TMPFILE" in flags:
            self.open[call.result] = Reading(File(True), None)
        elif "O_CREAT" in flags and path not in self.files:
            file = File(True)
            self.give(call, path, file)
            if not hidden(path) and not is_journal(path):
                self.fault(call, f"{path} is made under its own name")
            self.open[call.result] = Reading(file, path)
        elif "O_DIRECTORY" not in flags and path not in self.unsynced:
            writes = "O_RDWR" in flags or "O_WRONLY" in flags
            file = self.files.get(path) or File(False)
            if writes:
                self.files[path] = file
            self.open[call.result] = Reading(file, path)

    def mkdirat(self, call):
        self.note(call.path())

    def linkat(self, call):
        source = call.values[1]
        if not source.startswith("/proc/self/fd/"):
            return self.fault(call, "links a file by its name")
        self.give(call, call.path(2), self.open[int(source.rsplit("/", 1)[1])].file)

    def renameat2(self, call):
        old, new, swap = call.path(), call.path(2), "RENAME_EXCHANGE" in call.values[-1]
        if not hidden(new):
            self.check_tree(call, old, f"before it becomes {new}")
        file = self.files.get(old)
        self.move(old, new, swap)
        self.note(new)
        self.note(old)
        if file:
            self.give(call, new, file)

    def unlinkat(self, call):
        self.take(call, call.path())

    def unlink(self, call):
        self.take(call, os.path.normpath(call.values[0]))

    def take(self, call, path):
        if is_journal(path):
            self.check_seen(call, "when a transaction commits")
        self.move(path, None, False)
        self.note(path)

    def write(self, call):
        reading = self.open.get(call.fd())
        if reading:
            start = int(call.values[3]) if call.name == "pwrite64" else reading.at
            reading.at = start + call.result
            reading.file.size = max(reading.file.size, reading.at)
            reading.file.changed(is_database(reading.path))

    def alter(self, call):
        reading = self.open.get(call.fd())
        if reading:
            reading.file.changed(is_database(reading.path))
            if call.name == "ftruncate":
                reading.file.size = int(call.values[1])

    def sync(self, call):
        reading = self.open.get(call.fd())
        if reading:
            own = not is_database(reading.path)
            self.settled[call.number] = ["data"] if own and reading.file.dirty else []
            reading.file.dirty = False
            self.synced_at[reading.file] = call.number
            if not own:
                del self.settled[call.number]
            return
        names = self.unsynced.pop(call.paths[0], set())
        if JOURNAL not in names:
            self.settled[call.number] = sorted(names)

    def let_go(self, call):
        reading = self.open.get(call.fd())
        if reading and not reading.file.dirty:
            reading.file.cached = False

    def read(self, call, size=None):
        reading = self.open.get(call.fd() if size is None else call.fd(4))
        if not reading or not reading.path:
            return
        reading.got += call.result if size is None else size
        file = reading.file
        if reading.got >= file.size and not file.dirty and not file.cached and self.is_named(reading.path):
            file.read_back = True
        self.reads.setdefault(file, []).append(call.number)

    def mmap(self, call):
        if call.values[4] != "-1":
            self.read(call, int(call.values[1]))

    def dup(self, call):
        if call.name != "fcntl" or call.values[1].startswith("F_DUPFD"):
            if call.fd() in self.open:
                self.open[call.result] = self.open[call.fd()]

    def close(self, call):
        self.open.pop(call.fd(), None)

    renameat = renameat2
    pwrite64 = write
    ftruncate = fchmod = alter
    fsync = fdatasync = sync
    fadvise64 = let_go
    pread64 = read
    dup2 = dup3 = fcntl = dup

    def end(self, call):
        self.check_seen(call, "at the end")
        for directory, names in self.unsynced.items():
            if JOURNAL in names:
                self.fault(call, f"{directory} is not synced after its journal is gone")
        for path in self.files:
            if hidden(path):
                self.fault(call, f"{path} is left")


def run(lines):
    """The model after a log, given as (number, line)."""
    model = Model()
    call = None
    for number, line in lines:
        if "<unfinished" in line:
            raise SystemExit(f"line {number}: threads are not modelled")
        if not CALL.match(line) or int(CALL.match(line).group(3)) < 0:
            continue
        call = Call(number, line)
        if call.name in FOREIGN:
            model.fault(call, f"{call.name} is not modelled")
        elif hasattr(model, call.name):
            getattr(model, call.name)(call)
    model.end(call)
    return model


def shaken(lines, model):
    """Every log with one thing wrong: (what, lines)."""
    by_number = dict(lines)
    for number, settled in model.settled.items():
        if settled:
            what = f"without the sync of {' '.join(settled)}"
            yield number, what, [one for one in lines if one[0] != number]
    for name, sync in model.names.items():
        swapped = {name: by_number[sync], sync: by_number[name]}
        yield name, "named before its data is synced", [(n, swapped.get(n, line)) for n, line in lines]
    for path, file in model.files.items():
        numbers = model.reads.get(file)
        if file.fresh and numbers and not is_journal(path):
            yield numbers[-1], f"{path} is not read back", [one for one in lines if one[0] not in numbers]


def main():
    if sys.argv[1:] == ["--calls"]:
        print(",".join(CALLS))
        return
    # Before its filter a tool only loads.
    text = open(sys.argv[-1], encoding="utf-8").read().splitlines()
    start = next((n for n, line in enumerate(text) if "SECCOMP" in line), -1) + 1
    lines = [(n + 1, line) for n, line in enumerate(text) if n >= start]
    model = run(lines)
    for fault in model.faults:
        print(fault)
    needless = [number for number, settled in model.settled.items() if not settled]
    fresh = [path for path, file in model.files.items() if file.fresh]
    print(f"{len(fresh)} new files, {len(model.settled)} syncs, {len(needless)} needless, "
          f"{len(model.faults)} faults")
    if sys.argv[1] == "--shake":
        logs = [(number, what, run(log).faults) for number, what, log in shaken(lines, model)]
        missed = [f"line {number}: {what}: not noticed" for number, what, faults in logs if not faults]
        print("\n".join(missed + [f"{len(logs)} spoilt logs, {len(missed)} not noticed"]))
        if missed or not logs:
            sys.exit(1)
    sys.exit(1 if model.faults else 0)


if __name__ == "__main__":
    main()
