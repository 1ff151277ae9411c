#!/bin/bash
# All ready scripts rehearsed at a pseudo-terminal, end to end, and their records checked as somebody
# outside would; shares are answered as shown, once also written down and typed.
. "$(dirname "$0")/lib.sh"
sed 's/^any:/&\n  shares: as shown/' "$here/answers.yaml" >answers.yaml
ready=("$source_dir"/ceremony/scripts/*.yaml)
for script in "${ready[@]}"; do
    name=$(basename "$script" .yaml)
    check "$name at a terminal" python3 "$here/rehearsals.py" "$script" "$name"
    works cellar verify --ceremony "$name/record"
    says '^Rehearsal +yes'
    says '^Ended +after its last step$'
    says '^Steps left out +0$'
    check "$name: the script as it is" cmp -s "$script" "$name/record/script.yaml"
done
mkdir sheets
works python3 "$here/custodians.py" sheets genesis cellar ceremony rehearse "$source_dir/ceremony/scripts/root-genesis-shares.yaml" \
    --to typed --answers "$here/answers.yaml"
says '^Steps done +22$'
check 'shares that were typed are files' [ ! -e typed/shares ]
check 'shares that were not typed are no files' [ -s root-genesis-shares/shares/root-g1/root-g1-share-5.txt ]
# What a script calls a key names a directory: of the rehearsal, and of no other place.
sed 's|key: root-g1|key: ../tree|' "$source_dir/ceremony/scripts/root-genesis-shares.yaml" >up.yaml
fails 2 'is no name of a key' cellar ceremony rehearse up.yaml --to up --answers answers.yaml
check 'its tree is gone' [ -s up/tree/media/cellar/cellar.db ]
check 'the key is gone' [ ! -e key-destruction/tree/media/cellar/keys/prod-code-signing-g1.key ]
is 3 cellar status -C key-destruction/tree/media/cellar
check 'no copy of it is asked for' ! grep -q 'copy to destroy' out
check 'there are ready scripts' [ "${#ready[@]}" -ge 9 ]
finish
