#!/usr/bin/env python3
"""The faults that other systems were put through, put to ours: docs/FAULTS.md holds the answers.

usage: peers.py TOOLS PRELOAD HIERARCHY DOCUMENT

Each probe looks at what is there afterwards and says it in a cell; one that finds anything bad says
so in bold, and the test fails. UPDATE=1 writes the cells into the document.
"""
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from cellars import COMMANDS, HERE, LEAF, NAMES, START, Place, build, left, strays, twice
from sweep import Worker, sampled

KILLS = ("killed before", "changes", 12)
FULL = ("ENOSPC", "room", 12)
ROW = {command.name: command for command in COMMANDS}


class Probe(Worker):
    def ask(self, tool, now):
        return self.place.ask(tool, now)

    def sound(self, now):
        return (self.ask("cellar-audit", now)[0] == 0 and not list(strays(self.place))
                and not list(twice(self.place)))

    def break_at(self, name, mode, kind, most):
        """Yields the command's end and output for some of its calls, with the place as it is left."""
        command = ROW[name]
        total = self.states(command)[2][kind]
        for at in sampled(total, most):
            done, _, happened, _ = self.run(command, mode, at)
            if happened:
                yield command, done

    def again(self, command):
        line = self.place.line(command.words) + command.options()
        return self.place.run(line, command.now).returncode == 0

    def count(self, table):
        return self.place.rows(f"SELECT count(*) FROM {table}")[0][0]

    def issue(self, now=START):
        """An end entity's certificate in a fresh place."""
        self.place.fill(self.pictures["issued"])
        return self.issue_again(now)

    def issue_again(self, now=START):
        line = self.place.line(LEAF) + ["--confirm", "a.example", "--passphrase-file", "pass"]
        return self.place.run(line, now)


def killed_while_issuing(probe):
    points = 0
    for command, done in probe.break_at("issue --leaf", *KILLS):
        if not probe.sound(command.now):
            return "**not sound**"
        known = probe.count("certificate WHERE authority IS NULL")
        if b"BEGIN CERTIFICATE" in done.stdout and known == 0:
            return "**a certificate that the inventory lacks**"
        if not probe.again(command):
            return "**cannot issue any more**"
        points += 1
    return "in the inventory before it is anywhere else; run again: issues" if points > 5 else "**?**"


def killed_while_listing(probe):
    named = 0
    for command, _ in probe.break_at("crl", *KILLS):
        named += len(left(probe.ask("cellar-status", command.now)[1]["result"]))
        if not probe.sound(command.now) or not probe.again(command) or not probe.sound(command.now):
            return "**not sound**"
    return ("no torn CRL, no number used twice; `status` names the command, which then works"
            if named else "**never named**")


def full_disk(probe, name):
    points = 0
    for command, done in probe.break_at(name, *FULL):
        if done.returncode == 0:
            return "**exit 0**"
        if not probe.sound(command.now):
            return "**not sound**"
        points += 1
    return "exit 1, old state, nothing lost" if points > 5 else "**?**"


def empty_key(probe):
    for name in ("issue", "key csr"):
        for _, done in probe.break_at(name, *FULL):
            keys = [p for p in probe.place.path.rglob("*.key*") if p.is_file()]
            if done.returncode == 0 or any(b"-----END" not in p.read_bytes() for p in keys):
                return "**a torn key file**"
    return "never: whole, synced and read back, or not there"


def same_request_twice(probe):
    first = probe.issue()
    second = probe.issue_again()
    serials = {row[0] for row in probe.place.rows("SELECT serial FROM certificate WHERE authority IS NULL")}
    if first.returncode != 0 or not probe.sound(START):
        return "**not sound**"
    if second.returncode == 4 and len(serials) == 1:
        return "refused"
    return "issues, under a serial of its own" if len(serials) == 2 else "**one serial twice**"


