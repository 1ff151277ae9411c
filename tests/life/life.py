"""Years of a cellar's life, in steps, with the world that trusts it.

usage: life.py BUILD_DIRECTORY [--years N] [--step DAYS] [--obey] [--root PERIOD] [--until-root-ends | --succeed]
               [--crl-period PERIOD] [--seed N]

Rotations early and late, cut-overs at once and weeks later, three emergencies, CRLs and backups when
status names them. At each step what was exported is asked about signatures of random past times, and
compared with what must be so (world.py). With --obey the operator does nothing but what `cellar status`
names. Where the root's end refuses a rotation, the life ends: with --until-root-ends it must, on the day
that status has named for most of a year; with --succeed the root's successor is made when status names it, and the
life goes on past the root's end. At the end the last backup is brought back (backups.py). Lies
in memory: what becomes durable is not asked here.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from backups import Backups
from cellar import LINES, Cellar, Failure, seconds, stamp, title
from world import DAY, FOREVER, Generation, Line, Signer, TrustedRoot, epoch

BEGIN = seconds("2026-01-05T09:00:00Z")
ENVIRONMENTS = ("dev", "staging", "prod")
WEEK = 7
HAS_WINDOWS = ("code-signing", "time-stamping")


class RootEnds(Exception):
    pass


class Life:
    def __init__(self, build, work, options):
        self.options, self.random = options, random.Random(options.seed)
        self.work = pathlib.Path(work)
        for directory in ("signatures", "handed", "web"):
            (self.work / directory).mkdir()
        self.cellar = Cellar(pathlib.Path(build).resolve() / "test-tools", work, BEGIN, options.root,
                             options.crl_period)
        self.backups = Backups(self.cellar)
        self.lines = {names: Line(*names) for names in LINES}
        self.signer = Signer(self.work, options.seed)
        self.signatures, self.crl_numbers, self.checks, self.told = [], {}, 0, {}
        self.rotations = self.emergencies = self.retired = 0
        self.roots = ["root-g1"]
        self.warned = self.refused_from = None

    # --- what the operator does -----------------------------------------------------------------

    def sign_duty(self, tool, *args, keys=(), confirm=None, status=(0,)):
        return self.cellar.run(tool, *args, *self.cellar.passphrases(*keys),
                               *(["--confirm", confirm] if confirm else []), status=status)

    def begin(self):
        self.sign_duty("root", "main", keys=["root-g1"], confirm="Life Root CA")
        for env, purpose in LINES:
            keys = self.cellar.keys_of(env, purpose, 1, 2)
            self.sign_duty("issue", env, purpose, keys=[*self.roots, *keys],
                           confirm=f"{title(env, purpose)} G1")
        self.sign_crls()
        self.cellar.run("export")
        for line in self.lines.values():
            self.meet(line)
            line.of(1).used_from = self.cellar.now
            self.hand_over(line, line.of(1))
            line.lateness = self.random.randint(-6, 10) * DAY

    def meet(self, line):
        """Learn the certificates of generations that are new."""
        top = self.work / "cellar" / "exports" / line.env
        known = {g.number for g in line.generations}
        for path in (top / line.purpose).glob("g*/chain.pem"):
            number = int(path.parent.name[1:])
            if number not in known:
                cert = x509.load_pem_x509_certificate(path.read_bytes())
                line.generations.append(Generation(line.env, line.purpose, number, cert))

    def hand_over(self, line, generation):
        """The outside gets key and chain of the active generation; a TLS line's key stays."""
        where = f"handed/{generation.name}"
        if line.purpose == "code-signing":
            self.cellar.run("export", line.env, line.purpose, "--for", "fulcio", "--with-key", "--to", where)
            generation.key = serialization.load_pem_private_key(
                (self.work / where / "key.pem").read_bytes(),
                self.cellar.passphrase(generation.name).encode())
        elif line.purpose == "time-stamping":
            chain = self.work / "cellar" / "exports" / line.env / line.purpose / "tsa" / "chain.pem"
            leaf, above = self.certificates(chain.read_bytes())[:2]
            if above != generation.cert:
                raise Failure(f"{chain} is not that of {generation.name}")
            generation.leaf = leaf

    @staticmethod
    def certificates(pem):
        end = b"-----END CERTIFICATE-----\n"
        return [x509.load_pem_x509_certificate(part + end) for part in pem.split(end)[:-1]]

    def sign_crls(self):
        """Whatever of them is due; returns their number."""
        due = self.due("CRL")
        keys = sorted({d["what"].split()[-1] for d in due})
        if keys:
            self.sign_duty("crl", "--due", keys=keys, confirm="ALL")
        return len(keys)

    def succeed_root(self):
        """Names, and nothing else, tell the roots apart: the operator has every passphrase at hand."""
        self.roots.append(f"root-g{len(self.roots) + 1}")
        self.sign_duty("root", "main", "--succeed", keys=self.roots,
                       confirm=f"Life Root CA G{len(self.roots)}")

    def due(self, what):
        return [d for d in self.cellar.status().get("due", []) if d["what"].startswith(f"{what} of")]

    def rotated(self, line):
        """The model follows a rotation: the outside will switch at once or weeks later."""
        line.active += 1
        self.rotations += 1
        delay = self.random.choice((0, 0, 1, 3, 10, 20)) * DAY
        line.switch_at = self.cellar.now + delay
        line.record_at = line.switch_at + self.random.choice((0, 0, 2, 10)) * DAY
        line.lateness = self.random.randint(-6, 10) * DAY

    def rotate(self, line, *extra):
        keys = self.cellar.keys_of(line.env, line.purpose, line.active + 2)
        answer = self.sign_duty("rotate", line.env, line.purpose, *extra, keys=[*self.roots, *keys],
                                confirm=f"{title(line.env, line.purpose)} G{line.active + 1}",
                                status=(0, 4))
        if answer["status"] == 0:
            self.rotated(line)
            line.rotated_at = self.cellar.now  # an emergency's promotion retires nobody
            return
        if "root" in answer["error"]["text"]:
            raise RootEnds(answer["error"]["text"])
        raise Failure(f"{stamp(self.cellar.now)}: {answer['error']['text']}")

    def rotate_planned(self):
        due = {d["what"].split()[-1]: seconds(d["when"]) for d in self.due("rotation")}
        for line in self.lines.values():
            when = due.get(line.of(line.active).name)
            if when is not None and self.cellar.now >= when + line.lateness:
                self.rotate(line)

    def cut_over(self, line):
        at = max(line.switched, self.cellar.now - 30 * DAY)
        self.sign_duty("cutover", line.env, line.purpose, "--at", f"@{at}",
                       confirm=f"{title(line.env, line.purpose)} G{line.active}")
        line.cutovers[line.active] = at
        line.record_at = FOREVER

    def follow(self):
        """The outside takes what was handed over when its time has come."""
        for line in self.lines.values():
            if line.outside == line.active or self.cellar.now < line.switch_at:
                continue
            line.of(line.outside).used_until = self.cellar.now
            line.outside = line.active
            line.of(line.outside).used_from = line.switched = self.cellar.now
            self.hand_over(line, line.of(line.outside))

    def emergency(self, line, treatment):
        """The active authority is lost: its key, or its time-stamping leaf's (drop), or its purpose (end)."""
        lost = line.of(line.active)
        serial = f"{(lost.leaf or lost.cert).serial_number:x}".zfill(40)
        reason = "keyCompromise" if treatment == "drop" else "superseded"
        extra = ["--promote-next"] if treatment == "drop" else []
        answer = self.sign_duty("revoke", serial, "--reason", reason, *extra,
                                confirm=f"{title(line.env, line.purpose)} G{lost.number}" +
                                (" TSA" if lost.leaf else ""))
        self.emergencies += 1
        lost.dropped = treatment == "drop"
        lost.ended = self.cellar.now - 300  # dates are set back
        if treatment == "drop":
            self.rotated(line)
            keys = self.cellar.keys_of(line.env, line.purpose, line.active + 1)
            self.sign_duty("issue", line.env, line.purpose, keys=[*self.roots, *keys],
                           confirm=f"{title(line.env, line.purpose)} G{line.active + 1}")
        else:
            self.rotate(line, "--now")
        line.switch_at = line.record_at = self.cellar.now
        if not answer["result"]:
            raise Failure("revoke told nothing")

    # --- the operator who obeys -----------------------------------------------------------------

    def obey(self):
        """Run what status names as due now, in its order, until it names no more."""
        for _ in range(60):
            due = self.cellar.status().get("due", [])
            due = [d for d in due if not self.waits(d)]
            if not due:
                return
            self.obey_one(due[0])
        raise Failure(f"{stamp(self.cellar.now)}: status never ends: {due}")

    def waits(self, due):
        """A rotation may wait for its day; a cut-over for the outside; nobody makes backups here."""
        line = next((l for l in self.lines.values()
                     if due["command"].startswith(f"cellar cutover {l.env} {l.purpose} ")), None)
        if line:
            return line.outside != line.active
        return (due["what"].startswith("rotation") and seconds(due["when"]) > self.cellar.now or
                due["what"].startswith("succession") and not self.options.succeed)

    def obey_one(self, due):
        tool, *words = due["command"].split()[1:]
        self.told[tool] = self.told.get(tool, 0) + 1
        line = self.lines.get(tuple(words[:2]))
        if tool == "rotate":
            self.rotate(line, *words[2:])
        elif tool == "cutover":
            self.cut_over(line)
        elif tool == "issue":
            keys = self.cellar.keys_of(line.env, line.purpose, line.active + 1)
            self.sign_duty("issue", *words, keys=[*self.roots, *keys],
                           confirm=f"{title(line.env, line.purpose)} G{line.active + 1}")
        elif tool == "backup":
            self.backups.make()
        elif tool == "root":
            self.succeed_root()
        elif tool == "crl":
            self.sign_crls()
        elif tool == "export":
            self.cellar.run("export", *words)
            for line in self.lines.values():
                self.meet(line)
        else:
            raise Failure(f"{stamp(self.cellar.now)}: what to do? {due}")

    # --- what others sign -----------------------------------------------------------------------

    def make_signatures(self):
        """At random times since the last step, by who was used then; and forged ones."""
        for line in self.lines.values():
            for generation in line.generations:
                self.sign_with(line, generation)

    def sign_with(self, line, generation):
        since = max(generation.used_from, self.cellar.now - self.options.step * DAY)
        until = min(generation.used_until, self.cellar.now)
        if line.purpose == "tls":
            in_use = generation.used_from <= self.cellar.now < generation.used_until
            if in_use and self.random.random() < 0.25:
                self.serve(line)
            return
        if since < until:
            self.sign_at(line, generation, self.random.randint(since + 60, until), True)
        known = generation.key or generation.leaf
        if known and self.random.random() < 0.2:
            span = (epoch(generation.cert.not_valid_before) - 100 * DAY, self.cellar.now + 400 * DAY)
            at = self.random.randint(*span)
            legitimate = generation.used_from + 60 <= at < min(generation.used_until, self.cellar.now)
            self.sign_at(line, generation, at, legitimate)

    def sign_at(self, line, generation, at, legitimate):
        if line.purpose == "code-signing":
            made = self.signer.sign(generation, at, legitimate)
        else:
            made = self.signer.keep(generation, at, generation.leaf, legitimate)
        self.signatures.append(made)

    def serve(self, line):
        """A server's certificate by the active generation, in use from now on."""
        name = f"web/{line.env}-{self.signer.made}"
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", self.work / "web/key", "-subj", "/CN=asked",
                        "-out", self.work / f"{name}.csr"], check=True, capture_output=True)
        active = line.of(line.active)
        made = self.sign_duty("issue", line.env, line.purpose, "--leaf", "tls-server", "--csr",
                              f"{name}.csr", "--dns", "a.example", "--common-name", "a.example",
                              keys=[active.name], confirm="a.example")
        serial = next(c for c in str(made["result"]).split("'") if len(c) == 40 and
                      all(d in "0123456789abcdef" for d in c))
        self.cellar.run("export", "--leaf", serial, "--to", name)
        chain = self.certificates((self.work / name / "chain.pem").read_bytes())
        if chain[1] != active.cert:
            raise Failure(f"{name} is not by {active.name}")
        at = self.random.randint(self.cellar.now, self.cellar.now + 89 * DAY)
        self.signatures.append(self.signer.keep(active, at, chain[0], True))

    # --- what must hold -------------------------------------------------------------------------

    def judge(self, holds, what):
        self.checks += 1
        if not holds:
            raise Failure(f"{stamp(self.cellar.now)}: {what}")

    def check_exports(self, number):
        """All of them are what the manifest says. One, another each time, is made again: at each step
        of the first two years, then at every fourth."""
        first = {env: self.cellar.tree(f"cellar/exports/{env}") for env in ENVIRONMENTS}
        remade = None
        if self.cellar.now < BEGIN + 730 * DAY or number % 4 == 0:
            remade = self.random.choice(ENVIRONMENTS)
            self.cellar.run("export", remade)
        for env, tree in first.items():
            again = self.cellar.tree(f"cellar/exports/{env}") if env == remade else tree
            manifest = json.loads(again["manifest.json"])
            self.judge({**again, "manifest.json": b""} == {**tree, "manifest.json": b""},
                       f"exports of {env} differ when made again")
            named = {f["path"]: f["sha256"] for f in manifest["files"]}
            real = {p: hashlib.sha256(b).hexdigest() for p, b in again.items() if p != "manifest.json"}
            self.judge(named == real, f"the manifest of {env} is not true")
            self.check_crls(env, again)
            self.check_separation(env, again)

    def check_crls(self, env, tree):
        """Numbers only grow; none runs out before the next step, but with its issuer."""
        ends = {g.name: (g.not_after, g.dropped) for line in self.lines.values() for g in line.generations}
        anchors = self.work / f"cellar/exports/{env}/anchors.pem"
        for root, cert in zip(self.roots, self.certificates(anchors.read_bytes())):
            ends[root] = epoch(cert.not_valid_after), False
        for path, content in tree.items():
            if not path.startswith("crl/") or not path.endswith(".crl") or "archive" in path:
                continue
            name = path[4:-4]
            crl = x509.load_der_x509_crl(content)
            number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            self.judge(number >= self.crl_numbers.get(name, 0), f"the CRL number of {name} fell")
            self.crl_numbers[name] = number
            end, dropped = ends[name]
            self.judge(dropped or epoch(crl.next_update) >= end or epoch(crl.next_update) > self.cellar.now,
                       f"the CRL of {name} ran out at {crl.next_update}")

    def check_separation(self, env, tree):
        """No file that separates environments holds what is another's."""
        der = serialization.Encoding.DER
        others = [g for line in self.lines.values() if line.env != env for g in line.generations]
        held = set(self.pool(tree))
        self.judge(not held & {g.cert.public_bytes(der) for g in others},
                   f"{env} holds another environment's")
        dropped = {g.cert.public_bytes(der) for line in self.lines.values() for g in line.generations
                   if g.dropped}
        self.judge(not held & dropped, f"{env} holds what was dropped")

    def pool(self, tree):
        for path, content in tree.items():
            if path.endswith("chain.pem") or path.endswith("ca-intermediates.pem"):
                for cert in self.certificates(content):
                    yield cert.public_bytes(serialization.Encoding.DER)

    def check_signatures(self):
        for env in ENVIRONMENTS:
            path = self.work / "cellar" / "exports" / env / "sigstore" / "trusted_root.json"
            root = TrustedRoot(json.loads(path.read_text()))
            ripe = [s for s in self.signatures if s.at <= self.cellar.now]
            for signature in self.random.sample(ripe, min(len(ripe), 200)):
                line = self.lines[signature.by.env, signature.by.purpose]
                if line.purpose not in HAS_WINDOWS:
                    continue
                expected = signature.by.env == env and line.in_trusted_root(signature)
                self.judge(root.trusts(signature) == expected,
                           f"trusted_root.json of {env} {'refuses' if expected else 'trusts'} "
                           f"{signature.name}")
                if signature.by.env == env and signature.legitimate and not signature.by.dropped:
                    self.judge(expected or signature.at >= signature.by.ended,
                               f"a gap: {signature.name}")
        ripe = [s for s in self.signatures if s.at <= self.cellar.now]
        for signature in self.random.sample(ripe, min(len(ripe), self.options.verify)):
            self.verify(signature, signature.by.env)
        for signature in self.random.sample(ripe, min(len(ripe), 1)):
            self.verify(signature, self.random.choice([e for e in ENVIRONMENTS
                                                       if e != signature.by.env]))

    def untrusted(self, signature, env):
        top = f"cellar/exports/{env}/{signature.by.purpose}"
        if signature.by.purpose == "code-signing":
            return f"{top}/cosign/ca-intermediates.pem"
        path = f"{top}/g{signature.by.number}/chain.pem"
        return path if (self.work / path).exists() else None

    def verify(self, signature, env):
        line = self.lines[signature.by.env, signature.by.purpose]
        purpose = {"tls": "tls-server"}.get(line.purpose, line.purpose)
        pool = self.untrusted(signature, env)
        expected = env == signature.by.env and line.verifies(signature)
        answer = self.cellar.run("verify", "--anchor", f"cellar/exports/{env}/anchors.pem",
                                 *(["--untrusted", pool] if pool else []),
                                 "--crl", f"cellar/exports/{env}/crl/all.pem", "--purpose", purpose,
                                 "--at", f"@{signature.at}", signature.path, status=(0, 3))
        self.judge((answer["status"] == 0) == expected,
                   f"cellar verify with {env} {'refuses' if expected else 'accepts'} "
                   f"{signature.name}: {answer['error']}")

    def check_openssl(self):
        """What openssl can be asked: paths at past times; revocation of now, as it knows no other."""
        for env in ENVIRONMENTS:
            ours = [s for s in self.signatures if s.by.env == env and s.at <= self.cellar.now]
            for signature in self.random.sample(ours, min(len(ours), 3)):
                g = signature.by
                pool = self.untrusted(signature, env)
                expected = not g.dropped and signature.valid_then()
                self.openssl(env, signature, pool, signature.at, [], expected)
        for line in self.lines.values():
            if line.purpose == "code-signing":
                signature = self.signer.sign(line.of(line.outside), self.cellar.now, True)
                crls = ["-crl_check_all", "-CRLfile",
                        self.work / f"cellar/exports/{line.env}/crl/all.pem"]
                self.openssl(line.env, signature, self.untrusted(signature, line.env),
                             self.cellar.now, crls, True)

    def openssl(self, env, signature, pool, at, crls, expected):
        done = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-attime", str(at), "-CAfile",
             self.work / f"cellar/exports/{env}/anchors.pem",
             *(["-untrusted", self.work / pool] if pool else []), *crls,
             self.work / signature.path], capture_output=True)
        self.judge((done.returncode == 0) == expected,
                   f"openssl {'refuses' if expected else 'accepts'} {signature.name}: "
                   f"{done.stderr.decode()}")

    def check_lint(self):
        for line in self.lines.values():
            top = f"cellar/exports/{line.env}/{line.purpose}"
            chain, extra = {"code-signing": (f"{top}/fulcio/chain.pem", ["--for", "fulcio"]),
                            "time-stamping": (f"{top}/tsa/chain.pem", ["--for", "timestamp-server"]),
                            }.get(line.purpose, (f"{top}/chain.pem", []))
            self.cellar.run("lint", chain, *extra)
            self.judge(self.certificates((self.work / chain).read_bytes())[
                1 if line.purpose == "time-stamping" else 0] == line.of(line.active).cert,
                f"{chain} is not that of the active generation")

    def check_status(self):
        """After the work of a step nothing but what may wait is named."""
        status = self.cellar.status()
        for due in status.get("due", []):
            what = due["what"].split()[0]
            self.judge(what in ("rotation", "cut-over") or
                       what == "succession" and not self.options.succeed, f"left undone: {due}")
            if what == "succession":
                self.warned = self.warned or self.cellar.now
                self.refused_from = seconds(due["when"])
        self.judge(not status.get("left_half_done"), "left half done")
        self.check_retired({a["authority"]: a["state"] for a in status["authorities"]})

    def check_retired(self, states):
        """Whoever has ended is retired with its line's next rotation, nobody before."""
        for line in self.lines.values():
            for g in line.generations:
                self.judge(states[g.name] != "retired" or g.not_after < line.rotated_at,
                           f"{g.name} is retired before its end")
                self.judge(states[g.name] != "retiring" or g.not_after >= line.rotated_at,
                           f"{g.name} has ended and is not retired")
        self.retired = sum(state == "retired" for state in states.values())

    # --- a step ---------------------------------------------------------------------------------

    def step(self, number):
        self.make_signatures()
        if self.options.obey:
            self.follow()
            self.obey()
        else:
            self.plan(number)
        self.check_exports(number)
        self.check_signatures()
        self.check_status()
        if number % 4 == 0:
            self.cellar.run("audit")
            self.check_openssl()
            self.check_lint()

    def plan(self, number):
        steps = int(self.options.years * 365 / self.options.step)
        self.backups.make_due()
        if self.options.step > WEEK:
            self.record_cutovers()
        if self.options.succeed and self.due("succession"):
            self.succeed_root()
        self.rotate_planned()
        if number == steps // 3:
            self.emergency(self.lines["prod", "code-signing"], "drop")
        stamping = self.lines["prod", "time-stamping"]
        if self.emergencies == 1 and number >= steps // 2 and stamping.outside == stamping.active:
            self.emergency(stamping, "drop")
        if number == 2 * steps // 3:
            self.emergency(self.lines["dev", "code-signing"], "end")
        self.sign_crls()
        self.export_due()
        for line in self.lines.values():
            self.meet(line)
        self.follow()
        if self.options.step <= WEEK:
            self.record_cutovers()
            self.export_due()

    def record_cutovers(self):
        """Of the outside's switches; an operator who comes once a month records the last month's."""
        for line in self.lines.values():
            if line.active > 1 and line.outside == line.active and line.record_at <= self.cellar.now:
                self.cut_over(line)

    def export_due(self):
        for due in self.due("export"):
            self.cellar.run("export", due["what"].split()[-1])

    def check_root_end(self):
        self.judge(self.options.until_root_ends, "the root ended")
        self.judge(self.warned, "status never named the root's end")
        self.judge(self.cellar.now - self.warned >= 300 * DAY,
                   f"status named the root's end on {stamp(self.warned)} only")
        self.judge(self.refused_from <= self.cellar.now,
                   f"status promised rotations until {stamp(self.refused_from)}")

    def run(self):
        self.begin()
        steps = int(self.options.years * 365 / self.options.step)
        for number in range(1, steps + 1):
            self.cellar.now += self.options.step * DAY + self.random.randint(-3, 3) * 3600
            self.step(number)


