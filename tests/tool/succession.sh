#!/bin/bash
# A root's successor: its key, its cross-certificate by the root before it, and what becomes of the exports, so that
# who knows the old root alone and who knows the new one alone both verify.
# shellcheck disable=SC2154,SC2317 # sourced; functions called by check
. "$(dirname "$0")/lib.sh"

day=86400
at() { # DAYS after the beginning
    CELLAR_TEST_NOW=$(date -u -d "@$(($(date -u -d 2026-03-01T12:00:00Z +%s) + $1 * day))" +%FT%TZ)
}

# verifies ANCHORS CERTIFICATE UNTRUSTED...: openssl, strictly.
verifies() {
    local untrusted=() file
    for file in "${@:3}"; do untrusted+=(-untrusted "$file"); done
    openssl verify -x509_strict -attime "$(date -u -d "$CELLAR_TEST_NOW" +%s)" -CAfile "$1" "${untrusted[@]}" "$2" \
        >openssl.out 2>&1
}

# nth N FILE: its n-th certificate.
nth() {
    awk -v n="$1" '/BEGIN/ { i++ } i == n' "$2" >"nth-$1.pem"
    echo "nth-$1.pem"
}

subjects() {
    openssl crl2pkcs7 -nocrl -certfile "$1" | openssl pkcs7 -print_certs -noout | sed -n 's/^subject=.*CN *= *//p' |
        sed 's/,.*//'
}

holds() { # FILE COMMON_NAME...: these certificates, in this order
    [ "$(subjects "$1")" = "$(printf '%s\n' "${@:2}")" ]
}

# told SERIAL STATE: status and report name the one cross-certificate.
told() {
    json 3 cellar-status "[(c['certificate'], c['issued_by'], c['serial'], c['state'], len(c['fingerprint']))
        for c in result['cross_certificates']] == [('root-g2-cross', 'root-g1', '${1,,}', '$2', 64)]" \
        cellar status -C cellar
    works cellar report --to report.html -C cellar
    check "the report names it as $2" python3 - "$2" <<'END'
import re, sys
page = open("report.html").read()
part = page[page.rindex("<h2>Cross-certificates</h2>"):page.index("<h2>To be compared</h2>")]
sys.exit(not (part.count("<h3>") == 1 and "<h3>root-g2-cross</h3>" in part and "CN=Test Root CA G2" in part
              and re.search(r"State.*?>" + sys.argv[1] + "<", part, re.S)))
END
    rm report.html
}

with root-g1
make_cellar ecdsa-p256
keeps cellar refuses 4 'exists already: root-g1; --succeed' cellar root main -C cellar "${secrets[@]}"
refuses 2 'made in one go' cellar root main -C cellar --prepare sheet "${secrets[@]}"
make_line prod code-signing
make_line prod tls
make_line dev code-signing
works cellar export -C cellar
prod=cellar/exports/prod
cp $prod/anchors.pem old-root.pem
check 'one root' holds old-root.pem 'Test Root CA'
mkdir medium && works cellar backup --to medium -C cellar

# --- what it would do, and doing it -------------------------------------------------------------------
with root-g1 root-g2
keeps cellar works cellar root main --succeed -C cellar "${secrets[@]}" --dry-run
says 'root-g1 +active +retiring'
says 'anchors.pem +adds root-g2'
says 'prod/publish/root-g2.cer +new'
says 'Certificate +Cross-certificate \(profile cross\)'
says 'confirm "Test Root CA G2"'
fails 4 'not confirmed' cellar root main --succeed -C cellar "${secrets[@]}" --no-input
works cellar root main --succeed -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
says 'root-g2-cross +cross +issued'
check 'its key' [ -e cellar/keys/root-g2.key ]
check 'no key of the cross-certificate' [ ! -e cellar/keys/root-g2-cross.key ]
works cellar audit -C cellar
works cellar crl root-g2 -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
works cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar audit --seal --to sealed -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
works cellar export -C cellar
check 'both roots are anchors' holds $prod/anchors.pem 'Test Root CA' 'Test Root CA G2'
check 'Fulcio goes on with the old root' \
    holds $prod/code-signing/fulcio/chain.pem 'Test Prod Code Signing CA G1' 'Test Root CA'