def two_at_once(probe):
    """Refused while another holds the cellar; of eight at once each works alone or is refused."""
    probe.place.fill(probe.pictures["issued"])
    line = probe.place.line(["cellar-crl", "prod-tls-g1", *HERE]) + [
        "--confirm", NAMES["tls"] + " G1", "--passphrase-file", "pass"]
    holder = os.open(probe.place.path / "cellar", os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    refused = probe.place.run(line, START)
    os.close(holder)
    if refused.returncode != 7 or f"held by process {os.getpid()}" not in refused.stderr.decode():
        return "**not refused**"
    environment = {**os.environ, "CELLAR_TEST_NOW": START, "CELLAR_TEST_ROUNDS": "1"}
    eight = [subprocess.Popen(line, cwd=probe.place.path, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
             for _ in range(8)]
    ends = [process.wait() for process in eight]
    numbers = probe.place.rows("SELECT DISTINCT number FROM crl")
    if set(ends) - {0, 7} or len(numbers) != ends.count(0) or not probe.sound(START):
        return "**not sound**"
    return "one works; the other is refused (exit 7) and told who holds the cellar"


def wrong_clock(probe):
    done = probe.issue("2019-01-01T00:00:00Z")
    return "refused (exit 4)" if done.returncode == 4 and not probe.place.changed() else "**issues**"


def beyond_issuer(probe):
    """The line's fifteen months, a few days before the root ends."""
    probe.place.fill(probe.pictures["rooted"])
    line = probe.place.line(["cellar-issue", "prod", "tls", *HERE]) + [
        "--confirm", NAMES["tls"] + " G1", "--passphrase-file", "pass", "--override", "clock-is-right"]
    done = probe.place.run(line, "2046-02-20T00:00:00Z")
    if done.returncode == 4 and probe.count("certificate") == 1:
        return "refused (exit 4)"
    return "**issues**"


def syncs(probe):
    _, counts, _, _ = probe.run(ROW["issue --leaf"])
    return "at least 8 times for one certificate" if counts["syncs"] >= 8 else "**too few**"


PEERS = ["OpenSSL `ca` 3.0.22", "certtool 3.7.9", "strongSwan pki 5.9.8", "easy-rsa 3.1.0, 2026 head",
         "XCA 2.4.0", "gnoMint 1.3.0"]
NOT = "not tested"
ROWS = [
    ("Killed while issuing", killed_while_issuing,
     ["**valid certificate exists, inventory lacks it**", NOT, NOT, NOT, NOT, "rolled back by SQLite"]),
    ("Killed while making a CRL", killed_while_listing,
     ["**0-byte CRL, `crlnumber` gone**, next run refuses", NOT, NOT, NOT, NOT, NOT]),
    ("Disk full while issuing", lambda probe: full_disk(probe, "issue --leaf"),
     ["**exit 0, books erased**", "**exit 0**", "**exit 0**", "exit ≠ 0, index intact",
      "error text, books intact, **but exit 0**", "error text, books intact"]),
    ("Disk full while making a CRL", lambda probe: full_disk(probe, "crl"),
     ["**exit 0: no revoked certificates**", NOT, NOT, NOT, NOT, "**0-byte CRL left behind**"]),
    ("Disk full while making a key", empty_key,
     [NOT, "**0-byte private key, exit 0**", NOT, NOT, NOT, NOT]),
    ("Same request twice", same_request_twice,
     ["blocked or not, by a flag; **with it wrong the books stop loading**", "issues", "issues",
      "blocked by file name", NOT, NOT]),
    ("Two processes at once", two_at_once,
     ["**one serial twice, one line lost, both say success**", "no lock", "no lock",
      "lock file since 3.2.3", "stamps rows", NOT]),
    ("Clock set to 2019", wrong_clock,
     ["**issues**; starts before its issuer", "**issues**; CRL number goes down", NOT, NOT, NOT,
      "**issues**"]),
    ("Validity beyond the issuer's", beyond_issuer,
     ["**accepts**", "**warns, accepts**", "**accepts**", "**accepts**", "the window asks",
      "shortens it"]),
    ("Data synced to the medium", syncs,
     ["**never**", "not measured", "not measured", "**never** (openssl)", "SQLite", "SQLite"]),
]


def main():
    tools, preload, hierarchy, document = sys.argv[1:]
    os.umask(0o077)
    os.environ["LC_ALL"] = "C"
    scratch = tempfile.mkdtemp(prefix="cellar-peers-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        options = Namespace(tools=os.path.abspath(tools), preload=os.path.abspath(preload))
        pictures = build(Place(Path(scratch) / "fixture", options.tools), Path(hierarchy).read_text())
        probe = Probe(options, pictures, scratch)
        rows = [["Fault", "Root Cellar", *PEERS], ["---"] * (2 + len(PEERS))]
        rows += [[fault, ask(probe), *theirs] for fault, ask, theirs in ROWS]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    print(table)
    problems = [f"{row[0]}: {row[1]}" for row in rows if "**" in row[1]]
    text = Path(document).read_text()
    made = re.sub(r"(<!-- BEGIN peers[^\n]*-->\n).*?(\n<!-- END peers -->)",
                  lambda match: match[1] + table + match[2], text, flags=re.S)
    if os.environ.get("UPDATE") and not problems:
        Path(document).write_text(made)
    elif made != text:
        problems.append(f"{document} differs from the table above: is it meant? then UPDATE=1")
    for problem in problems:
        print("not ok:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
