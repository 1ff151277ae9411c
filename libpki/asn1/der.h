/*
 * Writing DER (X.690): forward, into a buffer, nesting by begin and end.
 *
 *   struct pki_der der = {.out = &body};
 *   pki_der_begin(&der, PKI_DER_SEQUENCE);
 *       pki_der_oid(&der, "2.5.29.19");
 *       pki_der_boolean(&der, true);
 *   pki_der_end(&der);
 *   return pki_buf_ok(&body, err);
 *
 * The makers' side only: nothing that checks uses this (makers and checkers
 * are separate paths). Misuse (a malformed OID constant, an end too many) is a
 * programming error and asserts; out of memory is remembered by the buffer.
 */
#ifndef PKI_ASN1_DER_H
#define PKI_ASN1_DER_H

#include "base/buf.h"

#define PKI_DER_BOOLEAN                0x01
#define PKI_DER_INTEGER                0x02
#define PKI_DER_BIT_STRING             0x03
#define PKI_DER_OCTET_STRING           0x04
#define PKI_DER_NULL                   0x05
#define PKI_DER_OID                    0x06
#define PKI_DER_ENUMERATED             0x0a
#define PKI_DER_UTF8_STRING            0x0c
#define PKI_DER_PRINTABLE_STRING       0x13
#define PKI_DER_IA5_STRING             0x16
#define PKI_DER_UTC_TIME               0x17
#define PKI_DER_GENERALIZED_TIME       0x18
#define PKI_DER_SEQUENCE               0x30
#define PKI_DER_SET                    0x31
#define PKI_DER_CONTEXT(n)             (0x80 | (n)) /* [n] IMPLICIT, primitive */
#define PKI_DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n)) /* [n] EXPLICIT or constructed */

#define PKI_DER_DEPTH 16

struct pki_der {
    struct pki_buf *out;
    size_t open[PKI_DER_DEPTH]; /* where the content of each open element starts */
    unsigned depth;
};

void pki_der_begin(struct pki_der *der, uint8_t tag);
void pki_der_end(struct pki_der *der);
/** A BIT STRING around what follows (no unused bits); ended by pki_der_end. */
void pki_der_begin_bits(struct pki_der *der);

/** Only the header of an element whose content, of this size, is written elsewhere. */
void pki_der_header(struct pki_der *der, uint8_t tag, size_t size);
void pki_der_primitive(struct pki_der *der, uint8_t tag, struct pki_bytes content);
void pki_der_boolean(struct pki_der *der, bool value);
void pki_der_integer(struct pki_der *der, int64_t value);
/** A non-negative INTEGER from big-endian octets, with or without leading zeros. */
void pki_der_unsigned(struct pki_der *der, struct pki_bytes octets);
void pki_der_oid(struct pki_der *der, const char *dotted);
void pki_der_octets(struct pki_der *der, struct pki_bytes content);
void pki_der_bits(struct pki_der *der, struct pki_bytes content);
/** NamedBitList (X.690 11.2.2): bit 0 is the first; trailing zero bits are dropped. */
void pki_der_named_bits(struct pki_der *der, uint32_t bits);
void pki_der_null(struct pki_der *der);
void pki_der_text(struct pki_der *der, uint8_t tag, const char *text);
/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). */
void pki_der_time(struct pki_der *der, int64_t seconds);

/* For who writes millions of them: returns how many octets. */
#define PKI_DER_TIME_MAX 17
size_t pki_der_put_time(uint8_t octets[PKI_DER_TIME_MAX], int64_t seconds);
/** GeneralizedTime whatever the year, where RFC 5280 leaves no choice (invalidity dates, 5.3.2). */
size_t pki_der_put_generalized_time(uint8_t octets[PKI_DER_TIME_MAX], int64_t seconds);

/** Bytes that are DER already. */
void pki_der_raw(struct pki_der *der, struct pki_bytes der_bytes);

#endif
