/*
 * Is a ceremony's directory what it was when the ceremony ended? Reads every
 * file in it, and stops at the first thing that differs.
 */
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

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
    size_t due;    /* the step that goes on, or comes next */
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

/* --- order --------------------------------------------------------------------------------- */

static void leave_step(struct check *check)
{
    bool done = check->event == PKI_TRANSCRIPT_DONE;

    check->in_step = false;
    check->due++;
    check->summary->steps_done += done;
    check->summary->steps_left += !done;
}

static bool follow_end(struct check *check, const json_t *line, struct pki_error *err)
{
    const char *how = pki_transcript_text(line, "answer");
    bool all = check->due == check->script->n_steps;

    check->ended = true;
    check->summary->stopped = strcmp(how, "stopped") == 0;
    if (strcmp(how, "finished") != 0 && !check->summary->stopped)
        return differs(check, err, "it ends neither finished nor stopped");
    return check->summary->stopped || (all && !check->in_step) ||
           differs(check, err, "finished after %zu of %zu steps", check->due,
                   check->script->n_steps);
}

static bool needs_no_step(enum pki_transcript_event event)
{
    return event == PKI_TRANSCRIPT_BEGIN || event == PKI_TRANSCRIPT_EXCEPTION ||
           event == PKI_TRANSCRIPT_PAUSE || event == PKI_TRANSCRIPT_RESUME;
}

static bool may_stand(const struct check *check, const struct pki_script_step *due,
                      const json_t *line, struct pki_error *err)
{
    const struct pki_transcript_summary *summary = check->summary;

    return pki_transcript_step_may(due, summary->rehearsal, check->lines, line, err) &&
           (check->event != PKI_TRANSCRIPT_ROOM ||
            pki_transcript_may_find(check->script, due, summary->rehearsal, line, err)) &&
           pki_transcript_may_sign(&summary->approved, due->id, line, err);
}

/* The line against the step that is due. */
static bool follow(struct check *check, const json_t *line, struct pki_error *err)
{
    const struct pki_script_step *due =
        check->due < check->script->n_steps ? &check->script->steps[check->due] : NULL;
    enum pki_transcript_event event = check->event;
    bool begins = event == PKI_TRANSCRIPT_STEP;
    struct pki_error why = {0};
    const char *step = pki_transcript_text(line, "step");

    if (event == PKI_TRANSCRIPT_END)
        return follow_end(check, line, err);
    if (event == PKI_TRANSCRIPT_EXCEPTION) {
        check->summary->exceptions++;
        (void)snprintf(check->summary->why, sizeof(check->summary->why), "%s",
                       pki_transcript_text(line, "answer"));
        pki_text_tame(check->summary->why);
    }
    if (!*step)
        return needs_no_step(event) ||
               differs(check, err, "%s without a step", pki_transcript_event_name(event));
    if (!due || strcmp(step, due->id) != 0 || (!begins && !check->in_step))
        return differs(check, err, "step %.40s is not due", step);
    if (begins) {
        (void)json_array_clear(check->lines);
        check->in_step = true;
    }
    if (json_array_append(check->lines, (json_t *)line) != 0)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!may_stand(check, due, line, &why))
        return differs(check, err, "%s", why.text);
    if (event == PKI_TRANSCRIPT_DONE || event == PKI_TRANSCRIPT_SKIP)
        leave_step(check);
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
    return strcmp(pki_transcript_text(line, "previous"), (const char *)hex.data) == 0 ||
           differs(check, err, "it does not follow from %s",
                   check->summary->lines == 0 ? PKI_TRANSCRIPT_SCRIPT : "the line before");
}

static bool check_time(struct check *check, const json_t *line, struct pki_error *err)
{
    struct pki_error why = {0};
    int64_t at = 0;

    if (!pki_time_parse(pki_transcript_text(line, "at"), &at, &why))
        return differs(check, err, "at: %s", why.text);
    if (check->summary->lines > 0 && at < check->summary->ended)
        return differs(check, err, "at: it is earlier than the line before");
    if (check->summary->lines == 0)
        check->summary->began = at;
    check->summary->ended = at;
    return true;
}

