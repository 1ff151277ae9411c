/*
 * What was approved before the day, and is handed to the sibling of its step. A ceremony begins
 * with its approvals, in the transcript's first line; whoever takes it up cannot give others.
 */
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

/* The only step that can be approved. */
static bool find_only(const struct pki_run *run, char id[41])
{
    const struct pki_script *script = run->script;
    unsigned found = 0;

    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (!step->act.duty || !step->act.duty->prepared)
            continue;
        (void)snprintf(id, 41, "%s", step->id);
        found++;
    }
    return found == 1 || pki_fail(run->err, PKI_E_USAGE,
                                  "%u steps of the script do what can be prepared and approved%s",
                                  found, found == 0 ? "" : ": give STEP=WORDS");
}

/* "090=WORDS", or WORDS. */
static bool approve(struct pki_run *run, const char *text)
{
    PKI_CONTEXT(run->err, "--approved");
    const char *equals = strchr(text, '=');
    char id[41] = "";
    uint8_t body[PKI_SHA256_SIZE];

    if (equals)
        (void)snprintf(id, sizeof(id), "%.*s", (int)(equals - text), text);
    else if (!find_only(run, id))
        return false;
    return pki_words_sha256(equals ? equals + 1 : text, body, run->err) &&
           pki_transcript_approve(run->script, id, body, &run->approved, run->err);
}

bool pki_run_approve(struct pki_run *run)
{
    for (size_t i = 0; i < run->request->n_approved; i++)
        if (!approve(run, run->request->approved[i]))
            return false;
    return true;
}

bool pki_run_take_approved(struct pki_run *run, const json_t *first)
{
    struct pki_transcript_approved began = {.n = 0};

    if (!pki_transcript_read_approved(run->script, first, &began, run->err))
        return false;
    for (size_t i = 0; i < run->approved.n; i++) {
        const struct pki_transcript_approval *given = &run->approved.list[i];
        const uint8_t *before = pki_transcript_approval(&began, given->step);
        if (!before || memcmp(before, given->body, sizeof(given->body)) != 0) {
            return pki_fail(run->err, PKI_E_STATE,
                            "the ceremony began with %s for step %s: leave --approved out, or "
                            "begin anew with another --record",
                            before ? "other words" : "no approval", given->step);
        }
    }
    run->approved = began;
    return true;
}

const uint8_t *pki_run_approval(const struct pki_run *run)
{
    return pki_transcript_approval(&run->approved, pki_run_step_due(run)->id);
}

void pki_run_say_approval(struct pki_run *run)
{
    const uint8_t *body = pki_run_approval(run);
    pki_scope(pki_buf) words = {0};

    if (!body)
        return;
    pki_words(&words, (struct pki_bytes){body, PKI_SHA256_SIZE});
    pki_buf_byte(&words, 0);
    if (!words.failed)
        pki_run_say(run, "Approved before the day, compare with paper: %s",
                    (const char *)words.data);
}
