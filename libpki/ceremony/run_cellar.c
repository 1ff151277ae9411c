/*
 * Siblings, and what they say: the runner knows the cellar only by what is printed.
 */
#include <stdlib.h>

#include "pki/session.h"
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

/* As the script calls it, "" the one that the ceremony is about. A restored cellar is the one that
   the duty makes. */
static const char *cellar_of(const struct pki_script_do *act)
{
    bool makes = strcmp(act->duty->name, "restore") == 0;

    for (size_t i = 0; makes && i < PKI_DUTY_PARAMS && act->duty->params[i].name; i++)
        if (strcmp(act->duty->params[i].name, "to") == 0 && act->values[i])
            return act->values[i];
    return act->cellar ? act->cellar : "";
}

void pki_run_cellar(const struct pki_run *run, struct pki_buf *path)
{
    const char *cellar = cellar_of(&pki_run_step_due(run)->act);

    if (*cellar)
        pki_run_path(run, cellar, path);
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

/* Its journal ends before the entry that it was asked about. */
static bool is_too_short(const json_t *error)
{
    return strcmp(pki_transcript_text(error, "code"), pki_code_name(PKI_E_NOTFOUND)) == 0;
}

/* Status 3: something is due; 8: there is no cellar. */
static bool read_status(const struct pki_ceremony_outcome *outcome, int64_t since,
                        struct pki_run_journal *journal, struct pki_error *err)
{
    json_t *said = json_loadb(outcome->output, outcome->size, 0, NULL);
    json_t *result = json_object_get(said, "result");
    const json_t *error = json_object_get(said, "error");
    bool good = true;

    if (outcome->status == 0 || outcome->status == 3)
        good = read_head(result, journal, err);
    else if (outcome->status != 8 && !(since > 0 && is_too_short(error)))
        good = pki_fail(err, PKI_E_STATE, "cellar status ended with status %d: %s", outcome->status,
                        pki_transcript_text(error, "text"));
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
                 read_status(&outcome, since, journal, run->err);
    free(outcome.output);
    return asked;
}

bool pki_run_keep_duty(struct pki_run *run, const json_t *line)
{
    const char *event = pki_transcript_event_name(PKI_TRANSCRIPT_DUTY);

    return strcmp(pki_transcript_text(line, "event"), event) != 0 ||
           !json_object_get(line, "journal_head") ||
           json_object_set(run->duties, cellar_of(&pki_run_step_due(run)->act), (json_t *)line) ==
               0 ||
           pki_fail(run->err, PKI_E_MEMORY, "out of memory");
}

bool pki_run_check_journal(struct pki_run *run, const json_t *line,
                           const struct pki_run_journal *since)
{
    const char *before = pki_transcript_text(line, "journal_head");
    const char *then = since->there ? pki_transcript_text(since->result, "head_then") : "";

    return !*before || strcmp(before, then) == 0 ||
           pki_fail(run->err, PKI_E_INTEGRITY,
                    "this is not the cellar of this ceremony, or an older copy of it: its journal "
                    "has another entry %lld, or none",
                    (long long)json_integer_value(json_object_get(line, "journal_entry")));
}

bool pki_run_check_cellar(struct pki_run *run)
{
    __attribute__((__cleanup__(pki_run_journal_clear))) struct pki_run_journal since = {0};
    const json_t *last = json_object_get(run->duties, cellar_of(&pki_run_step_due(run)->act));

    return !last || (pki_run_journal(
                         run, json_integer_value(json_object_get(last, "journal_entry")), &since) &&
                     pki_run_check_journal(run, last, &since));
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

/* Its words, and the texts that they point to. */
struct composed {
    struct pki_ceremony_command command;
    const char *words[PKI_DUTY_WORDS + 6 + 2 * PKI_RUN_SHARES + 2];
    struct pki_buf values[PKI_DUTY_PARAMS], cellar, approved;
    const char *copy; /* the word that stands for another one in a rehearsal; or NULL */
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

static void composed_clear(struct composed *composed)
{
    for (size_t i = 0; i < PKI_COUNT(composed->values); i++)
        pki_buf_clear(&composed->values[i]);
    pki_buf_clear(&composed->cellar);
    pki_buf_clear(&composed->approved);
}

/* The nth value, a path or a copy, as it is here. */
static bool map_value(struct pki_run *run, struct composed *composed, size_t nth, bool copy)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;
    struct pki_buf *value = &composed->values[nth];

    if (copy && !find_copy(run, act->values[0], value))
        return false;
    if (!copy)
        pki_run_path(run, act->values[nth], value);
    pki_buf_byte(value, 0);
    if (copy)
        composed->copy = (const char *)value->data;
    return pki_buf_ok(value, run->err);
}

/* Paths and copies as they are here, everything else as it stands. */
static bool map_values(struct pki_run *run, struct composed *composed,
                       const char *values[PKI_DUTY_PARAMS])
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;

    for (size_t i = 0; i < PKI_DUTY_PARAMS; i++) {
        const struct pki_duty_param *param = &act->duty->params[i];
        values[i] = act->values[i];
        bool copy = values[i] && run->request->below && strcmp(param->name, "copy") == 0;
        if (!values[i] || (!param->path && !copy))
            continue;
        if (!map_value(run, composed, i, copy))
            return false;
        values[i] = (const char *)composed->values[i].data;
    }
    if (act->cellar)
        pki_run_path(run, act->cellar, &composed->cellar);
    pki_buf_byte(&composed->cellar, 0);
    return pki_buf_ok(&composed->cellar, run->err);
}

static void add_word(struct composed *composed, const char *word)
{
    composed->words[composed->command.n++] = word;
}

static bool compose(struct pki_run *run, const struct pki_run_call *call, struct composed *composed)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;
    const char *values[PKI_DUTY_PARAMS] = {NULL};
    const uint8_t *approval = pki_run_approval(run);

    if (approval)
        pki_hex(&composed->approved, (struct pki_bytes){approval, PKI_SHA256_SIZE});
    pki_buf_byte(&composed->approved, 0);
    if (!pki_buf_ok(&composed->approved, run->err) || !map_values(run, composed, values))
        return false;
    const char *cellar = act->cellar ? (const char *)composed->cellar.data : NULL;
    composed->command = (struct pki_ceremony_command){
        .words = composed->words,
        .n = pki_duty_words(act->duty, values, cellar, composed->words),
        .opens_key = act->duty->opens_key,
    };
    if (run->request->below && strcmp(act->duty->name, "init") == 0)
        add_word(composed, "--rehearsal");
    if (approval) {
        add_word(composed, "--approved");
        add_word(composed, (const char *)composed->approved.data);
    }
    if (call->extra)
        add_word(composed, call->extra);
    if (call->confirm) {
        add_word(composed, "--confirm");
        add_word(composed, call->confirm);
    }
    return true;
}

bool pki_run_duty_call(struct pki_run *run, const struct pki_run_call *call,
                       struct pki_ceremony_outcome *outcome)
{
    __attribute__((__cleanup__(composed_clear))) struct composed composed = {.words = {NULL}};
    __attribute__((__cleanup__(pki_run_shares_clear))) struct pki_run_shares shares = {.n = 0};

    if (!compose(run, call, &composed) || !pki_run_take_shares(run, &shares))
        return false;
    for (size_t i = 0; i < shares.n; i++)
        add_word(&composed, shares.words[i]);
    return run->hands->run(run->hands->context, &composed.command, outcome, run->err);
}

bool pki_run_duty_line(struct pki_run *run, const struct pki_run_call *call,
                       char line[PKI_RUN_COMMAND])
{
    __attribute__((__cleanup__(composed_clear))) struct composed composed = {.words = {NULL}};

    if (!compose(run, call, &composed))
        return false;
    /* In a rehearsal, a copy that was destroyed is not the next one any more. */
    size_t n = 2;
    while (n < composed.command.n && composed.words[n] != composed.copy)
        n++;
    pki_command_line(pki_run_step_due(run)->act.duty->tool, n - 2, composed.words + 2, line,
                     PKI_RUN_COMMAND);
    return true;
}
