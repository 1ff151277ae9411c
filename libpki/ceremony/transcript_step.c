/*
 * A step's lines against what the script says of the step.
 */
#include "ceremony/transcript_files.h"

bool pki_transcript_has(const json_t *lines, const struct pki_transcript_want *want)
{
    const char *event = pki_transcript_event_name(want->event);

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (strcmp(pki_transcript_text(line, "event"), event) == 0 &&
            (!want->who || strcmp(pki_transcript_text(line, "who"), want->who) == 0) &&
            (!want->what || strcmp(pki_transcript_text(line, "what"), want->what) == 0) &&
            (want->answer ? strcmp(pki_transcript_text(line, "answer"), want->answer) == 0
                          : pki_transcript_text(line, "answer")[0] != 0))
            return true;
    }
    return false;
}

static bool has(const json_t *lines, enum pki_transcript_event event, const char *who,
                const char *what, const char *answer)
{
    const struct pki_transcript_want want = {event, who, what, answer};

    return pki_transcript_has(lines, &want);
}

void pki_transcript_name(const struct pki_script_step *step, bool rehearsal, struct pki_buf *name)
{
    bool plain = step->act.duty && step->act.duty->plain_name;

    pki_buf_text(name, rehearsal && !plain ? PKI_REHEARSAL_NAME : "");
    pki_buf_text(name, step->confirm_type);
}

bool pki_transcript_status_is_good(const struct pki_duty *duty, const char *status)
{
    return strcmp(status, "0") == 0 || (duty->finds && strcmp(status, "3") == 0);
}

static bool owes_records(const json_t *lines, const struct pki_script_step *step,
                         struct pki_error *err)
{
    for (size_t i = 0; i < step->record.n; i++) {
        if (!has(lines, PKI_TRANSCRIPT_RECORD, NULL, step->record.list[i].text, NULL))
            return pki_fail(err, PKI_E_INTEGRITY, "step %s is done without record %s", step->id,
                            step->record.list[i].text);
    }
    return true;
}

static bool owes_names(const json_t *lines, const struct pki_script_step *step, bool rehearsal,
                       struct pki_error *err)
{
    pki_scope(pki_buf) name = {0};

    if (!step->confirm_type)
        return true;
    pki_transcript_name(step, rehearsal, &name);
    pki_buf_byte(&name, 0);
    if (!pki_buf_ok(&name, err))
        return false;
    for (size_t i = 0; i < step->confirm_by.n; i++) {
        const char *role = step->confirm_by.list[i].text;
        if (!has(lines, PKI_TRANSCRIPT_CONFIRM, role, NULL, (const char *)name.data))
            return pki_fail(err, PKI_E_INTEGRITY, "step %s: %s has not typed the name", step->id,
                            role);
    }
    return true;
}

static bool keeps(const json_t *lines, const char *evidence)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *files = json_object_get(json_array_get(lines, i), "files");
        for (size_t j = 0; j < json_array_size(files); j++) {
            const json_t *file = json_array_get(files, j);
            if (strcmp(pki_transcript_text(file, "use"), "kept") == 0 &&
                strcmp(pki_transcript_text(file, "evidence"), evidence) == 0)
                return true;
        }
    }
    return false;
}

/* Paper and photographs may be kept beside the directory: where, a line says. */
static bool lies_elsewhere(const json_t *lines, const char *evidence)
{
    return (strcmp(evidence, "paper") == 0 || strcmp(evidence, "photo") == 0) &&
           has(lines, PKI_TRANSCRIPT_KEEP, NULL, evidence, NULL);
}

static bool owes_evidence(const json_t *lines, const struct pki_script_step *step,
                          struct pki_error *err)
{
    for (size_t i = 0; i < step->evidence.n; i++) {
        const char *word = step->evidence.list[i].text;
        if (!keeps(lines, word) && !lies_elsewhere(lines, word))
            return pki_fail(err, PKI_E_INTEGRITY, "step %s is done without evidence %s", step->id,
                            word);
    }
    return true;
}

static bool owes_act(const json_t *lines, const struct pki_script_step *step, struct pki_error *err)
{
    if (step->act.kind == PKI_SCRIPT_ASK)
        return has(lines, PKI_TRANSCRIPT_ANSWER, NULL, NULL, NULL) ||
               pki_fail(err, PKI_E_INTEGRITY, "step %s is done without an answer", step->id);
    return step->act.kind == PKI_SCRIPT_CHECK || has(lines, PKI_TRANSCRIPT_DUTY, NULL, NULL, "0") ||
           (step->act.duty->finds && has(lines, PKI_TRANSCRIPT_DUTY, NULL, NULL, "3")) ||
           pki_fail(err, PKI_E_INTEGRITY, "step %s is done, and its duty was not", step->id);
}

