/*
 * What was approved before the day, and is handed to the sibling of its step. A ceremony begins
 * with its approvals, in the transcript's first line; whoever takes it up cannot give others.
 */
#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

#define SHEET_LIMIT ((size_t)1024 * 1024)

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

/* In a rehearsal nothing was approved: there the answer is one that no step asks for. */
static bool approve_answer(struct pki_run *run, const struct pki_script_step *step)
{
    const char *words = NULL;
    uint8_t body[PKI_SHA256_SIZE];

    if (run->request->below || !step->act.duty || !step->act.duty->prepared)
        return true;
    if (!pki_answers_give(run->request->answers, step->id, "approved", &words, run->err))
        return false;
    PKI_CONTEXT(run->err, "step %s: approved", step->id);
    return !words || !*words ||
           (pki_words_sha256(words, body, run->err) &&
            pki_transcript_approve(run->script, step->id, body, &run->approved, run->err));
}

bool pki_run_approve(struct pki_run *run)
{
    for (size_t i = 0; i < run->request->n_approved; i++)
        if (!approve(run, run->request->approved[i]))
            return false;
    for (size_t i = 0; i < run->script->n_steps; i++)
        if (!approve_answer(run, &run->script->steps[i]))
            return false;
    return true;
}

/* --- sheets --------------------------------------------------------------------------------- */

static bool is_approved(const struct pki_run *run, const uint8_t sha256[PKI_SHA256_SIZE])
{
    for (size_t i = 0; i < run->approved.n; i++)
        if (memcmp(run->approved.list[i].body, sha256, PKI_SHA256_SIZE) == 0)
            return true;
    return false;
}

bool pki_run_check_sheets(struct pki_run *run)
{
    for (size_t i = 0; i < run->request->n_sheets; i++) {
        const char *path = run->request->sheets[i];
        uint8_t sha256[PKI_SHA256_SIZE];
        int64_t size = 0;
        if (!pki_run_digest(path, &size, sha256, run->err))
            return false;
        if (!is_approved(run, sha256))
            return pki_fail(run->err, PKI_E_USAGE,
                            "--sheet %s: its digest is none that --approved has", path);
    }
    return true;
}

bool pki_run_keep_sheet(struct pki_run *run, struct pki_run_files *files)
{
    const uint8_t *body = pki_run_approval(run);

    for (size_t i = 0; body && i < run->request->n_sheets; i++) {
        pki_scope(pki_buf) text = {0};
        uint8_t sha256[PKI_SHA256_SIZE];
        if (!pki_file_read(AT_FDCWD, run->request->sheets[i], SHEET_LIMIT, &text, run->err))
            return false;
        pki_sha256(pki_buf_view(&text), sha256);
        if (memcmp(sha256, body, sizeof(sha256)) == 0)
            return pki_run_keep(run, files, "approve.txt", NULL, pki_buf_view(&text));
    }
    return true;
}

/* --- after a cut ---------------------------------------------------------------------------- */

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
