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
static inline size_t usual_size(struct pki_bytes rest, struct pki_bytes *serial)
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

/* Serials that were drawn at random differ in their last octet already. */
static bool is_same(struct pki_bytes a, struct pki_bytes b)
{
    return a.size == b.size && a.data[a.size - 1] == b.data[b.size - 1] &&
           memcmp(a.data, b.data, a.size) == 0;
}

size_t pki_crl_skip(struct pki_bytes *rest, struct pki_bytes serial)
{
    struct pki_bytes left = {rest->data, rest->size};
    struct pki_bytes listed = {0};
    size_t n = 0;

    for (const uint8_t *start = left.data; left.data - start < (ptrdiff_t)PKI_FILE_WINDOW; n++) {
        size_t size = usual_size(left, &listed);
        if (size == 0 || is_same(listed, serial))
            break;
        left = (struct pki_bytes){left.data + size, left.size - size};
    }
    *rest = left;
    return n;
}

/* X.690 8.3.2 */
static bool is_minimal(struct pki_bytes integer)
{
    if (integer.size == 1)
        return true;
    return (integer.data[0] != 0x00 || integer.data[1] >= 0x80) &&
           (integer.data[0] != 0xff || integer.data[1] < 0x80);
}

/* Without an error of its own: clearing one costs more than reading an entry. */
bool pki_crl_take_usual(struct pki_bytes *rest, struct pki_crl_entry *entry)
{
    struct pki_bytes serial = {0};
    int64_t revoked_at = 0;
    size_t size = usual_size(*rest, &serial);
    size_t time = 4 + serial.size + 2;
    int reason = time + TIME_SIZE < size ? rest->data[size - 1] : 0;

    if (size == 0 || reason >= 0x80 || !is_minimal(serial) ||
        !pki_value_is_time(TAG_UTC_TIME, (struct pki_bytes){rest->data + time, TIME_SIZE},
                           &revoked_at))
        return false;
    *entry = (struct pki_crl_entry){.serial = serial, .revoked_at = revoked_at, .reason = reason};
    *rest = (struct pki_bytes){rest->data + size, rest->size - size};
    return true;
}

/* The next window. What went wrong is told at the end. */
static void read_ahead(struct pki_crl_pass *pass)
{
    const struct pki_bytes ahead = pass->ahead;
    const size_t size = ahead.size < PKI_FILE_WINDOW ? ahead.size : PKI_FILE_WINDOW;
    const struct pki_bytes window = {ahead.data, size};

    if (pass->hash && pass->why.code == PKI_OK)
        (void)!pki_hash_add(pass->hash, window, &pass->why);
    if (pass->sum)
        pki_sum_add(pass->sum, window);
    pass->ahead = (struct pki_bytes){ahead.data + size, ahead.size - size};
}

struct pki_crl_pass pki_crl_pass_begin(const struct pki_crl *crl, struct pki_hash *hash,
                                       struct pki_sum *sum)
{
    struct pki_crl_pass pass = {
        .mapped = crl->mapped, .rest = crl->tbs, .ahead = crl->tbs, .hash = hash, .sum = sum};

    read_ahead(&pass);
    return pass;
}

static void leave_behind(struct pki_crl_pass *pass, size_t size)
{
    const uint8_t *behind = pass->rest.data;

    if (pass->mapped)
        pki_file_let_go((struct pki_bytes){behind - pass->again, pass->again + size});
    pass->again = size;
    pass->rest = (struct pki_bytes){behind + size, pass->rest.size - size};
}

void pki_crl_pass_turn_(struct pki_crl_pass *pass)
{
    leave_behind(pass, PKI_FILE_WINDOW);
    read_ahead(pass);
}

bool pki_crl_pass_end(struct pki_crl_pass *pass, struct pki_error *err)
{
    pki_crl_pass_reach(pass, pass->rest.data + pass->rest.size);
    leave_behind(pass, pass->rest.size);
    return pass->why.code == PKI_OK || pki_fail(err, pass->why.code, "%s", pass->why.text);
}
