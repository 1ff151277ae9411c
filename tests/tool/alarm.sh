#!/bin/bash
# The alarm of an old backup goes out when what was seen outside is taken in, and by nothing else.
. "$(dirname "$0")/lib.sh"

begin=$(date -ud 2026-03-01T12:00:00Z +%s)
at() { # SECONDS_LATER: the clock of every later command
    CELLAR_TEST_NOW=$(date -ud "@$((begin + $1))" +%Y-%m-%dT%H:%M:%SZ)
}
query() { # CELLAR SQL
    sqlite3 "$1/cellar.db" "$2"
}
# shellcheck disable=SC2317 # called through works and refuses
sign_crl() { # CELLAR AUTHORITY NAME [option...]
    with "$2"
    cellar crl "$2" -C "$1" "${secrets[@]}" --confirm "$3" "${@:4}"
}
dev=(dev-code-signing-g1 'Test Dev Code Signing CA G1')
root=(root-g1 'Test Root CA')
files() { # DIR: its certificates and lists, in the array `found`
    mapfile -t found < <(find "$1" -name '*.pem' -o -name '*.crl' | sort)
}

serial_of() { # AUTHORITY
    query cellar "SELECT lower(hex(c.serial)) FROM certificate c
        JOIN authority a ON a.id = c.authority WHERE a.name = '$1'"
}
treatments() { # CELLAR
    query "$1" "SELECT group_concat(t, ' ') FROM (SELECT name || ' ' || treatment AS t FROM revocation
        JOIN certificate USING (issuer, serial) JOIN authority a ON a.id = authority ORDER BY name)"
}

make_cellar ecdsa-p256
make_line dev code-signing
make_line prod tls
make_line prod code-signing
works cellar export -C cellar
mkdir medium
works cellar backup --to medium -C cellar
backup=$(echo medium/cellar-*-0001)

# --- the world moves on, in both environments, and each is exported once ------------------------
at 1000
request leaf.csr
with dev-code-signing-g1
works cellar issue dev code-signing --leaf code-signing --csr leaf.csr \
    --common-name a.example -C cellar "${secrets[@]}" --confirm a.example
leaf=$(query cellar "SELECT lower(hex(serial)) FROM certificate ORDER BY id DESC LIMIT 1")
works cellar revoke "$leaf" --reason keyCompromise -C cellar --confirm a.example
works sign_crl cellar "${dev[@]}"
# Each treatment is another than its reason has by itself.
works cellar revoke "$(serial_of prod-tls-g1)" --reason superseded --treatment drop --promote-next \
    --invalid-since @$((begin + 500)) -C cellar --confirm 'Test Prod TLS CA G1'
works cellar revoke "$(serial_of prod-code-signing-g1)" --reason keyCompromise --treatment end --promote-next \
    --invalid-since @$((begin + 500)) -C cellar --confirm 'Test Prod Code Signing CA G1'
works sign_crl cellar "${root[@]}"
works cellar export -C cellar
works cellar export dev code-signing --for fulcio --to fulcio -C cellar
cp -r cellar/exports world
check 'both have one head' [ "$(cat world/*/manifest.json | grep '"head"' | sort -u | wc -l)" = 1 ]
head=$(query cellar 'SELECT lower(hex(hash)) FROM journal ORDER BY id DESC LIMIT 1')
words=$(cellar audit -C cellar --json | python3 -c \
    'import json,sys; print(json.load(sys.stdin)["result"]["journal"]["head_words"])')
works cellar backup --to medium -C cellar
newer=$(echo medium/cellar-*-0002)
mv cellar lost

# --- an environment's export --------------------------------------------------------------------
# Seen: that of dev, where a certificate is revoked. Prod's has the same head and knows nothing of it.
at 2000
works cellar restore "$backup" --to cellar --seen world/dev/manifest.json
says 'manifest of that environment'
says '^Next: cellar reconcile FILE...'
refuses 4 'older.*cellar reconcile FILE' sign_crl cellar "${dev[@]}"
files world/prod
works cellar reconcile world/prod/manifest.json "${found[@]}" -C cellar --confirm 'Test Corp'
warns 'The cellar stays older: world/dev/manifest.json is of entry'
says 'prod-tls-g1 +drop'
check 'treatments are other ones' [ "$(treatments cellar)" = 'prod-code-signing-g1 end prod-tls-g1 drop' ]
refuses 4 'older: world/dev/manifest.json' sign_crl cellar "${dev[@]}"
check 'prod was taken in' [ "$(query cellar "SELECT count(*) FROM journal WHERE action = 'reconcile'
    AND subject LIKE '% export prod'")" = 1 ]

