#!/bin/bash
#
# Shows that real Sigstore accepts what the tools exported, unchanged, and refuses what it should:
# Fulcio, timestamp-server, cosign and npm's client, all on loopback, over a finished
# demonstration. tests/interop/install must have run.
#
#   tests/interop/sigstore.sh DIR [TRUSTED_ROOT_WITH_LOGS]
#
#   DIR                     what ceremony/quickstart left: cellar/, handover/, secrets/
#   TRUSTED_ROOT_WITH_LOGS  prod's trusted_root.json with a Rekor and a CT key merged into it;
#                           default: DIR/exports-with-logs/prod/sigstore/trusted_root.json
#
# A line a check, "ok - ..." or "not ok - ..."; status 1 if any is not ok.

set -u -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/interop/pins.sh
. "$here/pins.sh"
# shellcheck source=tests/interop/isolate.sh
. "$here/isolate.sh"

usage() {
    echo "usage: $0 DIR [TRUSTED_ROOT_WITH_LOGS]" >&2
    exit 2
}

[ -d "${1:-}" ] || usage
demo=$(cd "$1" && pwd)
with_logs=${2:-$demo/exports-with-logs/prod/sigstore/trusted_root.json}
email=builder@example.com

# The layout of a demonstration; only these functions know it.
exported() { echo "$demo/cellar/exports/$1/$2"; }
# The newest hand-over: after a rotation its name ends in the generation.
handed_over() {
    local newest="$demo/handover/$1-$2" later

    for later in "$newest"-g*; do
        [ ! -d "$later" ] || newest=$later
    done
    echo "$newest"
}
generation() {
    local from

    from=$(handed_over "$1" "$2")
    [[ $from =~ -(g[0-9]+)$ ]] && echo "${BASH_REMATCH[1]}" || echo g1
}
passphrase_file() {
    local key

    key=$1-$2-$(generation "$1" "$2")
    [ "$2" != time-stamping ] || key+=-tsa
    echo "$demo/secrets/$key.txt"
}
trusted_root() { exported "$1" sigstore/trusted_root.json; }

finish() {
    stop_services
    rm -rf "$work"
}

"$here/install" --check || {
    echo "$0: run tests/interop/install first" >&2
    exit 1
}
isolate "$here/sigstore.sh" "$@"

work=$(mktemp -d)
# shellcheck source=tests/interop/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/interop/services.sh
. "$here/services.sh"
# shellcheck source=tests/interop/clients.sh
. "$here/clients.sh"
trap finish EXIT
trap 'exit 130' HUP INT TERM
PATH=$INTEROP_CACHE/bin:$PATH
mkdir "$work/home"

declare -A fulcio_url

start_all_but_tsa() {
    local env

    start_issuer && start_registry || return 1
    for env in dev prod; do
        accepts "$env: Fulcio starts with the handed-over chain and key" \
            start_fulcio "$env" "$(handed_over "$env" code-signing)/chain.pem" \
            "$(handed_over "$env" code-signing)/key.pem" \
            "$(passphrase_file "$env" code-signing)" || return 1
        fulcio_url[$env]=$service_url
        accepts "$env: Fulcio serves the chain of fulcio/chain.pem" \
            serves_chain "$service_url/api/v1/rootCert" \
            "$(exported "$env" code-signing/fulcio/chain.pem)"
    done
}

