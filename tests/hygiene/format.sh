#!/bin/bash
# The formatter has nothing to change.
. "$(dirname "$0")/lib.sh"
need clang-format-14
need_git

sources '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror --style=file || problem "run clang-format-14 -i on these"
finish
