#!/bin/bash
# cellar verify --ceremony --witness: what witnesses sign with ssh-keygen or minisign, each with a
# key of their own, is found good by that key alone, and nothing else is.
. "$(dirname "$0")/lib.sh"
for tool in ssh-keygen minisign; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: $tool is not installed (openssh-client, minisign)"
        exit 77
    fi
done

record() { # DIR [ANSWER]
    python3 "$here/transcript.py" "$source_dir/tests/fixtures/ceremony/good.yaml" \
        "$source_dir/libpki/base/words.c" "$@" || bad 'fixture'
}
new_key() { # NAME [ssh-keygen options]
    local name=$1
    shift
    ssh-keygen -q -N '' -C "$name of the witnesses" -f "$name" "$@" || bad 'fixture'
}
sign() { # KEY DIR NAME [ssh-keygen options]: as docs/CEREMONY.md says
    local key=$1 dir=$2 name=$3
    shift 3
    ssh-keygen -q -Y sign -f "$key" -n root-cellar-ceremony "$@" <"$dir/head.txt" >"$dir/witness-$name.sig" ||
        bad 'fixture'
}
good() { # FILE WITNESS KEYS: good, by whom
    json 0 cellar-verify "['$1', '$2', 'good'] in [[r['file'], r['witness'], r['verdict']] for r in result['countersignatures']]" \
        cellar verify --ceremony held --witness "$3"
}

record held
new_key ann -t ed25519
new_key ben -t ecdsa -b 384
new_key cleo -t rsa -b 3072

# Nobody has signed: that is said of whoever was expected.
refuses 5 'SHA256:[^ ]+ \(ann of the witnesses\) has not countersigned it' \
    cellar verify --ceremony held --witness ann.pub

# One after the other; without a key nothing is called good.
sign ann held ann
works cellar verify --ceremony held
json 0 cellar-verify "[[r['file'], r['key'], r['verdict']] for r in result['countersignatures']] == [['witness-ann.sig', '$(ssh-keygen -lf ann.pub | cut -d ' ' -f 2)', 'not checked: give its key (--witness)']]" \
    cellar verify --ceremony held
works cellar verify --ceremony held --witness ann.pub
says '^ +witness-ann.sig +ann of the witnesses +good'
sign ben held 2
sign cleo held cleo.laptop -O hashalg=sha256
works cellar verify --ceremony held --witness cleo.pub --witness ann.pub --witness ben.pub
json 0 cellar-verify '[[r["file"], r["verdict"]] for r in result["countersignatures"]] == [["witness-2.sig", "good"], ["witness-ann.sig", "good"], ["witness-cleo.laptop.sig", "good"]]' \
    cellar verify --ceremony held --witness cleo.pub --witness ann.pub --witness ben.pub
json 0 cellar-verify '[r["verdict"] for r in result["countersignatures"]] == ["not checked: by none of the keys given", "good", "not checked: by none of the keys given"]' \
    cellar verify --ceremony held --witness ann.pub
for bits in 256 521; do
    new_key "p$bits" -t ecdsa -b "$bits"
    sign "p$bits" held "p$bits"
    good "witness-p$bits.sig" "p$bits of the witnesses" "p$bits.pub"
done

# What others check without this tool, by the same file of keys.
{
    printf '# who was there\n\n'
    sed 's/^/ann@example.com /' ann.pub
    sed 's/^/ben@example.com /' ben.pub
} >allowed
good witness-ann.sig ann@example.com allowed
works sh -c 'exec ssh-keygen -Y verify -f allowed -I ben@example.com -n root-cellar-ceremony -s held/witness-2.sig <held/head.txt'
check 'the example of docs/CEREMONY.md is that command' \
    grep -qF 'ssh-keygen -Y verify -f allowed -I ann@example.com -n root-cellar-ceremony' "$source_dir/docs/CEREMONY.md"

