"""The names of all fields in the result of a tool's JSON on stdin: "TOOL path[].name", a line each."""
import json
import re
import sys


def walk(value, path):
    if isinstance(value, dict):
        for name, child in value.items():
            # Names of things (a block titled by an authority or environment) are not names of fields.
            known = re.sub(r"^(root|(dev|prod)_[a-z_]+)_g\d.*$|^(dev|prod)$", "NAME", name)
            walk(child, f"{path}.{known}" if path else known)
    elif isinstance(value, list):
        for child in value:
            walk(child, f"{path}[]")
    else:
        kind = {str: "text", int: "integer", bool: "truth", type(None): "null"}[type(value)]
        print(whole["tool"], path, kind)


whole = json.load(sys.stdin)
walk(whole["result"], "")
