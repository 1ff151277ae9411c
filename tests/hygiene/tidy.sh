#!/bin/bash
# clang-tidy has nothing to say (.clang-tidy: names, sizes, complexity, bugs).
. "$(dirname "$0")/lib.sh"
need clang-tidy-14
[ -f "$build_dir/compile_commands.json" ] || skip "no compile_commands.json"
scratch

# Each source once (tools are compiled twice), none that the build wrote.
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$build_dir/compile_commands.json" | sort -u |
    grep -v "^$build_dir/" >"$work/files"
xargs -a "$work/files" -P "$(nproc)" -n 4 clang-tidy-14 --quiet -p "$build_dir" >"$work/says" 2>"$work/noise" ||
    true
problems_from < <(grep -E '(warning|error):' "$work/says" | sort -u)
finish
