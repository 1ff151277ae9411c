#!/bin/bash
# cellar ceremony: ready scripts pass every rule; what is wrong is told with its line; each duty
# is an option of the tool that it names.
. "$(dirname "$0")/lib.sh"
scripts=$source_dir/ceremony/scripts
good=$source_dir/tests/fixtures/ceremony/good.yaml

for script in "$scripts"/*.yaml; do
    works cellar ceremony lint "$script"
    says ' rules, 0 findings, 0 of severity error'
done
check 'there are ready scripts' [ "$(find "$scripts" -name '*.yaml' | wc -l)" -ge 6 ]

works cellar ceremony lint "$good"
json 0 cellar-ceremony 'result["ceremony"] == "rotation-2026q1" and result["steps"] == 8' \
    cellar ceremony lint "$good"
check 'the digest is that of the file' \
    grep -q "\"script\": \"$(sha256sum <"$good" | cut -c 1-64)\"" out
fails 3 'valid_now: its last day was 2026-12-31' cellar ceremony lint "$good" --at 2027-01-01
works cellar ceremony lint "$good" --at 2026-12-31T23:59:59Z

sed 's/check: clock/check: look/; s/- certificate/- crl/' "$good" >bad.yaml
fails 3 'bad.yaml:[0-9]+: .* \(2 of severity error\)' cellar ceremony lint bad.yaml
says 'error +line [0-9]+: clock_first: '
json 3 cellar-ceremony \
    '[(f["rule"], f["severity"]) for f in result["findings"]] == [("evidence_left", "error"), ("clock_first", "error")]' \
    cellar ceremony lint bad.yaml
sed 's/duty: rotate/duty: reboot/' "$good" >bad.yaml
refuses 2 'bad.yaml:[0-9]+:[0-9]+: duty: there is no "reboot"; take init, root' \
    cellar ceremony lint bad.yaml
refuses 2 'SCRIPT.DIR is missing' cellar ceremony lint
refuses 2 'unknown verb "party"' cellar ceremony party "$good"
refuses 2 'none.yaml' cellar ceremony lint none.yaml
printf 'ceremony: 1\n\033[31mid: x\n' >bad.yaml
refuses 2 'bad.yaml:2:1: invisible or control character' cellar ceremony lint bad.yaml

# Booklets: three forms of one text, the same bytes each time, from sound scripts only.
for kind in txt html pdf; do
    works cellar ceremony print "$good" --to once.$kind
    works cellar ceremony print "$good" --to twice.$kind
    check "equal booklets: $kind" cmp -s once.$kind twice.$kind
    refuses 4 "once.$kind.*exist" cellar ceremony print "$good" --to once.$kind
    for text in 'Quarterly rotation of prod code signing' 'Exception sheet' 'cellar export'; do
        check "$kind: no $text" grep -q "$text" once.$kind
    done
done
check 'a PDF' [ "$(head -c 5 once.pdf)" = %PDF- ]
check 'PDF without a date' ! grep -aq CreationDate once.pdf
check 'text of 80 columns' [ "$(wc -L <once.txt)" -le 80 ]
check 'the digest in the booklet' \
    grep -q "^SHA-256  *$(sha256sum <"$good" | sed -E 's/^(.{4})(.{4}).*/\1 \2/') " once.txt
check 'HTML' python3 "$here/page.py" once.html
works cellar ceremony print "$good" --to new.txt --dry-run
check 'a dry run writes nothing' [ ! -e new.txt ]
refuses 2 'says what is written: .txt, .html or .pdf' cellar ceremony print "$good" --to new.doc
refuses 2 'print needs .-to FILE' cellar ceremony print "$good"
refuses 3 'valid_now' cellar ceremony print "$good" --to new.txt --at 2027-01-01
sed 's/check: clock/check: look/' "$good" >bad.yaml
refuses 3 'clock_first' cellar ceremony print bad.yaml --to new.txt
sed "s/title: Rotate/title: '< script>alert(1)< \/script> \\& < img src=x>'/" "$good" >hostile.yaml
works cellar ceremony print hostile.yaml --to hostile.html
check 'hostile HTML' python3 "$here/page.py" hostile.html
check 'its text is there' grep -qF '&lt; img src=' hostile.html
sed 's/title: Rotate/title: Ротация/' "$good" >cyrillic.yaml
works cellar ceremony print cyrillic.yaml --to cyrillic.html
works cellar ceremony print cyrillic.yaml --to cyrillic.txt
refuses 2 'no character U.0420: print it as .html' cellar ceremony print cyrillic.yaml --to cyrillic.pdf
check 'nothing of it is left' [ ! -e cyrillic.pdf ]

# The example in the documentation is a script, too.
awk 'length == 7 && /yaml$/ { inside = 1; next } length == 3 { inside = 0 } inside' "$source_dir/docs/CEREMONY.md" >documented.yaml
is '0|3' cellar ceremony lint documented.yaml
says '^Ceremony +rotation-2026q1'

# Each duty's tool has the options that its command names.
works cellar ceremony duties --json
python3 -c '
import json, shlex
for duty in json.load(open("out"))["result"]["duties"]:
    words = shlex.split(duty["command"])
    if words[1] in ("key", "share"):
        print(shlex.join(words), file=open("verbs", "a"))
    print(words[1], *[w for w in words if w.startswith("--")],
          *["--approved"] * duty["can_be_approved"])' >commands
check 'there are duties' [ "$(wc -l <commands)" -ge 15 ]
while read -r tool options; do
    "cellar-$tool" --spec >spec
    for option in $options; do
        check "cellar $tool has no $option" grep -qP "^option\t[^\t]*\t${option#--}\t" spec
    done
done <commands
check 'there are duties of key and share' [ "$(wc -l <verbs)" -ge 5 ]
while read -r command; do
    eval "$command" >out 2>err </dev/null
    check "$command: no command" ! grep -qE 'takes no|needs|unexpected|see --help' err
done <verbs
finish
