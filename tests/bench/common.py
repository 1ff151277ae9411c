"""What the parts of tests/bench/run share: building, and running in turns."""

import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
BIN = BUILD / "bin"  # as shipped
EXTRA = BUILD / "tests/bench"  # floors, and what measures
FILL = BUILD / "tests/revoke_many"
SEAMS = BUILD / "test-tools"  # the same with CELLAR_TEST_ROUNDS
PASSPHRASE = "staple-horse-battery-ocean-violin-cradle"

HIERARCHY = """hierarchy: 1
organization: Bench Corp
air_gap: record
roots:
  main:
    common_name: Bench Root CA
    key: ecdsa-p384
    validity: 20y
    crl_period: 180d
    crl_url: http://pki.example.com/{authority}.crl
    issuer_url: http://pki.example.com/{authority}.cer
environments:
  prod:
    root: main
    lines:
      tls:
        profile: tls-ca
        common_name: Bench TLS CA
        key: ecdsa-p384
        validity: 15mo
        rotate_every: 3mo
        publish_lead: 14d
        leaf_life: 90d
        slack: 24h
        crl_period: 30d
        crl_url: http://pki.example.com/{authority}.crl
        issuer_url: http://pki.example.com/{authority}.cer
"""


def quiet(command, cwd, **more):
    done = subprocess.run([str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def make_cellar(at, tools, name):
    (at / "hierarchy.yaml").write_text(HIERARCHY)
    (at / "passphrase").write_text(PASSPHRASE + "\n")
    secret = ["-C", name, "--passphrase-file", "passphrase", "--confirm"]
    quiet([tools / "cellar-init", "hierarchy.yaml", "-C", name], at)
    quiet([tools / "cellar-root", "main", *secret, "Bench Root CA"], at)
    quiet([tools / "cellar-issue", "prod", "tls", *secret, "Bench TLS CA G1"], at)


def measured(command, cwd, fails=False):
    """Wall seconds and success, by posix_spawn: forking this interpreter costs a signature."""
    words = [str(word) for word in command]
    complaints = cwd / "stderr"
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
             (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
             (os.POSIX_SPAWN_OPEN, 2, complaints, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    os.chdir(cwd)
    start = time.perf_counter()
    child = os.posix_spawnp(words[0], words, os.environ, file_actions=files)
    _, status = os.waitpid(child, 0)
    spent = time.perf_counter() - start
    if status != 0 and not fails:
        sys.exit(f"{' '.join(words)}: {status}\n{complaints.read_text(errors='replace')}")
    return spent, status == 0


def timed(command, cwd):
    return measured(command, cwd)[0]


def in_turns(commands, cwd, rounds, fails=False):
    """Medians of seconds, all commands once a round; whether each succeeded; peak MiB of one more."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(measured(command, cwd, fails))
    return {name: {"seconds": statistics.median(run[0] for run in all_runs),
                   "mib": peak(commands[name], cwd),
                   "right": all(run[1] for run in all_runs)} for name, all_runs in runs.items()}


def peak(command, cwd):
    """By a launcher (peak.c): a child's peak begins with ours."""
    measured([EXTRA / "bench_peak", "peak", *command], cwd)
    return int((cwd / "peak").read_text()) / 1024


def version(*command):
    """The first number that a program tells of itself, None without the program."""
    if not shutil.which(command[0]):
        return None
    told = subprocess.run(command, capture_output=True, text=True, errors="replace")
    found = re.search(r"\b\d+\.\d+(\.\d+)?\b", told.stdout)
    return found.group(0) if found else "of unknown version"


def machine():
    peers = {"OpenSSL": version("openssl", "version"), "GnuTLS": version("certtool", "--version"),
             "strongSwan": version("pki", "--help"), "SQLite": version("sqlite3", "--version")}
    return {"processor": platform.machine(), "cores": os.cpu_count(),
            "kernel": ".".join(platform.release().split(".")[:2]),
            "peers": {name: number for name, number in peers.items() if number}}


def build():
    """Release code, shipped and with the tests' seams; nothing else of the tests."""
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DPKI_BENCH=ON"],
                   check=True, stdout=subprocess.DEVNULL)
    tools = ["cellar", "cellar-init", "cellar-root", "cellar-issue", "cellar-status",
             "cellar-crl", "cellar-verify", "cellar-audit"]
    subprocess.run(["cmake", "--build", BUILD, "--target", *tools, *["test-" + t for t in tools],
                    "revoke_many", "issue_many", "crl_floor", "chain_pile", "issue_floor",
                    "bench_journal", "bench_peak"],
                   check=True, stdout=subprocess.DEVNULL)
    kdf = BUILD / "bench-kdf"
    subprocess.run(["gcc", "-O2", "-o", kdf, ROOT / "tests/bench/kdf.c", "-lnettle"], check=True)
    return kdf
