#!/bin/bash
# No shipped tool asks for a socket or opens the network; each closes itself in before it reads.
. "$(dirname "$0")/lib.sh"

needs_strace
bin=$build_dir/bin

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -days 30 -out good.pem \
    -subj '/CN=good' 2>/dev/null
sed 's/air_gap: enforce/air_gap: record/' "$here/hierarchy.yaml" | sed 's/@KEY@/ecdsa-p256/; s/@ROOT@/ecdsa-p256/' >hierarchy.yaml
with root-g1

# The leak sanitizer traces too, and two cannot.
export ASAN_OPTIONS=detect_leaks=0
traced() { # EXPECTED COMMAND...
    local expected=$1
    shift
    status=0
    strace -f -o trace "$bin/$1" "${@:2}" >out 2>err </dev/null || status=$?
    last="$*"
    check "$last: status $status" [ $status -eq "$expected" ]
    check "$last: asks for a socket" ! grep -qE '\b(socket|socketpair|connect|bind|sendto|sendmsg)\(' trace
    check "$last: no filter" grep -qE 'seccomp\(SECCOMP_SET_MODE_FILTER|prctl\(PR_SET_SECCOMP' trace
    # Before the filter only the loader, libc and the sanitizer have read: no file of the user's.
    sed '/SECCOMP/,$ d' trace >early
    check "$last: reads before the filter" \
        ! grep -qE '"[^"]*(hierarchy\.yaml|good\.pem|cellar\.db|root-g1)[^"]*", O_' early
}
traced 0 cellar-init hierarchy.yaml -C cellar
traced 0 cellar-root main -C cellar "${secrets[@]}" --confirm 'Test Root CA'
traced 0 cellar-issue prod code-signing -C cellar --dry-run
traced 0 cellar-status --help
traced 3 cellar-status -C cellar # the first export and CRLs are due
traced 4 cellar-export -C cellar
traced 0 cellar-audit -C cellar
traced 0 cellar-key list -C cellar
traced 0 cellar-show good.pem
traced 0 cellar-verify --anchor good.pem good.pem
traced 3 cellar-lint good.pem
traced 0 cellar --help
finish
