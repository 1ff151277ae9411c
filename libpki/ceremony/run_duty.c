/*
 * The duty of a step: the draft read aloud, the name typed by both, what is intended recorded, the
 * sibling run, what came of it kept and recorded.
 *
 * A cut can fall between the duty and its line. Then the transcript ends in what was intended, with
 * the journal's entry before it, and the cellar says what it has decided since: where the journal
 * holds the duty's entry it was done, and is taken over; where it does not, nothing was decided,
 * and the step begins again. Nobody has to remember, and nothing is done twice.
 */
#include <stdlib.h>

#include "pki/session.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

#define STOPPED 6   /* the status of a tool that its operator stopped */
#define KILLED  128 /* and the signal, where it did not end by itself */

/* Before it did anything: usage, policy, a passphrase, a lock. */
static bool is_refusal(int status)
{
    return status == 2 || status == 4 || status == 7;
}

static bool name_command(struct pki_run *run, struct pki_buf *command)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;

    pki_duty_command(act->duty, act->values, act->cellar, command);
    pki_buf_byte(command, 0);
    return pki_buf_ok(command, run->err);
}

static bool name_typed(struct pki_run *run, struct pki_buf *name)
{
    pki_transcript_name(pki_run_step_due(run), run->request->below != NULL, name);
    pki_buf_byte(name, 0);
    return pki_buf_ok(name, run->err);
}

/* As it is run once its name was typed. */
static bool name_call(struct pki_run *run, struct pki_buf *name, struct pki_run_call *call)
{
    if (!pki_run_step_due(run)->act.duty->severe)
        return true;
    if (!name_typed(run, name))
        return false;
    call->confirm = (const char *)name->data;
    return true;
}

/* --- before --------------------------------------------------------------------------------- */

static enum pki_run_turn show_draft(struct pki_run *run)
{
    const struct pki_run_call call = {.extra = "--dry-run"};
    struct pki_ceremony_outcome outcome = {0};
    char text[80];

    pki_run_say_approval(run);
    pki_run_say(run, "The draft, to be read aloud; nothing is signed yet:");
    bool ran = pki_run_duty_call(run, &call, &outcome);
    free(outcome.output);
    if (!ran)
        return PKI_RUN_FAIL;
    if (outcome.status == 0)
        return PKI_RUN_ON;
    if (outcome.status == STOPPED)
        return pki_run_leave_paused(run, "stopped while the draft was made");
    (void)snprintf(text, sizeof(text), "There is no draft: status %d. Nothing was done.",
                   outcome.status);
    return is_refusal(outcome.status) ? pki_run_refused(run, text) : pki_run_failed(run, text);
}

enum pki_run_turn pki_run_names(struct pki_run *run)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    pki_scope(pki_buf) name = {0};
    char line[PKI_RUN_LINE], key[80], prompt[160];

    if (!step->confirm_type)
        return PKI_RUN_ON;
    if (!name_typed(run, &name))
        return PKI_RUN_FAIL;
    for (size_t i = 0; i < step->confirm_by.n; i++) {
        const char *role = step->confirm_by.list[i].text;
        const struct pki_run_question question = {
            .key = key, .prompt = prompt, .rule = PKI_RUN_NAME, .shown = (const char *)name.data};
        if (pki_run_has(run, PKI_TRANSCRIPT_CONFIRM, role, NULL))
            continue;
        (void)snprintf(key, sizeof(key), "confirm-%.60s", role);
        (void)snprintf(prompt, sizeof(prompt), "To go on, the %.60s types the name", role);
        enum pki_run_turn turn = pki_run_ask(run, &question, line);
        if (turn != PKI_RUN_ON)
            return turn;
        if (!pki_run_note(run, PKI_TRANSCRIPT_CONFIRM, role, NULL, line))
            return PKI_RUN_FAIL;
    }
    return PKI_RUN_ON;
}

static bool intend(struct pki_run *run)
{
    __attribute__((__cleanup__(pki_run_journal_clear))) struct pki_run_journal before = {0};
    struct pki_transcript_entry entry = {.event = PKI_TRANSCRIPT_INTEND};
    pki_scope(pki_buf) command = {0};

    if (!name_command(run, &command) || !pki_run_journal(run, -1, &before))
        return false;
    entry.what = (const char *)command.data;
    entry.body = pki_run_approval(run);
    entry.journal_entry = before.entry;
    entry.journal_head = before.there ? before.head : NULL;
    return pki_run_add(run, &entry);
}

/* --- after ---------------------------------------------------------------------------------- */

struct deed {
    int status;
    const char *program; /* "": not known, as it was taken over */
    struct pki_bytes output;
};

