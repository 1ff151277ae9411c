#!/bin/bash
# Every global of the library starts with pki_ and is declared in a header.
. "$(dirname "$0")/lib.sh"
need nm

archive=$build_dir/libpki/libpki.a
[ -f "$archive" ] || skip "libpki.a is not built"
declared=$(cat libpki/include/*.h libpki/include/pki/*.h libpki/*/*.h "$build_dir"/libpki/*/*.h |
    grep -oE '\<pki_[a-z0-9_]+' | sort -u)

# Sanitizers and coverage add globals of their own, which start with an underscore.
problems_from < <(nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3 }' |
    grep -v '^_' | sort -u | while IFS= read -r symbol; do
        case $symbol in
        pki_*) grep -qxF "$symbol" <<<"$declared" || echo "$symbol: in no header" ;;
        *) echo "$symbol: a global that does not start with pki_" ;;
        esac
    done)
finish
