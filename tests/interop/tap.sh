# shellcheck shell=bash disable=SC2154 # shares variables with who sources it
#
# One line a check: "ok - ..." or "not ok - ...", and under the latter what the program said.
# Sourced; wants $work, a directory for that output.

tap_failures=0
tap_output=$work/output

tap_ok() {
    echo "ok - $1"
}

tap_not_ok() { # WHAT; the reason is in $tap_output
    echo "not ok - $1"
    # cosign has a line about deprecation for each of its old flags.
    grep -v 'has been deprecated' "$tap_output" | tail -n 12 | sed 's/^/#   /'
    tap_failures=$((tap_failures + 1))
}

# accepts WHAT COMMAND...: the command must succeed; says whether it did
accepts() {
    local what=$1
    shift

    if "$@" >"$tap_output" 2>&1; then
        tap_ok "$what"
    else
        tap_not_ok "$what"
        return 1
    fi
}

# refuses WHAT REASON COMMAND...: the command must fail and say REASON, an extended regular
# expression. Without the reason a test would also take a misspelt option for a refusal.
refuses() {
    local what=$1 reason=$2
    shift 2

    if "$@" >"$tap_output" 2>&1; then
        echo 'it was accepted' >>"$tap_output"
        tap_not_ok "$what"
    elif ! grep -Eq -- "$reason" "$tap_output"; then
        echo "refused, but not because of: $reason" >>"$tap_output"
        tap_not_ok "$what"
    else
        tap_ok "$what"
    fi
}
