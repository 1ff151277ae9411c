#!/bin/bash
# Ceremonies that are cut off: at every step of both root geneses and of a rotation, here and there
# in the others; before, within and after their duties; the runner and its sibling; by Ctrl-C,
# SIGTERM, SIGHUP and SIGKILL. Each goes on, does nothing twice, and leaves a record that verifies.
. "$(dirname "$0")/lib.sh"
sed 's/^any:/&\n  shares: as shown/' "$here/answers.yaml" >answers.yaml
cut() { # NAME EVERY
    check "$1" python3 "$here/cuts.py" "$source_dir/ceremony/scripts/$1.yaml" "$1" "$2"
    works cellar verify --ceremony "$1/record"
    says '^Steps left out +0$'
    ! grep -q 'duty: init\|duty: root\|duty: rotate\|duty: crl' "$1/record/script.yaml" ||
        works cellar audit -C "$1/tree/media/cellar"
}
cut root-genesis 1
cut quarterly-rotation 1
cut root-genesis-shares 1
cut first-intermediates 4
cut crl-refresh 4
cut emergency-revocation 4
cut key-recovery-drill 4
cut key-destruction 2
cut root-succession 4
finish
