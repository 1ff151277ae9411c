#!/bin/bash
# What becomes of a line when a generation is lost: its root, its time-stamping leaf, its time. A lost one issues
# nothing, is promoted by nothing, and status names the way on.
# shellcheck disable=SC2154,SC2317 # sourced; functions called by check
. "$(dirname "$0")/lib.sh"

day=86400
at() { # DAYS after the beginning
    CELLAR_TEST_NOW=$(date -u -d "@$(($(date -u -d 2026-03-01T12:00:00Z +%s) + $1 * day))" +%FT%TZ)
}
serial_of() { # CELLAR AUTHORITY
    sqlite3 "$1/cellar.db" "SELECT lower(hex(c.serial)) FROM certificate c JOIN authority a ON c.authority = a.id
        WHERE a.name = '$2' AND c.profile <> 'cross'"
}
leaf_of() { # CELLAR AUTHORITY: its time-stamping leaf
    sqlite3 "$1/cellar.db" "SELECT lower(hex(serial)) FROM certificate
        WHERE companion = (SELECT id FROM authority WHERE name = '$2')"
}
state_of() { # CELLAR AUTHORITY
    sqlite3 "$1/cellar.db" "SELECT state FROM authority WHERE name = '$2'"
}
due() { # CELLAR COMMAND: is it what status names first of this line?
    json 3 cellar-status "[d['command'] for d in result['due'] if ' $3' in d['command']][:1] == ['$2']" \
        cellar status -C "$1"
}

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod time-stamping
make_line prod tls
at 1
works cellar export -C cellar
for state in held beyond below ended; do cp -r cellar $state; done
stamping='Test Prod Time Stamping CA'

# --- the active generation's leaf, superseded: its window has an end, and nothing that issues now holds it -----
at 20
tsa=cellar/exports/prod/time-stamping/tsa
works cellar revoke "$(leaf_of cellar prod-time-stamping-g1)" --reason superseded -C cellar --confirm "$stamping G1 TSA"
with root-g1 prod-time-stamping-g1 prod-code-signing-g1 prod-tls-g1
works cellar crl prod-time-stamping-g1 -C cellar "${secrets[@]}" --confirm "$stamping G1"
lost='prod-time-stamping-g1 has a time-stamping certificate that is revoked'
works cellar export -C cellar
warns "prod/time-stamping/chain.pem is left out: $lost; cellar rotate prod time-stamping --now"
check 'who stamps now gets a revoked leaf' [ ! -e $tsa -a ! -e cellar/exports/prod/time-stamping/chain.pem ]
check 'what it stamped is lost' [ -e cellar/exports/prod/time-stamping/g1/chain.pem ]
keeps cellar refuses 4 "$lost: run .cellar rotate prod time-stamping --now" \
    cellar export prod time-stamping --for timestamp-server --with-key --to handed -C cellar
due cellar 'cellar rotate prod time-stamping --now' 'prod time-stamping'
with root-g1 prod-time-stamping-g3 prod-time-stamping-g3-tsa
works cellar rotate prod time-stamping --now -C cellar "${secrets[@]}" --confirm "$stamping G2"
keeps cellar refuses 4 "$lost: go on by rotation, not back" cellar rotate prod time-stamping --revert -C cellar
works cellar export -C cellar
check 'nobody stamps' [ -e $tsa/chain.pem ]
works cellar audit -C cellar

# --- the next one's leaf: it is promoted by nothing, and another one is due ------------------------------------
works cellar revoke "$(leaf_of held prod-time-stamping-g2)" --reason keyCompromise -C held --confirm "$stamping G2 TSA"
lost='prod-time-stamping-g2 waits as next, but has a time-stamping certificate that is revoked'
keeps held refuses 4 "$lost: issue another one, cellar issue prod time-stamping" \
    cellar rotate prod time-stamping --now -C held "${secrets[@]}"
keeps held refuses 4 "promote-next: $lost" cellar revoke "$(serial_of held prod-time-stamping-g1)" \
    --reason keyCompromise --promote-next -C held
due held 'cellar issue prod time-stamping' 'prod time-stamping'
works cellar issue prod time-stamping -C held "${secrets[@]}" --confirm "$stamping G3"
keeps held refuses 4 'prod-time-stamping-g1, and prod-time-stamping-g3 waits' cellar issue prod time-stamping -C held

# --- promoted in an emergency: who was never published is not said to be -----------------------------------------
works cellar revoke "$(leaf_of held prod-time-stamping-g1)" --reason keyCompromise --promote-next -C held \
    --confirm "$stamping G1 TSA"
