#!/bin/bash
# One spelling for what a rule comes from, "RFC 5280 4.2.1.9", so that all can be listed.
. "$(dirname "$0")/lib.sh"
need_git

problems_from < <(sources 'libpki/*' 'tools/*' 'schema/*' 'docs/*.md' |
    xargs grep -nE 'RFC-?[0-9]|rfc ?[0-9]{4}|RFC [0-9]+,? *([Ss]ec|[Ss]\.|§|chapter)|[Ss]ection [0-9.]+ of RFC|X\.[0-9]+,? *([Ss]ec|§)|CA/?BF|CA/Browser [^F]|(^|[^B]) BR [Ss]ection' |
    grep -v '://' | sed 's/$/   cite as "RFC 5280 4.2.1.9", "CA\/B BR 7.1.2.1"/')
finish
