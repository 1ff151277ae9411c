"""Judge what verifiers answered, print the tables, compare them with those kept in a document.

usage: table.py DOCUMENT compare|update|look <expected

Reads answers.NAME for each verifier that is here, and versions, in the current directory.

Exits with 1 if a verifier refused what it must accept, refused for another reason than the case's,
or if a table differs from the kept one. Versions and wording are kept for people and not compared.
"""
import collections
import os
import re
import sys

NAMES = {
    "openssl": "OpenSSL",
    "certtool": "GnuTLS certtool",
    "java": "Java PKIX",
    "go": "Go crypto/x509",
    "nss": "NSS vfychain",
    "node": "Node TLS",
    "python": "Python ssl",
    "strongswan": "strongSwan pki",
    "cellar": "cellar verify",
}
problems = []
cases = [line.rstrip("\n").split("\t") for line in sys.stdin]  # number, algorithm, row, reason
rows = list(dict.fromkeys(row for _, _, row, _ in cases))
must = {row: reason == "-" for _, _, row, reason in cases}
algorithms = list(dict.fromkeys(algorithm for _, algorithm, _, _ in cases))


def answers_of(name):
    """For each case the answer and the words, a list of lines."""
    found = {}
    with open("answers." + name, encoding="utf-8", errors="replace") as file:
        for line in file:
            number, answer, words = line.rstrip("\n").split("\t", 2)
            found[number] = answer, [word.strip() for word in words.split("\v") if word.strip()]
    return found


def knows(found, algorithm):
    """A verifier that takes not one good chain of an algorithm does not know it."""
    good = [found[number][0] for number, of, _, reason in cases if of == algorithm and reason == "-"]
    return "accepts" in good


def judge(name):
    """The column of each table, and the wording of each refusal."""
    found = answers_of(name)
    if set(found) != {number for number, *_ in cases}:
        problems.append(f"{name}: answered {len(found)} of {len(cases)} cases")
        return {}, {}, {}
    known = {algorithm: knows(found, algorithm) for algorithm in algorithms}
    cells, wording = collections.defaultdict(set), {}
    for number, algorithm, row, reason in cases:
        answer, words = found[number]
        if not known[algorithm]:
            continue
        cells[row].add(answer)
        if answer != "refuses":
            continue
        said = [word for word in words if reason != "-" and re.search(reason, word)]
        if reason == "-" or not said:
            problems.append(f"{name}: case {number}, {algorithm}, {row}: refuses: {' | '.join(words)}")
        else:
            wording.setdefault(row, plain(said[0]))
    return known, {row: cell(name, row, cells[row]) for row in rows}, wording


def plain(words):
    """Without what another run would say otherwise; short."""
    words = re.sub(r"\S*/(?=chain\.pem)", "", words)
    words = re.sub(r"\d{4}-\d\d-\d\dT[0-9:]+Z|\b(\w{3} )?\w{3} +\d+ [0-9:]{8} (UTC )?\d{4}", "TIME", words)
    return (words if len(words) <= 120 else words[:119] + "…").replace("|", "/")


def cell(name, row, answers):
    answers = answers - {"cannot"}
    if len(answers) > 1:
        problems.append(f"{name}: {row}: both {' and '.join(sorted(answers))}")
    return "–" if not answers else "**accepts**" if answers == {"accepts"} and not must[row] else answers.pop()


def table(head, lines):
    text = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(text + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def kept(document, title, column, row):
    """A cell of the table in the document, for a verifier that is not here."""
    section = document.partition(f"| {title} |")[2].partition("\n\n")[0].splitlines()
    head = [NAMES[name] for name in NAMES]
    for line in section:
        values = [value.strip() for value in line.strip("|").split("|")]
        if values[0] == row:
            return values[1 + head.index(column)]
    return "?"


def exchange(document, block, text):
    pattern = rf"(<!-- BEGIN {block}[^\n]*-->\n).*?(\n<!-- END {block} -->)"
    assert re.search(pattern, document, re.S), f"no block {block}"
    return re.sub(pattern, lambda match: match[1] + text + match[2], document, flags=re.S)


def main():
    path, mode = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = file.read()
    here = {name: judge(name) for name in NAMES if os.path.exists("answers." + name)}

    def column(title, name, row, of):
        if name in here:
            return of(here[name], row)
        return kept(document, title, NAMES[name], row)

    takes = table(["key", *NAMES.values()], [
        [row, *(column("key", name, row, lambda its, row: "takes" if its[0].get(row) else "does not know")
                for name in NAMES)] for row in algorithms])
    answers = table(["case", *NAMES.values()], [
        [row, *(column("case", name, row, lambda its, row: its[1].get(row, "?")) for name in NAMES)]
        for row in rows])
    with open("versions", encoding="utf-8") as file:
        versions = dict(line.rstrip("\n").split("\t") for line in file)
    said = table(["verifier", "version"], [[NAMES[name], versions[name]] for name in here])
    said += "\n" + table(["case", "verifier", "its words"], [
        [row, NAMES[name], "`" + its[2][row] + "`"]
        for row in rows for name, its in here.items() if row in its[2]])
    print(takes, answers, said, sep="\n")
    made = exchange(document, "measured", takes + "\n" + answers)
    if mode == "update" and not problems and set(here) == set(NAMES):
        with open(path, "w", encoding="utf-8") as file:
            file.write(exchange(made, "wording", said))
    elif mode != "look" and made != document:
        problems.append(f"{path}: its tables differ from the ones above: is it meant? then UPDATE=1")
    for problem in problems:
        print("not ok:", problem)
    sys.exit(1 if problems else 0)


main()
