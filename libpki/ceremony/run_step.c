/*
 * A step: what it does, what is written down, what is kept, the initials of both. Whatever has its
 * line already was done before a cut, and is not done again.
 */
#include "base/file.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

#define PRINTED_LIMIT ((size_t)1024 * 1024)
#define ASKED         40 /* lines of what is asked for in a step */

/* --- showing it ----------------------------------------------------------------------------- */

struct asked {
    const char *lines[ASKED + 1];
    char texts[ASKED][160];
    size_t n;
};

static void will_ask(struct asked *asked, const char *format, ...) PKI_PRINTF(2, 3);

static void will_ask(struct asked *asked, const char *format, ...)
{
    va_list args;

    if (asked->n == ASKED)
        return;
    va_start(args, format);
    (void)vsnprintf(asked->texts[asked->n], sizeof(asked->texts[0]), format, args);
    va_end(args);
    asked->lines[asked->n] = asked->texts[asked->n];
    asked->n++;
}

static void list_asked(const struct pki_script_step *step, struct asked *asked)
{
    if (step->confirm_type)
        for (size_t i = 0; i < step->confirm_by.n; i++)
            will_ask(asked, "the name, typed by the %s", step->confirm_by.list[i].text);
    if (step->act.kind == PKI_SCRIPT_ASK)
        will_ask(asked, "the answer");
    for (size_t i = 0; i < step->record.n; i++) {
        const struct pki_script_record *record = pki_script_record_find(step->record.list[i].text);
        will_ask(asked, "%s", record ? record->label : step->record.list[i].text);
    }
    if (pki_script_has_word(&step->evidence, "photo"))
        will_ask(asked, "where the photograph lies");
    if (pki_script_has_word(&step->evidence, "paper"))
        will_ask(asked, "where the paper lies");
    will_ask(asked, "initials of administrator and witness");
}

/* "  Fingerprint  36e1 ...", in a step that records words; "  Head   chairlift ..." */
static bool is_read(const struct pki_script_step *step, const char *label, size_t size)
{
    static const char *const rows[][2] = {
        {"head", "Head  "},     {"words", "Fingerprint  "}, {"words", "Key fingerprint  "},
        {"words", "SHA-256  "}, {"hex", "Fingerprint  "},   {"hex", "SHA-256  "}};

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        size_t length = strlen(rows[i][1]);
        if (pki_script_has_word(&step->record, rows[i][0]) && size > length &&
            strncmp(label, rows[i][1], length) == 0)
            return true;
    }
    return false;
}

static void add_line(struct pki_buf *picked, const struct pki_bytes *line)
{
    if (line->size == 0)
        return;
    pki_text_safe(picked, *line);
    pki_buf_byte(picked, '\n');
}

/* Those lines, with what is indented below them, and the name above. */
static void pick_lines(const struct pki_script_step *step, const char *text, struct pki_buf *picked)
{
    size_t kept = 0; /* the indent of what is kept; those further in belong to it */
    bool keeps = false;
    struct pki_bytes name = {NULL, 0};

    for (const char *end; *text; text = end + (*end == '\n')) {
        end = text + strcspn(text, "\n");
        size_t indent = strspn(text, " ");
        struct pki_bytes line = {(const uint8_t *)text, (size_t)(end - text)};
        if (indent >= line.size || !keeps || indent <= kept) {
            keeps = indent < line.size && is_read(step, text + indent, line.size - indent);
            kept = indent;
        }
        if (!keeps && indent == 0)
            name = line;
        if (!keeps)
            continue;
        if (indent > 0)
            add_line(picked, &name);
        add_line(picked, &line);
        name.size = 0;
    }
}

