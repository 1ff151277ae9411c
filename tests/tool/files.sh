#!/bin/bash
# Attacks by files and file systems, on what is written and on what is read: nothing is overwritten, nothing hangs,
# the status is right, one line says why, and the cellar is as it was.
# shellcheck disable=SC2317,SC2034 # functions are called by keeps and others, commands by their names
. "$(dirname "$0")/lib.sh"

attacks=0
attack() {
    attacks=$((attacks + 1))
}

# bound STATUS TEXT COMMAND...: as refuses, within 30 seconds.
bound() {
    refuses "$1" "$2" timeout 30 "${@:3}"
}

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod tls
works cellar export -C cellar
mkdir medium
works cellar backup --to medium -C cellar
backup=$(echo medium/cellar-*-0001)
works cellar export prod code-signing --for fulcio --with-key -C cellar --to handed
secret=secrets/root-g1.txt
request leaf.csr
works cellar audit --seal -C cellar --passphrase-file $secret --confirm 'Test Root CA' --to sealed

# What writes where it is told to: the path comes last.
csr=(cellar key csr --common-name x --passphrase-file "key=$secret" --to)
handover=(cellar export prod code-signing --for fulcio --with-key -C cellar --to)
elsewhere=(cellar export prod -C cellar --to)
sealing=(cellar audit --seal -C cellar --passphrase-file "$secret" --confirm 'Test Root CA' --to)
restoring=(cellar restore "$backup" --confirm nothing-seen --to)
beginning=(cellar init hierarchy.yaml -C)
review=(cellar issue prod time-stamping -C cellar --passphrase-file "$secret" --dry-run --review)
backing=(cellar backup -C cellar --to)
installing=(cellar install fulcio --from handed --confirm 'Test Prod Code Signing CA G1' --to)
replacing=(cellar export prod -C cellar --replace --to)
makers=(csr handover elsewhere restoring)

# writes STATUS TEXT WITNESS PATH DUTY...: refused, and neither the witness nor the cellar changes. A report may come
# before the line.
writes() {
    local duty
    for duty in "${@:5}"; do
        declare -n command=$duty
        keeps "$3" keeps cellar fails "$1" "$2" timeout 30 "${command[@]}" "$4"
    done
}

# What reads, by the way in which it takes the path.
reads() { # STATUS TEXT FILE
    bound "$1" "$2" cellar show "$3"
    bound "$1" "$2" cellar verify --anchor handed/chain.pem --crl "$3" handed/chain.pem
    bound "$1" "$2" cellar init "$3" -C fresh
    keeps cellar bound "$1" "$2" cellar issue prod tls --leaf tls-server --dns a.example --csr "$3" -C cellar \
        --passphrase-file $secret --no-input
    keeps cellar bound "$1" "$2" cellar reconcile "$3" -C cellar --no-input
    bound '[24]' "$2|longer than" "${csr[@]:0:5}" --passphrase-file "key=$3" --to by-file
    check 'a cellar or key was made' [ ! -e fresh -a ! -e by-file ]
}

# --- 1: a link in every part of a path --------------------------------------------------------------
attack
mkdir -p real/in victim
ln -s real link
ln -s in real/linked
for to in link/new link/in/new/ real/linked/new "$PWD/link/new"; do
    writes 2 'links are not followed' real "$to" "${makers[@]}"
done
writes 2 'links are not followed' real link/new sealing review beginning
for to in link link/ link/in real/linked; do
    writes 2 'links are not followed' real $to backing installing
done
mkdir above && ln -s .. above/here && cp $secret plain.txt && cp leaf.csr real/leaf.csr
cp $secret real/in/secret.txt
for file in link/leaf.csr above/here/leaf.csr link/in/secret.txt; do
    reads 2 'links are not followed' $file
done
ln -s cellar cellar-link
for path in cellar-link cellar-link/ above/here/cellar; do
    keeps cellar bound 8 'links are not followed' cellar status -C $path
    keeps cellar bound 8 'links are not followed' cellar export -C $path
done
for from in "above/here/$backup" "above/here/handed" above/here/sealed; do
    bound 2 'links are not followed' cellar restore "$from" --to restored --confirm nothing-seen
    bound 2 'links are not followed' cellar install fulcio --from "$from" --to victim
    keeps cellar bound 2 'links are not followed' cellar audit --head-from "$from" -C cellar
