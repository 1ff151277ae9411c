#include "pki/time.h"
#include "x509/crl_draft.h"

#define SERIAL_MAX      20           /* RFC 5280 4.1.2.2 */
#define REASON_SIZE     ((size_t)12) /* octets of the extensions as they are written here */
#define INVALIDITY_SIZE ((size_t)26)
#define ENTRY_MAX       (2 + 2 + SERIAL_MAX + PKI_DER_TIME_MAX + 2 + REASON_SIZE + INVALIDITY_SIZE)

/* RFC 5280 5.3.1: 7 is unused, 8 is for deltas. Rule 6: no hold (6), a revocation stays. */
static bool is_reason(int reason)
{
    return reason >= 0 && reason <= 10 && (reason < 6 || reason > 8);
}

/* The serial goes out as it is, so it must be DER already (X.690 8.3.2). */
static bool judge_serial(struct pki_bytes serial, struct pki_error *err)
{
    if (serial.size == 0 || serial.size > SERIAL_MAX)
        return pki_fail(err, PKI_E_POLICY,
                        "serial number of %zu octets, not 1 to 20 (RFC 5280 4.1.2.2)", serial.size);
    if (serial.data[0] >= 0x80)
        return pki_fail(err, PKI_E_POLICY, "serial number is negative (RFC 5280 4.1.2.2)");
    if (serial.size > 1 && serial.data[0] == 0 && serial.data[1] < 0x80)
        return pki_fail(err, PKI_E_POLICY, "serial number has a zero octet too many (X.690 8.3.2)");
    return true;
}

static bool is_time(int64_t seconds)
{
    return seconds >= 0 && seconds <= PKI_TIME_MAX;
}

bool pki_crl_line_judge(const struct pki_crl_line *line, struct pki_error *err)
{
    if (!judge_serial(line->serial, err))
        return false;
    if (!is_time(line->revoked_at) || (line->has_invalidity && !is_time(line->invalidity_at)))
        return pki_fail(err, PKI_E_POLICY, "a date outside 1970 to 9999 (RFC 5280 4.1.2.5)");
    if (!is_reason(line->reason)) {
        return pki_fail(err, PKI_E_POLICY,
                        "reason code %d: a complete list has 1 to 5, 9 and 10 (RFC 5280 5.3.1; "
                        "BR 7.2.2)",
                        line->reason);
    }
    return true;
}

/* Each of these puts octets and returns where the next belong. A list is made of millions of
   entries that differ in three values, so they are written from constants. */

static uint8_t *put(uint8_t *at, const uint8_t *octets, size_t size)
{
    memcpy(at, octets, size);
    return at + size;
}

static uint8_t *put_header(uint8_t *at, uint8_t tag, size_t size)
{
    at[0] = tag;
    at[1] = (uint8_t)size; /* in one octet: an entry is shorter than 128 (X.690 8.1.3.4) */
    return at + 2;
}

/* reasonCode: Extension { 2.5.29.21, OCTET STRING { CRLReason ::= ENUMERATED } } (RFC 5280 5.3.1)
 */
static uint8_t *put_reason(uint8_t *at, int reason)
{
    static const uint8_t before[] = {0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d,
                                     0x15, 0x04, 0x03, 0x0a, 0x01};

    at = put(at, before, sizeof(before));
    *at = (uint8_t)reason;
    return at + 1;
}

/* invalidityDate: Extension { 2.5.29.24, OCTET STRING { GeneralizedTime } } (RFC 5280 5.3.2) */
static uint8_t *put_invalidity(uint8_t *at, int64_t invalidity_at)
{
    static const uint8_t before[] = {0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11};

    at = put(at, before, sizeof(before));
    return at + pki_der_put_generalized_time(at, invalidity_at);
}

static size_t extensions_size(const struct pki_crl_line *line)
{
    return (line->reason != 0 ? REASON_SIZE : 0) + (line->has_invalidity ? INVALIDITY_SIZE : 0);
}

/* SEQUENCE { userCertificate, revocationDate, crlEntryExtensions Extensions OPTIONAL } */
void pki_crl_line_write(struct pki_buf *out, const struct pki_crl_line *line)
{
    const size_t extensions = extensions_size(line);
    uint8_t *entry = pki_buf_extend(out, ENTRY_MAX);

    if (!entry)
        return;
    uint8_t *at = put_header(entry + 2, PKI_DER_INTEGER, line->serial.size);
    at = put(at, line->serial.data, line->serial.size);
    at += pki_der_put_time(at, line->revoked_at);
    if (extensions > 0)
        at = put_header(at, PKI_DER_SEQUENCE, extensions);
    if (line->reason != 0)
        at = put_reason(at, line->reason);
    if (line->has_invalidity)
        at = put_invalidity(at, line->invalidity_at);
    (void)put_header(entry, PKI_DER_SEQUENCE, (size_t)(at - entry) - 2);
    out->size -= ENTRY_MAX - (size_t)(at - entry);
}
