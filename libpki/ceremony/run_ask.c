/*
 * What people say to the runner. Every line that is asked for can be answered by e, an exception
 * sheet, or by p, a pause; Enter alone is no answer.
 */
#include <ctype.h>
#include <strings.h>

#include "pki/time.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

void pki_run_say(struct pki_run *run, const char *format, ...)
{
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) safe = {0};
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(&text, format, args);
    va_end(args);
    pki_text_safe(&safe, pki_buf_view(&text));
    pki_buf_byte(&safe, 0);
    if (!safe.failed && !text.failed)
        run->hands->say(run->hands->context, (const char *)safe.data);
}

enum pki_run_turn pki_run_leave_paused(struct pki_run *run, const char *why)
{
    if (!pki_run_note(run, PKI_TRANSCRIPT_PAUSE, NULL, NULL, why))
        return PKI_RUN_FAIL;
    (void)pki_fail(run->err, PKI_E_CANCELLED,
                   "paused, and everything is recorded: the same command goes on from here");
    return PKI_RUN_FAIL;
}

/* A line as it was typed. Who wants to stop while asked pauses the ceremony. */
static enum pki_run_turn ask_plainly(struct pki_run *run, const char *key, const char *prompt,
                                     const char *shown, char line[PKI_RUN_LINE])
{
    const struct pki_ceremony_ask ask = {
        .step = run->due < run->script->n_steps ? pki_run_step_due(run)->id : "",
        .key = key,
        .prompt = prompt,
        .shown = shown};

    line[0] = 0;
    if (run->hands->ask(run->hands->context, &ask, line, PKI_RUN_LINE, run->err))
        return PKI_RUN_ON;
    if (run->err->code != PKI_E_CANCELLED)
        return PKI_RUN_FAIL;
    *run->err = (struct pki_error){0};
    return pki_run_leave_paused(run, "stopped at the keyboard");
}

static enum pki_run_turn ask_something(struct pki_run *run, const char *key, const char *prompt,
                                       char line[PKI_RUN_LINE])
{
    for (;;) {
        enum pki_run_turn turn = ask_plainly(run, key, prompt, NULL, line);
        if (turn != PKI_RUN_ON || line[0])
            return turn;
        pki_run_say(run, "Enter alone is no answer.");
    }
}

/* --- pauses --------------------------------------------------------------------------------- */

static enum pki_run_turn take_pause(struct pki_run *run)
{
    char line[PKI_RUN_LINE];
    enum pki_run_turn turn = ask_something(run, "pause", "Why, and who stays in the room?", line);

    if (turn != PKI_RUN_ON)
        return turn;
    if (!pki_run_note(run, PKI_TRANSCRIPT_PAUSE, NULL, NULL, line))
        return PKI_RUN_FAIL;
    pki_run_say(run, "Paused. Everything is recorded: it can be switched off here.");
    do {
        turn = ask_plainly(run, "resume", "To go on, type: go on", NULL, line);
        if (turn != PKI_RUN_ON)
            return turn;
    } while (strcmp(line, "go on") != 0);
    if (!pki_run_note(run, PKI_TRANSCRIPT_RESUME, NULL, NULL, "after a pause"))
        return PKI_RUN_FAIL;
    pki_run_show(run);
    return PKI_RUN_ON;
}

/* --- asking --------------------------------------------------------------------------------- */

/* Two letters at least, as e and p mean something else. */
static bool are_initials(const char *line)
{
    size_t n = 0;

    for (; line[n]; n++)
        if (!isalpha((unsigned char)line[n]) && !((unsigned char)line[n] & 0x80))
            return false;
    return n >= 2 && n <= 8;
}

/* NULL: it fits. */
static const char *problem(const struct pki_run_question *question, const char *line)
{
    if (!line[0])
        return "Enter alone is no answer.";
    if (question->rule == PKI_RUN_NAME && strcmp(line, question->shown) != 0)
        return "That is not the name, as it stands there.";
    if (question->rule == PKI_RUN_INITIALS && !are_initials(line))
        return "Initials are two letters or more.";
    struct pki_error why = {0};
    int64_t at = 0;
    if (question->rule == PKI_RUN_TIME && !pki_time_parse(line, &at, &why))
        return "That is no time: write 2026-03-01T12:00:00Z, in UTC.";
    if (question->not_same && strcasecmp(line, question->not_same) == 0)
        return "These initials are somebody else's: add a letter.";
    if (question->rule == PKI_RUN_CHOICE && question->choices && question->choices->n > 0 &&
        !pki_script_has_word(question->choices, line))
        return "It is one of the answers that are listed.";
    return NULL;
}

/* Until it fits, or is e: an exception. However often: whoever types on would type into a shell, if
   this gave up. */
static enum pki_run_turn ask_until(struct pki_run *run, const struct pki_run_question *question,
                                   char line[PKI_RUN_LINE], bool *exception)
{
    for (;;) {
        enum pki_run_turn turn =
            ask_plainly(run, question->key, question->prompt, question->shown, line);
        bool pauses = turn == PKI_RUN_ON && strcmp(line, "p") == 0;
        if (pauses)
            turn = take_pause(run);
        if (turn != PKI_RUN_ON)
            return turn;
        if (pauses)
            continue;
        *exception = strcmp(line, "e") == 0;
        const char *wrong = *exception ? NULL : problem(question, line);
        if (!wrong)
            return PKI_RUN_ON;
        pki_run_say(run, "%s", wrong);
    }
}

/* --- exceptions ----------------------------------------------------------------------------- */

