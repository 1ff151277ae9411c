#!/bin/bash
# Configuring and building needs no network, and leaves the tree clean.
. "$(dirname "$0")/lib.sh"
need unshare
need ninja
scratch

alone=(unshare -n)
"${alone[@]}" true 2>/dev/null || alone=(unshare -rn)
"${alone[@]}" true 2>/dev/null || skip "unshare -n is not allowed here"

state() {
    git status --porcelain --ignored 2>/dev/null || find . -newer "$work/start" -not -path './build*'
}
touch "$work/start"
state >"$work/before"
build() {
    "${alone[@]}" cmake -S . -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
        "${alone[@]}" cmake --build "$work/build"
}
build >"$work/log" 2>&1 || {
    tail -n 30 "$work/log"
    problem "the build needs a network"
}
problems_from < <(state | diff "$work/before" - | sed -n 's/^[<>] /the build changed the tree: /p')
finish