/* What was on the screen in the step before is not there any more when this one reads it. */
static void find_printed(const struct pki_run *run, char id[41], struct pki_buf *picked)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    struct pki_error none = {0};
    pki_scope(pki_buf) text = {0};
    pki_scope_fd int dir = -1;

    if (step->act.kind == PKI_SCRIPT_DUTY || !run->printed[0] ||
        !pki_dir_open(run->dir, PKI_TRANSCRIPT_EVIDENCE, &dir, &none) ||
        !pki_file_read(dir, run->printed, PRINTED_LIMIT, &text, &none))
        return;
    pki_buf_byte(&text, 0);
    (void)snprintf(id, 41, "%.*s", (int)(strstr(run->printed, "-" PKI_RUN_OUTPUT) - run->printed),
                   run->printed);
    if (!text.failed)
        pick_lines(step, (const char *)text.data, picked);
}

void pki_run_show(struct pki_run *run)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    pki_scope(pki_buf) command = {0};
    pki_scope(pki_buf) printed = {0};
    char printed_in[41] = "";
    struct asked asked = {.n = 0};
    const int64_t now = run->hands->now(run->hands->context);
    struct pki_ceremony_view view = {
        .ceremony = run->script->title,
        .id = step->id,
        .title = step->title,
        .role = step->role,
        .number = (unsigned)run->due + 1,
        .of = (unsigned)run->script->n_steps,
        .minutes = step->minutes,
        .passed = now > run->began ? (now - run->began) / 60 : 0, /* a clock may be set back */
        .read_aloud = step->read_aloud,
        .check = step->act.kind == PKI_SCRIPT_CHECK ? step->act.check->sentence : NULL,
        .question = step->act.question,
        .will_be_asked = asked.lines,
        .rehearsal = run->request->below != NULL,
        .resumed = run->resumed,
    };

    for (size_t i = 0; i < run->due; i++)
        view.expected += run->script->steps[i].minutes;
    if (run->due + 1 < run->script->n_steps)
        view.next = run->script->steps[run->due + 1].title;
    if (step->act.kind == PKI_SCRIPT_DUTY) {
        pki_duty_command(step->act.duty, step->act.values, step->act.cellar, &command);
        pki_buf_byte(&command, 0);
        view.command = command.failed ? NULL : (const char *)command.data;
    }
    find_printed(run, printed_in, &printed);
    pki_buf_byte(&printed, 0);
    if (printed.size > 1 && !printed.failed) {
        view.printed = (const char *)printed.data;
        view.printed_in = printed_in;
    }
    list_asked(step, &asked);
    run->hands->show(run->hands->context, &view);
    run->resumed = false;
}

/* --- its parts ------------------------------------------------------------------------------ */

static enum pki_run_turn note_answer(struct pki_run *run, enum pki_transcript_event event,
                                     const char *what, const struct pki_run_question *question)
{
    char line[PKI_RUN_LINE];
    enum pki_run_turn turn = pki_run_ask(run, question, line);

    if (turn != PKI_RUN_ON)
        return turn;
    return pki_run_note(run, event, NULL, what, line) ? PKI_RUN_ON : PKI_RUN_FAIL;
}

static enum pki_run_turn ask_question(struct pki_run *run)
{
    const struct pki_script_do *act = &pki_run_step_due(run)->act;
    pki_scope(pki_buf) prompt = {0};

    if (pki_run_has(run, PKI_TRANSCRIPT_ANSWER, NULL, NULL))
        return PKI_RUN_ON;
    pki_buf_text(&prompt, act->question);
    for (size_t i = 0; i < act->choices.n; i++)
        pki_buf_printf(&prompt, "\n  %s", act->choices.list[i].text);
    pki_buf_byte(&prompt, 0);
    if (!pki_buf_ok(&prompt, run->err))
        return PKI_RUN_FAIL;
    const struct pki_run_question question = {.key = "answer",
                                              .prompt = (const char *)prompt.data,
                                              .rule = PKI_RUN_CHOICE,
                                              .choices = &act->choices};
    return note_answer(run, PKI_TRANSCRIPT_ANSWER, NULL, &question);
}

static enum pki_run_turn ask_records(struct pki_run *run)
{
    const struct pki_script_words *records = &pki_run_step_due(run)->record;

