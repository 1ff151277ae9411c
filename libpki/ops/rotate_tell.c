/*
 * What a rotation means, told before it is confirmed: what becomes of each file
 * for verifiers, and what follows.
 */
#include <stdlib.h>

#include "ops/rotate.h"

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
    if (own->stops[0] && !own->revert) {
        pki_report_note(report, "Window", PKI_TONE_PLAIN,
                        "The window of %s stays open until the cut-over is recorded.", own->stops);
    }
    return pki_forecast_tell(own->forecast, report, err) && pki_report_ok(report, err);
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

static void free_own(void *own)
{
    struct pki_rotation *rotation = own;

    if (rotation)
        pki_forecast_free(rotation->forecast);
    free(rotation);
}

const struct pki_draft_duty pki_rotation_duty = {
    .trust = true,
    .describe = describe,
    .made = made,
    .free = free_own,
};
