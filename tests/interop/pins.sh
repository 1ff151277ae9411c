# shellcheck shell=bash disable=SC2034 # read by the scripts that source this
#
# The programs and packages that stand in for the world, and where they are kept: one place for
# all. A new version is a change of this file and nothing else.

INTEROP_CACHE=${ROOT_CELLAR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/root-cellar}

# program, Go package, version
INTEROP_GO=(
    'fulcio            github.com/sigstore/fulcio                                       v1.8.8'
    'cosign            github.com/sigstore/cosign/v3/cmd/cosign                         v3.1.2'
    'timestamp-server  github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server  v2.1.3'
    'crane             github.com/google/go-containerregistry/cmd/crane                 v0.21.7'
)

# Of sigstore the last versions that run on Node 20; the majors after them want Node 22. vnu-jar is
# the Nu Html Checker, which wants Java.
INTEROP_NPM=(
    @sigstore/bundle@4.0.0
    @sigstore/protobuf-specs@0.5.1
    @sigstore/sign@4.1.1
    @sigstore/verify@3.1.1
    vnu-jar@26.9.27
)

# The reference implementation of SLIP-0039.
INTEROP_PYPI=(
    shamir-mnemonic==0.3.0
)
