#!/bin/bash
# What the compiler cannot refuse everywhere: banned calls outside the library's flags, goto,
# comments that are not /* */, notes to self.
. "$(dirname "$0")/lib.sh"
need_git

words=$(sed -n 's/^#pragma GCC poison //p' libpki/base/banned.h | tr ' \n' '||' | sed 's/|$//')
[ -n "$words" ] || problem "libpki/base/banned.h: poisons nothing"

# Comments and strings out, so that prose may name what code may not use.
strip() {
    sed -E 's/"([^"\\]|\\.)*"/""/g; s,/\*[^*]*\*+([^/*][^*]*\*+)*/,,g' "$1" |
        awk '{ line = $0
               if (inside) { if (!sub(/^.*\*\//, "", line)) { print ""; next } inside = 0 }
               if (sub(/\/\*.*$/, "", line)) inside = 1
               print line }'
}

while IFS= read -r file; do
    [ "$file" != libpki/base/banned.h ] || continue
    problems_from < <(strip "$file" | grep -nE "(^|[^a-zA-Z0-9_.>])($words)[[:space:]]*\(" |
        sed "s,^,$file:,; s/$/   banned call/")
    problems_from < <(strip "$file" | grep -nE '(^|[^a-zA-Z0-9_])goto ' | sed "s,^,$file:,; s/$/   goto/")
    problems_from < <(strip "$file" | grep -nE '(^|[^:])//' | sed "s,^,$file:,; s,$,   write /* */,")
    problems_from < <(grep -nE '\<(TODO|FIXME|XXX|HACK)\>' "$file" | sed "s,^,$file:,")
done < <(sources 'libpki/*.[ch]' 'tools/*.[ch]' 'tests/*.[ch]')
finish
