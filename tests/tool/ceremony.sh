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
refuses 2 'ceremony lint needs a script' cellar ceremony lint
refuses 2 'unknown verb "party"' cellar ceremony party "$good"
refuses 2 'none.yaml' cellar ceremony lint none.yaml
printf 'ceremony: 1\n\033[31mid: x\n' >bad.yaml
refuses 2 'bad.yaml:2:1: invisible or control character' cellar ceremony lint bad.yaml

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
    print(words[1], *[w for w in words if w.startswith("--")])' >commands
check 'there are duties' [ "$(wc -l <commands)" -ge 15 ]
while read -r tool options; do
    "cellar-$tool" --spec >spec
    for option in $options; do
        check "cellar $tool has no $option" grep -qP "^option\t[^\t]*\t${option#--}\t" spec
    done
done <commands
finish
