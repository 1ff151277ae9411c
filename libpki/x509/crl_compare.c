#include "x509/crl_compare.h"

#include "base/buf.h"
#include "x509/crl_skim.h"

/* Entries of a list, which are in ascending order of serials. */
struct cursor {
    const char *which;
    struct pki_crl_pass pass;
    struct pki_bytes rest;
    struct pki_bytes entry; /* the one it is at, while there are more */
    struct pki_bytes serial;
    size_t n; /* entries up to it */
    bool more;
    struct pki_error why;
};

static int order_octets(struct pki_bytes a, struct pki_bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, common);

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

static bool take_entry(struct cursor *cursor)
{
    struct pki_bytes last = cursor->serial;
    struct pki_error *why = &cursor->why;
    bool unknown_critical = false;

    cursor->n++;
    cursor->entry = cursor->rest;
    if (!pki_crl_skim(&cursor->rest, &cursor->serial, &unknown_critical, why))
        return false;
    cursor->entry.size -= cursor->rest.size;
    if (unknown_critical) {
        return pki_fail(why, PKI_E_INVALID,
                        "a critical extension that is not processed, so the list must not be used "
                        "(RFC 5280 5.3)");
    }
    return cursor->n == 1 || order_octets(last, cursor->serial) < 0 ||
           pki_fail(why, PKI_E_INVALID, "its serial number does not come after the last one");
}

/* A context begun for each entry would cost as much as reading it: so an error of the cursor's. */
static bool step(struct cursor *cursor, struct pki_error *err)
{
    cursor->more = cursor->rest.size > 0;
    if (!cursor->more)
        return true;
    pki_crl_pass_reach(&cursor->pass, cursor->rest.data);
    return take_entry(cursor) ||
           pki_fail(err, cursor->why.code, "%s revocation list: entry %zu: %s", cursor->which,
                    cursor->n, cursor->why.text);
}

/* At the first entry; without a list at the end. */
static bool open_cursor(const struct pki_crl *crl, const char *which, struct cursor *cursor,
                        struct pki_error *err)
{
    *cursor = (struct cursor){.which = which};
    if (!crl || crl->entries.size == 0)
        return true;
    cursor->pass = pki_crl_pass_begin(crl);
    cursor->rest = crl->entries;
    return step(cursor, err);
}

static bool is_same(const struct pki_crl_entry *a, const struct pki_crl_entry *b)
{
    return a->revoked_at == b->revoked_at && a->reason == b->reason &&
           a->has_invalidity == b->has_invalidity &&
           (!a->has_invalidity || a->invalidity_at == b->invalidity_at);
}

static bool tell(const struct pki_crl_sink *sink, const struct pki_crl_change *change,
                 struct pki_crl_difference *difference, struct pki_error *err)
{
    switch (change->kind) {
    case PKI_CRL_ADDED:
        difference->added++;
        break;
    case PKI_CRL_REMOVED:
        difference->removed++;
        break;
    case PKI_CRL_CHANGED:
        difference->changed++;
        break;
    }
    return !sink || sink->take(sink->of, change, err);
}

/* Below 0: only the one before is at the lowest serial; above 0: only the one after; 0: both. */
static int order_cursors(const struct cursor *before, const struct cursor *after)
{
    if (!before->more || !after->more)
        return before->more ? -1 : 1;
    return order_octets(before->serial, after->serial);
}

/* What is told of the lowest serial that is left. */
static bool tell_one(const struct cursor *before, const struct cursor *after, int order,
                     const struct pki_crl_sink *sink, struct pki_crl_difference *difference,
                     struct pki_error *err)
{
    struct pki_crl_change change = {.kind = PKI_CRL_CHANGED};
    struct pki_bytes earlier = before->entry;
    struct pki_bytes later = after->entry;

    if (order == 0 && pki_bytes_equal(earlier, later))
        return true;
    if ((order <= 0 && !pki_crl_next(&earlier, &change.before, err)) ||
        (order >= 0 && !pki_crl_next(&later, &change.after, err)))
        return false;
    if (order == 0 && is_same(&change.before, &change.after))
        return true;
    if (order != 0)
        change.kind = order < 0 ? PKI_CRL_REMOVED : PKI_CRL_ADDED;
    return tell(sink, &change, difference, err);
}

static bool merge_one(struct cursor *before, struct cursor *after, const struct pki_crl_sink *sink,
                      struct pki_crl_difference *difference, struct pki_error *err)
{
    int order = order_cursors(before, after);

    return tell_one(before, after, order, sink, difference, err) &&
           (order > 0 || step(before, err)) && (order < 0 || step(after, err));
}

bool pki_crl_compare(const struct pki_crl *before, const struct pki_crl *after,
                     const struct pki_crl_sink *sink, struct pki_crl_difference *difference,
                     struct pki_error *err)
{
    struct pki_crl_difference found = {0};
    struct cursor earlier;
    struct cursor later;

    if (!open_cursor(before, "earlier", &earlier, err) || !open_cursor(after, "later", &later, err))
        return false;
    while (earlier.more || later.more)
        if (!merge_one(&earlier, &later, sink, &found, err))
            return false;
    found.before = earlier.n;
    found.after = later.n;
    *difference = found;
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
