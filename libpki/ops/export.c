/*
 * The export duty: which bundles, where to, all or nothing, recorded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki/ops.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/alarm.h"
#include "ops/export_check.h"
#include "ops/export_target.h"
#include "ops/handover.h"
#include "x509/sigstore.h"

#define EXPORTS "exports"

/* --- what is exported --------------------------------------------------------------------------
 */

struct export
{
    struct pki_session *session;
    const struct pki_export_request *request;
    int64_t as_of;
    char *logs;
    struct pki_cert *leaf; /* of --leaf */
    struct pki_export_set *sets;
    size_t n_sets;
    struct pki_buf left_out; /* environments of which nothing is trusted, where all are exported */
    struct pki_target *targets; /* filled, not yet named: one a set, or the one of --to */
    size_t n_targets;
};

static void export_clear(struct export *export)
{
    for (size_t i = 0; i < export->n_targets; i++)
        pki_target_clear(&export->targets[i]);
    for (size_t i = 0; i < export->n_sets; i++) {
        pki_bundle_clear(&export->sets[i].bundle);
        pki_trust_free(export->sets[i].trust);
    }
    pki_cert_free(export->leaf);
    pki_buf_clear(&export->left_out);
    free(export->targets);
    free(export->sets);
    free(export->logs);
}

static bool add_set(struct export *export, const char *environment, struct pki_error *err)
{
    struct pki_export_set *grown = realloc(export->sets, (export->n_sets + 1) * sizeof(*grown));

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    export->sets = grown;
    struct pki_export_set *set = &grown[export->n_sets++];
    *set = (struct pki_export_set){.trust = NULL};
    (void)snprintf(set->environment, sizeof(set->environment), "%s", environment);
    return true;
}

static bool check_purpose(const struct pki_export_set *set,
                          const struct pki_export_request *request, struct pki_error *err)
{
    const struct pki_line_plan *line = NULL;

    if (!request->purpose)
        return true;
    if (!pki_hierarchy_line(set->trust->hierarchy, set->environment, request->purpose, &line, err))
        return false;
    return pki_trust_active(set->trust, request->purpose) ||
           pki_vacancy_fail(pki_trust_vacancy(set->trust, request->purpose), err);
}

static bool compose_set(struct export *export, struct pki_export_set *set, struct pki_error *err)
{
    const struct pki_export_request *request = export->request;

    set->bundle.trust = set->trust;
    set->bundle.progress = export->session->progress;
    set->bundle.purpose = request->purpose;
    if (request->consumer)
        return pki_handover_compose(export->session, &set->bundle, request, err);
    return check_purpose(set, request, err) &&
           pki_trust_load_issuers(export->session, set->trust, err) &&
           pki_trust_load_crls(export->session, set->trust, err) &&
           pki_bundle_compose(&set->bundle, export->logs, err);
}

static bool has_generations(struct export *export, const char *environment, bool *has,
                            struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(export->session->store, environment, NULL, &rows, err))
        return false;
    *has = rows.n > 0;
    return true;
}

/* Every environment that has something, in the hierarchy's order. */
static bool choose_all(struct export *export, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(export->session, &hierarchy, err))
        return false;
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);
    for (; line; line = pki_hierarchy_next(hierarchy, line)) {
        bool has = false;
        if (!has_generations(export, line->environment, &has, err) ||
            (has && !add_set(export, line->environment, err)))
            return false;
    }
    return export->n_sets > 0 || pki_fail(err, PKI_E_STATE,
                                          "nothing to export yet: issue a line first, for example "
                                          "`cellar issue prod code-signing`");
}

static void leave_out(struct export *export, struct pki_export_set *set)
{
    pki_buf_printf(&export->left_out, "%s%s", export->left_out.size > 0 ? ", " : "",
                   set->environment);
    pki_trust_free(set->trust);
    set->trust = NULL;
}

