#!/bin/bash
# cellar status: reads only; says what is due by its exit status.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
export_it() {
    cellar export -C cellar >out 2>err || bad 'fixture: export'
}

keeps cellar fails 3 'due' cellar status -C cellar
says 'export prod'
says 'cellar crl root-g1'
keeps cellar json 3 cellar-status 'any(d["command"] == "cellar export prod" for d in result["due"])' \
    cellar status -C cellar
says 'cellar crl prod-code-signing-g1'
with root-g1 prod-code-signing-g1
works cellar crl --due -C cellar "${secrets[@]}" --confirm ALL
export_it
keeps cellar works cellar status -C cellar
says 'prod-code-signing-g1 .*active'
says 'prod-code-signing-g2 .*next'
keeps cellar json 0 cellar-status 'len(result["authorities"]) == 3' cellar status -C cellar

# 80 columns in a pipe, whatever the terminal.
cellar status -C cellar >out 2>err
check 'a line is wider than 80 columns' [ "$(awk 'length > 80' out | wc -l)" -eq 0 ]

# The timeline: what it says in characters, JSON says in times.
timeline() {
    sed -n '/^Timeline$/,/today/p' out >drawn
}
timeline
check 'no axis' grep -qE '^ {20}M +A +M +J +J' drawn
check 'g1: rotate by June' grep -qE '^    g1 active       \|=+CR-+$' drawn
check 'g2: taken into use then' grep -qE '^    g2 next         \|\.{8}=+-+$' drawn
check 'the root goes on' grep -qE '^    g1 active       \|[=C]+>$' drawn
CELLAR_TEST_NOW=2026-06-20T00:00:00Z run cellar status -C cellar
timeline
check 'an overdue rotation' grep -qE '^    g1 active       =+!-+$' drawn

# The calendar is strict iCalendar; an event keeps its identity, whatever day it is.
calendar() { # CELLAR: to `out`; apart from run, as its lines end in CRLF
    cellar status --calendar -C "$1" >out 2>err || bad "calendar of $1"
}
calendar cellar
check 'not an iCalendar' python3 "$here/calendar.py" out >events
check 'the rotation' grep -qE '^20260601T.* rotation-prod-code-signing-g1@.*cellar rotate prod code-signing' events
check 'the CRL' grep -qE ' CRL-root-g1@.*cellar crl root-g1' events
check 'the end of the root' grep -qE '^20460301T.* end-root-g1@' events
cut -d' ' -f1,2 events >first
CELLAR_TEST_NOW=2026-03-02T12:00:00Z calendar cellar
python3 "$here/calendar.py" out | cut -d' ' -f1,2 >second
check 'events changed over a day' cmp -s first second
json 0 cellar-status 'result["calendar"].startswith("BEGIN:VCALENDAR")' cellar status --calendar -C cellar
refuses 2 'within' cellar status --calendar --within 1d -C cellar

# What the journal holds after an entry, and what came of it.
json 0 cellar-status 'result["since"][0]["command"].startswith("cellar-init ")' cellar status --since 0 -C cellar
keeps cellar works cellar status --since 0 -C cellar
says '^  Action   init$'
newest=$(sed -n 's/^  Entry  *//p' out | tail -n 1)
certificates=$(grep -c '^-----BEGIN CERTIFICATE' out)
check 'every certificate, as PEM' [ "$certificates" -eq 3 ]
check 'it is the root' [ "$(openssl x509 -in out -noout -fingerprint -sha256 | tr -d : | tr A-F a-f)" = \
    "$(openssl x509 -in cellar/exports/prod/anchors.pem -noout -fingerprint -sha256 | tr -d : | tr A-F a-f)" ]
check 'its CRL is there' [ -f "cellar/$(grep -o 'crls/root-g1-[0-9]*.crl' out)" ]
json 0 cellar-status '[e["action"] for e in result["since"]][-1] == "export" and result["since"][-1]["command"].startswith("cellar-export") and len(result["head_then"]) == 64 and "certificates" not in result' \
    cellar status --since "$((newest - 1))" -C cellar
works cellar status --since "$newest" -C cellar
says "^Nothing was decided after entry $newest"
works cellar status --since 0 -C cellar
check 'there is no head before the first entry' ! grep -q 'Head then' out
# An older copy does not look as if nothing had happened.
refuses 4 "no entry $((newest + 1)), it ends with $newest: this is an older copy" cellar status --since "$((newest + 1))" -C cellar
refuses 2 'since 99999999999999999999: the number' cellar status --since 99999999999999999999 -C cellar
refuses 2 'since -1: the number' cellar status --since=-1 -C cellar
refuses 2 'since stands alone' cellar status --since 1 --calendar -C cellar

# What an export leaves has a dot in front; what somebody keeps there is none.
mkdir cellar/exports/foo.new
run cellar status -C cellar
check 'no export of what is none' ! grep -q 'cellar export oo' out
rmdir cellar/exports/foo.new
mkdir cellar/exports/.prod.new
run cellar status -C cellar
says 'export of prod .*cellar export prod'
rmdir cellar/exports/.prod.new
mkdir medium
cellar backup --to medium -C cellar >out 2>err || bad 'fixture: backup'

