#!/bin/bash
# cellar init: what a hierarchy file makes, and what it may not.
. "$(dirname "$0")/lib.sh"

works cellar init --example
cp out example.yaml
check 'the example starts with a comment' grep -q '^# ' example.yaml
works cellar init example.yaml -C from-example
json 0 cellar-init 'result["hierarchy"].startswith("# ")' cellar init --example
refuses 2 '--example prints a file' cellar init --example extra
refuses 2 '--example prints a file' cellar init --example --update example.yaml -C from-example

hierarchy
works cellar init hierarchy.yaml -C empty/../fresh --dry-run
check '--dry-run made a directory' [ ! -e fresh ]
json 0 cellar-init 'True' cellar init hierarchy.yaml -C fresh --dry-run
check '--dry-run --json made a directory' [ ! -e fresh ]
works cellar init hierarchy.yaml -C fresh
says '^ *Next: .*cellar root main'
for path in fresh fresh/cellar.db fresh/keys; do
    check "$path is open to others" [ "$(stat -c %a "$path" | cut -c 2-)" = 00 ]
done
mkdir empty
works cellar init hierarchy.yaml -C empty
json 0 cellar-init '"Next" not in result and result' cellar init hierarchy.yaml -C other
keeps fresh refuses 4 'exists|not empty' cellar init hierarchy.yaml -C fresh
json 4 cellar-init 'error["code"] in ("exists", "state")' cellar init hierarchy.yaml -C fresh

# The environment's cellar, and the current directory.
CELLAR_DIR=$work/by-environment works cellar init hierarchy.yaml
check 'CELLAR_DIR is not taken' [ -f by-environment/cellar.db ]
mkdir here && cp hierarchy.yaml here-hierarchy.yaml
(cd here && cellar init ../hierarchy.yaml >/dev/null 2>&1)
check 'the current directory is not taken' [ -f here/cellar.db ]

# Update: nothing, a change, a refusal.
keeps fresh works cellar init --update hierarchy.yaml -C fresh --dry-run
works cellar init --update hierarchy.yaml -C fresh
sed 's/leaf_life: 90d/leaf_life: 60d/' hierarchy.yaml >changed.yaml
keeps fresh works cellar init --update changed.yaml -C fresh --dry-run
says '60d'
fails 4 'not confirmed: give --confirm "update"' cellar init --update changed.yaml -C fresh
fails 4 'not confirmed' cellar init --update changed.yaml -C fresh --confirm upgrade
works cellar init --update changed.yaml -C fresh --confirm update
works cellar init --update changed.yaml -C fresh --dry-run
check 'the change is still a change' ! grep -q 60d out
refuses 8 'cellar' cellar init --update changed.yaml -C nowhere

# Files that cannot be read: usage. Nothing is made.
rejects() { # STATUS TEXT FILE
    refuses "$1" "$2" cellar init "$3" -C rejected
    check "$3: a cellar was made" [ ! -e rejected ]
}
refuses 2 'HIERARCHY.yaml is missing' cellar init -C rejected
rejects 2 'nowhere.yaml: no such file' nowhere.yaml
rejects 2 'regular' .
mkfifo fifo
rejects 2 'regular' fifo
ln -s hierarchy.yaml link
rejects 2 'link' link
: >nothing
rejects 2 'empty' nothing
head -c 300000 /dev/zero | tr '\0' '#' >large.yaml
rejects 2 'more than the 262144' large.yaml
rejects 2 'UTF-8|NUL|control' /usr/bin/true
printf 'hierarchy: 1\norganization: \xff\xfe\n' >bytes.yaml
rejects 2 'bytes.yaml' bytes.yaml

# Each breach is named with its line.
breaks() { # STATUS TEXT SED
    sed -E "$3" hierarchy.yaml >broken.yaml
    check "$3: changes nothing" ! cmp -s hierarchy.yaml broken.yaml
    rejects "$1" "broken.yaml:[0-9]+:[0-9]+: .*($2)" broken.yaml
}
breaks 2 'version' 's/^hierarchy: 1/hierarchy: 2/'
breaks 2 'colour' 's/^country: DE/colour: red/'
breaks 2 'organization' 's/^country: DE/organization: Twice Corp/'
breaks 2 'anchor|alias' 's/^country: DE/country: \&a DE/'
breaks 2 'tag' 's/^country: DE/country: !!str DE/'
breaks 2 'write this as a block' 's/^country: DE/country: {a: b}/'
breaks 2 'tab' 's/^country: DE/country:\tDE/'
breaks 2 'algorithm' '0,/key: ecdsa-p256/s//key: ecdsa-p192/'
breaks 2 'name' 's/^  dev:/  Dev:/'
breaks 2 'name' 's/^  dev:/  ..\/x:/'
breaks 2 'unit|length|period' 's/validity: 20y/validity: 20/'
breaks 4 'longer than' '0,/validity: 15mo/s//validity: 21y/'
breaks 4 'shorter than' '0,/validity: 15mo/s//validity: 5mo/'
breaks 4 'used twice' 's/Test Dev Code/Test Prod Code/'
breaks 4 'appended' 's/Test Dev Code Signing CA/Test Dev Code Signing CA G1/'
breaks 4 'http://' '0,/crl_url: http/s//crl_url: https/'
breaks 2 'neither enforce nor record' 's/air_gap: enforce/air_gap: maybe/'

refuses 2 'unknown option' cellar init hierarchy.yaml -C rejected --force
refuses 2 'unexpected' cellar init hierarchy.yaml more.yaml -C rejected
refuses 2 'needs a value' cellar init hierarchy.yaml -C
refuses 2 'twice' cellar init hierarchy.yaml -C rejected -C rejected
finish