check 'no chain changes' holds $prod/code-signing/chain.pem 'Test Prod Code Signing CA G1'
told "$(sqlite3 cellar/cellar.db "SELECT hex(serial) FROM certificate WHERE profile = 'cross'")" good
json 3 cellar-status '{a["authority"]: a["state"] for a in result["authorities"]}["root-g1"] == "retiring"' \
    cellar status -C cellar

# --- the root before it is lost, with all that hangs below it -----------------------------------------
cp -r cellar lost
at 20
root=$(openssl x509 -in old-root.pem -noout -serial | sed 's/serial=//')
works cellar revoke "$root" --reason keyCompromise -C lost --confirm 'Test Root CA'
json 3 cellar-status '[d["when"] for d in result["due"] if d["command"] == "cellar rotate prod tls --now"
    ] == ["2026-03-21T12:00:00Z"]' cellar status -C lost
with root-g2 prod-tls-g3
keeps lost refuses 4 'prod-tls-g2 waits as next, but hangs below root-g1, which is revoked: .* cellar issue prod tls' \
    cellar rotate prod tls --now -C lost "${secrets[@]}" --confirm 'Test Prod TLS CA G2'
json 3 cellar-status '[d["when"] for d in result["due"] if d["command"] == "cellar issue prod tls"
    ] == ["2026-03-21T12:00:00Z"]' cellar status -C lost
works cellar issue prod tls -C lost "${secrets[@]}" --confirm 'Test Prod TLS CA G3'
says '^Next: cellar rotate prod tls --now'
json 3 cellar-status '[d for d in result["due"] if d["command"] == "cellar rotate prod tls --now"]' \
    cellar status -C lost
with root-g2 prod-tls-g4
works cellar rotate prod tls --now -C lost "${secrets[@]}" --confirm 'Test Prod TLS CA G3'
says '^Next: cellar export prod'
keeps lost refuses 4 'prod-tls-g1 hangs below root-g1, .* go on by rotation, not back' \
    cellar rotate prod tls --revert -C lost
json 3 cellar-status '[d["command"] for d in result["due"] if d["command"].startswith("cellar rotate prod")
    ] == ["cellar rotate prod code-signing --now"]' cellar status -C lost
cp -r lost/exports/dev dev-before
keeps lost fails 4 'nothing of dev is trusted, and nothing of it was written' cellar export -C lost --dry-run
fails 4 'nothing of dev is trusted, and nothing of it was written: .* remove' cellar export -C lost
warns 'prod/anchors.pem does not separate environments'
says 'tls/g3/chain.pem'
check 'it is left to be removed' diff -r dev-before lost/exports/dev
lost=lost/exports/prod
check 'the line came under the new root' holds $lost/tls/chain.pem 'Test Prod TLS CA G3'
check 'openssl takes it' verifies $lost/anchors.pem $lost/tls/chain.pem
check 'and the lost root is gone' holds $lost/anchors.pem 'Test Root CA G2'
fails 4 'nothing of dev is trusted' cellar export -C lost --to everything
check 'elsewhere as well' diff -r $lost everything/prod
check 'without the other' [ ! -e everything/dev ]
rm -r everything dev-before
works cellar audit -C lost
rm -r lost

# --- a line comes under it ----------------------------------------------------------------------------
at 20
for line in 'prod code-signing' 'prod tls'; do
    # shellcheck disable=SC2086 # two words
    set -- $line
    with root-g2 "$1-$2-g3"
    works cellar rotate "$1" "$2" -C cellar "${secrets[@]}" --confirm "$(line_title "$1" "$2") G2"
    warns 'Issuer +CN=Test Root CA G2'
