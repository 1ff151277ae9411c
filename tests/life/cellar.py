"""The tools as an operator runs them: a cellar with a fixed clock, its hierarchy and passphrases."""
import json
import os
import pathlib
import subprocess
import time
from datetime import datetime, timezone

LEAF_LIFE = {"code-signing": "10m", "time-stamping": "6mo", "tls": "90d"}
CRL_PERIOD = {"code-signing": "90d", "time-stamping": "90d", "tls": "30d"}
VALIDITY = {"code-signing": "15mo", "time-stamping": "15mo", "tls": "15mo"}
LINES = [(env, purpose) for env, other in
         (("dev", "time-stamping"), ("staging", "tls"), ("prod", "time-stamping"))
         for purpose in ("code-signing", other)]
HEAD = """hierarchy: 1
organization: Life Corp
air_gap: enforce
roots:
  main:
    common_name: Life Root CA
    key: ecdsa-p256
    validity: {root}
    crl_period: 180d
    crl_url: http://pki.example.com/{{authority}}.crl
    issuer_url: http://pki.example.com/{{authority}}.cer
environments:
"""
LINE = """      {purpose}:
        profile: {purpose}-ca
        common_name: {title}
        key: ecdsa-p256
        validity: {validity}
        rotate_every: 3mo
        publish_lead: 14d
        leaf_life: {leaf_life}
        slack: 24h
        crl_period: {crl_period}
        crl_url: http://pki.example.com/{{authority}}.crl
        issuer_url: http://pki.example.com/{{authority}}.cer
"""


class Failure(Exception):
    pass


def title(env, purpose):
    return f"Life {env.capitalize()} {purpose} CA"


def stamp(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    form = "%Y-%m-%dT%H:%M:%SZ" if "T" in text else "%Y-%m-%d"
    return int(datetime.strptime(text, form).replace(tzinfo=timezone.utc).timestamp())


def hierarchy(root, crl_period):
    text, last = HEAD.format(root=root), None
    for env, purpose in LINES:
        if env != last:
            text += f"  {env}:\n    root: main\n    lines:\n"
        last = env
        text += LINE.format(purpose=purpose, title=title(env, purpose), validity=VALIDITY[purpose],
                            leaf_life=LEAF_LIFE[purpose], crl_period=crl_period or CRL_PERIOD[purpose])
    return text


class Cellar:
    def __init__(self, tools, work, now, root="20y", crl_period=None):
        self.tools, self.work, self.now = pathlib.Path(tools), pathlib.Path(work), now
        self.spent = {}  # by tool, the seconds of each call
        (self.work / "secrets").mkdir()
        (self.work / "hierarchy.yaml").write_text(hierarchy(root, crl_period))
        self.run("init", "hierarchy.yaml")

    def passphrases(self, *keys):
        """The options that give these keys' passphrases, one a key."""
        options = []
        for key in keys:
            path = self.work / "secrets" / f"{key}.txt"
            path.write_text(self.passphrase(key) + "\n")
            options += ["--passphrase-file", f"{key}=secrets/{key}.txt"]
        return options

    @staticmethod
    def passphrase(key):
        return f"{key} Kx7q verbena-Wnb3 mosaic 9fTz lantern"

    def keys_of(self, env, purpose, *generations):
        return [f"{env}-{purpose}-g{g}{tail}" for g in generations
                for tail in (("", "-tsa") if purpose == "time-stamping" else ("",))]

    def run(self, tool, *args, status=(0,), cellar="cellar"):
        """The tool's JSON answer; any other exit status is a failure of the test."""
        command = [str(self.tools / f"cellar-{tool}"), *map(str, args), "--json"]
        if cellar and tool not in ("verify", "lint"):
            command += ["-C", cellar]
        env = dict(os.environ, CELLAR_TEST_NOW=f"@{self.now}", CELLAR_TEST_ROUNDS="1", LC_ALL="C")
        begin = time.monotonic()
        done = subprocess.run(command, cwd=self.work, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True)
        self.spent.setdefault(tool, []).append(time.monotonic() - begin)
        if done.returncode not in status:
            raise Failure(f"{stamp(self.now)}: {' '.join(command[:8])} ... ended with "
                          f"{done.returncode}, not {status}\n{done.stdout.decode()[-1500:]}"
                          f"{done.stderr.decode()[-1500:]}")
        answer = json.loads(done.stdout)
        answer["result"] = answer["result"] or {}
        return answer

    def status(self, cellar="cellar"):
        """What is due, as (what, name, when, command); the exit status must agree."""
        answer = self.run("status", cellar=cellar, status=(0, 3))
        due = answer["result"].get("due", [])
        half = answer["result"].get("left_half_done", [])
        if (answer["status"] == 3) != bool(due or half):
            raise Failure(f"{stamp(self.now)}: status {answer['status']} with {due} {half}")
        return answer["result"]

    def tree(self, top):
        top = self.work / top
        return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}
