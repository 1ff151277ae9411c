#!/bin/bash
# cellar ceremony rehearse: a short script from nothing to a record that anybody can check; its
# names are a rehearsal's, and everything lies below one new directory. rehearsals.sh has all
# ready scripts.
. "$(dirname "$0")/lib.sh"
script=$source_dir/tests/fixtures/ceremony/short.yaml
cp "$here/answers.yaml" .
hierarchy
# On anybody's laptop: a network is noted, as nothing is at stake.
CELLAR_TEST_ROOM=$wired works cellar ceremony rehearse "$script" --hierarchy hierarchy.yaml --answers answers.yaml --to tried
says '^Rehearsal +yes'
says '^Steps done +4'
warns 'REHEARSAL Test Root CA'
check 'nothing beside it' [ "$(find . -maxdepth 1 -mindepth 1 | sort | xargs)" = './answers.yaml ./err ./hierarchy.yaml ./out ./tried' ]
works cellar verify --ceremony tried/record
says '^Rehearsal +yes'
check 'the script as it is' cmp -s "$script" tried/record/script.yaml
check 'what was typed' grep -q '"event": "confirm", "step": "030", "who": "witness", "answer": "REHEARSAL Test Root CA"' tried/record/transcript.jsonl
works cellar status --since 0 -C tried/tree/media/cellar
says '^REHEARSAL'
refuses 4 'has ended' cellar ceremony rehearse "$script" --hierarchy hierarchy.yaml --answers answers.yaml --to tried

# Answers that lead nowhere: a typo; what is not asked for; a circle.
sed 's/initials-witness/initals-witness/' answers.yaml >bad.yaml
refuses 2 'bad.yaml:5:20: no step asks for "initals-witness"' cellar ceremony rehearse "$script" --answers bad.yaml --to new
check 'nothing of it is made' [ ! -e new ]
{ cat answers.yaml && printf 'steps:\n  - id: "020"\n    decision: stop\n'; } >some.yaml
works cellar ceremony rehearse "$script" --hierarchy hierarchy.yaml --answers some.yaml --to some
says 'some.yaml:[0-9]*:15: step 020 did not ask for decision'
for circle in 'initials-witness: p' 'initials-witness: e'; do
    { sed 's/^any:/&\n  pause: why\n  resume: go on\n  decision: go on\n  exception-expected: a/
           s/^any:/&\n  exception-happened: b\n  exception-decided: c\n  exception-who: d/' answers.yaml
      printf 'steps:\n  - id: "020"\n    %s\n' "$circle"; } >round.yaml
    rm -rf round
    is 2 cellar ceremony rehearse "$script" --hierarchy hierarchy.yaml --answers round.yaml --to round
    warns 'round.yaml:.* step 020 asks for .* again and again'
done

# A record is sealed by a root of its own kind.
make_cellar
refuses 4 'that of a rehearsal' cellar audit --seal --ceremony tried/record -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar audit --seal --ceremony tried/record -C tried/tree/media/cellar --passphrase-file tried/passphrase.txt \
    --confirm 'REHEARSAL Test Root CA'
python3 "$here/transcript.py" "$source_dir/tests/fixtures/ceremony/good.yaml" "$source_dir/libpki/base/words.c" real
fails 4 'the root is that of a rehearsal' cellar audit --seal --ceremony real -C tried/tree/media/cellar \
    --passphrase-file tried/passphrase.txt --confirm 'REHEARSAL Test Root CA'

# Shares are answered in a rehearsal only, and in one way.
sed 's/^any:/&\n  shares: as shown/' answers.yaml >shown.yaml
refuses 2 'answered in a rehearsal only: here custodians type them' cellar ceremony run "$script" --record r --answers shown.yaml
check 'it was begun' [ ! -e r ]
sed 's/^any:/&\n  shares: academic acid/' answers.yaml >told.yaml
refuses 2 'shares: "as shown" is the only answer' cellar ceremony rehearse "$script" --to new --answers told.yaml
check 'it was begun' [ ! -e new ]

refuses 2 'rehearse takes no .-abandon' cellar ceremony rehearse "$script" --abandon --to new
mkdir there
refuses 4 'there exists, and no rehearsal goes on in it.*removed and begun again' cellar ceremony rehearse "$script" --answers answers.yaml --to there
refuses 2 'rehearse takes no .-passphrase-file' cellar ceremony rehearse "$script" --passphrase-file x --to new
refuses 2 'none.yaml' cellar ceremony rehearse none.yaml --to new
check 'nothing of it is left' [ ! -e new ]
mkdir -p stick/lost+found other
echo mine >other/script.yaml
refuses 4 'it holds lost.found' cellar ceremony run "$script" -C tried/tree/media/cellar --record stick
refuses 4 'it holds another script' cellar ceremony run "$script" -C tried/tree/media/cellar --record other
check 'what lay there is gone' [ "$(cat other/script.yaml)" = mine ]
# A name that only a rehearsal knows is no answer of a real ceremony.
refuses 4 'another script|is the record of a rehearsal' cellar ceremony run "$script" -C tried/tree/media/cellar --record tried/record
finish