done
works cellar export -C cellar
check 'the next below the new root' holds $prod/code-signing/g3/chain.pem 'Test Prod Code Signing CA G3'
check 'and what leads to the old one' \
    holds $prod/code-signing/g3/cross/chain.pem 'Test Prod Code Signing CA G3' 'Test Root CA G2'
check 'who hangs below the old root needs none' [ ! -e $prod/code-signing/g2/cross -a ! -e $prod/code-signing/cross ]
check 'TLS has none' [ -e $prod/tls/g3/chain.pem -a ! -e $prod/tls/g3/cross ]
check 'cosign: one root, last, that leads to all' holds $prod/code-signing/cosign/chain.pem \
    'Test Prod Code Signing CA G2' 'Test Prod Code Signing CA G3' 'Test Prod Code Signing CA G1' 'Test Root CA G2' \
    'Test Root CA'
works cellar lint --for cosign $prod/code-signing/cosign/chain.pem
says 'no findings'
check 'the pool' holds $prod/code-signing/cosign/ca-intermediates.pem \
    'Test Prod Code Signing CA G2' 'Test Prod Code Signing CA G3' 'Test Prod Code Signing CA G1' 'Test Root CA G2'

# --- a backup from before it ----------------------------------------------------------------------------
# It does not know the successor, and must not make its like.
cp -r $prod world
works cellar restore medium/* --to old --seen world/manifest.json
unknown='CN=Test Root CA G2, .* the name of a root that this copy does not know: restore a backup that was made after'
nth 2 world/anchors.pem >/dev/null && mv nth-2.pem new-root.pem
nth 2 world/code-signing/g3/cross/chain.pem >/dev/null && mv nth-2.pem cross.pem
keeps old refuses 4 "manifest.json: $unknown" cellar reconcile world/manifest.json -C old
for file in new-root.pem cross.pem world/code-signing/g3/chain.pem world/crl/root-g2.crl; do
    keeps old refuses 4 "$unknown" cellar reconcile $file -C old
    keeps old refuses 4 "$unknown" cellar reconcile $file world/manifest.json -C old
done
works cellar reconcile world/crl/root-g1.crl -C old --confirm 'Test Corp'
warns 'The cellar stays older: world/manifest.json is of entry'
keeps old refuses 4 'the alarm stays: the cellar is older' cellar reconcile world/crl/root-g1.crl -C old
with root-g1 root-g2
keeps old refuses 4 'the cellar is older' cellar root main --succeed -C old "${secrets[@]}" --confirm 'Test Root CA G2'

# Where nothing was seen it does make it: two of one name, which are told apart.
works cellar restore medium/* --to twin --confirm nothing-seen
works cellar root main --succeed -C twin "${secrets[@]}" --confirm 'Test Root CA G2'
for file in new-root.pem cross.pem world/code-signing/g3/chain.pem; do
    keeps twin refuses 4 'another root-g2 .*two copies' cellar reconcile $file -C twin
done

at 40
for line in 'prod code-signing' 'prod tls'; do
    # shellcheck disable=SC2086 # two words
    set -- $line
    with root-g2 "$1-$2-g4"
    works cellar rotate "$1" "$2" -C cellar "${secrets[@]}" --confirm "$(line_title "$1" "$2") G3"
done
works cellar export -C cellar
check 'Fulcio has the new root' \
    holds $prod/code-signing/fulcio/chain.pem 'Test Prod Code Signing CA G3' 'Test Root CA G2'
check 'cosign still has one that leads to all' [ "$(subjects $prod/code-signing/cosign/chain.pem | tail -n 1)" = \
    'Test Root CA' ]
new_root=$(nth 2 $prod/anchors.pem)
chain=$prod/code-signing/cross/chain.pem
check 'the cross-certificate lies apart' holds $prod/code-signing/chain.pem 'Test Prod Code Signing CA G3'
issuing=$(nth 1 $chain)
check 'openssl knows the old root alone' verifies old-root.pem "$issuing" $chain
check 'openssl knows the new root alone' verifies "$new_root" "$issuing" $chain
check 'openssl without the cross-certificate refuses' ! verifies old-root.pem "$issuing"
check 'TLS needs the new root' ! verifies old-root.pem "$(nth 1 $prod/tls/chain.pem)" $prod/tls/chain.pem
check 'and has it' verifies "$new_root" "$(nth 1 $prod/tls/chain.pem)"
works cellar verify --anchor old-root.pem $chain
works cellar verify --anchor "$new_root" $chain
works cellar verify --anchor "$new_root" $prod/code-signing/chain.pem
is 3 cellar verify --anchor old-root.pem $prod/tls/chain.pem
works cellar lint $chain
works cellar lint --for cosign $prod/code-signing/cosign/chain.pem
for n in 1 2 3 4; do
    check "cosign's list: $n" verifies old-root.pem "$(nth $n $prod/code-signing/cosign/chain.pem)" \
        $prod/code-signing/cosign/chain.pem
done
check 'each entry of the trusted root has its own root' python3 - $prod/sigstore/trusted_root.json <<'END'
import json, sys
entries = json.load(open(sys.argv[1]))["certificateAuthorities"]
roots = [entry["certChain"]["certificates"][-1]["rawBytes"] for entry in entries]
sys.exit(not (len(entries) == 4 and roots[0] == roots[1] != roots[2] == roots[3]
              and all(len(entry["certChain"]["certificates"]) == 2 for entry in entries)))
END
roles=$(python3 -c 'import json, sys
for file in json.load(open(sys.argv[1]))["files"]:
    if file["path"] == "code-signing/cross/chain.pem":
        print(*[cert["role"] for cert in file["certificates"]])' $prod/manifest.json)
check "roles in the manifest: $roles" [ "$roles" = 'intermediate cross' ]
works cellar audit -C cellar

# --- two crossings on the way up --------------------------------------------------------------------------
cp -r cellar twice
at 41
with root-g2 root-g3 prod-code-signing-g5
works cellar root main --succeed -C twice "${secrets[@]}" --confirm 'Test Root CA G3'
works cellar rotate prod code-signing --now -C twice "${secrets[@]}" --confirm 'Test Prod Code Signing CA G4'
works cellar export -C twice
list=twice/exports/prod/code-signing/cosign/chain.pem
check 'both cross-certificates' [ "$(subjects $list | grep -c 'Root CA G[23]')" = 2 ]
works cellar lint --for cosign $list
says 'no findings'
for n in 1 2 3 4 5; do
    check "cosign's list over two crossings: $n" verifies old-root.pem "$(nth $n $list)" $list
done
rm -r twice
at 40

# --- the cross-certificate is revoked, the root is not ---------------------------------------------------
cross=$(openssl x509 -in "$(nth 2 $chain)" -noout -serial | sed 's/serial=//')
refuses 4 'its key is that of root-g2' cellar revoke "$cross" --reason keyCompromise -C cellar --confirm root-g2-cross
works cellar revoke "$cross" --reason superseded -C cellar --confirm root-g2-cross
says 'exports/prod/code-signing/.../cross/ .gone.'
says 'knows root-g1 alone no longer gets to root-g2 by it'
check 'it ends what stays good' ! grep -q 'trust only what was signed until' out
with root-g1
works cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar export -C cellar
check 'what it led is gone' [ ! -e $prod/code-signing/cross ]
check "and cosign's list, with what led to the old root" \
    holds $prod/code-signing/cosign/chain.pem 'Test Prod Code Signing CA G3' 'Test Prod Code Signing CA G4' \
    'Test Root CA G2'
check 'both roots stay' holds $prod/anchors.pem 'Test Root CA' 'Test Root CA G2'
told "$cross" revoked
json 3 cellar-status '{a["authority"]: a["state"] for a in result["authorities"]}["root-g2"] == "active"' \
    cellar status -C cellar

# --- prepared, approved ----------------------------------------------------------------------------------------
at 41
with root-g2 root-g3
works cellar root main --succeed -C cellar "${secrets[@]}" --prepare prepared --confirm 'Test Root CA G3'
check 'both bodies are there' [ -s prepared/root-g3.tbs -a -s prepared/root-g3-cross.tbs ]
words=$(head -n 4 prepared/words.txt | sed '/^$/q' | tr '\n' ' ')
refuses 4 'nothing waits' cellar root main --succeed -C cellar "${secrets[@]}" \
    --approved "$(sed -n 's/  .*//p' prepared/words.txt | tr '0-9a-f' '1-9a-f0')" --confirm 'Test Root CA G3'