/* What a step can be after its sheet; the words that are typed. */
static void list_ways(const struct pki_run *run, bool may_go_on, struct pki_script_word ways[4],
                      struct pki_script_words *list)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    const json_t *duty = pki_run_line(run, PKI_TRANSCRIPT_DUTY);
    bool done =
        duty && pki_transcript_status_is_good(step->act.duty, pki_transcript_text(duty, "answer"));

    list->list = ways;
    if (may_go_on)
        ways[list->n++].text = "go on";
    if (step->on_failure == PKI_SCRIPT_RETRY && !done)
        ways[list->n++].text = "again";
    if (step->on_failure == PKI_SCRIPT_EXCEPTION)
        ways[list->n++].text = "leave";
    ways[list->n++].text = "stop";
}

static void explain_ways(const struct pki_script_words *ways, struct pki_buf *prompt)
{
    static const char *const means[][2] = {
        {"go on", "go on with this step"},
        {"again", "begin this step again"},
        {"leave", "leave this step, and go to the next"},
        {"stop", "end the ceremony here, for good (p only pauses it)"},
    };

    pki_buf_text(prompt, "How does it go on? Type");
    for (size_t i = 0; i < PKI_COUNT(means); i++)
        if (pki_script_has_word(ways, means[i][0]))
            pki_buf_printf(prompt, "\n  %-6s to %s", means[i][0], means[i][1]);
    pki_buf_byte(prompt, 0);
}

static enum pki_run_turn write_sheet(struct pki_run *run)
{
    static const char *const keys[] = {"exception-expected", "exception-happened",
                                       "exception-decided", "exception-who"};
    static const char *const prompts[] = {"What was expected?", "What happened?",
                                          "What was decided?", "Who says so? (role and name)"};
    char lines[4][PKI_RUN_LINE];
    pki_scope(pki_buf) answer = {0};

    pki_run_say(run, "Exception sheet. It goes into the record as it is typed.");
    for (size_t i = 0; i < PKI_COUNT(keys); i++) {
        enum pki_run_turn turn = ask_something(run, keys[i], prompts[i], lines[i]);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    pki_buf_printf(&answer, "%s; decided: %s", lines[1], lines[2]);
    pki_buf_byte(&answer, 0);
    return pki_buf_ok(&answer, run->err) && pki_run_note(run, PKI_TRANSCRIPT_EXCEPTION, lines[3],
                                                         lines[0], (const char *)answer.data)
               ? PKI_RUN_ON
               : PKI_RUN_FAIL;
}

static enum pki_run_turn decide(struct pki_run *run, const struct pki_script_words *ways)
{
    pki_scope(pki_buf) prompt = {0};
    char line[PKI_RUN_LINE];
    bool exception = true;

    explain_ways(ways, &prompt);
    if (!pki_buf_ok(&prompt, run->err))
        return PKI_RUN_FAIL;
    const struct pki_run_question question = {.key = "decision",
                                              .prompt = (const char *)prompt.data,
                                              .rule = PKI_RUN_CHOICE,
                                              .choices = ways};
    while (exception) {
        enum pki_run_turn turn = ask_until(run, &question, line, &exception);
        if (turn == PKI_RUN_ON && exception)
            turn = write_sheet(run);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    return line[0] == 'a'   ? PKI_RUN_AGAIN
           : line[0] == 'l' ? PKI_RUN_LEAVE
           : line[0] == 's' ? PKI_RUN_STOP
                            : PKI_RUN_ON;
}

/* It was written, and a cut came before how it goes on. */
static bool has_sheet(const struct pki_run *run)
{
    size_t n = json_array_size(run->lines);

    return n > 0 && strcmp(pki_transcript_text(json_array_get(run->lines, n - 1), "event"),
                           pki_transcript_event_name(PKI_TRANSCRIPT_EXCEPTION)) == 0;
}

static enum pki_run_turn write_exception(struct pki_run *run, bool may_go_on)
{
    struct pki_script_word words[4] = {{0}};
    struct pki_script_words ways = {0};
    enum pki_run_turn turn = !may_go_on && has_sheet(run) ? PKI_RUN_ON : write_sheet(run);

    if (turn != PKI_RUN_ON)
        return turn;
    list_ways(run, may_go_on, words, &ways);
    return decide(run, &ways);
}

enum pki_run_turn pki_run_abandon(struct pki_run *run)
{
    const struct pki_script_step *step = pki_run_step_due(run);

    pki_run_say(run, "The ceremony is abandoned at step %s, %s: it ends here, for good.", step->id,
                step->title);
    return write_sheet(run);
}

enum pki_run_turn pki_run_failed(struct pki_run *run, const char *what)
{
    pki_run_say(run, "%s", what);
    return write_exception(run, false);
}

enum pki_run_turn pki_run_refused(struct pki_run *run, const char *what)
{
    struct pki_script_word words[3] = {{.text = "again"}, {.text = "stop"}, {0}};
    struct pki_script_words ways = {.list = words, .n = 2};

    if (pki_run_step_due(run)->on_failure == PKI_SCRIPT_EXCEPTION &&
        pki_run_has(run, PKI_TRANSCRIPT_EXCEPTION, NULL, NULL))
        words[ways.n++].text = "leave";
    pki_run_say(run, "%s", what);
    enum pki_run_turn turn = decide(run, &ways);
    if (turn != PKI_RUN_STOP || has_sheet(run))
        return turn;
    turn = write_sheet(run); /* nothing ends before its time without one */
    return turn == PKI_RUN_ON ? PKI_RUN_STOP : turn;
}

enum pki_run_turn pki_run_ask(struct pki_run *run, const struct pki_run_question *question,
                              char line[PKI_RUN_LINE])
{
    bool exception = true;

    while (exception) {
        enum pki_run_turn turn = ask_until(run, question, line, &exception);
        if (turn == PKI_RUN_ON && exception)
            turn = write_exception(run, true);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    return PKI_RUN_ON;
}
