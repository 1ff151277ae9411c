#!/bin/bash
# cellar backup, restore, reconcile: an old backup never takes back what was revoked since, and no
# number is used twice.
. "$(dirname "$0")/lib.sh"

# at SECONDS_LATER: the clock of every later command.
begin=$(date -ud 2026-03-01T12:00:00Z +%s)
at() {
    CELLAR_TEST_NOW=$(date -ud "@$((begin + $1))" +%Y-%m-%dT%H:%M:%SZ)
}
query() { # CELLAR SQL
    sqlite3 "$1/cellar.db" "$2"
}
serial_of() { # CELLAR AUTHORITY
    query "$1" "SELECT lower(hex(c.serial)) FROM certificate c
        JOIN authority a ON a.id = c.authority WHERE a.name = '$2'"
}
newest() { # CELLAR: number of the root's last CRL
    query "$1" "SELECT max(number) FROM crl WHERE issuer = 1"
}
# shellcheck disable=SC2317 # called through works and refuses
sign_crl() { # CELLAR
    with root-g1
    cellar crl root-g1 -C "$1" "${secrets[@]}" --confirm 'Test Root CA'
}

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod tls
works cellar export -C cellar
mkdir cellar/ceremonies/first
echo 'what was said' >cellar/ceremonies/first/transcript.txt
: >cellar/ceremonies/first/empty.txt

# --- a backup ---------------------------------------------------------------------------------
mkdir medium
run cellar status -C cellar
check 'a backup is due within the first day' ! grep -q 'cellar backup' out
at 86400
is 3 cellar status -C cellar
says 'cellar backup --to DIR'
at 0
refuses 2 'DIR is missing' cellar backup -C cellar
keeps cellar refuses 2 'no such directory' cellar backup --to nowhere -C cellar
for inside in cellar cellar/exports/prod cellar/keys; do
    keeps cellar refuses 2 'lies inside the cellar' cellar backup --to $inside -C cellar
done
keeps cellar keeps medium works cellar backup --to medium -C cellar --dry-run
at -86400
keeps cellar keeps medium refuses 4 'clock-is-right' cellar backup --to medium -C cellar
at 0
exec {held}<medium
flock "$held"
keeps cellar keeps medium refuses 7 'another process is at work in medium' cellar backup --to medium -C cellar
exec {held}<&-
works cellar backup --to medium -C cellar
says 'same file system'
generation=$(basename medium/cellar-*-0001)
check 'a complete backup' [ -s "medium/$generation/cellar.db" ]
check 'nothing else on the medium' [ "$(ls -A medium)" = "$generation" ]
check 'a key differs' cmp cellar/keys/root-g1.key "medium/$generation/keys/root-g1.key"
check 'a ceremony differs' cmp cellar/ceremonies/first/transcript.txt \
    "medium/$generation/ceremonies/first/transcript.txt"
check 'a link on the medium' [ -z "$(find medium -type l)" ]
check 'the copy knows of itself' [ "$(query "medium/$generation" \
    "SELECT action || ' ' || detail FROM journal ORDER BY id DESC LIMIT 1")" = "backup $generation" ]
check 'the cellar knows that it is good' [ "$(query cellar \
    "SELECT action FROM journal ORDER BY id DESC LIMIT 1")" = backed-up ]
works cellar backup --to medium -C cellar
check 'a second generation' [ -d "medium/${generation%1}2" ]
check 'the first was touched' [ -s "medium/$generation/manifest.json" ]
at 864000
run cellar status -C cellar
says 'Last backup'
check 'a backup is due though nothing changed' ! grep -q 'cellar backup' out
at 0
works cellar audit -C cellar
touch 'cellar/ceremonies/a:b'
mkdir "another's"
refuses 2 'every medium' cellar backup --to "another's" -C cellar
is 3 cellar status -C cellar
says "cellar backup --to 'another'\\\\''s'"
refuses 2 'every medium' cellar backup --to medium -C cellar
rm 'cellar/ceremonies/a:b'
is 3 cellar status -C cellar
says 'backup to medium, begun'
says 'cellar backup --to medium'
check 'a failed backup left something' [ "$(find medium -mindepth 1 -maxdepth 1 | wc -l)" = 2 ]
backup=medium/$generation

