/*
 * The reconciling duty: files in, a draft that signs nothing out.
 */
#include "ops/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "pki/backup.h"
#include "base/text.h"

/* --- whether the manifests name more than is known or given ----------------------------------- */

bool pki_reconcile_has_cert(const struct pki_reconcile *reconcile,
                            const uint8_t sha256[PKI_SHA256_SIZE], bool *known,
                            struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};

    if (!pki_store_find_fingerprint(reconcile->session->store, sha256, known, &row, err))
        return false;
    for (size_t i = 0; i < reconcile->n_certs; i++)
        *known =
            *known || memcmp(reconcile->certs[i].cert->fingerprint, sha256, PKI_SHA256_SIZE) == 0;
    return true;
}

static bool is_known_crl(const struct pki_reconcile *reconcile,
                         const uint8_t sha256[PKI_SHA256_SIZE], bool *known, struct pki_error *err)
{
    pki_scope(pki_crl_rows) rows = {0};
    uint8_t digest[PKI_SHA256_SIZE];

    *known = false;
    if (!pki_store_list_crls(reconcile->session->store, 0, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        *known = *known || memcmp(rows.list[i].sha256, sha256, sizeof(digest)) == 0;
    for (size_t i = 0; i < reconcile->n_crls; i++) {
        pki_sha256(pki_buf_view(&reconcile->crls[i].der), digest);
        *known = *known || memcmp(digest, sha256, sizeof(digest)) == 0;
    }
    return true;
}

typedef bool known_test(const struct pki_reconcile *reconcile,
                        const uint8_t sha256[PKI_SHA256_SIZE], bool *known, struct pki_error *err);

static bool check_named(const struct pki_reconcile *reconcile, const json_t *object,
                        known_test *test, const char *path, struct pki_error *err)
{
    const char *text = json_string_value(json_object_get(object, "sha256"));
    pki_scope(pki_buf) sha256 = {0};
    bool known = false;

    if (!text)
        return pki_fail(err, PKI_E_FORMAT, "%s has no digest", path);
    if (!pki_hex_parse(text, &sha256, err))
        return false;
    if (sha256.size != PKI_SHA256_SIZE)
        return pki_fail(err, PKI_E_FORMAT, "%s has a digest of %zu octets", path, sha256.size);
    if (!test(reconcile, sha256.data, &known, err))
        return false;
    return known || pki_fail(err, PKI_E_STATE,
                             "%.100s is neither known nor among the files given: give it too "
                             "(sha256 %.16s...)",
                             path, text);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text);
    size_t tail = strlen(ending);

    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

static bool check_file(const struct pki_reconcile *reconcile, const json_t *file,
                       struct pki_error *err)
{
    const json_t *certs = json_object_get(file, "certificates");
    const char *path = json_string_value(json_object_get(file, "path"));
    char shown[120];

    (void)snprintf(shown, sizeof(shown), "%.100s", path ? path : "a file");
    pki_text_tame(shown);
    for (size_t i = 0; i < json_array_size(certs); i++)
        if (!check_named(reconcile, json_array_get(certs, i), pki_reconcile_has_cert, shown, err))
            return false;
    /* Of a CRL the manifest knows each form; DER's digest is the one that we have. */
    return !json_object_get(file, "crl_number") || ends_with(shown, ".pem") ||
           check_named(reconcile, file, is_known_crl, shown, err);
}

static bool check_manifest(const struct pki_reconcile *reconcile,
                           const struct pki_manifest *manifest, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", manifest->name);
    const json_t *files = json_object_get(manifest->root, "files");

    for (size_t i = 0; i < json_array_size(files); i++)
        if (!check_file(reconcile, json_array_get(files, i), err))
            return false;
    return true;
}

/* --- whether they still trust what a list revokes ------------------------------------------------
 */

static bool lists_digest(const json_t *array, const char *sha256)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(array, i), "sha256"));
        if (text && strcmp(text, sha256) == 0)
            return true;
    }
    return false;
}

/* publish/ is no trust file: issuers' certificates stay there whatever comes. */
static bool holds(const json_t *files, const char *cert)
{
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        const char *path = json_string_value(json_object_get(file, "path"));

        if (path && strncmp(path, "publish/", 8) != 0 &&
            lists_digest(json_object_get(file, "certificates"), cert))
            return true;
    }
    return false;
}

bool pki_reconcile_trusts(const struct pki_reconcile *reconcile, const struct pki_found_crl *found,
                          const uint8_t fingerprint[PKI_SHA256_SIZE], bool *trusts,
                          struct pki_error *err)
{
    pki_scope(pki_buf) list = {0};
    pki_scope(pki_buf) cert = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256(pki_buf_view(&found->der), sha256);
    pki_hex(&list, (struct pki_bytes){sha256, sizeof(sha256)});
    pki_hex(&cert, (struct pki_bytes){fingerprint, PKI_SHA256_SIZE});
    pki_buf_byte(&list, 0);
    pki_buf_byte(&cert, 0);
    if (!pki_buf_ok(&list, err) || !pki_buf_ok(&cert, err))
        return false;
    *trusts = false;
    for (size_t i = 0; i < reconcile->n_manifests; i++) {
        const json_t *files = json_object_get(reconcile->manifests[i].root, "files");
        *trusts = *trusts || (lists_digest(files, (const char *)list.data) &&
                              holds(files, (const char *)cert.data));
    }
    return true;
}

