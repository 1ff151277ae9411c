#include "ops/export_report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH 4096

/* A path as a person at this keyboard types it: below the cellar as -C named it, or --to. */
static void path_typed(const struct pki_export_request *request, const char *below, char path[PATH])
{
    const char *cellar = request->cellar ? request->cellar : ".";

    if (request->to)
        (void)snprintf(path, PATH, "%s", request->to);
    else if (strcmp(cellar, ".") == 0)
        (void)snprintf(path, PATH, "exports%s%s", *below ? "/" : "", below);
    else
        (void)snprintf(path, PATH, "%s/exports%s%s", cellar, *below ? "/" : "", below);
}

static void report_set(const struct pki_export_set *set, bool dry_run, struct pki_report *report)
{
    const char *title = dry_run ? "Would write" : "Written";
    struct pki_report *table = pki_report_table(pki_report_block(report, set->environment), title);

    for (size_t i = 0; i < set->bundle.n_files; i++) {
        const struct pki_bundle_file *file = &set->bundle.files[i];
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "File", "%s", file->path);
        pki_report_text(row, "For", "%s", file->use);
    }
}

/* The formats of one environment, and why they do not separate it: the same reason once. */
static const char *warn_set(const struct pki_export_set *set, const char *said,
                            struct pki_report *warnings)
{
    for (size_t i = 0; i < set->bundle.n_files; i++) {
        const struct pki_bundle_file *file = &set->bundle.files[i];
        if (!file->not_separate)
            continue;
        if (said && strcmp(said, file->not_separate) != 0)
            pki_report_note(warnings, "Warning", PKI_TONE_WARN, "%s", said);
        said = file->not_separate;
        pki_report_line(warnings, "Warning", PKI_TONE_WARN, "%s/%s does not separate environments",
                        set->environment, file->path);
    }
    return said;
}

/* Whoever looks for a line's chain finds none: its only candidate was lost or has ended. */
static void warn_vacant(const struct pki_export_set *set, struct pki_report *warnings)
{
    for (size_t i = 0; i < set->trust->n_vacancies; i++) {
        const struct pki_vacancy *vacancy = &set->trust->vacancies[i];
        const char *purpose = vacancy->line->purpose;

        if (vacancy->unmade || !vacancy->why[0] ||
            (set->bundle.purpose && strcmp(set->bundle.purpose, purpose) != 0))
            continue;
        pki_report_line(warnings, "Warning", PKI_TONE_BAD, "%s/%s/chain.pem is left out: %s; %s",
                        set->environment, purpose, vacancy->why, vacancy->command);
    }
}

void pki_export_warn(const struct pki_export_told *told, struct pki_report *warnings)
{
    const char *said = NULL;

    for (size_t i = 0; i < told->n_sets; i++) {
        warn_vacant(&told->sets[i], warnings);
        said = warn_set(&told->sets[i], said, warnings);
    }
    if (said)
        pki_report_note(warnings, "Warning", PKI_TONE_WARN, "(%s)", said);
}

/* --- what follows ---------------------------------------------------------------------------- */

/* One that verifies today. */
static const struct pki_bundle_file *find_chain(const struct pki_export_set *set)
{
    const struct pki_bundle *bundle = &set->bundle;

    for (size_t i = 0; i < bundle->n_files; i++) {
        if (bundle->files[i].kind == PKI_BUNDLE_CHAIN &&
            bundle->files[i].certs[0]->not_after >= set->trust->as_of)
            return &bundle->files[i];
    }
    return NULL;
}

/* Where this environment's files lie: with --to and no ENV each has a directory of its own. */
static void set_path(const struct pki_export_told *told, const struct pki_export_set *set,
                     char path[PATH])
{
    const struct pki_export_request *request = told->request;

    path_typed(request, set->environment, path);
    if (request->to && !request->environment)
        (void)snprintf(path, PATH, "%.2000s/%s", request->to, set->environment);
}

static void next_of_set(const struct pki_export_told *told, struct pki_report *report)
{
    const struct pki_export_set *set = &told->sets[told->n_sets - 1];
    const struct pki_bundle_file *chain = find_chain(set);
    char path[PATH];

    set_path(told, set, path);
    if (chain)
        pki_report_next(report, "cellar verify --anchor %s/anchors.pem %s/%s", path, path,
                        chain->path);
}

/* Held against the anchors that were exported; without them there is nothing to hold it against. */
static void next_of_leaf(const struct pki_export_told *told, struct pki_report *report)
{
    struct pki_export_request here = *told->request;
    const char *environment = told->sets[0].environment;
    char anchors[PKI_WORD_MAX + 32];
    char path[PATH];

    here.to = NULL;
    path_typed(&here, environment, path);
    (void)snprintf(anchors, sizeof(anchors), "exports/%s/anchors.pem", environment);
    if (faccessat(told->session->directory, anchors, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        pki_report_next_here(report, "cellar export %s", environment);
    else
        pki_report_next(report, "cellar verify --anchor %s/anchors.pem %s/chain.pem", path,
                        told->request->to);
}

static void report_next(const struct pki_export_told *told, struct pki_report *report)
{
    const struct pki_export_request *request = told->request;

    if (request->leaf) {
        next_of_leaf(told, report);
    } else if (request->consumer && strcmp(request->consumer, "fulcio") == 0 && request->with_key) {
        pki_report_next(report, "cellar install fulcio --from %s --to DIR", request->to);
    } else if (request->consumer) {
        pki_report_next(report, "cellar lint --for %s %s/chain.pem", request->consumer,
                        request->to);
    } else {
        next_of_set(told, report);
    }
}

bool pki_export_report(const struct pki_export_told *told, struct pki_report *report,
                       struct pki_error *err)
{
    const bool dry_run = told->request->dry_run;
    char path[PATH];

    path_typed(told->request, "", path);
    if (!dry_run)
        pki_report_text(report, "Directory", "%s", path);
    for (size_t i = 0; i < told->n_sets; i++)
        report_set(&told->sets[i], dry_run, report);
    if (dry_run)
        return true;
    if (!pki_session_head(told->session, report, err))
        return false;
    report_next(told, report);
    return true;
}
