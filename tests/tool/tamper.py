"""Whether an audit notices what was changed behind its back.

tamper.py CELLAR SCRATCH FLIPS [ROWS]: changes every cell of every table, deletes every row, adds
rows, drops triggers and indexes, flips bits of the file, cuts it; each change alone, in a copy,
with the triggers dropped and put back. Of each table at most ROWS rows (default: all) are taken.

A change must be noticed (status 5, or 8 where the file cannot be opened) if it altered a value, a
row or the schema as SQLite itself reads them; nothing may end by a signal or a sanitizer's report.
Prints the number of changes of each kind, and each that went unnoticed.
"""

import collections
import concurrent.futures
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading

cellar, scratch, flips = sys.argv[1], sys.argv[2], int(sys.argv[3])
most = int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 30
own = threading.local()
random.seed(4)


def connect(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.text_factory = bytes
    return db


def dump(path):
    """Everything that SQLite can read of a file, or None where it cannot."""
    try:
        db = connect(path)
        schema = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
        rows = [
            (name, sorted(map(repr, db.execute(f'SELECT * FROM "{name.decode()}"'))))
            for kind, name, _, _ in schema
            if kind == b"table"
        ]
        marks = [db.execute(f"PRAGMA {p}").fetchall() for p in ("application_id", "user_version")]
        sound = db.execute("PRAGMA integrity_check").fetchall() == [(b"ok",)]
        return (schema, rows, marks) if sound else None
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def copy():
    """A whole copy a thread, whose inventory is a fresh one each time: nothing else is changed."""
    if not hasattr(own, "place"):
        own.place = os.path.join(scratch, str(threading.get_ident()))
        os.mkdir(own.place, 0o700)
        for name in ("keys", "crls", "exports"):
            shutil.copytree(os.path.join(cellar, name), os.path.join(own.place, name), symlinks=True)
    for name in os.listdir(own.place):
        if name.startswith("cellar.db"):
            os.unlink(os.path.join(own.place, name))
    shutil.copy2(os.path.join(cellar, "cellar.db"), own.place)
    return own.place


def behind_its_back(*statements):
    """A change by somebody with SQLite: without triggers and checks, which are put back."""

    def change(path):
        db = connect(path)
        db.execute("PRAGMA ignore_check_constraints = ON")
        triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name.decode()}")
        for statement in statements:
            db.execute(*statement)
        for _, text in triggers:
            db.execute(text.decode())
        db.close()

    return change


def in_the_schema(statement):
    def change(path):
        db = connect(path)
        db.execute("PRAGMA writable_schema = ON")
        db.execute(statement)
        db.close()

    return change


def as_another_type(table, column, where, value, declared):
    """The cell in another storage class: the table is made loose for the time being."""

    def change(path):
        db = connect(path)
        db.execute("PRAGMA ignore_check_constraints = ON")
        sql = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        loose = re.sub(rf"(?m)^(    {column} +)(INTEGER|TEXT   |TEXT|BLOB)", r"\1       ", sql.decode())
        loose = re.sub(rf"(?m)^(    {column} .*?)NOT NULL", r"\1        ", loose)
        loose = loose.replace(" STRICT, WITHOUT", " WITHOUT").replace(" STRICT", "")
        triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name.decode()}")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (loose, table))
        db.close()
        db = connect(path)
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql.decode(), table))
        db.close()
        db = connect(path)
        for _, text in triggers:
            db.execute(text.decode())
        db.close()

    return change


def another_value(value):
    if value is None:
        return b"\0" * 20
    if isinstance(value, int):
        return value + 1
    return bytes([value[0] ^ 1]) + value[1:] if value else b"x"


def other_types(value):
    """The same to the eye in other storage classes, and nothing at all."""
    if value is None:
        return [0, "", b""]
    if isinstance(value, int):
        return [str(value), str(value).encode(), value + 0.5, None]
    text = value.decode("latin-1")
    return [value if isinstance(value, str) else text, 7, None]


