#!/bin/bash
# Which fields --json has, tool by tool: pinned in tests/golden/json.txt, named in docs/JSON.md.
# After an intended change:   UPDATE=1 tests/tool/json.sh BUILD_DIRECTORY
. "$(dirname "$0")/lib.sh"
golden=$source_dir/tests/golden/json.txt

fields() { # STATUS COMMAND...
    local expected=$1
    shift
    run "$@" --json
    [ "$status" -eq "$expected" ] || bad "$last: status $status, not $expected"
    python3 "$here/fields.py" <out >>fields || bad "$last: no JSON"
    ok
}

hierarchy
fields 0 cellar init --example
fields 0 cellar init hierarchy.yaml -C cellar --dry-run
fields 0 cellar init hierarchy.yaml -C cellar
sed 's/leaf_life: 90d/leaf_life: 60d/' hierarchy.yaml >changed.yaml
fields 0 cellar init --update changed.yaml -C cellar --dry-run
fields 0 cellar init --update changed.yaml -C cellar --confirm update
with root-g1
printf '123456%.0s' {1..17} >rolls.txt
fields 0 cellar root main -C cellar --dry-run
fields 0 cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA' --dice-file rolls.txt
for purpose in code-signing time-stamping tls; do
    line_keys prod $purpose
    with root-g1 "${keys[@]}"
    fields 0 cellar issue prod $purpose -C cellar --dry-run
    fields 0 cellar issue prod $purpose -C cellar "${secrets[@]}" --confirm "$(line_title prod $purpose) G1"
done
request leaf.csr -addext 'subjectAltName=DNS:other.example'
with prod-tls-g1
leaf=(cellar issue prod tls --leaf tls-server --csr leaf.csr --dns a.example -C cellar "${secrets[@]}")
fields 0 "${leaf[@]}" --dry-run
fields 0 "${leaf[@]}" --confirm a.example
fields 3 cellar status -C cellar
fields 0 cellar export -C cellar --dry-run
fields 0 cellar export -C cellar
cp -r cellar lost # its root, below
fields 0 cellar export prod code-signing --for fulcio --with-key --to handover -C cellar
mkdir live
fields 0 cellar install fulcio --from handover --to live --dry-run
fields 0 cellar install fulcio --from handover --to live --confirm 'Test Prod Code Signing CA G1'
echo older >live/chain.pem
with root-g1
cp cellar/keys/root-g1.key live/key.pem
fields 0 cellar install fulcio --from handover --to live --confirm 'Test Prod Code Signing CA G1' \
    --passphrase-file secrets/prod-code-signing-g1.txt
