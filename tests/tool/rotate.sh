#!/bin/bash
# cellar rotate and cellar cutover: a line's life from outside; windows of trust; the past.
# shellcheck disable=SC2317 # functions here are called by check
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod time-stamping
with root-g1 prod-code-signing-g3
rotate=(cellar rotate prod code-signing -C cellar "${secrets[@]}")
title='Test Prod Code Signing CA'

exports() {
    cellar export -C cellar "$@" >out 2>err || bad 'fixture: export'
}

# window COMMON_NAME END: the entry of trusted_root.json whose first certificate has that name.
window() {
    python3 - "$1" "$2" cellar/exports/prod/sigstore/trusted_root.json <<'PY'
import base64, json, sys
name, end, path = sys.argv[1:]
found = [e for e in json.load(open(path))["certificateAuthorities"]
         if (name + "0").encode()[:-1] in base64.b64decode(e["certChain"]["certificates"][0]["rawBytes"])]
sys.exit(len(found) != 1 or found[0]["validFor"].get("end", "") != end)
PY
}

# first FILE COMMON_NAME: its first certificate.
first() {
    openssl x509 -in "cellar/exports/prod/$1" -noout -subject -nameopt RFC2253 | grep -q "=CN=$2,"
}

# foretold COMMAND...: what its dry run says of files, and the exports before it.
foretold() {
    rm -rf held
    cp -r cellar/exports held
    keeps cellar works "$@" --dry-run --json
    cp out foretold.json
}

# came_true: what became of the exports since is what the dry run said.
came_true() {
    if python3 "$here/foretold.py" foretold.json held cellar/exports >out 2>err; then
        ok
    else
        bad 'what came is not what the dry run foretold'
    fi
}

# Not before verifiers can have it, and never without being asked.
keeps cellar refuses 4 'never published.*cellar export prod' "${rotate[@]}" --dry-run
exports
keeps cellar refuses 4 'possible from 2026-03-15T12:00:00Z' "${rotate[@]}" --dry-run
keeps cellar works "${rotate[@]}" --now --dry-run
says 'is published since 2026-03-01T12:00:00Z only'
export CELLAR_TEST_NOW=2026-06-02T00:00:00Z
keeps cellar works "${rotate[@]}" --dry-run
says "confirm .*$title G2"
says 'prod-code-signing-g1 +active +retiring'
says 'prod/code-signing/fulcio/chain.pem'
says "adds prod-code-signing-g2"
says "CN=$title G3"
foretold "${rotate[@]}"
fails 4 'not confirmed' "${rotate[@]}"
fails 4 'not confirmed' "${rotate[@]}" --confirm "$title G3"
CELLAR_TEST_ROOM=$wired fails 4 eth0 "${rotate[@]}" --confirm "$title G2"
keeps cellar refuses 2 'ENV and PURPOSE|--all' cellar rotate -C cellar
keeps cellar refuses 2 'ENV and PURPOSE|--all' cellar rotate prod -C cellar
keeps cellar refuses 2 'neither ENV' cellar rotate prod code-signing --all -C cellar
keeps cellar refuses 2 'not for --all' cellar rotate --all --revert -C cellar
keeps cellar refuses 2 '--confirm takes ALL' cellar rotate --all --confirm "$title G2" -C cellar
keeps cellar refuses 4 'no promotion' cellar rotate prod code-signing --revert -C cellar

works "${rotate[@]}" --confirm "$title G2"
says 'Next: cellar export prod'
says 'cellar cutover prod code-signing --at TIME'
exports
came_true
check 'fulcio gets G2' first code-signing/fulcio/chain.pem "$title G2"
check 'cosign has G2 first' first code-signing/cosign/chain.pem "$title G2"
check 'G1 keeps its chain' first code-signing/g1/chain.pem "$title G1"
check 'cosign has all of them' [ "$(grep -c BEGIN cellar/exports/prod/code-signing/cosign/chain.pem)" = 4 ]
check 'G1 is open' window "$title G1" ''
for chain in g1 g2 g3 fulcio; do
    works cellar verify --anchor cellar/exports/prod/anchors.pem "cellar/exports/prod/code-signing/$chain/chain.pem"
done

# Back and forth; no key is needed, and a network does no harm.
export CELLAR_TEST_ROOM=$wired
fails 4 'not confirmed' cellar rotate prod code-signing --revert -C cellar
foretold cellar rotate prod code-signing --revert -C cellar
works cellar rotate prod code-signing --revert --confirm "$title G1" -C cellar
exports
came_true
check 'fulcio gets G1 again' first code-signing/fulcio/chain.pem "$title G1"
works cellar rotate prod code-signing --confirm "$title G2" -C cellar
says 'prod-code-signing-g2 +active'
check 'a second G3' [ "$(find cellar/keys -name 'prod-code-signing-*' | wc -l)" = 3 ]
before_cutover=$CELLAR_TEST_NOW
exports
cp -r cellar/exports/prod before

# The switch outside: by the time and the proof.
export CELLAR_TEST_NOW=2026-06-05T00:00:00Z
switch=(cellar cutover prod code-signing -C cellar --at 2026-06-04T10:00:00Z)
python3 - <<'PY'
import json, pathlib
chains = pathlib.Path("cellar/exports/prod/code-signing")
for name, chain in (("new", "fulcio/chain.pem"), ("old", "g1/chain.pem")):
    text = (chains / chain).read_text()
    pems = [p + "-----END CERTIFICATE-----\n" for p in text.split("-----END CERTIFICATE-----\n")[:-1]]
    pathlib.Path(name + ".json").write_text(json.dumps({"chains": [{"certificates": pems}]}))
