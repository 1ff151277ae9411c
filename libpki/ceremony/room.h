/*
 * The room in which keys are used, as this machine sees it: what is looked at,
 * how it is judged, and the comparison of its clock with a second one.
 *
 * Looking takes what the kernel says under a root directory ("/" but in tests)
 * and changes nothing. A finding is only that: the policy, the `room` section
 * of a script, says which ones stop a ceremony and which are noted. Who cannot
 * look does not know, and what is not known is judged as if it had been found.
 * It is a check, no proof: a machine that was tampered with lies.
 *
 *   struct pki_room room;
 *   pki_room_look_around(&place, &room);
 *   return pki_room_refuse(&room, &script->room, PKI_ROOM_ALL, err);
 */
#ifndef PKI_CEREMONY_ROOM_H
#define PKI_CEREMONY_ROOM_H

#include "pki/progress.h"
#include "crypto/digest.h"

#define PKI_ROOM_DETAIL 240

enum pki_room_fact_id {
    PKI_ROOM_INTERFACES,
    PKI_ROOM_ROUTES,
    PKI_ROOM_RADIOS,
    PKI_ROOM_SWAP,
    PKI_ROOM_CORE_PATTERN,
    PKI_ROOM_MEDIA,
    PKI_ROOM_IMAGE,
    PKI_ROOM_DEBUGGER,
    PKI_ROOM_SPACE,
    PKI_ROOM_ENTROPY,
    PKI_ROOM_LOOKS, /* what follows is not looked at: it is compared with what people say */
    PKI_ROOM_CLOCK = PKI_ROOM_LOOKS,
    PKI_ROOM_FACTS
};

enum pki_room_verdict {
    PKI_ROOM_STOP,
    PKI_ROOM_NOTE
};

enum pki_room_state {
    PKI_ROOM_GOOD,
    PKI_ROOM_FOUND,
    PKI_ROOM_UNKNOWN
};

/* One thing that is looked at. */
struct pki_room_fact {
    const char *name;     /* in a script */
    const char *sentence; /* what is good */
    enum pki_room_verdict otherwise;
    bool network; /* part of the check `network` */
};
/** The n-th fact; NULL after the last. */
const struct pki_room_fact *pki_room_fact_get(size_t n);
const char *pki_room_fact_name(size_t n);
const char *pki_room_verdict_name(size_t n);
const char *pki_room_state_name(enum pki_room_state state);

struct pki_room_policy {
    enum pki_room_verdict of[PKI_ROOM_FACTS];
    unsigned clock_within; /* seconds */
};
/** What holds where a script says nothing. */
void pki_room_policy_default(struct pki_room_policy *policy);

/* A boot medium as it was read, and as the script has it. */
struct pki_room_image {
    const char *path; /* NULL: it was not read */
    uint8_t sha256[PKI_SHA256_SIZE];
    const uint8_t *expected; /* NULL: nothing to compare with */
};

/* Where to look. */
struct pki_room_place {
    const char *root; /* below which proc and sys lie */
    int64_t free;     /* octets that can still be written; -1: not known */
    const struct pki_room_image *image;
};

struct pki_room_finding {
    const struct pki_room_fact *fact;
    enum pki_room_state state;
    char detail[PKI_ROOM_DETAIL]; /* safe to print; "" where there is nothing to say */
};

struct pki_room {
    struct pki_room_finding findings[PKI_ROOM_LOOKS];
};

void pki_room_look(const struct pki_room_place *place, enum pki_room_fact_id fact,
                   struct pki_room_finding *finding);
void pki_room_look_around(const struct pki_room_place *place, struct pki_room *room);

/** What a finding leads to; one that is good is never asked about. An image that differs from the
 *  script's stops whatever the policy: the script itself says so. */
enum pki_room_verdict pki_room_judge(const struct pki_room_finding *finding,
                                     const struct pki_room_policy *policy);

enum pki_room_part {
    PKI_ROOM_ALL,
    PKI_ROOM_NETWORK /* interfaces, routes, radios */
};

/** Fails: PKI_E_INVALID the first finding that stops, and how many do */
PKI_CHECKED bool pki_room_refuse(const struct pki_room *room, const struct pki_room_policy *policy,
                                 enum pki_room_part part, struct pki_error *err);

/* Two clocks, read at the same moment. */
struct pki_room_clock {
    int64_t second, ours;
    int64_t ahead; /* seconds of ours; negative: it is behind */
    bool near;     /* no further apart than the policy allows */
    char detail[PKI_ROOM_DETAIL];
};

/**
 * Compare our clock with what was typed from a second one.
 *
 * @typed  as pki_time_parse reads it, date and time
 * @ours   seconds, when it was typed
 * @clock  filled in also when it is refused as too far apart
 * Fails:  PKI_E_USAGE not a time; PKI_E_INVALID further apart than the policy allows, and that
 *         stops
 */
PKI_CHECKED bool pki_room_compare_clocks(const char *typed, int64_t ours,
                                         const struct pki_room_policy *policy,
                                         struct pki_room_clock *clock, struct pki_error *err);

/**
 * Digest what the machine was booted from: a file, or a medium itself.
 *
 * @size    so many octets from its beginning; 0: all
 * Fails:   PKI_E_USAGE it cannot be opened, is neither file nor medium, or ends before; PKI_E_IO;
 *          PKI_E_CANCELLED
 */
PKI_CHECKED bool pki_room_digest_image(const char *path, int64_t size,
                                       const struct pki_progress *progress,
                                       uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err);

#endif