def changes_of(table, key, db):
    columns = db.execute(f"PRAGMA table_info({table})").fetchall()
    rows = db.execute(f"SELECT * FROM {table}").fetchall()
    for row in random.sample(rows, min(most, len(rows))):
        cells = {c[1].decode(): (v, c[2].decode()) for c, v in zip(columns, row)}
        where = " AND ".join(
            f"{k} = x'{cells[k][0].hex()}'" if isinstance(cells[k][0], bytes) else f"{k} = {cells[k][0]}" for k in key
        )
        yield "row deleted", f"{table} {where}", behind_its_back((f"DELETE FROM {table} WHERE {where}",))
        for column, (value, declared) in cells.items():
            what = f"{table}.{column} {where}"
            fresh = another_value(value)
            fresh = fresh.decode("latin-1") if declared == "TEXT" and isinstance(fresh, bytes) else fresh
            fresh = 7 if value is None and declared == "INTEGER" else fresh
            yield "cell changed", what, behind_its_back(
                (f"UPDATE {table} SET {column} = ? WHERE {where}", (fresh,))
            )
            rowid = key == ["id"] and column == "id"  # can be nothing but an integer
            for other in [] if rowid else other_types(value):
                if declared == "TEXT" and isinstance(other, str):
                    other = other.encode()
                yield "type changed", f"{what} to {other!r}", as_another_type(table, column, where, other, declared)
    if rows:
        shape = ", ".join("?" * len(columns))
        for shift in (1, -1000):
            fresh = [
                v + shift if c[5] and isinstance(v, int) else v.decode() if c[2] == b"TEXT" and v is not None else v
                for c, v in zip(columns, rows[-1])
            ]
            for i, c in enumerate(columns):  # what must differ in every row
                if isinstance(fresh[i], bytes) and fresh[i]:
                    fresh[i] = os.urandom(len(fresh[i]))
                elif isinstance(fresh[i], str) and c[1] in (b"name",):
                    fresh[i] += "x"
                elif c[1] in (b"id", b"key", b"number", b"position", b"reservation"):
                    fresh[i] = (fresh[i] or 0) + shift
            yield "row added", f"{table} {shift}", behind_its_back((f"INSERT INTO {table} VALUES ({shape})", fresh))


def flip(offset, bit):
    def change(path):
        with open(path, "r+b") as file:
            file.seek(offset)
            octet = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([octet ^ 1 << bit]))

    return change


def cut(size):
    return lambda path: os.truncate(path, size)


def changes():
    path = os.path.join(cellar, "cellar.db")
    db = connect(path)
    schema = db.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    for kind, name, sql in ((k.decode(), n.decode(), s) for k, n, s in schema):
        if kind == "table":
            info = db.execute(f"PRAGMA table_info({name})").fetchall()
            yield from changes_of(name, [c[1].decode() for c in info if c[5]], db)
            yield "table dropped", name, lambda p, n=name: connect(p).execute(f"DROP TABLE {n}")
            yield "column added", name, behind_its_back((f"ALTER TABLE {name} ADD COLUMN more TEXT",))
        elif sql:
            yield f"{kind} dropped", name, lambda p, k=kind, n=name: connect(p).execute(f"DROP {k} {n}")
            yield f"{kind} changed", name, in_the_schema(
                f"UPDATE sqlite_schema SET sql = replace(sql, '_', '_') || ' ' WHERE name = '{name}'"
            )
    for sql in (
        "CREATE TABLE more (id INTEGER)",
        "CREATE VIEW more AS SELECT * FROM key",
        "CREATE INDEX more ON key (algorithm)",
        "CREATE TRIGGER more AFTER INSERT ON key BEGIN DELETE FROM key_file; END",
        "ANALYZE",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 1",
        "PRAGMA encoding",
    ):
        yield "schema added to", sql, lambda p, s=sql: connect(p).execute(s)
    size = os.path.getsize(path)
    for _ in range(flips):
        at, bit = random.randrange(size), random.randrange(8)
        yield "bit flipped", f"{at} bit {bit}", flip(at, bit)
    for at in range(min(100, flips)):  # the file's header, whole
        yield "bit flipped", f"{at} bit {at % 8}", flip(at, at % 8)
    for _ in range(max(4, flips // 50)):
        at = random.randrange(size)
        yield "file cut", str(at), cut(at)


def attempt(job):
    kind, what, change = job
    to = copy()
    path = os.path.join(to, "cellar.db")
    try:
        change(path)
    except sqlite3.IntegrityError:
        return "refused by an index or key of the schema", what, None
    except sqlite3.Error as error:
        return kind, what, f"could not be made: {error}"
    altered = dump(path) != sound
    run = subprocess.run(["cellar-audit", "-C", to], capture_output=True, timeout=120)
    errors = run.stderr.decode(errors="replace")
    if "Sanitizer" in errors or "runtime error" in errors or run.returncode < 0 or run.returncode > 8:
        return kind, what, f"crash: {run.returncode}: {errors[:400]}"
    if run.returncode not in ((5, 8) if altered else (0, 5, 8)):
        return kind, what, f"status {run.returncode}: {errors.strip()[:200]}"
    return kind if altered else kind + ", altering nothing", what, None


sound = dump(os.path.join(cellar, "cellar.db"))
assert sound
counts = collections.Counter()
bad = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for kind, what, trouble in pool.map(attempt, changes()):
        counts[kind] += 1
        if trouble:
            bad += 1
            print(f"{kind}: {what}: {trouble}")
for kind, count in sorted(counts.items()):
    print(f"{count:6} {kind}")
print(f"{sum(counts.values())} changes, {bad} unnoticed or crashed")
sys.exit(bad > 0)
