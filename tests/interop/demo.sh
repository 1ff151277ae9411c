#!/bin/bash
# Real Sigstore over the demonstration that tool.quickstart left: with an export into which a Rekor
# and a CT key are merged (stand-ins, made here: no log runs).
#
#   tests/interop/demo.sh DEMO BUILD_DIRECTORY
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
demo=${1:?usage: demo.sh DEMO BUILD_DIRECTORY}
build=$(cd "${2:?usage: demo.sh DEMO BUILD_DIRECTORY}" && pwd)

missing=$("$here/install" --check 2>&1) || {
    printf 'skipped: %s (tests/interop/install)\n' "$(head -n 1 <<<"$missing")"
    exit 77
}
[ -d "$demo/cellar" ] || {
    echo "$demo: ceremony/quickstart has not run" >&2
    exit 1
}
(
    cd "$demo"
    rm -rf exports-with-logs
    mkdir exports-with-logs
    "$here/../tool/logs.sh" >logs.json
    "$build/bin/cellar" export prod --logs logs.json --to exports-with-logs/prod -C cellar >/dev/null 2>&1
)
exec "$here/sigstore.sh" "$demo"
