#include "ops/alarm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "pki/backup.h"
#include "base/file.h"
#include "base/text.h"

bool pki_alarm_is_ours(struct pki_store *store, const struct pki_manifest *manifest,
                       struct pki_error *err)
{
    struct pki_cellar_row cellar = {0};

    if (!pki_store_cellar(store, &cellar, err))
        return false;
    return memcmp(cellar.id, manifest->cellar, sizeof(cellar.id)) == 0 ||
           pki_fail(err, PKI_E_USAGE, "%s is of another cellar (%02x%02x%02x%02x...)",
                    manifest->name, manifest->cellar[0], manifest->cellar[1], manifest->cellar[2],
                    manifest->cellar[3]);
}

/* --- what was seen ---------------------------------------------------------------------------- */

#define HEAD_SIZE   (2 * (size_t)PKI_SHA256_SIZE)
#define KIND_EXPORT " export "
#define KIND_BACKUP " backup"

static void write_text(struct pki_seen *seen, const char *kind, const char *environment)
{
    for (size_t i = 0; i < PKI_SHA256_SIZE; i++)
        (void)snprintf(seen->text + 2 * i, 3, "%02x", seen->head.hash[i]);
    (void)snprintf(seen->text + HEAD_SIZE, sizeof(seen->text) - HEAD_SIZE, "%s%s", kind,
                   environment);
}

void pki_seen_manifest(const struct pki_manifest *manifest, struct pki_seen *seen)
{
    *seen = (struct pki_seen){.name = manifest->name, .head = manifest->head};
    write_text(seen, manifest->is_backup ? KIND_BACKUP : KIND_EXPORT, manifest->environment);
}

void pki_seen_head(const char *name, const uint8_t hash[PKI_SHA256_SIZE], struct pki_seen *seen)
{
    *seen = (struct pki_seen){.name = name};
    memcpy(seen->head.hash, hash, sizeof(seen->head.hash));
    write_text(seen, "", "");
}

bool pki_seen_place(struct pki_store *store, const struct pki_seen *seen, enum pki_place *place,
                    struct pki_error *err)
{
    enum pki_place found = PKI_PLACE_KNOWN;
    bool reconciled = false;

    if (!pki_journal_place(store, &seen->head, &found, err) ||
        !pki_journal_reconciled(store, seen->text, &reconciled, err))
        return false;
    *place = reconciled ? PKI_PLACE_KNOWN : found;
    return true;
}

/* --- the alarm -------------------------------------------------------------------------------- */

static bool is_of(const char *seen, const char *kind)
{
    return strlen(seen) > HEAD_SIZE && strncmp(seen + HEAD_SIZE, kind, strlen(kind)) == 0;
}

const char *pki_alarm_answer(const char *seen)
{
    if (is_of(seen, KIND_EXPORT))
        return "gather what was published since, then run `cellar reconcile FILE...` with the "
               "manifest of that environment's export and all that it names";
    if (is_of(seen, KIND_BACKUP))
        return "restore that backup instead; if it cannot be, `cellar reconcile FILE...` takes in "
               "what was published, and --override " PKI_OVERRIDE_LOST " gives up the rest";
    return "run `cellar reconcile FILE...` with all that was published since; a head names no "
           "files, so --override " PKI_OVERRIDE_LOST " has to say that there is no more";
}

const char *pki_alarm_command(const char *seen)
{
    return is_of(seen, KIND_BACKUP) ? "cellar restore FROM --to DIR" : "cellar reconcile FILE...";
}

/* "older: prod/manifest.json is of entry 20, and this journal ends with 12" */
static void write_detail(enum pki_place place, const struct pki_seen *seen, int64_t last,
                         char detail[300])
{
    if (place == PKI_PLACE_FORKED) {
        (void)snprintf(detail, 300, "forked: %.150s is of an entry %lld that here is another one",
                       seen->name, (long long)seen->head.counter);
    } else if (seen->head.counter == 0) {
        (void)snprintf(detail, 300, "older: this journal of %lld entries does not hold %.150s",
                       (long long)last, seen->name);
    } else {
        (void)snprintf(detail, 300,
                       "older: %.150s is of entry %lld, and this journal ends with %lld",
                       seen->name, (long long)seen->head.counter, (long long)last);
    }
    pki_text_tame(detail);
}

