#!/bin/bash
# The clock, and who holds the cellar: what changes it is refused by name, the journal keeps what
# was overruled.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing

last_detail() {
    python3 -c 'import sqlite3; print(sqlite3.connect("cellar/cellar.db").execute("SELECT detail FROM journal ORDER BY id DESC LIMIT 1").fetchone()[0])'
}

# --- before the newest entry, before the build, far ahead ---------------------------------------
secret new
writers() { # STATUS TEXT: each command that writes without a signature
    keeps cellar fails "$1" "$2" cellar export -C cellar
    sed 's/slack: .*/slack: 25h/' hierarchy.yaml >changed.yaml
    keeps cellar fails "$1" "$2" cellar init --update changed.yaml -C cellar --confirm update
    keeps cellar fails "$1" "$2" cellar key passphrase prod-code-signing-g1 -C cellar "${secrets[@]}" \
        --passphrase-file new=secrets/new.txt
    keeps cellar fails "$1" "$2" cellar rotate prod code-signing --promote-only --now -C cellar \
        --confirm 'Test Prod Code Signing CA G2'
}
export CELLAR_TEST_NOW=2026-02-28T00:00:00Z
writers 4 "before the journal's newest entry.*--override clock-is-right"
export CELLAR_TEST_NOW=2026-03-02T00:00:00Z
CELLAR_TEST_BUILD_DATE=2026-04-01 writers 4 'before this tool was built'
CELLAR_TEST_NOW=2027-03-04T00:00:00Z writers 4 'more than a year after .*--override clock-is-right'
works cellar export -C cellar --dry-run

# --- once dated in the future, put right by a typed word -----------------------------------------
CELLAR_TEST_NOW=2031-01-01T00:00:00Z works cellar export -C cellar --override clock-is-right
check 'the jump is not in the journal' grep -q 'more than a year.*overruled by clock-is-right' <<<"$(last_detail)"
writers 4 "before the journal's newest entry"
works cellar export -C cellar --override clock-is-right
check 'the correction is not in the journal' grep -q '2031-01-01.*overruled by clock-is-right' <<<"$(last_detail)"
works cellar export -C cellar
check 'the word stays in force' [ -z "$(last_detail)" ]
works cellar rotate prod code-signing --promote-only --now -C cellar --confirm 'Test Prod Code Signing CA G2'
works cellar audit -C cellar

# A list that was signed in the future ends its authority's lists until then, and the error says so.
with root-g1
# shellcheck disable=SC2317 # called through works and fails
sign_root_list() {
    cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA' "$@"
}
CELLAR_TEST_NOW=2027-01-01T00:00:00Z works sign_root_list
keeps cellar fails 4 'dated 2026-12-31T23:55:00Z, after the clock.*cellar rotate' sign_root_list --override clock-is-right

# A draft that reserves nothing keeps the word too.
CELLAR_TEST_NOW=2026-03-01T18:00:00Z works cellar rotate prod code-signing --revert -C cellar \
    --confirm 'Test Prod Code Signing CA G1' --override clock-is-right
check 'the word is not in the journal' grep -q 'overruled by clock-is-right' <<<"$(last_detail)"

# --- held by another ------------------------------------------------------------------------------
for lock in EX SH; do
    rm -f held enough
    python3 -c 'import fcntl, os, sys
fcntl.flock(os.open("cellar", os.O_RDONLY), getattr(fcntl, "LOCK_" + sys.argv[1]))
open("/proc/self/comm", "w").write("hold\033[2Jer")
open("held", "w").close()
sys.stdin.read()' $lock < <(while [ ! -e enough ]; do sleep 0.1; done) &
    holder=$!
    while [ ! -e held ]; do sleep 0.1; done
    keeps cellar refuses 7 "held by process $holder \\(hold.*er\\)" cellar export -C cellar
    is '[03]' cellar status -C cellar
    touch enough
    wait "$holder"
done
works cellar export -C cellar

# Many at once: each is done or refused, never both; nothing is lost.
before=$(cellar audit -C cellar --json | sed -n 's/.*"journal_entries": \([0-9]*\).*/\1/p')
for i in 1 2 3 4 5 6; do
    (s=0; cellar export -C cellar >/dev/null 2>&1 || s=$?; echo "$s" >"status.$i") &
done
wait
done_=$(cat status.* | grep -c '^0$')
refused=$(cat status.* | grep -c '^7$')
check 'a status that is neither 0 nor 7' [ $((done_ + refused)) -eq 6 ]
check 'none was done' [ "$done_" -ge 1 ]
works cellar audit -C cellar --json
check 'entries do not match' grep -q "\"journal_entries\": $((before + done_))," out
finish
