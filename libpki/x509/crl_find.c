#include "base/buf.h"
#include "x509/crl_skim.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_UTC_TIME = 0x17,
    TAG_SEQUENCE = 0x30,
    SERIAL_MAX = 20,
    TIME_SIZE = 13, /* YYMMDDHHMMSSZ */
    /* RFC 5280 5.3.1 */
    KEY_COMPROMISE = 1,
    CA_COMPROMISE = 2,
    AA_COMPROMISE = 10,
};

/* crlEntryExtensions with a reason code only, up to the code itself (RFC 5280 5.3.1). */
static const uint8_t reason_only[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
                                      0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};

/*
 * SEQUENCE { INTEGER of 1 to 20 octets, UTCTime, reason code or nothing }, every length in one
 * octet: how long it is, 0 for any other shape.
 */
static size_t usual_size(struct pki_bytes rest, struct pki_bytes *serial)
{
    if (rest.size < 4 || rest.data[0] != TAG_SEQUENCE || rest.data[1] >= 0x80 ||
        rest.data[2] != TAG_INTEGER)
        return 0;

    size_t end = 2 + (size_t)rest.data[1];
    size_t size = rest.data[3];
    size_t at = 4 + size;
    if (end > rest.size || size == 0 || size > SERIAL_MAX || at + 2 + TIME_SIZE > end)
        return 0;
    if (rest.data[at] != TAG_UTC_TIME || rest.data[at + 1] != TIME_SIZE)
        return 0;
    *serial = (struct pki_bytes){rest.data + 4, size};
    at += 2 + TIME_SIZE;
    if (at != end && (end - at != sizeof(reason_only) + 1 ||
                      memcmp(rest.data + at, reason_only, sizeof(reason_only)) != 0))
        return 0;
    return end;
}

bool pki_crl_skim(struct pki_bytes *rest, struct pki_bytes *serial, bool *has_unknown_critical,
                  struct pki_error *err)
{
    struct pki_crl_entry entry;
    size_t size = usual_size(*rest, serial);

    *has_unknown_critical = false;
    if (size > 0) {
        *rest = (struct pki_bytes){rest->data + size, rest->size - size};
        return true;
    }
    if (!pki_crl_next(rest, &entry, err))
        return false;
    *serial = entry.serial;
    *has_unknown_critical = entry.has_unknown_critical;
    return true;
}

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

bool pki_crl_find(const struct pki_crl *crl, struct pki_bytes serial, bool *found,
                  struct pki_crl_entry *entry, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    struct pki_bytes rest = crl->entries;
    struct pki_bytes listed = {0};
    struct pki_crl_entry next;
    struct pki_crl_entry first = {0};
    bool unknown_critical = false;
    bool seen = false;

    for (size_t n = 1; rest.size > 0; n++) {
        struct pki_bytes here = rest;
        if (!pki_crl_skim(&rest, &listed, &unknown_critical, err))
            return false;
        if (unknown_critical) {
            return pki_fail(err, PKI_E_INVALID,
                            "entry %zu has a critical extension that is not processed, so the list "
                            "must not be used (RFC 5280 5.3)",
                            n);
        }
        if (!pki_bytes_equal(listed, serial))
            continue;
        if (!pki_crl_next(&here, &next, err))
            return false;
        if (!seen || pki_crl_entry_since(&next) < pki_crl_entry_since(&first))
            first = next;
        seen = true;
    }
    *found = seen;
    *entry = first;
    return true;
}
