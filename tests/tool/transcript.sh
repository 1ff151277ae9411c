#!/bin/bash
# cellar verify --ceremony: a directory written by others, by the documentation alone; whatever
# is changed in it is found by whoever has nothing else.
. "$(dirname "$0")/lib.sh"
good=$source_dir/tests/fixtures/ceremony/good.yaml

write() { # DIR [SCRIPT]
    rm -rf "$1"
    python3 "$here/transcript.py" "${2:-$good}" "$source_dir/libpki/base/words.c" "$1" || bad 'fixture'
}
write held
works cellar verify --ceremony held
says '^Ended +after its last step'
says '^Seal +none'
says "belong together"
json 0 cellar-verify 'result["steps"] == result["steps_done"] == 8 and result["evidence_files"] == 3 and result["steps_left_out"] == 0' \
    cellar verify --ceremony held
check 'the head is that of the last line' grep -q "\"head\": \"$(sed -n 's/^head *//p' held/head.txt)\"" out

# What is changed, and where it shows.
changed() { # STATUS TEXT COMMAND...
    local expected=$1 text=$2
    shift 2
    write copy
    (cd copy && "$@") || bad "fixture: $*"
    refuses "$expected" "ceremony copy: .*($text)" cellar verify --ceremony copy
}
changed 5 'transcript.jsonl:1: it does not follow from script.yaml' sed -i 's/minutes: 10/minutes: 11/' script.yaml
changed 5 'transcript.jsonl:[0-9]+: it does not follow from the line before' \
    sed -i '0,/"who": "witness"/s//"who": "witneSs"/' transcript.jsonl
changed 5 'transcript.jsonl:4: it is not numbered 4' sed -i 4d transcript.jsonl
changed 5 'transcript.jsonl:[0-9]+: it was not written whole' truncate -s -1 transcript.jsonl
changed 2 'head.txt' rm head.txt
changed 5 'head.txt is not that of the transcript' sed -i 's/^date.*/date      2026-03-02T12:00:00Z/' head.txt
changed 5 'export.json is not the file that was kept' sh -c 'echo x >>evidence/export.json'
changed 5 'evidence/more.json is not of this ceremony' cp evidence/export.json evidence/more.json
changed 5 'notes.txt is not of this ceremony' touch notes.txt
changed 2 'script.yaml' ln -sf /etc/passwd script.yaml
changed 2 'transcript.jsonl' rm transcript.jsonl
changed 5 'this is no JSON object' sh -c 'echo "[1]" >transcript.jsonl'
changed 5 'its tail is missing' sed -i \$d transcript.jsonl
changed 5 'its tail is missing' sh -c "sed -i '\$d' transcript.jsonl; mv head.txt head.txt.sig"
refuses 2 'none' cellar verify --ceremony none

# A transcript that has not ended proves nothing yet.
write open
sed -i '$d' open/transcript.jsonl
rm open/head.txt
fails 3 'it has not ended' cellar verify --ceremony open

# Sealed by a root: whoever has its certificate from elsewhere asks for the seal.
root() { # NAME [openssl options]
    local name=$1
    shift
    openssl req -x509 -nodes -days 3650 -keyout "$name.key" -out "$name.pem" -subj "/CN=$name" "$@" 2>/dev/null
}
root first -newkey ec -pkeyopt ec_paramgen_curve:P-256
root second -newkey ec -pkeyopt ec_paramgen_curve:P-384
refuses 5 'it has no seal' cellar verify --ceremony held --anchor first.pem
openssl dgst -sha256 -sign first.key -out held/head.txt.sig held/head.txt
works cellar verify --ceremony held --anchor first.pem
says '^Seal +signed by CN=first'
works cellar verify --ceremony held
says '^Seal +not checked: no anchor was given'
refuses 5 'no signature of head.txt by any of the anchors' cellar verify --ceremony held --anchor second.pem
cat second.pem first.pem >both.pem
works cellar verify --ceremony held --anchor both.pem
openssl dgst -sha384 -sign second.key -out held/head.txt.sig held/head.txt
works cellar verify --ceremony held --anchor both.pem
says '^Seal +signed by CN=second'
printf x >>held/head.txt.sig
refuses 5 'no signature' cellar verify --ceremony held --anchor both.pem

refuses 2 'goes with --anchor, --witness and --report alone' cellar verify --ceremony held --anchor both.pem first.pem
refuses 2 'LEAF.pem is missing' cellar verify --anchor both.pem
finish
