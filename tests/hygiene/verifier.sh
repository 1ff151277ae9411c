#!/bin/bash
# A verifier's tools cannot sign: no SQLite, no code that opens a key or makes a signature. What
# installs a key on another host opens no cellar either. Status has no GnuTLS.
. "$(dirname "$0")/lib.sh"
need nm

for program in cellar-show cellar-verify cellar-lint cellar-install; do
    [ -x "$bin/$program" ] || skip "$program is not built"
    problems_from < <(nm "$bin/$program" | awk '{ print $NF }' | sed 's/@.*//' |
        grep -E '^(sqlite3_|pki_(store|txn|journal)_)' | sed "s/^/$program: links /")
done
# Lint is for authorities too, and still must not: it judges drafts before they are signed.
for program in cellar-show cellar-verify cellar-lint; do
    problems_from < <(nm "$bin/$program" | awk '{ print $NF }' | sed 's/@.*//' |
        grep -E '^(gnutls_(privkey|x509_privkey|pkcs8|pkcs11)_|gnutls_x509_(crt|crl|crq)_(privkey_)?sign|pki_key_(sign|make|generate)|pki_envelope_(open|seal))' |
        sed "s/^/$program: links /")
    problems_from < <(ldd "$bin/$program" | grep -oE 'lib(sqlite3|p11-kit-client)[^ ]*' |
        sed "s/^/$program: loads /")
done
# What needs no cryptography starts without it.
problems_from < <(ldd "$bin/cellar-status" | grep -oE 'libgnutls[^ ]*' | sed 's/^/cellar-status: loads /')
finish
