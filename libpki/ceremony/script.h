/*
 * The script of a ceremony: one declarative file that people read, sign and
 * run. Strict YAML, as the hierarchy file (base/yaml.h).
 *
 * Reading gives a script whose every word is one that is known; what steps,
 * roles and facts have to do with each other is judged by script_lint.h.
 * A script runs from its first step to its last: it has no branches, and what
 * goes another way is written on an exception sheet.
 *
 * All texts are borrowed from the script's document.
 */
#ifndef PKI_CEREMONY_SCRIPT_H
#define PKI_CEREMONY_SCRIPT_H

#include "base/yaml.h"
#include "ceremony/duty.h"
#include "ceremony/room.h"
#include "crypto/digest.h"

#define PKI_SCRIPT_LIMIT ((size_t)256 * 1024)
#define PKI_SCRIPT_STEPS 200
#define PKI_SCRIPT_PARTS 100 /* roles, materials, facts, words of a list */

struct pki_script_word {
    const char *text;
    size_t line;
};

struct pki_script_words {
    struct pki_script_word *list;
    size_t n;
};

struct pki_script_fact {
    const char *name, *value;
    size_t line;
};

struct pki_script_facts {
    struct pki_script_fact *list;
    size_t n;
};

struct pki_script_role {
    const char *name;
    size_t line;
    unsigned minimum; /* people who come */
    unsigned quorum;  /* of them have to act */
    struct pki_script_words not_same_as;
};

struct pki_script_material {
    const char *id, *kind;
    const char *label, *colour; /* or NULL */
    size_t line;
    bool bag; /* kept in a tamper-evident bag */
    bool has_sha256;
    uint8_t sha256[PKI_SHA256_SIZE];
    int64_t size; /* of so many octets; 0: of all */
};

enum pki_script_kind {
    PKI_SCRIPT_DUTY,
    PKI_SCRIPT_CHECK,
    PKI_SCRIPT_ASK
};

struct pki_script_do {
    enum pki_script_kind kind;
    const struct pki_duty *duty;
    const char *values[PKI_DUTY_PARAMS];
    const char *cellar; /* another one than the ceremony's; or NULL */
    const struct pki_script_check *check;
    const char *of;       /* a material's id; or NULL */
    const char *question; /* of an ask */
    struct pki_script_words choices;
};

enum pki_script_failure {
    PKI_SCRIPT_STOP,
    PKI_SCRIPT_EXCEPTION, /* write it on a sheet, go on */
    PKI_SCRIPT_RETRY
};

struct pki_script_step {
    const char *id, *title, *role;
    const char *read_aloud; /* or NULL */
    size_t line;
    unsigned minutes;
    struct pki_script_do act;
    struct pki_script_words record;
    const char *confirm_type; /* what is typed; NULL: nothing */
    struct pki_script_words confirm_by;
    struct pki_script_facts requires, sets;
    struct pki_script_words evidence;
    enum pki_script_failure on_failure;
};

struct pki_script {
    struct pki_yaml *yaml;
    uint8_t sha256[PKI_SHA256_SIZE]; /* of the file */
    const char *id, *title;
    enum pki_script_type type;
    int64_t valid_from, valid_until; /* the last valid second */
    unsigned minutes;
    struct pki_script_role *roles;
    size_t n_roles;
    struct pki_script_material *materials;
    size_t n_materials;
    struct pki_room_policy room;
    size_t room_line; /* 0: it says nothing of the room */
    struct pki_script_facts facts;
    struct pki_script_step *steps;
    size_t n_steps;
};

/** @name  shown in errors. Fails: PKI_E_USAGE with "NAME:LINE:COLUMN: ...", PKI_E_MEMORY */
PKI_CHECKED bool pki_script_parse(const char *name, struct pki_bytes text,
                                  struct pki_script **script, struct pki_error *err);
/** Fails: also as pki_file_read */
PKI_CHECKED bool pki_script_load(const char *path, struct pki_script **script,
                                 struct pki_error *err);
void pki_script_free(struct pki_script *script);
PKI_DEFINE_AUTO(pki_script)

/**
 * Digest a boot medium, for the comparison with the script's first material of the kind `image`
 * that has a digest.
 *
 * @script  or NULL: nothing to compare with
 * @path    the medium, or a file; NULL: it is not read
 * Fails:   as pki_room_digest_image
 */
PKI_CHECKED bool pki_script_read_image(const struct pki_script *script, const char *path,
                                       const struct pki_progress *progress,
                                       struct pki_room_image *image, struct pki_error *err);

/** NULL if there is none of that name. */
const struct pki_script_role *pki_script_role(const struct pki_script *script, const char *name);
const struct pki_script_material *pki_script_material(const struct pki_script *script,
                                                      const char *id);
/** Its duty is one that two people confirm. */
bool pki_script_is_severe(const struct pki_script_step *step);
bool pki_script_has_word(const struct pki_script_words *words, const char *word);

#endif
