"""The cellars that the sweep begins with, the commands it breaks, and what must hold of a cellar."""
import hashlib
import json
import os
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

SECRET = "Kx7q verbena-Wnb3 mosaic 9fTz lantern"
FRESH = "an other Wnb3 verbena 9fTz mosaic lantern"
START = "2026-03-01T12:00:00Z"
LATER = "2026-06-02T00:00:00Z"
LATEST = "2026-06-05T00:00:00Z"
NAMES = {"code-signing": "Test Prod Code Signing CA", "time-stamping": "Test Prod Time Stamping CA",
         "tls": "Test Prod TLS CA"}
HERE = ["-C", "cellar"]
TESTS = Path(__file__).resolve().parent.parent


@dataclass
class Command:
    """One row of the sweep: a command as words, and the cellar that it is given."""
    name: str
    cellar: str
    words: list
    now: str = START
    confirm: str = ""
    secrets: list = field(default_factory=lambda: ["pass"])
    makes: str = ""  # a directory beside the cellar: there whole, or not there
    parts: list = field(default_factory=list)  # commands that it runs one after the other
    in_place: bool = False  # writes over files as they lie: torn until it is run again

    def options(self):
        given = ["--confirm", self.confirm] if self.confirm else []
        for file in self.secrets:
            given += ["--passphrase-file", file]
        return given


LEAF = ["cellar-issue", "prod", "tls", "--leaf", "tls-server", "--csr", "leaf.csr", "--common-name",
        "a.example", "--dns", "a.example", *HERE]

# What is published after the backup that the cellar is restored from, and collected into world/.
FOUND = ["world/" + name for name in ("manifest.json", "chain.pem", "tls.crl", "root.crl")]
COLLECT = ["sh", "-c", "cp cellar/exports/prod/manifest.json world/ && "
           "cp cellar/exports/prod/code-signing/g3/chain.pem world/ && "
           "cp $(ls cellar/crls/prod-tls-g1-*.crl | sort -V | tail -n 1) world/tls.crl && "
           "cp cellar/crls/root-g1-*.crl world/root.crl && rm -r cellar"]

