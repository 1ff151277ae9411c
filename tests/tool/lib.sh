# shellcheck shell=bash disable=SC2034 # shares variables with who sources it
# What the tool tests share. Each is `NAME.sh BUILD_DIRECTORY`; it runs the
# tools as linked for tests (tests/support/seams.c): a fixed clock, cheap key
# files, no network. A check is a line; the last one tells how many failed.

set -uo pipefail
export LC_ALL=C
unset NO_COLOR CELLAR_DIR CELLAR_TEST_BUILD_DATE CELLAR_TEST_ROOM CELLAR_TEST_FREE
export TERM=xterm CELLAR_TEST_NOW=2026-03-01T12:00:00Z CELLAR_TEST_ROUNDS=1000

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(cd "$here/../.." && pwd)
wired=$source_dir/tests/fixtures/rooms/wired # a room with a network, for CELLAR_TEST_ROOM
build_dir=$(cd "${1:?usage: TEST BUILD_DIRECTORY}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$build_dir/test-tools:$PATH
cd "$work" || exit 1
umask 077

checks=0
failures=0
hash -r

ok() {
    checks=$((checks + 1))
}

bad() {
    checks=$((checks + 1))
    failures=$((failures + 1))
    printf 'not ok: %s\n' "$1"
    [ ! -s out ] || sed 's/^/    out: /' out | head -n 3 | cut -c 1-200
    [ ! -s err ] || sed 's/^/    err: /' err | head -n 3 | cut -c 1-200
}

needs_strace() {
    if ! command -v strace >/dev/null; then
        echo 'skipped: strace is not installed'
        exit 77
    fi
    if ! strace -o trace true 2>/dev/null; then
        echo 'skipped: strace may not trace here'
        exit 77
    fi
}

finish() {
    printf '%d checks, %d failed\n' "$checks" "$failures"
    [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
    exit
}

# run COMMAND...: output in `out` and `err`, status in $status; whatever it does, no escape byte
# and no control byte reaches a pipe or file.
run() {
    status=0
    "$@" >out 2>err </dev/null || status=$?
    last="$*"
    if grep -qP '[^\x09\x0a\x20-\x7e\x80-\xff]' out err; then
        bad "$last: a control byte in its output"
    fi
}

# is STATUS COMMAND...
is() {
    local expected=$1
    shift
    run "$@"
    if [[ $status =~ ^($expected)$ ]]; then
        ok
    else
        bad "$last: status $status, not $expected"
    fi
}

works() {
    is 0 "$@"
}

# refuses STATUS TEXT COMMAND...: the text, an extended regular expression, stands in the one line
# "TOOL: ..." on stderr; nothing is on stdout.
refuses() {
    local expected=$1 text=$2
    shift 2
    is "$expected" "$@"
    if [ "$(wc -l <err)" -eq 1 ] && grep -qE "^cellar(-[a-z]+)?: .*($text)" err; then
        ok
    else
        bad "$last: not one line with \"$text\""
    fi
    if grep -q '/\.\.\|0x[0-9a-f]\{8\}' err; then
        bad "$last: an address or odd path in the error"
    fi
}

# fails STATUS TEXT COMMAND...: as refuses, but a report may come before.
fails() {
    local expected=$1 text=$2
    shift 2
    is "$expected" "$@"
    if tail -n 1 err | grep -qE "^cellar(-[a-z]+)?: .*($text)"; then
        ok
    else
        bad "$last: its last line does not say \"$text\""
    fi
}

says() {
    if grep -qE -- "$1" out; then
        ok
    else
        bad "$last: does not say \"$1\""
    fi
}

warns() {
    if grep -qE -- "$1" err; then
        ok
    else
        bad "$last: stderr does not say \"$1\""
    fi
}

# check WHAT [!] COMMAND...: WHAT is printed where the command does not hold.
check() {
    local what=$1 expected=0 got=0
    shift
    if [ "$1" = ! ]; then
        expected=1
        shift
    fi
    "$@" || got=1
    if [ $got -eq $expected ]; then
        ok
    else
        bad "$what"
    fi
}

# Everything about a tree but times of access: names, modes, contents.
digest() {
    (cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f -print0 | sort -z |
        xargs -0r sha256sum) | sha256sum
}

# keeps DIR COMMAND...: the command (is, works, refuses, ...) changes nothing below DIR.
keeps() {
    local tree=$1 before
    shift
    before=$(digest "$tree")
    "$@"
    check "$last: changed $tree" [ "$before" = "$(digest "$tree")" ]
}

# json STATUS TOOL EXPRESSION COMMAND...: one object, right envelope, and the Python expression
# over `result` and `error` holds.
json() {
    local expected=$1 tool=$2 expression=$3
    shift 3
    is "$expected" "$@" --json
    cat err >why
    if [ ! -s err ] &&
        python3 "$here/envelope.py" "$expected" "$tool" "$expression" <out >why 2>&1; then
        ok
    else
        bad "$last: $(tail -n 1 why)"
    fi
}

# A passphrase a key, and the options that give them, in the array `secrets`.
secret() {
    local key
    mkdir -p secrets
    for key in "$@"; do
        [ -e "secrets/$key.txt" ] || printf '%s Kx7q verbena-Wnb3 mosaic 9fTz lantern\n' "$key" >"secrets/$key.txt"
    done
}

with() {
    local key
    secret "$@"
    secrets=()
    for key in "$@"; do
        secrets+=(--passphrase-file "$key=secrets/$key.txt")
    done
}

# hierarchy [KEY [ROOT_KEY]]: a small one, written to hierarchy.yaml.
hierarchy() {
    local key=${1:-ecdsa-p256}
    sed "s/@KEY@/$key/; s/@ROOT@/${2:-$key}/" "$here/hierarchy.yaml" >hierarchy.yaml
}

# make_cellar [KEY [ROOT_KEY]]: cellar/ with its root; make_line ENV PURPOSE: two generations.
# shellcheck disable=SC2120 # arguments are for the interop tests
make_cellar() {
    hierarchy "$@"
    cellar init hierarchy.yaml -C cellar >out 2>err || bad "fixture: init"
    with root-g1
    cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA' >out 2>err ||
        bad "fixture: root"
}

line_keys() {
    keys=("$1-$2-g1" "$1-$2-g2")
    [ "$2" != time-stamping ] || keys+=("$1-$2-g1-tsa" "$1-$2-g2-tsa")
}

line_title() {
    case $1-$2 in
    dev-code-signing) echo 'Test Dev Code Signing CA' ;;
    prod-code-signing) echo 'Test Prod Code Signing CA' ;;
    prod-time-stamping) echo 'Test Prod Time Stamping CA' ;;
    prod-tls) echo 'Test Prod TLS CA' ;;
    esac
}

make_line() {
    line_keys "$1" "$2"
    with root-g1 "${keys[@]}"
    cellar issue "$1" "$2" -C cellar "${secrets[@]}" --confirm "$(line_title "$1" "$2") G1" \
        >out 2>err || bad "fixture: issue $1 $2"
}

# A request by openssl, whose key is thrown away.
request() { # FILE [openssl options]
    local file=$1
    shift
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout request.key \
        -subj "/CN=asked for" -out "$file" "$@" 2>/dev/null
}