# sign_everything ENV: while ENV's timestamp-server runs
sign_everything() {
    local env=$1

    accepts "$env: timestamp-server starts with the handed-over chain and key" \
        start_tsa "$env" "$(handed_over "$env" time-stamping)/chain.pem" \
        "$(handed_over "$env" time-stamping)/key.pem" \
        "$(passphrase_file "$env" time-stamping)" || return 1
    accepts "$env: timestamp-server serves the chain of tsa/chain.pem" \
        serves_chain "$service_url/api/v1/timestamp/certchain" \
        "$(exported "$env" time-stamping/tsa/chain.pem)"
    accepts "$env: openssl verifies its timestamp up to anchors.pem" \
        openssl_timestamp "$service_url" "$env"

    accepts "$env: cosign signs a blob with signing_config.v0.2.json and trusted_root.json" \
        cosign_sign "$env" "$service_url" "$work/$env.bundle.json"
    accepts "$env: cosign signs a blob without a timestamp" \
        cosign_sign "$env" '' "$work/$env.unstamped.json"
    accepts "$env: cosign signs a blob in the old format" \
        cosign_sign_old "$env" "$work/blob" "$work/$env"
    accepts "$env: cosign signs a blob in the old format with a timestamp" \
        cosign_sign_old "$env" "$work/blob" "$work/$env.stamped" \
        --timestamp-server-url "$service_url/api/v1/timestamp" \
        --rfc3161-timestamp "$work/$env.stamped.tsr"
    accepts "$env: cosign signs an image in the old format, the chain attached" \
        cosign_sign_image "$env"
    accepts "$env: npm's client signs a blob" \
        npm_client sign "$work/blob" "$work/$env.npm.json" "${fulcio_url[$env]}" "$service_url" \
        "$work/token"
}

sign_all() {
    local tsa_pid

    sign_everything dev || return 1
    tsa_pid=$service_pid
    stop_service "$tsa_pid" # the port of its metrics must be free for the next
    sign_everything prod || return 1
    # A stamp that prod's verifiers accept leaves the certificate as the only thing to refuse.
    accepts "dev: npm's client signs a blob with prod's timestamps" \
        npm_client sign "$work/blob" "$work/mixed.npm.json" "${fulcio_url[dev]}" "$service_url" \
        "$work/token"
}

without_logs() { # ENV
    node "$here/exported.mjs" logs "$(trusted_root "$1")" tlogs 0 &&
        node "$here/exported.mjs" logs "$(trusted_root "$1")" ctlogs 0
}

check_cosign_bundles() {
    local env

    for env in dev prod; do
        accepts "$env: cosign verifies the bundle with trusted_root.json" \
            cosign_verify "$work/$env.bundle.json" "$(trusted_root "$env")" --use-signed-timestamps
        accepts "$env: cosign verifies the bundle without a timestamp, while its certificate lasts" \
            cosign_verify "$work/$env.unstamped.json" "$(trusted_root "$env")"
        accepts "$env: trusted_root.json has no log: the log-less case" \
            without_logs "$env"
    done
    refuses "cosign refuses dev's bundle with prod's trusted root: the certificate" \
        'leaf certificate verification failed' \
        cosign_verify "$work/dev.unstamped.json" "$(trusted_root prod)"
    refuses "cosign refuses dev's bundle with prod's trusted root: the timestamp" \
        'unable to verify signed timestamps' \
        cosign_verify "$work/dev.bundle.json" "$(trusted_root prod)" --use-signed-timestamps
    refuses 'cosign refuses the right bundle for another blob' \
        'could not verify message|invalid signature' \
        cosign_verify_file "$work/other" "$work/prod.bundle.json" "$(trusted_root prod)"
}