# Keys that sit in hardware.
for kind in ed25519 ecdsa; do
    python3 "$here/security_key.py" "$kind" "sk-$kind" held/head.txt root-cellar-ceremony || bad 'fixture'
    cp "sk-$kind.sig" "held/witness-sk-$kind.sig"
    good "witness-sk-$kind.sig" "sk-$kind" "sk-$kind.pub"
    works sh -c "exec ssh-keygen -Y check-novalidate -n root-cellar-ceremony -s sk-$kind.sig <held/head.txt"
    record "untouched-$kind"
    python3 "$here/security_key.py" "$kind" untouched "untouched-$kind/head.txt" root-cellar-ceremony 4 || bad 'fixture'
    cp untouched.sig "untouched-$kind/witness-x.sig"
    refuses 5 'witness-x.sig: nobody touched the security key' \
        cellar verify --ceremony "untouched-$kind" --witness untouched.pub
done

# Keys of minisign, alone and among others; its old format and the present one.
minisign -G -W -p eve.pub -s eve.key >/dev/null || bad 'fixture'
id=$(sed -n '1s/.* //p' eve.pub)
mini() { # DIR NAME [minisign options]: as docs/CEREMONY.md says
    local dir=$1 name=$2
    shift 2
    minisign -S -s eve.key -m "$dir/head.txt" -x "$dir/witness-$name.sig" "$@" >/dev/null || bad 'fixture'
}
mini held eve -t 'I was there'
good witness-eve.sig eve.pub eve.pub
mini held eve.legacy -l
good witness-eve.legacy.sig eve.pub eve.pub
{ cat allowed; sed -n '2s/^/eve /p' eve.pub; } >all
good witness-eve.sig eve all
good witness-ann.sig ann@example.com all
json 0 cellar-verify "['witness-eve.sig', 'minisign $id'] in [[r['file'], r['key']] for r in result['countersignatures'] if r['verdict'] == 'not checked: by none of the keys given']" \
    cellar verify --ceremony held --witness ann.pub
works minisign -V -p eve.pub -m held/head.txt -x held/witness-eve.sig

# Who signed something else has not signed this.
new_key dan -t ed25519
refuses 5 'dan of the witnesses\) has not' cellar verify --ceremony held --witness ann.pub --witness dan.pub
changed() { # TEXT COMMAND...: in a record that ann has signed
    local text=$1
    shift
    rm -rf copy
    record copy
    sign ann copy ann
    (cd copy && "$@") || bad "fixture: $*"
    refuses 5 "ceremony copy: .*($text)" cellar verify --ceremony copy --witness ann.pub
}
record other another
sign ann other ann
check 'the other ceremony has another head' [ "$(sha256sum <other/head.txt)" != "$(sha256sum <held/head.txt)" ]
works cellar verify --ceremony other --witness ann.pub
changed 'witness-ann.sig: signature does not verify' cp ../other/witness-ann.sig .
changed 'witness-ann.sig: it was made in the namespace "file"' \
    sh -c 'exec ssh-keygen -q -Y sign -f ../ann -n file <head.txt >witness-ann.sig'
changed 'witness-ann.sig: signature' sed -i '5s/^.../AAA/' witness-ann.sig
changed 'witness-ann.sig: .*END line is missing' sed -i \$d witness-ann.sig
changed 'witness-ann.sig: .*(malformed|cut off)' sed -i 3,5d witness-ann.sig
changed 'witness-ann.sig: it begins neither with' sh -c 'echo x >witness-ann.sig'
changed 'witness-ann.sig: (it is no single|it begins neither with)' sh -c 'cat witness-ann.sig witness-ann.sig >both && mv both witness-ann.sig'
changed 'witness-ann.sig: (it is no single|it begins neither with)' sed -i 's/SSH SIGNATURE/SIGNATURE/' witness-ann.sig
changed 'ann of the witnesses\) has not countersigned' rm witness-ann.sig
changed 'head.txt is not that of the transcript' sed -i 's/^date.*/date      2026-03-02T12:00:00Z/' head.txt

mini_changed() { # TEXT COMMAND...: in a record that eve has signed
    local text=$1
    shift
    rm -rf copy
    record copy
    mini copy eve
    (cd copy && "$@") || bad "fixture: $*"
    refuses 5 "ceremony copy: .*($text)" cellar verify --ceremony copy --witness eve.pub
}
mini other eve
minisign -G -W -p fay.pub -s fay.key >/dev/null || bad 'fixture'
mini_changed 'witness-eve.sig: signature does not verify' cp ../other/witness-eve.sig .
mini_changed 'witness-eve.sig: its trusted comment was changed' sed -i '3s/$/ and more/' witness-eve.sig
mini_changed 'witness-eve.sig: line 2: ' sed -i '2s/^...//' witness-eve.sig
mini_changed 'witness-eve.sig: line 4: ' sed -i 4d witness-eve.sig
mini_changed 'witness-eve.sig: line 5: something stands behind' sh -c 'echo x >>witness-eve.sig'
mini_changed "minisign $id \\(eve.pub\\) has not countersigned" rm witness-eve.sig
mini_changed "minisign $id \\(eve.pub\\) has not countersigned" \
    sh -c 'exec minisign -S -s ../fay.key -m head.txt -x witness-eve.sig >/dev/null'