done
for part in keys exports; do
    cp -a cellar linked
    mv "linked/$part" "taken-$part" && ln -s "../taken-$part" "linked/$part"
    duty=(cellar export -C linked)
    [ $part = exports ] || duty=(cellar key passphrase root-g1 -C linked --passphrase-file "root-g1=$secret"
        --passphrase-file new=plain.txt)
    keeps "taken-$part" keeps linked bound 2 'links are not followed' "${duty[@]}"
    rm -r linked
done

# --- 2: a dangling link, and a link to a file, as the last name --------------------------------------
attack
ln -s nowhere dangling
writes 4 'exists' victim dangling "${makers[@]}" sealing review
check 'a dangling link was followed or replaced' [ -L dangling -a ! -e nowhere ]
ln -s leaf.csr file-link
reads 2 'symbolic link' file-link
reads 2 'symbolic link' dangling
ln -s "$PWD/victim/gone.pem" live-link
mkdir live && mv live-link live/chain.pem
keeps victim keeps live bound 2 'symbolic link' "${installing[@]}" live

# --- 3: a FIFO, with and without a writer ------------------------------------------------------------
attack
mkfifo fifo
reads 2 'not a regular file' fifo
exec 9<>fifo
printf 'a passphrase that stays in the pipe\n' >&9
reads 2 'not a regular file' fifo
exec 9>&-
writes 4 'exists' victim fifo "${makers[@]}" sealing review
writes 2 'not a directory' victim fifo/new "${makers[@]}"
rm live/chain.pem && mkfifo live/chain.pem
bound 2 'not a regular file' "${installing[@]}" live
rm -r live

# --- 4: devices --------------------------------------------------------------------------------------
attack
for file in /dev/zero /dev/null /dev/full /dev/tty; do
    reads 2 'not a regular file|cannot be opened' $file
done
writes 4 'exists' victim /dev/full "${makers[@]}" sealing review
writes 4 'exists' victim /dev/null csr sealing
writes '[24]' 'ot a directory' victim /dev/null beginning backing installing

# --- 5: a socket, and a directory where a file is expected -------------------------------------------
attack
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
reads 2 'not a regular file' socket
reads 2 'not a regular file|is a directory' victim
writes 4 'exists' victim socket csr elsewhere sealing

# --- 6: what has the name already --------------------------------------------------------------------
attack
mkdir taken && echo mine >taken/file && echo mine >file
for to in taken file taken/file; do
    writes 4 'exists' taken $to "${makers[@]}" sealing review
done
writes 4 'replaces nothing but an export' taken taken 'replacing'
writes 4 'not empty' taken taken beginning
check 'a file was overwritten' [ "$(cat file taken/file | tr '\n' ' ')" = 'mine mine ' ]

# --- 7: a name with a second one, that of somebody else's file ---------------------------------------
attack
mkdir live && echo precious >theirs.pem && ln theirs.pem live/chain.pem
keeps live bound 2 'hard links' "${installing[@]}" live
check 'a file was written into by its second name' [ "$(cat theirs.pem)" = precious ]
writes 4 'exists' victim live/chain.pem csr sealing review
cp -a cellar linked && ln linked/cellar.db theirs.db
keeps linked bound 8 'hard link' cellar status -C linked
rm -r linked live theirs.db

# --- 8: a directory that anybody may write into -------------------------------------------------------
attack
mkdir -m 1777 shared
works "${handover[@]}" shared/handover
check 'a key lies open' [ "$(stat -c %a shared/handover shared/handover/key.pem | tr '\n' ' ')" = '700 600 ' ]
works "${csr[@]}" shared/request
check 'a key lies open' [ "$(stat -c %a shared/request shared/request/key.key | tr '\n' ' ')" = '700 600 ' ]
cp -a cellar open && chmod 777 open
keeps open bound 8 'written by others' cellar status -C open
chmod 700 open && chmod 666 open/cellar.db
keeps open bound 8 'written by others' cellar status -C open
rm -r open

# --- 9: names that are too long ------------------------------------------------------------------------
attack
name=$(printf 'n%.0s' {1..255})
works "${csr[@]}" "$name"
works "${elsewhere[@]}" "real/$name"
writes 2 'too long' victim "${name}n" "${makers[@]}" sealing
writes 2 'too long' victim "$(printf 'd/%.0s' {1..3000})x" "${makers[@]}" sealing review beginning backing
reads 2 'too long' "$(printf './%.0s' {1..3000})leaf.csr"
reads 2 'too long' "${name}n"
rm -r "$name" "real/$name"

