#include "base/buf.h"
#include "x509/crl_skim.h"

/* RFC 5280 5.3.1 */
enum {
    KEY_COMPROMISE = 1,
    CA_COMPROMISE = 2,
    AA_COMPROMISE = 10,
};

/* Whoever has a leaked key signs any past time: without a date from which on, at no time. */
static bool is_leak(const struct pki_crl_entry *entry)
{
    return entry->reason == KEY_COMPROMISE || entry->reason == CA_COMPROMISE ||
           entry->reason == AA_COMPROMISE;
}

int64_t pki_crl_entry_since(const struct pki_crl_entry *entry)
{
    if (is_leak(entry) && !entry->has_invalidity)
        return INT64_MIN;
    if (entry->has_invalidity && entry->invalidity_at < entry->revoked_at)
        return entry->invalidity_at;
    return entry->revoked_at;
}

bool pki_crl_find(const struct pki_crl *crl, struct pki_bytes serial, struct pki_hash *hash,
                  bool *found, struct pki_crl_entry *entry, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    struct pki_crl_pass pass = pki_crl_pass_begin(crl, hash, NULL);
    struct pki_bytes rest = crl->entries;
    struct pki_crl_entry next;
    struct pki_crl_entry first = {0};
    bool seen = false;

    for (size_t n = 0, skipped = 0; rest.size > 0; n += skipped) {
        skipped = pki_crl_skip(&rest, serial);
        pki_crl_pass_reach(&pass, rest.data);
        if (skipped > 0)
            continue;
        if (!pki_crl_next(&rest, &next, err))
            return false;
        n++;
        if (next.has_unknown_critical) {
            return pki_fail(err, PKI_E_INVALID,
                            "entry %zu has a critical extension that is not processed, so the list "
                            "must not be used (RFC 5280 5.3)",
                            n);
        }
        if (!pki_bytes_equal(next.serial, serial))
            continue;
        if (!seen || pki_crl_entry_since(&next) < pki_crl_entry_since(&first))
            first = next;
        seen = true;
    }
    if (!pki_crl_pass_end(&pass, err))
        return false;
    *found = seen;
    *entry = first;
    return true;
}
