#!/bin/bash
# Makers and checkers share no code: what judges a certificate sees neither the
# DER writer nor what builds bodies.
. "$(dirname "$0")/lib.sh"
need_git

problems_from < <(sources 'libpki/x509/*' |
    grep -E '/(lint|chain|cert|crl_(read|scope|find|skim|compare)|path|second_opinion|trusted_root_check)[a-z_]*\.[ch]$' |
    xargs grep -nE '"(asn1/der|x509/(build|body|crl_build|crl_draft)[a-z_]*)\.h"' |
    sed 's/$/   makes what this one judges/')
finish
