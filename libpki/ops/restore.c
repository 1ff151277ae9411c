/*
 * The restoring duty. Everything is copied under a hidden name beside the new
 * cellar, checked there by the manifest and by an audit, recorded, then named:
 * what fails was never a cellar.
 */
#include "pki/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/alarm.h"
#include "ops/export_target.h"
#include "ops/medium.h"

struct restore {
    const struct pki_restore_request *request;
    int from;
    int dir; /* the new cellar, under its hidden name */
    struct pki_buf text;
    struct pki_manifest manifest;
    struct pki_target target;
    struct pki_session *session; /* of the new cellar, or of the backup in a dry run */
    size_t behind;               /* what was seen and this backup does not know */
    char seen[PKI_NAME_MAX];     /* the first of it (ops/alarm.h) */
};

static void restore_clear(struct restore *restore)
{
    struct pki_error ignored = {0};

    pki_session_free(restore->session);
    if (restore->dir >= 0) /* not named: nothing of it stays */
        (void)!pki_dir_remove(restore->target.above, restore->target.fresh, &ignored);
    pki_fd_close_(&restore->dir);
    pki_fd_close_(&restore->from);
    pki_target_clear(&restore->target);
    pki_manifest_clear(&restore->manifest);
    pki_buf_clear(&restore->text);
}

/* --- the backup ------------------------------------------------------------------------------- */

static const char *const parts[] = {"keys", "crls", "ceremonies", "manifests"};

static bool belongs(const char *path)
{
    for (size_t i = 0; i < PKI_COUNT(parts); i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(path, parts[i], length) == 0 && path[length] == '/')
            return true;
    }
    return strcmp(path, PKI_STORE_FILE) == 0;
}

/* What lay beside the inventory would be SQLite's: nothing is there but what a backup writes. */
static bool check_paths(const struct restore *restore, struct pki_error *err)
{
    const json_t *files = json_object_get(restore->manifest.root, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const char *path = json_string_value(json_object_get(json_array_get(files, i), "path"));
        if (path && !belongs(path)) {
            return pki_fail(err, PKI_E_INTEGRITY,
                            "%s: its manifest names %s, which no backup holds: try another backup",
                            restore->request->from, path);
        }
    }
    return true;
}