COMMANDS = [
    Command("init", "nothing", ["cellar-init", "hierarchy.yaml", *HERE], secrets=[]),
    Command("init --update", "issued", ["cellar-init", "--update", "changed.yaml", *HERE],
            confirm="update", secrets=[]),
    Command("root", "made", ["cellar-root", "main", *HERE], confirm="Test Root CA"),
    Command("issue", "rooted", ["cellar-issue", "prod", "time-stamping", *HERE],
            confirm=NAMES["time-stamping"] + " G1"),
    Command("issue --prepare", "rooted", ["cellar-issue", "prod", "code-signing", "--prepare", "out", *HERE],
            confirm=NAMES["code-signing"] + " G1", makes="out"),
    Command("issue --approved", "prepared",
            ["cellar-issue", "prod", "code-signing", "--approved", "@sheet", *HERE],
            confirm=NAMES["code-signing"] + " G1"),
    Command("issue --leaf", "issued", LEAF, confirm="a.example"),
    Command("rotate", "exported", ["cellar-rotate", "prod", "code-signing", *HERE], LATER,
            NAMES["code-signing"] + " G2"),
    Command("rotate --promote-only", "exported",
            ["cellar-rotate", "prod", "code-signing", "--promote-only", *HERE], LATER,
            NAMES["code-signing"] + " G2", []),
    Command("rotate --revert", "rotated", ["cellar-rotate", "prod", "code-signing", "--revert", *HERE],
            LATEST, NAMES["code-signing"] + " G1", []),
    Command("cutover", "rotated",
            ["cellar-cutover", "prod", "code-signing", "--at", "2026-06-04T10:00:00Z", *HERE],
            LATEST, NAMES["code-signing"] + " G2", []),
    Command("revoke", "leafed", ["cellar-revoke", "@leaf", "--reason", "superseded", *HERE],
            confirm="a.example", secrets=[]),
    Command("revoke --promote-next", "rotated",
            ["cellar-revoke", "@active", "--reason", "keyCompromise", "--promote-next", *HERE],
            LATEST, NAMES["code-signing"] + " G2", []),
    Command("root --succeed", "exported", ["cellar-root", "main", "--succeed", *HERE], LATER,
            "Test Root CA G2"),
    Command("crl", "revoked", ["cellar-crl", "prod-tls-g1", *HERE], LATER, NAMES["tls"] + " G1"),
    Command("export", "rotated", ["cellar-export", "prod", *HERE], LATEST, secrets=[]),
    Command("export --to", "rotated", ["cellar-export", "prod", "--to", "out", *HERE], LATEST,
            secrets=[], makes="out"),
    Command("export --with-key", "rotated",
            ["cellar-export", "prod", "code-signing", "--for", "fulcio", "--with-key", "--to", "out",
             *HERE], LATEST, secrets=[], makes="out"),
    Command("rotate --all", "exported", ["cellar-rotate", "--all", "--promote-only", *HERE], LATER,
            "ALL", [], parts=[
                Command("", "", ["cellar-rotate", "prod", purpose, "--promote-only", *HERE], LATER,
                        NAMES[purpose] + " G2", []) for purpose in ("code-signing", "tls")]),
    Command("crl --due", "revoked", ["cellar-crl", "--due", *HERE], LATER, "ALL", parts=[
        Command("", "", ["cellar-crl", authority, *HERE], LATER, name) for authority, name in (
            ("root-g1", "Test Root CA"), ("prod-code-signing-g1", NAMES["code-signing"] + " G1"),
            ("prod-tls-g1", NAMES["tls"] + " G1"))]),
    Command("audit --seal", "issued", ["cellar-audit", "--seal", *HERE], confirm="Test Root CA"),
    Command("audit --seal --ceremony", "issued",
            ["cellar-audit", "--seal", "--ceremony", "record", *HERE], confirm="Test Root CA",
            makes="record"),
    Command("install", "handed",
            ["cellar-install", "fulcio", "--from", "out", "--to", "live"], LATER,
            NAMES["code-signing"] + " G2", [], makes="live", in_place=True),
    Command("backup", "exported", ["cellar-backup", "--to", "medium", *HERE], LATER, secrets=[],
            makes="medium"),
    Command("restore", "lost", ["cellar-restore", "@backup", "--to", "cellar", "--seen",
                                "world/manifest.json"], LATEST, secrets=[]),
    Command("reconcile", "behind", ["cellar-reconcile", *FOUND, *HERE], LATEST, "Test Corp", []),
    Command("key passphrase", "issued", ["cellar-key", "passphrase", "root-g1", *HERE],
            secrets=["pass", "new=new"]),
    Command("key destroy", "issued", ["cellar-key", "destroy", "prod-tls-g1", "--override", "key-is-needed",
                                      *HERE], confirm=NAMES["tls"] + " G1", secrets=[]),
    Command("key csr", "nothing",
            ["cellar-key", "csr", "--key", "ecdsa-p256", "--common-name", "A", "--to", "out"],
            makes="out"),
]

ROW = {command.name: command for command in COMMANDS}
TLS_LIST = Command("", "", ["cellar-crl", "prod-tls-g1", *HERE], confirm=NAMES["tls"] + " G1")
BACKUP = replace(ROW["backup"], now=START)
HAND_OVER = Command("", "", ["cellar-export", "prod", "code-signing", "--for", "fulcio", "--with-key",
                             "--to", "out", *HERE], secrets=[])

