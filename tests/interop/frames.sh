#!/bin/bash
# Every frame that is drawn is read back by zbar: from an image of the console, and from the SVG.
for program in zbarimg rsvg-convert; do
    command -v $program >/dev/null || {
        echo "skipped: $program is not installed (tests/packages-optional)"
        exit 77
    }
done
interop=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tool/lib.sh
. "$interop/../tool/lib.sh"

scan() { # IMAGE...: what zbar reads, sorted; one line a code
    zbarimg --raw -q --nodbus -Sdisable -Sqrcode.enable "$@" 2>zbar.err | sort -u
}

# read_back WHAT COMMAND...: each frame of the console and all of the SVG.
read_back() {
    local what=$1
    shift
    cellar show --frames "$@" --json >frames.json || bad "$what: no frames"
    python3 -c 'import json; print(*json.load(open("frames.json"))["result"]["frames"], sep="\n")' |
        sort >frames
    rm -rf console frames.svg
    mkdir console
    cellar show --frames "$@" | python3 "$interop/console.py" console || bad "$what: the console"
    check "$what: a picture a frame" [ "$(find console -name '*.pgm' | wc -l)" -eq "$(wc -l <frames)" ]
    check "$what: zbar reads the console" diff -q frames <(scan console/*.pgm)
    works cellar show --frames-to frames.svg "$@"
    rm -rf sheet
    mkdir sheet
    python3 "$interop/sheet.py" frames.svg sheet
    check "$what: zbar reads the SVG" diff -q frames <(scan sheet/*.png)
}

# back WHAT: what was scanned makes the same file.
back() {
    scan console/*.pgm | sort -R >scanned
    works cellar show --from-frames scanned --to back.pem
    check "$1: what came back is another" cmp -s "$1" back.pem
    rm -f back.pem
}

make_cellar ecdsa-p384
with root-g1
cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA' >out 2>err || bad 'fixture: CRL'
openssl crl -inform DER -in cellar/crls/root-g1-*.crl -out list.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout k -out root.pem \
    -subj '/O=Example Corp/CN=Example Corp Root CA' 2>/dev/null
request mine.csr
openssl req -x509 -newkey rsa:4096 -nodes -keyout k -out large.pem -subj '/O=A large one/CN=with RSA' \
    -addext "subjectAltName=$(seq -f 'DNS:host%g.example' -s , 60)" 2>/dev/null
for file in root.pem list.pem mine.csr large.pem; do
    read_back "$file" "$file"
    back "$file"
done
read_back fingerprint --fingerprint root.pem
printf 'Root Cellar ceremony 1\nceremony  x\nhead      %s\n' "$(sha256sum <root.pem | cut -c 1-64)" >head.txt
read_back head head.txt
finish
