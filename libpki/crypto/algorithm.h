/*
 * The algorithms that Root Cellar makes and accepts, one row each: names,
 * OIDs, exact AlgorithmIdentifier bytes (CA/B BR 7.1.3.1, 7.1.3.2), digests.
 * Everything else that knows an algorithm looks it up here.
 */
#ifndef PKI_CRYPTO_ALGORITHM_H
#define PKI_CRYPTO_ALGORITHM_H

#include "pki/error.h"
#include "crypto/digest.h"

enum pki_key_algorithm {
    PKI_KEY_ECDSA_P256,
    PKI_KEY_ECDSA_P384,
    PKI_KEY_ECDSA_P521,
    PKI_KEY_RSA_3072,
    PKI_KEY_RSA_4096,
    PKI_KEY_ED25519,
    PKI_KEY_ALGORITHMS,
};

/* How an issuer with such a key signs; the same row for both. */
struct pki_algorithm {
    enum pki_key_algorithm id;
    const char *name;                /* as in the hierarchy file: "ecdsa-p384" */
    const char *title;               /* for people: "ECDSA P-384" */
    const char *family;              /* "ECDSA", "RSA", "Ed25519" */
    struct pki_bytes spki_algorithm; /* DER AlgorithmIdentifier in SubjectPublicKeyInfo */
    struct pki_bytes signature;      /* DER AlgorithmIdentifier of its signatures */
    enum pki_digest digest;          /* of ECDSA and RSA; Ed25519 signs the message itself */
    unsigned bits;                   /* field size or modulus */
    const char *sigstore_details;    /* protobuf-specs PublicKeyDetails name */
};

const struct pki_algorithm *pki_algorithm_get(enum pki_key_algorithm id);
/** NULL when unknown. */
const struct pki_algorithm *pki_algorithm_find(const char *name);
/* A signature algorithm that we verify; ECDSA goes with any of the three curves. */
struct pki_signature {
    const char *title;           /* "ECDSA with SHA-384" */
    const char *family;          /* that of the key, as in struct pki_algorithm */
    struct pki_bytes identifier; /* DER AlgorithmIdentifier */
    enum pki_digest digest;
};

/** By the exact AlgorithmIdentifier of a signature; NULL when it is not one that we verify. */
const struct pki_signature *pki_algorithm_find_signature(struct pki_bytes identifier);
/** That of a family's keys with a digest; NULL when it is not one that we verify. */
const struct pki_signature *pki_algorithm_signs(const char *family, enum pki_digest digest);

/**
 * Name any algorithm or curve for people, also what we refuse ("SHA-1 with RSA", "secp256k1").
 *
 * @text  at least PKI_ALGORITHM_TEXT bytes; the dotted OID when it is unknown
 */
#define PKI_ALGORITHM_TEXT 160
const char *pki_algorithm_describe(struct pki_bytes identifier, char text[PKI_ALGORITHM_TEXT]);

#endif
