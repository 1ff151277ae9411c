/*
 * Revocation lists from files: DER, mapped; or PEM with one or more lists.
 */
#ifndef PKI_OPS_VERIFY_CRLS_H
#define PKI_OPS_VERIFY_CRLS_H

#include <fcntl.h>

#include "base/file.h"
#include "x509/crl.h"
#include "x509/pem.h"

struct pki_crl_file {
    struct pki_bytes map; /* DER */
    struct pki_pem pem;
};

struct pki_crl_files {
    struct pki_crl *list; /* views of the files */
    size_t n;
    struct pki_crl_file *files;
    size_t n_files;
};

/** Fails: PKI_E_USAGE, PKI_E_FORMAT name the file; PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_crl_files_read(const char *const *paths, size_t n, struct pki_crl_files *files,
                                    struct pki_error *err);
void pki_crl_files_clear(struct pki_crl_files *files);

#endif