static bool owes(const json_t *lines, const struct pki_script_step *step, bool rehearsal,
                 struct pki_error *err)
{
    static const char *const both[] = {"administrator", "witness"};

    for (size_t i = 0; i < PKI_COUNT(both); i++) {
        if (!has(lines, PKI_TRANSCRIPT_INITIALS, both[i], NULL, NULL))
            return pki_fail(err, PKI_E_INTEGRITY, "step %s is done without initials of %s",
                            step->id, both[i]);
    }
    return owes_records(lines, step, err) && owes_names(lines, step, rehearsal, err) &&
           owes_act(lines, step, err) && pki_transcript_owes_room(step, lines, err) &&
           owes_evidence(lines, step, err);
}

/* --- what a step may do -------------------------------------------------------------------- */

/* The step's own duty. */
static bool is_own_duty(const struct pki_script_step *step, const json_t *line,
                        struct pki_error *err)
{
    pki_scope(pki_buf) command = {0};

    if (step->act.kind != PKI_SCRIPT_DUTY)
        return pki_fail(err, PKI_E_INTEGRITY, "step %s has no duty", step->id);
    pki_duty_command(step->act.duty, step->act.values, step->act.cellar, &command);
    pki_buf_byte(&command, 0);
    return pki_buf_ok(&command, err) &&
           (strcmp(pki_transcript_text(line, "what"), (const char *)command.data) == 0 ||
            pki_fail(err, PKI_E_INTEGRITY, "step %s: this is not its duty's command", step->id));
}

/* Said before it is done, so that after a cut somebody knows where to look. */
static bool was_intended(const struct pki_script_step *step, const json_t *lines,
                         struct pki_error *err)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *event = pki_transcript_text(json_array_get(lines, i), "event");
        if (strcmp(event, pki_transcript_event_name(PKI_TRANSCRIPT_INTEND)) == 0)
            return true;
    }
    return pki_fail(err, PKI_E_INTEGRITY, "step %s: its duty was not announced", step->id);
}

static bool may_keep(const struct pki_script_step *step, const json_t *line, struct pki_error *err)
{
    const char *what = pki_transcript_text(line, "what");

    return pki_script_has_word(&step->evidence, what) ||
           pki_fail(err, PKI_E_INTEGRITY, "step %s keeps no %.40s", step->id, what);
}

static bool may_answer(const struct pki_script_step *step, const json_t *line,
                       struct pki_error *err)
{
    const struct pki_script_words *choices = &step->act.choices;

    if (step->act.kind != PKI_SCRIPT_ASK)
        return pki_fail(err, PKI_E_INTEGRITY, "step %s asks nothing", step->id);
    return choices->n == 0 || pki_script_has_word(choices, pki_transcript_text(line, "answer")) ||
           pki_fail(err, PKI_E_INTEGRITY, "step %s: the answer is none of the choices", step->id);
}

static bool may_skip(const json_t *lines, const struct pki_script_step *step, struct pki_error *err)
{
    if (step->on_failure != PKI_SCRIPT_EXCEPTION)
        return pki_fail(err, PKI_E_INTEGRITY,
                        "step %s must not be left out: its on_failure is no exception", step->id);
    return has(lines, PKI_TRANSCRIPT_EXCEPTION, NULL, NULL, NULL) ||
           pki_fail(err, PKI_E_INTEGRITY, "step %s is left without an exception", step->id);
}

bool pki_transcript_step_may(const struct pki_script_step *step, bool rehearsal,
                             const json_t *lines, const json_t *line, struct pki_error *err)
{
    enum pki_transcript_event event = PKI_TRANSCRIPT_EVENTS;

    (void)pki_transcript_event_find(pki_transcript_text(line, "event"), &event);
    switch (event) {
    case PKI_TRANSCRIPT_INTEND:
        return is_own_duty(step, line, err) && owes_names(lines, step, rehearsal, err);
    case PKI_TRANSCRIPT_DUTY:
        return is_own_duty(step, line, err) && was_intended(step, lines, err);
    case PKI_TRANSCRIPT_ANSWER:
        return may_answer(step, line, err);
    case PKI_TRANSCRIPT_KEEP:
        return may_keep(step, line, err);
    case PKI_TRANSCRIPT_SKIP:
        return may_skip(lines, step, err);
    case PKI_TRANSCRIPT_DONE:
        return owes(lines, step, rehearsal, err);
    default:
        return true;
    }
}
