/*
 * The backup duty: a complete copy under a hidden name, read back and verified,
 * then named. The journal says before it that it was begun, so that the copy
 * knows of itself, and after it that it is good.
 */
#include "pki/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/manifest.h"
#include "ops/medium.h"
#include "store/copy.h"

#define NAME_SIZE 32
#define TO_SIZE   256

static const char *const copied[] = {"keys", "crls", "ceremonies"};

struct backup {
    struct pki_session *session;
    struct pki_cellar_row cellar;
    int medium;
    int dir; /* the copy, under its hidden name */
    char to[TO_SIZE];
    char name[NAME_SIZE]; /* "cellar-1a2b3c4d" */
    char generation[NAME_SIZE + 8];
    char fresh[NAME_SIZE + 8];
    int64_t number;             /* of this one */
    int64_t kept;               /* earlier ones on the medium */
    char clock[PKI_CLOCK_TEXT]; /* what was overruled, or "" */
    struct pki_journal_head head;
    struct pki_medium_files files;
    uint8_t manifest_sha256[PKI_SHA256_SIZE];
};

static void backup_clear(struct backup *backup)
{
    pki_fd_close_(&backup->medium);
    pki_fd_close_(&backup->dir);
    pki_medium_files_clear(&backup->files);
}

/* --- where ------------------------------------------------------------------------------------ */

/* The number of an earlier one of this cellar; 0: another name. */
static int64_t number_of(const struct backup *backup, const char *entry)
{
    size_t length = strlen(backup->name);
    int64_t number = 0;

    if (strncmp(entry, backup->name, length) != 0 || entry[length] != '-')
        return 0;
    for (const char *c = entry + length + 1; *c; c++) {
        if (*c < '0' || *c > '9' || number > 99999999)
            return 0;
        number = number * 10 + (*c - '0');
    }
    return number;
}

static bool count(void *context, int dir, const char *name, struct pki_error *err)
{
    struct backup *backup = context;
    int64_t number = number_of(backup, name);

    (void)dir;
    (void)err;
    backup->kept += number > 0;
    if (number > backup->number)
        backup->number = number;
    return true;
}

/* It would go with the cellar; and what lies in exports/ goes with the next export. */
static bool refuse_inside(const struct backup *backup, const char *to, struct pki_error *err)
{
    bool within = false;

    if (!pki_medium_is_within(backup->medium, backup->session->directory, &within, err))
        return false;
    return !within || pki_fail(err, PKI_E_USAGE,
                               "%s lies inside the cellar: a backup belongs on another medium", to);
}

/* A copy of this cellar, a fork or a restored one, has the same names for its backups, and removes
   what was cut off. Where a file system knows no locks, nobody else can be told. */
