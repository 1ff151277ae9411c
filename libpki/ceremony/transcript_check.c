/*
 * Is a ceremony's directory what it was when the ceremony ended? Reads every
 * file in it, and stops at the first thing that differs.
 */
#include <fcntl.h>
#include <jansson.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ceremony/script.h"
#include "ceremony/transcript.h"
#include "ceremony/transcript_files.h"

struct check {
    int dir;
    struct pki_transcript_summary *summary;
    const struct pki_script *script;
    json_t *lines; /* those of the step that goes on */
    json_t *kept;  /* names of the files in evidence/ */
    bool in_step, ended;
    enum pki_transcript_event event;
};

static bool differs(const struct check *check, struct pki_error *err, const char *format, ...)
    PKI_PRINTF(3, 4);

static bool differs(const struct check *check, struct pki_error *err, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return pki_fail(err, PKI_E_INTEGRITY, PKI_TRANSCRIPT ":%lld: %s",
                    (long long)check->summary->lines + 1, text);
}

/* "" where there is none, or not a text. */
static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));

    return text ? text : "";
}

/* --- what a step owes ---------------------------------------------------------------------- */

static bool has(const struct check *check, enum pki_transcript_event event, const char *who,
                const char *what, const char *answer)
{
    for (size_t i = 0; i < json_array_size(check->lines); i++) {
        const json_t *line = json_array_get(check->lines, i);
        if (strcmp(text_of(line, "event"), pki_transcript_event_name(event)) == 0 &&
            (!who || strcmp(text_of(line, "who"), who) == 0) &&
            (!what || strcmp(text_of(line, "what"), what) == 0) &&
            (answer ? strcmp(text_of(line, "answer"), answer) == 0
                    : text_of(line, "answer")[0] != 0))
            return true;
    }
    return false;
}

static bool owes_words(const struct check *check, const struct pki_script_step *step,
                       struct pki_error *err)
{
    for (size_t i = 0; i < step->record.n; i++) {
        if (!has(check, PKI_TRANSCRIPT_RECORD, NULL, step->record.list[i].text, NULL))
            return differs(check, err, "step %s is done without record %s", step->id,
                           step->record.list[i].text);
    }
    for (size_t i = 0; i < step->confirm_by.n; i++) {
        if (!has(check, PKI_TRANSCRIPT_CONFIRM, step->confirm_by.list[i].text, NULL,
                 step->confirm_type))
            return differs(check, err, "step %s is done, and %s has not typed the name", step->id,
                           step->confirm_by.list[i].text);
    }
    return true;
}

static bool owes_act(const struct check *check, const struct pki_script_step *step,
                     struct pki_error *err)
{
    pki_scope(pki_buf) command = {0};

    if (step->act.kind == PKI_SCRIPT_ASK)
        return has(check, PKI_TRANSCRIPT_ANSWER, NULL, NULL, NULL) ||
               differs(check, err, "step %s is done without an answer", step->id);
    if (step->act.kind == PKI_SCRIPT_CHECK)
        return true;
    pki_duty_command(step->act.duty, step->act.values, step->act.cellar, &command);
    pki_buf_byte(&command, 0);
    return pki_buf_ok(&command, err) &&
           (has(check, PKI_TRANSCRIPT_DUTY, NULL, (const char *)command.data, "0") ||
            differs(check, err, "step %s is done, and its duty was not", step->id));
}

static bool owes(const struct check *check, const struct pki_script_step *step,
                 struct pki_error *err)
{
    static const char *const both[] = {"administrator", "witness"};

    for (size_t i = 0; i < PKI_COUNT(both); i++)
        if (!has(check, PKI_TRANSCRIPT_INITIALS, both[i], NULL, NULL))
            return differs(check, err, "step %s is done without initials of %s", step->id, both[i]);
    return owes_words(check, step, err) && owes_act(check, step, err);
}

/* --- order --------------------------------------------------------------------------------- */

