#!/bin/bash
# cellar export: complete, in order, the same again; and keys only when handed over.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
keeps cellar refuses 4 'nothing' cellar export -C cellar
make_line prod code-signing
make_line prod time-stamping
make_line dev code-signing

keeps cellar works cellar export -C cellar --dry-run
keeps cellar json 0 cellar-export 'result' cellar export -C cellar --dry-run
works cellar export -C cellar
says '^Next:'
warns 'anchors.pem does not separate environments'
files=$(cd cellar/exports && find . -type f | sort | tr '\n' ' ')
for file in prod/manifest.json prod/anchors.pem prod/code-signing/chain.pem prod/code-signing/g2/chain.pem \
    prod/code-signing/fulcio/chain.pem prod/code-signing/cosign/chain.pem prod/code-signing/cosign/ca-roots.pem \
    prod/code-signing/cosign/ca-intermediates.pem prod/time-stamping/tsa/chain.pem \
    prod/sigstore/trusted_root.json prod/sigstore/signing_config.v0.2.json dev/anchors.pem; do
    check "no exports/$file" [ -f "cellar/exports/$file" ]
done
check 'a key below exports/' ! grep -rq 'PRIVATE KEY' cellar/exports
check 'a verifier cannot read exports/' [ -z "$(find cellar/exports/prod -not -perm -444)" ]
before=$(cd cellar/exports && find . -type f -print0 | sort -z | xargs -0 sha256sum)

# Deleted and made again, byte for byte; elsewhere, too; also at another time with --as-of.
rm -r cellar/exports/prod
export CELLAR_TEST_NOW=2026-03-02T00:00:00Z
works cellar export -C cellar --as-of 2026-03-01T12:00:00Z
check 'exports differ when made again' \
    [ "$before" = "$(cd cellar/exports && find . -type f -print0 | sort -z | xargs -0 sha256sum)" ]
works cellar audit -C cellar
works cellar export -C cellar --to elsewhere --as-of 2026-03-01T12:00:00Z
check 'exports differ elsewhere' \
    [ "$before" = "$(cd elsewhere && find . -type f -print0 | sort -z | xargs -0 sha256sum)" ]
keeps cellar refuses 4 'as of then prod is not what was published last.*--to DIR' cellar export prod -C cellar --as-of @1772366401
keeps cellar refuses 4 'is not what was published last' cellar export prod -C cellar --as-of 2026-03-02 --dry-run
keeps elsewhere refuses 4 'exist' cellar export -C cellar --to elsewhere
touch elsewhere/stale
keeps elsewhere refuses 4 'stale' cellar export -C cellar --to elsewhere --replace
rm elsewhere/stale
mkdir mine && touch mine/work
keeps mine refuses 4 'work' cellar export -C cellar --to mine --replace
works cellar export prod -C cellar --to elsewhere --replace
check '--replace left something stale' [ ! -e elsewhere/prod -a -f elsewhere/anchors.pem ]
ln -s elsewhere link
keeps elsewhere refuses 4 'link' cellar export -C cellar --to link --replace
check 'a link was replaced' [ -L link ]
works cellar export prod code-signing -C cellar --to only-signing
check 'another line is in an export of one' [ ! -e only-signing/time-stamping ]
check 'an export of one line lacks its files' [ -f only-signing/code-signing/fulcio/chain.pem ]
refuses 2 'PURPOSE needs --to' cellar export prod code-signing -C cellar
works cellar export prod -C cellar --to only-prod
check 'dev is in an export of prod' ! grep -rqs 'Dev Code' only-prod
python3 - cellar/exports <<'PY' || bad 'an intermediate of another environment'
import base64, json, pathlib, sys
exports = pathlib.Path(sys.argv[1])
for env, other in (("prod", b"Test Dev"), ("dev", b"Test Prod")):
    whole = (exports / env / "sigstore/trusted_root.json").read_text()
    for entry in json.loads(whole)["certificateAuthorities"]:
        for one in entry["certChain"]["certificates"]:
            assert other not in base64.b64decode(one["rawBytes"])
    manifest = json.loads((exports / env / "manifest.json").read_text())
    assert manifest
PY
ok

# The hand-over.
works cellar export prod code-signing --for fulcio --with-key --to handover -C cellar
check 'chain.pem and key.pem' [ -f handover/chain.pem -a -f handover/key.pem ]
check 'key.pem is the key file' cmp -s handover/key.pem cellar/keys/prod-code-signing-g1.key
check 'key.pem is 0600' [ "$(stat -c %a handover/key.pem)" = 600 ]
check 'the chain is the exported one' cmp -s handover/chain.pem cellar/exports/prod/code-signing/fulcio/chain.pem
works cellar export prod time-stamping --for timestamp-server --with-key --to tsa -C cellar
check 'the order is not that of its chain' [ "$(grep -o '"order": ".*"' tsa/manifest.json)" = \
    '"order": "time-stamping certificate first, then its issuer, root last"' ]
