#!/bin/bash
#
# A rotation under a running Fulcio, then a revocation, with real Sigstore on loopback: what was
# signed before, between and after; who honours what (docs/SIGSTORE.md keeps the table).
#
#   tests/interop/rotation.sh BUILD_DIRECTORY
#
# The tools are those linked for tests, because key files are cheaper with them; their clock is this
# machine's, as Fulcio's and cosign's is, but for the revocations at the end.
#
# A line a check, "ok - ..." or "not ok - ..."; status 1 if any is not ok.

set -u -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/interop/pins.sh
. "$here/pins.sh"
# shellcheck source=tests/interop/isolate.sh
. "$here/isolate.sh"
build=$(cd "${1:?usage: rotation.sh BUILD_DIRECTORY}" && pwd)

missing=$("$here/install" --check 2>&1) || {
    printf 'skipped: %s (tests/interop/install)\n' "$(head -n 1 <<<"$missing")"
    exit 77
}
isolate "$here/rotation.sh" "$@"

finish() {
    stop_services
    rm -rf "$work"
}

work=$(mktemp -d)
# shellcheck source=tests/interop/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/interop/services.sh
. "$here/services.sh"
# shellcheck source=tests/interop/clients.sh
. "$here/clients.sh"
trap finish EXIT
trap 'exit 130' HUP INT TERM
PATH=$build/test-tools:$INTEROP_CACHE/bin:$PATH
unset CELLAR_DIR CELLAR_TEST_NOW CELLAR_TEST_BUILD_DATE CELLAR_TEST_ROOM CELLAR_TEST_FREE
export CELLAR_TEST_ROUNDS=1000
# Leaks are looked for by the tools' own tests: here /proc knows nothing of these processes.
export ASAN_OPTIONS=detect_leaks=0
email=builder@example.com
title='Test Prod Code Signing CA'
declare -A fulcio_url
cd "$work" || exit 1
umask 077
mkdir home live secrets

# --- the cellar ----------------------------------------------------------------------------------

# What verifiers have: a directory of exports. Only these know its layout.
files=cellar/exports
exported() { echo "$work/$files/$1/$2"; }
trusted_root() { exported "$1" sigstore/trusted_root.json; }
# with FILES COMMAND...: by a verifier who has those
with() {
    local files=$1
    shift
    "$@"
}

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
later() { sleep 1.1; } # times in trust files are whole seconds

# must COMMAND...: a step that is no check, and without which nothing else makes sense
must() {
    "$@" >"$tap_output" 2>&1 || {
        tap_not_ok "$(printf '%.120s' "$*")"
        exit 1
    }
}

with_secrets() { # KEY...: options for their passphrases, into the array `secrets`
    local key
    secrets=()
    for key in "$@"; do
        [ -e "secrets/$key" ] || head -c 15 /dev/urandom | base32 >"secrets/$key"
        secrets+=(--passphrase-file "$key=secrets/$key")
    done
}

make_cellar() {
    local line=prod-time-stamping

    must cellar init "$here/rotation.yaml" -C cellar
    with_secrets root-g1 prod-code-signing-g{1,2} $line-g{1,2} $line-g{1,2}-tsa
    must cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA'
    must cellar issue prod code-signing -C cellar "${secrets[@]}" --confirm "$title G1"
    must cellar issue prod time-stamping -C cellar "${secrets[@]}" \
        --confirm 'Test Prod Time Stamping CA G1'
    must cellar export -C cellar
}

hand_over() { # GENERATION
    must cellar export prod code-signing --for fulcio --with-key --to "$1" -C cellar
}

# promote GENERATION NEXT [ROOT]: in the cellar alone; the world goes on with the one before
promote() {
    with_secrets "${3:-root-g1}" "prod-code-signing-$2"
    must cellar rotate prod code-signing --now -C cellar "${secrets[@]}" --confirm "$title ${1^^}"
    must cellar export -C cellar
    hand_over "$1"
}

# --- Fulcio --------------------------------------------------------------------------------------

serves() { # GENERATION: both of its answers begin with it
    serves_chain "$service_url/api/v1/rootCert" "$1/chain.pem" &&
        get "$service_url/api/v2/trustBundle" >bundle.json &&
        diff <(node -p 'JSON.parse(require("fs").readFileSync(0)).chains[0].certificates.join("\n")' \
            <bundle.json | grep .) <(certificates "$1/chain.pem")
}

