#!/bin/bash
# A rehearsal cellar: everything that a real one does, in hours, and nothing that anybody takes:
# names say so, every certificate is marked, verifiers refuse it, real cellars refuse it.
# shellcheck disable=SC2317 # functions here are called by check
. "$(dirname "$0")/lib.sh"

mark=1.3.6.1.4.1.32473.1
title='REHEARSAL Test Prod Code Signing CA'
hierarchy ecdsa-p256

# Made; what is too long for its name is named at once.
refuses 2 'needs --rehearsal' cellar init hierarchy.yaml -C cellar --rehearsal-clock @1772366400
sed 's/Test Dev Code Signing CA/An organization with a name of more than forty letters CA/' \
    hierarchy.yaml >long.yaml
fails 4 'too long for a rehearsal.*64 are allowed.*shorten it' \
    cellar init long.yaml -C cellar --rehearsal
check 'no cellar was begun' [ ! -e cellar ]
works cellar init long.yaml -C long
works cellar init hierarchy.yaml -C cellar --rehearsal --dry-run
says REHEARSAL
works cellar init hierarchy.yaml -C cellar --rehearsal
says '^REHEARSAL: no verifier'
says 'REHEARSAL Test Root CA.* 12 h'
says 'prod .*code-signing .* 6 h +2 h'
fails 2 'from its beginning' cellar init --update hierarchy.yaml --rehearsal -C long

# Its life: root, two generations, a leaf, a list, an export, rotations, a cut-over, a revocation.
# Prepared in the past of this afternoon, by a clock that only a rehearsal may pretend.
with root-g1
clock=(--rehearsal-clock 2026-03-01T12:30:00Z)
works cellar root main -C cellar "${clock[@]}" "${secrets[@]}" --confirm 'REHEARSAL Test Root CA'
warns '^REHEARSAL: no verifier takes'
says 'REHEARSAL: no verifier takes'
says '2026-03-02T00:29:59Z'
with root-g1 prod-code-signing-g{1,2,3,4} prod-tls-g{1,2} prod-time-stamping-g{1,2}{,-tsa}
works cellar issue prod code-signing -C cellar "${clock[@]}" "${secrets[@]}" --confirm "$title G1"
works cellar issue prod tls -C cellar "${clock[@]}" "${secrets[@]}" --confirm 'REHEARSAL Test Prod TLS CA G1'
works cellar issue prod time-stamping -C cellar "${clock[@]}" "${secrets[@]}" \
    --confirm 'REHEARSAL Test Prod Time Stamping CA G1'
works cellar export -C cellar "${clock[@]}"
fails 4 'before the journal.s newest entry' cellar crl root-g1 -C cellar "${secrets[@]}" \
    --confirm 'REHEARSAL Test Root CA'
export CELLAR_TEST_NOW=2026-03-01T12:35:00Z
fails 4 'possible from 2026-03-01T12:40:00Z' cellar rotate prod code-signing -C cellar --dry-run
export CELLAR_TEST_NOW=2026-03-01T14:30:00Z CELLAR_TEST_BUILD_DATE=2026-03-01T14:00:00Z
works cellar rotate prod code-signing -C cellar "${secrets[@]}" --confirm "$title G2"
works cellar export -C cellar
works cellar cutover prod code-signing --at 2026-03-01T14:30:00Z -C cellar --confirm "$title G2"
fails 4 'possible from 2026-03-01T14:40:00Z' cellar rotate prod code-signing -C cellar --dry-run
export CELLAR_TEST_NOW=2026-03-01T14:45:00Z
works cellar rotate prod code-signing -C cellar "${secrets[@]}" --confirm "$title G3"
request web.csr
works cellar issue prod tls --leaf tls-server --dns a.example --common-name a.example \
    --csr web.csr -C cellar "${secrets[@]}" --confirm 'REHEARSAL a.example'
serial=$(sed -n 's/^ *Serial *//p' out | tr -d ' :')
works cellar revoke "$serial" --reason superseded --treatment end -C cellar --confirm 'REHEARSAL a.example'
works cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'REHEARSAL Test Root CA'
works cellar crl prod tls -C cellar "${secrets[@]}" --confirm 'REHEARSAL Test Prod TLS CA G1'
works cellar export -C cellar
is '0|3' cellar status -C cellar
says 'REHEARSAL: no verifier takes'
works cellar audit -C cellar
json 0 cellar-export '"REHEARSAL" in str(result["rehearsal"])' cellar export -C cellar

