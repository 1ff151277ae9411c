#include "pki/init.h"

#include <fcntl.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/random.h"
#include "ops/seams.h"
#include "ops/session.h"

static const char *const directories[] = {"keys", "crls", "exports", "ceremonies"};

/* --- where --------------------------------------------------------------------------------- */

static bool refuse_name(void *context, int dir, const char *name, struct pki_error *err)
{
    const char *const *path = context;

    (void)dir;
    (void)name;
    return pki_fail(err, PKI_E_EXISTS, "%s: is not empty; a cellar needs a directory of its own",
                    *path);
}

/* Absent is right too; outputs that exist are never touched. */
static bool check_empty(const char *path, struct pki_error *err)
{
    bool there = false;

    return pki_dir_holds(AT_FDCWD, path, &there, err) &&
           (!there || pki_dir_each(AT_FDCWD, path, refuse_name, &path, err));
}

/* A directory that was just made is not there for good until the one above it is synced. */
static bool enter(const char *path, int *cellar, struct pki_error *err)
{
    pki_scope_fd int above = -1;
    bool there = false;

    if (!pki_dir_holds(AT_FDCWD, path, &there, err))
        return false;
    if (there)
        return pki_dir_open(AT_FDCWD, path, cellar, err);
    return pki_dir_make(AT_FDCWD, path, cellar, err) && pki_dir_open(*cellar, "..", &above, err) &&
           pki_dir_sync(above, err);
}

bool pki_cellar_directories(int cellar, struct pki_error *err)
{
    for (size_t i = 0; i < PKI_COUNT(directories); i++) {
        pki_scope_fd int fd = -1;

        if (!pki_dir_ensure(cellar, directories[i], &fd, err))
            return false;
    }
    return pki_dir_sync(cellar, err);
}

/* --- what ---------------------------------------------------------------------------------- */

static bool check_clock(const struct pki_init_request *request, struct pki_error *err)
{
    char now[PKI_TIME_TEXT];
    char built[PKI_TIME_TEXT];

    if (request->has_clock && !request->rehearsal)
        return pki_fail(err, PKI_E_USAGE, "--rehearsal-clock needs --rehearsal");
    if (request->has_clock || pki_seam_now() >= pki_seam_build_date())
        return true;
    return pki_fail(err, PKI_E_POLICY, "the clock says %s, before this tool was built (%s): set it",
                    pki_time_format(pki_seam_now(), now),
                    pki_time_format(pki_seam_build_date(), built));
}

static void period_text(struct pki_period period, char text[32])
{
    if (period.months > 0) {
        (void)snprintf(text, 32, period.months % 12 == 0 ? "%d y" : "%d mo",
                       (int)(period.months % 12 == 0 ? period.months / 12 : period.months));
    } else if (period.seconds % 86400 == 0) {
        (void)snprintf(text, 32, "%lld d", (long long)period.seconds / 86400);
    } else {
        (void)snprintf(text, 32, "%lld h", (long long)period.seconds / 3600);
    }
}

static void tell_roots(const struct pki_hierarchy *hierarchy, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Roots");
    char validity[32];

    for (size_t i = 0; i < hierarchy->n_roots; i++) {
        struct pki_report *row = pki_report_row(table);

        period_text(hierarchy->roots[i].validity, validity);
        pki_report_text(row, "Root", "%s", hierarchy->roots[i].name);
        pki_report_text(row, "Common name", "%s", hierarchy->roots[i].common_name);
        pki_report_text(row, "Key", "%s", hierarchy->roots[i].key->title);
        pki_report_text(row, "Validity", "%s", validity);
    }
}

static void tell_lines(const struct pki_hierarchy *hierarchy, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Lines");
    char validity[32];
    char rotate[32];

    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &hierarchy->lines[i];
        struct pki_report *row = pki_report_row(table);

        period_text(line->validity, validity);
        period_text(line->rotate_every, rotate);
        pki_report_text(row, "Environment", "%s", line->environment);
        pki_report_text(row, "Purpose", "%s", line->purpose);
        pki_report_text(row, "Root", "%s", line->root->name);
        pki_report_text(row, "Key", "%s", line->key->title);
        pki_report_text(row, "Validity", "%s", validity);
        pki_report_text(row, "Rotated every", "%s", rotate);
    }
}

static bool create(const struct pki_init_request *request, int cellar, struct pki_bytes hierarchy,
                   const char *root, struct pki_report *report, struct pki_error *err)
{
    struct pki_cellar_row row = {
        .created_at = request->has_clock ? request->clock : pki_seam_now(),
        .rehearsal = request->rehearsal,
    };
    pki_auto(pki_store) store = NULL;
    char actor[400];

    pki_actor_write(actor, request->tool, request->command_line);
    row.made_by = actor;
    (void)snprintf(row.tool, sizeof(row.tool), "%s %s", request->tool ? request->tool : "libpki",
                   pki_version());
    if (!pki_random(row.id, sizeof(row.id), err) ||
        !pki_store_create(cellar, &row, hierarchy, &store, err))
        return false;
    PKI_CONTEXT(err, "the cellar is made and its first entry recorded, but");
    if (!pki_cellar_directories(cellar, err))
        return false;
    pki_report_octets(report, "Id", (struct pki_bytes){row.id, sizeof(row.id)});
    if (!pki_report_head(store, report, err))
        return false;
    pki_report_next_here(report, "cellar root %s", root);
    return pki_report_ok(report, err);
}

/* --- the duty ------------------------------------------------------------------------------ */

static bool load(const struct pki_init_request *request, struct pki_buf *text,
                 struct pki_hierarchy **hierarchy, struct pki_error *err)
{
    return pki_file_read(AT_FDCWD, request->hierarchy, PKI_LIMIT_HIERARCHY, text, err) &&
           pki_hierarchy_load(request->hierarchy, pki_buf_view(text), request->rehearsal, hierarchy,
                              err);
}

bool pki_init(const struct pki_init_request *request, struct pki_report *report,
              struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    pki_auto(pki_hierarchy) hierarchy = NULL;
    pki_scope_fd int cellar = -1;

    if (!load(request, &text, &hierarchy, err) || !check_clock(request, err) ||
        !check_empty(request->directory, err))
        return false;
    pki_report_text(report, "Cellar", "%s", request->directory);
    if (request->rehearsal && request->dry_run)
        pki_report_note(report, "Rehearsal", PKI_TONE_WARN, "%s", PKI_REHEARSAL_NOTE);
    pki_report_text(report, "Organization", "%s", hierarchy->organization);
    pki_report_text(report, "Air gap", "%s", hierarchy->air_gap_enforced ? "enforced" : "recorded");
    tell_roots(hierarchy, report);
    tell_lines(hierarchy, report);
    if (!pki_report_ok(report, err))
        return false;
    if (request->dry_run)
        return true;
    return enter(request->directory, &cellar, err) && pki_directory_lock(cellar, err) &&
           create(request, cellar, pki_buf_view(&text), hierarchy->roots[0].name, report, err);
}