PY
keeps cellar refuses 2 '--at' cellar cutover prod code-signing -C cellar
keeps cellar refuses 4 'in the future' cellar cutover prod code-signing -C cellar --at 2026-06-06
keeps cellar refuses 4 'became active' cellar cutover prod code-signing -C cellar --at 2026-06-01
keeps cellar refuses 3 'has not switched' "${switch[@]}" --proof old.json
keeps cellar refuses 3 'hierarchy.yaml' "${switch[@]}" --proof hierarchy.yaml
keeps cellar refuses 2 'no such file' "${switch[@]}" --proof nowhere.json
keeps cellar works "${switch[@]}" --proof new.json --dry-run
says 'prod-code-signing-g1 +2026-06-05T10:10:00Z'
fails 4 'not confirmed' "${switch[@]}" --proof new.json
works "${switch[@]}" --proof new.json --confirm "$title G2"
keeps cellar refuses 4 'recorded already' "${switch[@]}"
keeps cellar refuses 4 'the outside switched' cellar rotate prod code-signing --revert -C cellar
keeps cellar refuses 4 'first authority' cellar cutover prod time-stamping --at 2026-06-04 -C cellar
exports
check 'G1 ends' window "$title G1" 2026-06-05T10:10:00Z
check 'G2 is open' window "$title G2" ''

# As of then: before the cut-over was known, and before the rotation.
exports --as-of "$before_cutover" --to back-then
sed 's/^  "\(counter\|head\|head_words\)".*//' before/sigstore/trusted_root.json >a
check 'the past is another' cmp -s a back-then/prod/sigstore/trusted_root.json
exports --as-of 2026-05-01T00:00:00Z --to earlier
check 'G3 was there in May' [ ! -e earlier/prod/code-signing/g3 -a -e earlier/prod/code-signing/g2 ]
check 'G2 was active in May' cmp -s earlier/prod/code-signing/chain.pem earlier/prod/code-signing/g1/chain.pem
unset CELLAR_TEST_ROOM

# Every line that is due.
export CELLAR_TEST_NOW=2026-09-01T00:00:00Z
with root-g1 prod-time-stamping-g3 prod-time-stamping-g3-tsa
stamping=(cellar rotate prod time-stamping --now -C cellar "${secrets[@]}")
foretold "${stamping[@]}"
cp -r cellar unturned
works "${stamping[@]}" --confirm 'Test Prod Time Stamping CA G2'
exports
came_true
rm -rf cellar && mv unturned cellar
export CELLAR_TEST_NOW=2026-06-05T00:00:00Z
with root-g1 prod-code-signing-g4 prod-time-stamping-g3 prod-time-stamping-g3-tsa
all=(cellar rotate --all -C cellar "${secrets[@]}")
keeps cellar works "${all[@]}" --dry-run
says 'Test Prod Time Stamping CA G2'
fails 4 'not confirmed' "${all[@]}"
export CELLAR_TEST_NOW=2026-09-03T00:00:00Z
json 0 cellar-rotate 'len(result["prod_code_signing"]["made"]) == 1 and len(result["prod_time_stamping"]["made"]) == 2' \
    "${all[@]}" --confirm ALL
works "${all[@]}"
says 'No rotation is due'

# --promote-only leaves a gap that issue closes.
exports
export CELLAR_TEST_NOW=2026-12-04T00:00:00Z
works cellar rotate prod code-signing --promote-only --confirm "$title G4" -C cellar
says 'cellar issue prod code-signing'
keeps cellar refuses 4 'waits as next.*cellar issue prod code-signing' "${rotate[@]}" --dry-run
with root-g1 prod-code-signing-g5
works cellar issue prod code-signing -C cellar "${secrets[@]}" --confirm "$title G5"
check 'G5 is the only new one' [ ! -e cellar/keys/prod-code-signing-g6.key -a -e cellar/keys/prod-code-signing-g5.key ]
works cellar audit -C cellar
# Whoever has ended is retired with the next rotation, if its last list reached its end.
mv cellar lived
export CELLAR_TEST_NOW=2026-03-01T12:00:00Z
make_cellar ecdsa-p256
make_line dev code-signing
turn() { # TIME ACTIVE NEXT
    export CELLAR_TEST_NOW=$1
    with root-g1 "dev-code-signing-g$3"
    works cellar rotate dev code-signing --now -C cellar "${secrets[@]}" \
        --confirm "Test Dev Code Signing CA G$2"
}
turn 2026-04-01T00:00:00Z 2 3
turn 2026-09-01T00:00:00Z 3 4
export CELLAR_TEST_NOW=2027-04-15T00:00:00Z
with dev-code-signing-g1
works cellar crl dev-code-signing-g1 -C cellar "${secrets[@]}" --confirm 'Test Dev Code Signing CA G1'
turn 2027-06-10T00:00:00Z 4 5
says 'dev-code-signing-g1 +retired'
states='["active", "retired", "retiring", "retiring", "active", "next"]'
json 3 cellar-status '[a["state"] for a in result["authorities"]] == '"$states" cellar status -C cellar
json 3 cellar-status 'not any("dev-code-signing-g1" in d["what"] for d in result["due"])' cellar status -C cellar
with dev-code-signing-g1
refuses 4 'retired: its last CRL is signed' cellar crl dev-code-signing-g1 -C cellar "${secrets[@]}"
works cellar export dev -C cellar --to old
works cellar verify --anchor old/anchors.pem --at 2026-03-15T00:00:00Z old/code-signing/g1/chain.pem
check 'the list of who is retired is gone' [ -f old/crl/dev-code-signing-g1.crl ]
works cellar audit -C cellar
finish