static bool open_backup(struct restore *restore, struct pki_error *err)
{
    const char *from = restore->request->from;

    if (!pki_dir_open(AT_FDCWD, from, &restore->from, err))
        return false;
    if (faccessat(restore->from, PKI_MANIFEST, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        return pki_fail(err, PKI_E_USAGE,
                        "%s holds no " PKI_MANIFEST ": name one backup, for example "
                        "MEDIUM/cellar-1a2b3c4d-0001",
                        from);
    }
    if (!pki_file_read(restore->from, PKI_MANIFEST, PKI_LIMIT_MANIFEST, &restore->text, err) ||
        !pki_manifest_parse(from, pki_buf_view(&restore->text), &restore->manifest, err))
        return false;
    if (!restore->manifest.is_backup)
        return pki_fail(err, PKI_E_USAGE, "%s is an export: it holds no cellar", from);
    return check_paths(restore, err);
}

static bool check_files(const struct restore *restore, int above, const char *directory,
                        struct pki_error *err)
{
    struct pki_error why = {0};

    return (pki_manifest_check(above, directory, pki_buf_view(&restore->text), &why) &&
            pki_manifest_owns(above, directory, &why)) ||
           pki_fail(err, PKI_E_INTEGRITY, "%s: %s: try another backup", restore->request->from,
                    why.text);
}

/* The inventory's own record, every signature, every file; and that it is the one of the manifest.
 */
static bool audit(const struct restore *restore, struct pki_report *report, struct pki_error *err)
{
    struct pki_cellar_row cellar = {0};
    struct pki_journal_head head = {0};

    if (!pki_audit(restore->session, NULL, pki_report_block(report, "Audit"), err) ||
        !pki_store_cellar(restore->session->store, &cellar, err) ||
        !pki_journal_get_head(restore->session->store, &head, err))
        return false;
    return (memcmp(head.hash, restore->manifest.head.hash, sizeof(head.hash)) == 0 &&
            memcmp(cellar.id, restore->manifest.cellar, sizeof(cellar.id)) == 0) ||
           pki_fail(err, PKI_E_INTEGRITY, "%s: its journal ends elsewhere than its manifest says",
                    restore->request->from);
}

/* --- the copy --------------------------------------------------------------------------------- */

static bool copy_files(const struct restore *restore, struct pki_error *err)
{
    struct pki_medium_files files = {0};
    bool good =
        pki_medium_copy(restore->from, PKI_MANIFEST, restore->dir, PKI_MANIFEST, &files, err) &&
        pki_medium_copy(restore->from, PKI_STORE_FILE, restore->dir, PKI_STORE_FILE, &files, err);

    for (size_t i = 0; good && i < PKI_COUNT(parts); i++)
        good = pki_medium_copy_all(restore->from, parts[i], restore->dir, &files, err);
    pki_medium_files_clear(&files);
    return good;
}

/* What belongs to the backup and not to a cellar. */
static bool drop_manifests(const struct restore *restore, struct pki_error *err)
{
    return pki_dir_remove(restore->dir, PKI_MANIFEST, err) &&
           pki_dir_remove(restore->dir, "manifests", err) &&
           pki_cellar_directories(restore->dir, err);
}

static bool open_cellar(struct restore *restore, struct pki_error *err)
{
    const struct pki_restore_request *request = restore->request;
    char link[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
    char above[PATH_MAX] = "";
    char path[PATH_MAX + sizeof(restore->target.fresh)];
    const struct pki_session_request opened = {
        .directory = path,
        .write = true,
        .tool = request->tool,
        .command_line = request->command_line,
        .overrides = request->overrides,
        .n_overrides = request->n_overrides,
    };

    /* By its real name: the way through the descriptor is a link, and none is followed. */
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", restore->target.above);
    if (readlink(link, above, sizeof(above) - 1) <= 0)
        return pki_fail(err, PKI_E_IO, "%s: %s", link, strerror(errno));
    (void)snprintf(path, sizeof(path), "%s/%s", above, restore->target.fresh);
    return pki_session_open(&opened, &restore->session, err);
}

static bool make_copy(struct restore *restore, struct pki_error *err)
{
    return pki_target_begin(&restore->target, &restore->dir, err) && copy_files(restore, err) &&
           check_files(restore, restore->target.above, restore->target.fresh, err) &&
           drop_manifests(restore, err) && open_cellar(restore, err);
}

/* --- what is known outside -------------------------------------------------------------------- */

static bool meet(struct restore *restore, const struct pki_seen *seen, struct pki_error *err)
{
    enum pki_place place = PKI_PLACE_KNOWN;

    if (!pki_seen_place(restore->session->store, seen, &place, err))
        return false;
    if (place == PKI_PLACE_KNOWN)
        return true;
    if (restore->behind++ == 0)
        (void)snprintf(restore->seen, sizeof(restore->seen), "%s", seen->text);
    return !restore->session->write || pki_alarm_meet(restore->session, seen, err);
}

static bool meet_manifest(struct restore *restore, const char *path, struct pki_error *err)
{
    pki_scope(pki_manifest) manifest = {0};
    struct pki_seen seen;

    if (!pki_manifest_read(AT_FDCWD, path, &manifest, err) ||
        !pki_alarm_is_ours(restore->session->store, &manifest, err))
        return false;
    pki_seen_manifest(&manifest, &seen);
    return meet(restore, &seen, err);
}

static bool meet_words(struct restore *restore, const char *words, struct pki_error *err)
{
    struct pki_seen seen;
    pki_scope(pki_buf) hash = {0};

    if (!pki_words_parse(words, &hash, err))
        return false;
    if (hash.size != PKI_SHA256_SIZE)
        return pki_fail(err, PKI_E_USAGE, "--head has %zu words; a head has %d", hash.size,
                        PKI_SHA256_SIZE);
    pki_seen_head("the head that was written down", hash.data, &seen);
    return meet(restore, &seen, err);
}

static bool meet_all(struct restore *restore, struct pki_error *err)
{
    const struct pki_restore_request *request = restore->request;

    for (size_t i = 0; i < request->n_seen; i++)
        if (!meet_manifest(restore, request->seen[i], err))
            return false;
    return !request->head || meet_words(restore, request->head, err);
}

/* --- recording -------------------------------------------------------------------------------- */

/* What the copy could not know of itself: that it was finished. */
static bool record_backup(const struct restore *restore, struct pki_txn *txn, struct pki_error *err)
{
    struct pki_journal_head head = {0};

    if (!pki_journal_get_head(restore->session->store, &head, err))
        return false;
    const struct pki_journal_entry entry = {
        .at = head.at,
        .action = PKI_ACTION_BACKED_UP,
        .subject = restore->manifest.name,
        .detail = "it was restored from",
        .actor = restore->session->actor,
    };
    return pki_journal_append(txn, &entry, err);
}

static bool record(struct restore *restore, struct pki_error *err)
{
    const struct pki_restore_request *request = restore->request;
    pki_scope(pki_buf) room = {0};
    pki_scope(pki_buf) text = {0};
    pki_auto(pki_txn) txn = NULL;
    struct pki_journal_entry entry = {
        .at = pki_session_now(restore->session),
        .action = "restore",
        .subject = restore->manifest.name,
        .actor = restore->session->actor,
    };

    if (!pki_session_check_clock(restore->session, &room, err))
        return false;
    pki_buf_text(&text, "manifest sha256 ");
    pki_hex(&text, (struct pki_bytes){restore->manifest.sha256, PKI_SHA256_SIZE});
    pki_buf_printf(&text, "; known outside: %zu manifests%s%s", request->n_seen,
                   request->head ? ", a head" : "",
                   request->n_seen == 0 && !request->head ? " (nothing newer was at hand)" : "");
    pki_room_join(&text, &room);
    pki_buf_byte(&text, 0);
    if (!pki_buf_ok(&text, err))
        return false;
    entry.detail = (const char *)text.data;
    return pki_store_begin(restore->session->store, &txn, err) &&
           record_backup(restore, txn, err) && pki_journal_append(txn, &entry, err) &&
           pki_txn_commit(&txn, err);
}

static void tell(const struct restore *restore, struct pki_report *report)
{
    const struct pki_restore_request *request = restore->request;

    pki_report_text(report, "From", "%s", restore->manifest.name);
    pki_report_text(report, "Cellar", "%s", request->to);
    pki_report_fingerprint(report, "Manifest", restore->manifest.sha256);
    pki_report_truth(report, "Behind", restore->behind > 0);
    if (restore->behind > 0) {
        pki_report_note(report, "Alarm", PKI_TONE_BAD,
                        "Outside something newer is known than this backup, and nothing is signed "
                        "or exported: %s.",
                        pki_alarm_answer(restore->seen));
    } else if (request->n_seen == 0 && !request->head) {
        pki_report_note(report, "Nothing seen", PKI_TONE_WARN,
                        "Nothing from outside was compared: whoever finds a newer manifest gives "
                        "it to the next command with --seen.");
    }
}

/* --- the duty --------------------------------------------------------------------------------- */

static bool try_out(struct restore *restore, struct pki_report *report, struct pki_error *err)
{
    if (!check_files(restore, AT_FDCWD, restore->request->from, err) ||
        !pki_session_open_copy(restore->from, &restore->session, err) ||
        !audit(restore, report, err) || !meet_all(restore, err))
        return false;
    tell(restore, report);
    pki_report_note(report, "Dry run", PKI_TONE_PLAIN, "The backup is good. Nothing was written.");
    return pki_report_ok(report, err);
}

static bool name(struct restore *restore, struct pki_error *err)
{
    if (!pki_dir_name(restore->target.above, restore->target.fresh, restore->target.name, err))
        return false;
    pki_fd_close_(&restore->dir); /* it stays */
    return true;
}

/* All that there is to say is said before the name is given: what fails was never a cellar. */
static bool carry_out(struct restore *restore, struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) to = {0};

    if (!make_copy(restore, err) || !audit(restore, report, err) || !record(restore, err) ||
        !meet_all(restore, err) || !pki_dir_sync(restore->dir, err))
        return false;
    tell(restore, report);
    if (!pki_session_head(restore->session, report, err))
        return false;
    pki_text_shell(&to, restore->request->to);
    pki_buf_byte(&to, 0);
    if (!pki_buf_ok(&to, err))
        return false;
    pki_report_next(report, "cellar %s -C %s", restore->behind > 0 ? "reconcile FILE..." : "export",
                    (const char *)to.data);
    pki_target_warn(&restore->target, report);
    return pki_report_ok(report, err) && name(restore, err);
}

bool pki_restore(const struct pki_restore_request *request, struct pki_report *report,
                 struct pki_error *err)
{
    PKI_CONTEXT(err, "restore");
    __attribute__((__cleanup__(restore_clear))) struct restore restore = {
        .request = request,
        .from = -1,
        .dir = -1,
        .target.above = -1,
    };

    if (faccessat(AT_FDCWD, request->to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return pki_fail(err, PKI_E_EXISTS,
                        "%s exists already: a cellar is never restored over "
                        "anything",
                        request->to);
    }
    if (!open_backup(&restore, err) || !pki_target_open(&restore.target, request->to, false, err))
        return false;
    return request->dry_run ? try_out(&restore, report, err) : carry_out(&restore, report, err);
}
