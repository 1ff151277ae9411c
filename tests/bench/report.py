"""docs/PERFORMANCE.md from the figures of one run."""


class Page:
    def __init__(self):
        self.lines = []
        self.goals = []

    def add(self, text=""):
        self.lines.append(text)

    def table(self, *rows):
        for i, row in enumerate(rows):
            self.add("| " + " | ".join(str(cell) for cell in row) + " |")
            if i == 0:
                self.add("|" + "---|" * len(row))
        self.add()

    def goal(self, name, value, limit, least):
        held = value >= limit if least else value <= limit
        word = "at least" if least else "at most"
        self.goals.append((name, f"{word} {limit:g}", f"{value:.2f}", "held" if held else "missed"))
        return held


def ms(seconds):
    return f"{seconds * 1e3:.1f} ms"


def tell_issue(page, found):
    times, starts = found["seconds"], found["instructions"]
    bare = times["ours, one round"]
    page.goal("issuance: faster than openssl ca, times", times["openssl ca"] / bare, 1.3, True)
    if "strongSwan pki" in times:
        page.goal("issuance: faster than strongSwan pki, times", times["strongSwan pki"] / bare,
                  2.0, True)
    page.goal("issuance, 600,000 rounds: faster than certtool, times",
              times["certtool 600k"] / times["ours"], 1.6, True)
    for name, limit in (("cellar-issue --version", 5.5), ("cellar-status --version", 1.6),
                        ("cellar --version", 1.6)):
        page.goal(f"start-up, {name}, millions of instructions", starts[name] / 1e6, limit, False)
    page.add("## One issuance")
    page.add()
    page.add("`one round`: the same release code with the key's derivation taken off, for peers "
             "with a plain key.")
    page.add(f"Syncs of one issuance: {found['syncs']}, counted, not waited for (tmpfs).")
    page.add()
    page.table(("what", "median"), *((name, ms(value)) for name, value in times.items()))
    page.table(("start-up", "instructions"), *((name, f"{n:,}") for name, n in starts.items()))


def tell_crl(page, found):
    last = found["made"][-1]
    ours = last["ours"]
    name = f"CRL of {last['entries']:,}"
    page.goal(f"{name}: times the floor", ours["seconds"] / last["floor"]["seconds"], 1.5, False)
    page.goal(f"{name}: faster than openssl ca, times",
              last["openssl ca -gencrl"]["seconds"] / ours["seconds"], 25, True)
    page.goal(f"{name}: peak, MiB", ours["mib"], 16, False)
    if found["exponents"]:
        page.goal(f"CRL: exponent of growth, {found['made'][0]['entries']:,} to "
                  f"{last['entries']:,}, steepest tenfold step", max(found["exponents"]), 1.05,
                  False)
        page.goal(f"{name}: peak over that of {found['made'][-2]['entries']:,}, MiB",
                  ours["mib"] - found["made"][-2]["ours"]["mib"], 2, False)
    read = found["read"]
    page.goal(f"{name}: signature and one look-up, faster than openssl crl, signature alone, times",
              read["openssl crl"]["seconds"] / read["ours"]["seconds"], 15, True)
    page.add("## Revocation lists")
    page.add()
    page.add("A true inventory, filled through the store with serials of 20 octets in no order. "
             "The floor: one ordered scan of")
    page.add("the same table, a list with the same entries streamed into a file, one hash over "
             "it, one signature; it checks and")
    page.add("records nothing. `cellar crl` lints what it wrote, compares it with the list "
             "before, reserves, signs, syncs, reads")
    page.add("the file back and records it. The exponent is that of time over entries between "
             "two sizes: 1 is linear.")
    page.add()
    rows = [("entries", "octets", "cellar crl", "peak", "floor", "ratio", "openssl ca -gencrl",
             "ratio", "its peak")]
    for made in found["made"]:
        peer = made["openssl ca -gencrl"]
        rows.append((f"{made['entries']:,}", f"{made['octets']:,}", ms(made["ours"]["seconds"]),
                     f"{made['ours']['mib']:.1f} MiB", ms(made["floor"]["seconds"]),
                     f"{made['ours']['seconds'] / made['floor']['seconds']:.2f}",
                     ms(peer["seconds"]),
                     f"{peer['seconds'] / made['ours']['seconds']:.1f}",
                     f"{peer['mib']:.0f} MiB"))
    page.table(*rows)
    page.table(("largest list", "median", "peak"),
               *((what, ms(run["seconds"]), f"{run['mib']:.1f} MiB")
                 for what, run in (("cellar verify --crl", read["ours"]),
                                   ("openssl crl -CAfile -noout", read["openssl crl"]),
                                   ("openssl crl -CAfile -text, grep", read["openssl crl, grep"]),
                                   *found["other"].items())))


