/*
 * What was found of the room, as lines of a transcript: "good", "note: found eth0", "stop: unknown
 * /proc/swaps cannot be read".
 */
#include "ceremony/transcript_files.h"

#define GOOD "good"
#define STOP "stop: "
#define NOTE "note: "

/* The check of the network looks at everything, that of the clock at the clock. */
static bool looks_at(const struct pki_script_step *step, size_t fact)
{
    const char *check = step->act.check ? step->act.check->name : "";

    return strcmp(check, fact < PKI_ROOM_LOOKS ? "network" : "clock") == 0;
}

void pki_transcript_finding(const struct pki_room_finding *finding, enum pki_room_verdict verdict,
                            struct pki_buf *text)
{
    if (finding->state == PKI_ROOM_GOOD)
        pki_buf_text(text, GOOD);
    else
        pki_buf_printf(text, "%s%s %s", verdict == PKI_ROOM_STOP ? STOP : NOTE,
                       pki_room_state_name(finding->state), finding->detail);
    pki_buf_byte(text, 0);
}

/* The last one of a fact counts: it is looked at again after a cut. */
static const char *last_of(const json_t *lines, const char *fact)
{
    for (size_t i = json_array_size(lines); i > 0; i--) {
        const json_t *line = json_array_get(lines, i - 1);
        if (strcmp(pki_transcript_text(line, "event"),
                   pki_transcript_event_name(PKI_TRANSCRIPT_ROOM)) == 0 &&
            strcmp(pki_transcript_text(line, "what"), fact) == 0)
            return pki_transcript_text(line, "answer");
    }
    return NULL;
}

bool pki_transcript_owes_room(const struct pki_script_step *step, const json_t *lines,
                              struct pki_error *err)
{
    for (size_t i = 0; i < PKI_ROOM_FACTS; i++) {
        if (!looks_at(step, i))
            continue;
        const char *answer = last_of(lines, pki_room_fact_name(i));
        if (!answer)
            return pki_fail(err, PKI_E_INTEGRITY, "step %s is done without a look at %s", step->id,
                            pki_room_fact_name(i));
        if (strncmp(answer, STOP, strlen(STOP)) == 0)
            return pki_fail(err, PKI_E_INTEGRITY, "step %s is done, and the room says %s: %.100s",
                            step->id, pki_room_fact_name(i), answer);
    }
    return true;
}

/* Nothing is noted that the script has stop; but in a rehearsal. */
bool pki_transcript_may_find(const struct pki_script *script, const struct pki_script_step *step,
                             bool rehearsal, const json_t *line, struct pki_error *err)
{
    const char *what = pki_transcript_text(line, "what");
    const char *answer = pki_transcript_text(line, "answer");
    size_t fact = 0;

    while (fact < PKI_ROOM_FACTS && strcmp(what, pki_room_fact_name(fact)) != 0)
        fact++;
    if (fact == PKI_ROOM_FACTS || !looks_at(step, fact))
        return pki_fail(err, PKI_E_INTEGRITY, "step %s looks at no %.40s", step->id, what);
    bool noted = strncmp(answer, NOTE, strlen(NOTE)) == 0;
    if (!noted && strcmp(answer, GOOD) != 0 && strncmp(answer, STOP, strlen(STOP)) != 0)
        return pki_fail(err, PKI_E_INTEGRITY, "step %s: %s is neither good, noted nor a stop",
                        step->id, what);
    return !noted || rehearsal || script->room.of[fact] == PKI_ROOM_NOTE ||
           pki_fail(err, PKI_E_INTEGRITY, "step %s: %s is noted, and the script says stop",
                    step->id, what);
}
