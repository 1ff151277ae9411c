"""Paths among 10,000 shuffled certificates (tests/bench/chain_pile.c)."""

from common import BIN, EXTRA, in_turns, measured, quiet

CERTIFICATES = 10000


def verify(mix, leaf):
    return [BIN / "cellar-verify", "--anchor", f"{mix}/root.pem", "--untrusted",
            f"{mix}/pile.pem", f"{mix}/{leaf}.pem"]


def openssl(mix):
    return ["openssl", "verify", "-CAfile", f"{mix}/root.pem", "-untrusted", f"{mix}/pile.pem",
            f"{mix}/leaf.pem"]


def make(at, mix):
    (at / mix).mkdir()
    quiet([EXTRA / "chain_pile", mix, CERTIFICATES, mix], at)


def measure(at, rounds):
    found = {}
    for mix in ("plain", "cross", "long"):
        make(at, mix)
        found[mix] = in_turns({"ours": verify(mix, "leaf"), "openssl verify": openssl(mix)}, at,
                              min(rounds, 3), fails=True)
    spent, right = measured(verify("long", "far"), at, fails=True)
    found["long"]["far"] = {"seconds": spent, "refused": not right}
    return found