soon() { # COMMAND...: Fulcio reads its files when the kernel tells it
    local tries

    for ((tries = 0; tries < 50; tries++)); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

# --- signatures ----------------------------------------------------------------------------------

# sign NAME: in the new format by cosign, in the old with a timestamp, and by npm's client
sign() {
    accepts "$1: cosign signs" cosign_sign prod "$tsa_url" "$work/$1.bundle.json" || return 1
    accepts "$1: cosign signs in the old format" cosign_sign_old prod "$work/blob" "$work/$1" \
        --timestamp-server-url "$tsa_url/api/v1/timestamp" --rfc3161-timestamp "$work/$1.tsr"
    accepts "$1: npm's client signs" npm_client sign "$work/blob" "$work/$1.npm.json" \
        "${fulcio_url[prod]}" "$tsa_url" "$work/token"
    base64 -d "$1.crt" >"$1.pem"
}

signed_by() { # NAME GENERATION
    openssl x509 -in "$1.pem" -noout -issuer -nameopt RFC2253 | grep -q "CN=$title ${2^^},"
}

by_cosign() { cosign_verify "$work/$1.bundle.json" "$(trusted_root prod)" --use-signed-timestamps; }
by_npm() { npm_verify "$work/$1.bundle.json" "$(trusted_root prod)"; }
by_npm_own() { npm_verify "$work/$1.npm.json" "$(trusted_root prod)"; }
by_old() {
    cosign_verify_old "$work/$1" chain prod --rfc3161-timestamp "$work/$1.tsr" \
        --timestamp-certificate-chain "$(exported prod time-stamping/tsa/chain.pem)"
}

unknown='certificate signed by unknown authority'
untrusted='leaf certificate verification failed'

all_accept() { # NAME WHAT
    accepts "$1: cosign accepts, $2" by_cosign "$1"
    accepts "$1: cosign's old flags accept, $2" by_old "$1"
    accepts "$1: npm's client accepts, $2" by_npm "$1"
    accepts "$1: npm's client accepts its own, $2" by_npm_own "$1"
}

bundles_refuse() { # NAME WHAT
    refuses "$1: cosign refuses, $2" "$untrusted" by_cosign "$1"
    refuses "$1: npm's client refuses, $2" CERTIFICATE_ERROR by_npm "$1"
    refuses "$1: npm's client refuses its own, $2" CERTIFICATE_ERROR by_npm_own "$1"
}

all_refuse() { # NAME WHAT
    bundles_refuse "$1" "$2"
    refuses "$1: cosign's old flags refuse, $2" "$unknown" by_old "$1"
}

# --- a rotation ----------------------------------------------------------------------------------

start_all() {
    hand_over g1
    must cellar export prod time-stamping --for timestamp-server --with-key --to tsa -C cellar
    cp -r cellar/exports before_g3
    before_g3=$(now)
    accepts 'G1: cellar install fills an empty directory' \
        cellar install fulcio --from g1 --to live --confirm "$title G1"
    start_issuer || return 1
    accepts 'timestamp-server starts' \
        start_tsa prod tsa/chain.pem tsa/key.pem secrets/prod-time-stamping-g1-tsa || return 1
    tsa_url=$service_url
    accepts 'G1: Fulcio starts with the installed files' \
        start_fulcio prod live/chain.pem live/key.pem secrets/prod-code-signing-g1 || return 1
    fulcio_url[prod]=$service_url
    accepts 'G1: Fulcio serves it' serves g1
    cp bundle.json g1.json
    echo 'a release' >blob
    get "$issuer/token?email=$email" >token
}

cutover() { # GENERATION
    must cellar cutover prod code-signing --at "$(now)" --proof bundle.json \
        --confirm "$title ${1^^}" -C cellar
    must cellar export -C cellar
}

# Fulcio opens each new key with the passphrase that it was started with, and says nothing when that
# does not fit.
with_another_passphrase() {
    accepts 'G2: cellar install warns of another passphrase than that of the key in place' \
        grep -q 'another passphrase' <(cellar install fulcio --from g2 --to live \
            --confirm "$title G2" --passphrase-file secrets/prod-code-signing-g2 2>&1)
    sleep 1
    accepts 'G2: under another passphrase Fulcio stays with G1' serves g1
    must cellar key passphrase prod-code-signing-g2 -C cellar \
        --passphrase-file secrets/prod-code-signing-g2 \
        --passphrase-file new=secrets/prod-code-signing-g1
    cp secrets/prod-code-signing-g1 secrets/prod-code-signing-g2
    mv g2 g2.other
    hand_over g2
}

# switch GENERATION: install, prove, record
switch() {
    accepts "${1^^}: cellar install writes into the running Fulcio's files" \
        cellar install fulcio --from "$1" --to live --confirm "$title ${1^^}" \
        --passphrase-file secrets/prod-code-signing-g1
    accepts "${1^^}: Fulcio took them: its trust bundle says so" soon serves "$1"
    cutover "$1"
}

rotate_once() {
    cp secrets/prod-code-signing-g{1,3}
    promote g2 g3
    sign between || return 1
    accepts 'between: promoted is not switched: G1 signed' signed_by between g1
    refuses 'G2: no cut-over with the trust bundle of before' 'has not switched' \
        cellar cutover prod code-signing --at "$(now)" --proof g1.json -C cellar \
        --confirm "$title G2"
    with_another_passphrase
    switch g2
    sign second || return 1
    accepts 'second: G2 signed' signed_by second g2
    all_accept first 'after the switch'
    all_accept between 'after the switch'
    all_accept second 'after the switch'
    # The first issue publishes G1 and G2 together: that is why nobody has to hurry.
    with before_g3 all_accept second 'with the trust files of before the rotation'
    with before_g3 all_accept between 'with the trust files of before the rotation'
}

# G3 was published by that rotation, so there are trust files from before it was.
rotate_again() {
    promote g3 g4
    switch g3
    sign third || return 1
    accepts 'third: G3 signed' signed_by third g3
    all_accept third 'after the switch'
    all_accept first 'after two switches'
    with before_g3 all_refuse third 'with the trust files of before it was published'
    must cellar export --as-of "$before_g3" --to as-of -C cellar
    with as-of bundles_refuse third 'with trust files made again as of then'
    with as-of accepts 'first: cosign accepts, with trust files made again as of then' \
        by_cosign first
}

# A file renamed over another ends Fulcio's watch, for good.
rename_over() {
    local file

    for file in chain.pem key.pem; do
        cp "g2/$file" live/new && mv live/new "live/$file"
    done
    sleep 1
    accepts 'files renamed over: Fulcio does not notice' serves g3
    must cellar install fulcio --from g1 --to live --confirm "$title G1"
    sleep 1
    accepts '... nor what is written into the new files' serves g3
}

# --- a revocation --------------------------------------------------------------------------------

# Six minutes on: a revocation is dated back by five, which this test cannot wait for.
revoke() { # CELLAR OPTION...: G3
    local cellar=$1 fingerprint
    shift

    cp -r cellar "$cellar"
    fingerprint=$(openssl x509 -in g3/chain.pem -outform DER | sha256sum | cut -d ' ' -f 1)
    must cellar revoke "$fingerprint" --promote-next "$@" -C "$cellar" --confirm "$title G3"
    with_secrets root-g1
    must cellar crl root-g1 -C "$cellar" "${secrets[@]}" --confirm 'Test Root CA'
    with_secrets prod-code-signing-g3
    must cellar crl prod-code-signing-g3 -C "$cellar" "${secrets[@]}" --confirm "$title G3"
    must cellar export -C "$cellar"
}

declare -A signed_at

# verify NAME LISTS: by cellar verify, at the time of signing, with the intermediates of $files and
# the revocation lists of LISTS
verify() {
    cellar verify --purpose code-signing --at "${signed_at[$1]}" \
        --anchor "$(exported prod anchors.pem)" \
        --untrusted "$(exported prod code-signing/cosign/chain.pem)" \
        --crl "$2/exports/prod/crl/all.pem" "$1.pem"
}

revoke_all() {
    local since

    signed_at[third]=$(now)
    later
    later
    since=$(now)
    later
    sign last || return 1
    signed_at[last]=$(now)
    accepts 'last: G3 signed' signed_by last g3
    cp -r cellar/exports before
    CELLAR_TEST_NOW=$(date -u -d '+6 minutes' +%Y-%m-%dT%H:%M:%SZ)
    export CELLAR_TEST_NOW
    revoke dropped --reason keyCompromise --treatment drop
    revoke ended --reason keyCompromise --treatment end --invalid-since "$since"
    revoke superseded --reason superseded --treatment end --invalid-since "$since"
}

check_crl_alone() {
    local name

    for name in third last; do
        with before all_accept "$name" 'G3 is on a CRL, trust files as before'
        with before refuses "$name: cellar verify refuses, trust files as before" 'was revoked' \
            verify "$name" dropped
    done
}

check_drop() {
    local name

    for name in third last; do
        with dropped/exports all_refuse "$name" 'G3 is dropped'
        with dropped/exports refuses "$name: cellar verify refuses, G3 is dropped" \
            'issuer' verify "$name" dropped
    done
    with dropped/exports all_accept second 'which G2 signed'
}

# What of PEM files has no windows is left out where the key leaked.
check_end() {
    local how

    for how in ended superseded; do
        with $how/exports accepts "third: cosign accepts, G3 ended later ($how)" by_cosign third
        with $how/exports accepts "third: npm's client accepts, G3 ended later ($how)" by_npm third
        with $how/exports bundles_refuse last "G3 ended before ($how)"
        with before accepts "third: cellar verify accepts, G3 ended later ($how)" \
            verify third $how
        with before refuses "last: cellar verify refuses, G3 ended before ($how)" 'was revoked' \
            verify last $how
    done
    for how in third last; do
        with ended/exports refuses "$how: cosign's old flags refuse, G3's key leaked" "$unknown" \
            by_old $how
        with superseded/exports accepts "$how: cosign's old flags accept, they know no end" \
            by_old $how
    done
}

# --- a new root ------------------------------------------------------------------------------------

by_lists() {
    cosign_verify_old "$work/$1" lists prod --rfc3161-timestamp "$work/$1.tsr" \
        --timestamp-certificate-chain "$(exported prod time-stamping/tsa/chain.pem)"
}

# Fulcio signs with a generation below the new root; there are verifiers who know the old one alone.
succeed_root() {
    cp -r cellar/exports before_root
    with_secrets root-g1 root-g2
    must cellar root main --succeed -C cellar "${secrets[@]}" --confirm 'Test Root CA G2'
    promote g4 g5 root-g2
    promote g5 g6 root-g2
    accepts 'G5: Fulcio starts below the new root' \
        start_fulcio new g5/chain.pem g5/key.pem secrets/prod-code-signing-g5 || return 1
    fulcio_url[prod]=$service_url
    accepts 'G5: Fulcio serves it' serves g5
    sign fifth || return 1
    accepts 'fifth: G5 signed' signed_by fifth g5
    all_accept fifth 'below the new root; the list of old flags has the old root alone'
    accepts 'fifth: cosign accepts, by lists with both roots' by_lists fifth
    cp before_root/prod/anchors.pem cellar/exports/prod/code-signing/cosign/ca-roots.pem
    accepts 'fifth: cosign accepts, by lists with the old root alone' by_lists fifth
    cp cellar/exports/prod/anchors.pem before_root/prod/code-signing/cosign/ca-roots.pem
    with before_root refuses 'fifth: cosign refuses, by both roots without the intermediates' "$unknown" \
        by_lists fifth
    all_accept third 'which hangs below the old root'
    with before_root all_refuse fifth 'with the trust files of before the new root'
}

nothing_strayed() {
    local strays

    strays=$(get "$issuer/strays") || return 1
    [ -z "$strays" ] || {
        echo "tried to reach: $strays"
        return 1
    }
}

make_cellar
start_all || exit 1
sign first || exit 1
accepts 'first: G1 signed' signed_by first g1
rotate_once || exit 1
rotate_again || exit 1
revoke_all || exit 1
check_crl_alone
check_drop
check_end
unset CELLAR_TEST_NOW
rename_over
succeed_root || exit 1
accepts 'no client tried to reach anything but loopback, not for a CRL either' nothing_strayed
[ "$tap_failures" -eq 0 ]
