#!/bin/bash
# Seeds for the fuzz targets, made from the fixtures and by openssl: OUT/TARGET/*.
#
# usage: tests/fuzz/corpus.sh OUT
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?usage: corpus.sh OUT}
rm -rf "$out"
mkdir -p "$out"/{der,cert,request,crl,pem,hierarchy,envelope,script,frames,witness}
cd "$out"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n' >ca.cnf
printf 'R\t301231235959Z\t260101000000Z,keyCompromise\t400102\tunknown\t/CN=x\n' >index.txt

one() { # NAME [openssl req options]: certificate, request, key, list
    local name=$1
    shift
    openssl req -x509 -nodes -days 30 -keyout key.pem -out cert.pem -subj "/C=DE/O=Corp/CN=$name" \
        -addext 'subjectAltName=DNS:a.example,IP:::1,email:a@b.example,URI:http://x.example/' \
        -addext 'nameConstraints=permitted;DNS:.example' \
        -addext 'crlDistributionPoints=URI:http://x.example/a.crl' \
        -addext 'extendedKeyUsage=codeSigning,serverAuth' "$@" 2>/dev/null
    openssl x509 -in cert.pem -outform DER -out "cert/$name"
    openssl req -new -key key.pem -outform DER -out "request/$name" -subj "/CN=$name" \
        -addext 'subjectAltName=DNS:b.example' 2>/dev/null
    openssl ca -config ca.cnf -gencrl -keyfile key.pem -cert cert.pem -out list.pem 2>/dev/null
    openssl crl -in list.pem -outform DER -out "crl/$name"
    openssl pkcs8 -topk8 -in key.pem -passout pass:seed -v2 aes-256-cbc -v2prf hmacWithSHA256 \
        -iter 1000 -out "envelope/$name"
    cp "cert/$name" "der/$name"
    cat cert.pem cert.pem >"pem/$name"
}
one p256 -newkey ec -pkeyopt ec_paramgen_curve:P-256
one p384 -newkey ec -pkeyopt ec_paramgen_curve:P-384
one ed25519 -newkey ed25519
openssl req -x509 -nodes -newkey rsa:3072 -keyout key.pem -days 30 -subj /CN=rsa -outform DER -out cert/rsa 2>/dev/null
cp key.pem envelope/plain
for fixture in "$root"/tests/fixtures/asn1/*.hex; do
    sed 's/#.*//' "$fixture" | tr -dc '0-9a-fA-F' | python3 -c \
        'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"der/$(basename "$fixture")"
done
cp "$root/ceremony/demonstration.yaml" hierarchy/demonstration
cp "$root/tests/fixtures/ceremony/good.yaml" script
cp "$root/tests/fixtures/frames.txt" frames
cat >witness/minisign.sig <<'END'
untrusted comment: signature from minisign secret key
RUQeAkrsfslW887QW8ihp66P5Pxc6oFUbb2xr6z1MSv91Q5Yn/9LzxCXyr1jGmGvjigzjesIlx91WlXMnoAzvucibk4GHA2vsAw=
trusted comment: ann signed
mAUKAK2Ppj9RcZKt36GdoJ0VyOnrQVKW/SM/Uawokx25VxGsyoL58mtIsbKK+CKoAP3v7RaFx+8Y978AnNHsAA==
END
n=0
while read -r key signature; do
    n=$((n + 1))
    base64 -d <<<"$signature" >"witness/$n.octets"
    python3 -c 'import base64, sys; k = base64.b64decode(sys.argv[1]); print(k[4:4 + k[3]].decode(), sys.argv[1], "x")' \
        "$key" >"witness/$n.pub"
    { echo '-----BEGIN SSH SIGNATURE-----'; fold -w 70 <<<"$signature"; echo '-----END SSH SIGNATURE-----'; } >"witness/$n.sig"
done < <(grep -v '^#' "$root/tests/fixtures/keys/sshsig.txt")
printf 'hierarchy: 1\nroots: &a\n  - *a\n  - {b: [c]}\n' >hierarchy/odd
rm -f key.pem cert.pem list.pem ca.cnf index.txt*
