# shellcheck shell=bash disable=SC2034,SC2154 # shares variables with who sources it
#
# Starts and stops the servers under test, all on loopback. Sourced; wants $here, $work, a directory
# for their logs, and the programs on PATH.

services_pids=()

# stop_service PID: none of them holds anything worth a graceful end
stop_service() {
    kill -TERM "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

stop_services() {
    local pid

    for pid in "${services_pids[@]}"; do
        stop_service "$pid"
    done
    services_pids=()
}

# start LOG COMMAND...: leaves the process id in $service_pid. The environment is emptied, because
# Fulcio and timestamp-server take any option from it.
start() {
    local log=$work/$1
    shift

    env -i PATH="$PATH" HOME="$work/home" "$@" >"$log" 2>&1 &
    service_pid=$!
    services_pids+=("$service_pid")
}

# wait_for WHAT LOG COMMAND...: until the command succeeds; not for ever, and not for a dead server
wait_for() {
    local what=$1 log=$work/$2 tries
    shift 2

    for ((tries = 0; tries < 200; tries++)); do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$service_pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "$what did not start:" >&2
    # Go's servers end with a stack trace that hides the message.
    grep -Ei 'fatal|panic|error' "$log" | tail -n 4 >&2 || tail -n 4 "$log" >&2
    return 1
}

# get URL: past any proxy, never for long
get() {
    curl --silent --show-error --fail --noproxy '*' --max-time 10 "$1"
}

# A port that the kernel calls free. Fulcio takes 0 too but does not say what it then got.
free_port() {
    node -e '
        const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
            console.log(server.address().port);
            server.close();
        });'
}

start_issuer() { # sets $issuer
    start issuer.log node "$here/oidc.mjs"
    wait_for 'the OIDC issuer' issuer.log grep -q '^http' "$work/issuer.log" || return 1
    issuer=$(<"$work/issuer.log")
    printf '{"OIDCIssuers": {"%s": {"IssuerURL": "%s", "ClientID": "sigstore", "Type": "email"}}}\n' \
        "$issuer" "$issuer" >"$work/fulcio.json"
}

start_registry() { # sets $registry
    start registry.log crane registry serve --address 127.0.0.1:0
    wait_for 'the registry' registry.log grep -q 'serving on port' "$work/registry.log" || return 1
    registry=127.0.0.1:$(sed -n 's/.*serving on port //p' "$work/registry.log")
}

# start_fulcio NAME CHAIN KEY PASSPHRASE_FILE: sets $service_url
#
# - The passphrase can only be an argument (or in a configuration file): the variables of Fulcio's
#   environment have names with dashes. Here that is harmless, these keys are thrown away.
# - --ct-log-url must be given as empty, or Fulcio looks for a log on localhost.
# - The metrics listen on all interfaces, port 2112, and the socket of the old protocol has one
#   name for all: two Fulcios on a machine need both set.
start_fulcio() {
    local port

    port=$(free_port)
    service_url=http://127.0.0.1:$port
    start "fulcio-$1.log" fulcio serve --host 127.0.0.1 --port "$port" \
        --grpc-host 127.0.0.1 --grpc-port 0 --metrics-port 0 \
        --legacy-unix-domain-socket "@root-cellar-$$-$1" \
        --ca fileca --fileca-cert "$2" --fileca-key "$3" --fileca-key-passwd "$(<"$4")" \
        --ct-log-url= --config-path "$work/fulcio.json"
    wait_for "Fulcio ($1)" "fulcio-$1.log" get "$service_url/healthz"
}

# start_tsa NAME CHAIN KEY PASSPHRASE_FILE: sets $service_url
#
# Its metrics listen on port 2112 whatever one says, so there can be only one at a time.
start_tsa() {
    local port

    port=$(free_port)
    service_url=http://127.0.0.1:$port
    start "tsa-$1.log" timestamp-server serve --host 127.0.0.1 --port "$port" \
        --timestamp-signer file --file-signer-key-path "$3" --file-signer-passwd "$(<"$4")" \
        --certificate-chain-path "$2" --disable-ntp-monitoring
    wait_for "timestamp-server ($1)" "tsa-$1.log" get "$service_url/ping"
}
