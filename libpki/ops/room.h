/*
 * The room of a ceremony as it is now: ceremony/room.h below the root that the
 * seams name. Opens no cellar.
 */
#ifndef PKI_OPS_ROOM_H
#define PKI_OPS_ROOM_H

#include "pki/ceremony.h"
#include "ceremony/script.h"

struct pki_room_request {
    const char *directory;           /* where the ceremony is recorded */
    const struct pki_script *script; /* which names the image; or NULL */
    const char *image;               /* a medium, or file, to be digested; NULL: none */
    const struct pki_progress *progress;
};

/**
 * Look at everything.
 *
 * @image  what was read of it, for whoever shows its digest
 * Fails:  as pki_room_digest_image; what is found is no failure
 */
PKI_CHECKED bool pki_room_see(const struct pki_room_request *request, struct pki_room *room,
                              struct pki_room_image *image, struct pki_error *err);

#endif
