/*
 * PEM (RFC 7468): strict reading of files from outside, exact writing of ours.
 *
 * Reading takes blocks in order, text before a block is skipped, text or bytes
 * after the last block and a byte order mark are refused by name (Fulcio
 * refuses or misreads them). Writing: LF, 64 columns, one block after another,
 * nothing behind the last line.
 */
#ifndef PKI_X509_PEM_H
#define PKI_X509_PEM_H

#include "base/file.h"

#define PKI_PEM_CERTIFICATE "CERTIFICATE"
#define PKI_PEM_REQUEST     "CERTIFICATE REQUEST"
#define PKI_PEM_CRL         "X509 CRL"
/* More than a line of quarterly generations collects in a thousand years; what reads a pile stays
   bounded in time. */
#define PKI_PEM_BLOCKS_MAX 16384

struct pki_pem_block {
    char label[64];
    struct pki_buf der;
};

struct pki_pem {
    struct pki_pem_block *blocks;
    size_t n_blocks;
};

/** Whether the bytes hold a PEM header anywhere; never if they are one DER element, as long as its
 *  header says. What is neither may be anything. */
bool pki_pem_is(struct pki_bytes text);

/** Whether it can be one of the two at all, before a reader says what is wrong with it.
 *  Fails: PKI_E_FORMAT neither PEM nor DER */
PKI_CHECKED bool pki_pem_or_der(struct pki_bytes text, struct pki_error *err);

/** Fails: PKI_E_FORMAT with line number and reason; over PKI_PEM_BLOCKS_MAX blocks or the limit */
PKI_CHECKED bool pki_pem_parse(struct pki_bytes text, struct pki_pem *pem, struct pki_error *err);
void pki_pem_clear(struct pki_pem *pem);

void pki_pem_write(struct pki_buf *out, const char *label, struct pki_bytes der);
/** The same into a file that was just created, in flat memory. Fails: PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_pem_put(struct pki_file *file, const char *label, struct pki_bytes der,
                             struct pki_error *err);

#endif