# What each cellar has gone through since the one before it.
HISTORY = {
    "nothing": (None, []),
    "made": ("nothing", [ROW["init"]]),
    "rooted": ("made", [ROW["root"]]),
    "issued": ("rooted", [
        Command("", "", ["cellar-issue", "prod", line, *HERE], confirm=NAMES[line] + " G1")
        for line in ("code-signing", "tls")]),
    "prepared": ("rooted", [ROW["issue --prepare"]]),
    "exported": ("issued", [Command("", "", ["cellar-export", *HERE], secrets=[])]),
    "rotated": ("exported", [ROW["rotate"]]),
    "handed": ("exported", [
        HAND_OVER, Command("", "", ["cellar-install", "fulcio", "--from", "out", "--to", "live"],
                           confirm=NAMES["code-signing"] + " G1", secrets=[]),
        ROW["rotate"], replace(HAND_OVER, now=LATER, words=[*HAND_OVER.words, "--replace"])]),
    "leafed": ("issued", [ROW["issue --leaf"]]),
    "revoked": ("leafed", [TLS_LIST, ROW["revoke"]]),
    "lost": ("leafed", [
        TLS_LIST, Command("", "", ["cellar-export", *HERE], secrets=[]), BACKUP, ROW["revoke"],
        replace(TLS_LIST, now=LATER), Command("", "", ["cellar-crl", "root-g1", *HERE], LATER, "Test Root CA"),
        ROW["rotate"], Command("", "", ["cellar-export", *HERE], LATEST, secrets=[]),
        Command("", "", COLLECT, secrets=[])]),
    "behind": ("lost", [ROW["restore"]]),
}


def no_more_than_20_seconds():
    """Of a processor's time, for what this process runs: what spins is ended by SIGXCPU, on a busy
    machine too. Handled here and not there."""
    signal.signal(signal.SIGXCPU, lambda *_: None)
    resource.setrlimit(resource.RLIMIT_CPU, (20, resource.RLIM_INFINITY))


class Place:
    """A directory with a cellar in it, filled from a picture of files."""

    def __init__(self, path, tools):
        self.path = Path(path)
        self.tools = Path(tools)
        self.picture = None

    def fill(self, picture):
        if self.picture is not picture or self.changed():
            shutil.rmtree(self.path, ignore_errors=True)
            for name, (mode, content) in picture.items():
                path = self.path / name
                if content is None:
                    path.mkdir(mode=mode, parents=True)
                else:
                    path.write_bytes(content)
                    path.chmod(mode)
        self.picture = picture

    def take(self):
        picture = {".": (0o700, None)}
        for path in sorted(self.path.rglob("*")):
            mode = path.lstat().st_mode & 0o7777
            content = None if path.is_dir() else path.read_bytes()
            picture[str(path.relative_to(self.path))] = (mode, content)
        return picture

    def changed(self):
        return self.take() != self.picture

    def digest(self):
        """Of every name, mode and octet."""
        return hashlib.sha256(repr(sorted(self.take().items())).encode()).digest()

    def line(self, words):
        """The words as arguments; @leaf, @active, @backup and @sheet are looked up."""
        tool = str(self.tools / words[0]) if words[0].startswith("cellar") else words[0]
        return [tool] + [self.look_up(word) if word[0] == "@" else word for word in words[1:]]

    def look_up(self, word):
        if word == "@backup":
            return str(next(self.path.glob("medium/cellar-*")).relative_to(self.path))
        if word == "@sheet":
            return hashlib.sha256((self.path / "out/approve.txt").read_bytes()).hexdigest()
        return self.serial(word[1:])

    def serial(self, which):
        query = {"leaf": "SELECT serial FROM certificate WHERE authority IS NULL ORDER BY id DESC",
                 "active": "SELECT c.serial FROM certificate c JOIN authority a ON a.id = c.authority "
                           "WHERE a.state = 'active' AND a.purpose = 'code-signing'"}[which]
        return self.rows(query)[0][0].hex()

    def rows(self, query):
        with sqlite3.connect(f"file:{self.path}/cellar/cellar.db?mode=ro", uri=True) as inventory:
            return inventory.execute(query).fetchall()

    def run(self, words, now, **variables):
        environment = {**os.environ, "CELLAR_TEST_NOW": now, "CELLAR_TEST_ROUNDS": "1", **variables}
        return subprocess.run(words, cwd=self.path, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True)

    def ask(self, tool, now):
        """A reading tool's exit status and result."""
        done = self.run([str(self.tools / tool), *HERE, "--json"], now)
        return done.returncode, json.loads(done.stdout or "{}")


