#include "ops/audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/crl_file.h"
#include "ops/export_target.h"
#include "ops/manifest.h"
#include "store/reservations.h"

#define PATH_SIZE 320 /* a directory of ours and a name in it */

/* --- a directory ------------------------------------------------------------------------------ */

/* A directory of the cellar under the look, and how a file in it is judged. */
struct place {
    const char *name;
    mode_t forbidden; /* bits that nothing here may have */
    bool (*judge)(struct pki_audit *audit, const char *file, const char *path,
                  struct pki_error *err);
};

static void left_over(struct pki_audit *audit, const char *path)
{
    if (!audit->left)
        audit->left = pki_report_table(audit->report, "Left by what was stopped");
    pki_report_text(pki_report_row(audit->left), "File", "%s", path);
}

static void unknown(struct pki_audit *audit, const char *path)
{
    pki_audit_find(audit, path, "no record knows it: find out who put it there, then remove it");
}

static void check_mode(struct pki_audit *audit, int dir, const char *file, const char *path,
                       mode_t forbidden)
{
    struct stat status;

    if (fstatat(dir, file, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return; /* who reads it tells more */
    if (!S_ISLNK(status.st_mode) && (status.st_mode & forbidden) != 0) {
        pki_audit_find(audit, path, "its mode is %04o: run `chmod %s` on it",
                       (unsigned)(status.st_mode & 07777),
                       forbidden == (S_IWGRP | S_IWOTH) ? "go-w" : "go=");
    }
}

/* The files of crash-safe writing before they have their name (base/file.h): ".NAME.PID-N.tmp". */
static bool is_temporary(const char *file)
{
    size_t length = strlen(file);

    return file[0] == '.' && length > 4 && strcmp(file + length - 4, ".tmp") == 0;
}

/* What a place holds, one after the other. */
struct listed {
    struct pki_audit *audit;
    const struct place *place;
};

static bool look_at(void *context, int dir, const char *file, struct pki_error *err)
{
    const struct listed *listed = context;
    struct pki_audit *audit = listed->audit;
    const struct place *place = listed->place;
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/%s", place->name, file);
    pki_text_tame(path);
    check_mode(audit, dir, file, path, place->forbidden);
    if (is_temporary(file)) {
        left_over(audit, path);
        return true;
    }
    return place->judge(audit, file, path, err);
}

/* One that is not there holds nothing: what should be in it is missed by whoever asks for it. */
static bool each_file(struct pki_audit *audit, const struct place *place, struct pki_error *err)
{
    struct listed listed = {audit, place};
    int above = audit->session->directory;
    struct pki_error why = {0};
    pki_scope_fd int dir = -1;
    bool there = false;

    if (!pki_dir_holds(above, place->name, &there, err))
        return false;
    if (!there)
        return true;
    check_mode(audit, above, place->name, place->name, place->forbidden);
    if (!pki_dir_open(above, place->name, &dir, &why)) {
        pki_audit_find(audit, place->name, "%s", why.text);
        return true;
    }
    PKI_CONTEXT(err, "%s", place->name);
    return pki_dir_each(dir, ".", look_at, &listed, err);
}

/* The name in front of the first of these endings; false: the file has another name. */
static bool strip(const char *file, const char *ending, char name[PKI_NAME_MAX])
{
    const char *found = strstr(file, ending);

    if (!found || found == file || found - file >= PKI_NAME_MAX)
        return false;
    (void)snprintf(name, PKI_NAME_MAX, "%.*s", (int)(found - file), file);
    return true;
}

/* What was reserved under this name and never recorded may have left its file. */
static bool left_or_unknown(struct pki_audit *audit, const char *subject, const char *path,
                            struct pki_error *err)
{
    bool reserved = false;

    if (!pki_store_was_reserved(audit->session->store, subject, &reserved, err))
        return false;
    if (reserved)
        left_over(audit, path);
    else
        unknown(audit, path);
    return true;
}

/* --- keys --------------------------------------------------------------------------------------
 */

/* The key of what was prepared waits for its approval. */
static bool waits(struct pki_audit *audit, const char *name, bool *found, struct pki_error *err)
{
    pki_scope(pki_reservation_rows) open = {0};
    struct pki_reserved_by by;

    *found = false;
    if (!pki_store_list_open(audit->session->store, &open, err))
        return false;
    for (size_t i = 0; i < open.n && !*found; i++) {
        if (strcmp(open.list[i].key_name, name) != 0)
            continue;
        if (!pki_store_reserved_by(audit->session->store, open.list[i].id, &by, err))
            return false;
        *found = by.approval[0] != 0;
    }
    return true;
}

/* NAME.key is checked from its record; NAME.key.new is a passphrase that was being changed;
   NAME.key.abandoned-12345678 was moved aside for a new try. */
static bool judge_key(struct pki_audit *audit, const char *file, const char *path,
                      struct pki_error *err)
{
    struct pki_key_row row = {0};
    char name[PKI_NAME_MAX];
    bool known = false;
    bool prepared = false;

    if (!strip(file, ".key", name)) {
        unknown(audit, path);
        return true;
    }
    const char *ending = file + strlen(name) + strlen(".key");
    if (!pki_store_key_by_name(audit->session->store, name, &known, &row, err))
        return false;
    if (known && row.has_file && !*ending)
        return true;
    if (known && row.has_file && strcmp(ending, ".new") == 0) {
        left_over(audit, path);
        return true;
    }
    if (*ending && strncmp(ending, ".abandoned-", strlen(".abandoned-")) != 0) {
        unknown(audit, path);
        return true;
    }
    if (!*ending && !waits(audit, name, &prepared, err))
        return false;
    return prepared || left_or_unknown(audit, name, path, err);
}

static bool holds(int dir, const char *path, const struct pki_key_row *key, struct pki_error *why)
{
    pki_scope(pki_buf) bytes = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!pki_file_read(dir, path, PKI_LIMIT_KEY, &bytes, why))
        return false;
    pki_sha256(pki_buf_view(&bytes), sha256);
    return memcmp(sha256, key->file_sha256, sizeof(sha256)) == 0;
}

/* Only looks: a change of passphrase that was stopped is finished by who uses the key. */
static void audit_key(struct pki_audit *audit, const struct pki_key_row *key)
{
    int dir = audit->session->directory;
    struct pki_error why = {0};
    struct pki_error none = {0};
    char path[PATH_SIZE];
    char renewed[PATH_SIZE];

    audit->keys++;
    (void)snprintf(path, sizeof(path), "keys/%s.key", key->name);
    (void)snprintf(renewed, sizeof(renewed), "keys/%s.key.new", key->name);
    if (holds(dir, path, key, &why) || holds(dir, renewed, key, &none))
        return;
    pki_audit_find(audit, path, "%s: restore it from a backup",
                   why.code == PKI_OK ? "differs from the record" : why.text);
}

static bool audit_keys(struct pki_audit *audit, struct pki_error *err)
{
    static const struct place place = {"keys", S_IRWXG | S_IRWXO, judge_key};
    pki_scope(pki_key_rows) keys = {0};

    if (!pki_store_list_keys(audit->session->store, &keys, err))
        return false;
    for (size_t i = 0; i < keys.n; i++)
        if (keys.list[i].has_file)
            audit_key(audit, &keys.list[i]);
    return each_file(audit, &place, err);
}

/* --- CRLs: their contents are checked from their rows ------------------------------------------
 */

static bool is_recorded(struct pki_audit *audit, const char *authority, long long number,
                        bool *recorded, struct pki_error *err)
{
    pki_scope(pki_authority_row) issuer = {0};
    pki_scope(pki_crl_rows) rows = {0};
    bool found = false;

    *recorded = false;
    if (!pki_store_authority_by_name(audit->session->store, authority, &found, &issuer, err))
        return false;
    if (!found)
        return true;
    if (!pki_store_list_crls(audit->session->store, issuer.id, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        *recorded = *recorded || rows.list[i].number == number;
    return true;
}

static bool judge_crl(struct pki_audit *audit, const char *file, const char *path,
                      struct pki_error *err)
{
    char authority[PKI_NAME_MAX];
    char expected[PKI_CRL_FILE_MAX];
    char subject[PKI_NAME_MAX + 32];
    const char *dash = strrchr(file, '-');
    long long number = dash ? strtoll(dash + 1, NULL, 10) : 0;
    bool recorded = false;

    if (!dash || dash - file >= PKI_NAME_MAX) {
        unknown(audit, path);
        return true;
    }
    (void)snprintf(authority, sizeof(authority), "%.*s", (int)(dash - file), file);
    pki_crl_file_name(authority, number, expected);
    if (strcmp(expected, file) != 0) {
        unknown(audit, path);
        return true;
    }
    if (!is_recorded(audit, authority, number, &recorded, err))
        return false;
    pki_crl_reservation_name(authority, number, subject, sizeof(subject));
    return recorded || left_or_unknown(audit, subject, path, err);
}

/* --- exports -----------------------------------------------------------------------------------
 */

/* Recorded and then cut off before it was named, which status tells: an earlier one is still there.
 */
static bool is_earlier(const struct pki_audit *audit, const struct pki_publication_row *last,
                       const uint8_t sha256[PKI_SHA256_SIZE])
{
    struct pki_error unknown = {0};
    bool was = false;

    return pki_target_waits(audit->session->directory, last) &&
           pki_store_was_published(audit->session->store, last->environment, sha256, &was,
                                   &unknown) &&
           was;
}

/* The manifest must be the one recorded last, and the directory what it says, nothing else. */
static bool audit_export(struct pki_audit *audit, const char *environment,
                         const struct pki_publication_row *last, struct pki_error *why)
{
    int dir = audit->session->directory;
    pki_scope(pki_buf) bytes = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "exports/%s/manifest.json", environment);
    if (!pki_file_read(dir, path, PKI_LIMIT_BUNDLE, &bytes, why))
        return false;
    pki_sha256(pki_buf_view(&bytes), sha256);
    if (memcmp(sha256, last->manifest_sha256, sizeof(sha256)) != 0 &&
        !is_earlier(audit, last, sha256))
        return pki_fail(why, PKI_E_INTEGRITY, "is not the one that was exported last");
    (void)snprintf(path, sizeof(path), "exports/%s", environment);
    return pki_manifest_check(dir, path, pki_buf_view(&bytes), why) &&
           pki_manifest_owns(dir, path, why);
}

/* exports/ENV as it was published; ".ENV.new" was never named. */
static bool judge_export(struct pki_audit *audit, const char *file, const char *path,
                         struct pki_error *err)
{
    char environment[PKI_NAME_MAX];
    struct pki_publication_row last = {0};
    struct pki_error why = {0};
    bool found = false;

    if (file[0] == '.' && strip(file + 1, ".new", environment)) {
        left_over(audit, path);
        return true;
    }
    if (!pki_store_last_publication(audit->session->store, file, &found, &last, err))
        return false;
    if (!found) {
        unknown(audit, path);
        return true;
    }
    audit->exports++;
    if (!audit_export(audit, file, &last, &why))
        pki_audit_find(audit, path, "%s: run `cellar export %s`", why.text, last.environment);
    return true;
}

bool pki_audit_files(struct pki_audit *audit, struct pki_error *err)
{
    static const struct place crls = {PKI_CRLS, S_IWGRP | S_IWOTH, judge_crl};
    static const struct place exports = {"exports", S_IWGRP | S_IWOTH, judge_export};

    return audit_keys(audit, err) && each_file(audit, &crls, err) &&
           each_file(audit, &exports, err);
}
