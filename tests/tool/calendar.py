"""calendar.py FILE: reads an iCalendar strictly (RFC 5545), prints "DTSTART UID DESCRIPTION" for each
event."""
import re
import sys

data = open(sys.argv[1], "rb").read()
assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
assert all(len(line) <= 75 for line in data.split(b"\r\n")), "a line is not folded (3.1)"
data.decode("utf-8")
lines = data.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]
assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", lines[2]] and lines[2].startswith("PRODID:")

within, event, seen = [], {}, set()
for line in lines:
    assert all(ch >= " " and ch != "\x7f" for ch in line), f"control character: {line!r}"
    name, value = re.fullmatch(r"([A-Z-]+):(.*)", line).groups()
    if name == "BEGIN":
        assert (within[-1:], value) in (([], "VCALENDAR"), (["VCALENDAR"], "VEVENT"), (["VEVENT"], "VALARM"))
        within.append(value)
        event = {} if value == "VEVENT" else event
        continue
    if name == "END":
        assert within.pop() == value
        if value == "VEVENT":
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION"} <= set(event), event
            assert event["UID"] not in seen, "a UID twice"
            seen.add(event["UID"])
            print(event["DTSTART"], event["UID"], event["DESCRIPTION"])
        continue
    if within[-1] != "VEVENT":
        continue
    assert name not in event, f"{name} twice in an event"
    if name in ("DTSTAMP", "DTSTART"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", value), value
    else:
        assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,n])*", value), f"not escaped (3.3.11): {value!r}"
    event[name] = value
assert not within and seen
