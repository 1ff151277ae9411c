/*
 * The checks that the machine takes part in: the room is looked at, and its clock compared with the
 * one that somebody reads. In a rehearsal all of it is noted, and nothing stops.
 */
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

static bool is_rehearsal(const struct pki_run *run)
{
    return run->request->below != NULL;
}

static bool checks(const struct pki_run *run, const char *name)
{
    const struct pki_script_check *check = pki_run_step_due(run)->act.check;

    return check && strcmp(check->name, name) == 0;
}

static bool note_finding(struct pki_run *run, const struct pki_room_finding *finding)
{
    pki_scope(pki_buf) text = {0};
    enum pki_room_verdict verdict =
        is_rehearsal(run) ? PKI_ROOM_NOTE : pki_room_judge(finding, &run->script->room);

    pki_transcript_finding(finding, verdict, &text);
    return pki_buf_ok(&text, run->err) &&
           pki_run_note(run, PKI_TRANSCRIPT_ROOM, NULL, finding->fact->name,
                        (const char *)text.data);
}

/* Also in a step that a cut interrupted: another look is not another deed. */
enum pki_run_turn pki_run_look(struct pki_run *run)
{
    struct pki_ceremony_place here = {.free = -1};
    struct pki_error why = {0};
    struct pki_room_image image;
    struct pki_room room;

    if (!checks(run, "network"))
        return PKI_RUN_ON;
    if (!pki_script_read_image(run->script, run->request->image, NULL, &image, run->err))
        return PKI_RUN_FAIL;
    run->hands->place(run->hands->context, run->request->record, &here);
    const struct pki_room_place place = {.root = here.root, .free = here.free, .image = &image};
    pki_room_look_around(&place, &room);
    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++)
        if (!note_finding(run, &room.findings[i]))
            return PKI_RUN_FAIL;
    if (is_rehearsal(run) || pki_room_refuse(&room, &run->script->room, PKI_ROOM_ALL, &why))
        return PKI_RUN_ON;
    return pki_run_refused(run, why.text);
}

bool pki_run_compares(const struct pki_run *run, const char *record)
{
    return strcmp(record, "clock") == 0 && checks(run, "clock");
}

/* Both times are noted where they lie too far apart, and then it is no record: it is asked again.
 */
enum pki_run_turn pki_run_compare(struct pki_run *run)
{
    const struct pki_run_question question = {
        .key = "clock",
        .prompt = "Second clock, date and time in UTC, as 2026-03-01T12:00:00Z",
        .rule = PKI_RUN_TIME};
    struct pki_room_policy policy = run->script->room;
    struct pki_room_clock clock = {0};
    struct pki_error why = {0};
    char line[PKI_RUN_LINE];
    enum pki_run_turn turn = pki_run_ask(run, &question, line);

    if (turn != PKI_RUN_ON)
        return turn;
    if (is_rehearsal(run))
        policy.of[PKI_ROOM_CLOCK] = PKI_ROOM_NOTE;
    bool agree =
        pki_room_compare_clocks(line, run->hands->now(run->hands->context), &policy, &clock, &why);
    struct pki_room_finding finding = {.fact = pki_room_fact_get(PKI_ROOM_CLOCK),
                                       .state = clock.near ? PKI_ROOM_GOOD : PKI_ROOM_FOUND};
    memcpy(finding.detail, clock.detail, sizeof(finding.detail));
    if (!note_finding(run, &finding))
        return PKI_RUN_FAIL;
    if (!agree)
        return pki_run_refused(run, why.text);
    return pki_run_note(run, PKI_TRANSCRIPT_RECORD, NULL, "clock", clock.detail) ? PKI_RUN_ON
                                                                                 : PKI_RUN_FAIL;
}