static int64_t entry_before(const struct pki_run *run)
{
    return json_integer_value(
        json_object_get(pki_run_line(run, PKI_TRANSCRIPT_INTEND), "journal_entry"));
}

static bool list_read(struct pki_run *run, struct pki_run_files *files)
{
    const struct pki_duty *duty = pki_run_step_due(run)->act.duty;

    for (size_t i = 0; i < PKI_DUTY_PARAMS && duty->params[i].name; i++) {
        pki_scope(pki_buf) path = {0};
        if (!duty->params[i].file || !pki_run_value(run, duty->params[i].name, &path))
            continue;
        if (!pki_buf_ok(&path, run->err) ||
            !pki_run_list_file(run, files, "read", (const char *)path.data))
            return false;
    }
    return true;
}

static bool keep_output(struct pki_run *run, const struct deed *deed, struct pki_run_files *files)
{
    return deed->output.size == 0 ||
           pki_run_keep(run, files, PKI_RUN_OUTPUT, pki_run_wants(run, "output") ? "output" : NULL,
                        deed->output);
}

/* The line of a duty; what a failed one left is not looked for. */
static bool record(struct pki_run *run, const struct deed *deed, bool good,
                   struct pki_run_files *files)
{
    __attribute__((__cleanup__(pki_run_journal_clear))) struct pki_run_journal after = {0};
    const struct pki_duty *duty = pki_run_step_due(run)->act.duty;
    struct pki_transcript_entry entry = {.event = PKI_TRANSCRIPT_DUTY, .tool = duty->tool};
    pki_scope(pki_buf) command = {0};
    pki_scope(pki_buf) version = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char status[16];
    int64_t size = 0;

    if (!name_command(run, &command) || !pki_run_version(run, duty->tool, &version) ||
        !pki_run_digest(deed->program, &size, sha256, run->err) ||
        !pki_run_journal(run, entry_before(run), &after) || !keep_output(run, deed, files) ||
        !pki_run_keep_sheet(run, files) ||
        (good && (!pki_run_gather(run, &after, files) || !list_read(run, files))))
        return false;
    (void)snprintf(status, sizeof(status), "%d", deed->status);
    entry.what = (const char *)command.data;
    entry.answer = status;
    entry.body = pki_run_approval(run);
    entry.tool_version = (const char *)version.data;
    entry.tool_sha256 = sha256;
    entry.files = files->list;
    entry.n_files = files->n;
    entry.journal_entry = after.entry;
    entry.journal_head = after.there ? after.head : NULL;
    return pki_run_add(run, &entry);
}

static enum pki_run_turn judge(struct pki_run *run, int status)
{
    char text[120];

    if (status == 0 || (pki_run_step_due(run)->act.duty->finds && status == 3))
        return PKI_RUN_ON;
    if (is_refusal(status)) {
        (void)snprintf(text, sizeof(text),
                       "It was refused, with status %d: nothing was signed or written.", status);
        return pki_run_refused(run, text);
    }
    (void)snprintf(text, sizeof(text), "The duty failed, with status %d.", status);
    return pki_run_failed(run, text);
}

static enum pki_run_turn finish(struct pki_run *run, const struct deed *deed)
{
    __attribute__((__cleanup__(pki_run_files_clear))) struct pki_run_files files = {.n = 0};
    bool good = deed->status == 0 || (pki_run_step_due(run)->act.duty->finds && deed->status == 3);

    return record(run, deed, good, &files) ? judge(run, deed->status) : PKI_RUN_FAIL;
}

/* --- after a cut ---------------------------------------------------------------------------- */

/* The journal's has more at its end, as --passphrase-file, and may be cut. */
static bool is_command(const char *decided_by, const char *line)
{
    static const char cut[] = PKI_COMMAND_CUT;
    const size_t end = sizeof(cut) - 1, length = strlen(decided_by);
    size_t size = strlen(line);

    if (length > end && strcmp(decided_by + length - end, cut) == 0 && size > length - end)
        size = length - end;
    return strncmp(decided_by, line, size) == 0 &&
           (decided_by[size] == 0 || decided_by[size] == ' ');
}

/* The step's own entry: what somebody else had decided meanwhile, in another line or of another
   authority, is none. */
