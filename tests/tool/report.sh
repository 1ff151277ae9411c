#!/bin/bash
# Reports: a cellar's and a ceremony's. Pages that hold what they say, equal for equal input, and harmless whatever is
# in them; a page that was changed is found. What a browser makes of them is for interop.pages.
. "$(dirname "$0")/lib.sh"
good=$source_dir/tests/fixtures/ceremony/good.yaml

holds() { # PAGE TEXT...
    local page=$1 text
    shift
    for text in "$@"; do
        check "$page: no \"$text\"" grep -qF -- "$text" "$page"
    done
}

ceremony() { # DIR [SCRIPT]
    rm -rf "$1"
    python3 "$here/transcript.py" "${2:-$good}" "$source_dir/libpki/base/words.c" "$1" || bad 'fixture'
}

make_cellar
make_line prod code-signing
keeps cellar works cellar report -C cellar --to once.html
works cellar report -C cellar --to twice.html
check 'equal reports' cmp -s once.html twice.html
check 'a page' python3 "$here/page.py" once.html
holds once.html 'Test Corp' 'CN=Test Root CA, O=Test Corp, C=DE' 'prod code-signing' '>g2, next<' 'class="chart"' 'Prepared by' \
    'cellar export prod' 'Head of the journal'
works cellar audit -C cellar --json
head=$(sed -n 's/.*"head": "\([0-9a-f]*\)".*/\1/p' out | sed 's/..../& /g; s/ $//')
holds once.html "$head"
check 'four codes: root, both generations, head' [ "$(grep -o 'aria-label="QR code"' once.html | wc -l)" -eq 4 ]
works cellar report -C cellar --to dry.html --dry-run
check 'a dry run writes nothing' [ ! -e dry.html ]
refuses 4 'once.html.*exist' cellar report -C cellar --to once.html
refuses 2 'name it .html' cellar report -C cellar --to once.pdf
refuses 2 '.-to is missing' cellar report -C cellar
refuses 8 . cellar report -C . --to none.html

# Ceremonies: as their records say, once they are checked.
ceremony cellar/ceremonies/good
ceremony cellar/ceremonies/worse
sed -i 's/as seen/as Seen/' cellar/ceremonies/worse/transcript.jsonl
works cellar report -C cellar --to ceremonies.html
check 'ceremonies in a page' python3 "$here/page.py" ceremonies.html
holds ceremonies.html '>not yet<'
printf x >cellar/ceremonies/good/witness-ann.sig
works cellar report -C cellar --to countersigned.html
holds countersigned.html '>by 1 files, not looked into here<'
holds ceremonies.html '>finished<' '>8 of 8<' 'does not follow from the line before' \
    "$(sed -n 's/^head *//p' cellar/ceremonies/good/head.txt | sed 's/..../& /g; s/ $//')"

# Names that are markup.
sed "s/^organization:.*/organization: '<b onclick=x>\&amp;\"<\/b>'/" hierarchy.yaml >markup.yaml
works cellar init markup.yaml -C markup
works cellar report -C markup --to markup.html
check 'markup in a page' python3 "$here/page.py" markup.html
holds markup.html '&lt;b onclick=x&gt;&amp;amp;&quot;&lt;/b&gt;'

# The report of a ceremony.
ceremony held
keeps held works cellar ceremony report held --to held.html
works cellar ceremony report held --to again.html
check 'equal reports of a ceremony' cmp -s held.html again.html
check 'a page of a ceremony' python3 "$here/page.py" held.html
holds held.html 'Quarterly rotation of prod code signing' 'administrator' 'CELLAR-A' '10 min' 'cellar rotate prod code-signing' \
    'cellar-rotate' 'certificate.json' "$(sed -n 's/^words *//p' held/head.txt)"
works cellar verify --ceremony held --report held.html
says 'held.html is made from this record'
json 0 cellar-verify '"held.html" in result["report"]' cellar verify --ceremony held --report held.html
size=$(stat -c %s held.html)
for at in 0 1 200 $((size / 3)) $((size / 2)) $((size - 300)) $((size - 1)); do
    python3 - $at <<'PYTHON'
import sys
page = bytearray(open("held.html", "rb").read())
page[int(sys.argv[1])] ^= 1
open("changed.html", "wb").write(page)
PYTHON
    fails 5 'changed.html:[0-9]+: this is not the report' cellar verify --ceremony held --report changed.html
done
head -c -1 held.html >changed.html
fails 5 'this is not the report' cellar verify --ceremony held --report changed.html
sed 's/title: Rotate/title: Rotated/' "$good" >other.yaml
ceremony other other.yaml
fails 5 'this is not the report' cellar verify --ceremony other --report held.html
refuses 2 '.-report goes with --ceremony' cellar verify --report held.html --anchor x y
refuses 4 'held.html.*exist' cellar ceremony report held --to held.html
refuses 2 'name it .html' cellar ceremony report held --to held.txt
refuses 2 'SCRIPT.DIR is missing' cellar ceremony report --to never.html
refuses 2 'report needs .-to FILE' cellar ceremony report held
sed -i 's/as seen/as Seen/' other/transcript.jsonl
refuses 5 'does not follow' cellar ceremony report other --to never.html
ceremony open
sed -i '$d' open/transcript.jsonl
rm open/head.txt
refuses 4 'has not ended' cellar ceremony report open --to never.html
check 'nothing is written' [ ! -e never.html ]
sed "s/title: Rotate/title: '< script>alert(1)< \/script> \\& < img src=x>'/; s/label: CELLAR-A/label: '<i>\"'/" "$good" >hostile.yaml
ceremony hostile-held hostile.yaml
works cellar ceremony report hostile-held --to hostile-held.html
check 'a hostile script in a page' python3 "$here/page.py" hostile-held.html
holds hostile-held.html '&lt; img src=x&gt;' '&lt;i&gt;&quot;'
finish
