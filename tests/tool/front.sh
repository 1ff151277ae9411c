#!/bin/bash
# cellar: lists its tools, runs them from where it lies, helps with a slip.
. "$(dirname "$0")/lib.sh"

works cellar
says 'cellar init --example'
works cellar help
works cellar --help
works cellar --version
says '^cellar [0-9]+\.[0-9]+'
for tool in init root issue export status audit key show verify lint; do
    works cellar $tool --help
    works cellar $tool --version
done
is 2 cellar exprot
warns 'did you mean "export"'
is 2 cellar statu
warns 'did you mean "status"'
refuses 2 'no tool of that name' cellar nonsense
refuses 2 'no tool of that name' cellar ../../bin/sh

# What a tool does begins in one column, whatever its name's length.
cellar --help | sed -nE '/^  cellar /d; s/^(  [a-z]+ +)[a-z].*/\1/p' | awk '{ print length($0) }' | sort -u >columns
check 'one column' [ "$(wc -l <columns)" -eq 1 ]

# Through a link, and from another directory.
ln -s "$(command -v cellar)" here
works ./here init --example
check 'NO_COLOR' [ -z "$(NO_COLOR=1 cellar --help | tr -d '[:print:]\n')" ]
works env -i "$(command -v cellar)" init --example
# A full or closed stdout is an error, not a success.
cellar init --example >/dev/full 2>err
check 'a full stdout: status 1' [ $? -eq 1 ]
cellar --help >/dev/full 2>err
check 'a full stdout of help: status 1' [ $? -eq 1 ]
cellar init --help >/dev/full 2>err
check 'a full stdout of a tool'"'"'s help: status 1' [ $? -eq 1 ]
finish
