#!/bin/bash
# The release, built from two places at two times, is the same to the byte.
. "$(dirname "$0")/lib.sh"
need ninja
need_git
scratch

build_in() {
    mkdir -p "$1"
    sources '*' | tar -cf - -T - | tar -xf - -C "$1"
    (cd "$1" && cmake --preset release && cmake --build --preset release) >"$work/log" 2>&1 || {
        tail -n 30 "$work/log"
        problem "the release does not build in $1"
    }
    (cd "$1/build/release" && sha256sum bin/* && find man completion -type f -print0 | sort -z |
        xargs -0 sha256sum) >"$2"
}

build_in "$work/a" "$work/first"
build_in "$work/another/place" "$work/second"
[ -s "$work/first" ] || problem "nothing was built"
problems_from < <(diff "$work/first" "$work/second" | sed -n 's/^> [0-9a-f]*  /differs between two builds: /p')
finish