def build(place, hierarchy):
    """Every cellar of HISTORY, as pictures by name."""
    place.path.mkdir(parents=True)
    plan = hierarchy.replace("@KEY@", "ecdsa-p256").replace("@ROOT@", "ecdsa-p256")
    for name, text in (("hierarchy.yaml", plan), ("changed.yaml", plan.replace("24h", "48h")),
                       ("pass", SECRET + "\n"), ("new", FRESH + "\n")):
        (place.path / name).write_text(text)
    subprocess.run("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                   "-keyout /dev/null -subj /CN=x -out leaf.csr", shell=True, check=True,
                   cwd=place.path, capture_output=True)
    for name in ("live", "medium", "world"):
        (place.path / name).mkdir()
    subprocess.run([sys.executable, TESTS / "tool/transcript.py", TESTS / "fixtures/ceremony/good.yaml",
                    TESTS / "../libpki/base/words.c", place.path / "record"], check=True)
    pictures = {"nothing": place.take()}
    for name, (before, commands) in HISTORY.items():
        if before is None:
            continue
        place.fill(pictures[before])
        for command in commands:
            done = place.run(place.line(command.words) + command.options(), command.now)
            assert done.returncode == 0, (name, command.words, done.stderr)
        pictures[name] = place.take()
    return pictures


# --- what must hold --------------------------------------------------------------------------------

def state(place, command):
    """What a cellar is, without what chance decides: equal before and after, or the command's."""
    made = whole(place.path / command.makes) if command.makes else None
    if not (place.path / "cellar/cellar.db").exists():
        return "no cellar", made
    exported = {}
    published = [row[0] for row in place.rows("SELECT manifest_sha256 FROM publication ORDER BY id")]
    for manifest in place.path.glob("cellar/exports/[a-z]*/manifest.json"):
        digest = hashlib.sha256(manifest.read_bytes()).digest()
        exported[manifest.parent.name] = published.index(digest) if digest in published else "foreign"
    return (
        place.rows("SELECT name, state FROM authority ORDER BY name"),
        place.rows("SELECT profile, issuer, count(*) FROM certificate GROUP BY 1, 2 ORDER BY 1, 2"),
        place.rows("SELECT k.name, count(*) FROM key k JOIN key_file f ON f.key = k.id "
                   "GROUP BY 1 ORDER BY 1"),
        place.rows("SELECT issuer, reason, treatment FROM revocation ORDER BY id"),
        place.rows("SELECT issuer, count(*) FROM crl GROUP BY 1 ORDER BY 1"),
        place.rows("SELECT count(*) FROM cutover"),
        place.rows("SELECT sha256 FROM hierarchy ORDER BY id"),
        exported,
        open_alarms(place),
        [sorted(f.name for f in p.iterdir()) for p in place.path.glob("seal-*")],
        made,
    )


def open_alarms(place):
    return place.rows("SELECT count(DISTINCT subject) FROM journal WHERE action = 'behind' AND subject "
                      "NOT IN (SELECT subject FROM journal WHERE action = 'reconcile')")