/* Of one after a compromise nothing may be left; the others must all the more be written. */
static bool load_sets(struct export *export, struct pki_error *err)
{
    const size_t n = export->n_sets;

    export->n_sets = 0;
    for (size_t i = 0; i < n; i++) {
        struct pki_export_set *set = &export->sets[export->n_sets];

        memmove(set->environment, export->sets[i].environment, sizeof(set->environment));
        if (!pki_trust_load(export->session, set->environment, export->as_of, &set->trust, err))
            return false;
        if (set->trust->n_generations > 0 || export->request->environment)
            export->n_sets++;
        else
            leave_out(export, set);
    }
    return true;
}

/* What the whole of an export fails with, at its end. */
static bool check_left_out(const struct export *export, struct pki_error *err)
{
    return export->left_out.size == 0 ||
           pki_fail(err, PKI_E_STATE,
                    "nothing of %.*s is trusted, and nothing of it was written: issue a line "
                    "first; after a compromise remove what lies of it below exports/, and what "
                    "was published of it",
                    (int)export->left_out.size, (const char *)export->left_out.data);
}

static bool compose_sets(struct export *export, struct pki_error *err)
{
    const char *environment = export->request->environment;

    if (!(environment ? add_set(export, environment, err) : choose_all(export, err)) ||
        !load_sets(export, err) || (export->n_sets == 0 && !check_left_out(export, err)))
        return false;
    for (size_t i = 0; i < export->n_sets; i++)
        if (!compose_set(export, &export->sets[i], err))
            return false;
    return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool write_below(struct export *export, int dir, struct pki_error *err)
{
    for (size_t i = 0; i < export->n_sets; i++) {
        pki_scope_fd int below = -1;
        if (!pki_dir_make(dir, export->sets[i].environment, &below, err) ||
            !pki_bundle_write(&export->sets[i].bundle, below, err))
            return false;
    }
    return pki_bundle_open_up(dir, err) && pki_dir_sync(dir, err);
}

/* Several environments lie below --to, a single one, or an end entity's, in it. */
static bool fill_elsewhere(struct export *export, struct pki_target *target, struct pki_error *err)
{
    const struct pki_export_request *request = export->request;
    pki_scope_fd int dir = -1;

    if (!pki_target_open(target, request->to, request->replace, err) ||
        !pki_target_begin(target, &dir, err))
        return false;
    return request->environment || request->leaf
               ? pki_bundle_write(&export->sets[0].bundle, dir, err)
               : write_below(export, dir, err);
}

/* exports/ENV is replaced as a whole, so that nothing stale stays. */
static bool fill_here(struct export *export, struct pki_export_set *set, struct pki_target *target,
                      struct pki_error *err)
{
    pki_scope_fd int dir = -1;

    return pki_dir_ensure(export->session->directory, EXPORTS, &target->above, err) &&
           pki_target_name(target, set->environment, err) && pki_target_begin(target, &dir, err) &&
           pki_bundle_write(&set->bundle, dir, err);
}

static struct pki_target *add_target(struct export *export)
{
    struct pki_target *target = &export->targets[export->n_targets++];

    target->above = -1;
    return target;
}

/* Everything complete, read back and verified under hidden names. */
static bool fill_targets(struct export *export, struct pki_error *err)
{
    export->targets = calloc(export->n_sets, sizeof(*export->targets));
    if (!export->targets)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (export->request->to)
        return fill_elsewhere(export, add_target(export), err);
    for (size_t i = 0; i < export->n_sets; i++)
        if (!fill_here(export, &export->sets[i], add_target(export), err))
            return false;
    return true;
}

static bool name_targets(struct export *export, struct pki_error *err)
{
    for (size_t i = 0; i < export->n_targets; i++)
        export->targets[i].recorded = !export->targets[i].elsewhere;
    for (size_t i = 0; i < export->n_targets; i++)
        if (!pki_target_finish(&export->targets[i], err))
            return false;
    return true;
}

/* --- recording -------------------------------------------------------------------------------- */

static bool add_publication(struct export *export, struct pki_txn *txn,
                            const struct pki_export_set *set, int64_t now, struct pki_error *err)
{
    struct pki_publication_row row = {
        .published_at = now,
        .counter = set->trust->head.counter,
        .as_of = export->as_of,
    };

    (void)snprintf(row.environment, sizeof(row.environment), "%s", set->environment);
    pki_export_digest(set, row.manifest_sha256);
    return pki_store_add_publication(txn, &row, err);
}

/* Only today's whole set under exports/ counts as published: a rotation waits for it, and audit and
 * status compare it with what lies there. */
static bool counts_as_published(const struct pki_export_request *request)
{
    return !request->to && !request->has_as_of;
}

/* Before anything gets its name: no key is handed over that the journal does not know of. */
static bool record(struct export *export, const char *clock, struct pki_error *err)
{
    const struct pki_export_request *request = export->request;
    const char *place = request->to ? request->to : "";
    const char *comma = *place && *clock ? "; " : "";
    char detail[600];
    const struct pki_journal_entry entry = {
        .at = pki_session_now(export->session),
        .action = request->with_key ? "hand-over" : "export",
        .subject = export->n_sets == 1 ? export->sets[0].environment : "all",
        .detail = detail,
        .actor = export->session->actor,
    };
    pki_auto(pki_txn) txn = NULL;

    (void)snprintf(detail, sizeof(detail), "%.250s%s%s", place, comma, clock);
    pki_text_tame(detail); /* where it was cut within a character */
    if (!pki_store_begin(export->session->store, &txn, err))
        return false;
    for (size_t i = 0; i < export->n_sets && counts_as_published(request); i++)
        if (!add_publication(export, txn, &export->sets[i], entry.at, err))
            return false;
    return pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

/* --- the duty --------------------------------------------------------------------------------- */

static bool read_logs(struct export *export, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!export->request->logs)
        return true;
    if (!pki_file_read(AT_FDCWD, export->request->logs, PKI_LIMIT_BUNDLE, &text, err))
        return false;
    PKI_CONTEXT(err, "%s", export->request->logs);
    return pki_buf_take_text(&text, &export->logs, err) &&
           pki_trusted_root_check_logs(export->logs, err);
}

static bool compose_leaf(struct export *export, struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    pki_scope(pki_authority_row) issuer = {0};

    if (!pki_handover_find_leaf(export->session->store, export->request->leaf, &row, &issuer,
                                err) ||
        !pki_cert_parse(pki_buf_view(&row.der), &export->leaf, err) ||
        !add_set(export, issuer.environment, err))
        return false;
    struct pki_export_set *set = &export->sets[0];
    if (!pki_trust_load(export->session, set->environment, export->as_of, &set->trust, err))
        return false;
    set->bundle.trust = set->trust;
    set->bundle.progress = export->session->progress;
    return pki_handover_leaf(&set->bundle, export->leaf, row.issuer, err);
}

static bool compose(struct export *export, struct pki_error *err)
{
    if (export->request->leaf)
        return compose_leaf(export, err);
    return read_logs(export, err) && compose_sets(export, err);
}

bool pki_export(struct pki_session *session, const struct pki_export_request *request,
                struct pki_report *report, struct pki_report *warnings, struct pki_error *err)
{
    PKI_CONTEXT(err, "export");
    __attribute__((__cleanup__(export_clear))) struct export export = {
        .session = session,
        .request = request,
        .as_of = request->has_as_of ? request->as_of : pki_session_now(session),
    };
    char clock[PKI_CLOCK_TEXT] = "";

    if (!pki_export_check_options(request, err) || !pki_alarm_check(session, err) ||
        (!request->dry_run && !pki_session_clock_text(session, clock, err)) ||
        !compose(&export, err))
        return false;
    const struct pki_export_told told = {
        .session = session, .request = request, .sets = export.sets, .n_sets = export.n_sets};
    if (!pki_export_check_as_of(&told, err) ||
        (!request->dry_run && (!fill_targets(&export, err) || !record(&export, clock, err) ||
                               !name_targets(&export, err))))
        return false;
    for (size_t i = 0; i < export.n_targets; i++)
        pki_target_warn(&export.targets[i], warnings);
    pki_export_warn(&told, warnings);
    return pki_export_report(&told, report, err) && check_left_out(&export, err);
}
