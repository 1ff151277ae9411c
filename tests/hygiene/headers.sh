#!/bin/bash
# Each public header compiles alone, as C11 and as C++17.
. "$(dirname "$0")/lib.sh"
need gcc
need g++

warnings=(-Wall -Wextra -Wpedantic -Wundef -Wshadow -Werror -fsyntax-only -Ilibpki/include)
for header in libpki/include/pki.h libpki/include/pki/*.h; do
    name=${header#libpki/include/}
    gcc -std=c11 "${warnings[@]}" -x c - <<<"#include \"$name\"" || problem "$header: not as C11"
    g++ -std=c++17 "${warnings[@]}" -x c++ - <<<"#include \"$name\"" ||
        problem "$header: not as C++17"
done
finish