warns 'prod-time-stamping-g3, which takes its place, was never published'
says 'In its place: prod-time-stamping-g3, which trust files hold from the next export on'
check 'the good one stamps' [ "$(state_of held prod-time-stamping-g3)" = active ]
check 'the lost one waits' [ "$(state_of held prod-time-stamping-g2)" = next ]
works cellar revoke "$(serial_of held prod-code-signing-g1)" --reason keyCompromise --promote-next -C held \
    --confirm 'Test Prod Code Signing CA G1'
says 'In its place: prod-code-signing-g2, which trust files hold already'
works cellar export -C held
check 'it is in place' [ -e held/exports/prod/time-stamping/tsa/chain.pem ]
works cellar audit -C held

# --- the next one's root, while the active one's is good ---------------------------------------------------------
with root-g1 root-g2
works cellar root main --succeed -C beyond "${secrets[@]}" --confirm 'Test Root CA G2'
with root-g2 prod-tls-g3
works cellar rotate prod tls -C beyond "${secrets[@]}" --confirm 'Test Prod TLS CA G2'
works cellar export -C beyond
at 21
works cellar revoke "$(serial_of beyond root-g2)" --reason keyCompromise -C beyond --confirm 'Test Root CA G2'
with root-g1 root-g3
works cellar root main --succeed -C beyond "${secrets[@]}" --confirm 'Test Root CA G3'
due beyond 'cellar issue prod tls' 'prod tls'
with root-g3 prod-tls-g4
keeps beyond refuses 4 'prod-tls-g3 waits as next, but hangs below root-g2, which is revoked' \
    cellar rotate prod tls --now -C beyond "${secrets[@]}"
works cellar issue prod tls -C beyond "${secrets[@]}" --confirm 'Test Prod TLS CA G4'
works cellar export -C beyond
check 'the good one goes on' [ -e beyond/exports/prod/tls/chain.pem -a -e beyond/exports/prod/tls/g2/chain.pem ]
at 110
with root-g3 prod-tls-g5
works cellar rotate prod tls -C beyond "${secrets[@]}" --confirm 'Test Prod TLS CA G4'
check 'past the lost one' [ "$(state_of beyond prod-tls-g3)" = next -a "$(state_of beyond prod-tls-g2)" = retiring ]
works cellar rotate prod tls --revert -C beyond --confirm 'Test Prod TLS CA G2'
keeps beyond works cellar rotate prod tls -C beyond --dry-run
says 'confirm "Test Prod TLS CA G4"'
works cellar audit -C beyond

# --- the root of both: nothing is issued below it, and the way on comes before the export ------------------------
at 21
works cellar revoke "$(serial_of below root-g1)" --reason keyCompromise -C below --confirm 'Test Root CA'
request web.csr
with prod-tls-g1
keeps below refuses 4 'prod-tls-g1 hangs below root-g1, which is revoked: run .cellar issue prod tls' \
    cellar issue prod tls --leaf tls-server --csr web.csr --dns web.example.com -C below "${secrets[@]}"
with root-g2
works cellar root main --succeed -C below "${secrets[@]}" --confirm 'Test Root CA G2'
json 3 cellar-status '(lambda tools: tools.index("export") > max(i for i, tool in enumerate(tools)
    if tool in ("issue", "rotate")))([d["command"].split()[1] for d in result["due"]])' cellar status -C below
due below 'cellar issue prod tls' 'prod tls'
keeps below refuses 4 'prod-code-signing-g1 hangs below root-g1, .* run .cellar issue prod code-signing' \
    cellar export prod code-signing --for fulcio --to handed -C below

# --- both have ended: issued anew, and promoted at once -----------------------------------------------------------
at 500
due ended 'cellar issue prod tls' 'prod tls'
json 3 cellar-status 'not [d for d in result["due"] if d["what"].startswith("end of prod-tls")]' cellar status -C ended
with root-g1 prod-tls-g3
works cellar issue prod tls -C ended "${secrets[@]}" --override clock-is-right --confirm 'Test Prod TLS CA G3'
says '^Next: cellar rotate prod tls --now'
with root-g1 prod-tls-g4
works cellar rotate prod tls --now -C ended "${secrets[@]}" --override clock-is-right --confirm 'Test Prod TLS CA G3'
works cellar export -C ended
check 'the line issues again' [ -e ended/exports/prod/tls/chain.pem ]
works cellar audit -C ended
finish
