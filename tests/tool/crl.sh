#!/bin/bash
# cellar crl: signed, recorded, exported; openssl accepts what is good and refuses what is revoked.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod tls
make_line prod code-signing
request web.csr
request mail.csr
with root-g1 prod-tls-g1 prod-code-signing-g1
issue_leaf() { # NAME
    cellar issue prod tls --leaf tls-server --csr "$1.csr" --common-name "$1.example" \
        --dns "$1.example" -C cellar "${secrets[@]}" --confirm "$1.example" >out 2>err ||
        bad "fixture: $1"
    serial=$(sed -n 's/.*cellar export --leaf \([0-9a-f]\{40\}\) .*/\1/p' out)
    cellar export --leaf "$serial" --to "$1" -C cellar >out 2>err || bad "fixture: export $1"
}
issue_leaf web
web=$serial
issue_leaf mail

root=(cellar crl root-g1 -C cellar "${secrets[@]}")
keeps cellar works "${root[@]}" --dry-run
says 'CRL number +1772366100'
keeps cellar json 0 cellar-crl 'result["confirm"] == "Test Root CA"' "${root[@]}" --dry-run
refuses 2 'give one' cellar crl -C cellar
refuses 2 'give one' cellar crl root-g1 --due -C cellar
refuses 4 'no authority of that name' cellar crl root-g7 -C cellar
refuses 4 'no line|it has' cellar crl prod painting -C cellar
CELLAR_TEST_ROOM=$wired fails 4 'eth0' "${root[@]}" --confirm 'Test Root CA'
fails 4 'not confirmed' "${root[@]}"
check 'a declined CRL left a file' [ -z "$(ls cellar/crls)" ]
works "${root[@]}" --confirm 'Test Root CA'
says 'crls/root-g1-1772366100.crl'
works cellar crl prod tls -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G1'
works cellar crl prod code-signing -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G1'
works cellar crl --due -C cellar
says 'No CRL is due'
works cellar lint cellar/crls/root-g1-1772366100.crl
works cellar show cellar/crls/root-g1-1772366100.crl

exports=cellar/exports/prod
# CHAIN: by openssl, every certificate's CRL looked at
# shellcheck disable=SC2317 # called by check
all() {
    openssl verify -attime 1772366400 -x509_strict -crl_check_all -CAfile "$exports/anchors.pem" \
        -CRLfile "$exports/crl/all.pem" -untrusted "$1" "$1" >verified 2>&1
}
works cellar export -C cellar
check 'web is good' all web/chain.pem
check 'mail is good' all mail/chain.pem
check 'g1 is good' all $exports/code-signing/g1/chain.pem
for name in root-g1 prod-tls-g1 prod-code-signing-g1; do
    check "$name: PEM" cmp -s <(openssl crl -in $exports/crl/$name.pem -outform DER) $exports/crl/$name.crl
    check "$name: archive" cmp -s cellar/crls/$name-1772366100.crl \
        $exports/crl/archive/$name-1772366100.crl
done
check 'served: CRL' cmp -s $exports/publish/prod-tls-g1.crl $exports/crl/prod-tls-g1.crl
check 'served: root' cmp -s $exports/publish/root-g1.cer \
    <(openssl x509 -in $exports/anchors.pem -outform DER)

# A revocation is due within a day, whatever --within says; its list adds one entry.
works cellar revoke "$web" --reason superseded -C cellar --confirm web.example
is 3 cellar status --within 1h -C cellar
says 'cellar crl prod-tls-g1'
works cellar crl --due --within 1h -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G1'
warns '\+1 since number 1772366100'
warns 'web.example'
works cellar export -C cellar
check 'web is revoked' ! all web/chain.pem
check 'openssl says why' grep -q 'certificate revoked' verified
check 'mail is still good' all mail/chain.pem
is 3 cellar verify --anchor $exports/anchors.pem --crl $exports/crl/all.pem web/chain.pem
works cellar verify --anchor $exports/anchors.pem --crl $exports/crl/all.pem mail/chain.pem
check 'both lists are in the archive' [ "$(find $exports/crl/archive -name 'prod-tls-g1-*' | wc -l)" = 2 ]

# Numbers grow though the clock stands still; reasons are in the list.
works "${root[@]}" --confirm 'Test Root CA'
says 'CRL number +1772366101'
openssl crl -inform DER -in $exports/crl/prod-tls-g1.crl -noout -text >text
check 'its reason' grep -q Superseded text

# As of before the revocation: the export that was made then, byte for byte.
works cellar audit -C cellar
says 'CRLs +5'
rm -r cellar/exports/prod
works cellar export -C cellar
works cellar audit -C cellar

# The files are the truth: one that is missing or was changed is found, and no list follows it.
cp cellar/crls/root-g1-1772366101.crl kept
printf x >>cellar/crls/root-g1-1772366101.crl
fails 5 'finding' cellar audit -C cellar
says 'root-g1-1772366101.crl.*differs'
keeps cellar fails 5 'differs from the record' "${root[@]}" --confirm 'Test Root CA'
refuses 5 'differs from the record' cellar export -C cellar
rm cellar/crls/root-g1-1772366101.crl
fails 5 'finding' cellar audit -C cellar
cp kept cellar/crls/root-g1-1772366101.crl
works cellar audit -C cellar
CELLAR_TEST_NOW=2026-08-20T00:00:00Z is 3 cellar status -C cellar
says 'cellar crl root-g1'

# Everything due at once, each confirmed by ALL; then the authority ends. Its last list holds for what
# it signed, an earlier one does not.
CELLAR_TEST_NOW=2026-10-01T00:00:00Z works cellar export -C cellar
export CELLAR_TEST_NOW=2027-05-15T00:00:00Z
fails 4 'not confirmed' cellar crl --due -C cellar "${secrets[@]}" --confirm all
works cellar crl --due -C cellar "${secrets[@]}" --confirm ALL
says 'prod-code-signing-g1'
export CELLAR_TEST_NOW=2027-07-01T00:00:00Z
works cellar export -C cellar
then=(cellar verify --anchor "$exports/anchors.pem" --at 2026-03-02 mail/chain.pem)
works "${then[@]}" --crl $exports/crl/all.pem
fails 3 'out of date' "${then[@]}" --crl $exports/crl/root-g1.crl \
    --crl $exports/crl/archive/prod-tls-g1-1772366100.crl
finish
