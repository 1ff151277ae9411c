# shellcheck shell=bash disable=SC2154 # shares variables with sigstore.sh, which sources it
#
# The clients' command lines. cosign is on its way from an old format (a signature and a
# certificate, trust by flags of PEM files, all deprecated) to a new one (bundles, trust by
# trusted_root.json alone); both are in use, and hardly an option is common to both.

# Each runs in an empty environment and home, and can reach nothing but loopback: the issuer is
# also its proxy, one that refuses and keeps a list. Otherwise cosign may fetch the public
# Sigstore's keys (TUF), if only to go on without them.
client() {
    env -i PATH="$PATH" HOME="$work/home" TUF_ROOT="$work/home/tuf" INTEROP_NPM="$INTEROP_CACHE/npm" \
        HTTPS_PROXY="$issuer" HTTP_PROXY="$issuer" NO_PROXY=127.0.0.1 timeout 60 "$@"
}

# What is signed: a blob, an image with that blob for each environment; and the signer's token.
make_subjects() {
    local env

    echo 'a release' >"$work/blob"
    echo 'another release' >"$work/other"
    get "$issuer/token?email=$email" >"$work/token" || return 1
    tar -C "$work" -cf "$work/layer.tar" blob
    for env in dev prod; do
        client crane append -f "$work/layer.tar" -t "$registry/$env:v1" \
            >"$work/$env.image" 2>"$work/crane.log" || return 1
    done
}

# cosign_sign ENV TSA_URL BUNDLE: new format. With --trusted-root cosign verifies what it signed;
# without, it asks the internet for one.
cosign_sign() {
    node "$here/exported.mjs" local "$(exported "$1" sigstore/signing_config.v0.2.json)" \
        "${fulcio_url[$1]}" "$2" >"$work/signing_config.json" || return 1
    client cosign sign-blob --yes --identity-token "$work/token" \
        --signing-config "$work/signing_config.json" --trusted-root "$(trusted_root "$1")" \
        --bundle "$3" "$work/blob"
}

# cosign_sign_old ENV FILE OUTPUT [OPTION...]: OUTPUT.sig and OUTPUT.crt, both base64
cosign_sign_old() {
    local env=$1 file=$2 output=$3
    shift 3

    client cosign sign-blob --yes --identity-token "$work/token" --fulcio-url "${fulcio_url[$env]}" \
        --use-signing-config=false --tlog-upload=false --new-bundle-format=false \
        --trusted-root "$(trusted_root "$env")" \
        --output-certificate "$output.crt" --output-signature "$output.sig" "$@" "$file"
}

# cosign_sign_image ENV: the signature with Fulcio's whole chain attached, which is how older
# versions of cosign sign; this one's "sign" leaves the chain empty.
cosign_sign_image() {
    local image signed=$work/$1.payload

    image=$(<"$work/$1.image")
    client cosign generate "$image" >"$signed" &&
        cosign_sign_old "$1" "$signed" "$signed" &&
        base64 -d "$signed.crt" >"$signed.pem" &&
        client cosign attach signature --payload "$signed" --signature "$signed.sig" \
            --certificate "$signed.pem" \
            --certificate-chain "$(exported "$1" code-signing/fulcio/chain.pem)" "$image"
}

# Fulcio's leaf lasts ten minutes. Without a timestamp that cosign was told to look at, it takes
# the current time, which is good for so long and no longer.
identity() { # sets $who
    who=(--certificate-identity "$email" --certificate-oidc-issuer "$issuer"
        --insecure-ignore-sct --insecure-ignore-tlog)
}

# cosign_verify BUNDLE TRUSTED_ROOT [OPTION...]
cosign_verify() {
    cosign_verify_file "$work/blob" "$@"
}

cosign_verify_file() { # FILE BUNDLE TRUSTED_ROOT [OPTION...]
    local file=$1 bundle=$2 root=$3 who
    shift 3

    identity
    client cosign verify-blob --bundle "$bundle" --trusted-root "$root" "${who[@]}" "$@" "$file"
}

# trust_by HOW ENV: sets $trust, the old format's options
trust_by() {
    case $1 in
    chain) trust=(--certificate-chain "$(exported "$2" code-signing/cosign/chain.pem)") ;;
    lists) trust=(--ca-roots "$(exported "$2" code-signing/cosign/ca-roots.pem)"
        --ca-intermediates "$(exported "$2" code-signing/cosign/ca-intermediates.pem)") ;;
    root) trust=(--ca-roots "$(exported "$2" anchors.pem)") ;;
    esac
}

# cosign_verify_old SIGNED HOW ENV [OPTION...]: SIGNED as OUTPUT of cosign_sign_old
cosign_verify_old() {
    local signed=$1 how=$2 env=$3 trust who
    shift 3

    trust_by "$how" "$env"
    identity
    client cosign verify-blob --certificate "$signed.crt" --signature "$signed.sig" \
        "${trust[@]}" "${who[@]}" "$@" "$work/blob"
}

# cosign_verify_image ENV_OF_IMAGE HOW ENV_OF_TRUST
cosign_verify_image() {
    local trust who

    trust_by "$2" "$3"
    identity
    client cosign verify "${trust[@]}" "${who[@]}" "$(<"$work/$1.image")"
}

npm_client() {
    client node "$here/client.mjs" "$@"
}

# npm_verify BUNDLE TRUSTED_ROOT
npm_verify() {
    npm_client verify "$work/blob" "$1" "$2" "$email" "$issuer"
}

# openssl_timestamp TSA_URL ENV
openssl_timestamp() {
    local query=$work/query reply=$work/reply

    # Copied, because openssl takes a path with a space for two.
    cp "$(exported "$2" time-stamping/tsa/chain.pem)" "$work/untrusted.pem"
    openssl ts -query -data "$work/blob" -sha256 -cert -out "$query" &&
        curl --silent --show-error --fail --noproxy '*' --max-time 10 --output "$reply" \
            --header 'Content-Type: application/timestamp-query' --data-binary "@$query" \
            "$1/api/v1/timestamp" &&
        openssl ts -verify -in "$reply" -queryfile "$query" \
            -CAfile "$(exported "$2" anchors.pem)" \
            -untrusted "$work/untrusted.pem"
}

# serves_chain URL FILE: the same certificates in the same order. Fulcio leaves out the last
# newline; grep puts it back, and leaves out comments.
serves_chain() {
    get "$1" >"$work/served.pem" &&
        diff <(certificates "$work/served.pem") <(certificates "$2")
}

certificates() {
    sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' "$1" | grep .
}
