#include "pki/ceremony.h"
#include "ceremony/script.h"
#include "ops/seams.h"

void pki_ceremony_here(const char *directory, struct pki_ceremony_place *place)
{
    *place = (struct pki_ceremony_place){.root = pki_seam_root(), .free = pki_seam_free(directory)};
}

/* --- the report ---------------------------------------------------------------------------- */

static void describe_finding(const struct pki_room_finding *finding,
                             const struct pki_room_policy *policy, struct pki_report *row)
{
    bool good = finding->state == PKI_ROOM_GOOD;
    enum pki_room_verdict verdict = pki_room_judge(finding, policy);

    pki_report_text(row, "Fact", "%s", finding->fact->name);
    pki_report_toned(row, "State",
                     good                       ? PKI_TONE_GOOD
                     : verdict == PKI_ROOM_STOP ? PKI_TONE_BAD
                                                : PKI_TONE_WARN,
                     "%s", pki_room_state_name(finding->state));
    pki_report_text(row, "Policy", "%s", pki_room_verdict_name(verdict));
    pki_report_text(row, "Detail", "%s", finding->detail);
}

static void describe_clock(const struct pki_room_clock *clock, struct pki_report *report)
{
    struct pki_report *block = pki_report_block(report, "Clock");

    pki_report_time(block, "Second clock", clock->second);
    pki_report_time(block, "This one", clock->ours);
    pki_report_integer(block, "Seconds ahead", clock->ahead);
}

static void describe(const struct pki_room *room, const struct pki_room_policy *policy,
                     const struct pki_room_image *image, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Findings");

    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++)
        describe_finding(&room->findings[i], policy, pki_report_row(table));
    if (image->path)
        pki_report_fingerprint(report, "Image", image->sha256);
}

/* The clock is judged last: what the room shows is worth seeing in any case. */
static bool compare_clocks(const struct pki_ceremony_room_request *request,
                           const struct pki_room_policy *policy, struct pki_report *report,
                           struct pki_error *err)
{
    struct pki_room_clock clock = {0};

    if (!request->second_clock)
        return true;
    bool agree =
        pki_room_compare_clocks(request->second_clock, pki_seam_now(), policy, &clock, err);
    if (agree || err->code == PKI_E_INVALID)
        describe_clock(&clock, report);
    return agree;
}

bool pki_ceremony_room(const struct pki_ceremony_room_request *request, struct pki_report *report,
                       struct pki_error *err)
{
    pki_auto(pki_script) script = NULL;
    struct pki_room_policy policy;
    struct pki_room_image image;
    struct pki_room room;

    pki_room_policy_default(&policy);
    if (request->script && !pki_script_load(request->script, &script, err))
        return false;
    if (script)
        policy = script->room;

    if (!pki_script_read_image(script, request->image, request->progress, &image, err))
        return false;
    const struct pki_room_place place = {
        .root = pki_seam_root(), .free = pki_seam_free(request->directory), .image = &image};
    pki_room_look_around(&place, &room);
    describe(&room, &policy, &image, report);
    return compare_clocks(request, &policy, report, err) &&
           pki_room_refuse(&room, &policy, PKI_ROOM_ALL, err) && pki_report_ok(report, err);
}