# --- 10: names that paint, name an option, or are none --------------------------------------------------
attack
for name in $'a\033[31m\nb' $'bidi-\342\200\256gpj' $'latin-\377\302' '-rf' ' ' "it's \"so\""; do
    works "${csr[@]}" "$PWD/$name"
    writes 4 'exists' victim "$PWD/$name" csr sealing
    bound 2 'no such file|no such directory' cellar show "$PWD/$name/$name/x"
    rm -r -- "${PWD:?}/$name"
done
for to in . .. / victim/.. ''; do
    writes '[24]' '' victim "$to" "${makers[@]}"
done

# --- 11: endless, growing and shrinking ------------------------------------------------------------------
attack
truncate -s 3G sparse
reads 2 'more than the' sparse
bound 2 'more than the' cellar lint sparse
bound 2 'more than the' cellar verify --anchor sparse sparse
cp handed/chain.pem growing
(while :; do
    cat handed/chain.pem >>growing
    [ "$(stat -c %s growing)" -lt 60000 ] || truncate -s 1000 growing
done) &
for _ in 1 2 3 4 5 6; do
    is '[0123]' timeout 30 cellar show growing
    is '[123]' timeout 30 cellar verify --anchor handed/chain.pem --crl growing handed/chain.pem
done
kill $! && wait $! 2>/dev/null
# What is mapped and cut shorter ends a process by SIGBUS: it says so. Sent by hand, once it is awaited.
exec 9<>fifo
cellar-key csr --common-name x --passphrase-fd key=0 --to cut <fifo >out 2>err &
for _ in {1..300}; do # the sandbox is entered once the signals are chosen; a sanitizer catches SIGBUS before that
    ! grep -q '^Seccomp:[[:space:]]*2' "/proc/$!/status" || break
    sleep 0.1
done
kill -BUS $!
wait $!
check "SIGBUS: status $?" [ $? = 1 ]
warns 'was cut shorter, or its medium went away'
exec 9>&-

# --- 12: exchanged between check and use -----------------------------------------------------------------
attack
# swapped SCRIPT COMMAND...: the script runs while the command waits for its passphrase.
swapped() {
    local script=$1
    shift
    (sleep 1; eval "$script"; cat $secret) | run_piped timeout 30 "$@"
}
run_piped() {
    status=0
    "$@" >out 2>err || status=$?
    echo $status >status
}
ask=("${csr[@]:0:5}" --passphrase-fd key=0 --to)
for made in 'mkdir swapped' 'ln -s victim swapped' 'ln -s nowhere swapped' 'echo mine >swapped'; do
    keeps victim swapped "$made" "${ask[@]}" swapped
    check "$made: not refused" [ "$(cat status)" = 4 ]
    check "$made: not told" grep -q exists err
    check "$made: what was made is no more" [ "$(ls -dF swapped)" != swapped/ -o -z "$(ls -A swapped)" ]
    rm -r swapped
done
mkdir parent
keeps victim swapped 'mv parent moved; ln -s victim parent' "${ask[@]}" parent/new
check 'a key went where a link led' [ -f moved/new/key.key -a "$(cat status)" = 0 ]
rm -r moved parent
request other.csr
cp leaf.csr swap.csr
swapped 'cp other.csr swap.csr' cellar issue prod tls --leaf tls-server --dns a.example --csr swap.csr -C cellar \
    --passphrase-fd prod-tls-g1=0 --confirm a.example
check 'a request that was exchanged was signed' [ "$(cat status)" = 4 ]

# --- 13: a file system that cannot be written, or to which we have no right; by a shim that root cannot pass either -----
attack
on() { # KIND COMMAND...
    env FAT_ROOT="$PWD/real" FAT_KIND="$1" FAT_MASK=022 LD_PRELOAD="$build_dir/tests/fault/fat.so" \
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 timeout 30 "cellar-$3" "${@:4}"
}
for kind in readonly denied; do
    for duty in "${makers[@]}" sealing review; do
        declare -n command=$duty
        keeps real fails '[12]' 'Read-only|ermission denied' on $kind "${command[@]}" "$PWD/real/new"
    done
    keeps real fails '[12]' 'Read-only|ermission denied' on $kind "${backing[@]}" "$PWD/real"
    mkdir real/live && echo old >real/live/chain.pem && echo old >real/live/key.pem && chmod 600 real/live/key.pem
    keeps real fails '[12]' 'Read-only|ermission denied' on $kind "${installing[@]}" "$PWD/real/live"
    rm -r real/live
    cp -a cellar real/cellar
    keeps real fails '[18]' 'Read-only|ermission denied|cannot be written' on $kind cellar export -C "$PWD/real/cellar"
    works on $kind cellar audit -C "$PWD/real/cellar"
    rm -r real/cellar
