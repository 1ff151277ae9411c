"""What the promises cost: an issuance beside the least it can be, one into an inventory of a
million certificates beside one into an empty one, the verification of a journal beside a plain
chain of hashes.

Issuances are timed by the clock where their syncs are waited for, in a directory under build/, and
by their processor time on a tmpfs. The key's derivation is taken off by the tests' seams. The
inventory is a true one: tests/support/issue_many leaves in it what so many issuances leave.
"""

import pathlib
import resource
import statistics
import tempfile

from common import BUILD, EXTRA, SEAMS, make_cellar, measured, peak, quiet

ISSUE_MANY = BUILD / "tests/issue_many"
JOURNAL = EXTRA / "bench_journal"


def issue(cellar, i):
    return [SEAMS / "cellar-issue", "prod", "tls", "--leaf", "tls-server", "--csr",
            f"leaf{i}.csr", "--dns", "a.example", "-C", cellar, "--passphrase-file", "passphrase",
            "--confirm", "a.example"]


def make_requests(at, count):
    for i in range(count):
        quiet(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-keyout", "leaf.key", "-out", f"leaf{i}.csr", "-subj", "/CN=a.example"],
              at)


def fill(at, most):
    """The cellar "few"; "some" and "many" with certificates more, copies but for the serial."""
    make_cellar(at, SEAMS, "few")
    make_requests(at, 1)
    quiet(issue("few", 0), at)
    der = quiet(["sqlite3", "few/cellar.db",
                 "SELECT quote(der) FROM certificate_der ORDER BY id DESC LIMIT 1"], at).strip()
    (at / "leaf.der").write_bytes(bytes.fromhex(der[2:-1]))
    quiet(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384",
           "-out", "plain.key"], at)
    for cellar, certificates in (("some", most // 100), ("many", most)):
        quiet(["cp", "-r", "few", cellar], at)
        quiet([ISSUE_MANY, cellar, "prod-tls-g1", "leaf.der", certificates], at)


def processor(command, at):
    """User and system seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured(command, at)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(command, at):
    return measured(command, at)[0]


def issuance(at, rounds, clock):
    """Medians of seconds, in turns; the first round warms up."""
    quiet(["cp", "-r", "few", "floor"], at)
    make_requests(at, rounds + 1)
    times = {"floor": [], "ours": [], "many": []}
    for i in range(rounds + 1):
        commands = {"floor": [EXTRA / "issue_floor", "floor/cellar.db", "plain.key"],
                    "ours": issue("few", i), "many": issue("many", i)}
        for name, command in commands.items():
            times[name].append(clock(command, at))
    return {name: statistics.median(run[1:]) for name, run in times.items()}


def journal(at, rounds):
    """Processor time, in turns: what is read lies in memory. All must find the same last hash."""
    commands = {"ours": [JOURNAL, "ours", "many"], "scan": [JOURNAL, "scan", "many/cellar.db"],
                "flat": [JOURNAL, "flat", "octets"]}
    last = quiet([*commands["scan"], "octets"], at)
    assert last == quiet(commands["ours"], at) == quiet(commands["flat"], at)
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(processor(command, at))
    found = {name: {"seconds": statistics.median(run), "mib": peak(commands[name], at)}
             for name, run in times.items()}
    found["short_mib"] = peak([JOURNAL, "ours", "some"], at)
    found["octets"] = (at / "octets").stat().st_size
    found["entries"] = int(quiet(["sqlite3", "many/cellar.db", "SELECT max(id) FROM journal"], at))
    return found


def measure(memory, most, rounds):
    fill(memory, most)
    found = {"most": most, "journal": journal(memory, rounds)}
    (memory / "octets").unlink()
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        disk = pathlib.Path(name)
        quiet(["cp", "-r", *memory.iterdir(), disk], memory)
        quiet(["sync"], memory)
        found["disk"] = issuance(disk, 12 * rounds, wall)
    found["memory"] = issuance(memory, 12 * rounds, processor)
    return found
