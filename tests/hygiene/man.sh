#!/bin/bash
# Each page has the sections, and exactly the options that its tool has.
. "$(dirname "$0")/lib.sh"

sections='NAME SYNOPSIS DESCRIPTION OPTIONS EXIT STATUS EXAMPLES SEE ALSO'
has_sections() {
    local found
    found=$(sed -n 's/^# //p' "$1" | grep -vxE 'A CELLAR|ENVIRONMENT' | tr '\n' ' ')
    [ "$found" = "$sections " ] || problem "$1: sections $found, not $sections"
}

for page in docs/man/*.scd; do
    has_sections "$page"
done
for program in $(programs); do
    [ -x "$bin/$program" ] || skip "$program is not built"
    page=docs/man/$program.1.scd
    [ -f "$page" ] || {
        problem "$page: missing"
        continue
    }
    spec=$("$bin/$program" --spec)
    grep -qF "*$program*(1)" docs/man/cellar.1.scd || problem "docs/man/cellar.1.scd: no $program"
    summary=$(sed -n '1s/^tool\t[^\t]*\t//p' <<<"$spec")
    grep -qxF "$program - $summary" "$page" || problem "$page: NAME does not say: $summary"
    problems_from < <(diff \
        <(awk -F '\t' '$1 == "option" { print "--" $3; if ($2 != "") print "-" $2 }' <<<"$spec" | sort) \
        <(sed -n '/^# OPTIONS/,/^# EXIT/s/^\(\*-.*\)/\1/p' "$page" | grep -oE '\*-[^*]*\*' | tr -d '*' | sort) |
        sed -n "s,^< ,$page: lacks ,p; s,^> ,$page: no such option: ,p")
done
finish
