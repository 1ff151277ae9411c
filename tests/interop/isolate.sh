# shellcheck shell=bash
#
# Where the kernel allows it, a test runs in network and process namespaces of its own: nothing but
# loopback exists, each port is free (two of the servers' cannot be chosen), and whatever ends the
# script ends every server with it.

# isolate SCRIPT [ARGUMENT...]: starts the script anew inside, once
isolate() {
    local as_root=(--map-root-user) isolated

    [ -z "${INTEROP_ISOLATED:-}" ] || return 0
    [ "$(id -u)" -ne 0 ] || as_root=()
    isolated=(unshare "${as_root[@]}" --net --pid --fork --kill-child)
    if ! "${isolated[@]}" ip link set lo up 2>/dev/null; then
        echo "# no network namespace to be had: on this machine's own loopback"
        return 0
    fi
    echo '# in a network namespace that has nothing but loopback'
    # shellcheck disable=SC2016 # expanded by the inner shell
    INTEROP_ISOLATED=1 exec "${isolated[@]}" bash -c 'ip link set lo up && exec "$@"' - "$@"
}
