#!/bin/bash
# cellar issue: two generations of a line, or one end entity; keys made here or elsewhere.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256

line_keys prod code-signing
with root-g1 "${keys[@]}"
issue=(cellar issue prod code-signing -C cellar "${secrets[@]}")
keeps cellar works "${issue[@]}" --dry-run
says 'Test Prod Code Signing CA G1'
says 'Test Prod Code Signing CA G2'
keeps cellar json 0 cellar-issue 'result["confirm"] == "Test Prod Code Signing CA G1"' \
    "${issue[@]}" --dry-run
keeps cellar works "${issue[@]}" --dry-run --review review.pem
check 'a draft cannot be reviewed' [ "$(grep -c BEGIN review.pem)" = 2 ]
keeps cellar refuses 4 'exists' "${issue[@]}" --dry-run --review review.pem
refuses 2 'needs --dry-run' "${issue[@]}" --review other.pem
fails 4 'not confirmed' "${issue[@]}"
fails 4 'not confirmed' "${issue[@]}" --confirm 'Test Prod Code Signing CA G2'
check 'a declined draft left a key' [ "$(ls cellar/keys)" = root-g1.key ]

# The wrong passphrase of the root: nothing is made.
printf 'not the right Qz8 one 99 wUmbat\n' >wrong.txt
fails 4 'passphrase' cellar issue prod code-signing -C cellar "${secrets[@]:2}" \
    --passphrase-file root-g1=wrong.txt --confirm 'Test Prod Code Signing CA G1'
check 'a wrong passphrase left a certificate' \
    [ "$(sqlite3 cellar/cellar.db 'SELECT count(*) FROM certificate')" = 1 ]
CELLAR_TEST_ROOM=$wired fails 4 'eth0' "${issue[@]}" --confirm 'Test Prod Code Signing CA G1'
CELLAR_TEST_NOW=2047-01-01 fails 4 'clock|expire|valid' "${issue[@]}" \
    --confirm 'Test Prod Code Signing CA G1'

works "${issue[@]}" --confirm 'Test Prod Code Signing CA G1'
says '^ *Next: .*cellar '
keeps cellar fails 4 'exist|has|already' "${issue[@]}" --confirm 'Test Prod Code Signing CA G1'
make_line prod time-stamping
check 'four time-stamping keys' [ "$(find cellar/keys -name 'prod-time-stamping-*' | wc -l)" = 4 ]
make_line prod tls

refuses 4 'no line|has:|it has' cellar issue prod painting -C cellar "${secrets[@]}"
refuses 4 'no line|has:|it has' cellar issue venus code-signing -C cellar "${secrets[@]}"
refuses 2 'PURPOSE is missing' cellar issue prod -C cellar
refuses 2 'ENV is missing' cellar issue -C cellar

# Keys made elsewhere.
request one.csr
request two.csr
with root-g1
by_request=(cellar issue dev code-signing -C cellar "${secrets[@]}")
keeps cellar works "${by_request[@]}" --csr one.csr --csr two.csr --dry-run
says 'asked for'
keeps cellar fails 4 'same|reuse|twice' "${by_request[@]}" --csr one.csr --csr one.csr --dry-run
works "${by_request[@]}" --csr one.csr --csr two.csr --confirm 'Test Dev Code Signing CA G1'
check 'a key file for a foreign key' [ -z "$(find cellar/keys -name 'dev-*')" ]
check 'what was asked for is in the certificate' \
    [ "$(sqlite3 cellar/cellar.db .dump | grep -ic "$(printf 'asked for' | od -An -tx1 | tr -d ' ')")" = 0 ]

