#!/bin/bash
# cellar revoke: by serial, fingerprint or file; reasons, treatments, and what trust files make of it.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod time-stamping
make_line prod tls

# serial_of AUTHORITY, fingerprint_of AUTHORITY
serial_of() {
    sqlite3 cellar/cellar.db "SELECT lower(hex(c.serial)) FROM certificate c
        JOIN authority a ON a.id = c.authority WHERE a.name = '$1'"
}
fingerprint_of() {
    sqlite3 cellar/cellar.db "SELECT lower(hex(c.fingerprint)) FROM certificate c
        JOIN authority a ON a.id = c.authority WHERE a.name = '$1'"
}
state_of() {
    sqlite3 cellar/cellar.db "SELECT state FROM authority WHERE name = '$1'"
}

g1=$(serial_of prod-code-signing-g1)
keeps cellar refuses 2 'reason is missing' cellar revoke "$g1" -C cellar
keeps cellar refuses 2 'there are keyCompromise' cellar revoke "$g1" --reason hold -C cellar
keeps cellar refuses 4 'unspecified is no reason for an authority' \
    cellar revoke "$g1" --reason unspecified -C cellar
keeps cellar refuses 4 'invalid-since' \
    cellar revoke "$g1" --reason keyCompromise --treatment end -C cellar
keeps cellar refuses 4 'future' cellar revoke "$g1" --reason keyCompromise \
    --invalid-since 2027-01-01 -C cellar
keeps cellar refuses 2 'give one' cellar revoke --reason superseded -C cellar
check 'it names nothing' grep -q '^cellar-revoke: give one: a serial' err
keeps cellar refuses 2 'give one' cellar revoke "$g1" --certificate x --reason superseded -C cellar
keeps cellar refuses 4 'no certificate of this cellar' cellar revoke \
    4f00000000000000000000000000000000000000 --reason superseded -C cellar
keeps cellar refuses 4 'a root cannot revoke itself' cellar revoke "$(serial_of root-g1)" \
    --reason superseded -C cellar

# An authority whose key leaked: dropped, its next takes over, in one step.
works cellar export -C cellar
cp -r cellar/exports/prod before
compromise=(cellar revoke "$(fingerprint_of prod-code-signing-g1)" --reason keyCompromise
    --promote-next -C cellar)
keeps cellar works "${compromise[@]}" --dry-run
says 'Test Prod Code Signing CA G1'
fails 4 'not confirmed' "${compromise[@]}" --confirm 'Test Prod Code Signing CA G2'
check 'declined, but revoked' [ "$(state_of prod-code-signing-g1)" = active ]
works "${compromise[@]}" --confirm 'Test Prod Code Signing CA G1'
says 'root-g1, by 2026-03-02T11:55:00Z'
says 'REVOKED: Test Prod Code Signing CA G1'
says '^Next: cellar crl root-g1'
check 'status tells another hour' grep -q '"crl_by": "2026-03-02T11:55:00Z"' <(cellar status -C cellar --json)
check 'it is revoked' [ "$(state_of prod-code-signing-g1)" = revoked ]
check 'the next is active' [ "$(state_of prod-code-signing-g2)" = active ]
keeps cellar fails 4 'revoked already' "${compromise[@]}" --confirm 'Test Prod Code Signing CA G1'
works cellar export -C cellar
check 'a dropped generation has a chain' [ ! -e cellar/exports/prod/code-signing/g1 ]
der=$(openssl x509 -in before/code-signing/g1/chain.pem -outform DER | base64 -w 0)
check 'the fixture found its certificate' grep -qrF "$der" before/sigstore/trusted_root.json
check 'a dropped generation is in trusted_root.json' ! grep -qF "$der" \
    cellar/exports/prod/sigstore/trusted_root.json
check 'the dropped one is in a PEM file' ! grep -rqF \
    "$(tail -n 3 before/code-signing/g1/chain.pem | head -n 1)" cellar/exports/prod --include='*.pem'
is '3' cellar status -C cellar
says 'cellar crl root-g1'

