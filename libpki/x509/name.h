/*
 * Distinguished names (RFC 5280 4.1.2.4): made as country, organization,
 * common name in that order; PrintableString for the country, UTF8String for
 * the rest. Shown by RFC 4514 with every unprintable byte escaped.
 */
#ifndef PKI_X509_NAME_H
#define PKI_X509_NAME_H

#include "base/buf.h"

struct pki_name {
    const char *country;      /* two letters, or NULL */
    const char *organization; /* or NULL (end entities) */
    const char *common_name;  /* or NULL: an empty subject is an empty SEQUENCE */
};

/** Refuse what a name must not hold: over 64 characters (RFC 5280 A.1), control or bidirectional
 *  characters, white space at an end, invalid UTF-8, a country not of two capitals.
 *  Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_name_judge(const struct pki_name *name, struct pki_error *err);

/** Append the DER Name. Makers' side. */
PKI_CHECKED bool pki_name_build(const struct pki_name *name, struct pki_buf *der,
                                struct pki_error *err);

/** Append the name for people: "CN=..., O=..., C=..". Checkers' side. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_name_show(struct pki_bytes der, struct pki_buf *text, struct pki_error *err);

/** Append one attribute's text (last value of that OID); nothing when absent. */
PKI_CHECKED bool pki_name_attribute(struct pki_bytes der, const char *oid, struct pki_buf *text,
                                    struct pki_error *err);

#define PKI_OID_COMMON_NAME  "2.5.4.3"
#define PKI_OID_COUNTRY      "2.5.4.6"
#define PKI_OID_ORGANIZATION "2.5.4.10"

/** Names equal by RFC 5280 7.1: attribute by attribute, ASCII case and white space folded. */
bool pki_name_equal(struct pki_bytes a, struct pki_bytes b);

#endif
