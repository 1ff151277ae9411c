/*
 * What a rotation means, told before it is confirmed: which files for
 * verifiers change, and what follows.
 */
#include <stdlib.h>

#include "ops/rotate.h"

static void tell_file(struct pki_report *table, const struct pki_rotation *own, const char *file,
                      const char *change)
{
    bool above = strncmp(file, "sigstore/", strlen("sigstore/")) == 0;
    struct pki_report *row = pki_report_row(table);

    pki_report_text(row, "File", "%s/%s%s%s", own->plan->environment,
                    above ? "" : own->plan->purpose, above ? "" : "/", file);
    pki_report_text(row, "Change", "%s", change);
}

/* Lists in which all generations stand: another order, and one more. */
static void tell_list(struct pki_report *table, const struct pki_draft *draft, const char *file)
{
    const struct pki_rotation *own = draft->own;
    char change[2 * PKI_NAME_MAX + 40];

    (void)snprintf(change, sizeof(change), "%s first%s%s", own->starts,
                   draft->n > 0 ? "; adds " : "", draft->n > 0 ? draft->items[0].name : "");
    tell_file(table, own, file, change);
}

static void tell_first(struct pki_report *table, const struct pki_rotation *own, const char *file)
{
    char change[PKI_NAME_MAX + 40];

    (void)snprintf(change, sizeof(change), "begins with %s", own->starts);
    tell_file(table, own, file, change);
}

static void tell_windows(struct pki_report *table, const struct pki_draft *draft)
{
    static const char file[] = "sigstore/trusted_root.json";
    const struct pki_rotation *own = draft->own;
    char change[PKI_NAME_MAX + 80];
    char date[PKI_TIME_TEXT];

    if (draft->n > 0) {
        (void)snprintf(change, sizeof(change), "window of %s opens %s", draft->items[0].name,
                       pki_time_format(draft->items[0].not_before, date));
        tell_file(table, own, file, change);
    }
    if (own->stops[0]) {
        (void)snprintf(change, sizeof(change), "window of %s stays open%s", own->stops,
                       own->revert ? "" : " until the cut-over is recorded");
        tell_file(table, own, file, change);
    }
}

static void tell_files(const struct pki_draft *draft, struct pki_report *report)
{
    const struct pki_rotation *own = draft->own;
    struct pki_report *table = pki_report_table(report, "Files");
    char file[40];

    tell_first(table, own, "chain.pem");
    if (draft->n > 0) {
        (void)snprintf(file, sizeof(file), "g%lld/chain.pem",
                       (long long)draft->items[0].generation);
        tell_file(table, own, file, "new");
    }
    if (own->plan->profile->id == PKI_PROFILE_CODE_SIGNING_CA) {
        tell_first(table, own, "fulcio/chain.pem");
        tell_list(table, draft, "cosign/chain.pem");
        tell_list(table, draft, "cosign/ca-intermediates.pem");
    } else if (own->plan->profile->id == PKI_PROFILE_TIME_STAMPING_CA) {
        tell_first(table, own, "tsa/chain.pem");
    } else {
        return;
    }
    tell_windows(table, draft);
}

static void tell_early(const struct pki_rotation *own, struct pki_report *report)
{
    char since[PKI_TIME_TEXT];

    if (own->published == 0) {
        pki_report_note(report, "Early", PKI_TONE_WARN,
                        "%s was never published: verifiers refuse what it signs until they have "
                        "the new files.",
                        own->starts);
    } else {
        pki_report_note(report, "Early", PKI_TONE_WARN,
                        "%s is published since %s only, less than publish_lead: whoever fetched "
                        "files before refuses what it signs.",
                        own->starts, pki_time_format(own->published, since));
    }
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct pki_rotation *own = draft->own;
    char date[PKI_TIME_TEXT];

    if (own->early)
        tell_early(own, report);
    if (own->shortened) {
        pki_report_note(report, "Shortened", PKI_TONE_WARN,
                        "%s must be succeeded by %s already, earlier than rotate_every: it ends "
                        "soon after.",
                        own->starts, pki_time_format(own->rotate_by, date));
    }
    if (draft->n == 0 && !own->revert) {
        pki_report_note(report, "Next authority", own->waiting[0] ? PKI_TONE_PLAIN : PKI_TONE_WARN,
                        own->waiting[0] ? "No new next is issued: %s waits."
                                        : "No new next is issued: nothing waits behind %s.",
                        own->waiting[0] ? own->waiting : own->starts);
    }
    tell_files(draft, report);
    return pki_report_ok(report, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct pki_rotation *own = draft->own;
    const struct pki_line_plan *plan = own->plan;

    pki_report_time(report, "Rotate by", own->rotate_by);
    if (draft->n == 0 && !own->revert && !own->waiting[0]) {
        pki_report_line(report, "Missing", PKI_TONE_WARN,
                        "Nothing waits behind %s now: cellar issue %s %s", own->starts,
                        plan->environment, plan->purpose);
    }
    if (!own->revert && own->stops[0]) {
        pki_report_line(report, "Then", PKI_TONE_PLAIN,
                        "When the outside has switched: cellar cutover %s %s --at TIME",
                        plan->environment, plan->purpose);
    }
}

const struct pki_draft_duty pki_rotation_duty = {
    .trust = true,
    .describe = describe,
    .made = made,
    .free = free,
};
