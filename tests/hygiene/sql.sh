#!/bin/bash
# SQL lives in schema/, where it is named, checked and prepared by a test: not in C.
. "$(dirname "$0")/lib.sh"
need_git

problems_from < <(sources 'libpki/*.[ch]' 'tools/*.[ch]' | xargs grep -nE \
    '"[^"]*\<(SELECT .*|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|DELETE FROM|(CREATE|DROP|ALTER) (TABLE|INDEX|TRIGGER|VIEW)|PRAGMA|BEGIN (IMMEDIATE|EXCLUSIVE)|SAVEPOINT|VACUUM)\>')
finish
