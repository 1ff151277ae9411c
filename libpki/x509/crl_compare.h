/*
 * What two revocation lists of one issuer differ in: shown and confirmed
 * before a list is signed, and proof that nobody vanished from it (a
 * revocation is never taken back). Checkers' side: by the reader, in one pass
 * and without memory, as both lists must be in ascending order of their
 * serials' octets, which ours are. A foreign list in another order is refused.
 *
 *   comparison = pki_crl_comparison_begin(&before, &sink);
 *   pki_crl_comparison_take(&comparison, &entry, der, err)    each of the later list
 *   pki_crl_comparison_end(&comparison, &difference, err)
 *
 * Who was removed is told, not judged: whether a certificate may leave the list
 * depends on what it was and on its expiry, which the store knows.
 */
#ifndef PKI_X509_CRL_COMPARE_H
#define PKI_X509_CRL_COMPARE_H

#include "x509/crl.h"

enum pki_crl_change_kind {
    PKI_CRL_ADDED,
    PKI_CRL_REMOVED,
    PKI_CRL_CHANGED, /* date, reason or invalidity date */
};

struct pki_crl_change {
    enum pki_crl_change_kind kind;
    struct pki_crl_entry before; /* not of an added one */
    struct pki_crl_entry after;  /* not of a removed one */
};

/* Who is told of each change, in ascending order of serials; returns false to end it. */
struct pki_crl_sink {
    bool (*take)(void *of, const struct pki_crl_change *change, struct pki_error *err);
    void *of;
};

struct pki_crl_difference {
    size_t before, after; /* entries */
    size_t added, removed, changed;
};

/* Entries compared by serial, while somebody reads the later list. Its inside is crl_compare.c's.
 */
struct pki_crl_comparison {
    const struct pki_crl_sink *sink;
    struct pki_crl_difference difference; /* so far */
    struct pki_crl_pass pass;             /* over the earlier list */
    struct pki_bytes rest;                /* of its entries */
    bool looked;                          /* these two are of the next one of them */
    struct pki_crl_entry next;
    struct pki_bytes beyond;                  /* what comes after it */
    struct pki_bytes last_before, last_after; /* serials */
};

/**
 * @before   NULL: there was none, everything is added
 * @sink     may be NULL
 */
struct pki_crl_comparison pki_crl_comparison_begin(const struct pki_crl *before,
                                                   const struct pki_crl_sink *sink);
/**
 * The later list's next entry, and its octets.
 *
 * Fails:    PKI_E_FORMAT an entry that cannot be read; PKI_E_INVALID a serial that does not come
 *           after the one before it, an entry with a critical extension that we do not process; and
 *           whatever the sink fails with. The sink may have been told changes by then.
 */
PKI_CHECKED bool pki_crl_comparison_take(struct pki_crl_comparison *comparison,
                                         const struct pki_crl_entry *entry, struct pki_bytes der,
                                         struct pki_error *err);
/** The later list is over: what is left was removed. Fails: as take */
PKI_CHECKED bool pki_crl_comparison_end(struct pki_crl_comparison *comparison,
                                        struct pki_crl_difference *difference,
                                        struct pki_error *err);

/**
 * Whether one list may come after another: same issuer and key, a higher CRL number, thisUpdate
 * not earlier. Entries are not looked at.
 *
 * Fails: PKI_E_INTEGRITY names the rule that is broken
 */
PKI_CHECKED bool pki_crl_may_follow(const struct pki_crl *before, const struct pki_crl *after,
                                    struct pki_error *err);

#endif
