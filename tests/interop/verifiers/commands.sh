# shellcheck shell=bash
# The verifiers that are commands. take_NAME KIND ANCHORS CHAIN LISTS: one case; says what it has
# to say, and ends with 0 if it accepts, with 99 if such a case cannot be put to it.

# each FILE: its certificates as files, in their order, in $each
each() {
    local parts=${1%.pem}.each
    if [ ! -d "$parts" ]; then
        mkdir "$parts"
        csplit -s -z -f "$parts/" "$1" '/-----BEGIN/' '{*}'
    fi
    each=("$parts"/*)
}

take_openssl() {
    local options=() list
    case $1 in
    server) options+=(-purpose sslserver) ;;
    client) options+=(-purpose sslclient) ;;
    stamp) options+=(-purpose timestampsign) ;;
    esac
    if [ "$4" != - ]; then
        options+=(-crl_check_all)
        for list in $4; do
            options+=(-CRLfile "$list/all.pem")
        done
    fi
    openssl verify -x509_strict -no-CApath -no-CAstore "${options[@]}" -CAfile "$2" -untrusted "$3" "$3"
}

# It takes lists only behind a chain whose last certificate is the anchor.
take_certtool() {
    local options=() file=chain+lists.pem list
    case $1 in
    server) options+=(--verify-purpose=1.3.6.1.5.5.7.3.1) ;;
    client) options+=(--verify-purpose=1.3.6.1.5.5.7.3.2) ;;
    code) options+=(--verify-purpose=1.3.6.1.5.5.7.3.3) ;;
    stamp) options+=(--verify-purpose=1.3.6.1.5.5.7.3.8) ;;
    esac
    if [ "$4" = - ]; then
        certtool --verify "${options[@]}" --load-ca-certificate "$2" --infile "$3"
        return
    fi
    cat "$3" "$2" >$file
    for list in $4; do
        cat "$list/all.pem" >>$file
    done
    certtool --verify-chain "${options[@]}" --infile $file
}

# One certificate, and every other one by itself, as what may or may not be a trusted one.
take_strongswan() {
    local options=() each list file status=0
    each "$3"
    for file in "${each[@]:1}"; do
        options+=(--cacert "$file")
    done
    if [ "$4" != - ]; then
        for list in $4; do
            for file in "$list"/*.crl; do
                options+=(--crl "$file")
            done
        done
    fi
    pki --verify --in "${each[0]}" --cacert "$2" "${options[@]}" >pki.said 2>&1 || status=$?
    grep -v '^plugin ' pki.said # what it could not load, each time
    return $status
}

# Lists live in a database, and only those whose issuer lies in it too. The anchor comes last: the
# chain may hold it, and the last word about trust counts.
nss_database() { # ANCHORS CHAIN LISTS
    local each file list
    rm -rf nss
    mkdir nss
    certutil -N -d nss --empty-password
    each "$2"
    for file in "${each[@]}"; do
        certutil -A -d nss -n "$file" -t ,, -a -i "$file"
    done
    certutil -A -d nss -n anchor -t CT,C,C -a -i "$1"
    [ "$3" != - ] || return
    for list in $3; do
        for file in "$list"/*.crl; do
            crlutil -I -d nss -i "$file"
        done
    done
}

take_nss() {
    local options=() each usage
    case $1 in
    ca) usage=11 ;;
    server) usage=1 ;;
    client) usage=0 ;;
    code) usage=6 ;;
    *) return 99 ;; # it has no such usage
    esac
    each "$3"
    nss_database "$2" "$3" "$4" >/dev/null 2>&1
    [ "$4" = - ] || options=(-g leaf -m crl -s failIfNoInfo -g chain -m crl -s failIfNoInfo)
    # shellcheck disable=SC2046 # words
    vfychain -d nss -pp -u "$usage" "${options[@]}" $(printf -- '-a %s ' "${each[@]}")
}

take_cellar() {
    local options=() list
    case $1 in
    server) options+=(--purpose tls-server) ;;
    client) options+=(--purpose tls-client) ;;
    code) options+=(--purpose code-signing) ;;
    stamp) options+=(--purpose time-stamping) ;;
    esac
    if [ "$4" != - ]; then
        for list in $4; do
            options+=(--crl "$list/all.pem")
        done
    fi
    cellar verify --anchor "$2" "${options[@]}" "$3"
}
