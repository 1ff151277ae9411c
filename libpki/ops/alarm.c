#include "ops/alarm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* "older: prod/manifest.json is of entry 20, and this journal ends with 12" */
static void write_detail(enum pki_place place, const char *name, int64_t met, int64_t last,
                         char detail[300])
{
    if (place == PKI_PLACE_FORKED) {
        (void)snprintf(detail, 300, "forked: %.150s is of an entry %lld that here is another one",
                       name, (long long)met);
    } else if (met == 0) {
        (void)snprintf(detail, 300, "older: this journal of %lld entries does not hold %.150s",
                       (long long)last, name);
    } else {
        (void)snprintf(detail, 300,
                       "older: %.150s is of entry %lld, and this journal ends with %lld", name,
                       (long long)met, (long long)last);
    }
    pki_text_tame(detail);
}

int64_t pki_alarm_entry(const char *detail)
{
    static const char before[] = " entry "; /* the last one: a name may hold it, too */
    int64_t entry = 0;

    for (const char *at = strstr(detail, before); at; at = strstr(at + 1, before))
        entry = strtoll(at + sizeof(before) - 1, NULL, 10);
    return entry;
}

static bool raise_alarm(struct pki_session *session, const char *head, const char *detail,
                        struct pki_error *err)
{
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = PKI_ACTION_BEHIND,
        .subject = head,
        .detail = detail,
        .actor = session->actor,
    };
    pki_auto(pki_txn) txn = NULL;

    return pki_store_begin(session->store, &txn, err) && pki_journal_append(txn, &entry, err) &&
           pki_txn_commit(&txn, err);
}

static bool is_raised(struct pki_session *session, const char *head, bool *raised,
                      struct pki_error *err)
{
    pki_scope(pki_alarm_rows) rows = {0};

    if (!pki_journal_alarms(session->store, &rows, err))
        return false;
    *raised = false;
    for (size_t i = 0; i < rows.n; i++)
        *raised = *raised || strcmp(rows.list[i].head, head) == 0;
    return true;
}

static bool refuse(const char *detail, struct pki_error *err)
{
    return pki_fail(err, PKI_E_STATE,
                    "the cellar is %s: gather what was published since, then run `cellar "
                    "reconcile FILE...`; nothing is signed or exported until then",
                    detail);
}

bool pki_alarm_meet(struct pki_session *session, const char *name,
                    const struct pki_journal_head *met, bool *known, struct pki_error *err)
{
    enum pki_place place = PKI_PLACE_KNOWN;
    struct pki_journal_head last = {0};
    pki_scope(pki_buf) head = {0};
    char detail[300];
    bool raised = false;

    if (!pki_journal_place(session->store, met, &place, err) ||
        !pki_journal_get_head(session->store, &last, err))
        return false;
    *known = place == PKI_PLACE_KNOWN;
    if (*known)
        return true;
    pki_hex(&head, (struct pki_bytes){met->hash, sizeof(met->hash)});
    pki_buf_byte(&head, 0);
    if (!pki_buf_ok(&head, err) || !is_raised(session, (const char *)head.data, &raised, err))
        return false;
    write_detail(place, name, met->counter, last.counter, detail);
    if (!session->write) /* a dry run finds out, and records nothing */
        return refuse(detail, err);
    return raised || raise_alarm(session, (const char *)head.data, detail, err);
}

static bool check_seen(struct pki_session *session, const char *path, struct pki_error *err)
{
    pki_scope(pki_manifest) manifest = {0};
    bool known = false;

    return pki_manifest_read(AT_FDCWD, path, &manifest, err) &&
           pki_alarm_is_ours(session->store, &manifest, err) &&
           pki_alarm_meet(session, manifest.name, &manifest.head, &known, err);
}

/* What cannot be read there is for status and audit to tell: it can be exported again. */
static bool check_export(struct pki_session *session, const char *environment,
                         struct pki_error *err)
{
    pki_scope(pki_manifest) manifest = {0};
    struct pki_error ignored = {0};
    char path[PKI_WORD_MAX + 32];
    bool known = false;

    (void)snprintf(path, sizeof(path), "exports/%s/" PKI_MANIFEST, environment);
    if (!pki_manifest_read(session->directory, path, &manifest, &ignored) ||
        !pki_alarm_is_ours(session->store, &manifest, &ignored))
        return true;
    return pki_alarm_meet(session, path, &manifest.head, &known, err);
}

static bool check_exports(struct pki_session *session, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const char *environment = hierarchy->lines[i].environment;
        bool seen = i > 0 && strcmp(environment, hierarchy->lines[i - 1].environment) == 0;
        if (!seen && !check_export(session, environment, err))
            return false;
    }
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
    return rows.n == 0 || refuse(rows.list[0].detail, err);
}