# --- the world moves on -------------------------------------------------------------------------
at 100
works sign_crl cellar
at 1000
works cellar revoke "$(serial_of cellar prod-code-signing-g1)" --reason keyCompromise \
    --promote-next -C cellar --confirm 'Test Prod Code Signing CA G1'
works sign_crl cellar
with root-g1 prod-tls-g3
works cellar rotate prod tls --now -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G2'
request leaf.csr
with prod-tls-g2
works cellar issue prod tls --leaf tls-server --csr leaf.csr --dns a.example -C cellar \
    "${secrets[@]}" --confirm a.example
leaf=$(query cellar "SELECT lower(hex(serial)) FROM certificate ORDER BY id DESC LIMIT 1")
works cellar export --leaf "$leaf" --to leaf -C cellar
works cellar revoke "$leaf" --reason superseded --treatment drop -C cellar --confirm "$leaf"
works cellar crl prod-tls-g2 -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G2'
works cellar export -C cellar
cp -r cellar/exports/prod world
revoked=$(serial_of cellar prod-code-signing-g1)
lost=$(newest cellar)
head=$(cellar audit -C cellar --json | python3 -c \
    'import json,sys; print(json.load(sys.stdin)["result"]["journal"]["head_words"])')
at 90000
is 3 cellar status -C cellar
says 'cellar backup --to DIR'
mv cellar lost

# --- restoring ----------------------------------------------------------------------------------
at 2000
refuses 4 'nothing-seen' cellar restore "$backup" --to cellar
refuses 2 'DIR is missing' cellar restore "$backup"
refuses 2 'name one backup' cellar restore medium --to cellar --seen world/manifest.json
refuses 2 'is an export' cellar restore world --to cellar --seen world/manifest.json
refuses 4 'never restored over' cellar restore "$backup" --to lost --seen world/manifest.json
for hurt in cellar.db keys/root-g1.key manifest.json; do
    cp -r "$backup" hurt
    python3 - "hurt/$hurt" <<'PY'