static bool find_entry(struct pki_run *run, const struct pki_run_journal *journal,
                       const char *action, bool *found)
{
    const json_t *entries = json_object_get(journal->result, "since");
    struct pki_run_call call = {.extra = NULL};
    pki_scope(pki_buf) name = {0};
    char line[PKI_RUN_COMMAND];

    if (!name_call(run, &name, &call) || !pki_run_duty_line(run, &call, line))
        return false;
    for (size_t i = 0; i < json_array_size(entries) && !*found; i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *command = pki_transcript_text(entry, "command");
        if (strcmp(pki_transcript_text(entry, "action"), action) != 0)
            continue;
        *found = is_command(command, line);
        if (!*found)
            pki_run_say(run, "Entry %lld of the journal is not of this step: %s",
                        (long long)json_integer_value(json_object_get(entry, "entry")), command);
    }
    return true;
}

/* What the journal says stands in for what the duty printed. */
static enum pki_run_turn take_over(struct pki_run *run, const struct pki_run_journal *journal)
{
    __attribute__((__cleanup__(pki_run_files_clear))) struct pki_run_files files = {.n = 0};
    struct pki_ceremony_outcome outcome = {0};
    char *output = json_dumps(json_object_get(journal->result, "since"), JSON_INDENT(1));
    const char *words[] = {"cellar", pki_run_step_due(run)->act.duty->tool + strlen("cellar-"),
                           "--version"};
    const struct pki_ceremony_command command = {.words = words, .n = 3, .quiet = true};

    bool asked = output && run->hands->run(run->hands->context, &command, &outcome, run->err);
    const struct deed deed = {.program = outcome.program,
                              .output = {(const uint8_t *)output, output ? strlen(output) : 0}};
    bool recorded = asked && record(run, &deed, true, &files);
    free(outcome.output);
    free(output);
    if (recorded) {
        pki_run_say(run, "It had been done before the cut, as the journal says: it is taken over.");
        return PKI_RUN_ON;
    }
    /* Recorded, and its file not written: the duty itself finishes that. Whatever else went wrong
       here is no reason to do it twice. */
    if (!asked || !pki_run_step_due(run)->act.duty->finishes || run->err->code != PKI_E_USAGE)
        return PKI_RUN_FAIL;
    pki_run_say(run, "It had been recorded before the cut, and not finished (%s): it begins again.",
                run->err->text);
    *run->err = (struct pki_error){0};
    return pki_transcript_tidy(run->dir, pki_run_step_due(run)->id, run->err) ? PKI_RUN_AGAIN
                                                                              : PKI_RUN_FAIL;
}

static enum pki_run_turn recover(struct pki_run *run)
{
    __attribute__((__cleanup__(pki_run_journal_clear))) struct pki_run_journal since = {0};
    const char *entry = pki_run_step_due(run)->act.duty->entry;
    bool found = false;

    if (!pki_run_journal(run, entry_before(run), &since) ||
        !pki_run_check_journal(run, pki_run_line(run, PKI_TRANSCRIPT_INTEND), &since) ||
        (entry && !find_entry(run, &since, entry, &found)))
        return PKI_RUN_FAIL;
    if (found)
        return take_over(run, &since);
    pki_run_say(run, "The duty had not been done when it was cut off: the step begins again.");
    return PKI_RUN_AGAIN;
}

/* --- doing it -------------------------------------------------------------------------------- */

static enum pki_run_turn do_it(struct pki_run *run)
{
    struct pki_ceremony_outcome outcome = {0};
    struct pki_run_call call = {.extra = NULL};
    pki_scope(pki_buf) name = {0};

    if (!name_call(run, &name, &call) || !intend(run) || !pki_run_duty_call(run, &call, &outcome)) {
        free(outcome.output);
        return PKI_RUN_FAIL;
    }
    const struct deed deed = {.status = outcome.status,
                              .program = outcome.program,
                              .output = {(const uint8_t *)outcome.output, outcome.size}};
    /* What it had done is found in the journal when the ceremony goes on. */
    enum pki_run_turn turn = outcome.status >= KILLED ? recover(run)
                             : outcome.status == STOPPED
                                 ? pki_run_leave_paused(run, "stopped during the duty")
                                 : finish(run, &deed);
    free(outcome.output);
    return turn;
}

enum pki_run_turn pki_run_duty(struct pki_run *run)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    const json_t *done = pki_run_line(run, PKI_TRANSCRIPT_DUTY);
    enum pki_run_turn turn = PKI_RUN_ON;

    if (done)
        return judge(run, (int)strtol(pki_transcript_text(done, "answer"), NULL, 10));
    if (pki_run_line(run, PKI_TRANSCRIPT_INTEND))
        return recover(run);
    if (!pki_run_check_cellar(run))
        return PKI_RUN_FAIL;
    if (step->act.duty->severe)
        turn = show_draft(run);
    if (turn == PKI_RUN_ON)
        turn = pki_run_names(run);
    return turn == PKI_RUN_ON ? do_it(run) : turn;
}