done

# --- 14: a file system that is full, at each size until it is large enough ----------------------------------
attack
for room in 0 1 400 4096 20000 100000; do
    export FAT_FREE=$room
    for duty in csr handover elsewhere; do
        declare -n command=$duty
        run on full "${command[@]}" "$PWD/real/new"
        check "$duty, $room octets free: status $status" [ $status = 1 -o $status = 0 ]
        [ $status = 0 ] || check "$duty, $room octets free: left something" [ -z "$(ls -A real/new real/.new* 2>/dev/null)" ]
        [ $status = 0 ] || warns 'No space left on device'
        rm -rf real/new
    done
done
unset FAT_FREE
check 'nothing was full' [ $status = 0 ]
run bash -c "ulimit -f 1; exec cellar-export prod -C cellar --to limited"
check 'a limit of size is not told' [ $status = 1 -a ! -e limited ]
warns 'too large'
run bash -c 'cellar status -C cellar >/dev/full'
check "a full standard output is not told: $status" [ $status = 1 -o $status = 3 ]
warns 'cannot write the result'
run bash -c 'cellar show handed/chain.pem >/dev/full'
check "a full standard output is not told: $status" [ $status = 1 ]

# --- 15: whatever the umask, what is public can be read, what is not cannot -----------------------------------
attack
for mask in 000 077 777; do
    mkdir masked
    (
        umask $mask
        "${csr[@]}" masked/request && "${handover[@]}" masked/handover && "${elsewhere[@]}" masked/elsewhere &&
            "${sealing[@]}" masked/sealed && "${restoring[@]}" masked/restored && "${beginning[@]}" masked/begun &&
            mkdir -m 700 masked/medium masked/live && "${backing[@]}" masked/medium && "${installing[@]}" masked/live &&
            "${review[@]}" masked/review.pem
    ) >out 2>err || bad "umask $mask"
    modes=$(find masked -mindepth 1 -printf '%m %y %P\n' | sed 's/cellar-[0-9a-f]*-[0-9]*/BACKUP/' | sort)
    check "umask $mask: other modes" [ "$modes" = "${first:=$modes}" ]
    open=$(grep -vE '^(600 f|700 d|644 f|755 d) ' <<<"$modes")
    check "umask $mask: an odd mode: $open" [ -z "$open" ]
    open=$(grep -E '^(644|755) ' <<<"$modes" | grep -vE ' (elsewhere|sealed)(/|$)| (handover|live)/(chain.pem|README.txt|manifest.json)$| request/key.csr$')
    check "umask $mask: open to all: $open" [ -z "$open" ]
    closed=$(grep -E ' (elsewhere|sealed)(/|$)' <<<"$modes" | grep -vE '^(644 f|755 d)')
    check "umask $mask: public and closed: $closed" [ -z "$closed" ]
    rm -r masked
done

# --- 16: beside the inventory, what SQLite would open, wait for, or delete another file for ---------------------
attack
mkdir beside
beside() { # TEXT: all that read or write are refused
    for duty in status audit 'report --to beside/report.html' export 'backup --to medium' 'crl root-g1'; do
        # shellcheck disable=SC2086 # the words of a command
        keeps beside bound 8 "$1" cellar $duty -C beside/cellar
    done
}
for kind in fifo directory link several; do
    cp -a cellar beside/cellar
    journal=beside/cellar/cellar.db-journal
    case $kind in
        fifo) mkfifo $journal ;;
        directory) mkdir $journal ;;
        link) ln -s "$PWD/precious" $journal ;;
        several)
            echo 'my thesis' >beside/precious
            python3 - $journal "$PWD/beside/precious" <<'PY'
import struct, sys
magic, name = bytes.fromhex("d9d505f920a163d7"), sys.argv[2].encode()
header = magic + struct.pack(">5I", 0, 12345, 1, 512, 4096)
tail = struct.pack(">I", 0x40000000 // 4096 + 1) + name + struct.pack(">2I", len(name), sum(name)) + magic
open(sys.argv[1], "wb").write(header.ljust(512, b"\0") + tail)
PY
            chmod 600 $journal
            ;;
    esac
    beside 'what a transaction leaves|over several databases'
    [ $kind != several ] || check 'the named file is gone' [ -s beside/precious ]
    rm -r beside/cellar
done

works cellar audit -C cellar
check "$attacks attacks" [ $attacks -ge 16 ]
finish
