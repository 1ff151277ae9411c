#include "x509/crl_skim.h"
#include "asn1/value.h"
#include "base/file.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_UTC_TIME = 0x17,
    TAG_SEQUENCE = 0x30,
    SERIAL_MAX = 20,
    TIME_SIZE = 13, /* YYMMDDHHMMSSZ */
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

/* X.690 8.3.2 */
static bool is_minimal(struct pki_bytes integer)
{
    if (integer.size == 1)
        return true;
    return (integer.data[0] != 0x00 || integer.data[1] >= 0x80) &&
           (integer.data[0] != 0xff || integer.data[1] < 0x80);
}

bool pki_crl_take_usual(struct pki_bytes *rest, struct pki_crl_entry *entry)
{
    struct pki_crl_entry read = {0};
    struct pki_error ignored = {0};
    size_t size = usual_size(*rest, &read.serial);

    if (size == 0 || !is_minimal(read.serial))
        return false;
    size_t time = 4 + read.serial.size + 2;
    if (!pki_value_time(TAG_UTC_TIME, (struct pki_bytes){rest->data + time, TIME_SIZE},
                        &read.revoked_at, &ignored))
        return false;
    if (time + TIME_SIZE < size)
        read.reason = rest->data[size - 1];
    if (read.reason >= 0x80)
        return false;
    *entry = read;
    *rest = (struct pki_bytes){rest->data + size, rest->size - size};
    return true;
}

struct pki_crl_pass pki_crl_pass_begin(const struct pki_crl *crl)
{
    return (struct pki_crl_pass){.mapped = crl->mapped, .kept = crl->entries.data};
}

void pki_crl_pass_reach(struct pki_crl_pass *pass, const uint8_t *at)
{
    if (!pass->mapped || (size_t)(at - pass->kept) < PKI_FILE_WINDOW)
        return;
    pki_file_let_go((struct pki_bytes){pass->kept, (size_t)(at - pass->kept)});
    pass->kept = at;
}