static bool lock_medium(const struct backup *backup, const char *to, struct pki_error *err)
{
    return flock(backup->medium, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK ||
           pki_fail(err, PKI_E_LOCKED,
                    "another process is at work in %s: try again when it is done", to);
}

static bool open_medium(struct backup *backup, const char *to, struct pki_error *err)
{
    if (!pki_dir_open(AT_FDCWD, to, &backup->medium, err) || !refuse_inside(backup, to, err) ||
        !lock_medium(backup, to, err) ||
        !pki_store_cellar(backup->session->store, &backup->cellar, err))
        return false;
    (void)snprintf(backup->to, sizeof(backup->to), "%.250s", to);
    pki_text_tame(backup->to);
    (void)snprintf(backup->name, sizeof(backup->name), "cellar-%02x%02x%02x%02x",
                   backup->cellar.id[0], backup->cellar.id[1], backup->cellar.id[2],
                   backup->cellar.id[3]);
    if (!pki_dir_each(backup->medium, ".", count, backup, err))
        return false;
    backup->number++;
    (void)snprintf(backup->generation, sizeof(backup->generation), "%s-%04lld", backup->name,
                   (long long)backup->number);
    (void)snprintf(backup->fresh, sizeof(backup->fresh), ".%s.new", backup->name);
    return true;
}

/* --- the journal ------------------------------------------------------------------------------ */

static bool journal(struct backup *backup, const char *action, const char *detail,
                    struct pki_error *err)
{
    const struct pki_journal_entry entry = {
        .at = pki_session_now(backup->session),
        .action = action,
        .subject = backup->to,
        .detail = detail,
        .actor = backup->session->actor,
    };
    pki_auto(pki_txn) txn = NULL;

    return pki_store_begin(backup->session->store, &txn, err) &&
           pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

static bool journal_begun(struct backup *backup, struct pki_error *err)
{
    char detail[sizeof(backup->generation) + 2 + sizeof(backup->clock)];

    (void)snprintf(detail, sizeof(detail), "%s%s%s", backup->generation,
                   backup->clock[0] ? "; " : "", backup->clock);
    return journal(backup, PKI_ACTION_BACKUP, detail, err) &&
           pki_journal_get_head(backup->session->store, &backup->head, err);
}

static bool journal_done(struct backup *backup, struct pki_error *err)
{
    pki_scope(pki_buf) detail = {0};

    pki_buf_printf(&detail, "%s, %zu files, manifest sha256 ", backup->generation, backup->files.n);
    pki_hex(&detail, (struct pki_bytes){backup->manifest_sha256, PKI_SHA256_SIZE});
    pki_buf_byte(&detail, 0);
    return pki_buf_ok(&detail, err) &&
           journal(backup, PKI_ACTION_BACKED_UP, (const char *)detail.data, err);
}

/* --- copying ---------------------------------------------------------------------------------- */

static bool copy_inventory(struct backup *backup, struct pki_error *err)
{
    pki_auto(pki_file) copy = NULL;

    return pki_file_create(backup->dir, PKI_STORE_FILE, 0600, &copy, err) &&
           pki_store_copy(backup->session->store, copy, err) && pki_file_commit(&copy, err) &&
           pki_medium_note(backup->dir, PKI_STORE_FILE, &backup->files, err);
}

/* Exports can be made again; what they said last is kept for whoever asks. */
static bool copy_manifest(struct backup *backup, const char *environment, struct pki_error *err)
{
    char from[PKI_WORD_MAX + 32];
    char as[PKI_WORD_MAX + 32];
    int cellar = backup->session->directory;
    bool there = false;

    (void)snprintf(from, sizeof(from), "exports/%s/" PKI_MANIFEST, environment);
    (void)snprintf(as, sizeof(as), "manifests/%s.json", environment);
    return pki_dir_holds(cellar, from, &there, err) &&
           (!there || pki_medium_copy(cellar, from, backup->dir, as, &backup->files, err));
}

static bool copy_manifests(struct backup *backup, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    pki_scope_fd int dir = -1;

    if (!pki_session_hierarchy(backup->session, &hierarchy, err) ||
        !pki_dir_make(backup->dir, "manifests", &dir, err))
        return false;
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);
    for (; line; line = pki_hierarchy_next(hierarchy, line))
        if (!copy_manifest(backup, line->environment, err))
            return false;
    return pki_dir_sync(dir, err);
}

static const char *use_of(const char *path)
{
    return strcmp(path, PKI_STORE_FILE) == 0      ? "the inventory"
           : strncmp(path, "keys/", 5) == 0       ? "a private key, encrypted"
           : strncmp(path, "crls/", 5) == 0       ? "a CRL as it was signed"
           : strncmp(path, "manifests/", 10) == 0 ? "what an export held"
                                                  : "a ceremony's record";
}

static void put_files(struct pki_json *json, const struct pki_medium_files *files)
{
    pki_json_array(json, "files");
    for (size_t i = 0; i < files->n; i++) {
        const struct pki_medium_file *file = &files->list[i];

        pki_json_object(json, NULL);
        pki_json_text(json, "path", file->path);
        pki_json_text(json, "use", use_of(file->path));
        pki_json_hex(json, "sha256", (struct pki_bytes){file->sha256, sizeof(file->sha256)});
        pki_json_integer(json, "size", file->size);
        pki_json_end_object(json);
    }
    pki_json_end_array(json);
}

static bool write_manifest(struct backup *backup, struct pki_buf *text, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_json json = {.out = text};

    if (!pki_session_hierarchy(backup->session, &hierarchy, err))
        return false;
    pki_json_object(&json, NULL);
    pki_json_integer(&json, "manifest", 1);
    pki_json_text(&json, "organization", hierarchy->organization);
    pki_json_integer(&json, "backup", backup->number);
    pki_json_time(&json, "as_of", backup->head.at);
    pki_manifest_put_place(&json, backup->cellar.id, &backup->head);
    put_files(&json, &backup->files);
    pki_json_end_object(&json);
    pki_buf_byte(text, '\n');
    if (!pki_buf_ok(text, err))
        return false;
    pki_sha256(pki_buf_view(text), backup->manifest_sha256);
    return pki_file_write_new(backup->dir, PKI_MANIFEST, 0600, pki_buf_view(text), err);
}

/* The destruction of a key lists the backups made before it: one in its midst would be forgotten.
 */
static bool refuse_half_destroyed(const struct backup *backup, struct pki_error *err)
{
    pki_scope(pki_key_rows) keys = {0};

    if (!pki_store_list_keys(backup->session->store, &keys, err))
        return false;
    for (size_t i = 0; i < keys.n; i++) {
        const char *name = keys.list[i].name;
        if (keys.list[i].destroyed && pki_session_has_key_file(backup->session, name)) {
            return pki_fail(err, PKI_E_STATE,
                            "the destruction of %s was cut off: finish it by cellar key destroy %s",
                            name, name);
        }
    }
    return true;
}

static bool copy(struct backup *backup, struct pki_buf *manifest, struct pki_error *err)
{
    if (!pki_dir_remove(backup->medium, backup->fresh, err) || /* of one that was cut off */
        !pki_dir_make(backup->medium, backup->fresh, &backup->dir, err) ||
        !copy_inventory(backup, err))
        return false;
    for (size_t i = 0; i < PKI_COUNT(copied); i++) {
        if (!pki_medium_copy_all(backup->session->directory, copied[i], backup->dir, &backup->files,
                                 err))
            return false;
    }
    return copy_manifests(backup, err) && write_manifest(backup, manifest, err) &&
           pki_dir_sync(backup->dir, err);
}

/* --- verifying -------------------------------------------------------------------------------- */

static bool verify_inventory(const struct backup *backup, struct pki_error *err)
{
    pki_auto(pki_session) session = NULL;
    struct pki_store_findings findings = {0};
    struct pki_journal_head head = {0};
    bool good = false;

    if (!pki_session_open_copy(backup->dir, &session, err) ||
        !pki_journal_get_head(session->store, &head, err) ||
        !pki_store_audit(session->store, &findings, err))
        return false;
    if (findings.n > 0) {
        (void)pki_fail(err, PKI_E_INTEGRITY, "the inventory: %s: run cellar audit",
                       findings.list[0]);
    } else if (memcmp(head.hash, backup->head.hash, sizeof(head.hash)) != 0) {
        (void)pki_fail(err, PKI_E_INTEGRITY, "the copy's journal ends elsewhere");
    } else {
        good = true;
    }
    pki_store_findings_clear(&findings);
    return good;
}

static bool verify(const struct backup *backup, struct pki_bytes manifest, struct pki_error *err)
{
    PKI_CONTEXT(err, "as read back");

    return pki_manifest_check(backup->medium, backup->fresh, manifest, err) &&
           pki_manifest_owns(backup->medium, backup->fresh, err) && verify_inventory(backup, err);
}

/* --- the duty --------------------------------------------------------------------------------- */

static void warn_same_medium(const struct backup *backup, struct pki_report *report)
{
    struct stat here;
    struct stat there;

    if (fstat(backup->session->directory, &here) == 0 && fstat(backup->medium, &there) == 0 &&
        here.st_dev == there.st_dev) {
        pki_report_note(report, "Same medium", PKI_TONE_WARN,
                        "It lies on the same file system as the cellar: what takes the one may "
                        "take the other.");
    }
}

static void tell(const struct backup *backup, bool dry_run, struct pki_report *report)
{
    pki_report_text(report, "Backup", "%s/%s", backup->to, backup->generation);
    pki_report_integer(report, "Generation", backup->number);
    pki_report_integer(report, "Kept before", backup->kept);
    warn_same_medium(backup, report);
    if (dry_run) {
        pki_report_note(report, "Dry run", PKI_TONE_PLAIN, "Nothing was written.");
        return;
    }
    pki_report_integer(report, "Files", (int64_t)backup->files.n);
    pki_report_integer(report, "Octets", backup->files.size);
    pki_report_fingerprint(report, "Manifest", backup->manifest_sha256);
    pki_report_note(report, "Verified", PKI_TONE_GOOD,
                    "Written, read back and verified. Take the medium away from here.");
}

static bool back_up(struct backup *backup, struct pki_error *err)
{
    pki_scope(pki_buf) manifest = {0};

    return journal_begun(backup, err) && copy(backup, &manifest, err) &&
           verify(backup, pki_buf_view(&manifest), err) &&
           pki_dir_name(backup->medium, backup->fresh, backup->generation, err) &&
           journal_done(backup, err);
}

bool pki_backup(struct pki_session *session, const struct pki_backup_request *request,
                struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "backup");
    __attribute__((__cleanup__(backup_clear))) struct backup backup = {
        .session = session,
        .medium = -1,
        .dir = -1,
    };

    if (!refuse_half_destroyed(&backup, err) || !open_medium(&backup, request->to, err) ||
        (!request->dry_run && !pki_session_clock_text(session, backup.clock, err)))
        return false;
    if (!request->dry_run && !back_up(&backup, err)) {
        struct pki_error ignored = {0};
        (void)!pki_dir_remove(backup.medium, backup.fresh, &ignored); /* or the next one does */
        return false;
    }
    tell(&backup, request->dry_run, report);
    return pki_session_head(session, report, err) && pki_report_ok(report, err);
}