def whole(path):
    """None, or whether all that a manifest (a sheet, a request's directory) promises is there."""
    if not path.exists():
        return None
    if path.name == "live":
        return installed(path)
    if path.name == "record":  # sealed or not, and nothing else in it
        seals = [p.read_bytes() for p in path.glob("head.txt.sig")]
        return sorted(p.name for p in path.iterdir()), [len(seal) == 2 + seal[1] for seal in seals]
    if path.name == "medium":  # backups, each whole; after one that was cut off there may be another
        return {whole(p) for p in path.glob("cellar-*")}
    if (path / "manifest.json").exists():
        files = json.loads((path / "manifest.json").read_text())["files"]
        return all(hashlib.sha256((path / f["path"]).read_bytes()).hexdigest() == f["sha256"]
                   for f in files)
    if (path / "approve.txt").exists():
        sheet = (path / "approve.txt").read_text()
        return all(hashlib.sha256((path / name).read_bytes()).hexdigest() == digest
                   for name, digest in re.findall(r"^sign: (.*)\n  sha256: (.*)$", sheet, re.M))
    return sorted(p.name for p in path.iterdir()) == ["key.csr", "key.key"] and all(
        b"-----END" in p.read_bytes() for p in path.iterdir())


def installed(live):
    """Which hand-over's files these are, in any case with the earlier one's kept beside."""
    kept = [p.name for p in live.iterdir() if p.read_bytes() and p.name == f"{p.name.split('-')[0]}-"
            f"{hashlib.sha256(p.read_bytes()).hexdigest()[:16]}.pem"]
    whole = (live / "chain.pem").read_bytes() == (live / "../out/chain.pem").read_bytes(), (
        live / "key.pem").read_bytes() == (live / "../out/key.pem").read_bytes()
    return whole, len(kept)


def body_of(crl):
    """The to-be-signed part of a CRL."""
    def head(at):
        size, start = crl[at + 1], at + 2
        if size > 128:
            start += size - 128
            size = int.from_bytes(crl[at + 2:start], "big")
        return start, start + size
    return crl[head(0)[0]:head(head(0)[0])[1]]


def strays(place):
    """Files that the inventory does not know: torn, or signatures that nobody recorded."""
    cellar = place.path / "cellar"
    known = {row[0] for row in place.rows("SELECT sha256 FROM key_file UNION SELECT sha256 FROM crl")}
    bodies = {row[0] for row in place.rows("SELECT body FROM reservation")}
    names = {row[0] for row in place.rows("SELECT key_name FROM reservation")}
    ended = {row[0] for row in place.rows(
        "SELECT name FROM key JOIN key_file ON key_file.key = key.id WHERE sha256 = zeroblob(32)")}
    for path in [p for d in ("keys", "crls") for p in (cellar / d).glob("*")]:
        content = path.read_bytes()
        if hashlib.sha256(content).digest() in known:
            continue
        if path.suffix == ".key" and path.stem in ended:
            continue  # while it is overwritten; status names it, and the same command finishes it
        if path.suffix == ".crl":
            if hashlib.sha256(body_of(content)).digest() not in bodies:
                yield f"{path.name}: signed, but neither recorded nor reserved"
        elif b"-----END ENCRYPTED PRIVATE KEY-----" not in content:
            yield f"{path.name}: torn"
        elif path.name.split(".")[0] not in names and not path.name.endswith(".key.new"):
            yield f"{path.name}: a key that nobody reserved"
    for path in place.path.rglob("*"):
        if path.is_file() and path.suffix == ".tmp":
            yield f"{path.name}: left behind"


def twice(place):
    """CRL numbers that two bodies were reserved or signed for."""
    bodies = {}
    for subject, body in place.rows("SELECT subject, body FROM reservation WHERE kind = 'crl'"):
        if bodies.setdefault(subject, body) != body:
            yield f"{subject}: two bodies under one number"


def left(result):
    return [(row["what"], row["finish"]) for row in result.get("left_half_done", [])]


def finishing(text):
    """The command in a line of status, which is typed where the cellar is or says -C."""
    match = re.search(r"\bcellar[ -].*", text)
    words = shlex.split(match.group(0)) if match else []
    words = [f"cellar-{words[1]}", *words[2:]] if words[:1] == ["cellar"] else words
    return words if "-C" in words else [*words, *HERE] if words else []


