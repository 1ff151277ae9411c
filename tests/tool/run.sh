#!/bin/bash
# cellar ceremony run: root genesis from its script to a record that anybody can check, with
# scripted answers; and at a terminal, with pauses, exceptions and cuts (run.py).
. "$(dirname "$0")/lib.sh"
script=$source_dir/ceremony/scripts/root-genesis.yaml
sed "s/: as shown/: Example Corp Root CA/" "$here/answers.yaml" >answers.yaml
cellar init --example >hierarchy.yaml
mkdir -p media/backup
with root-g1

# /media is somebody else's: the same script with a path that is ours.
sed "s|/media/|$work/media/|" "$script" >genesis.yaml
# shellcheck disable=SC2317 # called through works and refuses
run_it() { # [OPTION...]
    cellar ceremony run genesis.yaml -C "$work/media/cellar" --record record "${secrets[@]}" "$@"
}
works run_it --answers answers.yaml
says '^Steps done +21'
warns 'step 21 of 21'
check 'what is read aloud is on the screen that reads it' grep -qA 4 '^From step 090:' err
says "  cellar audit --seal --ceremony record -C $work/media/cellar"
works cellar verify --ceremony record
says '^Ended +after its last step$'
works cellar ceremony report record --to record.html
works cellar audit --seal --ceremony record -C "$work/media/cellar" "${secrets[@]}" --confirm 'Example Corp Root CA'
works cellar verify --ceremony record --anchor record/evidence/090-certificates.pem
says '^Seal +signed by .*CN=Example Corp Root CA'
check 'its report' python3 "$here/page.py" record.html
works cellar verify --ceremony record --report record.html
check 'certificates' openssl x509 -in record/evidence/090-certificates.pem -noout
check 'the CRL' cmp -s record/evidence/120-root-g1-*.crl media/cellar/crls/root-g1-*.crl
check 'the seal' cmp -s record/evidence/140-seal.txt seal/seal.txt
check 'the backup' cmp -s record/evidence/160-manifest.json media/backup/cellar-*/manifest.json
check 'the tool is named' grep -q '"tool": "cellar-root", "tool_version": "[0-9.]* ([0-9a-f]*)", "tool_sha256": "'"$(sha256sum <"$build_dir/test-tools/cellar-root" | cut -c 1-64)" record/transcript.jsonl
check 'what was read' grep -q '"use": "read", "path": "hierarchy.yaml", "size": [0-9]*, "sha256": "'"$(sha256sum <hierarchy.yaml | cut -c 1-64)" record/transcript.jsonl
check 'answers are noted' grep -q '"event": "begin".*"use": "read", "path": "answers.yaml"' record/transcript.jsonl
check 'the head after the root' grep -q '"event": "duty", "step": "090".*"journal_entry": 3, ' record/transcript.jsonl
works cellar audit -C media/cellar
refuses 4 'has ended' run_it --answers answers.yaml

check 'the room was looked at' [ "$(grep -c '"event": "room", "step": "030"' record/transcript.jsonl)" = 10 ]
check 'the second clock' grep -q '"what": "clock", "answer": "second clock 2026-03-01T12:00:01Z, this one 2026-03-01T12:00:00Z, 1 s behind"' record/transcript.jsonl

# A finding that is taken away, or called a note, shows.
cp -r record forged
python3 "$here/unfound.py" forged radios '' && fails 5 'done without a look at radios' cellar verify --ceremony forged
rm -rf forged
cp -r record forged
python3 "$here/unfound.py" forged radios 'note: found wlan (rfkill0)' &&
    fails 5 'radios is noted, and the script says stop' cellar verify --ceremony forged

# A room with a network; a clock an hour off.
sed 's/^  clock: .*/  decision: stop/; s/^any:/&\n  clock: 2026-03-01T11:00:00Z\n  exception-expected: a good room\n  exception-happened: what is said above\n  exception-decided: another day\n  exception-who: witness, C. Dent/' answers.yaml >stop.yaml
is 6 env CELLAR_TEST_ROOM="$wired" cellar ceremony run genesis.yaml -C media/other --record wired --answers stop.yaml
warns 'the room: interfaces: eth0 .2 of its findings stop.'
check 'it is recorded' grep -q '"what": "interfaces", "answer": "stop: found eth0"' wired/transcript.jsonl
is 6 cellar ceremony run genesis.yaml -C media/other --record late --answers stop.yaml
check 'so is the hour' grep -q '"what": "clock", "answer": "stop: found second clock .*, 3600 s ahead"' late/transcript.jsonl
for record in wired late; do
    works cellar verify --ceremony $record
    check 'nothing was made' ! grep -q '"event": "duty"' $record/transcript.jsonl
done

# Nobody to ask, or nothing to go by.
rm -rf media/cellar seal
refuses 2 '.-record DIR is missing' cellar ceremony run genesis.yaml -C media/cellar
sed '/serial/d' answers.yaml >few.yaml
is 4 cellar ceremony run genesis.yaml -C media/cellar --record few --answers few.yaml
warns 'step 050: nobody can be asked for serial: give it by --answers'
# What cannot be finished ends with its reason.
sed 's/^any:/&\n  exception-expected: a serial number\n  exception-happened: it cannot be read/
     s/^any:/&\n  exception-decided: another stick\n  exception-who: AB/' answers.yaml >sheet.yaml
refuses 4 'no ceremony that can be abandoned' cellar ceremony run genesis.yaml --record none --abandon --answers sheet.yaml
cp -r few abandoned
works cellar ceremony run genesis.yaml -C media/cellar --record abandoned --abandon --answers sheet.yaml
works cellar verify --ceremony abandoned
says '^Ended +stopped at step 050: it cannot be read; decided: another stick$'
works cellar ceremony report abandoned --to abandoned.html
refuses 4 'has ended' cellar ceremony run genesis.yaml -C media/cellar --record abandoned --answers answers.yaml
sed 's/answers: 1/answers: 2/' answers.yaml >bad.yaml
refuses 2 'bad.yaml:2:.*only format' cellar ceremony run genesis.yaml -C media/cellar --answers bad.yaml --record r
refuses 2 'run takes no .-dry-run' cellar ceremony run genesis.yaml --record r --dry-run
refuses 2 'unknown option .-passphrase-fd' cellar ceremony run genesis.yaml --record r --passphrase-fd 0
refuses 3 'valid_now' env CELLAR_TEST_NOW=2028-03-01T12:00:00Z cellar ceremony run genesis.yaml --record r
refuses 4 'another script' cellar ceremony run "$script" -C media/cellar --record few

check 'at a terminal' python3 "$here/run.py"
cat log
finish
