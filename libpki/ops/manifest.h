/*
 * manifest.json: one format for what an export and what a backup holds. Both
 * name a place in the journal (pki/backup.h) and every file with its digest.
 */
#ifndef PKI_OPS_MANIFEST_H
#define PKI_OPS_MANIFEST_H

#include <jansson.h>

#include "base/json.h"
#include "ops/session.h"
#include "store/safety.h"

#define PKI_MANIFEST "manifest.json"

struct pki_manifest {
    json_t *root;
    char name[300]; /* the file, for people; safe to print */
    bool is_backup;
    char environment[PKI_WORD_MAX]; /* of an export */
    bool whole; /* it lists all that the environment's verifiers get, not one purpose's or leaf's */
    uint8_t cellar[16];
    struct pki_journal_head head; /* counter and hash */
    uint8_t sha256[PKI_SHA256_SIZE];
};

/** Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_manifest_parse(const char *name, struct pki_bytes text,
                                    struct pki_manifest *manifest, struct pki_error *err);
/** Fails: as pki_file_read and pki_manifest_parse */
PKI_CHECKED bool pki_manifest_read(int dir, const char *path, struct pki_manifest *manifest,
                                   struct pki_error *err);
void pki_manifest_clear(struct pki_manifest *manifest);

/** "cellar" and "journal": whose manifest it is and how far that journal was. */
void pki_manifest_put_place(struct pki_json *json, const uint8_t cellar[16],
                            const struct pki_journal_head *head);

/* manifest_check.c: */

/** A directory still holds every file of its manifest, by digest.
 *  Fails: PKI_E_INTEGRITY a file differs; PKI_E_USAGE one is missing; PKI_E_FORMAT the manifest */
PKI_CHECKED bool pki_manifest_check(int above, const char *directory, struct pki_bytes manifest,
                                    struct pki_error *err);

/** A directory holds exports and nothing else: every file in it is named by a manifest beside or
 *  above it. What is replaced as a whole must be. Fails: PKI_E_EXISTS names the first stranger */
PKI_CHECKED bool pki_manifest_owns(int above, const char *directory, struct pki_error *err);

#endif