import sys
octets = bytearray(open(sys.argv[1], "rb").read())
octets[len(octets) // 2] ^= 1
open(sys.argv[1], "wb").write(octets)
PY
    is '2|3|5' cellar restore hurt --to cellar --seen world/manifest.json
    check "restored with $hurt damaged" [ ! -e cellar ]
    rm -r hurt
done
cp -r "$backup" hurt
echo strange >hurt/keys/stranger.key
refuses 5 'was not written by' cellar restore hurt --to cellar --seen world/manifest.json
rm hurt/keys/stranger.key hurt/keys/root-g1.key
refuses 5 'root-g1.key' cellar restore hurt --to cellar --seen world/manifest.json
rm -r hurt
cp -r "$backup" hurt
echo strange >hurt/cellar.db-journal
python3 - hurt <<'PY'
import hashlib, json, sys
manifest, name = json.load(open(sys.argv[1] + "/manifest.json")), "cellar.db-journal"
octets = open(f"{sys.argv[1]}/{name}", "rb").read()
manifest["files"].append({"path": name, "use": "x", "sha256": hashlib.sha256(octets).hexdigest(), "size": len(octets)})
json.dump(manifest, open(sys.argv[1] + "/manifest.json", "w"))
PY
refuses 5 'cellar.db-journal, which no backup holds' cellar restore hurt --to cellar --confirm nothing-seen --dry-run
refuses 5 'cellar.db-journal, which no backup holds' cellar restore hurt --to cellar --confirm nothing-seen
check 'something was left beside' [ -z "$(find . -maxdepth 1 -name '.*new*')" ]
keeps "$backup" works cellar restore "$backup" --to cellar --seen world/manifest.json --dry-run
check 'a dry run restored' [ ! -e cellar ]

keeps "$backup" works cellar restore "$backup" --to cellar --seen world/manifest.json
says 'something newer'
says '^Next: cellar reconcile'
works cellar audit -C cellar
check 'the ceremony is back' cmp lost/ceremonies/first/transcript.txt \
    cellar/ceremonies/first/transcript.txt
check 'the journal says where from' [ "$(query cellar \
    "SELECT count(*) FROM journal WHERE action = 'restore'")" = 1 ]

# Behind: nothing is signed, nothing exported, whatever is asked; reading goes on.
with root-g1
refuses 4 'older.*cellar reconcile' sign_crl cellar
refuses 4 'older.*cellar reconcile' cellar export -C cellar
refuses 4 'older' cellar rotate prod tls --now --promote-only -C cellar --dry-run
refuses 4 'older' cellar revoke "$(serial_of cellar prod-tls-g1)" --reason superseded -C cellar
is 3 cellar status -C cellar
says 'cellar reconcile'

# --- reconciling --------------------------------------------------------------------------------
keeps cellar refuses 4 'neither known nor among the files' \
    cellar reconcile world/manifest.json -C cellar
mapfile -t found < <(find world -name '*.pem' -o -name '*.crl' | grep -v stores)
openssl pkcs8 -in cellar/keys/prod-tls-g1.key -passin file:secrets/prod-tls-g1.txt -out g1.key 2>why
openssl x509 -in world/tls/g1/chain.pem -out g1.pem
openssl x509 -req -in leaf.csr -CA g1.pem -CAkey g1.key -set_serial 0x1234 -days 1 -out others.pem 2>why
check 'the fixture signed' [ -s others.pem ]
give=(cellar reconcile others.pem world/manifest.json "${found[@]}" leaf/*.pem -C cellar)
sed 's/"sha256": "../"sha256": "zz/' world/manifest.json >digest.json
keeps cellar refuses 2 'is not hex' cellar reconcile digest.json "${found[@]}" -C cellar
keeps cellar works "${give[@]}" --dry-run
says 'prod-tls-g3'
says 'passed over'
fails 4 'not confirmed' "${give[@]}" --confirm nobody
works "${give[@]}" --confirm 'Test Corp'
says '^Next: cellar status'
works cellar audit -C cellar
check 'the CA is revoked again' [ "$(query cellar \
    "SELECT state FROM authority WHERE name = 'prod-code-signing-g1'")" = revoked ]
check 'the lost generation is back' [ "$(query cellar \
    "SELECT state FROM authority WHERE name = 'prod-tls-g3'")" = next ]
check 'the lost leaf is known' [ "$(query cellar \
    "SELECT count(*) FROM certificate WHERE lower(hex(serial)) = '$leaf'")" = 1 ]
check 'the treatment is another one' [ "$(query cellar \
    "SELECT treatment FROM revocation WHERE lower(hex(serial)) = '$leaf'")" = drop ]
check 'the counter jumped' [ "$(newest cellar)" = "$lost" ]
refuses 4 'nothing to reconcile' "${give[@]}"
check 'the lists stay revoked' cmp "lost/crls/root-g1-$lost.crl" "cellar/crls/root-g1-$lost.crl"

# Signing goes on, after every number there was, and the revoked CA stays on the list.
works sign_crl cellar
check 'a CRL number was used twice' [ "$(newest cellar)" -gt "$lost" ]
openssl crl -inform DER -in "cellar/crls/root-g1-$(newest cellar).crl" -noout -text >list.txt
check 'the CA was un-revoked' grep -qi "Serial Number: $revoked" list.txt
works cellar export -C cellar
cat world/anchors.pem >ca.pem
openssl crl -inform DER -in "cellar/crls/root-g1-$(newest cellar).crl" >>ca.pem
openssl x509 -in lost/exports/prod/tls/chain.pem -out tls.pem
check 'OpenSSL takes the list' openssl verify -crl_check -no_check_time -CAfile ca.pem tls.pem
with root-g1
works cellar crl root-g1 -C cellar "${secrets[@]}" --seen world/manifest.json --dry-run
refuses 4 'forked' cellar crl root-g1 -C lost "${secrets[@]}" \
    --seen cellar/exports/prod/manifest.json --dry-run

refuses 4 'forked' cellar export -C lost --seen cellar/exports/prod/manifest.json --dry-run
refuses 4 'forked' cellar revoke "$(serial_of lost prod-tls-g1)" --reason superseded -C lost \
    --seen cellar/exports/prod/manifest.json --dry-run
refuses 4 'forked' cellar cutover prod tls --at @$((begin + 1500)) -C lost \
    --seen cellar/exports/prod/manifest.json --dry-run
refuses 4 'forked' cellar audit --seal -C lost --seen cellar/exports/prod/manifest.json --dry-run
refuses 2 'belongs to --seal' cellar audit -C lost --seen cellar/exports/prod/manifest.json

# --- a list that was lost is put back as it was published ----------------------------------------
list=cellar/crls/root-g1-$(newest cellar).crl
published=$(find cellar/exports/prod -name "root-g1-$(newest cellar).crl")
cp "$published" published.crl
refuses 4 'nothing to reconcile' cellar reconcile published.crl -C cellar
for hurt in missing damaged; do
    rm "$list"
    [ $hurt = missing ] || echo x >"$list"
    with root-g1
    fails 5 'give the published one to cellar reconcile' cellar crl root-g1 -C cellar "${secrets[@]}" \
        --confirm 'Test Root CA'
    works cellar reconcile published.crl -C cellar --confirm 'Test Corp'
    check "$hurt, and not put back" cmp published.crl "$list"
done
works cellar audit -C cellar

# --- by words, and without any evidence ---------------------------------------------------------
works cellar restore "$backup" --to words --head "$head"
says 'something newer'
refuses 4 'older' sign_crl words
works cellar restore "$backup" --to blind --confirm nothing-seen
at 3000
works sign_crl blind
check 'a number came twice without evidence' [ "$(newest blind)" -gt "$lost" ]
check 'no serial came twice' [ -z "$(for c in lost blind; do
    query $c "SELECT hex(serial) FROM reservation WHERE serial IS NOT NULL AND reserved_at > $begin"
done | sort | uniq -d)" ]
with root-g1
late=(cellar crl root-g1 -C blind "${secrets[@]}" --confirm 'Test Root CA')
keeps blind refuses 4 'older|forked' "${late[@]}" --seen world/manifest.json --dry-run
refuses 4 'older|forked' "${late[@]}" --seen world/manifest.json
refuses 4 'older|forked' "${late[@]}"
works cellar reconcile world/manifest.json "${found[@]}" -C blind --confirm 'Test Corp'
works "${late[@]}"
check 'revoked again after a list without it' [ "$(query blind \
    "SELECT count(*) FROM revocation WHERE lower(hex(serial)) = '$revoked'")" = 1 ]
works cellar audit -C blind

works cellar restore "$backup" --to "my \$(id)" --confirm nothing-seen
says "^Next: cellar export -C 'my \\$\\(id\\)'\$"
works cellar init hierarchy.yaml -C 'my own'
says "^Next: .* -C 'my own'\$"

# A manifest that lies in the cellar's own exports counts without being named.
works cellar restore "$backup" --to own --confirm nothing-seen
mkdir -p own/exports
cp -r world own/exports/prod
refuses 4 'exports/prod/manifest.json' sign_crl own
rm -r own/exports/prod
refuses 4 'exports/prod/manifest.json' sign_crl own

# Files that are nobody's.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -subj /CN=x \
    -out stranger.pem 2>why
keeps own refuses 4 'none of this cellar' cellar reconcile stranger.pem -C own
sed 's/"cellar": "../"cellar": "zz/' world/manifest.json >odd.json
keeps own refuses 3 'no manifest of ours' cellar reconcile odd.json -C own
echo '{}' >odd.json
keeps own refuses 3 'no manifest of ours' cellar reconcile odd.json -C own
python3 - <<'PY'
import re
text = open("world/manifest.json").read()
open("odd.json", "w").write(re.sub('"cellar": "....', '"cellar": "0000', text))
PY
keeps own refuses 2 'another cellar' cellar reconcile odd.json -C own
cp world/crl/*.crl . 2>/dev/null
openssl crl -in "$(find world -name '*.pem' -path '*crl*' | head -n 1)" -outform DER -out forged.crl
python3 -c 'd=bytearray(open("forged.crl","rb").read()); d[-1]^=1; open("forged.crl","wb").write(d)'
keeps own refuses 3 'signature' cellar reconcile forged.crl -C own
finish
