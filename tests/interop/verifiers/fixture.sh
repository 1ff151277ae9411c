# shellcheck shell=bash disable=SC2154 # shares variables with who sources it
# One hierarchy of an algorithm, with a past; sourced by verifiers.sh, which runs it in a directory
# of its own.
#
# Verifiers have the real clock only, so ours is set back: 40 days ago everything is issued, listed
# and exported, and kept as before/. One day ago prod's TLS line rotates, a leaf and lab's active
# authority are revoked, and all is listed and exported again. What prod's brief line issued has
# expired by now.

at() { # DAYS ago
    export CELLAR_TEST_NOW=@$(($(date +%s) - $1 * 86400))
}

# confirmed COMMAND...: by the name that its dry run asks for
confirmed() {
    works "$@" --dry-run --json
    works "$@" --confirm "$(python3 -c 'import json; print(json.load(open("out"))["result"]["confirm"])')"
}

lists() { # AUTHORITY...
    local authority
    for authority in "$@"; do
        with "$authority"
        confirmed cellar crl "$authority" -C cellar "${secrets[@]}"
    done
}

# leaf NAME ENV PURPOSE PROFILE [options]: NAME/chain.pem as exported, NAME.key; $serial
leaf() {
    local name=$1 env=$2 purpose=$3 profile=$4
    shift 4
    request "$name.csr"
    mv request.key "$name.key"
    with "$(sqlite3 cellar/cellar.db "SELECT name FROM authority
        WHERE environment = '$env' AND purpose = '$purpose' AND state = 'active'")"
    confirmed cellar issue "$env" "$purpose" --leaf "$profile" --csr "$name.csr" -C cellar \
        "${secrets[@]}" "$@"
    serial=$(sed -n 's/.*cellar export --leaf \([0-9a-f]*\) .*/\1/p' out)
    works cellar export --leaf "$serial" --to "$name" -C cellar
}

# What prod's brief authority signed lives longer than itself: no tool of ours does that.
outliving() { # NAME
    request "$1.csr"
    mv request.key "$1.key"
    mkdir "$1"
    openssl pkcs8 -in cellar/keys/prod-brief-g1.key -passin file:secrets/prod-brief-g1.txt -out brief.key
    printf '%s\n' 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' \
        'basicConstraints=critical,CA:FALSE' 'subjectKeyIdentifier=hash' \
        'authorityKeyIdentifier=keyid' 'subjectAltName=DNS:host.example' >ext
    openssl x509 -req -in "$1.csr" -CA cellar/exports/prod/brief/g1/chain.pem -CAkey brief.key \
        -set_serial 0x1234 -days 30 -extfile ext -out "$1/chain.pem" 2>why
    cat cellar/exports/prod/brief/g1/chain.pem >>"$1/chain.pem"
}

long_ago() {
    local line
    at 40
    works cellar init hierarchy.yaml -C cellar
    for line in main lab; do
        with root-$line-g1
        confirmed cellar root $line -C cellar "${secrets[@]}"
    done
    for line in $lines; do
        line_keys "${line%/*}" "${line#*/}"
        with root-main-g1 root-lab-g1 "${keys[@]}"
        confirmed cellar issue "${line%/*}" "${line#*/}" -C cellar "${secrets[@]}"
    done
    leaf web prod tls tls-server --dns host.example
    leaf stale prod tls tls-server --dns host.example --validity 10d
    leaf lost prod tls tls-server --dns host.example
    lost=$serial
    leaf fallen lab devices tls-server --dns host.example
    lists root-main-g1 root-lab-g1 prod-tls-g1 prod-brief-g1 lab-devices-g1 staging-tls-g1
    works cellar export -C cellar
    outliving outlived
    cp -r cellar/exports before
}

lately() {
    at 1
    with root-main-g1 prod-tls-g3
    confirmed cellar rotate prod tls -C cellar "${secrets[@]}"
    leaf rotated prod tls tls-server --dns host.example
    leaf staged staging tls tls-server --dns host.example
    if [ "$sigstore" = yes ]; then
        leaf code prod code-signing code-signing --common-name Signer
        lists prod-code-signing-g1 prod-time-stamping-g1
    fi
    confirmed cellar revoke "$lost" --reason superseded -C cellar
    confirmed cellar revoke --certificate before/lab/devices/g1/chain.pem --reason keyCompromise \
        --promote-next -C cellar
    leaf other lab devices tls-server --dns host.example
    leaf client lab devices tls-client --common-name client
    lists root-main-g1 root-lab-g1 prod-tls-g1 prod-tls-g2 staging-tls-g1 lab-devices-g1 lab-devices-g2
    works cellar export -C cellar
    unset CELLAR_TEST_NOW
}

# In a cellar of its own the root is succeeded, and its successor's generation becomes active.
crossing() {
    at 1
    mkdir succeeded
    cp -r cellar secrets succeeded
    cd succeeded || return
    with root-main-g1 root-main-g2 prod-code-signing-g{3,4}
    confirmed cellar root main --succeed -C cellar "${secrets[@]}"
    confirmed cellar rotate prod code-signing -C cellar "${secrets[@]}"
    works cellar export -C cellar
    confirmed cellar rotate prod code-signing --now -C cellar "${secrets[@]}"
    leaf crossed prod code-signing code-signing --common-name Signer
    lists root-main-g1 root-main-g2 prod-code-signing-g3
    works cellar export -C cellar
    tac cellar/exports/prod/anchors.pem | sed '/BEGIN/q' | tac >new-root.pem
    cd ..
    unset CELLAR_TEST_NOW
}

build() { # ALGORITHM
    local key=$1 profile=tls-ca without=
    lines='prod/tls prod/brief prod/code-signing prod/time-stamping staging/tls lab/devices'
    sigstore=yes
    if [ "$key" = ed25519 ]; then # no profile for Sigstore or for TLS alone takes it
        profile=general-ca
        without='/^      \(code-signing\|time-stamping\):/,/issuer_url/d'
        lines='prod/tls prod/brief staging/tls lab/devices'
        sigstore=no
    fi
    sed "s/@KEY@/$key/; s/@TLS@/$profile/; $without" "$programs/hierarchy.yaml" >hierarchy.yaml
    long_ago
    lately
    [ $sigstore = no ] || crossing
}
