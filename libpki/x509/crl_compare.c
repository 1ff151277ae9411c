#include "x509/crl_compare.h"

#include <endian.h>

#include "base/buf.h"

/* The first octets as a number: serials that were drawn at random differ there. */
static uint64_t leading(struct pki_bytes octets)
{
    uint64_t word = 0;

    memcpy(&word, octets.data, sizeof(word));
    return be64toh(word);
}

static int order_octets(struct pki_bytes a, struct pki_bytes b)
{
    const size_t common = a.size < b.size ? a.size : b.size;

    if (common >= sizeof(uint64_t) && leading(a) != leading(b))
        return leading(a) < leading(b) ? -1 : 1;
    int order = memcmp(a.data, b.data, common);

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

struct pki_crl_comparison pki_crl_comparison_begin(const struct pki_crl *before,
                                                   const struct pki_crl_sink *sink)
{
    struct pki_crl_comparison fresh = {.sink = sink};

    if (before) {
        fresh.pass = pki_crl_pass_begin(before, NULL, NULL);
        fresh.rest = before->entries;
    }
    return fresh;
}

/* What is wrong with an entry after the one with this serial; NULL: nothing. */
static const char *find_fault(const struct pki_crl_entry *entry, struct pki_bytes last)
{
    if (entry->has_unknown_critical) {
        return "a critical extension that is not processed, so the list must not be used (RFC 5280 "
               "5.3)";
    }
    if (last.size > 0 && order_octets(last, entry->serial) >= 0)
        return "its serial number does not come after the last one";
    return NULL;
}

static bool is_same(const struct pki_crl_entry *a, const struct pki_crl_entry *b)
{
    return a->revoked_at == b->revoked_at && a->reason == b->reason &&
           a->has_invalidity == b->has_invalidity &&
           (!a->has_invalidity || a->invalidity_at == b->invalidity_at);
}

static bool tell(struct pki_crl_comparison *comparison, enum pki_crl_change_kind kind,
                 const struct pki_crl_entry *after, struct pki_error *err)
{
    struct pki_crl_change change = {.kind = kind};
    struct pki_crl_difference *difference = &comparison->difference;

    if (kind == PKI_CRL_ADDED)
        difference->added++;
    else if (kind == PKI_CRL_REMOVED)
        difference->removed++;
    else
        difference->changed++;
    if (!comparison->sink)
        return true;
    if (kind != PKI_CRL_ADDED)
        change.before = comparison->next;
    if (kind != PKI_CRL_REMOVED)
        change.after = *after;
    return comparison->sink->take(comparison->sink->of, &change, err);
}

/* The earlier list's next entry; kept while later ones come before it. */
static bool look_ahead(struct pki_crl_comparison *comparison, struct pki_error *err)
{
    const size_t n = comparison->difference.before + 1;

    if (comparison->looked)
        return true;
    comparison->beyond = comparison->rest;
    if (!pki_crl_next(&comparison->beyond, &comparison->next, err))
        return false;
    const char *fault = find_fault(&comparison->next, comparison->last_before);
    if (fault)
        return pki_fail(err, PKI_E_INVALID, "earlier revocation list: entry %zu: %s", n, fault);
    comparison->looked = true;
    return true;
}

/* Past the earlier list's next entry. */
static void step(struct pki_crl_comparison *comparison, struct pki_bytes serial,
                 struct pki_bytes beyond)
{
    comparison->difference.before++;
    comparison->last_before = serial;
    comparison->rest = beyond;
    comparison->looked = false;
    pki_crl_pass_reach(&comparison->pass, beyond.data);
}

/* Those of the earlier list that come before this entry are not in the later one. */
static bool merge(struct pki_crl_comparison *comparison, const struct pki_crl_entry *entry,
                  struct pki_error *err)
{
    while (comparison->rest.size > 0) {
        if (!look_ahead(comparison, err))
            return false;
        int order = order_octets(comparison->next.serial, entry->serial);
        if (order > 0)
            break;
        step(comparison, comparison->next.serial, comparison->beyond);
        if (order == 0)
            return is_same(&comparison->next, entry) ||
                   tell(comparison, PKI_CRL_CHANGED, entry, err);
        if (!tell(comparison, PKI_CRL_REMOVED, NULL, err))
            return false;
    }
    return tell(comparison, PKI_CRL_ADDED, entry, err);
}

/* Nearly all of a list is, octet for octet, what the one before it has there: then it needs no
   reading a second time. */
bool pki_crl_comparison_take(struct pki_crl_comparison *comparison,
                             const struct pki_crl_entry *entry, struct pki_bytes der,
                             struct pki_error *err)
{
    const struct pki_bytes rest = comparison->rest;
    const char *fault = find_fault(entry, comparison->last_after);
    const size_t n = ++comparison->difference.after;

    if (fault)
        return pki_fail(err, PKI_E_INVALID, "later revocation list: entry %zu: %s", n, fault);
    comparison->last_after = entry->serial;
    if (rest.size < der.size || memcmp(rest.data, der.data, der.size) != 0)
        return merge(comparison, entry, err);
    step(comparison, entry->serial, (struct pki_bytes){rest.data + der.size, rest.size - der.size});
    return true;
}

bool pki_crl_comparison_end(struct pki_crl_comparison *comparison,
                            struct pki_crl_difference *difference, struct pki_error *err)
{
    while (comparison->rest.size > 0) {
        if (!look_ahead(comparison, err))
            return false;
        step(comparison, comparison->next.serial, comparison->beyond);
        if (!tell(comparison, PKI_CRL_REMOVED, NULL, err))
            return false;
    }
    *difference = comparison->difference;
    return true;
}

/* Of two INTEGERs that are not negative. */
static int order_numbers(struct pki_bytes a, struct pki_bytes b)
{
    while (a.size > 0 && a.data[0] == 0)
        a = (struct pki_bytes){a.data + 1, a.size - 1};
    while (b.size > 0 && b.data[0] == 0)
        b = (struct pki_bytes){b.data + 1, b.size - 1};
    if (a.size != b.size)
        return a.size > b.size ? 1 : -1;
    return a.size > 0 ? memcmp(a.data, b.data, a.size) : 0;
}

static bool is_number(const struct pki_crl *crl)
{
    return crl->has_number && crl->number.size > 0 && crl->number.data[0] < 0x80;
}

bool pki_crl_may_follow(const struct pki_crl *before, const struct pki_crl *after,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list and the one before it");

    if (!pki_bytes_equal(before->issuer, after->issuer))
        return pki_fail(err, PKI_E_INTEGRITY, "their issuers have other names");
    if (!pki_bytes_equal(before->authority_key_id, after->authority_key_id))
        return pki_fail(err, PKI_E_INTEGRITY, "their issuers have other keys");
    if (!is_number(before) || !is_number(after))
        return pki_fail(err, PKI_E_INTEGRITY, "one has no CRL number (RFC 5280 5.2.3)");
    if (order_numbers(after->number, before->number) <= 0)
        return pki_fail(err, PKI_E_INTEGRITY, "the CRL number does not grow (RFC 5280 5.2.3)");
    if (after->this_update < before->this_update)
        return pki_fail(err, PKI_E_INTEGRITY, "thisUpdate goes back");
    return true;
}
