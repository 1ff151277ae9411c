/*
 * Values out of DER elements: whole numbers, truth, object identifiers, times.
 *
 * For what asn1/walk found and for asn1/read alike. Checkers' side: shares
 * nothing with the writer. Each function takes content octets, so that implicit
 * tags need no other path.
 */
#ifndef PKI_ASN1_VALUE_H
#define PKI_ASN1_VALUE_H

#include "pki/error.h"

#define PKI_OID_TEXT 128 /* longest dotted OID that is read, with its NUL */

/** INTEGER or ENUMERATED. Fails: PKI_E_FORMAT also when it does not fit 64 bits */
PKI_CHECKED bool pki_value_integer(struct pki_bytes content, int64_t *value, struct pki_error *err);
/** Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_value_truth(struct pki_bytes content, bool *value, struct pki_error *err);
/** Dotted decimal. Fails: PKI_E_FORMAT also when an arc is over 64 bits or the text too long */
PKI_CHECKED bool pki_value_oid(struct pki_bytes content, char oid[PKI_OID_TEXT],
                               struct pki_error *err);
/**
 * UTCTime (tag 0x17) or GeneralizedTime (0x18) as RFC 5280 4.1.2.5 writes them: seconds, Z, no
 * fraction. Which of the two a year needs is not judged here.
 *
 * Fails: PKI_E_FORMAT another tag or form, or a date that the calendar does not have
 */
PKI_CHECKED bool pki_value_time(uint8_t tag, struct pki_bytes content, int64_t *seconds,
                                struct pki_error *err);
/** The same for who has no use for an error, but millions of times; seconds untouched when it is
 *  none. */
PKI_CHECKED bool pki_value_is_time(uint8_t tag, struct pki_bytes content, int64_t *seconds);

#endif
