"""Revocation lists: making them, and reading them with signature check and one look-up.

The cellar is a true one: tests/support/revoke_many adds revocations through the
store, with its triggers and journal, and prints the same ones as an index for
`openssl ca`. The key's derivation is taken off by the tests' seams.
"""

import math
import re
import sys

from common import BIN, EXTRA, FILL, SEAMS, in_turns, quiet

LINE = "prod-tls-g1"
CONFIG = """[ca]
default_ca = c
[c]
database = index.txt
certificate = root.pem
private_key = root.key
default_md = sha384
default_crl_days = 30
crl_extensions = e
crlnumber = number
[e]
authorityKeyIdentifier = keyid
"""


def ours(at, cellar):
    return [SEAMS / "cellar-crl", LINE, "-C", cellar, "--passphrase-file", at / "passphrase",
            "--confirm", "Bench TLS CA G1"]


def openssl(at):
    (at / "crl.cnf").write_text(CONFIG)
    (at / "number").write_text("1000\n")
    return ["openssl", "ca", "-gencrl", "-config", "crl.cnf", "-out", "openssl.crl"]


def last_of(at, cellar):
    return max((at / cellar / "crls").iterdir())


def same_entries(at, last):
    """The floor is one of the same work only if its list says the same, to a reader of others."""
    told = [quiet(["openssl", "crl", "-inform", "DER", "-in", path, "-noout", "-text"], at)
            for path in (last, "floor.out")]
    entries = [re.findall(r"Serial Number: .*(?:\n {8,}.*)*", text) for text in told]
    if not entries[0] or entries[0] != entries[1]:
        sys.exit("the floor's list has other entries than ours")


def size_of(at, n, rounds):
    """One size: making in turns, then what a reader needs."""
    cellar = f"list{n}"
    quiet(["cp", "-r", "list", cellar], at)
    (at / "index.txt").write_text(quiet([FILL, cellar, LINE, str(n)], at))
    made = in_turns({"ours": ours(at, cellar),
                     "floor": [EXTRA / "crl_floor", f"{cellar}/cellar.db", "2", "floor.out"],
                     "openssl ca -gencrl": openssl(at)}, at, rounds)
    if n == 1000:
        same_entries(at, last_of(at, cellar))
    made["entries"] = n
    last = last_of(at, cellar)
    made["octets"] = last.stat().st_size
    return made, last


def reading(at, n, crl, rounds):
    """By whole programs; openssl checks the signature, and prints the list that grep looks in."""
    cellar = f"list{n}"
    lines = quiet(["sqlite3", f"{cellar}/cellar.db",
                   "SELECT hex(serial) FROM revocation ORDER BY serial DESC LIMIT 1;"
                   "SELECT quote(der) FROM certificate_der d JOIN certificate c ON c.id = d.id "
                   "JOIN authority a ON a.id = c.authority WHERE a.name IN ('root-g1', "
                   "'prod-tls-g1') ORDER BY c.id;"], at).split()
    serial, root, line = lines[0], *(bytes.fromhex(text[2:-1]) for text in lines[1:])
    for name, der in (("anchor", root), ("issuer", line)):
        (at / f"{name}.der").write_bytes(der)
        quiet(["openssl", "x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem"],
              at)
    quiet(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
           "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=a.example"], at)
    quiet([SEAMS / "cellar-issue", "prod", "tls", "--leaf", "tls-server", "--csr", "leaf.csr",
           "--dns", "a.example", "-C", cellar, "--passphrase-file", "passphrase", "--confirm",
           "a.example"], at)
    leaf = quiet(["sqlite3", f"{cellar}/cellar.db",
                  "SELECT quote(der) FROM certificate_der ORDER BY id DESC LIMIT 1;"], at).strip()
    (at / "leaf.der").write_bytes(bytes.fromhex(leaf[2:-1]))
    quiet(["openssl", "x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem"], at)
    peer = ["openssl", "crl", "-inform", "DER", "-in", crl, "-CAfile", "issuer.pem", "-noout"]
    script = f"{' '.join(map(str, peer))} -text | grep -q 'Serial Number: {serial}'"
    return in_turns({"ours": [BIN / "cellar-verify", "--anchor", "issuer.pem", "--crl", crl,
                              "leaf.pem"],
                     "openssl crl": peer, "openssl crl, grep": ["sh", "-c", script]}, at, rounds)


def measure(at, most, rounds):
    sizes = [n for n in (1000, 10000, 100000, 1000000) if n <= most]
    made = []
    for n in sizes:
        figures, crl = size_of(at, n, rounds)
        made.append(figures)
    exponents = [math.log(large["ours"]["seconds"] / small["ours"]["seconds"]) /
                 math.log(large["entries"] / small["entries"])
                 for small, large in zip(made, made[1:])]
    with_rows = in_turns({"cellar status": ["sh", "-c", f"{BIN}/cellar-status -C list{sizes[-1]} "
                                                        "> status.out; test $? = 0 -o $? = 3"],
                          "cellar audit": ["sh", "-c", f"{BIN}/cellar-audit -C list{sizes[-1]} "
                                                       "> audit.out"]}, at, 1)
    return {"made": made, "exponents": exponents, "other": with_rows,
            "read": reading(at, sizes[-1], crl, rounds)}