/* --- which alarms this puts out --------------------------------------------------------------- */

static struct pki_answered *find_answered(struct pki_reconcile *reconcile, const char *seen)
{
    for (size_t i = 0; i < reconcile->n_answered; i++)
        if (strcmp(reconcile->answered[i].seen, seen) == 0)
            return &reconcile->answered[i];
    return NULL;
}

static bool answer(struct pki_reconcile *reconcile, const char *seen, const char *detail, bool lost,
                   struct pki_error *err)
{
    if (reconcile->n_answered == PKI_RECONCILE_MAX)
        return pki_fail(err, PKI_E_USAGE, "more than %d alarms", PKI_RECONCILE_MAX);
    struct pki_answered *answered = &reconcile->answered[reconcile->n_answered++];
    (void)snprintf(answered->seen, sizeof(answered->seen), "%s", seen);
    (void)snprintf(answered->detail, sizeof(answered->detail), "%s%s",
                   lost ? PKI_OVERRIDE_LOST ": " : "", detail);
    answered->lost = lost;
    return true;
}

/* It lists what the environment's verifiers had up to its entry, and all of that is given by now.
   One that was not seen before will raise no alarm. */
static bool answer_manifest(struct pki_reconcile *reconcile, const struct pki_manifest *manifest,
                            struct pki_error *err)
{
    enum pki_place place = PKI_PLACE_KNOWN;
    struct pki_seen seen;

    pki_seen_manifest(manifest, &seen);
    if (!manifest->whole || find_answered(reconcile, seen.text))
        return true;
    if (!pki_seen_place(reconcile->session->store, &seen, &place, err))
        return false;
    return place == PKI_PLACE_KNOWN || answer(reconcile, seen.text, seen.name, false, err);
}

static bool answer_alarm(struct pki_reconcile *reconcile, const struct pki_alarm_row *alarm,
                         struct pki_error *err)
{
    struct pki_answered *answered = find_answered(reconcile, alarm->seen);

    if (answered)
        (void)snprintf(answered->detail, sizeof(answered->detail), "%s", alarm->detail);
    else if (pki_session_overrides(reconcile->session, PKI_OVERRIDE_LOST))
        return answer(reconcile, alarm->seen, alarm->detail, true, err);
    else
        reconcile->left = *alarm;
    return true;
}

static bool answer_all(struct pki_reconcile *reconcile, struct pki_error *err)
{
    pki_scope(pki_alarm_rows) rows = {0};

    for (size_t i = 0; i < reconcile->n_manifests; i++)
        if (!answer_manifest(reconcile, &reconcile->manifests[i], err))
            return false;
    if (!pki_journal_alarms(reconcile->session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!answer_alarm(reconcile, &rows.list[i], err))
            return false;
    return true;
}

/* --- the duty --------------------------------------------------------------------------------- */

static bool has_news(const struct pki_reconcile *reconcile)
{
    bool news = reconcile->n_answered > 0 || reconcile->n_certs > reconcile->n_foreign;

    for (size_t i = 0; i < reconcile->n_crls; i++)
        news = news || reconcile->crls[i].unknown > 0 || reconcile->crls[i].newer ||
               reconcile->crls[i].absent;
    return news;
}

static bool check_news(const struct pki_reconcile *reconcile, struct pki_error *err)
{
    if (has_news(reconcile))
        return true;
    if (reconcile->left.seen[0]) {
        return pki_fail(err, PKI_E_STATE,
                        "all of it is known, and the alarm stays: the cellar is %s: %s",
                        reconcile->left.detail, pki_alarm_answer(reconcile->left.seen));
    }
    return pki_fail(err, PKI_E_STATE, "there is nothing to reconcile: all of it is known");
}

static bool fill(struct pki_reconcile *reconcile, const char *const *files, size_t n,
                 struct pki_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!pki_reconcile_file(reconcile, files[i], err))
            return false;
    if (!pki_reconcile_judge(reconcile, err))
        return false;
    for (size_t i = 0; i < reconcile->n_manifests; i++)
        if (!check_manifest(reconcile, &reconcile->manifests[i], err))
            return false;
    return pki_reconcile_note_lists(reconcile, err) && answer_all(reconcile, err) &&
           check_news(reconcile, err);
}

bool pki_reconcile_prepare(struct pki_session *session, const char *const *files, size_t n_files,
                           struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "reconcile");
    const struct pki_hierarchy *hierarchy = NULL;
    pki_auto(pki_draft) fresh = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_draft_begin_behind(session, PKI_ACTION_RECONCILE, &fresh, err))
        return false;
    struct pki_reconcile *own = calloc(1, sizeof(*own));
    if (!own)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    own->session = session;
    fresh->own = own;
    fresh->duty = &pki_reconcile_duty;
    if (!fill(own, files, n_files, err))
        return false;
    (void)snprintf(fresh->subject, sizeof(fresh->subject), "%s",
                   own->n_answered > 0 ? own->answered[0].seen : "found outside");
    (void)snprintf(fresh->confirm, sizeof(fresh->confirm), "%s", hierarchy->organization);
    (void)snprintf(fresh->next, sizeof(fresh->next), "%s",
                   own->left.seen[0] ? pki_alarm_command(own->left.seen) : "cellar status");
    *draft = PKI_TAKE(fresh);
    return true;
}
