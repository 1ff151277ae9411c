#!/bin/bash
# Budgets: functions of 60 lines, sources of 400, headers of 260; tables of rules, profiles,
# text and test cases may have 500.
. "$(dirname "$0")/lib.sh"
need_git

while IFS= read -r file; do
    limit=400
    case $file in
    *.h) limit=260 ;;
    tests/* | */lint_rules*.c | */profile.c | */words*.c | */example.c) limit=500 ;;
    esac
    lines=$(wc -l <"$file")
    [ "$lines" -le $limit ] || problem "$file: $lines lines (at most $limit)"
    problems_from < <(awk -v file="$file" '
        /^{/ { start = NR; next }
        /^}/ && start { if (NR - start > 60) print file ":" start ": a function of " NR - start " lines (at most 60)"; start = 0 }
        /^[a-z}]/ { start = 0 }' "$file")
done < <(sources 'libpki/*.[ch]' 'tools/*.[ch]' 'tests/*.[ch]')
finish
