#!/bin/bash
# cellar verify, show and lint: without a cellar, and over what others made.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod tls
make_line dev code-signing
cellar export -C cellar >out 2>err || bad 'fixture: export'
cp -a cellar/exports exports
prod=exports/prod
dev=exports/dev
line=$prod/code-signing

works cellar verify --anchor $prod/anchors.pem $line/chain.pem
says '^valid: '
works cellar verify --anchor $prod/anchors.pem --quiet $line/chain.pem
check 'a quiet verdict is one line' [ "$(cat out)" = "valid: $line/chain.pem" ]
json 0 cellar-verify 'result["result"] == "valid" and len(result["path"]) == 2' \
    cellar verify --anchor $prod/anchors.pem $line/chain.pem
works cellar verify --anchor $prod/anchors.pem --purpose code-signing $line/fulcio/chain.pem
works cellar verify --anchor $prod/anchors.pem --at 2026-12-01 $line/chain.pem
works cellar verify --anchor $prod/anchors.pem --at @1780000000 $line/chain.pem

# One shared root: the other environment's chain passes with anchors alone, and does not with the
# environment's own intermediates.
works cellar verify --anchor $prod/anchors.pem $dev/code-signing/chain.pem
fails 3 '' cellar verify --anchor $line/cosign/ca-intermediates.pem $dev/code-signing/chain.pem

# Another root, purpose, time; shuffled and truncated.
hierarchy
cellar init hierarchy.yaml -C stranger >/dev/null 2>&1
with root-g1
cellar root main -C stranger "${secrets[@]}" --confirm 'Test Root CA' >out 2>err || bad 'fixture: stranger'
sqlite3 stranger/cellar.db 'SELECT 1' >/dev/null
python3 - stranger/cellar.db >stranger.pem <<'PY'
import base64, sqlite3, sys, textwrap
db = sqlite3.connect(sys.argv[1])
table = next(t for (t,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
             if "der" in [c[1] for c in db.execute(f"PRAGMA table_info({t})")])
der = db.execute(f"SELECT der FROM {table}").fetchone()[0]
print("-----BEGIN CERTIFICATE-----", *textwrap.wrap(base64.b64encode(der).decode(), 64),
      "-----END CERTIFICATE-----", sep="\n")
PY
fails 3 'signature|anchor|issuer' cellar verify --anchor stranger.pem $line/chain.pem
fails 3 'purpose|usage|EKU|extended' cellar verify --anchor $prod/anchors.pem --purpose tls-server $line/chain.pem
fails 3 'valid|expired' cellar verify --anchor $prod/anchors.pem --at 2035-01-01 $line/chain.pem
fails 3 'valid' cellar verify --anchor $prod/anchors.pem --at 2020-01-01 $line/chain.pem
json 3 cellar-verify 'error["code"] == "invalid"' \
    cellar verify --anchor $prod/anchors.pem --at 2020-01-01 $line/chain.pem

request leaf.csr
with prod-tls-g1
cellar issue prod tls --leaf tls-server --csr leaf.csr --dns a.example -C cellar "${secrets[@]}" \
    --confirm a.example >out 2>err || bad 'fixture: leaf'
serial=$(sed -n 's/.*cellar export --leaf \([0-9a-f]*\) --to DIR.*/\1/p' out)
cellar export --leaf "$serial" --to web -C cellar >out 2>err || bad 'fixture: leaf'
works cellar verify --anchor $prod/anchors.pem --purpose tls-server web/chain.pem
csplit -s -z -f part- web/chain.pem '/-----BEGIN/' '{*}'
works cellar verify --anchor $prod/anchors.pem --untrusted part-01 part-00
fails 3 'issuer|path|truncated|missing' cellar verify --anchor $prod/anchors.pem part-00
cat part-00 $prod/anchors.pem part-01 >shuffled.pem
fails 3 'order' cellar verify --anchor $prod/anchors.pem shuffled.pem
cat part-00 part-01 $line/chain.pem >foreign.pem
fails 3 'order' cellar verify --anchor $prod/anchors.pem foreign.pem
fails 3 'revoked|CRL|list|purpose|usage' cellar verify --anchor $prod/anchors.pem --purpose code-signing web/chain.pem

# No certificate at all.
echo 'our anchors: see the wiki' >wiki.txt
refuses 3 'wiki.txt: neither PEM nor DER' cellar verify --anchor wiki.txt $line/chain.pem
refuses 3 'wiki.txt: neither PEM nor DER' cellar verify --anchor $prod/anchors.pem wiki.txt
refuses 3 'wiki.txt: neither PEM nor DER' cellar verify --anchor $prod/anchors.pem --crl wiki.txt $line/chain.pem

# A revocation list that is none; one by another CA.
refuses 3 'part-00' cellar verify --anchor $prod/anchors.pem --crl part-00 web/chain.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -subj '/CN=Other' \
    -days 30 -out ca.pem 2>/dev/null
touch index.txt
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n' >ca.cnf
openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out other.crl 2>/dev/null
is '[03]' cellar verify --anchor $prod/anchors.pem --crl other.crl web/chain.pem
works cellar show other.crl
is '[03]' cellar lint other.crl

# show and lint over all that there is.
for file in $prod/anchors.pem $line/chain.pem web/chain.pem leaf.csr cellar/keys/root-g1.key; do
    works cellar show "$file"
    json 0 cellar-show 'result' cellar show "$file"
    check "show $file: a line is wider than 80 columns" [ "$(cellar show "$file" | awk 'length > 80' | wc -l)" -eq 0 ]
done
works cellar show $prod/anchors.pem $line/chain.pem
for file in $prod/anchors.pem $line/chain.pem web/chain.pem leaf.csr; do
    works cellar lint "$file"
done
works cellar lint --for fulcio $line/fulcio/chain.pem
works cellar lint --profile root $prod/anchors.pem
refuses 2 'known are fulcio, cosign and timestamp-server' cellar lint --for tsa $prod/anchors.pem
fails 3 '' cellar lint --profile tls-ca $prod/anchors.pem
json 3 cellar-lint 'error["code"] == "invalid" and result["findings"]' cellar lint --profile tls-ca $prod/anchors.pem
fails 3 '' cellar lint --for fulcio $prod/tls/chain.pem
fails 3 '' cellar lint ca.pem
refuses 2 'profile' cellar lint --profile nothing $prod/anchors.pem
refuses 2 'consumer|fulcio' cellar lint --for grafana $prod/anchors.pem
refuses 2 '--anchor is missing' cellar verify $line/chain.pem
refuses 2 'purpose' cellar verify --anchor $prod/anchors.pem --purpose painting $line/chain.pem
refuses 2 'time' cellar verify --anchor $prod/anchors.pem --at tomorrow $line/chain.pem
refuses 2 'LEAF.pem is missing' cellar verify --anchor $prod/anchors.pem
refuses 2 'FILE is missing' cellar show
finish