works cellar root main --succeed -C cellar "${secrets[@]}" --approved "$words" --confirm 'Test Root CA G3'
works cellar audit -C cellar
works cellar export -C cellar

# --- a root that is lost is lost for who knows an older one alone -----------------------------------------------
at 62
with root-g3 prod-code-signing-g5
works cellar rotate prod code-signing -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G4'
works cellar export -C cellar
second=$(nth 2 $prod/anchors.pem)
cp "$second" second.pem
cp $prod/code-signing/g5/cross/chain.pem lost.pem
works cellar verify --anchor second.pem lost.pem
root=$(openssl x509 -in "$(nth 3 $prod/anchors.pem)" -noout -serial | sed 's/serial=//')
cross=$(openssl x509 -in "$(nth 2 lost.pem)" -noout -serial | sed 's/serial=//')
works cellar revoke "$root" --reason keyCompromise -C cellar --confirm 'Test Root CA G3'
warns 'That of root-g3 by root-g2'
says 'that of root-g2, by'
says 'Next: cellar crl root-g2'
is 3 cellar status -C cellar
says 'CRL +cellar crl root-g2'
says 'Next: cellar root main --succeed'
with root-g2
works cellar crl root-g2 -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
list=$(find cellar/crls -name 'root-g2-*.crl' | sort -V | tail -n 1)
openssl crl -inform DER -in "$list" -noout -text >list.txt
check 'the list names the cross-certificate' grep -q "$cross" list.txt
is 3 cellar verify --anchor second.pem --crl "$list" lost.pem
refuses 4 'make its successor first: cellar root main --succeed' cellar issue prod time-stamping -C cellar

