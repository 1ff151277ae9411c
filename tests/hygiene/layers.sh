#!/bin/bash
# Includes point down: each layer sees the ones that cmake/layers.cmake names,
# and the libraries that docs/ARCHITECTURE.md gives it; tools see the public headers.
. "$(dirname "$0")/lib.sh"
need_git

problems_from < <(sources '*.c' '*.h' | grep -E '^(libpki|tools)/' |
    xargs grep -nE '^ *# *include' | awk -v order="$(sed -n 's/^set(PKI_USES_\([a-z0-9]*\) *\(.*\))$/\1 \2/p' cmake/layers.cmake)" '
function layer_of(path) {
    if (path ~ /^crypto\/digest\./)
        return "digest"
    sub(/\/.*/, "", path)
    return path
}
function refuse(why) {
    print file ":" line ": " why
}
BEGIN {
    n = split(order "\ndigest base", rows, "\n")
    for (i = 1; i <= n; i++) {
        m = split(rows[i], words, " ")
        layer[words[1]] = 1
        for (j = 1; j <= m; j++)
            may[words[1], words[j]] = 1
    }
    library["gnutls"] = "crypto x509"
    library["gmp.h"] = "crypto"
    library["hpdf.h"] = "ceremony"
    library["jansson.h"] = "base ceremony x509 ops"
    library["libtasn1.h"] = "asn1"
    library["nettle"] = "digest crypto"
    library["qrencode.h"] = "ceremony"
    library["seccomp.h"] = "base"
    library["sodium"] = library["sodium.h"] = "base crypto"
    library["sqlite3.h"] = "store"
    library["yaml.h"] = "base"
    for (name in library) {
        m = split(library[name], words, " ")
        for (j = 1; j <= m; j++)
            may[words[j], "<" name] = 1
    }
}
{
    split($0, place, ":")
    file = place[1]
    line = place[2]
    included = $0
    sub(/^[^"<]*["<]/, "", included)
    sub(/[">].*/, "", included)
    from = file
    if (sub(/^tools\//, "", from)) {
        if ($0 ~ /"/ && included !~ /^(pki\.h|pki\/[a-z]*\.h|cli\/[a-z]*\.h|tools\.def)$/)
            refuse("tools see <pki.h>, <pki/*.h> and cli/ only, not " included)
        from = "tools"
    } else {
        sub(/^libpki\//, "", from)
        from = from ~ /^include\// ? "public" : layer_of(from)
        if (from != "public" && !(from in layer))
            refuse("no layer of that name: " from)
    }
    if ($0 ~ /</) {
        top = included
        sub(/\/.*/, "", top)
        if ((top in library) && !((from, "<" top) in may))
            refuse("<" included "> is for " library[top] " only")
        next
    }
    if (included ~ /^pki(\.h|\/)/ || from == "tools")
        next
    to = layer_of(included)
    if (included !~ /\// || !((from, to) in may))
        refuse(from " must not see " included)
}')
finish
