"""The world outside of the cellar, and what must be true of signatures: kept from what the operator
did and from nothing that a cellar wrote but the certificates themselves."""
import base64
import random
from dataclasses import dataclass, field
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

DAY = 86400
SLACK = DAY
FOREVER = 1 << 62


def utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def epoch(naive):
    return int(naive.replace(tzinfo=timezone.utc).timestamp())


def add_life(purpose, seconds):
    """leaf_life of the hierarchy, which for time-stamping is in calendar months."""
    if purpose == "code-signing":
        return seconds + 600
    if purpose == "tls":
        return seconds + 90 * DAY
    at = datetime.fromtimestamp(seconds, timezone.utc)
    month = at.month - 1 + 6
    year, month = at.year + month // 12, month % 12 + 1
    for day in range(at.day, 0, -1):
        try:
            return int(at.replace(year=year, month=month, day=day).timestamp())
        except ValueError:
            continue
    raise AssertionError


@dataclass
class Generation:
    env: str
    purpose: str
    number: int
    cert: x509.Certificate
    used_from: int = FOREVER   # by the outside
    used_until: int = FOREVER
    dropped: bool = False
    ended: int = FOREVER       # what it signed from then on is worth nothing
    recorded_end: int = FOREVER
    key: object = None
    leaf: x509.Certificate = None

    @property
    def name(self):
        return f"{self.env}-{self.purpose}-g{self.number}"

    @property
    def start(self):
        first = epoch(self.cert.not_valid_before)
        return max(first, epoch(self.leaf.not_valid_before)) if self.leaf else first

    @property
    def not_after(self):
        return epoch(self.cert.not_valid_after)


@dataclass
class Signature:
    by: Generation
    at: int
    leaf: x509.Certificate
    path: str
    legitimate: bool

    @property
    def name(self):
        return (f"{self.path}, of {self.by.name} at {utc(self.at)}, "
                f"{'legitimate' if self.legitimate else 'forged'}")

    def valid_then(self):
        """Every certificate of the chain was within its validity."""
        return (epoch(self.leaf.not_valid_before) <= self.at <= epoch(self.leaf.not_valid_after) and
                epoch(self.by.cert.not_valid_before) <= self.at <= self.by.not_after)


@dataclass
class Line:
    env: str
    purpose: str
    generations: list = field(default_factory=list)
    cutovers: dict = field(default_factory=dict)  # generation: when the outside switched
    active: int = 1
    outside: int = 1
    switch_at: int = FOREVER   # when the outside will follow
    switched: int = 0
    record_at: int = FOREVER   # when the operator will record it
    lateness: int = 0
    rotated_at: int = 0

    def of(self, number):
        return next(g for g in self.generations if g.number == number)

    def window_end(self, generation):
        """Last second in which it is trusted."""
        later = [at for number, at in self.cutovers.items() if number > generation.number]
        end = add_life(self.purpose, min(later)) + SLACK if later else FOREVER
        return min(end, generation.ended - 1)

    def in_trusted_root(self, signature):
        g = signature.by
        return (not g.dropped and signature.valid_then() and
                g.start <= signature.at <= self.window_end(g))

    def verifies(self, signature):
        """By path and CRLs alone, which know no windows."""
        g = signature.by
        return not g.dropped and signature.valid_then() and signature.at < g.ended


class Signer:
    """What holds the keys that were handed over; thieves too."""

    def __init__(self, work, seed):
        self.work, self.random = work, random.Random(seed)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.made = 0

    def sign(self, generation, at, legitimate):
        """A ten-minute certificate of a code-signing authority, as Fulcio makes it."""
        builder = (x509.CertificateBuilder().subject_name(x509.Name([]))
                   .issuer_name(generation.cert.subject).public_key(self.key.public_key())
                   .serial_number(self.random.getrandbits(150) | 1 << 151)
                   .not_valid_before(utc(at - 60)).not_valid_after(utc(at + 539)))
        for extension, critical in (
                (x509.SubjectAlternativeName([x509.RFC822Name("a@example.com")]), True),
                (x509.BasicConstraints(False, None), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
                (x509.KeyUsage(True, *[False] * 8), True),
                (x509.AuthorityKeyIdentifier(
                    generation.cert.extensions.get_extension_for_class(
                        x509.SubjectKeyIdentifier).value.digest, None, None), False)):
            builder = builder.add_extension(extension, critical)
        leaf = builder.sign(generation.key, hashes.SHA256())
        return self.keep(generation, at, leaf, legitimate)

    def keep(self, generation, at, leaf, legitimate):
        self.made += 1
        path = f"signatures/{self.made}.pem"
        (self.work / path).write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        return Signature(generation, at, leaf, path, legitimate)


class TrustedRoot:
    """A reader of trusted_root.json of our own: does it trust this signature?"""

    def __init__(self, parsed):
        self.entries = []
        for kind in ("certificateAuthorities", "timestampAuthorities"):
            for entry in parsed.get(kind, []):
                valid = entry["validFor"]
                chain = [base64.b64decode(c["rawBytes"]) for c in entry["certChain"]["certificates"]]
                end = valid.get("end")
                self.entries.append((chain, self.time(valid["start"]),
                                     self.time(end) if end else FOREVER))

    @staticmethod
    def time(text):
        return epoch(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))

    def trusts(self, signature):
        der = serialization.Encoding.DER
        above = signature.by.cert.public_bytes(der)
        leaf = signature.leaf.public_bytes(der)
        for chain, start, end in self.entries:
            if not start <= signature.at <= end or not signature.valid_then():
                continue
            if signature.by.leaf is not None:
                if chain[:2] == [leaf, above]:
                    return True
            elif chain[0] == above:
                return True
        return False
