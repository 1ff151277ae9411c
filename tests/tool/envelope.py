"""Is stdin the one JSON object that a tool prints? usage: envelope.py STATUS TOOL EXPRESSION"""
import json
import sys


def no_twins(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a name twice: {names}"
    assert all(n.replace("_", "").isalnum() and n == n.lower() for n in names), f"not snake case: {names}"
    return dict(pairs)


text = sys.stdin.buffer.read()
whole = json.loads(text.decode("utf-8"), object_pairs_hook=no_twins)
status, tool, expression = int(sys.argv[1]), sys.argv[2], sys.argv[3]
result, error = whole["result"], whole["error"]

assert list(whole) == ["schema", "tool", "status", "error", "result"], list(whole)
assert whole["schema"] == 1 and whole["tool"] == tool and whole["status"] == status, text[:200]
assert isinstance(result, dict)
if status == 0:
    assert error is None, error
else:
    assert sorted(error) == ["code", "text"] and error["text"] and "\n" not in error["text"], error
assert text.endswith(b"}\n") and b"\x1b" not in text
assert eval(expression), f"not so: {expression} in {text.decode()[:2000]}"
