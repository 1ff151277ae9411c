/*
 * Randomness: the kernel's generator (getrandom, blocking until it is ready),
 * nothing else. Linked separately in tests that need a repeatable run.
 */
#ifndef PKI_CRYPTO_RANDOM_H
#define PKI_CRYPTO_RANDOM_H

#include "pki/error.h"

#define PKI_SERIAL_SIZE 20

/** Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_random(void *data, size_t size, struct pki_error *err);

/** A serial number: 20 octets, top bits 01, 158 random bits (RFC 5280 4.1.2.2, rule 2). */
PKI_CHECKED bool pki_random_serial(uint8_t serial[PKI_SERIAL_SIZE], struct pki_error *err);

#endif