def tell_times(spent):
    """Of each tool; how long a call took in the first and the last tenth."""
    for tool in sorted(spent, key=lambda tool: sum(spent[tool])):
        each = spent[tool]
        tenth = max(len(each) // 10, 1)
        first, last = statistics.median(each[:tenth]), statistics.median(each[-tenth:])
        print(f"  {tool:8} {len(each):5} times {sum(each):7.1f} s; a call {first * 1000:5.0f} ms at first, "
              f"{last * 1000:5.0f} ms at last")


def live(life, options):
    try:
        life.run()
    except RootEnds as why:
        print(f"{stamp(life.cellar.now)}: the root ends: {why}")
        life.check_root_end()
    else:
        life.judge(not options.until_root_ends, "the root refused nothing")
        life.judge(not options.succeed or len(life.roots) > 2, "the root had no two successors")
    life.backups.bring_back(life.judge)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--years", type=float, default=2)
    parser.add_argument("--step", type=int, default=7)
    parser.add_argument("--obey", action="store_true")
    parser.add_argument("--root", default="20y")
    parser.add_argument("--crl-period", help="of every line instead of its own")
    parser.add_argument("--until-root-ends", action="store_true")
    parser.add_argument("--succeed", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verify", type=int, default=3)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="life-", dir=memory) as work:
        life = Life(options.build, work, options)
        try:
            live(life, options)
        except Failure as why:
            print(f"not ok: {why}")
            return 1
        finally:
            tell_times(life.cellar.spent)
            print(f"{stamp(life.cellar.now)}: {life.checks} checks, {len(life.signatures)} signatures, "
                  f"{life.rotations} rotations, {life.emergencies} emergencies, {life.retired} retired "
                  f"{life.told or ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
