/*
 * The forecast for a person: of each file what is added, taken out, put first,
 * and which windows change; certificates by name, and their fingerprints once.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "ops/forecast_sets.h"

/* What is being told. */
struct account {
    const struct pki_forecast *forecast;
    const struct pki_forecast_pair *pair;
    struct pki_report *files, *certificates;
    struct pki_buf change; /* of the file at hand */
    struct pki_buf named;  /* the fingerprints of whom has been named so far */
};

static void clause(struct account *account, const char *format, ...) PKI_PRINTF(2, 3);

static void clause(struct account *account, const char *format, ...)
{
    char text[200];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pki_buf_printf(&account->change, "%s%s", account->change.size > 0 ? "; " : "", text);
}

/* --- certificates ---------------------------------------------------------------------------- */

static bool is_signed(const struct account *account, const char *name)
{
    for (size_t i = 0; i < account->forecast->n_unsigned; i++)
        if (strcmp(account->forecast->unsigned_yet[i], name) == 0)
            return false;
    return true;
}

/* Its line in the table of certificates, once. */
static void introduce(struct account *account, const struct pki_cert *cert, const char *name)
{
    struct pki_buf *named = &account->named;

    for (size_t at = 0; at < named->size; at += PKI_SHA256_SIZE)
        if (memcmp(named->data + at, cert->fingerprint, PKI_SHA256_SIZE) == 0)
            return;
    pki_buf_append(named, cert->fingerprint, PKI_SHA256_SIZE);
    struct pki_report *row = pki_report_row(account->certificates);
    pki_report_text(row, "Name", "%s", name);
    if (is_signed(account, name)) {
        pki_report_octets(row, "Fingerprint",
                          (struct pki_bytes){cert->fingerprint, PKI_SHA256_SIZE});
    } else {
        pki_report_text(row, "Fingerprint", "(not signed yet)");
    }
}

static void tell_cert(struct account *account, const struct pki_trust *trust,
                      const struct pki_cert *cert, const char *what)
{
    char name[PKI_NAME_MAX];

    pki_trust_name(trust, cert, name);
    clause(account, "%s %s", what, name);
    introduce(account, cert, name);
}

static bool same(const struct pki_cert *a, const struct pki_cert *b)
{
    return memcmp(a->fingerprint, b->fingerprint, PKI_SHA256_SIZE) == 0;
}

static bool holds(const struct pki_bundle_file *file, const struct pki_cert *cert)
{
    for (size_t i = 0; file && i < file->n_certs; i++)
        if (same(file->certs[i], cert))
            return true;
    return false;
}

/* Whoever is in the one file and not in the other. */
static void tell_difference(struct account *account, const struct pki_trust *trust,
                            const struct pki_bundle_file *file, const struct pki_bundle_file *other,
                            const char *what)
{
    for (size_t i = 0; i < file->n_certs; i++)
        if (!holds(other, file->certs[i]))
            tell_cert(account, trust, file->certs[i], what);
}

/* --- windows --------------------------------------------------------------------------------- */

static const struct pki_generation *find_generation(const struct pki_trust *trust, int64_t id)
{
    for (size_t i = 0; i < trust->n_generations; i++)
        if (trust->generations[i].authority.id == id)
            return &trust->generations[i];
    return NULL;
}

static void tell_window(struct account *account, const struct pki_generation *before,
                        const struct pki_generation *after)
{
    const char *name = after->authority.name;
    const struct pki_window *window = &after->window;
    char date[PKI_TIME_TEXT];

    if (!before || before->window.start != window->start)
        clause(account, "the window of %s opens %s", name, pki_time_format(window->start, date));
    if (window->has_end &&
        (!before || !before->window.has_end || before->window.end != window->end))
        clause(account, "the window of %s ends %s", name, pki_time_format(window->end, date));
    if (!window->has_end && before && before->window.has_end)
        clause(account, "the window of %s has no end", name);
}

static void tell_windows(struct account *account, const struct pki_bundle_file *file)
{
    const struct pki_trust *after = account->pair->after.trust;

    for (size_t i = 0; i < after->n_generations; i++) {
        const struct pki_generation *generation = &after->generations[i];
        const int64_t id = generation->authority.id;
        if (holds(file, generation->cert))
            tell_window(account, find_generation(account->pair->before.trust, id), generation);
    }
}

/* --- files ----------------------------------------------------------------------------------- */

static void tell_new(struct account *account, const struct pki_bundle_file *after)
{
    if (after->n_certs == 0)
        clause(account, "new: %s", after->use);
    tell_difference(account, account->pair->after.trust, after, NULL, "new: holds");
}

static void tell_change(struct account *account, const struct pki_bundle_file *before,
                        const struct pki_bundle_file *after)
{
    const struct pki_forecast_pair *pair = account->pair;

    tell_difference(account, pair->after.trust, after, before, "adds");
    tell_difference(account, pair->before.trust, before, after, "takes out");
    if (after->kind == PKI_BUNDLE_TRUSTED_ROOT)
        tell_windows(account, after);
    else if (after->n_certs > 0 && !same(before->certs[0], after->certs[0]) &&
             holds(before, after->certs[0]))
        tell_cert(account, pair->after.trust, after->certs[0], "puts first");
    if (account->change.size == 0)
        clause(account, "changes");
}

static void tell_row(struct account *account, const struct pki_bundle_file *file)
{
    const struct pki_buf *change = &account->change;
    struct pki_report *row = pki_report_row(account->files);

    pki_report_text(row, "File", "%s/%s", account->pair->environment, file->path);
    pki_report_text(row, "Change", "%.*s", (int)change->size, (const char *)change->data);
    account->change.size = 0;
}

static const struct pki_bundle_file *find_file(const struct pki_forecast_set *set, const char *path)
{
    for (size_t i = 0; i < set->bundle.n_files; i++)
        if (strcmp(set->bundle.files[i].path, path) == 0)
            return &set->bundle.files[i];
    return NULL;
}

static void tell_pair(struct account *account)
{
    const struct pki_forecast_pair *pair = account->pair;

    for (size_t i = 0; i < pair->after.bundle.n_files; i++) {
        const struct pki_bundle_file *after = &pair->after.bundle.files[i];
        const struct pki_bundle_file *before = find_file(&pair->before, after->path);
        if (!before)
            tell_new(account, after);
        else if (!pki_bytes_equal(pki_bundle_bytes(before), pki_bundle_bytes(after)))
            tell_change(account, before, after);
        if (account->change.size > 0)
            tell_row(account, after);
    }
    for (size_t i = 0; i < pair->before.bundle.n_files; i++) {
        const struct pki_bundle_file *before = &pair->before.bundle.files[i];
        if (find_file(&pair->after, before->path))
            continue;
        clause(account, "goes");
        tell_difference(account, pair->before.trust, before, NULL, "held");
        tell_row(account, before);
    }
}

bool pki_forecast_tell(const struct pki_forecast *forecast, struct pki_report *report,
                       struct pki_error *err)
{
    struct account account = {
        .forecast = forecast,
        .files = pki_report_table(report, "Files"),
        .certificates = pki_report_table(report, "Certificates"),
    };

    for (size_t i = 0; i < forecast->n; i++) {
        account.pair = &forecast->pairs[i];
        tell_pair(&account);
    }
    bool told = pki_buf_ok(&account.change, err) && pki_buf_ok(&account.named, err);
    pki_buf_clear(&account.change);
    pki_buf_clear(&account.named);
    return told;
}