# Nobody needs a key to see that a file is none; and no other name is let pass.
for name in witness-.sig witness.sig witness-ann witness-a/b 'witness-a b.sig' .witness-ann.sig witness-ann.pub; do
    rm -rf copy
    record copy
    mkdir -p "$(dirname "copy/$name")"
    printf 'x' >"copy/$name"
    refuses 5 'is not of this ceremony' cellar verify --ceremony copy
done
rm -rf copy
record copy
printf 'x' >copy/witness-ann.sig
refuses 5 'witness-ann.sig: it begins neither with' cellar verify --ceremony copy
rm copy/witness-ann.sig
ln -s ../held/witness-ann.sig copy/witness-ann.sig
refuses 5 "is no signature" cellar verify --ceremony copy
# Each octet, changed: no key finds it good.
rm copy/witness-ann.sig
sign ann copy ann
check 'a changed octet of a countersignature is good' python3 - ann.pub <<'END'
import subprocess, sys
path = "copy/witness-ann.sig"
whole = open(path, "rb").read()
for at in range(0, len(whole), 7):
    changed = bytearray(whole)
    changed[at] ^= 1 << at % 7
    open(path, "wb").write(changed)
    done = subprocess.run(["cellar-verify", "--ceremony", "copy", "--witness", sys.argv[1]], capture_output=True)
    assert done.returncode == 5, (at, done)
open(path, "wb").write(whole)
END
works cellar verify --ceremony copy --witness ann.pub

# A ceremony that goes on has nothing to sign.
cp -r copy open
sed -i '$d' open/transcript.jsonl
rm open/head.txt
refuses 5 'witness-ann.sig is not of this ceremony' cellar verify --ceremony open
rm open/witness-ann.sig
fails 3 'it has not ended' cellar verify --ceremony open --witness ann.pub

# Sealed, reported and countersigned: none stands in another's way.
openssl req -x509 -nodes -days 3650 -keyout root.key -out root.pem -subj /CN=root -newkey ec \
    -pkeyopt ec_paramgen_curve:P-256 2>/dev/null
openssl dgst -sha256 -sign root.key -out copy/head.txt.sig copy/head.txt
rm copy/witness-ann.sig
works cellar ceremony report copy --to copy.html
sign ben copy ben
works cellar verify --ceremony copy --anchor root.pem --witness ben.pub --report copy.html

# Files that hold no key: which, where, why.
no_key() { # TEXT
    refuses 2 "$1" cellar verify --ceremony held --witness none
}
no_key 'none'
: >none
no_key 'none'
printf '# nobody\n' >none
no_key 'none: there is no public key in it'
printf '\nann\n' >none
no_key 'none:2: neither its first nor its second word is of a public key'
cp ann none
no_key 'none:1: neither its first'
sed 's/^/ann namespaces="file" /' ann.pub >none
no_key 'none:1: .*options of allowed signers are not read'
printf 'ssh-ed25519 AAAA= x\n' >none
no_key 'none:1: '
printf 'ssh-ed25519\n' >none
no_key 'none:1: '
{ cat ann.pub; cut -c 1-60 ben.pub; } >none
no_key 'none:2: '
ssh-keygen -q -t rsa -b 2048 -N '' -f short || bad 'fixture'
cp short.pub none
no_key 'none:1: RSA key of 2048 bits: use one of exactly 3072 or 4096'
printf 'ssh-rsa %s\n' "$(cut -d ' ' -f 2 ann.pub)" >none
no_key 'none:1: its type is another one'
cp eve.key none
no_key 'none:2: '
cp held/witness-eve.sig none
no_key 'none:2: '
refuses 2 '--witness goes with --ceremony' cellar verify --witness ann.pub --anchor root.pem root.pem
finish