# --- who vouches is the newest that can ---------------------------------------------------------------------------
with root-g2 root-g4
works cellar root main --succeed -C cellar "${secrets[@]}" --confirm 'Test Root CA G4'
warns 'Issuer +CN=Test Root CA G2'
says 'Next: cellar status'
works cellar audit -C cellar
for key in 'root-g1|Test Root CA' 'root-g2|Test Root CA G2' 'root-g4|Test Root CA G4'; do
    works cellar key destroy "${key%|*}" -C cellar --override key-is-needed --confirm "${key#*|}"
done
with root-g5
works cellar root main --succeed -C cellar "${secrets[@]}" --confirm 'Test Root CA G5'
warns 'None is made: '
check 'nor is there one' ! grep -q root-g5-cross out
works cellar audit -C cellar

# --- nothing to succeed; nothing to cross ------------------------------------------------------------------------
works cellar init hierarchy.yaml -C fresh
refuses 4 'none to succeed: cellar root main' cellar root main --succeed -C fresh
refuses 4 'has no root "other"' cellar root other --succeed -C cellar

rm -r cellar fresh old twin secrets
sed -n '1,/^environments:/p; /^  prod:/,/^    lines:/p; /^      tls:/,$p' hierarchy.yaml >tls.yaml
with root-g1 root-g2
works cellar init tls.yaml -C cellar
works cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar root main --succeed -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
warns 'None is made: no line below it signs code or stamps time'
works cellar audit -C cellar
finish
