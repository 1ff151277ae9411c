#!/bin/bash
# Booklets and reports as a browser, a printer and a validator see them: nothing comes from outside, no name does
# anything, nothing runs over the edge, and the codes are read from screen and paper.
interop=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/interop/pins.sh
. "$interop/pins.sh"
for program in chromium java pdftotext pdftoppm zbarimg; do
    command -v $program >/dev/null || {
        echo "skipped: $program is not installed (tests/packages-optional)"
        exit 77
    }
done
checker=$INTEROP_CACHE/npm/node_modules/vnu-jar/build/dist/vnu.jar
[ -f "$checker" ] || {
    echo 'skipped: vnu-jar is not installed (tests/interop/install)'
    exit 77
}
# shellcheck source=tests/tool/lib.sh
. "$interop/../tool/lib.sh"

# Names that are markup, that would load from this host's port, that change direction, that have no end.
python3 "$interop/listener.py" hits >port &
listener=$!
trap 'kill $listener 2>/dev/null; rm -rf "$work"' EXIT
until [ -s port ]; do sleep 0.1; done
port=$(cat port)
image="<img src=http://127.0.0.1:$port/loaded>"
script="<script>document.title='owned'</script>"
long=$(printf 'x%.0s' $(seq 10000))
good=$source_dir/tests/fixtures/ceremony/good.yaml

make_cellar
make_line prod code-signing
works cellar report -C cellar --to cellar.html
works cellar ceremony print "$good" --to booklet.html
sed "s|title: Rotate|title: \"< script>alert(1)</ script> \& '\"|; s|title: Export|title: $long|" "$good" >printed.yaml
works cellar ceremony print printed.yaml --to hostile-booklet.html
sed "s|title: Rotate|title: \"$script\"|; s|label: CELLAR-A|label: \"$image\"|; s|title: Export|title: $long|" "$good" >recorded.yaml
python3 "$here/transcript.py" recorded.yaml "$source_dir/libpki/base/words.c" held "</td></table>$script$image $(printf '\xe2\x80\xae')desrever $long"
works cellar ceremony report held --to hostile-ceremony.html
python3 "$here/transcript.py" "$good" "$source_dir/libpki/base/words.c" calm
works cellar ceremony report calm --to ceremony.html
sed "s|^organization:.*|organization: '<script>document.title=1</script>\&amp;\"'|" hierarchy.yaml >hostile.yaml
works cellar init hostile.yaml -C hostile
works cellar report -C hostile --to hostile-cellar.html
pages=(cellar.html ceremony.html booklet.html hostile-cellar.html hostile-ceremony.html hostile-booklet.html)

# The validator: of pages, styles and drawings; and it does find what is wrong.
check 'the pages are valid' java -jar "$checker" --stdout "${pages[@]}"
sed 's/<dt>/<dx>/' booklet.html >wrong.html
check 'the validator sees nothing' ! java -jar "$checker" --stdout wrong.html >wrong.txt

browse() { # OPTIONS... PAGE
    timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --no-first-run --disable-background-networking --user-data-dir="$work/profile" "${@:1:$#-1}" \
        "file://$work/${!#}" 2>browser.err
}

# Without a policy an image is loaded: so the listener would see it.
echo "<!DOCTYPE html><title>x</title>$image" >control.html
browse --screenshot=control.png control.html
check 'the listener hears nothing at all' [ -s hits ]
: >hits

for page in "${pages[@]}"; do
    python3 "$here/page.py" "$page" || bad "$page: not as pages are"
    name=${page%.html}
    browse --window-size=500,1500 --screenshot="$name-narrow.png" "$page"
    check "$page: a narrow screen cuts it" python3 "$interop/edges.py" png "$name-narrow.png"
    browse --no-pdf-header-footer --print-to-pdf="$name.pdf" "$page"
    rm -rf paper
    mkdir paper
    pdftoppm -r 100 -gray "$name.pdf" paper/page
    check "$page: paper cuts it" python3 "$interop/edges.py" pgm paper/page-*.pgm
    pdftotext "$name.pdf" - | tr -d ' \n\f' >"$name.txt"
done
for page in hostile-cellar.html hostile-ceremony.html; do
    browse --dump-dom "$page" >dom
    check "$page: a name is markup" ! grep -qE '<(script|img|b)[ >]' dom
    check "$page: a name did something" ! grep -q '<title>owned\|<title>1<' dom
done
check 'a name was loaded from outside' [ ! -s hits ]
check 'what is printed: the name' grep -qF 'document.title=' hostile-ceremony.txt
check 'what is printed: the direction spelled out' grep -qF '\E2\80\AE' hostile-ceremony.txt
check 'what is printed: all of what is long' [ "$(tr -cd x <hostile-booklet.txt | wc -c)" -ge 10000 ]
for text in 'Hierarchy' 'root main' 'prod code-signing' 'CN=Test Root CA, O=Test Corp, C=DE' 'Prepared by'; do
    check "what is printed: $text" grep -qF "${text// /}" cellar.txt
done
for text in 'Materials' 'CELLAR-A' 'cellar rotate prod code-signing' 'Head of the transcript' 'witness Name Date Signature'; do
    check "what is printed: $text" grep -qF "${text// /}" ceremony.txt
done

# Without any network.
browse --window-size=1280,8000 --screenshot=cellar-wide.png cellar.html
alone=(unshare -n)
"${alone[@]}" true 2>/dev/null || alone=(unshare -rn)
if "${alone[@]}" true 2>/dev/null; then
    "${alone[@]}" timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$work/alone" --window-size=1280,8000 --screenshot=alone.png "file://$work/cellar.html" 2>browser.err
    check 'without network it is the same' cmp -s alone.png cellar-wide.png
fi

# The codes: of root and both generations, and the head; on the screen and on paper.
codes() { # IMAGE...
    zbarimg --raw -q --nodbus -Sdisable -Sqrcode.enable "$@" 2>/dev/null | sort -u
}
browse --window-size=1280,4000 --screenshot=booklet-wide.png booklet.html
pdftoppm -r 200 -gray cellar.pdf cellar-page
codes cellar-page-*.pgm >on-paper
codes cellar-wide.png >on-screen
check 'four codes on paper' [ "$(wc -l <on-paper)" -eq 4 ]
check 'the same on the screen' cmp -s on-paper on-screen
grep HEAD on-paper >head-frame
works cellar show --from-frames head-frame --json
head=$(sed -n 's/.*"head": "\([0-9a-f]*\)".*/\1/p' out)
works cellar audit -C cellar --head "$head"
codes booklet-wide.png >on-screen
works cellar show --from-frames on-screen --json
check 'the code of the script' grep -q "\"sha_256\": \"$(sha256sum <"$good" | cut -c 1-64)\"" out
works cellar ceremony print "$good" --to booklet.pdf.pdf
pdftoppm -r 200 -gray -l 1 booklet.pdf.pdf printed
check 'the same in our own PDF' diff -q on-screen <(codes printed-*.pgm)
[ -z "${KEEP:-}" ] || cp -r . "$KEEP"
finish
