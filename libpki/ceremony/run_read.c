/*
 * The transcript as the runner sees it: lines are added, and found again after a cut.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

static void put(json_t *line, const char *key, const char *text)
{
    if (text)
        (void)json_object_set_new(line, key, json_string(text));
}

static bool put_journal(json_t *line, const struct pki_transcript_entry *entry,
                        struct pki_error *err)
{
    pki_scope(pki_buf) head = {0};

    if (!entry->journal_head)
        return true;
    pki_hex(&head, (struct pki_bytes){entry->journal_head, PKI_SHA256_SIZE});
    pki_buf_byte(&head, 0);
    if (!pki_buf_ok(&head, err))
        return false;
    (void)json_object_set_new(line, "journal_entry", json_integer(entry->journal_entry));
    put(line, "journal_head", (const char *)head.data);
    return true;
}

/* What the step's later lines depend on. */
static bool remember(struct pki_run *run, const struct pki_transcript_entry *entry)
{
    json_t *line = json_object();

    put(line, "event", pki_transcript_event_name(entry->event));
    put(line, "who", entry->who);
    put(line, "what", entry->what);
    put(line, "answer", entry->answer);
    if (json_array_append_new(run->lines, line) != 0)
        return pki_fail(run->err, PKI_E_MEMORY, "out of memory");
    return put_journal(line, entry, run->err) && pki_run_keep_duty(run, line);
}

/* What a later step reads aloud. */
static void note_printed(struct pki_run *run, const char *use, const char *path)
{
    if (strcmp(use, "kept") == 0 && strstr(path, "-" PKI_RUN_OUTPUT))
        (void)snprintf(run->printed, sizeof(run->printed), "%s", path);
}

static bool is_of_step(enum pki_transcript_event event)
{
    return event != PKI_TRANSCRIPT_PAUSE && event != PKI_TRANSCRIPT_RESUME &&
           event != PKI_TRANSCRIPT_BEGIN && event != PKI_TRANSCRIPT_END;
}

bool pki_run_add(struct pki_run *run, const struct pki_transcript_entry *entry)
{
    struct pki_transcript_entry line = *entry;
    int64_t now = run->hands->now(run->hands->context);

    /* A clock that was set back is no reason to lose a line: its monotonic time tells. */
    line.at = now > run->last ? now : run->last;
    line.monotonic_ms = run->hands->monotonic_ms(run->hands->context);
    /* A ceremony may be abandoned before its next step began. */
    bool between = line.event == PKI_TRANSCRIPT_EXCEPTION && json_array_size(run->lines) == 0;
    if (is_of_step(line.event) && !between)
        line.step = pki_run_step_due(run)->id;
    if (line.event == PKI_TRANSCRIPT_END) {
        if (!pki_transcript_end(run->transcript, &line, run->err))
            return false;
    } else if (!pki_transcript_add(run->transcript, &line, run->err)) {
        return false;
    }
    run->last = line.at;
    for (size_t i = 0; i < line.n_files; i++)
        note_printed(run, line.files[i].use, line.files[i].path);
    return !line.step || remember(run, &line);
}

bool pki_run_note(struct pki_run *run, enum pki_transcript_event event, const char *who,
                  const char *what, const char *answer)
{
    const struct pki_transcript_entry entry = {
        .event = event, .who = who, .what = what, .answer = answer};

    return pki_run_add(run, &entry);
}

const json_t *pki_run_line(const struct pki_run *run, enum pki_transcript_event event)
{
    for (size_t i = json_array_size(run->lines); i > 0; i--) {
        const json_t *line = json_array_get(run->lines, i - 1);
        if (strcmp(pki_transcript_text(line, "event"), pki_transcript_event_name(event)) == 0)
            return line;
    }
    return NULL;
}

bool pki_run_has(const struct pki_run *run, enum pki_transcript_event event, const char *who,
                 const char *what)
{
    const struct pki_transcript_want want = {.event = event, .who = who, .what = what};

    return pki_transcript_has(run->lines, &want);
}

/* --- taking it up --------------------------------------------------------------------------- */

static bool read_line(struct pki_run *run, const json_t *line)
{
    enum pki_transcript_event event = PKI_TRANSCRIPT_EVENTS;

    (void)pki_transcript_event_find(pki_transcript_text(line, "event"), &event);
    if (!pki_time_parse(pki_transcript_text(line, "at"), &run->last, run->err))
        return false;
    if (event == PKI_TRANSCRIPT_BEGIN) {
        run->began = run->last;
        return pki_run_take_approved(run, line);
    }
    if (event == PKI_TRANSCRIPT_STEP)
        (void)json_array_clear(run->lines);
    const json_t *files = json_object_get(line, "files");
    for (size_t i = 0; i < json_array_size(files); i++)
        note_printed(run, pki_transcript_text(json_array_get(files, i), "use"),
                     pki_transcript_text(json_array_get(files, i), "path"));
    if (event == PKI_TRANSCRIPT_DONE || event == PKI_TRANSCRIPT_SKIP) {
        (void)json_array_clear(run->lines);
        run->due++;
        return true;
    }
    if (is_of_step(event) && json_array_append(run->lines, (json_t *)line) != 0)
        return pki_fail(run->err, PKI_E_MEMORY, "out of memory");
    return pki_run_keep_duty(run, line);
}

/* It was checked, line by line. */
static bool read_lines(struct pki_run *run)
{
    pki_scope(pki_buf) text = {0};
    bool good = true;

    if (!pki_file_read(run->dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &text, run->err))
        return false;
    for (size_t at = 0, end; good && at < text.size; at = end + 1) {
        for (end = at; end < text.size && text.data[end] != '\n';)
            end++;
        json_t *line = json_loadb((const char *)text.data + at, end - at, 0, NULL);
        good = read_line(run, line);
        json_decref(line);
    }
    return good;
}

