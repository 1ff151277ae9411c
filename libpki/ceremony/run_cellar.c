/*
 * Siblings, and what they say: the runner knows the cellar only by what is printed.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

void pki_run_path(const struct pki_run *run, const char *path, struct pki_buf *here)
{
    if (run->request->below)
        pki_buf_printf(here, "%s/%s", run->request->below, path + strspn(path, "/"));
    else
        pki_buf_text(here, path);
}

bool pki_run_value(const struct pki_run *run, const char *name, struct pki_buf *here)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;

    for (size_t i = 0; i < PKI_DUTY_PARAMS && act->duty->params[i].name; i++) {
        if (strcmp(act->duty->params[i].name, name) != 0 || !act->values[i])
            continue;
        pki_run_path(run, act->values[i], here);
        pki_buf_byte(here, 0);
        return true;
    }
    return false;
}

/* A restored cellar is the one that the duty makes. */
void pki_run_cellar(const struct pki_run *run, struct pki_buf *path)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;

    if (strcmp(act->duty->name, "restore") == 0 && pki_run_value(run, "to", path))
        return;
    if (act->cellar)
        pki_run_path(run, act->cellar, path);
    else
        pki_buf_text(path, run->request->cellar);
    pki_buf_byte(path, 0);
}

/* --- asking the cellar ---------------------------------------------------------------------- */

void pki_run_journal_clear(struct pki_run_journal *journal)
{
    json_decref(journal->result);
    *journal = (struct pki_run_journal){0};
}

static bool read_head(const json_t *result, struct pki_run_journal *journal, struct pki_error *err)
{
    const json_t *head = json_object_get(result, "journal");
    pki_scope(pki_buf) octets = {0};

    if (!pki_hex_parse(pki_transcript_text(head, "head"), &octets, err))
        return false;
    if (octets.size != sizeof(journal->head))
        return pki_fail(err, PKI_E_FORMAT, "cellar status gave no head of the journal");
    memcpy(journal->head, octets.data, sizeof(journal->head));
    journal->entry = json_integer_value(json_object_get(head, "entry"));
    journal->there = true;
    return true;
}

/* Status 3: something is due; 8: there is no cellar. */
static bool read_status(const struct pki_ceremony_outcome *outcome, struct pki_run_journal *journal,
                        struct pki_error *err)
{
    json_t *said = json_loadb(outcome->output, outcome->size, 0, NULL);
    json_t *result = json_object_get(said, "result");
    bool good = true;

    if (outcome->status == 0 || outcome->status == 3)
        good = read_head(result, journal, err);
    else if (outcome->status != 8)
        good = pki_fail(err, PKI_E_STATE, "cellar status ended with status %d: %s", outcome->status,
                        pki_transcript_text(json_object_get(said, "error"), "text"));
    if (good && journal->there)
        journal->result = json_incref(result);
    json_decref(said);
    return good;
}

bool pki_run_journal(struct pki_run *run, int64_t since, struct pki_run_journal *journal)
{
    pki_scope(pki_buf) cellar = {0};
    char number[32];
    const char *words[8] = {"cellar", "status", "--json", "-C"};
    struct pki_ceremony_command command = {.words = words, .n = 5, .quiet = true};
    struct pki_ceremony_outcome outcome = {0};

    pki_run_cellar(run, &cellar);
    if (!pki_buf_ok(&cellar, run->err))
        return false;
    words[4] = (const char *)cellar.data;
    if (since >= 0) {
        (void)snprintf(number, sizeof(number), "%lld", (long long)since);
        words[command.n++] = "--since";
        words[command.n++] = number;
    }
    bool asked = run->hands->run(run->hands->context, &command, &outcome, run->err) &&
                 read_status(&outcome, journal, run->err);
    free(outcome.output);
    return asked;
}

bool pki_run_version(struct pki_run *run, const char *tool, struct pki_buf *version)
{
    const char *words[] = {"cellar", tool + strlen("cellar-"), "--version"};
    const struct pki_ceremony_command command = {.words = words, .n = 3, .quiet = true};
    struct pki_ceremony_outcome outcome = {0};

    bool asked = run->hands->run(run->hands->context, &command, &outcome, run->err);
    size_t at = 0;
    while (at < outcome.size && outcome.output[at] != ' ')
        at++;
    size_t end = at += at < outcome.size;
    while (end < outcome.size && outcome.output[end] != '\n')
        end++;
    pki_buf_append(version, outcome.output + at, end - at);
    pki_buf_byte(version, 0);
    free(outcome.output);
    return asked && pki_buf_ok(version, run->err);
}