static bool leave_step(struct check *check, const struct pki_script_step *step, bool done,
                       struct pki_error *err)
{
    if (done ? !owes(check, step, err)
             : !has(check, PKI_TRANSCRIPT_EXCEPTION, NULL, NULL, NULL) &&
                   !differs(check, err, "step %s is left without an exception", step->id))
        return false;
    check->in_step = false;
    check->summary->steps_done++;
    return true;
}

static bool follow_end(struct check *check, const json_t *line, struct pki_error *err)
{
    const char *how = text_of(line, "answer");
    bool all = check->summary->steps_done == check->script->n_steps;

    check->ended = true;
    check->summary->stopped = strcmp(how, "stopped") == 0;
    if (strcmp(how, "finished") != 0 && !check->summary->stopped)
        return differs(check, err, "it ends neither finished nor stopped");
    return check->summary->stopped || (all && !check->in_step) ||
           differs(check, err, "finished after %zu of %zu steps", check->summary->steps_done,
                   check->script->n_steps);
}

/* The line against the step that is due. */
static bool follow(struct check *check, const json_t *line, struct pki_error *err)
{
    size_t next = check->summary->steps_done;
    const struct pki_script_step *due =
        next < check->script->n_steps ? &check->script->steps[next] : NULL;
    enum pki_transcript_event event = check->event;
    bool begins = event == PKI_TRANSCRIPT_STEP;
    const char *step = text_of(line, "step");

    if (event == PKI_TRANSCRIPT_END)
        return follow_end(check, line, err);
    check->summary->exceptions += event == PKI_TRANSCRIPT_EXCEPTION;
    if (!*step)
        return !begins || differs(check, err, "a step without its id");
    if (!due || strcmp(step, due->id) != 0 || (!begins && !check->in_step))
        return differs(check, err, "step %.40s is not due", step);
    if (begins) {
        (void)json_array_clear(check->lines);
        check->in_step = true;
    }
    if (json_array_append(check->lines, (json_t *)line) != 0)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (event == PKI_TRANSCRIPT_DONE || event == PKI_TRANSCRIPT_SKIP)
        return leave_step(check, due, event == PKI_TRANSCRIPT_DONE, err);
    return true;
}

/* --- a line -------------------------------------------------------------------------------- */

static bool check_chain(const struct check *check, const json_t *line, struct pki_error *err)
{
    pki_scope(pki_buf) hex = {0};

    pki_hex(&hex, (struct pki_bytes){check->summary->head, PKI_SHA256_SIZE});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, err))
        return false;
    if (json_integer_value(json_object_get(line, "n")) != check->summary->lines + 1)
        return differs(check, err, "it is not numbered %lld", (long long)check->summary->lines + 1);
    return strcmp(text_of(line, "previous"), (const char *)hex.data) == 0 ||
           differs(check, err, "it does not follow from %s",
                   check->summary->lines == 0 ? PKI_TRANSCRIPT_SCRIPT : "the line before");
}

static bool check_time(struct check *check, const json_t *line, struct pki_error *err)
{
    struct pki_error why = {0};
    int64_t at = 0;

    if (!pki_time_parse(text_of(line, "at"), &at, &why))
        return differs(check, err, "at: %s", why.text);
    if (check->summary->lines == 0)
        check->summary->began = at;
    check->summary->ended = at;
    return true;
}

static bool check_files(struct check *check, const json_t *line, struct pki_error *err)
{
    const json_t *files = json_object_get(line, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        struct pki_error why = {0};
        if (strcmp(text_of(file, "use"), "kept") != 0)
            continue;
        if (!pki_transcript_file_check(check->dir, text_of(file, "path"), text_of(file, "sha256"),
                                       &why))
            return differs(check, err, "%s", why.text);
        if (json_array_append(check->kept, json_object_get(file, "path")) != 0)
            return pki_fail(err, PKI_E_MEMORY, "out of memory");
        check->summary->files++;
    }
    return true;
}