static bool check_begin(struct check *check, const json_t *line, struct pki_error *err)
{
    const struct pki_script *script = check->script;
    const char *what = pki_transcript_text(line, "what");
    struct pki_error why = {0};

    check->summary->rehearsal = strcmp(what, PKI_TRANSCRIPT_REHEARSAL) == 0;
    if (*what && !check->summary->rehearsal)
        return differs(check, err, "it begins with \"%.20s\"", what);
    if (!pki_transcript_read_approved(script, line, &check->summary->approved, &why))
        return differs(check, err, "approved: %s", why.text);
    if (strcmp(pki_transcript_text(line, "answer"), script->id) != 0)
        return differs(check, err, "it begins another ceremony than " PKI_TRANSCRIPT_SCRIPT);
    return (check->summary->began >= script->valid_from &&
            check->summary->began <= script->valid_until) ||
           differs(check, err, "it begins when " PKI_TRANSCRIPT_SCRIPT " is not valid");
}

static bool check_files(struct check *check, const json_t *line, struct pki_error *err)
{
    const json_t *files = json_object_get(line, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        struct pki_error why = {0};
        if (strcmp(pki_transcript_text(file, "use"), "kept") != 0)
            continue;
        if (!pki_transcript_file_check(check->dir, pki_transcript_text(file, "path"),
                                       pki_transcript_text(file, "sha256"), &why))
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
    good =
        good && check_chain(check, line, err) && check_time(check, line, err) &&
        (pki_transcript_event_find(pki_transcript_text(line, "event"), &check->event) ||
         differs(check, err, "event \"%.20s\" is not known", pki_transcript_text(line, "event")));
    good = good && (first == (check->event == PKI_TRANSCRIPT_BEGIN) ||
                    differs(check, err, "a transcript has one beginning"));
    good = good && (!first || check_begin(check, line, err));
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

static bool is_there(const struct check *check, const char *name)
{
    struct stat status;

    return fstatat(check->dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The head is written after the end, so where it stands the end must. */
static bool check_no_head(const struct check *check, struct pki_error *err)
{
    return (!is_there(check, PKI_TRANSCRIPT_HEAD) && !is_there(check, PKI_TRANSCRIPT_SEAL)) ||
           pki_fail(err, PKI_E_INTEGRITY,
                    PKI_TRANSCRIPT " has not ended, and there is a " PKI_TRANSCRIPT_HEAD
                                   ": its tail is missing");
}

static bool check_head(const struct check *check, bool may_lack, struct pki_error *err)
{
    pki_scope(pki_buf) expected = {0};
    pki_scope(pki_buf) text = {0};

    if (check->summary->open)
        return check_no_head(check, err);
    check->summary->headless = may_lack && !is_there(check, PKI_TRANSCRIPT_HEAD);
    if (check->summary->headless)
        return true;
    pki_transcript_head_text(check->summary, &expected);
    if (!pki_buf_ok(&expected, err) ||
        !pki_file_read(check->dir, PKI_TRANSCRIPT_HEAD, PKI_TRANSCRIPT_LIMIT, &text, err))
        return false;
    return pki_bytes_equal(pki_buf_view(&expected), pki_buf_view(&text)) ||
           pki_fail(err, PKI_E_INTEGRITY, PKI_TRANSCRIPT_HEAD " is not that of the transcript");
}

static bool check_strangers(struct check *check, bool after_cut, struct pki_error *err)
{
    struct pki_transcript_summary *summary = check->summary;
    bool may = after_cut && summary->open && check->due < check->script->n_steps;

    (void)snprintf(summary->due, sizeof(summary->due), "%s",
                   check->due < check->script->n_steps ? check->script->steps[check->due].id : "");
    return pki_transcript_no_strangers(check->dir, check->kept, may ? summary->due : NULL, summary,
                                       err);
}

static bool check_all(struct check *check, bool after_cut, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    check->lines = json_array();
    check->kept = json_array();
    if (!check->lines || !check->kept)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    return pki_file_read(check->dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &text, err) &&
           check_lines(check, pki_buf_view(&text), after_cut, err) &&
           check_head(check, after_cut, err) && check_strangers(check, after_cut, err);
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

bool pki_transcript_check(int dir, bool after_cut, struct pki_transcript_summary *summary,
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
    bool good = check_all(&check, after_cut, err);
    json_decref(check.lines);
    json_decref(check.kept);
    return good;
}