/* --- the duty of a step --------------------------------------------------------------------- */

struct here {
    struct pki_buf values[PKI_DUTY_PARAMS + 1];
};

/* A copy's name has the number of its journal entry, which is another one in a rehearsal: there the
   next copy of the key stands for it, if there is one. */
static bool find_copy(struct pki_run *run, const char *key, struct pki_buf *copy)
{
    __attribute__((__cleanup__(pki_run_journal_clear))) struct pki_run_journal now = {0};
    const char *next = "none";

    if (!pki_run_journal(run, -1, &now))
        return false;
    const json_t *copies = json_object_get(now.result, "copies_of_destroyed_keys");
    for (size_t i = json_array_size(copies); i > 0; i--) {
        const json_t *row = json_array_get(copies, i - 1);
        if (key && strcmp(pki_transcript_text(row, "key"), key) == 0)
            next = pki_transcript_text(row, "copy");
    }
    pki_buf_text(copy, next);
    return true;
}

static void here_clear(struct here *here)
{
    for (size_t i = 0; i < PKI_COUNT(here->values); i++)
        pki_buf_clear(&here->values[i]);
}

/* Paths and copies as they are here, everything else as it stands. */
static bool map_values(struct pki_run *run, struct here *here, const char *values[PKI_DUTY_PARAMS],
                       const char **cellar)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;

    for (size_t i = 0; i < PKI_DUTY_PARAMS; i++) {
        const struct pki_duty_param *param = &act->duty->params[i];
        values[i] = act->values[i];
        bool copy = values[i] && run->request->below && strcmp(param->name, "copy") == 0;
        if (!values[i] || (!param->path && !copy))
            continue;
        if (copy && !find_copy(run, act->values[0], &here->values[i]))
            return false;
        if (!copy)
            pki_run_path(run, values[i], &here->values[i]);
        pki_buf_byte(&here->values[i], 0);
        if (!pki_buf_ok(&here->values[i], run->err))
            return false;
        values[i] = (const char *)here->values[i].data;
    }
    *cellar = NULL;
    if (act->cellar) {
        pki_run_path(run, act->cellar, &here->values[PKI_DUTY_PARAMS]);
        pki_buf_byte(&here->values[PKI_DUTY_PARAMS], 0);
        *cellar = (const char *)here->values[PKI_DUTY_PARAMS].data;
    }
    return pki_buf_ok(&here->values[PKI_DUTY_PARAMS], run->err);
}

bool pki_run_duty_call(struct pki_run *run, const struct pki_run_call *call,
                       struct pki_ceremony_outcome *outcome)
{
    const struct pki_duty *duty = pki_run_step_due(run)->act.duty;
    __attribute__((__cleanup__(here_clear))) struct here here = {{{0}}};
    const char *values[PKI_DUTY_PARAMS] = {NULL};
    __attribute__((__cleanup__(pki_run_shares_clear))) struct pki_run_shares shares = {.n = 0};
    const char *words[PKI_DUTY_WORDS + 6 + PKI_COUNT(shares.words)];
    const char *cellar = NULL;
    const uint8_t *approval = pki_run_approval(run);
    pki_scope(pki_buf) hex = {0};

    if (approval)
        pki_hex(&hex, (struct pki_bytes){approval, PKI_SHA256_SIZE});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, run->err) || !map_values(run, &here, values, &cellar) ||
        !pki_run_take_shares(run, &shares))
        return false;
    struct pki_ceremony_command command = {
        .words = words,
        .n = pki_duty_words(duty, values, cellar, words),
        .opens_key = duty->opens_key,
    };
    if (run->request->below && strcmp(duty->name, "init") == 0)
        words[command.n++] = "--rehearsal";
    if (approval) {
        words[command.n++] = "--approved";
        words[command.n++] = (const char *)hex.data;
    }
    for (size_t i = 0; i < shares.n; i++)
        words[command.n++] = shares.words[i];
    if (call->extra)
        words[command.n++] = call->extra;
    if (call->confirm) {
        words[command.n++] = "--confirm";
        words[command.n++] = call->confirm;
    }
    return run->hands->run(run->hands->context, &command, outcome, run->err);
}