static bool raise_alarm(struct pki_session *session, const struct pki_seen *seen,
                        const char *detail, struct pki_error *err)
{
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = PKI_ACTION_BEHIND,
        .subject = seen->text,
        .detail = detail,
        .actor = session->actor,
    };
    pki_auto(pki_txn) txn = NULL;

    return pki_store_begin(session->store, &txn, err) && pki_journal_append(txn, &entry, err) &&
           pki_txn_commit(&txn, err);
}

static bool is_raised(struct pki_session *session, const struct pki_seen *seen, bool *raised,
                      struct pki_error *err)
{
    pki_scope(pki_alarm_rows) rows = {0};

    if (!pki_journal_alarms(session->store, &rows, err))
        return false;
    *raised = false;
    for (size_t i = 0; i < rows.n; i++)
        *raised = *raised || strcmp(rows.list[i].seen, seen->text) == 0;
    return true;
}

static bool refuse(const char *seen, const char *detail, struct pki_error *err)
{
    return pki_fail(err, PKI_E_STATE,
                    "the cellar is %s: %s; nothing is signed or exported until then", detail,
                    pki_alarm_answer(seen));
}

bool pki_alarm_meet(struct pki_session *session, const struct pki_seen *seen, struct pki_error *err)
{
    enum pki_place place = PKI_PLACE_KNOWN;
    struct pki_journal_head last = {0};
    char detail[300];
    bool raised = false;

    if (!pki_seen_place(session->store, seen, &place, err) ||
        !pki_journal_get_head(session->store, &last, err))
        return false;
    if (place == PKI_PLACE_KNOWN)
        return true;
    write_detail(place, seen, last.counter, detail);
    if (!session->write) /* a dry run finds out, and records nothing */
        return refuse(seen->text, detail, err);
    return is_raised(session, seen, &raised, err) &&
           (raised || raise_alarm(session, seen, detail, err));
}

static bool meet_manifest(struct pki_session *session, const struct pki_manifest *manifest,
                          struct pki_error *err)
{
    struct pki_seen seen;

    pki_seen_manifest(manifest, &seen);
    return pki_alarm_meet(session, &seen, err);
}

static bool check_seen(struct pki_session *session, const char *path, struct pki_error *err)
{
    pki_scope(pki_manifest) manifest = {0};

    return pki_manifest_read(AT_FDCWD, path, &manifest, err) &&
           pki_alarm_is_ours(session->store, &manifest, err) &&
           meet_manifest(session, &manifest, err);
}

/* What cannot be read there is for status and audit to tell: it can be exported again. */
static bool check_export(struct pki_session *session, const char *environment,
                         struct pki_error *err)
{
    pki_scope(pki_manifest) manifest = {0};
    struct pki_error ignored = {0};
    char path[PKI_WORD_MAX + 32];

    (void)snprintf(path, sizeof(path), "exports/%s/" PKI_MANIFEST, environment);
    if (!pki_manifest_read(session->directory, path, &manifest, &ignored) ||
        !pki_alarm_is_ours(session->store, &manifest, &ignored))
        return true;
    return meet_manifest(session, &manifest, err);
}

static bool check_exports(struct pki_session *session, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);
    for (; line; line = pki_hierarchy_next(hierarchy, line))
        if (!check_export(session, line->environment, err))
            return false;
    return true;
}

bool pki_alarm_check(struct pki_session *session, struct pki_error *err)
{
    pki_scope(pki_alarm_rows) rows = {0};

    for (size_t i = 0; i < session->n_seen; i++)
        if (!check_seen(session, session->seen[i], err))
            return false;
    if (!check_exports(session, err) || !pki_journal_alarms(session->store, &rows, err))
        return false;
    return rows.n == 0 || refuse(rows.list[0].seen, rows.list[0].detail, err);
}
