#include <inttypes.h>

#include "base/file.h"
#include "ceremony/transcript.h"
#include "ops/report_ceremonies.h"

#define CEREMONIES "ceremonies"

static const char *outcome(const struct pki_transcript_summary *summary)
{
    if (summary->open)
        return "not ended yet";
    if (summary->stopped)
        return "stopped before its last step";
    return summary->rehearsal ? "rehearsal, finished" : "finished";
}

/* What its record says, once it is checked; else what is wrong with it. */
static void tell(int above, const char *name, struct pki_report *row)
{
    struct pki_transcript_summary summary = {.lines = 0};
    struct pki_error why = {0};
    pki_scope_fd int dir = -1;

    pki_report_text(row, "Record", "%s", name);
    if (!pki_dir_open(above, name, &dir, &why) ||
        !pki_transcript_check(dir, false, &summary, &why)) {
        pki_report_toned(row, "Outcome", PKI_TONE_BAD, "%s", why.text);
        return;
    }
    pki_report_text(row, "Title", "%s", summary.title);
    pki_report_toned(row, "Outcome",
                     summary.open || summary.stopped ? PKI_TONE_WARN : PKI_TONE_GOOD, "%s",
                     outcome(&summary));
    pki_report_day(row, "Began", summary.began);
    pki_report_text(row, "Steps", "%zu of %zu", summary.steps_done, summary.steps);
    pki_report_integer(row, "Exceptions", summary.exceptions);
    if (summary.countersignatures > 0) {
        pki_report_text(row, "Countersigned", "by %" PRId64 " files, not looked into here",
                        summary.countersignatures);
    } else {
        pki_report_text(row, "Countersigned", "not yet");
    }
    pki_report_octets(row, "Head", (struct pki_bytes){summary.head, PKI_SHA256_SIZE});
}

static bool tell_shown(void *context, int dir, const char *name, struct pki_error *err)
{
    (void)err;
    if (name[0] != '.')
        tell(dir, name, pki_report_row(context));
    return true;
}

bool pki_report_ceremonies(const struct pki_session *session, struct pki_report *report,
                           struct pki_error *err)
{
    bool there = false;

    if (!pki_dir_holds(session->directory, CEREMONIES, &there, err))
        return false;
    return !there || pki_dir_each(session->directory, CEREMONIES, tell_shown,
                                  pki_report_table(report, "Ceremonies"), err);
}
