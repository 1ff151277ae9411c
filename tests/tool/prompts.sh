#!/bin/bash
# What a person at a terminal meets: passphrases without echo, names typed to confirm, Ctrl-C.
. "$(dirname "$0")/lib.sh"

hierarchy
cellar init hierarchy.yaml -C cellar >out 2>err || bad 'fixture: init'
python3 "$here/prompts.py" || bad 'at a terminal'
ok
finish
