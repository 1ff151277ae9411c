/*
 * Inside of an installation: the hand-over as it was read, and the two files of
 * the place that it goes to.
 */
#ifndef PKI_OPS_INSTALL_H
#define PKI_OPS_INSTALL_H

#include "pki/install.h"
#include "base/buf.h"
#include "x509/cert.h"

/* In the order in which they are written. */
enum {
    PKI_INSTALL_CHAIN,
    PKI_INSTALL_KEY,
    PKI_INSTALL_FILES,
};

struct pki_install_file {
    const char *name; /* "chain.pem", here and in the hand-over */
    unsigned mode;    /* of a new file; an existing one may not allow more than `most` */
    unsigned most;
    struct pki_buf fresh; /* what belongs there */
    struct pki_buf old;   /* what is there; may be empty */
    bool exists;
    char kept[48]; /* where the old content stays; empty: nothing to keep */
    int fd;        /* of the existing file, to write into; else -1 */
};

struct pki_install {
    struct pki_install_file files[PKI_INSTALL_FILES];
    struct pki_certs chain; /* of the hand-over */
    char *name;             /* common name of its first certificate */
    char environment[64], purpose[64];
    bool tried;            /* the key was opened, and it is the first certificate's */
    bool other_passphrase; /* tried, and the key in place has another */
    char *to;
    int dir; /* of `to` */
    int64_t now;
};

/** Read chain, key and manifest of a hand-over and judge them. Fails as pki_install_prepare. */
PKI_CHECKED bool pki_install_read(const struct pki_install_request *request,
                                  struct pki_install *install, struct pki_report *report,
                                  struct pki_error *err);

/** Open what is there and judge whether it can be written into. Fails as pki_install_prepare. */
PKI_CHECKED bool pki_install_look(struct pki_install *install, struct pki_error *err);

/** Try the key: it opens, it is the first certificate's, it signs. Fails as pki_install_prepare. */
PKI_CHECKED bool pki_install_try(struct pki_install *install, const struct pki_prompts *prompts,
                                 struct pki_error *err);

/** Whether the file holds already what belongs there. */
bool pki_install_is_done(const struct pki_install_file *file);

/** Keep the old content, write both files, or none. Fails as pki_install_write. */
PKI_CHECKED bool pki_install_put(struct pki_install *install, struct pki_error *err);

#endif
