/*
 * Errors: one struct, owned by the caller, filled once where the failure is.
 *
 *   struct pki_error err = {0};
 *   if (!pki_issue_prepare(session, &request, &draft, &err))
 *       return pki_exit_status(err.code);
 *
 * A function that can fail returns bool, is marked PKI_CHECKED and takes the
 * error last. It reports with `return pki_fail(err, CODE, "...")`; whoever
 * called it passes the failure up untouched. A duty adds where it was with one
 * PKI_CONTEXT at its top. Fixed size, so that out of memory can be reported;
 * no global, no thread-local, no printing.
 *
 * Texts are lower case, name the thing and the rule, have no full stop and
 * never hold a secret. Unprintable and bidirectional characters are replaced
 * as the text is finished, so hostile names cannot paint a terminal.
 */
#ifndef PKI_ERROR_H
#define PKI_ERROR_H

#include "pki/base.h"

enum pki_code {
    PKI_OK,
    PKI_E_IO,         /* reading or writing failed */
    PKI_E_CRYPTO,     /* a cryptographic library failed */
    PKI_E_MEMORY,     /* out of memory, or it could not be locked */
    PKI_E_USAGE,      /* command line, or an input that cannot be read */
    PKI_E_INVALID,    /* the thing examined is not valid */
    PKI_E_FORMAT,     /* the thing examined is not well formed */
    PKI_E_POLICY,     /* refused by a rule; not confirmed */
    PKI_E_STATE,      /* refused in this state */
    PKI_E_EXISTS,     /* the output exists and is never overwritten */
    PKI_E_NOTFOUND,   /* no such record */
    PKI_E_PASSPHRASE, /* wrong or unacceptable passphrase */
    PKI_E_INTEGRITY,  /* journal, signature or file differ from the record */
    PKI_E_CANCELLED,  /* the operator declined or interrupted */
    PKI_E_LOCKED,     /* the cellar is held by another process */
    PKI_E_STORE,      /* cellar missing, foreign or of a newer version */
    PKI_CODES,        /* how many there are */
};

struct pki_error {
    enum pki_code code;
    char text[508];
};

/** Record a failure. Always returns false. Asserts that err holds no failure yet. */
bool pki_fail(struct pki_error *err, enum pki_code code, const char *format, ...) PKI_PRINTF(3, 4);

#ifdef __clang_analyzer__ /* which cannot know that it always returns false */
#define pki_fail(...) (pki_fail(__VA_ARGS__), false)
#endif

/** Exit status of a tool that ends with this code (cellar(1)). */
int pki_exit_status(enum pki_code code);

/** Stable word for --json: "policy", "state", ... */
const char *pki_code_name(enum pki_code code);

/* Prefixes any failure reported to err until the enclosing scope ends. */
/* clang-format off */
#define PKI_CONTEXT(err, ...) PKI_CONTEXT_(__COUNTER__, err, __VA_ARGS__)
#define PKI_CONTEXT_(n, err, ...) PKI_CONTEXT_NAMED_(n, err, __VA_ARGS__)
#define PKI_CONTEXT_NAMED_(n, err, ...)                                                   \
    __attribute__((__cleanup__(pki_error_scope_end_), __unused__)) struct pki_error_scope \
        scope_##n##_ = pki_error_scope_begin(err, __VA_ARGS__)
/* clang-format on */

struct pki_error_scope {
    struct pki_error *err;
    char prefix[160];
};

struct pki_error_scope pki_error_scope_begin(struct pki_error *err, const char *format, ...)
    PKI_PRINTF(2, 3);
void pki_error_scope_end_(struct pki_error_scope *scope);

#endif