    for (size_t i = 0; i < records->n; i++) {
        const char *word = records->list[i].text;
        const struct pki_script_record *record = pki_script_record_find(word);
        const struct pki_run_question question = {.key = word,
                                                  .prompt = record ? record->label : word};
        if (pki_run_has(run, PKI_TRANSCRIPT_RECORD, NULL, word))
            continue;
        enum pki_run_turn turn = pki_run_compares(run, word)
                                     ? pki_run_compare(run)
                                     : note_answer(run, PKI_TRANSCRIPT_RECORD, word, &question);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    return PKI_RUN_ON;
}

/* No directory can hold paper, and a camera stays outside of the laptop. */
static enum pki_run_turn ask_where(struct pki_run *run)
{
    static const char *const words[] = {"photo", "paper"};
    static const char *const prompts[] = {"Where does the photograph lie? (camera, number)",
                                          "Where does the paper lie?"};

    for (size_t i = 0; i < PKI_COUNT(words); i++) {
        const struct pki_run_question question = {.key = words[i], .prompt = prompts[i]};
        if (!pki_script_has_word(&pki_run_step_due(run)->evidence, words[i]) ||
            pki_run_has(run, PKI_TRANSCRIPT_KEEP, NULL, words[i]))
            continue;
        enum pki_run_turn turn = note_answer(run, PKI_TRANSCRIPT_KEEP, words[i], &question);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    return PKI_RUN_ON;
}

static const char *initials_of(const struct pki_run *run, const char *role)
{
    for (size_t i = 0; i < json_array_size(run->lines); i++) {
        const json_t *line = json_array_get(run->lines, i);
        if (strcmp(pki_transcript_text(line, "event"), "initials") == 0 &&
            strcmp(pki_transcript_text(line, "who"), role) == 0)
            return pki_transcript_text(line, "answer");
    }
    return NULL;
}

static enum pki_run_turn ask_initials(struct pki_run *run)
{
    static const char *const both[] = {"administrator", "witness"};
    static const char *const keys[] = {"initials-administrator", "initials-witness"};
    static const char *const prompts[] = {"Initials of the administrator",
                                          "Initials of the witness"};
    char line[PKI_RUN_LINE];

    for (size_t i = 0; i < PKI_COUNT(both); i++) {
        const struct pki_run_question question = {.key = keys[i],
                                                  .prompt = prompts[i],
                                                  .rule = PKI_RUN_INITIALS,
                                                  .not_same =
                                                      i > 0 ? initials_of(run, both[0]) : NULL};
        if (pki_run_has(run, PKI_TRANSCRIPT_INITIALS, both[i], NULL))
            continue;
        enum pki_run_turn turn = pki_run_ask(run, &question, line);
        if (turn != PKI_RUN_ON)
            return turn;
        if (!pki_run_note(run, PKI_TRANSCRIPT_INITIALS, both[i], NULL, line))
            return PKI_RUN_FAIL;
    }
    return PKI_RUN_ON;
}

static enum pki_run_turn act(struct pki_run *run)
{
    enum pki_script_kind kind = pki_run_step_due(run)->act.kind;

    if (kind == PKI_SCRIPT_DUTY)
        return pki_run_duty(run);
    enum pki_run_turn turn = pki_run_names(run);
    if (turn == PKI_RUN_ON)
        turn = kind == PKI_SCRIPT_ASK ? ask_question(run) : pki_run_look(run);
    return turn;
}

enum pki_run_turn pki_run_step(struct pki_run *run)
{
    static enum pki_run_turn (*const parts[])(struct pki_run *) = {act, ask_records, ask_where,
                                                                   ask_initials};

    if (json_array_size(run->lines) == 0 &&
        !pki_run_note(run, PKI_TRANSCRIPT_STEP, NULL, NULL, NULL))
        return PKI_RUN_FAIL;
    pki_run_show(run);
    for (size_t i = 0; i < PKI_COUNT(parts); i++) {
        enum pki_run_turn turn = parts[i](run);
        if (turn != PKI_RUN_ON)
            return turn;
    }
    return pki_run_note(run, PKI_TRANSCRIPT_DONE, NULL, NULL, NULL) ? PKI_RUN_ON : PKI_RUN_FAIL;
}
