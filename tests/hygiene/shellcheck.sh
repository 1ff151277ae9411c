#!/bin/bash
# Every script passes shellcheck.
. "$(dirname "$0")/lib.sh"
need shellcheck
need_git

while IFS= read -r file; do
    case $file in
    *.sh) ;;
    *) head -n 1 "$file" | tr -d '\0' | grep -qE '^#!/bin/(ba)?sh' || continue ;;
    esac
    shellcheck -x -P "$(dirname "$file")" "$file" || problem "$file"
done < <(sources '*')
finish
