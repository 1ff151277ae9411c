/*
 * Root Cellar's library, whole: an offline, air-gapped PKI.
 *
 * The order to read the headers in: base, error, secret, report, progress, time (what
 * everything is written with); session, init, ops, approval and backup (a cellar and its duties);
 * describe, frames, lint, verify, ceremony, key, share, install (what works without a cellar).
 */
#ifndef PKI_H
#define PKI_H

#include "pki/approval.h"
#include "pki/backup.h"
#include "pki/base.h"
#include "pki/ceremony.h"
#include "pki/ceremony_run.h"
#include "pki/describe.h"
#include "pki/error.h"
#include "pki/frames.h"
#include "pki/init.h"
#include "pki/install.h"
#include "pki/key.h"
#include "pki/lint.h"
#include "pki/ops.h"
#include "pki/progress.h"
#include "pki/report.h"
#include "pki/sandbox.h"
#include "pki/seal.h"
#include "pki/secret.h"
#include "pki/session.h"
#include "pki/share.h"
#include "pki/time.h"
#include "pki/verify.h"

#endif
