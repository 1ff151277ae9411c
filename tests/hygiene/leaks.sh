#!/bin/bash
# Nothing names the machine that it was written on.
. "$(dirname "$0")/lib.sh"
need_git

# Pieces, so that this file is not its own finding.
paths="(^|[^a-zA-Z0-9_.}\"-]|[^a-zA-Z0-9_}]\")/(w""ork|r""oot|h""ome/[a-z]+)(/|\$|[^a-zA-Z0-9_])|\\.\\./s""hared|\\.lib""rary/"
# Others' test data may lie beside the checkout; everything else there is nobody's business.
problems_from < <(sources '*' | xargs -d '\n' grep -nIE "$paths" | grep -v 's''hared/data"')
finish