check_cosign_old_format() {
    local env unknown='certificate signed by unknown authority'

    for env in dev prod; do
        accepts "$env: cosign verifies the old format with cosign/chain.pem" \
            cosign_verify_old "$work/$env" chain "$env"
        accepts "$env: cosign verifies the old format with ca-roots.pem and ca-intermediates.pem" \
            cosign_verify_old "$work/$env" lists "$env"
        accepts "$env: cosign verifies the old format's timestamp with tsa/chain.pem" \
            cosign_verify_old "$work/$env.stamped" chain "$env" \
            --rfc3161-timestamp "$work/$env.stamped.tsr" --timestamp-certificate-chain \
            "$(exported "$env" time-stamping/tsa/chain.pem)"
        accepts "$env: cosign verifies the image with cosign/chain.pem" \
            cosign_verify_image "$env" chain "$env"
    done
    refuses "cosign refuses dev's blob with prod's cosign/chain.pem" "$unknown" \
        cosign_verify_old "$work/dev" chain prod
    refuses "cosign refuses dev's blob with prod's intermediate list" "$unknown" \
        cosign_verify_old "$work/dev" lists prod
    refuses "cosign refuses dev's timestamp with prod's tsa/chain.pem" 'No certificate for signer' \
        cosign_verify_old "$work/dev.stamped" chain dev \
        --rfc3161-timestamp "$work/dev.stamped.tsr" --timestamp-certificate-chain \
        "$(exported prod time-stamping/tsa/chain.pem)"
    refuses "cosign refuses dev's image with prod's cosign/chain.pem" "$unknown" \
        cosign_verify_image dev chain prod
    refuses "cosign refuses dev's image with prod's intermediate list" "$unknown" \
        cosign_verify_image dev lists prod
}

# The root alone separates nothing: cosign then builds the path from what the signer attached.
# (Blobs carry no chain, so nothing at all verifies them by the root alone.)
check_root_only() {
    local manifest file

    manifest=$(exported prod manifest.json)
    accepts "with prod's root alone, dev's image passes as prod's" \
        cosign_verify_image dev root prod
    accepts "... and prod's manifest says of anchors.pem that it does not separate environments" \
        node "$here/exported.mjs" mixes "$manifest" anchors.pem
    for file in code-signing/cosign/chain.pem sigstore/trusted_root.json; do
        accepts "... and of $file that it does" \
            node "$here/exported.mjs" separates "$manifest" "$file"
    done
}

check_npm_client() {
    local env

    for env in dev prod; do
        accepts "$env: npm's client verifies its bundle with trusted_root.json" \
            npm_verify "$work/$env.npm.json" "$(trusted_root "$env")"
        accepts "$env: npm's client verifies cosign's bundle" \
            npm_verify "$work/$env.bundle.json" "$(trusted_root "$env")"
        accepts "$env: cosign verifies the bundle of npm's client" \
            cosign_verify "$work/$env.npm.json" "$(trusted_root "$env")" --use-signed-timestamps
    done
    refuses "npm's client refuses dev's bundle with prod's trusted root: the certificate" \
        'CERTIFICATE_ERROR' npm_verify "$work/mixed.npm.json" "$(trusted_root prod)"
    refuses "npm's client refuses dev's bundle with prod's trusted root: the timestamp" \
        'TIMESTAMP_ERROR' npm_verify "$work/dev.npm.json" "$(trusted_root prod)"
    refuses "cosign refuses dev's bundle with prod's timestamp and trusted root" \
        'leaf certificate verification failed' \
        cosign_verify "$work/mixed.npm.json" "$(trusted_root prod)" --use-signed-timestamps
}

check_merged_logs() {
    local list

    for list in tlogs ctlogs; do
        accepts "prod: the trusted root with log keys has one entry in $list" \
            node "$here/exported.mjs" logs "$with_logs" "$list" 1
    done
    accepts 'prod: cosign verifies with the trusted root with log keys' \
        cosign_verify "$work/prod.bundle.json" "$with_logs" --use-signed-timestamps
    accepts "prod: npm's client verifies with the trusted root with log keys" \
        npm_verify "$work/prod.bundle.json" "$with_logs"
    refuses "cosign refuses dev's bundle with it too" 'leaf certificate verification failed' \
        cosign_verify "$work/dev.unstamped.json" "$with_logs"
}

nothing_strayed() {
    local strays

    strays=$(get "$issuer/strays") || return 1
    [ -z "$strays" ] || {
        echo "tried to reach: $strays"
        return 1
    }
}

start_all_but_tsa || exit 1
make_subjects || exit 1
sign_all || exit 1
check_cosign_bundles
check_cosign_old_format
check_root_only
check_npm_client
check_merged_logs
accepts 'no client tried to reach anything but loopback' nothing_strayed
[ "$tap_failures" -eq 0 ]
