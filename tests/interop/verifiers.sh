#!/bin/bash
# For every key algorithm: a hierarchy by our tools that has lived (verifiers/fixture.sh), and its
# exports before verifiers that share no code with us. What must be taken, what must be refused, and
# who refuses what: the tables of docs/VERIFIERS.md, which this test writes and compares.
# After an intended change:   UPDATE=1 tests/interop/verifiers.sh BUILD_DIRECTORY
#
# A case is a line of fields, tab-separated: number; kind (ca, stamp-ca, server, client, code, stamp);
# file of anchors; chain file; directories of CRLs, or -; key of the chain's first certificate, or -.
# Verifiers read cases and answer each with its number, "accepts", "refuses" or "cannot", and their
# own words.
. "$(dirname "$0")/../tool/lib.sh"
# Verifiers have the real clock only.
unset CELLAR_TEST_NOW
programs=$source_dir/tests/interop/verifiers
# shellcheck source=tests/interop/verifiers/fixture.sh
. "$programs/fixture.sh"
# shellcheck source=tests/interop/verifiers/commands.sh
. "$programs/commands.sh"

document=$source_dir/docs/VERIFIERS.md
mode=compare
algorithms=(ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-3072 rsa-4096 ed25519)
[ -z "${UPDATE:-}" ] || mode=update
if [ $# -gt 1 ]; then
    algorithms=("${@:2}")
    mode=look
fi

# Waits until a core has nothing of ours to do.
turn() {
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
        wait -n
    done
}

hierarchies() {
    local algorithm
    # RSA first: its keys take longest.
    for algorithm in $(printf '%s\n' "${algorithms[@]}" | sort -r); do
        turn
        (
            mkdir "$algorithm" && cd "$algorithm" && build "$algorithm" && finish
        ) >"$algorithm.log" 2>&1 &
    done
    wait
    for algorithm in "${algorithms[@]}"; do
        checks=$((checks + $(sed -n 's/ checks, .*//p' "$algorithm.log")))
        check "fixture $algorithm: $(head -n 5 "$algorithm.log")" grep -q ' 0 failed' "$algorithm.log"
    done
}

# expect ROW REASON: what the cases that follow are called in the table. REASON: "-" if every
# verifier must accept them; else the words, an extended regular expression, of which each refusal
# must have one: without it, a misspelt option would pass for a refusal.
expect() {
    row=$1 reason=$2
}

put() { # KIND ANCHORS CHAIN LISTS [KEY]
    number=$((number + 1))
    each "$2"
    each "$3"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' $number "$1" "$2" "$3" "$4" "${5:--}" >>cases
    printf '%s\t%s\t%s\t%s\n' $number "$algorithm" "$row" "$reason" >>expected
}

# authorities KIND ENV [find options]: chains of authorities, but pools and what has expired
authorities() {
    local kind=$1 env=$2 chain
    shift 2
    while IFS= read -r chain; do
        put "$kind" "$now/$env/anchors.pem" "$chain" "$now/$env/crl"
    done < <(find "$now/$env" -name chain.pem "$@" -not -path '*/cosign/*' -not -path '*/tsa/*' \
        -not -path '*/brief/*' | sort)
}

# What every verifier must take, as exported.
good() {
    local env
    expect 'authorities: PURPOSE/chain.pem, PURPOSE/gN/chain.pem' -
    for env in prod staging lab; do
        authorities ca $env -not -path '*/time-stamping/*'
    done
    if [ -d "$prod/time-stamping" ]; then
        expect 'time-stamping authorities, the same' -
        authorities stamp-ca prod -path '*/time-stamping/*'
    fi
    expect 'TLS server' -
    put server "$prod/anchors.pem" "$algorithm/web/chain.pem" "$prod/crl" "$algorithm/web.key"
    put server "$prod/anchors.pem" "$algorithm/rotated/chain.pem" "$prod/crl" "$algorithm/rotated.key"
    put server "$now/staging/anchors.pem" "$algorithm/staged/chain.pem" "$now/staging/crl" "$algorithm/staged.key"
    put server "$now/lab/anchors.pem" "$algorithm/other/chain.pem" "$now/lab/crl" "$algorithm/other.key"
    expect 'TLS client' -
    put client "$now/lab/anchors.pem" "$algorithm/client/chain.pem" "$now/lab/crl" "$algorithm/client.key"
    if [ -d "$prod/sigstore" ]; then
        expect 'code signing' -
        put code "$prod/anchors.pem" "$algorithm/code/chain.pem" "$prod/crl" "$algorithm/code.key"
        expect 'below a new root, the old one alone: by cross-certificate' -
        put code "$prod/anchors.pem" "$new/crossed/cross/chain.pem" "$new/cellar/exports/prod/crl" "$new/crossed.key"
        expect 'below a new root, the new one alone' -
        put code "$new/new-root.pem" "$new/crossed/chain.pem" "$new/cellar/exports/prod/crl" "$new/crossed.key"
        expect 'time-stamping: tsa/chain.pem' -
        put stamp "$prod/anchors.pem" "$prod/time-stamping/tsa/chain.pem" "$prod/crl"
    fi
}

# served NAME LISTS [ANCHORS]: a TLS server's chain
served() {
    put server "${3:-$prod/anchors.pem}" "$algorithm/$1/chain.pem" "$2" "$algorithm/$1.key"
}

# What somebody should refuse.
doubtful() {
    local each
    expect 'environment with another root' "$path"
    served other -
    expect 'environment under the same root, its CRLs at hand' "$path"
    served staged "$prod/crl $now/staging/crl"
    expect 'CRL of the issuer is missing' 'get certificate CRL|determine revocation|no list of|revoked'
    served staged "$prod/crl"
    each "$algorithm/web/chain.pem"
    mkdir "$algorithm"/{reversed,shuffled,truncated}
    cat "${each[1]}" "${each[0]}" >"$algorithm/reversed/chain.pem"
    cat "${each[0]}" "$prod/anchors.pem" "${each[1]}" >"$algorithm/shuffled/chain.pem"
    cp "${each[0]}" "$algorithm/truncated/chain.pem"
    expect 'wrong order: intermediate, leaf' "order|purpose|usage|mismatch|not approved|MISMATCH|does not match|NO_CERTIFICATE_ASSIGNED|handshake failure|$path"
    put server "$prod/anchors.pem" "$algorithm/reversed/chain.pem" "$prod/crl" "$algorithm/web.key"
    expect 'wrong order: leaf, root, intermediate' "order|chaining|$path"
    put server "$prod/anchors.pem" "$algorithm/shuffled/chain.pem" "$prod/crl" "$algorithm/web.key"
    expect 'intermediate is missing' "$path"
    put server "$prod/anchors.pem" "$algorithm/truncated/chain.pem" - "$algorithm/web.key"
    expect 'leaf revoked' revoked
    served lost "$prod/crl"
    expect 'intermediate revoked' revoked
    put ca "$now/lab/anchors.pem" "$algorithm/before/lab/devices/g1/chain.pem" "$now/lab/crl"
    served fallen "$now/lab/crl" "$now/lab/anchors.pem"
    expect 'CRLs expired' 'CRL has expired|determine revocation|cannot be used'
    served web "$algorithm/before/prod/crl"
    expect 'leaf expired' 'expired|validity|invalid [(]valid'
    served stale "$prod/crl"
    expect 'intermediate expired, leaf not' 'expired|validity|invalid [(]valid|issuer is not recognized'
    put ca "$prod/anchors.pem" "$prod/brief/g1/chain.pem" -
    served outlived -
    expect 'client certificate as a server' 'purpose|usage|constraints|not approved'
    put server "$now/lab/anchors.pem" "$algorithm/client/chain.pem" "$now/lab/crl" "$algorithm/client.key"
}
path='issuer|anchor|unknown authority|verify the first'

# Files that hold a pool, no chain; and keys that no profile of Sigstore's or of TLS alone takes.
ours_alone() {
    local line=ecdsa-p256/cellar/exports/prod/code-signing
    works cellar verify --anchor $line/cosign/ca-roots.pem \
        --untrusted $line/cosign/ca-intermediates.pem $line/g2/chain.pem
    hierarchy ecdsa-p384 ed25519
    refuses 4 'ed25519|Ed25519' cellar init hierarchy.yaml -C refused
    hierarchy ed25519 ecdsa-p384
    refuses 4 'ed25519|Ed25519' cellar init hierarchy.yaml -C refused
}

# The columns, and what each is called in the table.
verifiers=(openssl certtool java go nss node python strongswan cellar)

version_of() {
    case $1 in
    openssl) openssl version | cut -d ' ' -f 2 ;;
    certtool) certtool --version | sed -n '1s/.* //p' ;;
    java) java --version | sed -n '1s/^[^ ]* \([^ ]*\).*/\1/p' ;;
    go) go version | sed 's/.*go\([0-9.]*\) .*/\1/' ;;
    nss) dpkg-query -W -f '${Version}' libnss3-tools | sed 's/.*:\([0-9.]*\).*/\1/' ;;
    node) node --version | tr -d v ;;
    python) python3 -c 'import platform, ssl; print(platform.python_version(), ssl.OPENSSL_VERSION.split()[1], sep=", OpenSSL ")' ;;
    strongswan) pki --help 2>/dev/null | sed -n 's/^strongSwan \([^ ]*\).*/\1/p' ;;
    cellar) cellar verify --version | cut -d ' ' -f 2 ;;
    esac
}