# A later one, with another head, that lists nothing; the right head in what lists one purpose only.
python3 - <<'PY'
import json
manifest = json.load(open("world/dev/manifest.json"))
manifest["journal"] |= {"counter": 10**9, "head": "ab" * 32}
manifest["files"] = [f for f in manifest["files"] if f["path"] == "anchors.pem"]
json.dump(manifest, open("forged.json", "w"))
manifest["environment"] = "../dev"
json.dump(manifest, open("odd.json", "w"))
PY
works cellar reconcile forged.json -C cellar --confirm 'Test Corp'
warns 'The cellar stays older: world/dev/manifest.json is of entry'
keeps cellar refuses 4 'the alarm stays: the cellar is older: world/dev/manifest.json' \
    cellar reconcile fulcio/manifest.json fulcio/chain.pem -C cellar
keeps cellar refuses 3 'of no environment' cellar reconcile odd.json -C cellar
refuses 4 'older: world/dev/manifest.json' sign_crl cellar "${dev[@]}"

files world/dev
keeps cellar refuses 4 'neither known nor among the files' cellar reconcile world/dev/manifest.json -C cellar
works cellar reconcile world/dev/manifest.json "${found[@]}" -C cellar --confirm 'Test Corp'
works sign_crl cellar "${dev[@]}"
openssl crl -inform DER -in "$(find cellar/crls -name 'dev-*' | sort | tail -n 1)" -noout -text >list.txt
check 'the leaf was un-revoked' grep -qi "Serial Number: $leaf" list.txt
works cellar audit -C cellar
works sign_crl cellar "${root[@]}" --seen world/dev/manifest.json

# --- a backup ------------------------------------------------------------------------------------
works cellar restore "$backup" --to old --seen "$newer/manifest.json"
says 'restore that backup instead'
refuses 4 'older: .*0002/manifest.json is of entry .*: restore that backup' sign_crl old "${root[@]}"
is 3 cellar status -C old
says 'cellar restore FROM --to DIR'
keeps old refuses 4 "is a backup's" cellar reconcile "$newer/manifest.json" -C old
files world/dev
keeps old refuses 4 "is a backup's" cellar reconcile world/dev/manifest.json "${found[@]}" "$newer/manifest.json" -C old
works cellar reconcile world/dev/manifest.json "${found[@]}" -C old --confirm 'Test Corp'
warns 'The cellar stays older: .*0002/manifest.json is of entry'
says '^Next: cellar restore FROM'
refuses 4 'older: .*restore that backup' sign_crl old "${root[@]}"
works cellar restore "$newer" --to new --seen "$newer/manifest.json" --seen world/dev/manifest.json \
    --seen world/prod/manifest.json
works sign_crl new "${root[@]}"

# --- the word -------------------------------------------------------------------------------------
keeps old refuses 2 'FILE is missing' cellar reconcile -C old
keeps old works cellar reconcile --override lost-for-good -C old --dry-run
says 'forgotten'
works cellar reconcile --override lost-for-good -C old --confirm 'Test Corp'
check 'the journal keeps the word' [ "$(query old "SELECT count(*) FROM journal WHERE action = 'reconcile'
    AND subject LIKE '% backup' AND detail LIKE '%lost-for-good: older: medium/%'")" = 1 ]
works sign_crl old "${root[@]}"
refuses 4 'nothing to reconcile' cellar reconcile --override lost-for-good -C old

# --- the words of a head ---------------------------------------------------------------------------
works cellar restore "$backup" --to heard --head "$words"
says 'override lost-for-good'
works cellar reconcile "$(find world -name 'root-g1.crl' | head -n 1)" -C heard --confirm 'Test Corp'
check 'trusted without proof' [ "$(treatments heard)" = 'prod-code-signing-g1 drop prod-tls-g1 drop' ]
refuses 4 'a head names no files' sign_crl heard "${root[@]}"
for environment in dev prod; do
    files world/$environment
    works cellar reconcile world/$environment/manifest.json "${found[@]}" -C heard --confirm 'Test Corp'
done
refuses 4 'does not hold the head' sign_crl heard "${root[@]}"
works cellar reconcile --override lost-for-good -C heard --confirm 'Test Corp'
check 'it was of this head' [ "$(query heard "SELECT count(*) FROM journal WHERE action = 'reconcile'
    AND subject = '$head'")" = 1 ]
works sign_crl heard "${root[@]}"
finish
