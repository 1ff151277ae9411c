/*
 * Secrets: passphrases, decrypted key bytes, wrapping keys.
 *
 * A secret lives in its own locked, guarded pages, is left out of core dumps
 * and is wiped when freed. Its bytes are reachable only between
 * pki_secret_open and pki_secret_close. No function that formats, logs,
 * serialises or compares takes a secret: the type system is the check. Where
 * memory cannot be locked, making a secret fails; nothing falls back.
 */
#ifndef PKI_SECRET_H
#define PKI_SECRET_H

#include "pki/error.h"

struct pki_secret;

/**
 * A secret of exactly size bytes, zeroed.
 *
 * Fails: PKI_E_MEMORY, also when the pages cannot be locked
 */
PKI_CHECKED bool pki_secret_new(size_t size, struct pki_secret **secret, struct pki_error *err);

/** A secret with a copy of the bytes; the caller wipes its own copy. */
PKI_CHECKED bool pki_secret_copy(const void *data, size_t size, struct pki_secret **secret,
                                 struct pki_error *err);

/* What is read, how many bytes it has at most, and what it is to have more. */
struct pki_secret_limit {
    const char *what; /* "passphrase" */
    size_t most;
    enum pki_code code;
};

/**
 * Read a secret from a descriptor to its end; one trailing newline is removed.
 *
 * Fails: PKI_E_IO; limit->code longer than that; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_secret_read(int fd, const struct pki_secret_limit *limit,
                                 struct pki_secret **secret, struct pki_error *err);

/** The same from a regular file, no part of whose path is a link: never from what may keep whoever
 *  reads it waiting. Fails: also PKI_E_USAGE */
PKI_CHECKED bool pki_secret_read_file(const char *path, const struct pki_secret_limit *limit,
                                      struct pki_secret **secret, struct pki_error *err);

size_t pki_secret_size(const struct pki_secret *secret);

/** Make the bytes readable and writable; pairs with pki_secret_close. Nests. */
uint8_t *pki_secret_open(struct pki_secret *secret);
void pki_secret_close(struct pki_secret *secret);

/** Constant-time comparison, lengths included. */
bool pki_secret_equal(struct pki_secret *a, struct pki_secret *b);

/** Shorten; the bytes beyond are wiped. For readers that do not know the size beforehand. */
void pki_secret_truncate(struct pki_secret *secret, size_t size);

void pki_secret_free(struct pki_secret *secret);
PKI_DEFINE_AUTO(pki_secret)

#endif
