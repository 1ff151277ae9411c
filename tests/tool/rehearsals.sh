#!/bin/bash
# Ready scripts rehearsed at a pseudo-terminal, end to end, and their records checked as somebody
# outside would. Not here: root-genesis-shares, whose shares are typed back; tests/tool/custodians.sh
# does its duties.
. "$(dirname "$0")/lib.sh"
cp "$here/answers.yaml" .
for name in root-genesis first-intermediates crl-refresh quarterly-rotation emergency-revocation key-recovery-drill \
    key-destruction root-succession; do
    script=$source_dir/ceremony/scripts/$name.yaml
    check "$name at a terminal" python3 "$here/rehearsals.py" "$script" "$name"
    works cellar verify --ceremony "$name/record"
    says '^Rehearsal +yes'
    says '^Ended +after its last step$'
    says '^Steps left out +0$'
    check "$name: the script as it is" cmp -s "$script" "$name/record/script.yaml"
done
check 'the key is gone' [ ! -e key-destruction/tree/media/cellar/keys/prod-code-signing-g1.key ]
is 3 cellar status -C key-destruction/tree/media/cellar
check 'no copy of it is asked for' ! grep -q 'copy to destroy' out
check 'there are ready scripts' [ "$checks" -ge 42 ]
finish