# Whoever holds a list knows that it lasts for hours.
openssl crl -inform DER -in cellar/exports/prod/crl/root-g1.crl -noout -nextupdate >out
check 'the list ends within the day' grep -q 'Mar  1 20:.*2026' out

# Every certificate of every export: marked, its names say so, it lives for hours.
certificates() {
    python3 - cellar/exports/prod <<'PY'
import pathlib, re, subprocess, sys
seen = set()
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    if not path.is_file():
        continue
    for pem in re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", path.read_text("latin-1"), re.S):
        seen.add(pem)
for pem in seen:
    text = subprocess.run(["openssl", "x509", "-noout", "-text", "-dates", "-nameopt", "RFC2253"],
                          input=pem, capture_output=True, text=True, check=True).stdout
    assert "1.3.6.1.4.1.32473.1: critical" in text, text
    assert all("CN=REHEARSAL " in line for line in re.findall("(?:Subject|Issuer): .*", text)), text
    assert not subprocess.run(["openssl", "x509", "-noout", "-checkend", str(13 * 3600)], input=pem,
                              capture_output=True, text=True).stdout.startswith("Certificate will not")
assert len(seen) >= 10, len(seen)
PY
}
if certificates >why 2>&1; then ok; else bad "a certificate that could be mistaken: $(tail -n 1 why)"; fi
check 'the manifest says so' grep -q '"rehearsal": *"REHEARSAL' cellar/exports/prod/manifest.json

# Verifiers refuse them, and say why.
prod=cellar/exports/prod
chain=$prod/code-signing/fulcio/chain.pem
csplit -sz -f part- "$chain" '/-----BEGIN CERTIFICATE-----/' '{*}'
at=$(date -u -d 2026-03-01T14:46:00Z +%s)
is 2 openssl verify -attime "$at" -CAfile "$prod/anchors.pem" part-00
warns 'unhandled critical extension'
is 2 openssl verify -attime "$at" -x509_strict -CAfile "$prod/anchors.pem" "$prod/anchors.pem"
works openssl verify -attime "$at" -ignore_critical -CAfile "$prod/anchors.pem" part-00
if command -v certtool >/dev/null; then
    run certtool --verify --attime '2026-03-01 14:46:00' --load-ca-certificate "$prod/anchors.pem" --infile part-00
    check 'certtool refuses it' [ "$status" -ne 0 ]
fi
fails 3 "$mark, the mark of a rehearsal" cellar verify part-00 --anchor "$prod/anchors.pem" \
    --at 2026-03-01T14:46:00Z
fails 3 'severity error' cellar lint part-00
says 'the mark of a$|rehearsal, is critical'
works cellar export prod code-signing --for fulcio --with-key --to handed -C cellar
says 'REHEARSAL: no verifier takes'
mkdir fulcio
cp handed/* fulcio
keeps fulcio is '3|4' cellar install fulcio --from handed --to fulcio --dry-run
warns 'rehearsal|lint'

# No real cellar takes them in; the rehearsal takes nothing real; the clock is real elsewhere.
cp -r cellar rehearsed
unset CELLAR_TEST_BUILD_DATE
rm -rf cellar
make_cellar ecdsa-p256
make_line prod code-signing
works cellar export -C cellar
real=cellar/exports/prod/code-signing/fulcio/chain.pem
keeps cellar fails 4 'no real cellar takes it in' cellar revoke --certificate part-00 \
    --reason superseded --treatment end -C cellar --dry-run
keeps cellar fails 4 'no real cellar takes it in' cellar reconcile part-00 -C cellar --dry-run
keeps cellar is 2 cellar reconcile "rehearsed/exports/prod/manifest.json" -C cellar --dry-run
keeps cellar fails 4 'is for rehearsals' cellar crl root-g1 -C cellar --dry-run --rehearsal-clock @1772366400
keeps cellar refuses 4 'is for rehearsals' cellar status -C cellar --rehearsal-clock @1772366400
csplit -sz -f real- "$real" '/-----BEGIN CERTIFICATE-----/' '{*}'
keeps rehearsed fails 4 'a rehearsal does not take it in' cellar reconcile real-00 -C rehearsed --dry-run
keeps rehearsed fails 4 'a rehearsal does not take it in' cellar revoke --certificate real-00 \
    --reason superseded --treatment end -C rehearsed --dry-run

# Its backup is a rehearsal's too.
mkdir stick
works cellar backup --to stick -C rehearsed
works cellar restore stick/* --to again --seen rehearsed/exports/prod/manifest.json
says 'REHEARSAL: no verifier takes'
works cellar audit -C again
says 'REHEARSAL: no verifier takes'
finish
