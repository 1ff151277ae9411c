/*
 * The hierarchy file as read: what a cellar is meant to hold (cellar-hierarchy(5)).
 * Strict; judged as a whole: profiles, key algorithms, periods that fit together,
 * names that cannot collide.
 */
#ifndef PKI_OPS_HIERARCHY_H
#define PKI_OPS_HIERARCHY_H

#include "pki/time.h"
#include "base/buf.h"
#include "base/yaml.h"
#include "crypto/algorithm.h"
#include "x509/profile.h"

struct pki_root_plan {
    const char *name; /* "main"; its first authority is "root-g1" when it is the only root, else
                         "root-NAME-g1" */
    const char *common_name;
    const struct pki_algorithm *key;
    struct pki_period validity, crl_period;
    const char *crl_url, *issuer_url; /* with {authority}; or NULL */
};

struct pki_line_plan {
    const char *environment, *purpose;
    const struct pki_root_plan *root;
    const struct pki_profile *profile;
    const char *common_name; /* " G1" is appended */
    const struct pki_algorithm *key;
    struct pki_period validity, rotate_every, publish_lead, leaf_life, slack, crl_period;
    const char *crl_url, *issuer_url; /* for what the line's authorities issue; or NULL */
    const char *fulcio, *oidc, *tsa;  /* services; or NULL */
};

struct pki_hierarchy {
    struct pki_yaml *document; /* owns all texts */
    char *names;               /* but the common names of a rehearsal */
    const char *organization, *country;
    bool air_gap_enforced;
    struct pki_root_plan *roots;
    size_t n_roots;
    struct pki_line_plan *lines; /* by environment in file order, then purpose in file order */
    size_t n_lines;
};

/** @name shown in errors. Fails: PKI_E_USAGE syntax, with place; PKI_E_POLICY a rule, with place */
PKI_CHECKED bool pki_hierarchy_parse(const char *name, struct pki_bytes text,
                                     struct pki_hierarchy **hierarchy, struct pki_error *err);

#define PKI_REHEARSAL_PREFIX "REHEARSAL "

/** The file as a cellar goes by it: in a rehearsal every common name says so, and years are hours
 *  (hierarchy_rehearsal.c). Fails: as parsing; PKI_E_POLICY a common name that grows too long */
PKI_CHECKED bool pki_hierarchy_load(const char *name, struct pki_bytes text, bool rehearsal,
                                    struct pki_hierarchy **hierarchy, struct pki_error *err);
void pki_hierarchy_free(struct pki_hierarchy *hierarchy);
PKI_DEFINE_AUTO(pki_hierarchy)

/** The first line of the environment after that of a line, or of the first one after NULL; NULL:
 *  there is none.
 *
 *    for (line = pki_hierarchy_next(hierarchy, NULL); line; line = pki_hierarchy_next(hierarchy,
 * line))
 */
const struct pki_line_plan *pki_hierarchy_next(const struct pki_hierarchy *hierarchy,
                                               const struct pki_line_plan *line);

/** Fails: PKI_E_NOTFOUND lists what there is */
PKI_CHECKED bool pki_hierarchy_line(const struct pki_hierarchy *hierarchy, const char *environment,
                                    const char *purpose, const struct pki_line_plan **line,
                                    struct pki_error *err);
PKI_CHECKED bool pki_hierarchy_root(const struct pki_hierarchy *hierarchy, const char *name,
                                    const struct pki_root_plan **root, struct pki_error *err);

#endif
