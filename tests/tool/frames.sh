#!/bin/bash
# cellar show --frames and back, by the frames' texts and at a terminal. That scanners read what is
# drawn is for interop.frames.
. "$(dirname "$0")/lib.sh"

texts() { # FILE COMMAND...: the frames that a command drew, one a line
    local file=$1
    shift
    works "$@" --json
    python3 -c 'import json; print(*json.load(open("out"))["result"]["frames"], sep="\n")' >"$file"
}

request mine.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout root.key -out root.pem \
    -subj '/O=Example Corp/CN=Example Corp Root CA' 2>/dev/null
root=root.pem
openssl x509 -in $root -outform DER -out root.der

# Out and back, in disorder and twice, from two files; equal things, equal frames.
for file in mine.csr $root root.der; do
    texts frames cellar show --frames "$file"
    sort -R frames | sed 's/^/QR-Code:/' >disorder
    works cellar show --from-frames disorder frames --to back.pem
    says "^Frames read +$(wc -l <frames)$"
    says '^Kind +cert'
    check "$file: came back changed" cmp -s back.pem "${file/%der/pem}"
    rm back.pem
done
check 'PEM and DER are the same frames' diff -q frames <(texts again cellar show --frames $root; cat again)

# What goes wrong between the screens.
sed -n '2p; 4p' frames >some
refuses 3 'missing: 1, 3, 5' cellar show --from-frames some --to never.pem
sed '2s/^\(.* .* .* .* \)[A-Z2-7]\(.* .*\)$/\11\2/' frames >damaged # 1 is no digit of base32
refuses 3 'damaged:2: frame 2/[0-9]+ is damaged' cellar show --from-frames damaged --to never.pem
texts other cellar show --frames mine.csr
refuses 3 'other:1: frame 1/. of CSR .* among those of CERT' cellar show --from-frames frames other
echo 'http://example.com/' >odd
refuses 3 'odd:1: this is no frame' cellar show --from-frames odd
: >empty
refuses '[23]' 'empty' cellar show --from-frames empty
check 'nothing is written' [ ! -e never.pem ]
touch there.pem
refuses 4 'there.pem.*exist' cellar show --from-frames frames --to there.pem
works cellar show --from-frames frames --to never.pem --dry-run
check 'a dry run writes nothing' [ ! -e never.pem ]

# Fingerprints and heads are compared, not written.
texts print cellar show --frames --fingerprint $root
check 'one frame' [ "$(wc -l <print)" -eq 1 ]
works cellar show --from-frames print --json
check 'the fingerprint' grep -q "\"sha_256\": \"$(sha256sum <root.der | cut -c 1-64)\"" out
refuses 2 'compared, not written' cellar show --from-frames print --to never.pem
head=$(printf x | sha256sum | cut -c 1-64)
printf 'Root Cellar ceremony 1\nceremony  x\nhead      %s\nwords     and so on\n' "$head" >head.txt
texts print cellar show --frames head.txt
works cellar show --from-frames print --json
check 'the head' grep -q "\"head\": \"$head\"" out

# What is not drawn.
refuses 4 'private key: that is never shown' cellar show --frames root.key
cat $root root.key >both.pem
refuses 4 'private key: that is never shown' cellar show --frames both.pem
cat $root $root >two.pem
refuses 3 'it holds 2 things' cellar show --frames two.pem
refuses 3 'neither PEM nor DER' cellar show --frames odd
head -c 300 root.der >torn
refuses 3 torn cellar show --frames torn
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -out long.pem -subj /CN=x \
    -addext "subjectAltName=$(seq -f 'DNS:a%g.example' -s , 400)" 2>/dev/null
refuses 2 'too many for frames' cellar show --frames long.pem
refuses 2 'one file at a time' cellar show --frames $root mine.csr
refuses 2 'one of --frames' cellar show --frames --from-frames $root
refuses 2 '.-to goes with' cellar show $root --to x.pem
refuses 2 '.-fingerprint goes with' cellar show --fingerprint $root

# Pictures: new files, equal for equal input.
works cellar show --frames-to one.svg $root
works cellar show --frames-to two.svg root.der
check 'equal pictures' cmp -s one.svg two.svg
check 'SVG' python3 -c 'import xml.dom.minidom as x; x.parse("one.svg")'
refuses 4 'one.svg.*exist' cellar show --frames-to one.svg $root
refuses 2 'name it .svg' cellar show --frames-to one.png $root
works cellar show --frames-to three.svg --dry-run $root
check 'a dry run draws nothing' [ ! -e three.svg ]

check 'a screen a frame' python3 "$here/frames.py" mine.csr "$(cellar show --frames mine.csr --json | grep -c RC1)"
finish