static bool is_same_kind(const struct pki_run *run, const struct pki_transcript_summary *summary)
{
    if (memcmp(summary->script, run->script->sha256, sizeof(summary->script)) != 0) {
        return pki_fail(run->err, PKI_E_STATE,
                        "%s is the record of another script (%s): give another --record",
                        run->request->record, summary->id);
    }
    return summary->rehearsal == (run->request->below != NULL) ||
           pki_fail(run->err, PKI_E_STATE, "%s is the record of a %s", run->request->record,
                    summary->rehearsal ? "rehearsal" : "ceremony, not of a rehearsal");
}

/* The file of answers, if there is one: what it says was typed by nobody here. */
static bool name_answers(struct pki_run *run, struct pki_transcript_entry *entry,
                         struct pki_transcript_file *file)
{
    *file = (struct pki_transcript_file){.use = "read",
                                         .path = pki_answers_path(run->request->answers)};
    if (!file->path)
        return true;
    entry->files = file;
    entry->n_files = 1;
    return pki_run_digest(file->path, &file->size, file->sha256, run->err);
}

static bool resume(struct pki_run *run)
{
    struct pki_transcript_summary summary = {0};
    struct pki_transcript_entry line = {
        .event = PKI_TRANSCRIPT_RESUME,
        .answer = "the ceremony was taken up from its record",
    };
    struct pki_transcript_file answers;

    if (!pki_transcript_check(run->dir, true, &summary, run->err) || !is_same_kind(run, &summary) ||
        !pki_transcript_resume(run->dir, &run->transcript, run->err) || !read_lines(run))
        return false;
    run->resumed = true;
    return name_answers(run, &line, &answers) && pki_run_add(run, &line);
}

static bool is_ours(const char *name)
{
    return strcmp(name, PKI_TRANSCRIPT_SCRIPT) == 0 || strcmp(name, PKI_TRANSCRIPT_EVIDENCE) == 0;
}

/* What lay in the record before would make it one that no check takes. */
static bool refuse_foreign(void *context, int dir, const char *name, struct pki_error *err)
{
    (void)context;
    (void)dir;
    return is_ours(name) ||
           pki_fail(err, PKI_E_EXISTS, "it holds %.100s: name a new one by --record", name);
}

/* Of a begin that was cut off; a script that somebody keeps there stays. */
static bool remove_script(int dir, struct pki_bytes script, struct pki_error *err)
{
    pki_scope(pki_buf) there = {0};
    struct stat status;

    if (fstatat(dir, PKI_TRANSCRIPT_SCRIPT, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!pki_file_read(dir, PKI_TRANSCRIPT_SCRIPT, PKI_SCRIPT_LIMIT, &there, err))
        return false;
    if (there.size != script.size || memcmp(there.data, script.data, script.size) != 0)
        return pki_fail(err, PKI_E_EXISTS, "it holds another script: name a new one by --record");
    return unlinkat(dir, PKI_TRANSCRIPT_SCRIPT, 0) == 0 ||
           pki_fail(err, PKI_E_IO, PKI_TRANSCRIPT_SCRIPT ": %s", strerror(errno));
}

/* A cut may have come before the first line: then nothing of it has happened. */
static bool is_begun(int dir, struct pki_bytes script, bool *begun, struct pki_error *err)
{
    PKI_CONTEXT(err, "the record's directory");
    struct stat status;

    *begun = fstatat(dir, PKI_TRANSCRIPT, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (*begun && status.st_size == 0) {
        *begun = false;
        if (unlinkat(dir, PKI_TRANSCRIPT, 0) != 0)
            return pki_fail(err, PKI_E_IO, PKI_TRANSCRIPT ": %s", strerror(errno));
    }
    if (*begun)
        return true;
    if (!pki_dir_each(dir, ".", refuse_foreign, NULL, err) || !remove_script(dir, script, err))
        return false;
    (void)unlinkat(dir, PKI_TRANSCRIPT_EVIDENCE, AT_REMOVEDIR);
    return true;
}

static bool begin(struct pki_run *run, struct pki_bytes script)
{
    pki_scope(pki_buf) line = {0};
    struct pki_transcript_entry first = {
        .event = PKI_TRANSCRIPT_BEGIN,
        .what = run->request->below ? PKI_TRANSCRIPT_REHEARSAL : NULL,
        .approved = &run->approved,
        .at = run->hands->now(run->hands->context),
        .monotonic_ms = run->hands->monotonic_ms(run->hands->context),
    };
    struct pki_transcript_file answers;

    if (!name_answers(run, &first, &answers))
        return false;
    run->began = run->last = first.at;
    return pki_transcript_begin(run->dir, script, &first, &run->transcript, run->err);
}

bool pki_run_open(struct pki_run *run, struct pki_bytes script)
{
    bool begun = false;

    run->lines = json_array();
    run->duties = json_object();
    if (!run->lines || !run->duties)
        return pki_fail(run->err, PKI_E_MEMORY, "out of memory");
    if (!pki_dir_ensure(AT_FDCWD, run->request->record, &run->dir, run->err))
        return false;
    if (flock(run->dir, LOCK_EX | LOCK_NB) != 0)
        return pki_fail(run->err, PKI_E_LOCKED, "%s: somebody runs this ceremony",
                        run->request->record);
    if (!is_begun(run->dir, script, &begun, run->err))
        return false;
    return begun ? resume(run) : begin(run, script);
}