fields 0 cellar install fulcio --from handover --to live
with root-g1
fields 0 cellar crl root-g1 -C cellar --dry-run
fields 0 cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
fields 3 cellar status -C cellar
fields 0 cellar status --since 1 -C cellar
fields 4 cellar status --since 999 -C cellar
fields 0 cellar status --since "$(sqlite3 cellar/cellar.db 'SELECT max(id) FROM journal')" -C cellar
fields 0 cellar status --calendar -C cellar
fields 0 cellar audit -C cellar
with root-g1
fields 0 cellar crl root-g1 -C cellar "${secrets[@]}" --prepare list --confirm 'Test Root CA'
fields 3 cellar status -C cellar
with root-g1 prod-code-signing-g3
fields 0 cellar rotate prod code-signing --now -C cellar --dry-run
fields 0 cellar rotate prod code-signing --now -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G2'
fields 0 cellar rotate prod tls --now --promote-only -C cellar --dry-run
fields 0 cellar rotate prod tls --now --promote-only -C cellar --confirm 'Test Prod TLS CA G2'
fields 0 cellar rotate --all -C cellar
cat cellar/exports/prod/code-signing/g2/chain.pem >g2.pem
fields 0 cellar cutover prod code-signing --at 2026-03-01T12:00:00Z -C cellar --dry-run
fields 0 cellar cutover prod code-signing --at 2026-03-01T12:00:00Z --proof g2.pem -C cellar --dry-run
fields 0 cellar cutover prod code-signing --at 2026-03-01T12:00:00Z -C cellar --confirm 'Test Prod Code Signing CA G2'
tls=$(sqlite3 cellar/cellar.db "SELECT hex(c.serial) FROM certificate c JOIN authority a ON a.id = c.authority
    WHERE a.name = 'prod-tls-g2'")
revoke=(cellar revoke "$tls" --reason keyCompromise --invalid-since 2026-03-01T11:58:00Z -C cellar)
fields 0 "${revoke[@]}" --dry-run
fields 0 "${revoke[@]}" --confirm 'Test Prod TLS CA G2'
with root-g1
fields 0 cellar crl --due --within 1h -C cellar "${secrets[@]}" --confirm 'Test Root CA' --dry-run
fields 0 cellar key list -C cellar
with key
fields 0 cellar key csr --common-name Test --to made "${secrets[@]}" --dry-run
fields 0 cellar key csr --common-name Test --to made "${secrets[@]}" --dice-file rolls.txt
fields 0 cellar key test made/key.key --passphrase-file secrets/key.txt
fields 0 cellar key passphrase made/key.key --passphrase-file secrets/key.txt --passphrase-file new=secrets/root-g1.txt
with root-g1
shares=()
for i in 1 2 3; do shares+=(--share-file "shares/root-g1-share-$i.txt"); done
split=(cellar share split root-g1 --shares 2of3 --to shares -C cellar "${secrets[@]}")
fields 0 "${split[@]}" --dry-run
fields 0 "${split[@]}" "${shares[@]}"
fields 0 cellar share test -C cellar "${shares[@]}"
fields 0 cellar share combine root-g1 -C cellar "${shares[@]}"
fields 3 cellar status -C cellar
fields 0 cellar share combine root-g1 -C cellar "${shares[@]}" --to-passphrase "${secrets[@]}" --dry-run
fields 0 cellar share combine root-g1 -C cellar "${shares[@]}" --to-passphrase "${secrets[@]}"
mkdir groups
cp made/key.key groups/key.key
shares=()
for i in 1-share-1 2-share-1 2-share-2; do shares+=(--share-file "groups/made/key.key-group-$i.txt"); done
fields 0 cellar share split groups/key.key --shares 1of1 --shares 2of2 --to groups/made "${shares[@]}" \
    --passphrase-file secrets/root-g1.txt
fields 0 cellar share test "${shares[@]}"
fields 0 cellar show handover/chain.pem made/key.csr made/key.key cellar/exports/prod/anchors.pem
fields 0 cellar show --frames made/key.csr
python3 -c 'import json; print(*json.load(open("out"))["result"]["frames"], sep="\n")' >scanned.txt
fields 0 cellar show --frames-to made.svg made/key.csr --dry-run
fields 0 cellar show --from-frames scanned.txt --to scanned.csr --dry-run
fields 0 cellar verify --anchor cellar/exports/prod/anchors.pem handover/chain.pem
fields 3 cellar verify --anchor cellar/exports/prod/anchors.pem --purpose tls-server handover/chain.pem
fields 0 cellar lint handover/chain.pem
fields 3 cellar lint --profile tls-ca handover/chain.pem
good=$source_dir/tests/fixtures/ceremony/good.yaml
fields 0 cellar ceremony lint "$good"
fields 0 cellar ceremony duties
fields 0 cellar ceremony room --image "$good" --second-clock "$CELLAR_TEST_NOW"
fields 0 cellar ceremony print "$good" --to booklet.txt --dry-run
fields 0 cellar ceremony print "$good" --to booklet.txt
fields 3 cellar ceremony lint "$good" --at 2027-03-01
sed 's/: as shown/: Test Root CA/' "$here/answers.yaml" >answers.yaml
with root-g1
fields 0 cellar crl root-g1 -C cellar "${secrets[@]}" --prepare sheet --confirm 'Test Root CA'
fields 0 cellar ceremony run "$source_dir/tests/fixtures/ceremony/short.yaml" -C cellar --record record \
    --answers answers.yaml "${secrets[@]}" --approved "$(sha256sum <sheet/approve.txt | cut -d ' ' -f 1)"
fields 0 cellar verify --ceremony record
fields 4 cellar ceremony run "$source_dir/tests/fixtures/ceremony/short.yaml" -C cellar --record record
python3 "$here/transcript.py" "$good" "$source_dir/libpki/base/words.c" held
fields 0 cellar ceremony report held --to held.html --dry-run
fields 0 cellar ceremony report held --to held.html
fields 0 cellar verify --ceremony held --report held.html
python3 "$here/security_key.py" ed25519 token held/head.txt root-cellar-ceremony
cp token.sig held/witness-token.sig
fields 0 cellar verify --ceremony held --witness token.pub
fields 0 cellar audit --seal --ceremony held -C cellar --dry-run
fields 0 cellar audit --seal --ceremony held -C cellar "${secrets[@]}" --confirm 'Test Root CA'
fields 0 cellar report -C cellar --to cellar.html --dry-run
fields 0 cellar report -C cellar --to cellar.html

mkdir medium
fields 0 cellar backup --to medium -C cellar --dry-run
fields 0 cellar backup --to medium -C cellar
fields 0 cellar restore medium/cellar-*-0001 --to restored --confirm nothing-seen --dry-run
CELLAR_TEST_NOW=2026-03-01T12:10:00Z
fields 0 cellar export -C cellar
with root-g1
fields 0 cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
fields 0 cellar export -C cellar
fields 0 cellar restore medium/cellar-*-0001 --to restored --seen cellar/exports/prod/manifest.json
mapfile -t lists < <(find cellar/exports/prod -name '*.crl')
reconcile=(cellar reconcile cellar/exports/prod/manifest.json "${lists[@]}" -C restored)
fields 0 "${reconcile[@]}" --dry-run
fields 3 cellar status -C restored
fields 0 "${reconcile[@]}" --confirm 'Test Corp'
fields 0 cellar key destroy prod-tls-g2 -C cellar --dry-run
fields 0 cellar key destroy prod-tls-g2 -C cellar --confirm 'Test Prod TLS CA G2'
fields 3 cellar status -C cellar
fields 0 cellar key destroy prod-tls-g2 -C cellar --copy "backup-$(sqlite3 cellar/cellar.db \
    "SELECT id FROM journal WHERE action = 'backed-up'")"

with root-g1 root-g2
succeed=(cellar root main --succeed -C lost "${secrets[@]}" --confirm 'Test Root CA G2')
fields 0 "${succeed[@]}" --dry-run
fields 0 "${succeed[@]}" --prepare successor
fields 0 "${succeed[@]}" --approved "$(head -n 4 successor/words.txt | sed '/^$/q' | tr '\n' ' ')"
roots=$(sqlite3 lost/cellar.db "SELECT hex(c.serial) FROM certificate c JOIN authority a ON a.id = c.authority
    WHERE c.profile = 'root' ORDER BY a.generation")
fields 0 cellar revoke "${roots%%[!0-9A-F]*}" --reason keyCompromise -C lost --confirm 'Test Root CA'
with root-g2 prod-tls-g3
fields 0 cellar issue prod tls -C lost --dry-run
fields 0 cellar issue prod tls -C lost "${secrets[@]}" --confirm 'Test Prod TLS CA G3'
fields 0 cellar revoke "${roots##*[!0-9A-F]}" --reason keyCompromise -C lost --confirm 'Test Root CA G2'
fields 0 cellar root main --succeed -C lost --dry-run

sort -u fields >made.txt
[ -z "${UPDATE:-}" ] || cp made.txt "$golden"
diff -u "$golden" made.txt || bad 'the fields have changed: is it meant? then UPDATE=1, and docs/JSON.md'
while read -r tool field _; do
    field=${field%%[.[]*}
    sed -n "/^## $tool\$/,/^## /p" "$source_dir/docs/JSON.md" | grep -q "\`${field}[\`.[]" ||
        bad "docs/JSON.md: $tool has no $field"
done <made.txt
finish
