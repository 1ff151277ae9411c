/*
 * The definitions of pkix.asn as asn1Parser compiled them.
 */
#ifndef PKI_ASN1_PKIX_H
#define PKI_ASN1_PKIX_H

#include <libtasn1.h>

extern const asn1_static_node pki_asn1_definitions[];

#endif
