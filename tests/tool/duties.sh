#!/bin/bash
# The duties of the ready scripts, in their order, as their booklets have them, in one cellar of
# the hierarchy that they are written for: genesis, intermediates, CRL, rotation, revocation, drill.
. "$(dirname "$0")/lib.sh"
export CELLAR_DIR=$work/media/cellar
mkdir -p media/backup

# act SCRIPT [DIRECTORY]: every command of it; what is typed is given by --confirm, passphrases by files.
act() {
    local name command
    works cellar ceremony print "${2:-$source_dir/ceremony/scripts}/$1.yaml" --to "$1.txt"
    python3 "$here/duties.py" "$1.txt" >"$1.commands"
    check "$1 has commands" [ "$(wc -l <"$1.commands")" -ge 3 ]
    while IFS='|' read -r name command; do
        command=${command//\/media\//media/}
        eval "words=(${command//\/tmp\/drill/drill})"
        case ${words[1]} in
        root | issue | rotate | crl) words+=("${secrets[@]}") ;;
        key) [ "${words[2]}" = destroy ] || words+=("${secrets[@]}") ;;
        audit) [[ $command != *--seal* ]] || words+=("${secrets[@]}") ;;
        esac
        case ${words[1]} in
        status) is '0|3' "${words[@]}" ;; # 3: something is due, which is why there is a ceremony
        restore) works "${words[@]}" ;; # --seen: nothing is asked
        *) works "${words[@]}" ${name:+--confirm "$name"} ;;
        esac
    done <"$1.commands"
}

cellar init --example >hierarchy.yaml
with root-g1 root-g2 prod-{code-signing,time-stamping,tls}-g{1,2,3} prod-time-stamping-g{1,2}-tsa prod-code-signing-g4
act root-genesis
act first-intermediates
cp -a media/cellar before
CELLAR_TEST_NOW=2026-03-20T12:00:00Z
act crl-refresh
act quarterly-rotation
act root-succession
cellar audit >out 2>err || bad 'audit'

# Its life over, the key of the first generation goes; the booklet's copy is one that the cellar knows.
CELLAR_TEST_NOW=2027-03-01T12:00:00Z
cellar backup --to media/backup >out 2>err || bad 'fixture: backup'
CELLAR_TEST_NOW=2027-12-01T12:00:00Z
sed "s/backup-17/backup-$(sqlite3 media/cellar/cellar.db "SELECT min(id) FROM journal WHERE action = 'backed-up' AND id >
    (SELECT min(entry) FROM journal_row JOIN key ON key.id = row WHERE relation = 'key' AND name = 'prod-code-signing-g1')")/" \
    "$source_dir/ceremony/scripts/key-destruction.yaml" >key-destruction.yaml
act key-destruction .
cellar audit >out 2>err || bad 'audit'
check 'the key is there' [ ! -e media/cellar/keys/prod-code-signing-g1.key ]
CELLAR_TEST_NOW=2026-03-20T12:00:00Z

# Another world, in which the active authority leaks before it was rotated.
rm -rf media/cellar
cp -a before media/cellar
cellar export >out 2>err || bad 'fixture: export'
awk '/BEGIN/ { n++ } n == 1' media/cellar/exports/prod/code-signing/chain.pem >revoke.pem
rm -rf hand-over media/backup
mkdir media/backup
act emergency-revocation
cellar audit >out 2>err || bad 'audit'

# The drill takes the newest backup, whose name the script cannot know.
cellar export >out 2>err || bad 'fixture: export'
cp media/cellar/exports/prod/manifest.json last-manifest.json
mv media/backup/cellar-*-0* media/backup/cellar-1a2b3c4d-0001
CELLAR_TEST_NOW=2026-03-21T12:00:00Z
act key-recovery-drill
finish