# Requests that are refused, each by its rule.
with prod-tls-g1
leaf=(cellar issue prod tls --leaf tls-server -C cellar "${secrets[@]}")
refuses_request() { # STATUS TEXT FILE
    keeps cellar refuses "$1" "$2" "${leaf[@]}" --csr "$3" --dns a.example --dry-run
}
openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out rsa2048.csr 2>/dev/null
refuses_request 4 '3072|2048' rsa2048.csr
openssl req -new -newkey rsa:3072 -pkeyopt rsa_keygen_pubexp:3 -nodes -keyout k -subj /CN=x -out e3.csr 2>/dev/null
refuses_request 4 'exponent' e3.csr
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -nodes -keyout k -subj /CN=x -out k1.csr 2>/dev/null
refuses_request 4 'curve' k1.csr
openssl req -new -sha1 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -subj /CN=x -out sha1.csr 2>/dev/null
refuses_request 4 'SHA-1|SHA-2|sha1' sha1.csr
refuses_request 4 'key|used|authority' one.csr
openssl req -in two.csr -outform DER -out two.der
python3 - <<'PY'
data = bytearray(open("two.der", "rb").read())
data[-1] ^= 1
open("forged.der", "wb").write(data)
open("cut.der", "wb").write(data[:-9])
PY
request fresh.csr
openssl req -in fresh.csr -outform DER -out fresh.der
python3 -c 'd=bytearray(open("fresh.der","rb").read()); d[-1]^=1; open("forged.der","wb").write(d)'
refuses_request 4 'signature|possession' forged.der
refuses_request 3 'cut.der' cut.der
head -c 100000 /dev/urandom >large.der
refuses_request 2 'large|limit' large.der
printf 'hello\n' >text.csr
refuses_request 3 'text.csr' text.csr
refuses_request 2 'no such file' nowhere.csr
refuses_request 2 'regular' .
refuses_request 3 'root-g1.txt' secrets/root-g1.txt
cat fresh.csr fresh.csr >double.csr
refuses_request 3 'one|two|exactly' double.csr

# An end entity: the names are the ones given, never the ones asked for.
request hostile.csr -subj "/CN=$(printf 'evil\033[2J\342\200\256')" \
    -addext 'subjectAltName=DNS:evil.example' -addext 'basicConstraints=critical,CA:TRUE'
keeps cellar works "${leaf[@]}" --csr hostile.csr --dns a.example --dry-run
json 4 cellar-issue 'error["code"] == "policy"' "${leaf[@]}" --csr hostile.csr --dns a.example
works "${leaf[@]}" --csr hostile.csr --dns a.example --ip ::1 --confirm a.example
serial=$(sed -n 's/.*cellar export --leaf \([0-9a-f]*\) --to DIR.*/\1/p' out)
works cellar export --leaf "${serial:-none}" --to web -C cellar
openssl x509 -in web/chain.pem -noout -text >text
check 'a.example and ::1 are in the certificate' grep -q 'DNS:a.example, IP Address:0:0:0:0:0:0:0:1' text
check 'evil is in the certificate' ! grep -q evil text
check 'the leaf is an authority' ! grep -q 'CA:TRUE' text

names() { # STATUS TEXT OPTION...
    local expected=$1 text=$2
    shift 2
    keeps cellar refuses "$expected" "$text" "${leaf[@]}" --csr fresh.csr "$@" --dry-run
}
names 2 'a b' --dns 'a b'
names 2 'wildcard' --dns '*.*.example'
names 2 'not an IPv4' --ip 1.2.3
names 4 'validity|longer|days' --dns a.example --validity 30y
names 2 'period|length|unit' --dns a.example --validity soon
many=()
for n in $(seq 65); do
    many+=(--dns "n$n.example")
done
refuses 2 'more than 64' "${leaf[@]}" --csr fresh.csr "${many[@]}"
keeps cellar refuses 4 'profile|tls-server' cellar issue prod tls --leaf code-signing -C cellar --csr fresh.csr \
    --dns a.example --dry-run
keeps cellar refuses '[24]' 'profile' cellar issue prod tls --leaf nothing -C cellar --csr fresh.csr \
    --dns a.example --dry-run
keeps cellar refuses '[24]' 'csr' cellar issue prod tls --leaf tls-server -C cellar --dns a.example --dry-run
works cellar audit -C cellar
finish
