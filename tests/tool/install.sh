#!/bin/bash
# cellar install: a hand-over under a running Fulcio: what is refused, the same inodes, the old kept.
# shellcheck disable=SC2317 # functions here are called by check
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod time-stamping
hand_over() { # DIRECTORY [PURPOSE CONSUMER]
    works cellar export prod "${2:-code-signing}" --for "${3:-fulcio}" --with-key --to "$1" -C cellar
}
hand_over g1
with root-g1 prod-code-signing-g3
works cellar rotate prod code-signing --now -C cellar "${secrets[@]}" \
    --confirm 'Test Prod Code Signing CA G2'
hand_over g2
hand_over tsa time-stamping timestamp-server
title='Test Prod Code Signing CA'
to_g1=(cellar install fulcio --from g1 --to live)
to_g2=(cellar install fulcio --from g2 --to live)
tried=(--passphrase-file secrets/prod-code-signing-g2.txt)

same() { # DIRECTORY: live/ holds its two files
    cmp -s "$1/chain.pem" live/chain.pem && cmp -s "$1/key.pem" live/key.pem
}
kept() { # FILE: its content has a name of its own in live/
    local digest name=${1##*/}
    digest=$(sha256sum "$1")
    cmp -s "$1" "live/${name%.pem}-${digest:0:16}.pem"
}
entries() {
    find live -mindepth 1 | wc -l
}

# A first installation, into an empty directory.
keeps g1 refuses 2 'live: no such directory' "${to_g1[@]}"
mkdir live
keeps live works "${to_g1[@]}" --dry-run
says "confirm .$title G1"
says 'nobody: a first installation'
keeps live fails 4 'not confirmed' "${to_g1[@]}"
keeps live fails 4 'not confirmed' "${to_g1[@]}" --confirm "$title G2"
works "${to_g1[@]}" --confirm "$title G1"
says 'not tried'
says '^Next:'
says 'fulcio serve --ca fileca --fileca-cert live/chain.pem'
check 'first installation' same g1
check 'modes' [ "$(stat -c %a live/chain.pem live/key.pem | xargs)" = '644 600' ]
check 'nothing else' [ "$(entries)" = 2 ]

# The same again: nothing to confirm, nothing to do.
keeps live works "${to_g1[@]}"
says 'nothing to do'

# The switch: into the same inodes, with the mode and the owner that they had.
chmod 0640 live/key.pem
before=$(stat -c '%n %i %a %u' live/chain.pem live/key.pem)
keeps live works "${to_g2[@]}" --dry-run "${tried[@]}"
says "$title G1"
says 'opens, signs, fits'
says 'another passphrase'
keeps live json 0 cellar-install \
    'result["confirm"].endswith("G2") and len(result["files"]) == 2 and len(result["fingerprint"]) == 64' \
    "${to_g2[@]}" --dry-run
works "${to_g2[@]}" --confirm "$title G2" "${tried[@]}"
says '/api/v1/rootCert'
says '/api/v2/trustBundle'
says '^ *(Next: )?cellar cutover prod code-signing --at 2026-03-01T12:00:00Z --proof bundle.json'
words=$(openssl x509 -in g2/chain.pem -outform DER | sha256sum | cut -c 1-4)
says "Fingerprint +$words "
check 'switched' same g2
check 'in place' [ "$before" = "$(stat -c '%n %i %a %u' live/chain.pem live/key.pem)" ]
check 'the old chain is kept' kept g1/chain.pem
check 'the old key is kept' kept g1/key.pem
check 'for its owner only' [ "$(stat -c %a live/key-*.pem)" = 600 ]
keeps live works "${to_g2[@]}"
# And back, and there again: what is kept already is kept.
works "${to_g1[@]}" --confirm "$title G1"
works "${to_g2[@]}" --confirm "$title G2"
check 'there and back' same g2
check 'each old content once' [ "$(entries)" = 6 ]

# A name that ours has, with another's content, is not touched.
works "${to_g1[@]}" --confirm "$title G1"
kept_chain=$(basename live/chain-"$(sha256sum g1/chain.pem | cut -c 1-16)".pem)
cp "live/$kept_chain" aside
echo other >"live/$kept_chain"
keeps live fails 4 "$kept_chain: exists with other content" "${to_g2[@]}" --confirm "$title G2"
cat aside >"live/$kept_chain"

# Cut off by a power cut, at any place: the next run finishes it and keeps nothing of the pieces.
torn() { # FILE BYTES: the rest of it never came
    head -c "$2" "g2/$1" >"live/$1"
}
for bytes in 0 1 300; do
    torn chain.pem $bytes
    works "${to_g2[@]}" --confirm "$title G2"
    check "a chain of $bytes bytes" same g2
    torn key.pem $bytes
    works "${to_g2[@]}" --confirm "$title G2"
    says 'it was cut off'
    check "a key of $bytes bytes" same g2
done
cat g1/key.pem >live/key.pem
works "${to_g2[@]}" --confirm "$title G2"
check 'stopped between the two' same g2
rm live/key.pem
works "${to_g2[@]}" --confirm "$title G2"
check 'a key that was never made' same g2
check 'no pieces are left' [ "$(entries)" = 6 ]

# What Fulcio would not take, is never put in its way.
bad_source() { # NAME STATUS TEXT [OPTION...]: the hand-over is ./NAME
    local name=$1 expected=$2 text=$3
    shift 3
    keeps live fails "$expected" "$text" cellar install fulcio --from "$name" --to live \
        --confirm "$title G2" "$@"
}
edit() { # NAME: a copy of g2 with its manifest following; the edit is a command on standard input
    rm -rf "$1"
    cp -r g2 "$1"
    (cd "$1" && bash -s)
    python3 - "$1" <<'PY'
import hashlib, json, pathlib, sys
d = pathlib.Path(sys.argv[1])
m = json.loads((d / "manifest.json").read_text())
for f in m["files"]:
    if (d / f["path"]).exists():
        f["sha256"] = hashlib.sha256((d / f["path"]).read_bytes()).hexdigest()
(d / "manifest.json").write_text(json.dumps(m))
PY
}
bad_source nowhere 2 'nowhere: no such directory'
bad_source tsa 3 'fulcio_issuer|tsa|codeSigning|not a CA'
cp -r g2 changed
echo >>changed/chain.pem
bad_source changed 5 'chain.pem differs from the manifest'
cp -r g2 bare
rm bare/manifest.json
bad_source bare 2 'manifest.json: no such file'
cp -r g2 keyless
rm keyless/key.pem
bad_source keyless 2 'key.pem: no such file'
works cellar export prod code-signing --for fulcio --to without -C cellar
cp g2/key.pem without/
bad_source without 3 'names no key.pem.*--with-key'
edit order <<<'csplit -s -z -f p- chain.pem "/-----BEGIN/" "{*}"; cat p-01 p-00 >chain.pem; rm p-0*'
bad_source order 3 'chain_order|root comes last'
says 'chain_order'
edit tail <<<'echo "# the end" >>chain.pem'
bad_source tail 3 'chain.pem'
edit plain <<<'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>why; rm why'
bad_source plain 4 'key.pem is not encrypted'
edit nokey <<<'cat chain.pem >key.pem'
bad_source nokey 3 'key'
edit others <<<'cat ../g1/key.pem >key.pem'
bad_source others 3 'not the key of the first certificate' \
    --passphrase-file secrets/prod-code-signing-g1.txt
bad_source g2 4 'passphrase' --passphrase-file secrets/prod-code-signing-g1.txt
CELLAR_TEST_NOW=2029-03-01T12:00:00Z bad_source g2 3 'chain_valid.*expired'
keeps live refuses 2 'wget.*fulcio' cellar install wget --from g2 --to live
keeps live refuses 2 '--from DIR' cellar install fulcio --to live
keeps live refuses 2 '--to DIR' cellar install fulcio --from g2

# What it would not write into.
bad_target() { # STATUS TEXT
    keeps live fails "$1" "$2" "${to_g1[@]}" --confirm "$title G1"
}
mv live/chain.pem elsewhere.pem
ln -s ../elsewhere.pem live/chain.pem
bad_target 2 'live: chain.pem: is a symbolic link'
rm live/chain.pem
mkfifo live/chain.pem
bad_target 2 'live: chain.pem: is not a regular file'
rm live/chain.pem
mkdir live/chain.pem
bad_target 2 'live: chain.pem: is not a regular file'
rmdir live/chain.pem
ln elsewhere.pem live/chain.pem
bad_target 2 'chain.pem: has 2 names'
rm elsewhere.pem
chmod 0664 live/chain.pem
bad_target 4 'chain.pem: has mode 0664; make it 0644'
chmod 0644 live/chain.pem live/key.pem
bad_target 4 'key.pem: has mode 0644; make it 0640'
chmod 0600 live/key.pem
mv live real
ln -s real live
fails 2 'live: is not a directory' "${to_g1[@]}" --confirm "$title G1"
rm live
mv real live
check 'all the while' same g2
if [ "$(id -u)" -ne 0 ]; then
    chmod 0400 live/key.pem
    bad_target 2 'key.pem: cannot be opened for writing'
    chmod 0600 live/key.pem
fi

# Two at a time.
exec 9<live
flock 9
keeps live fails 7 'another installation' "${to_g1[@]}" --confirm "$title G1"
exec 9<&-
finish
