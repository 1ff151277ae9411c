#!/bin/bash
# ceremony/quickstart as the README gives it, over a throw-away directory. What it leaves is what
# interop.sigstore runs on (DEMO, when set: the directory to leave it in).
. "$(dirname "$0")/lib.sh"
unset CELLAR_TEST_NOW CELLAR_TEST_ROUNDS

demo=${DEMO:-$work/demo}
rm -rf "$demo"
start=$(date +%s)
if "$source_dir/ceremony/quickstart" "$demo" >out 2>err </dev/null; then ok; else
    tail -n 20 out
    bad "quickstart: status $?"
    finish
fi
echo "took $(($(date +%s) - start)) s, the build included"
check 'an escape byte in a pipe' ! grep -q $'\033' out err
check 'a line is wider than 80 columns' [ "$(grep -v '^Next: \|^  cellar \|\*\*\*' out | awk 'length > 80' | wc -l)" -eq 0 ]
says 'DEMONSTRATION KEYS'
for file in cellar/exports/prod/sigstore/trusted_root.json cellar/exports/dev/anchors.pem \
    handover/prod-code-signing/key.pem handover/dev-time-stamping/chain.pem handover/web/chain.pem; do
    check "no $file" [ -f "$demo/$file" ]
done
check 'the secrets are open to others' [ "$(stat -c %a "$demo/secrets")" = 700 ]
check 'no backup' [ -f "$demo"/medium/cellar-*-0001/manifest.json ]
check 'rounds of the key files' \
    grep -qE '^Rounds +[6-9][0-9]{5,}' <("$build_dir/bin/cellar-show" "$demo/cellar/keys/root-g1.key")

# Never twice.
if "$source_dir/ceremony/quickstart" "$demo" >out 2>err </dev/null; then bad 'a second time over the same'; else ok; fi
warns 'exists already'
finish
