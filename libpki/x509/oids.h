/*
 * Object identifiers of certificates, named as in RFC 5280.
 */
#ifndef PKI_X509_OIDS_H
#define PKI_X509_OIDS_H

#define PKI_OID_SUBJECT_KEY_ID             "2.5.29.14"
#define PKI_OID_KEY_USAGE                  "2.5.29.15"
#define PKI_OID_SUBJECT_ALT_NAME           "2.5.29.17"
#define PKI_OID_BASIC_CONSTRAINTS          "2.5.29.19"
#define PKI_OID_CRL_NUMBER                 "2.5.29.20"
#define PKI_OID_REASON_CODE                "2.5.29.21"
#define PKI_OID_INVALIDITY_DATE            "2.5.29.24"
#define PKI_OID_DELTA_CRL                  "2.5.29.27"
#define PKI_OID_ISSUING_DISTRIBUTION_POINT "2.5.29.28"
#define PKI_OID_CERTIFICATE_ISSUER         "2.5.29.29"
#define PKI_OID_NAME_CONSTRAINTS           "2.5.29.30"
#define PKI_OID_CRL_DISTRIBUTION_POINTS    "2.5.29.31"
#define PKI_OID_CERTIFICATE_POLICIES       "2.5.29.32"
#define PKI_OID_POLICY_MAPPINGS            "2.5.29.33"
#define PKI_OID_AUTHORITY_KEY_ID           "2.5.29.35"
#define PKI_OID_POLICY_CONSTRAINTS         "2.5.29.36"
#define PKI_OID_EXT_KEY_USAGE              "2.5.29.37"
#define PKI_OID_INHIBIT_ANY_POLICY         "2.5.29.54"
#define PKI_OID_AUTHORITY_INFO_ACCESS      "1.3.6.1.5.5.7.1.1"
#define PKI_OID_CA_ISSUERS                 "1.3.6.1.5.5.7.48.2"
#define PKI_OID_OCSP                       "1.3.6.1.5.5.7.48.1"
#define PKI_OID_OCSP_NO_CHECK              "1.3.6.1.5.5.7.48.1.5"

/* The unknown critical extension of a rehearsal's certificates (RFC 5612's arc
 * for examples): whoever verifies for real refuses them. */
#define PKI_OID_REHEARSAL "1.3.6.1.4.1.32473.1"

#define PKI_OID_ANY_EXTENDED_KEY_USAGE "2.5.29.37.0"
#define PKI_OID_SERVER_AUTH            "1.3.6.1.5.5.7.3.1"
#define PKI_OID_CLIENT_AUTH            "1.3.6.1.5.5.7.3.2"
#define PKI_OID_CODE_SIGNING           "1.3.6.1.5.5.7.3.3"
#define PKI_OID_EMAIL_PROTECTION       "1.3.6.1.5.5.7.3.4"
#define PKI_OID_TIME_STAMPING          "1.3.6.1.5.5.7.3.8"
#define PKI_OID_OCSP_SIGNING           "1.3.6.1.5.5.7.3.9"

/* Key usage bits, as the bit numbers of RFC 5280 4.2.1.3 */
#define PKI_KU_DIGITAL_SIGNATURE  (1u << 0)
#define PKI_KU_CONTENT_COMMITMENT (1u << 1)
#define PKI_KU_KEY_ENCIPHERMENT   (1u << 2)
#define PKI_KU_DATA_ENCIPHERMENT  (1u << 3)
#define PKI_KU_KEY_AGREEMENT      (1u << 4)
#define PKI_KU_KEY_CERT_SIGN      (1u << 5)
#define PKI_KU_CRL_SIGN           (1u << 6)
#define PKI_KU_ENCIPHER_ONLY      (1u << 7)
#define PKI_KU_DECIPHER_ONLY      (1u << 8)

#endif