# A rotation leaves things to be done: the cut-over once leaf_life is over, and a next one.
cp -a cellar rotated
cellar rotate prod code-signing --now --promote-only -C rotated --confirm 'Test Prod Code Signing CA G2' \
    >out 2>err || bad 'fixture: rotate'
cellar export -C rotated >out 2>err || bad 'fixture: export'
CELLAR_TEST_NOW=2026-03-01T12:11:00Z keeps rotated fails 3 'due' cellar status -C rotated
says 'prod-code-signing-g1 +retiring'
says 'cellar issue prod code-signing'
says 'cellar cutover prod code-signing'
CELLAR_TEST_NOW=2026-03-01T12:11:00Z calendar rotated
check 'a cut-over that waits' grep -q '^UID:cut-over-prod-code-signing@' out
json 3 cellar-status 'any(d["what"] == "cut-over of prod-code-signing" for d in result["due"])' \
    cellar status -C rotated
cellar cutover prod code-signing --at @1772366400 -C rotated --confirm 'Test Prod Code Signing CA G2' \
    >out 2>err || bad 'fixture: cutover'
json 3 cellar-status 'not any("cut-over" in d["what"] for d in result["due"])' cellar status -C rotated

# Time brings things due: the rotation, then the end.
CELLAR_TEST_NOW=2026-05-20T00:00:00Z is 3 cellar status -C cellar
CELLAR_TEST_NOW=2026-05-20T00:00:00Z is 0 cellar status -C cellar --within 1d
is 3 cellar status -C cellar --within 2y
refuses 2 'length of time' cellar status -C cellar --within 90
refuses 2 'length of time' cellar status -C cellar --within -1d

# A root's end is due from a year before it refuses a rotation, and what is said of it is so.
root_end() {
    CELLAR_TEST_NOW=$1 json 3 cellar-status "$2" cellar status -C cellar --within 1d
}
root_end 2044-02-27T00:00:00Z 'not any("succession" in d["what"] for d in result["due"])'
told='("succession of root-g1", "2045-02-28T12:00:01Z", "cellar root main --succeed")'
root_end 2044-03-01T00:00:00Z "$told in "'[(d["what"], d["when"], d["command"]) for d in result["due"]]'
CELLAR_TEST_NOW=2044-03-01T00:00:00Z is 3 cellar status -C cellar
says 'root-g1 ends 2046-03-01T'
says 'rotating or issuing prod'
cp -a cellar moved
sed 's/^environments:/  second:\n    common_name: Second Root CA\n    key: ecdsa-p256\n    validity: 20y\n    crl_period: 180d\n    crl_url: http:\/\/pki.example.com\/{authority}.crl\n    issuer_url: http:\/\/pki.example.com\/{authority}.cer\n&/' \
    hierarchy.yaml >two.yaml
awk '/^  prod:/ { prod = 1 } prod && sub("root: main", "root: second") { prod = 0 } { print }' two.yaml >other.yaml
refuses 4 'the root of line prod code-signing must stay' cellar init --update other.yaml -C moved --confirm update
cat two.yaml - >other.yaml <<'YAML'
  later:
    root: second
    lines:
      code-signing:
        profile: code-signing-ca
        common_name: Test Later Code Signing CA
        key: ecdsa-p256
        validity: 15mo
        rotate_every: 3mo
        publish_lead: 14d
        leaf_life: 10m
        slack: 24h
        crl_period: 90d
YAML
works cellar init --update other.yaml -C moved --confirm update
with root-second-g1
works cellar root second -C moved "${secrets[@]}" --confirm 'Second Root CA'
with root-second-g1 later-code-signing-g1 later-code-signing-g2
works cellar issue later code-signing -C moved "${secrets[@]}" --confirm 'Test Later Code Signing CA G1'
works cellar export later -C moved
works cellar verify --anchor moved/exports/later/anchors.pem moved/exports/later/code-signing/chain.pem

# By environment and from inside; no cellar; somebody else's file; a newer one.
CELLAR_DIR=cellar works cellar status
CELLAR_DIR=nowhere works cellar status -C cellar
refuses 8 'no cellar here' cellar status -C nowhere
json 8 cellar-status 'error["code"] == "store"' cellar status -C nowhere
mkdir foreign
refuses 8 'no cellar here|cellar.db' cellar status -C foreign
sqlite3 foreign/cellar.db 'CREATE TABLE t (x)'
refuses 8 'another program' cellar status -C foreign
printf 'not a database at all, but long enough to be looked at........' >foreign/cellar.db
refuses 8 '' cellar status -C foreign
cp -a cellar newer
sqlite3 newer/cellar.db 'PRAGMA user_version = 99'
keeps newer refuses 8 'newer|version' cellar status -C newer
cp -a cellar linked
mv linked/cellar.db elsewhere.db
ln -s ../elsewhere.db linked/cellar.db
is 8 cellar status -C linked
cp -a cellar opened
chmod 644 opened/cellar.db
is '[0-8]' cellar status -C opened
refuses 2 'unexpected' cellar status extra -C cellar
finish
