/*
 * Certificate revocation lists, read by a linear walker over borrowed (mapped)
 * bytes: no entry is ever built in memory, GnuTLS never imports one.
 */
#ifndef PKI_X509_CRL_H
#define PKI_X509_CRL_H

#include "asn1/walk.h"
#include "base/file.h"
#include "crypto/hash.h"

struct pki_crl {
    struct pki_bytes der; /* borrowed */
    bool mapped;          /* set by who parsed it: der is in a mapping, which may be let go of */
    struct pki_bytes tbs;
    struct pki_bytes signature, signature_algorithm, tbs_signature;
    struct pki_bytes issuer; /* DER Name */
    int64_t version;         /* 1 or 2 */
    int64_t this_update, next_update;
    struct pki_bytes entries; /* content of revokedCertificates; may be empty */
    struct pki_bytes number;  /* INTEGER content octets */
    struct pki_bytes authority_key_id;
    struct pki_bytes distribution;     /* IssuingDistributionPoint, DER; empty: absent */
    struct pki_bytes unknown_critical; /* OID of a critical extension that we do not process */
    bool has_next_update, has_number;
    bool is_delta; /* deltaCRLIndicator */
    bool has_unknown_critical;
};

/*
 * One pass over a list's body, window by window: each is digested, if that was asked for, before
 * it is looked at, which then finds it in the processor's cache, and is let go of once it is
 * behind. A large list is so read from the medium once for all that is to be known.
 */
struct pki_crl_pass {
    bool mapped;
    struct pki_bytes rest;  /* from what is not let go of yet to the end of tbs */
    struct pki_bytes ahead; /* what is not digested yet */
    size_t again;           /* octets before rest that are let go of once more */
    struct pki_hash *hash;  /* of tbs; NULL: not digested */
    struct pki_sum *sum;    /* of tbs; NULL: not summed */
    struct pki_error why;   /* what digesting failed with */
};

/** @hash, @sum  borrowed until pki_crl_pass_end; or NULL */
struct pki_crl_pass pki_crl_pass_begin(const struct pki_crl *crl, struct pki_hash *hash,
                                       struct pki_sum *sum);
/* A window is behind. */
void pki_crl_pass_turn_(struct pki_crl_pass *pass);
/** What is before at is done with; views into it stay good. Here, as it is asked at each entry. */
static inline void pki_crl_pass_reach(struct pki_crl_pass *pass, const uint8_t *at)
{
    while (pass->rest.size >= PKI_FILE_WINDOW && at - pass->rest.data >= (ptrdiff_t)PKI_FILE_WINDOW)
        pki_crl_pass_turn_(pass);
}
/** Digest what was not looked at. Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_crl_pass_end(struct pki_crl_pass *pass, struct pki_error *err);

struct pki_crl_entry {
    struct pki_bytes serial; /* INTEGER content octets */
    int64_t revoked_at;
    int reason; /* RFC 5280 5.3.1; 0 when absent */
    bool has_invalidity;
    int64_t invalidity_at;
    bool has_unknown_critical;
};

/** Views into der. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_crl_parse(struct pki_bytes der, struct pki_crl *crl, struct pki_error *err);
/** The same for a TBSCertList that is not signed yet: signature is empty, and der is tbs. */
PKI_CHECKED bool pki_crl_parse_body(struct pki_bytes tbs, struct pki_crl *crl,
                                    struct pki_error *err);
/** Take the next entry off rest (start with crl.entries, until rest.size is 0). */
PKI_CHECKED bool pki_crl_next(struct pki_bytes *rest, struct pki_crl_entry *entry,
                              struct pki_error *err);
/* Who looks at each entry of a list while it is linted, so that it is read once; false ends it. */
struct pki_crl_watch {
    bool (*take)(void *of, const struct pki_crl_entry *entry, struct pki_bytes der);
    void *of;
};

/** The time from which an entry counts: its invalidity date where that is earlier; from ever where
 *  a key leaked and no date says since when. */
int64_t pki_crl_entry_since(const struct pki_crl_entry *entry);
/**
 * Look a serial up (content octets, compared byte for byte), reading the list to its end. Of
 * several entries for it, the one that counts from the earliest time is given. Of entries for
 * others that have the usual shape, dates and reasons are not judged.
 *
 * @hash   of tbs, which is digested in the same reading; or NULL
 * Fails:  PKI_E_FORMAT; PKI_E_INVALID any entry has a critical extension that we do not process,
 *         so that the whole list must not be used (RFC 5280 5.3); PKI_E_CRYPTO
 */
PKI_CHECKED bool pki_crl_find(const struct pki_crl *crl, struct pki_bytes serial,
                              struct pki_hash *hash, bool *found, struct pki_crl_entry *entry,
                              struct pki_error *err);
PKI_CHECKED bool pki_crl_verify_signature(const struct pki_crl *crl, struct pki_bytes spki,
                                          struct pki_error *err);
/** The same where the digest of tbs is known, so that a large list is not read again for it. Not
 *  for Ed25519, which needs the bytes. */
PKI_CHECKED bool pki_crl_verify_digest(const struct pki_crl *crl, struct pki_bytes spki,
                                       struct pki_bytes digest, struct pki_error *err);
/** Word of a reason code: "keyCompromise"; "unknown" for what RFC 5280 does not list. */
const char *pki_crl_reason_name(int reason);

#endif
