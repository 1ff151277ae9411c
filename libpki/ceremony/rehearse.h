/*
 * Inside a rehearsal: rehearse.c makes what the script expects to be there, rehearse_places.c knows
 * where it lies.
 */
#ifndef PKI_CEREMONY_REHEARSE_H
#define PKI_CEREMONY_REHEARSE_H

#include "pki/ceremony_run.h"
#include "ceremony/script.h"

struct pki_rehearsal {
    const struct pki_ceremony_rehearsal *request;
    const struct pki_ceremony_hands *hands;
    struct pki_script *script;
    char clock[32];
    int64_t entry; /* of the journal, before what is made next */
    struct pki_error *err;
};

/** A path of the script as it is here. */
void pki_rehearsal_place(const struct pki_rehearsal *rehearsal, const char *path,
                         struct pki_buf *here);
/** Directories from the rehearsal's own on; whole: the last one, too. */
PKI_CHECKED bool pki_rehearsal_make_way(struct pki_rehearsal *rehearsal, const char *path,
                                        bool whole);
/** A new file at a path of the script, and the directories to it. */
PKI_CHECKED bool pki_rehearsal_write(struct pki_rehearsal *rehearsal, const char *path,
                                     struct pki_bytes octets);
/** The directories that the script's duties write to. */
PKI_CHECKED bool pki_rehearsal_make_places(struct pki_rehearsal *rehearsal);
/** The value of a parameter of a step's duty; NULL: it has none. */
const char *pki_rehearsal_value(const struct pki_script_step *step, const char *name);

#endif
