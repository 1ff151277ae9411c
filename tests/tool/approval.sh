#!/bin/bash
# Two-phase approval: what --prepare wrote out and reserved is what --approved signs, and nothing
# else; the words come from the sheet that was looked at.
# shellcheck disable=SC2317 # functions here are called by check
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
cellar export -C cellar >out 2>err || bad 'fixture: export'
title='Test Prod Code Signing CA'

# words DIR: of the sheet, as the person outside reckons them: sha256sum, and words.txt has the same.
words() {
    local hex
    hex=$(sha256sum <"$1/approve.txt" | cut -d ' ' -f 1)
    check "$1/words.txt is of another sheet" grep -q "^$hex  approve.txt" "$1/words.txt"
    words=$(head -n 1 "$1/words.txt")
}

# holds DIR CERTIFICATE NAME: what was signed has the body that was prepared.
holds() {
    python3 - "$1/$3.tbs" "$2" <<'PY'
import base64, re, sys
body = open(sys.argv[1], "rb").read()
pem = open(sys.argv[2]).read()
ders = [base64.b64decode(b) for b in re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", pem, re.S)]
sys.exit(not any(body in der for der in ders))
PY
}

# A line's first generations, with keys that are made here.
with root-g1 prod-tls-g1 prod-tls-g2
issue=(cellar issue prod tls -C cellar "${secrets[@]}")
keeps cellar fails 2 'first half' "${issue[@]}" --prepare one --dry-run
keeps cellar fails 4 'nothing waits for these words' "${issue[@]}" --dry-run \
    --approved "$(printf '00%.0s' {1..32})"
keeps cellar refuses 2 '31 octets are given' "${issue[@]}" --dry-run --approved "$(printf '00%.0s' {1..31})"
keeps cellar refuses 2 'approved' "${issue[@]}" --dry-run --approved 'no such words'
fails 4 'not confirmed' "${issue[@]}" --prepare one
check 'nothing was written' [ ! -e one ]
mkdir taken
fails 4 'taken' "${issue[@]}" --prepare taken --confirm 'Test Prod TLS CA G1'
works "${issue[@]}" --prepare one --confirm 'Test Prod TLS CA G1'
says 'one/approve.txt'
says 'Sign until +2026-03-31T12:00:00Z'
words one
head -n 1 one/words.txt >words.only
says "$(cut -d ' ' -f 1-3 words.only)"
check 'the sheet names both bodies' [ "$(grep -c '^sign: ' one/approve.txt)" = 2 ]
check 'the bodies are those of the sheet' [ "$(sed -n 's/^  sha256: //p' one/approve.txt)" = \
    "$(sha256sum <one/prod-tls-g1.tbs | cut -d ' ' -f 1; sha256sum <one/prod-tls-g2.tbs | cut -d ' ' -f 1)" ]
works cellar lint one/review.pem
check 'the draft can be read' grep -q 'CN=Test Prod TLS CA G2' one/draft.txt
is 3 cellar status -C cellar
says 'What +prod-tls-g1$'
says 'Waits for +--approved WORDS$'
check 'status does not give the words away' ! grep -qf words.only out
json 3 cellar-status "result['prepared'][0]['command'].startswith('cellar issue prod tls -C cellar ')" cellar status -C cellar
CELLAR_TEST_NOW=2026-03-31T12:00:00Z json 3 cellar-status \
    "result['prepared'][0]['waits_for'] == '--approved WORDS'" cellar status -C cellar
CELLAR_TEST_NOW=2026-03-31T12:00:01Z is 3 cellar status -C cellar
says 'Waits for +nothing: it is too late$'
says 'Sign until +2026-03-31T12:00:00Z$'
says 'Command +cellar issue prod tls -C cellar '
works cellar audit -C cellar
check 'audit says nothing of keys that wait' ! grep -q 'Left by' out
mkdir medium
works cellar backup --to medium -C cellar

# Nobody has signed yet; hours later, and whatever became of the directory, the words are enough.
check 'both keys are sealed' [ -s cellar/keys/prod-tls-g1.key ] && [ -s cellar/keys/prod-tls-g2.key ]
rm -rf held
cp -r cellar held
export CELLAR_TEST_NOW=2026-03-02T10:00:00Z
keeps cellar works "${issue[@]}" --approved "$words" --dry-run
says 'Not before +2026-03-01T11:55:00Z'
keeps cellar fails 4 'prod-tls-g1' cellar issue prod tls -C cellar --dry-run --approved "$words" \
    --passphrase-file secrets/root-g1.txt
keeps cellar fails 4 'not what was prepared' cellar crl root-g1 -C cellar "${secrets[@]}" --dry-run --approved "$words"
keeps cellar fails 2 'one at a time' cellar crl --due -C cellar "${secrets[@]}" --approved "$words" --confirm ALL
CELLAR_TEST_NOW=2026-04-01T12:00:00Z keeps cellar fails 4 'was to be signed until 2026-03-31T12:00:00Z' \
    "${issue[@]}" --approved "$words" --dry-run
CELLAR_TEST_ROOM=$wired fails 4 eth0 "${issue[@]}" --approved "$words" --confirm 'Test Prod TLS CA G1'
fails 4 'not confirmed' "${issue[@]}" --approved "$words"
printf 'wrong-passphrase of somebody 73\n' >wrong.txt
fails 4 passphrase cellar issue prod tls -C cellar --approved "$words" --confirm 'Test Prod TLS CA G1' \
    --passphrase-file root-g1=wrong.txt "${secrets[@]:2}"
works "${issue[@]}" --approved "$words" --confirm 'Test Prod TLS CA G1'
says '2027-06'
works cellar audit -C cellar
is '0|3' cellar status -C cellar
check 'nothing waits any more' ! grep -q '^Prepared' out
works cellar export -C cellar
check 'G1 holds the approved body' holds one cellar/exports/prod/tls/g1/chain.pem prod-tls-g1
fails 4 'nothing waits for these words' "${issue[@]}" --approved "$words" --dry-run
check 'the journal ties them' python3 - "$(sha256sum <one/approve.txt | cut -d ' ' -f 1)" <<'PY'
import sqlite3, sys
rows = sqlite3.connect("file:cellar/cellar.db?mode=ro", uri=True).execute(
    "SELECT action FROM journal WHERE detail LIKE '%' || ? ORDER BY id", sys.argv[1:]).fetchall()
sys.exit(rows != [("prepare",), ("issue",)])
PY

# What was changed outside, or is of another copy of the cellar, has other words.
sed -i 's/prod-tls-g2/prod-tls-g3/' one/approve.txt
fails 4 'nothing waits' cellar issue prod tls -C held "${secrets[@]}" --dry-run \
    --approved "$(sha256sum <one/approve.txt | cut -d ' ' -f 1)"

# Trust has changed since: prepared in vain, and said so.
with root-g1
works cellar crl root-g1 -C held "${secrets[@]}" --confirm 'Test Root CA'
with root-g1 prod-tls-g1 prod-tls-g2
fails 4 'what verifiers trust has changed since' cellar issue prod tls -C held "${secrets[@]}" \
    --approved "$words" --dry-run
is 3 cellar status -C held
says 'Waits for +nothing: trust has changed since$'

mkdir aside

# A rotation: its change of states is on the sheet; cut off after it was prepared, nothing is lost.
export CELLAR_TEST_NOW=2026-06-02T00:00:00Z
with root-g1 prod-code-signing-g3
rotate=(cellar rotate prod code-signing -C cellar "${secrets[@]}")
works "${rotate[@]}" --prepare two --confirm "$title G2"
words two
check 'the change is on the sheet' grep -q 'change: prod-code-signing-g1 from active to retiring' two/approve.txt
works cellar export prod -C cellar
fails 4 'not what was prepared|not what was approved' "${rotate[@]}" --promote-only --approved "$words" --dry-run
rm -rf held
cp -r cellar held
mv cellar/keys/prod-code-signing-g3.key aside/
keeps cellar fails '1|2|4' 'whose key was prepared' "${rotate[@]}" --approved "$words" --dry-run
cp cellar/keys/prod-code-signing-g2.key cellar/keys/prod-code-signing-g3.key
keeps cellar fails '4' 'passphrase' "${rotate[@]}" --approved "$words" --dry-run
mv aside/prod-code-signing-g3.key cellar/keys/
works "${rotate[@]}" --approved "$words" --confirm "$title G2"
works cellar export prod -C cellar
check 'G3 holds the approved body' holds two cellar/exports/prod/code-signing/cosign/chain.pem prod-code-signing-g3
works cellar audit -C cellar

# Prepared again: the first words are over; begun without words: so are the second.
with root-g1 prod-code-signing-g3
rotate=(cellar rotate prod code-signing -C held "${secrets[@]}")
first=$words
works "${rotate[@]}" --prepare three --confirm "$title G2"
words three
fails 4 'nothing waits' "${rotate[@]}" --approved "$first" --dry-run
works "${rotate[@]}" --approved "$words" --dry-run
works "${rotate[@]}" --confirm "$title G2"
fails 4 'nothing waits' cellar rotate prod code-signing -C held "${secrets[@]}" --approved "$words" --now --dry-run
works cellar audit -C held

# A list, and a key from elsewhere.
with root-g1
works cellar crl root-g1 -C cellar "${secrets[@]}" --prepare list --confirm 'Test Root CA'
words list
export CELLAR_TEST_NOW=2026-06-02T08:00:00Z
CELLAR_TEST_NOW=2026-06-01T20:00:00Z fails 4 'the clock says earlier' cellar crl root-g1 -C cellar "${secrets[@]}" \
    --approved "$words" --override clock-is-right --dry-run
CELLAR_TEST_ROOM=$wired works cellar crl root-g1 -C cellar "${secrets[@]}" --approved "$words" \
    --override network-is-up --confirm 'Test Root CA'
check 'what was overruled in the room is journaled' [ "$(sqlite3 cellar/cellar.db \
    "SELECT detail LIKE '%overruled by network-is-up%' FROM journal WHERE action = 'crl' ORDER BY id DESC LIMIT 1")" = 1 ]
says '2026-06-01T23:55:00Z'
check 'the list holds the approved body' python3 - list/root-g1.tbs cellar/crls <<'PY'
import pathlib, sys
body = open(sys.argv[1], "rb").read()
sys.exit(not any(body in p.read_bytes() for p in pathlib.Path(sys.argv[2]).iterdir()))
PY
request web.csr
request other.csr
with prod-tls-g1
leaf=(cellar issue prod tls -C cellar --leaf tls-server --dns a.example "${secrets[@]}")
works "${leaf[@]}" --csr web.csr --prepare leaf --confirm a.example
words leaf
keeps cellar fails 4 'not what was prepared' "${leaf[@]}" --csr other.csr --approved "$words" --dry-run
keeps cellar fails 4 'not what was prepared' "${leaf[@]}" --dns b.example --csr web.csr --approved "$words" --dry-run
works "${leaf[@]}" --csr web.csr --approved "$words" --confirm a.example
works cellar audit -C cellar
works cellar key destroy prod-tls-g1 --override key-is-needed --dry-run -C cellar
says 'backup-[0-9]+ '

# In a ceremony: the step signs what was approved for it, and nothing else.
sed "s/: as shown/: Test Root CA/; s/2026-03-01T12:00:01Z/2026-06-02T08:00:01Z/; s/^any:/&\n  decision: stop/
    s/^any:/&\n  exception-expected: a draft\n  exception-happened: none\n  exception-decided: to stop\n  exception-who: AB/" \
    "$here/answers.yaml" >answers.yaml
short=$source_dir/tests/fixtures/ceremony/short.yaml
with root-g1
works cellar crl root-g1 -C cellar "${secrets[@]}" --prepare refresh --confirm 'Test Root CA'
words refresh
ceremony=(cellar ceremony run "$short" -C cellar "${secrets[@]}" --answers answers.yaml)
keeps cellar refuses 2 'step 040 does nothing that can be prepared' "${ceremony[@]}" --record none --approved "040=$words"
keeps cellar refuses 2 'has no step 050' "${ceremony[@]}" --record none --approved "050=$words"
keeps cellar refuses 2 'approved twice' "${ceremony[@]}" --record none --approved "$words" --approved "030=$words"
keeps cellar refuses 2 'approved: 31 octets are given' "${ceremony[@]}" --record none --approved "$(printf '00%.0s' {1..31})"
refuses 2 'rehearse takes no .-approved' cellar ceremony rehearse "$short" --to none --approved "$words"
check 'nothing was begun' [ ! -e none ]
keeps cellar is 6 "${ceremony[@]}" --record wrong --approved "030=$(printf '00%.0s' {1..32})"
warns 'nothing waits for these words'
check 'nothing was to be signed' ! grep -q '"event": "intend"' wrong/transcript.jsonl
works cellar verify --ceremony wrong
sed '/^  head:/d' answers.yaml >few.yaml
is 4 "${ceremony[@]/answers.yaml/few.yaml}" --record approved --approved "$words" --sheet refresh/approve.txt
warns 'nobody can be asked for head'
refuses 4 'began with other words for step 030' "${ceremony[@]}" --record approved --approved "$(printf '00%.0s' {1..32})"
keeps cellar refuses 2 'none that --approved has' "${ceremony[@]}" --record approved --sheet answers.yaml
works "${ceremony[@]}" --record approved
check 'the sheet is kept' cmp -s refresh/approve.txt approved/evidence/030-approve.txt
hex=$(sha256sum <refresh/approve.txt | cut -d ' ' -f 1)
check 'three lines tie it' [ "$(grep -c "\"body\": \"$hex\"" approved/transcript.jsonl)" = 3 ]
json 0 cellar-verify "result['approved'][0]['step'] == '030'" cellar verify --ceremony approved
check 'as the sheet has it' grep -q "${hex:0:4}.*${hex:60:4}" out
check 'the list that was kept holds the approved body' python3 - refresh/root-g1.tbs approved/evidence <<'PY'
import pathlib, sys
body = open(sys.argv[1], "rb").read()
sys.exit(not any(body in p.read_bytes() for p in pathlib.Path(sys.argv[2]).iterdir()))
PY
works cellar ceremony report approved --to approved.html
works cellar verify --ceremony approved --report approved.html
works cellar audit -C cellar

# The words in a file of answers.
with root-g1
works cellar crl root-g1 -C cellar "${secrets[@]}" --prepare again --confirm 'Test Root CA'
words again
{ cat answers.yaml && printf 'steps:\n  - id: "030"\n    approved: %s\n' "$words"; } >with.yaml
works "${ceremony[@]/answers.yaml/with.yaml}" --record answered
check 'they are the record'"'"'s' grep -q '"event": "begin".*"step": "030", "body": "'"$(sha256sum <again/approve.txt | cut -c 1-64)" answered/transcript.jsonl
sed 's/"030"/"040"/' with.yaml >wrong.yaml
refuses 2 'wrong.yaml:.*step 040 does not ask for "approved"' "${ceremony[@]/answers.yaml/wrong.yaml}" --record none
with root-g1
fails 4 'nothing is signed' cellar rotate prod code-signing --revert -C cellar --prepare five --confirm "$title G1"
finish