def tell_chains(page, found):
    rows = [("mix", "cellar verify", "peak", "right", "openssl verify", "right")]
    for mix, runs in found.items():
        ours, peer = runs["ours"], runs["openssl verify"]
        page.goal(f"path among 10,000, {mix}: right", int(ours["right"]), 1, True)
        page.goal(f"path among 10,000, {mix}: faster than openssl verify, times",
                  peer["seconds"] / ours["seconds"], 20, True)
        rows.append((mix, ms(ours["seconds"]), f"{ours['mib']:.1f} MiB",
                     "yes" if ours["right"] else "no", ms(peer["seconds"]),
                     "yes" if peer["right"] else "no"))
    page.goal("path of 10,000 steps: refused, as it is over 16",
              int(found["long"]["far"]["refused"]), 1, True)
    page.add("## Paths among 10,000 shuffled certificates")
    page.add()
    page.add("plain: among strangers. cross: every authority is certified by four others, in "
             "loops. long: a path of 15.")
    page.add()
    page.table(*rows)


def tell_costs(page, found):
    disk, memory, journal, most = (found["disk"], found["memory"], found["journal"],
                                   f"{found['most']:,}")
    page.goal("issuance: times one signature and two durable transactions",
              disk["ours"] / disk["floor"], 1.5, False)
    for where, times in (("", disk), (", processor time", memory)):
        page.goal(f"issuance among {most} certificates{where}: times that among few",
                  times["many"] / times["ours"], 1.15, False)
    page.goal(f"journal of {journal['entries']:,}: times as fast as a plain chain",
              journal["scan"]["seconds"] / journal["ours"]["seconds"], 0.75, True)
    page.goal(f"journal of {journal['entries']:,}: peak over that of a hundredth, MiB",
              journal["ours"]["mib"] - journal["short_mib"], 1, False)
    page.add("## What the promises cost")
    page.add()
    page.add("Key derivation taken off. The floor of an issuance is a process that opens an "
             "inventory, commits a serial's")
    page.add("reservation, signs once with a plain key, and commits key, certificate, DER and the "
             "reservation's end, with our")
    page.add("settings of SQLite: 10 syncs, as ours. It keeps no journal, checks nothing and reads "
             "nothing back. On a disk the")
    page.add("syncs are waited for, as durable means; processor time was taken on a tmpfs.")
    page.add()
    page.table(("issuance", "floor", "ours", "ratio", f"ours, among {most}", "ratio"),
               *((where, ms(t["floor"]), ms(t["ours"]), f"{t['ours'] / t['floor']:.2f}",
                  ms(t["many"]), f"{t['many'] / t['ours']:.2f}")
                 for where, t in (("on a disk", disk), ("processor time", memory))))
    page.add(f"The journal: {journal['entries']:,} entries of {most} issuances, with "
             f"{journal['octets']:,} octets under their hashes;")
    page.add("processor time. A plain chain reads them from the same database by two ordered "
             "scans, and compares nothing;")
    page.add("one over the same octets in a flat file needs no database.")
    page.add()
    page.table(("journal", "median", "peak", "speed of ours"),
               *((label, ms(journal[name]["seconds"]), f"{journal[name]['mib']:.1f} MiB",
                  f"{journal[name]['seconds'] / journal['ours']['seconds']:.2f}")
                 for name, label in (("ours", "ours"), ("scan", "plain chain, same database"),
                                     ("flat", "plain chain, flat file"))))


def tell(found):
    page = Page()
    for part, teller in (("issue", tell_issue), ("crl", tell_crl), ("chains", tell_chains),
                         ("costs", tell_costs)):
        if part in found:
            teller(page, found[part])
    body = page.lines
    page.lines = []
    machine = found["machine"]
    peers = ", ".join(" ".join(peer) for peer in machine["peers"].items())
    page.add("# Performance")
    page.add()
    page.add("Generated by `tests/bench/run --write`, which repeats it: whole programs, medians, ours "
             "and its peers in turns,")
    page.add("each part in one run, on a tmpfs. Machines are noisy: look at the ratios, not at the "
             "times.")
    page.add()
    page.add(f"Machine: {machine['processor']}, {machine['cores']} cores, Linux "
             f"{machine['kernel']}. Peers: {peers}.")
    page.add()
    page.table(("goal", "limit", "measured", ""), *page.goals)
    text = "\n".join(page.lines + body).rstrip() + "\n"
    return text, all(goal[3] == "held" for goal in page.goals)
