"""foretold.py DRY_RUN.json BEFORE AFTER: the files that a dry run named are those that came to differ,
and what it said of their certificates and windows is true. CRLs, which no rotation signs, stay equal."""
import base64
import hashlib
import json
import pathlib
import re
import sys

PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]*)-----END CERTIFICATE-----\n")
SUBJECT = re.compile(rb"Test (\w+) (Code Signing|Time Stamping) CA (G[0-9])( TSA)?")  # no test comes to G10
DERS = {}  # by name


def name_of(der):
    """That of the authority, from the subject, which comes after the issuer."""
    found = SUBJECT.findall(der)
    name = b"-".join(found[-1][:3]) + found[-1][3] if found else b"root-g1"
    name = name.decode().lower().replace(" ", "-")
    DERS[name] = der
    return name


def entries(content):
    parsed = json.loads(content)
    for kind in ("certificateAuthorities", "timestampAuthorities"):
        for entry in parsed.get(kind, []):
            chain = [base64.b64decode(c["rawBytes"]) for c in entry["certChain"]["certificates"]]
            yield chain, entry["validFor"]["start"], entry["validFor"].get("end")


def certificates(path, content):
    """The names of those in a file, in order."""
    if path.endswith("trusted_root.json"):
        ders = [der for chain, _, _ in entries(content) for der in chain]
    elif path.endswith(".pem"):
        ders = [base64.b64decode(body) for body in PEM.findall(content.decode())]
    else:
        ders = []
    return [name_of(der) for der in ders]


def windows(content):
    """From and to, by the name of the authority: a time-stamping leaf stands in front of its own."""
    return {name_of(chain[-2]): (start, end) for chain, start, end in entries(content)}


def difference(path, old, new):
    """What is to be said of a file that was and still is."""
    was, now = certificates(path, old), certificates(path, new)
    said = {f"adds {name}" for name in now if name not in was}
    said |= {f"takes out {name}" for name in was if name not in now}
    if path.endswith("trusted_root.json"):
        ago = windows(old)
        for name, (start, end) in windows(new).items():
            ago_start, ago_end = ago.get(name, (None, None))
            said |= {f"the window of {name} opens {start}"} if start != ago_start else set()
            said |= {f"the window of {name} ends {end}"} if end and end != ago_end else set()
            said |= {f"the window of {name} has no end"} if ago_end and not end else set()
    elif now and now[0] != was[0] and now[0] in was:
        said.add(f"puts first {now[0]}")
    return said or {"changes"}


def files(top):
    return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}


result = json.load(open(sys.argv[1], encoding="ascii"))["result"]
old, new = map(files, map(pathlib.Path, sys.argv[2:]))
expected = {path: difference(path, old[path], new[path])
            for path in old.keys() & new.keys() if old[path] != new[path]}
expected |= {path: {f"new: holds {name}" for name in certificates(path, new[path])} or
             {"new: served under the address in certificates"} for path in new.keys() - old.keys()}
expected |= {path: {"goes"} | {f"held {name}" for name in certificates(path, old[path])}
             for path in old.keys() - new.keys()}
told = {row["file"]: set(row["change"].split("; ")) for row in result["files"]}
assert told == expected, "\n".join(
    f"{path}: said {told.get(path)}, is {expected.get(path)}"
    for path in sorted(told.keys() | expected.keys()) if told.get(path) != expected.get(path))

known = {name for path, content in old.items() for name in certificates(path, content)}
about = re.compile(r"(?:adds|takes out|puts first|held|new: holds) (\S+)$")
named = {found[1] for said in told.values() for found in map(about.match, said) if found}
fingerprints = {name: hashlib.sha256(DERS[name]).hexdigest() if name in known else "(not signed yet)"
                for name in named}
assert {row["name"]: row["fingerprint"] for row in result["certificates"]} == fingerprints
assert len(expected) > 1, "nothing came of it"
