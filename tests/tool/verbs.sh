#!/bin/bash
# Tools with verbs: what a verb would ignore is refused before anything is read or made, and no
# option is refused by all of them.
. "$(dirname "$0")/lib.sh"

refuses 2 'list takes no .-copy; see' cellar key list --copy x -C nowhere
refuses 2 'unexpected "foo"' cellar key list foo -C nowhere
refuses 2 'test takes no .-key' cellar key test K --copy x --to y --key rot13
refuses 2 'test takes no .-dry-run' cellar key test K --dry-run
refuses 2 'csr takes no .-cellar' cellar key csr --common-name x --to made -C nowhere
refuses 2 'csr needs .-to DIR' cellar key csr --common-name x
refuses 2 'split takes no .-to-passphrase' cellar share split K --shares 2of3 --to-passphrase
refuses 2 'test takes no .-shares' cellar share test --shares 2of3
refuses 2 'duties takes no .-abandon' cellar ceremony duties foo --abandon
refuses 2 'unexpected "foo"' cellar ceremony duties foo
refuses 2 'lint takes no .-to' cellar ceremony lint S --to x.pdf
refuses 2 'lint takes no .-image' cellar ceremony lint S --image nowhere
refuses 2 'rehearse takes no .-image' cellar ceremony rehearse S --image nowhere
refuses 2 'unexpected "T"' cellar ceremony print S T --to x.txt
refuses 2 'what to do is missing' cellar key
refuses 2 'unknown verb "tset"' cellar key tset K
json 2 cellar-share 'error["text"].startswith("test takes no --groups")' cellar share test --groups 2
works cellar key list --help

verbs_of() {
    cellar "$1" --help | awk -v tool="$1" '$1 == "cellar" && $2 == tool { print $3 }' | sort -u
}

# Some verb takes it: then it is something else that is wrong, or nothing.
takers() {
    local verb value=x
    [ "$3" != TIME ] || value=@0
    for verb in $(verbs_of "$1"); do
        cellar "$1" "$verb" "--$2" ${3:+"$value"} --no-input >out 2>err </dev/null
        grep -q 'takes no' err || echo "$verb"
    done
}

for tool in key share ceremony; do
    while IFS=$'\t' read -r name value; do
        check "cellar $tool --$name: no verb takes it" [ -n "$(takers "$tool" "$name" "$value")" ]
    done < <(cellar "$tool" --spec | awk -F '\t' '$1 == "option" { print $3 "\t" $4 }' |
        grep -vE '^(no-input|json|no-color|help|version|spec)\s')
done
check 'something was made' [ "$(find . -mindepth 1 | sort | xargs)" = './err ./out ./why' ]
finish