# A time-stamping leaf: the key leaked, so no end of its window helps; the generation is dropped.
tsa=$(sqlite3 cellar/cellar.db "SELECT lower(hex(serial)) FROM certificate
    WHERE companion = (SELECT id FROM authority WHERE name = 'prod-time-stamping-g1')")
keeps cellar refuses 4 'any past time' cellar revoke "$tsa" --reason keyCompromise --treatment end \
    --invalid-since 2026-03-01T11:58:00Z -C cellar
works cellar revoke "$tsa" --reason keyCompromise --promote-next -C cellar \
    --confirm 'Test Prod Time Stamping CA G1 TSA'
check 'its generation retires' [ "$(state_of prod-time-stamping-g1)" = retiring ]
json 3 cellar-status 'not any(w["authority"] == "prod-time-stamping-g1" for w in result["windows"])' \
    cellar status -C cellar
check 'the next stamps' [ "$(state_of prod-time-stamping-g2)" = active ]

# An end entity: its chain is not handed out any more.
request web.csr
with prod-tls-g1
works cellar issue prod tls --leaf tls-server --csr web.csr --dns web.example.com --common-name web -C cellar \
    "${secrets[@]}" --confirm web
web=$(sqlite3 cellar/cellar.db "SELECT lower(hex(serial)) FROM certificate ORDER BY id DESC LIMIT 1")
works cellar export --leaf "$web" --to web -C cellar
works cellar revoke "$web" --reason keyCompromise -C cellar --confirm web
keeps cellar refuses 4 'is revoked since 2026-03-01T11:55:00Z .keyCompromise.: issue another' \
    cellar export --leaf "$web" --to again -C cellar
check 'it is written all the same' [ ! -e again ]

# Superseded in the second in which it was issued: a window that ends before it starts is none.
works cellar revoke "$(serial_of prod-tls-g2)" --reason superseded -C cellar \
    --confirm 'Test Prod TLS CA G2'
# Later: what it signed until then stays, in the format that can say when.
export CELLAR_TEST_NOW=2026-03-01T13:00:00Z
works cellar revoke "$(serial_of prod-tls-g1)" --reason superseded -C cellar \
    --confirm 'Test Prod TLS CA G1'
json 0 cellar-export 'True' cellar export -C cellar
check 'a time-stamping generation of a lost leaf is trusted' \
    [ ! -e cellar/exports/prod/time-stamping/g1 ]
check 'what was superseded has no chain' [ -e cellar/exports/prod/tls/g1/chain.pem ]
check 'what never was has a chain' [ ! -e cellar/exports/prod/tls/g2 ]

# A certificate that somebody else issued under our key, which left the cellar: by file.
openssl pkcs8 -in cellar/keys/prod-code-signing-g2.key -out g2.key \
    -passin file:secrets/prod-code-signing-g2.txt 2>why
openssl x509 -in cellar/exports/prod/code-signing/g2/chain.pem -out g2.pem
request others.csr
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nauthorityKeyIdentifier=keyid\n' >others.ext
openssl x509 -req -in others.csr -CA g2.pem -CAkey g2.key -set_serial 0x1234 -days 1 \
    -extfile others.ext -out others.pem 2>why
check 'the fixture signed' [ -s others.pem ]
works cellar revoke --certificate others.pem --reason unspecified -C cellar --confirm 'asked for'
says '^Next: cellar crl prod-code-signing-g2'
check 'recorded by issuer and serial' [ "$(sqlite3 cellar/cellar.db \
    "SELECT count(*) FROM revocation WHERE hex(serial) = '1234'")" = 1 ]
keeps cellar refuses 4 'revoked already' cellar revoke --certificate others.pem --reason superseded \
    -C cellar
openssl x509 -in others.pem -outform DER -out forged.der
python3 -c 'd=bytearray(open("forged.der","rb").read()); d[-1]^=1; open("forged.der","wb").write(d)'
keeps cellar refuses 3 'signature' cellar revoke --certificate forged.der --reason superseded \
    -C cellar
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -subj /CN=x \
    -out stranger.pem 2>why
keeps cellar refuses 4 'none of this cellar' cellar revoke --certificate stranger.pem \
    --reason superseded -C cellar
cat others.pem g2.pem >two.pem
keeps cellar refuses 3 '2 certificates' cellar revoke --certificate two.pem --reason superseded \
    -C cellar
keeps cellar refuses 2 'no such file' cellar revoke --certificate nowhere.pem --reason superseded \
    -C cellar
works cellar audit -C cellar

# The active one superseded, and nobody promoted yet: what verifiers have is not lost with it.
make_line dev code-signing
export CELLAR_TEST_NOW=2026-03-02T12:00:00Z
works cellar revoke "$(serial_of dev-code-signing-g1)" --reason superseded -C cellar \
    --confirm 'Test Dev Code Signing CA G1'
works cellar export dev -C cellar
dev=cellar/exports/dev/code-signing
check 'nobody issues' [ ! -e $dev/fulcio -a ! -e $dev/chain.pem ]
check 'cosign has the next, the old one and the root' [ "$(grep -c BEGIN $dev/cosign/chain.pem)" = 3 ]
check 'the next first' [ "$(openssl x509 -in $dev/cosign/chain.pem -noout -fingerprint)" = \
    "$(openssl x509 -in $dev/g2/chain.pem -noout -fingerprint)" ]
works cellar verify --anchor $dev/cosign/ca-roots.pem --untrusted $dev/cosign/ca-intermediates.pem $dev/g1/chain.pem
# The next one's key leaked: only a format that can say until when may still hold it.
works cellar revoke "$(serial_of dev-code-signing-g2)" --reason keyCompromise -C cellar \
    --treatment end --invalid-since 2026-03-01T13:00:00Z --confirm 'Test Dev Code Signing CA G2'
works cellar export dev -C cellar
check 'cosign has the old one alone' [ "$(grep -c BEGIN $dev/cosign/chain.pem)" = 2 ]

# A root whose key leaked takes its tree along.
works cellar revoke "$(serial_of root-g1)" --reason cACompromise -C cellar --confirm 'Test Root CA'
says 'out of every trust store'
keeps cellar refuses 4 'nothing of (dev, prod|prod, dev) is trusted' cellar export -C cellar
works cellar audit -C cellar
finish
