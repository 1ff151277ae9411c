#!/bin/bash
# For every key algorithm: a hierarchy by our tools, and every exported chain before a verifier that
# shares no code with the checkers: openssl, or certtool (GnuTLS's own path validation).
#
#   tests/interop/chains.sh openssl|certtool BUILD_DIRECTORY
verifier=${1:?usage: chains.sh openssl|certtool BUILD_DIRECTORY}
shift
. "$(dirname "$0")/../tool/lib.sh"

command -v "$verifier" >/dev/null || {
    echo "skipped: $verifier is not installed"
    exit 77
}

unset CELLAR_TEST_NOW # certtool has the clock only

# shellcheck disable=SC2317 # called by takes
openssl_takes() { # ANCHORS CHAIN
    openssl verify -x509_strict -CAfile "$1" -untrusted "$2" "$2"
}
# shellcheck disable=SC2317
certtool_takes() {
    certtool --verify --load-ca-certificate "$1" --infile "$2"
}
# shellcheck disable=SC2317 # called by check
takes() {
    "${verifier}_takes" "$1" "$2" >out 2>err
}

ours() { # every chain of cellar/exports/ENV under its anchors
    local env=$1 chain n=0
    while IFS= read -r chain; do
        n=$((n + 1))
        check "$algorithm: $verifier takes $chain" takes "cellar/exports/$env/anchors.pem" "$chain"
        works cellar verify --anchor "cellar/exports/$env/anchors.pem" "$chain"
    done < <(find "cellar/exports/$env" -name chain.pem -not -path '*/cosign/*' | sort)
    # cosign's file is a pool: each generation finds its way through it.
    while IFS= read -r chain; do
        works cellar verify --anchor "$chain/cosign/ca-roots.pem" \
            --untrusted "$chain/cosign/ca-intermediates.pem" "$chain/g2/chain.pem"
    done < <(find "cellar/exports/$env" -name cosign -printf '%h\n')
    check "$algorithm: chains of $env" [ $n -ge 2 ]
}

refused() { # the wrong environment's, a shuffled, a truncated chain
    local line=cellar/exports/prod/code-signing web=web/chain.pem
    fails 3 'anchor|issuer|path' cellar verify --anchor $line/cosign/ca-intermediates.pem \
        cellar/exports/dev/code-signing/chain.pem
    check "$algorithm: $verifier refuses dev under prod" \
        ! takes $line/g2/chain.pem cellar/exports/dev/code-signing/chain.pem
    csplit -s -z -f part- $web '/-----BEGIN/' '{*}'
    cat part-00 cellar/exports/prod/anchors.pem part-01 >shuffled.pem
    fails 3 'order' cellar verify --anchor cellar/exports/prod/anchors.pem shuffled.pem
    fails 3 'issuer|path|missing' cellar verify --anchor cellar/exports/prod/anchors.pem part-00
    check "$algorithm: $verifier refuses a truncated chain" \
        ! takes cellar/exports/prod/anchors.pem part-00
}

for algorithm in ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-3072 rsa-4096 ed25519; do
    rm -rf cellar web secrets part-*
    if [ $algorithm = ed25519 ]; then
        # Only where its verifiers take it: refused below for Sigstore and TLS, taken for others.
        hierarchy ecdsa-p384 ed25519
        refuses 4 'ed25519|Ed25519' cellar init hierarchy.yaml -C cellar
        hierarchy ed25519 ecdsa-p384
        refuses 4 'ed25519|Ed25519' cellar init hierarchy.yaml -C cellar
        continue
    fi
    make_cellar $algorithm
    make_line dev code-signing
    make_line prod code-signing
    make_line prod time-stamping
    make_line prod tls
    works cellar export -C cellar
    request leaf.csr
    with prod-tls-g1
    works cellar issue prod tls --leaf tls-server --csr leaf.csr --dns a.example -C cellar \
        "${secrets[@]}" --confirm a.example
    works cellar export --leaf "$(sed -n 's/.*cellar export --leaf \([0-9a-f]*\) .*/\1/p' out)" --to web -C cellar
    check "$algorithm: $verifier takes the web server" takes cellar/exports/prod/anchors.pem web/chain.pem
    ours dev
    ours prod
    refused
done

# Ed25519 where it is allowed: a general line under an Ed25519 root.
cat >hierarchy.yaml <<'YAML'
hierarchy: 1
organization: Test Corp
roots:
  main:
    common_name: Test Root CA
    key: ed25519
    validity: 20y
    crl_period: 180d
    crl_url: http://pki.example.com/{authority}.crl
    issuer_url: http://pki.example.com/{authority}.cer
environments:
  prod:
    root: main
    lines:
      devices:
        profile: general-ca
        common_name: Test Prod Devices CA
        key: ed25519
        validity: 5y
        rotate_every: 1y
        publish_lead: 14d
        leaf_life: 90d
        slack: 24h
        crl_period: 90d
        crl_url: http://pki.example.com/{authority}.crl
        issuer_url: http://pki.example.com/{authority}.cer
YAML
algorithm=ed25519
rm -rf cellar
works cellar init hierarchy.yaml -C cellar
with root-g1 prod-devices-g1 prod-devices-g2
works cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar issue prod devices -C cellar "${secrets[@]}" --confirm 'Test Prod Devices CA G1'
works cellar export -C cellar
ours prod
finish
