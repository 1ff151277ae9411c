#!/bin/bash
# Files from strangers: one clear line, the right status, no harm, no byte of theirs on a terminal.
. "$(dirname "$0")/lib.sh"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -days 30 -out good.pem \
    -subj '/CN=good' 2>/dev/null
openssl x509 -in good.pem -outform DER -out good.der
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -days 30 -utf8 \
    -out painted.pem -subj "/CN=$(printf 'a\033[2J\033]0;t\007\302\233 \342\200\256evil\r\nResult valid')" 2>/dev/null

reads() { # STATUS TEXT FILE: by every tool that takes a file
    refuses "$1" "$2" cellar show "$3"
    refuses "$1" "$2" cellar lint "$3"
    refuses "$1" "$2" cellar verify --anchor good.pem "$3"
    refuses "$1" "$2" cellar verify --anchor "$3" good.pem
}
reads 2 'no such file' nowhere.pem
reads 2 'directory|regular' .
reads 2 'directory|regular' /dev/null
mkfifo fifo
reads 2 'regular' fifo
ln -s good.pem link
reads 2 'link' link
: >empty.pem
reads 2 'empty' empty.pem
head -c 20000000 /dev/zero | tr '\0' A >large.pem
is '[23]' cellar lint large.pem
refuses 2 'more than' cellar verify --anchor good.pem large.pem
if [ "$(id -u)" -ne 0 ]; then
    cp good.pem unreadable.pem
    chmod 0 unreadable.pem
    reads '[12]' 'ermission' unreadable.pem
fi
head -c 3000 /dev/urandom >noise.der
head -c 100 good.der >torn.der
head -c 200 good.pem >torn.pem
(cat good.der; printf 'more') >tail.der
(cat good.pem; printf 'more') >tail.pem
printf '\357\273\277' | cat - good.pem >bom.pem
sed 's/^MII/MI!/' good.pem >base64.pem
sed 's/CERTIFICATE/CERTIFICAT/' good.pem >label.pem
printf '0\204\377\377\377\377' >length.der
python3 - <<'PY'
open("deep.der", "wb").write(b"\x30\x80" * 20000)
nested = b""
for _ in range(2000):
    n = len(nested)
    head = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    nested = b"\x30" + head + nested
open("nested.der", "wb").write(nested)
one = open("good.pem").read()
open("many.pem", "w").write(one * 16385)
PY
for file in noise.der torn.der torn.pem tail.der tail.pem bom.pem base64.pem label.pem length.der deep.der \
    nested.der many.pem; do
    reads 3 "$file" $file
done

# Every single bit of a certificate: whatever it becomes, a status and one line.
python3 - <<'PY'
import subprocess
data = open("good.der", "rb").read()
for at in range(0, len(data), 7):
    open("bit.der", "wb").write(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1:])
    for tool in ("show", "lint"):
        run = subprocess.run(["cellar", tool, "bit.der"], capture_output=True, timeout=20)
        assert run.returncode in (0, 3), (tool, at, run)
        assert run.stderr.count(b"\n") <= 1 and b"\x1b" not in run.stdout + run.stderr, (tool, at, run)
PY
check 'a flipped bit' [ $? -eq 0 ]

# Names that paint: shown escaped, in text, JSON, and errors.
works cellar show painted.pem
check 'a line of its own' ! grep -q '^Result valid' out
json 0 cellar-show '"\x1b" not in str(result) and "\u202e" not in str(result)' cellar show painted.pem
is '[03]' cellar lint painted.pem
is '[03]' cellar verify --anchor painted.pem painted.pem
is 3 cellar verify --anchor good.pem painted.pem

# Names of files and words on the command line, too.
odd=$(printf 'a\033[31m\nb.pem')
cp painted.pem "$odd"
works cellar show "$odd"
refuses 2 'no such file' cellar show "$(printf 'x\033[2J\ny')"
refuses 2 'unexpected' cellar lint good.pem "$(printf 'x\033[2J\ny')"
refuses 2 'unknown option' cellar lint "$(printf -- '--x\033[2J')"
refuses 2 '' cellar verify --anchor good.pem --at "$(printf 'x\033[2J\ny')" good.pem
refuses 8 '' cellar status -C "$(printf 'x\033[2J\ny')"
refuses 2 'no tool' cellar "$(printf 'x\033[2J\ny')" 2>/dev/null || true
finish
