/*
 * The hierarchy that a rehearsal goes by: the file as it is, judged as it is,
 * then with names that say so and with hours for years. One scale for
 * everybody: a successor can be issued, published, promoted and issued again
 * in an afternoon, and nothing outlives the day.
 */
#include "ops/hierarchy.h"

#include "x509/name.h"

#define HOUR INT64_C(3600)

#define LIFE_OF_ROOT (12 * HOUR)
#define LIFE         (6 * HOUR) /* of a line: waiting, active, leaf_life and slack add up to it */
#define ROTATION     (2 * HOUR)
#define LEAD         (HOUR / 6)
#define LEAF         HOUR
#define SLACK        HOUR
#define CRL          (6 * HOUR)

#define NAME_ROOM 300 /* a common name that is allowed, in UTF-8, and what stands before it */

static struct pki_period lasting(int64_t seconds)
{
    return (struct pki_period){.seconds = seconds};
}

/* The longest name that will be made of it is judged now, not in the middle of a ceremony. */
static bool take_name(const char **common_name, const char *appended, char room[NAME_ROOM],
                      struct pki_error *err)
{
    char longest[NAME_ROOM + 16];
    struct pki_error why = {0};

    (void)snprintf(room, NAME_ROOM, PKI_REHEARSAL_PREFIX "%s", *common_name);
    (void)snprintf(longest, sizeof(longest), "%s%s", room, appended);
    if (!pki_name_judge(&(struct pki_name){.common_name = longest}, &why)) {
        return pki_fail(err, PKI_E_POLICY,
                        "common_name \"%.200s\" is too long for a rehearsal, where it becomes "
                        "\"" PKI_REHEARSAL_PREFIX "...%s\": %s; shorten it in the file for the "
                        "rehearsal",
                        *common_name, appended, why.text);
    }
    *common_name = room;
    return true;
}

static void shorten_line(struct pki_line_plan *line)
{
    line->validity = lasting(LIFE);
    line->rotate_every = lasting(ROTATION);
    line->publish_lead = lasting(LEAD);
    line->leaf_life = lasting(LEAF);
    line->slack = lasting(SLACK);
    line->crl_period = lasting(CRL);
}

static bool rehearse(struct pki_hierarchy *hierarchy, struct pki_error *err)
{
    char *room = calloc(hierarchy->n_roots + hierarchy->n_lines, NAME_ROOM);

    if (!room)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    hierarchy->names = room;
    for (size_t i = 0; i < hierarchy->n_roots; i++, room += NAME_ROOM) {
        struct pki_root_plan *root = &hierarchy->roots[i];
        root->validity = lasting(LIFE_OF_ROOT);
        root->crl_period = lasting(CRL);
        if (!take_name(&root->common_name, " G99", room, err))
            return false;
    }
    for (size_t i = 0; i < hierarchy->n_lines; i++, room += NAME_ROOM) {
        struct pki_line_plan *line = &hierarchy->lines[i];
        bool paired = line->profile->leaf != line->profile->id;
        shorten_line(line);
        if (!take_name(&line->common_name, paired ? " G99 TSA" : " G99", room, err))
            return false;
    }
    return true;
}

bool pki_hierarchy_load(const char *name, struct pki_bytes text, bool rehearsal,
                        struct pki_hierarchy **hierarchy, struct pki_error *err)
{
    pki_auto(pki_hierarchy) fresh = NULL;

    if (!pki_hierarchy_parse(name, text, &fresh, err) || (rehearsal && !rehearse(fresh, err)))
        return false;
    *hierarchy = PKI_TAKE(fresh);
    return true;
}