static bool check_line(struct check *check, struct pki_bytes text, struct pki_error *err)
{
    json_t *line = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    bool first = check->summary->lines == 0;
    bool good = json_is_object(line) || differs(check, err, "this is no JSON object");

    good = good && (!check->ended || differs(check, err, "it stands after the end"));
    good = good && check_chain(check, line, err) && check_time(check, line, err) &&
           (pki_transcript_event_find(text_of(line, "event"), &check->event) ||
            differs(check, err, "event \"%.20s\" is not known", text_of(line, "event")));
    good = good && (first == (check->event == PKI_TRANSCRIPT_BEGIN) ||
                    differs(check, err, "a transcript has one beginning"));
    good = good && follow(check, line, err) && check_files(check, line, err);
    json_decref(line);
    if (good) {
        pki_sha256(text, check->summary->head);
        check->summary->lines++;
    }
    return good;
}

/* --- the whole ----------------------------------------------------------------------------- */

static bool check_lines(struct check *check, struct pki_bytes text, bool may_be_torn,
                        struct pki_error *err)
{
    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        if (!end && !may_be_torn)
            return differs(check, err, "it was not written whole");
        if (!end) {
            check->summary->torn = true;
            break;
        }
        if (!check_line(check, (struct pki_bytes){text.data, size}, err))
            return false;
        text.data += size + 1;
        text.size -= size + 1;
    }
    check->summary->open = !check->ended;
    return check->summary->lines > 0 || differs(check, err, "it holds no line");
}

static bool check_head(const struct check *check, struct pki_error *err)
{
    pki_scope(pki_buf) expected = {0};
    pki_scope(pki_buf) text = {0};

    if (check->summary->open)
        return true;
    pki_transcript_head_text(check->summary, &expected);
    if (!pki_buf_ok(&expected, err) ||
        !pki_file_read(check->dir, PKI_TRANSCRIPT_HEAD, PKI_TRANSCRIPT_LIMIT, &text, err))
        return false;
    return pki_bytes_equal(pki_buf_view(&expected), pki_buf_view(&text)) ||
           pki_fail(err, PKI_E_INTEGRITY, PKI_TRANSCRIPT_HEAD " is not that of the transcript");
}

static bool check_all(struct check *check, bool may_be_torn, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    check->lines = json_array();
    check->kept = json_array();
    if (!check->lines || !check->kept)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    return pki_file_read(check->dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &text, err) &&
           check_lines(check, pki_buf_view(&text), may_be_torn, err) && check_head(check, err) &&
           pki_transcript_no_strangers(check->dir, check->kept, err);
}

static bool read_script(int dir, struct pki_script **script, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error why = {0};

    if (!pki_file_read(dir, PKI_TRANSCRIPT_SCRIPT, PKI_SCRIPT_LIMIT, &text, err))
        return false;
    return pki_script_parse(PKI_TRANSCRIPT_SCRIPT, pki_buf_view(&text), script, &why) ||
           pki_fail(err, PKI_E_INTEGRITY, "%s", why.text);
}

bool pki_transcript_check(int dir, bool may_be_torn, struct pki_transcript_summary *summary,
                          struct pki_error *err)
{
    pki_auto(pki_script) script = NULL;
    struct check check = {.dir = dir, .summary = summary};

    *summary = (struct pki_transcript_summary){0};
    if (!read_script(dir, &script, err))
        return false;
    check.script = script;
    summary->steps = script->n_steps;
    (void)snprintf(summary->id, sizeof(summary->id), "%s", script->id);
    (void)snprintf(summary->title, sizeof(summary->title), "%s", script->title);
    memcpy(summary->script, script->sha256, sizeof(summary->script));
    memcpy(summary->head, script->sha256, sizeof(summary->head));
    bool good = check_all(&check, may_be_torn, err);
    json_decref(check.lines);
    json_decref(check.kept);
    return good;
}
