# shellcheck shell=bash disable=SC2034 # read by the checks that source this
# What the checks share: each is `NAME.sh BUILD_DIRECTORY`, prints what is wrong
# as file:line, and ends with 0, 1, or 77 where it cannot run.

set -euo pipefail
export LC_ALL=C

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build_dir=$(cd "${1:?usage: CHECK BUILD_DIRECTORY}" && pwd)
bin=$build_dir/bin
problems=0
cd "$source_dir"

problem() {
    printf '%s\n' "$*"
    problems=$((problems + 1))
}

# The lines on stdin are problems.
problems_from() {
    local line
    while IFS= read -r line; do
        problem "$line"
    done
}

skip() {
    echo "skipped: $*"
    exit 77
}

need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

need_git() {
    need git
    git rev-parse --git-dir >/dev/null 2>&1 || skip "not a git checkout"
}

# Sources as git would commit them; more globs may be given.
sources() {
    local file
    git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}

programs() {
    sed -n 's/^CLI_TOOL([A-Z]*, "\([a-z-]*\)".*/\1/p' tools/tools.def
}

finish() {
    [ $problems -eq 0 ] || {
        echo "$problems problems"
        exit 1
    }
}

scratch() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
}
