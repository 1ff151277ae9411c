#!/bin/bash
# Help goes to stdout in 80 columns; an unknown option ends with status 2 and one line on stderr.
. "$(dirname "$0")/lib.sh"
scratch

informs() {
    "$@" >"$work/out" 2>"$work/err" || problem "$*: status $?"
    [ -s "$work/out" ] || problem "$*: says nothing on stdout"
    [ ! -s "$work/err" ] || problem "$*: writes to stderr: $(head -n 1 "$work/err")"
}

refuses() {
    local status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ $status -eq 2 ] || problem "$*: status $status, not 2"
    [ ! -s "$work/out" ] || problem "$*: writes to stdout: $(head -n 1 "$work/out")"
    [ "$(wc -l <"$work/err")" -eq 1 ] || problem "$*: not one line on stderr: $(cat "$work/err")"
}

for program in cellar $(programs); do
    [ -x "$bin/$program" ] || skip "$program is not built"
    informs "$bin/$program" --help
    problems_from < <(awk -v p="$program" 'length > 80 { print p " --help: over 80 columns: " $0 }' "$work/out")
    informs "$bin/$program" --version
    [ "$(wc -l <"$work/out")" -eq 1 ] || problem "$program --version: not one line"
    refuses "$bin/$program" --no-such-option
done
for program in $(programs); do
    refuses "$bin/$program" --json=yes
    refuses "$bin/$program" a b c d e f --no-such-option
    cmp -s <("$bin/cellar" "${program#cellar-}" --help) <("$bin/$program" --help) ||
        problem "cellar ${program#cellar-} --help: differs from $program --help"
    "$bin/cellar" --help | grep -q "^  ${program#cellar-} " || problem "cellar --help: no $program"
done
finish
