/*
 * What was approved before the day: the first line says for which steps, and the lines of a step's
 * duty hold it. So nothing is approved while the ceremony goes on, and nobody signs without the
 * approval that it began with.
 */
#include "base/text.h"
#include "ceremony/transcript_files.h"

const uint8_t *pki_transcript_approval(const struct pki_transcript_approved *approved,
                                       const char *step)
{
    for (size_t i = 0; i < approved->n; i++)
        if (strcmp(approved->list[i].step, step) == 0)
            return approved->list[i].body;
    return NULL;
}

static const struct pki_script_step *find_step(const struct pki_script *script, const char *id)
{
    for (size_t i = 0; i < script->n_steps; i++)
        if (strcmp(script->steps[i].id, id) == 0)
            return &script->steps[i];
    return NULL;
}

bool pki_transcript_approve(const struct pki_script *script, const char *id,
                            const uint8_t body[PKI_SHA256_SIZE],
                            struct pki_transcript_approved *approved, struct pki_error *err)
{
    const struct pki_script_step *step = find_step(script, id);

    if (!step)
        return pki_fail(err, PKI_E_USAGE, "the script has no step %.40s", id);
    if (!step->act.duty || !step->act.duty->prepared)
        return pki_fail(err, PKI_E_USAGE, "step %s does nothing that can be prepared and approved",
                        id);
    if (pki_transcript_approval(approved, id))
        return pki_fail(err, PKI_E_USAGE, "step %s is approved twice", id);
    if (approved->n == PKI_TRANSCRIPT_APPROVED)
        return pki_fail(err, PKI_E_USAGE, "more than %d steps are approved",
                        PKI_TRANSCRIPT_APPROVED);
    struct pki_transcript_approval *approval = &approved->list[approved->n++];
    (void)snprintf(approval->step, sizeof(approval->step), "%s", id);
    memcpy(approval->body, body, sizeof(approval->body));
    return true;
}

bool pki_transcript_read_approved(const struct pki_script *script, const json_t *first,
                                  struct pki_transcript_approved *approved, struct pki_error *err)
{
    const json_t *list = json_object_get(first, "approved");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        uint8_t body[PKI_SHA256_SIZE];
        if (!pki_words_sha256(pki_transcript_text(item, "body"), body, err) ||
            !pki_transcript_approve(script, pki_transcript_text(item, "step"), body, approved, err))
            return false;
    }
    return true;
}

bool pki_transcript_may_sign(const struct pki_transcript_approved *approved, const char *step,
                             const json_t *line, struct pki_error *err)
{
    enum pki_transcript_event event = PKI_TRANSCRIPT_EVENTS;
    const uint8_t *body = pki_transcript_approval(approved, step);
    pki_scope(pki_buf) hex = {0};

    (void)pki_transcript_event_find(pki_transcript_text(line, "event"), &event);
    if (event != PKI_TRANSCRIPT_INTEND && event != PKI_TRANSCRIPT_DUTY)
        return true;
    if (body)
        pki_hex(&hex, (struct pki_bytes){body, PKI_SHA256_SIZE});
    pki_buf_byte(&hex, 0);
    return pki_buf_ok(&hex, err) &&
           (strcmp(pki_transcript_text(line, "body"), (const char *)hex.data) == 0 ||
            pki_fail(err, PKI_E_INTEGRITY, "step %s: its body is not the one that was approved: %s",
                     step, body ? (const char *)hex.data : "none"));
}
