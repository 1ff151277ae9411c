/*
 * What OpenSSH writes: public keys, as octets on the wire (RFC 4253 6.6, RFC
 * 5656 3.1, RFC 8709 4; those of security keys: OpenSSH, PROTOCOL.u2f), and
 * signatures of files (OpenSSH, PROTOCOL.sshsig). Keys become
 * SubjectPublicKeyInfo, so that all that verifies here is pki_spki_verify, and
 * are judged as any other key.
 *
 *   pki_scope(pki_ssh_key) key = {0};
 *   return pki_ssh_key_read(octets, &key, err) &&
 *          pki_sshsig_read(blob, "file", &signature, err) &&
 *          pki_sshsig_verify(&signature, &key, message, err);
 *
 * The text around the octets (base64, armor, comments) is read elsewhere. No
 * certificates of OpenSSH, no DSA, no SHA-1.
 */
#ifndef PKI_CRYPTO_SSH_H
#define PKI_CRYPTO_SSH_H

#include "crypto/key.h"

struct pki_ssh_key {
    const struct pki_ssh_kind *kind;
    struct pki_buf octets; /* on the wire */
    struct pki_buf spki;
    uint8_t application[PKI_SHA256_SIZE]; /* of a security key: the digest of what it is for */
};
void pki_ssh_key_clear(struct pki_ssh_key *key);

/** Whether a word names a type of key that is read here, as "ssh-ed25519". */
bool pki_ssh_is_type(struct pki_bytes word);

/**
 * A public key.
 *
 * @key    cleared, also after a failure
 * Fails:  PKI_E_FORMAT; PKI_E_POLICY its type, size or value; PKI_E_CRYPTO, PKI_E_MEMORY
 */
PKI_CHECKED bool pki_ssh_key_read(struct pki_bytes octets, struct pki_ssh_key *key,
                                  struct pki_error *err);

/** Whether it is of this type. */
bool pki_ssh_key_is(const struct pki_ssh_key *key, struct pki_bytes type);

/* "SHA256:..." of a key's octets, as `ssh-keygen -l` prints it. */
#define PKI_SSH_FINGERPRINT 51
void pki_ssh_fingerprint(struct pki_bytes octets, char text[PKI_SSH_FINGERPRINT]);

/* A signature of a file; borrowed from its octets. */
struct pki_sshsig {
    struct pki_bytes key; /* octets of the one that it says has made it */
    struct pki_bytes space, reserved, hash, signature;
};

/**
 * @octets  inside of the armor
 * @space   the namespace that it has to be made for
 * Fails:   PKI_E_FORMAT; PKI_E_POLICY another namespace or version
 */
PKI_CHECKED bool pki_sshsig_read(struct pki_bytes octets, const char *space,
                                 struct pki_sshsig *sshsig, struct pki_error *err);

/**
 * Fails: PKI_E_INVALID it is none of this message by this key, or nobody touched the security key;
 *        PKI_E_FORMAT; PKI_E_POLICY its algorithm; PKI_E_CRYPTO, PKI_E_MEMORY
 */
PKI_CHECKED bool pki_sshsig_verify(const struct pki_sshsig *sshsig, const struct pki_ssh_key *key,
                                   struct pki_bytes message, struct pki_error *err);

#endif