check 'the chain is the exported one' cmp -s tsa/chain.pem cellar/exports/prod/time-stamping/tsa/chain.pem
check 'the TSA key is the leaf'"'"'s' cmp -s tsa/key.pem cellar/keys/prod-time-stamping-g1-tsa.key
json 0 cellar-export 'result' cellar export prod code-signing --for fulcio --to chain-only -C cellar
check '--with-key was not given' [ ! -e chain-only/key.pem ]
cp -a cellar damaged
printf 'x' >>damaged/keys/prod-code-signing-g1.key
fails 5 'key' cellar export prod code-signing --for fulcio --with-key --to from-damaged -C damaged
check 'a damaged key was handed over' [ ! -e from-damaged ]

# What does not go together.
refuses 2 'with-key|--for' cellar export prod code-signing --with-key --to x -C cellar
refuses 2 '--to' cellar export prod code-signing --for fulcio --with-key -C cellar
refuses 2 'replace|--to' cellar export --replace -C cellar
refuses 2 '--to' cellar export --leaf 00ff -C cellar
refuses 2 'neither a serial' cellar export --leaf 00ff --to x -C cellar
refuses 4 'no ' cellar export --leaf 400102030405060708090a0b0c0d0e0f10111213 --to x -C cellar
refuses '[24]' 'grafana' cellar export prod code-signing --for grafana --to x -C cellar
refuses 4 'venus' cellar export venus -C cellar
refuses 4 'painting' cellar export prod painting --for fulcio --to x -C cellar
refuses 2 'time' cellar export -C cellar --as-of yesterday
refuses 8 '' cellar export -C nowhere
check 'a refusal left x' [ ! -e x ]

# Log keys of another trusted root.
refuses 2 'no such file' cellar export prod -C cellar --logs nowhere.json --to x
echo '{' >broken.json
refuses 3 'broken.json: trusted root with the logs' cellar export prod -C cellar --logs broken.json --to x
check 'a refusal left x' [ ! -e x ]
bash "$here/logs.sh" >logs.json || bad 'fixture: logs'
works cellar export prod -C cellar --logs logs.json --to with-logs
python3 - with-logs/sigstore/trusted_root.json logs.json <<'PY' || bad 'the logs are not taken over'
import json, sys
made, given = (json.load(open(p)) for p in sys.argv[1:])
assert made["tlogs"] == given["tlogs"] and made["ctlogs"] == given["ctlogs"]
assert made["certificateAuthorities"]
PY
ok

# A full disk leaves the old state.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    mkdir small
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare -m bash -c 'mount -t tmpfs -o size=64k none small && cp -a cellar/* small 2>/dev/null;
        cellar export -C cellar --to small/x >out 2>err; s=$?; ls small | grep -q "^x$" && s=77; exit $s'
    check 'a full disk: neither failed nor cleaned up' [ $? -eq 1 ]
fi

# An active authority that has ended: nothing for who issues now, everything for what it signed.
export CELLAR_TEST_NOW=2027-07-01T00:00:00Z
works cellar export prod -C cellar --to late --override clock-is-right
warns 'prod/code-signing/chain.pem is left out: prod-code-signing-g1 ended 2027-0.*cellar issue prod code-signing'
warns 'prod/time-stamping/chain.pem is left out'
check 'a chain that every verifier refuses' ! ls late/{code-signing,time-stamping}/chain.pem \
    late/code-signing/fulcio late/time-stamping/tsa 2>err
check 'it promises what fails' ! grep -q '^Next: cellar verify' out
check 'the manifest says nothing' grep -q 'without root; it has ended' late/manifest.json
works cellar verify --anchor late/anchors.pem --at 2026-04-01T00:00:00Z late/code-signing/g1/chain.pem
check 'an entry is gone' grep -q certificateAuthorities late/sigstore/trusted_root.json
refuses 4 'prod-code-signing-g1 ended 2027-.*cellar issue prod code-signing' cellar export prod code-signing --for fulcio --to x -C cellar \
    --override clock-is-right
works cellar export prod -C cellar --to earlier --as-of 2026-04-01
check 'as of then it was good' [ -f earlier/code-signing/fulcio/chain.pem ]
check 'and nothing is left out' ! grep -q 'left out' err
echo "$files" >/dev/null
finish
