/*
 * Saying what a file is: certificate, request, CRL, bundle of them, or the
 * envelope of a key file (never its content). Safe for hostile files.
 */
#ifndef PKI_DESCRIBE_H
#define PKI_DESCRIBE_H

#include "pki/report.h"

/**
 * Describe each thing in a file, in order.
 *
 * @now    to say whether it is valid, and how many days are left
 * Fails:  PKI_E_USAGE missing, not regular, too large; PKI_E_FORMAT nothing that is known
 */
PKI_CHECKED bool pki_describe_file(const char *path, int64_t now, struct pki_report *report,
                                   struct pki_error *err);

#endif
