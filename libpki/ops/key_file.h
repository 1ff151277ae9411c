/*
 * Key files, with and without a cellar: written so that they open again,
 * tested by signing, replaced without an instant in which none is good.
 */
#ifndef PKI_OPS_KEY_FILE_H
#define PKI_OPS_KEY_FILE_H

#include "pki/report.h"
#include "crypto/envelope.h"

struct pki_key_seal {
    const char *name; /* of the file without ".key" */
    const struct pki_key *key;
    struct pki_secret *passphrase;
};

/** Sign something that is no certificate and verify it. Fails: PKI_E_INTEGRITY, PKI_E_CRYPTO */
PKI_CHECKED bool pki_key_file_try(const struct pki_key *key, struct pki_error *err);

/**
 * Write FILE under the passphrase, read it back, open it and sign with it.
 *
 * @file    its name in dir; must not exist
 * @sha256  of the file's content
 * Fails:   PKI_E_EXISTS; PKI_E_IO; PKI_E_INTEGRITY what was read back is not what was written
 */
PKI_CHECKED bool pki_key_file_write(int dir, const char *file, const struct pki_key_seal *seal,
                                    uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err);

/** Open an envelope read from a file. @name shown in errors */
PKI_CHECKED bool pki_key_file_open(const char *name, struct pki_bytes pem,
                                   struct pki_secret *passphrase, struct pki_key **key,
                                   struct pki_error *err);

/** Overwrite a file and remove it, if it is there. What a medium or its file system keeps of it
 *  elsewhere is out of reach. Fails: PKI_E_IO */
PKI_CHECKED bool pki_key_file_erase(int dir, const char *file, struct pki_error *err);

/** Add algorithm, fingerprint of the public key, envelope. */
void pki_key_file_describe(const struct pki_key *key, struct pki_bytes pem,
                           struct pki_report *report);

#endif