# Programs take all cases at once, commands one after the other.
answers_of() { # VERIFIER
    local number kind anchors chain lists key status
    case $1 in
    java) java "$programs/Pkix.java" <cases ;;
    go) "$work/pkix" <cases ;;
    node) node "$programs/tls.mjs" <cases ;;
    python) python3 "$programs/tls.py" <cases ;;
    *)
        while IFS=$'\t' read -r number kind anchors chain lists key; do
            status=0
            "take_$1" "$kind" "$anchors" "$chain" "$lists" >"words.$1" 2>&1 </dev/null || status=$?
            case $status in
            0) status=accepts ;;
            99) status=cannot ;;
            *) status=refuses ;;
            esac
            printf '%s\t%s\t%s\n' "$number" $status "$(tr '\t\n' ' \v' <"words.$1")"
        done <cases
        ;;
    esac
}

command_of() {
    case $1 in
    nss) echo vfychain ;;
    python) echo python3 ;;
    strongswan) echo pki ;;
    *) echo "$1" ;;
    esac
}

measure() {
    local verifier
    missing=()
    for verifier in "${verifiers[@]}"; do
        if ! command -v "$(command_of "$verifier")" >/dev/null; then
            missing+=("$verifier")
            continue
        fi
        printf '%s\t%s\n' "$verifier" "$(version_of "$verifier")" >>versions
        [ "$verifier" != go ] || GOFLAGS='' go build -o pkix "$programs/pkix.go"
        turn
        answers_of "$verifier" >"answers.$verifier" 2>"said.$verifier" &
    done
    wait
    check "$(head -n 5 said.*)" [ -z "$(cat said.*)" ]
}

hierarchies
number=0
for algorithm in "${algorithms[@]}"; do
    now=$algorithm/cellar/exports
    prod=$now/prod
    new=$algorithm/succeeded
    good
    doubtful
done
ours_alone
measure
: >out
: >err
check 'verifiers: see above' python3 "$programs/table.py" "$document" $mode <expected
[ "$failures" -gt 0 ] || [ ${#missing[@]} -eq 0 ] || {
    echo "skipped: without ${missing[*]} (tests/packages-optional, tests/interop/install)"
    exit 77
}
finish
