#include "ceremony/transcript.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "ceremony/script.h"
#include "ceremony/transcript_files.h"

struct pki_transcript {
    int dir;
    int file;
    int64_t lines;
    uint8_t head[PKI_SHA256_SIZE];
    uint8_t script[PKI_SHA256_SIZE];
    char id[41];
    bool failed; /* what the file ends in is not known */
};

static const char *const events[] = {
    [PKI_TRANSCRIPT_BEGIN] = "begin",     [PKI_TRANSCRIPT_STEP] = "step",
    [PKI_TRANSCRIPT_RECORD] = "record",   [PKI_TRANSCRIPT_ANSWER] = "answer",
    [PKI_TRANSCRIPT_CONFIRM] = "confirm", [PKI_TRANSCRIPT_INTEND] = "intend",
    [PKI_TRANSCRIPT_DUTY] = "duty",       [PKI_TRANSCRIPT_KEEP] = "keep",
    [PKI_TRANSCRIPT_ROOM] = "room",       [PKI_TRANSCRIPT_INITIALS] = "initials",
    [PKI_TRANSCRIPT_DONE] = "done",       [PKI_TRANSCRIPT_EXCEPTION] = "exception",
    [PKI_TRANSCRIPT_SKIP] = "skip",       [PKI_TRANSCRIPT_PAUSE] = "pause",
    [PKI_TRANSCRIPT_RESUME] = "resume",   [PKI_TRANSCRIPT_END] = "end",
};

const char *pki_transcript_event_name(enum pki_transcript_event event)
{
    return events[event];
}

bool pki_transcript_event_find(const char *name, enum pki_transcript_event *event)
{
    for (size_t i = 0; i < PKI_COUNT(events); i++) {
        if (strcmp(events[i], name) != 0)
            continue;
        *event = (enum pki_transcript_event)i;
        return true;
    }
    return false;
}

void pki_transcript_free(struct pki_transcript *transcript)
{
    if (!transcript)
        return;
    pki_fd_close_(&transcript->file);
    pki_fd_close_(&transcript->dir);
    free(transcript);
}

const uint8_t *pki_transcript_head(const struct pki_transcript *transcript)
{
    return transcript->head;
}

void pki_transcript_head_text(const struct pki_transcript_summary *summary, struct pki_buf *text)
{
    const struct pki_bytes head = {summary->head, sizeof(summary->head)};
    char date[PKI_TIME_TEXT];

    pki_buf_printf(text, "Root Cellar ceremony 1\nceremony  %s\nscript    ", summary->id);
    pki_hex(text, (struct pki_bytes){summary->script, sizeof(summary->script)});
    pki_buf_printf(text, "\nlines     %lld\nhead      ", (long long)summary->lines);
    pki_hex(text, head);
    pki_buf_text(text, "\nwords     ");
    pki_words(text, head);
    pki_buf_printf(text, "\ndate      %s\n", pki_time_format(summary->ended, date));
}

/* --- a line -------------------------------------------------------------------------------- */

static void put_optional(struct pki_json *json, const char *key, const char *text)
{
    if (text)
        pki_json_text(json, key, text);
}

static void put_digest(struct pki_json *json, const char *key, const uint8_t *sha256)
{
    if (sha256)
        pki_json_hex(json, key, (struct pki_bytes){sha256, PKI_SHA256_SIZE});
}

static void put_files(struct pki_json *json, const struct pki_transcript_entry *entry)
{
    if (entry->n_files == 0)
        return;
    pki_json_array(json, "files");
    for (size_t i = 0; i < entry->n_files; i++) {
        const struct pki_transcript_file *file = &entry->files[i];
        pki_json_object(json, NULL);
        pki_json_text(json, "use", file->use);
        pki_json_text(json, "path", file->path);
        put_optional(json, "evidence", file->evidence);
        pki_json_integer(json, "size", file->size);
        put_digest(json, "sha256", file->sha256);
        pki_json_end_object(json);
    }
    pki_json_end_array(json);
}

static void put_approved(struct pki_json *json, const struct pki_transcript_approved *approved)
{
    if (!approved || approved->n == 0)
        return;
    pki_json_array(json, "approved");
    for (size_t i = 0; i < approved->n; i++) {
        pki_json_object(json, NULL);
        pki_json_text(json, "step", approved->list[i].step);
        put_digest(json, "body", approved->list[i].body);
        pki_json_end_object(json);
    }
    pki_json_end_array(json);
}

static void put_line(const struct pki_transcript *transcript,
                     const struct pki_transcript_entry *entry, struct pki_buf *line)
{
    struct pki_json json = {.out = line, .one_line = true};

    pki_json_object(&json, NULL);
    pki_json_integer(&json, "n", transcript->lines + 1);
    put_digest(&json, "previous", transcript->head);
    pki_json_time(&json, "at", entry->at);
    pki_json_integer(&json, "monotonic_ms", entry->monotonic_ms);
    pki_json_text(&json, "event", events[entry->event]);
    put_optional(&json, "step", entry->step);
    put_optional(&json, "who", entry->who);
    put_optional(&json, "what", entry->what);
    put_optional(&json, "answer", entry->answer);
    put_optional(&json, "tool", entry->tool);
    put_optional(&json, "tool_version", entry->tool_version);
    put_digest(&json, "tool_sha256", entry->tool_sha256);
    put_digest(&json, "body", entry->body);
    put_approved(&json, entry->approved);
    put_files(&json, entry);
    if (entry->journal_head) {
        pki_json_integer(&json, "journal_entry", entry->journal_entry);
        put_digest(&json, "journal_head", entry->journal_head);
    }
    pki_json_end_object(&json); /* and the end of the line */
}

static bool append(const struct pki_transcript *transcript, struct pki_bytes line,
                   struct pki_error *err)
{
    while (line.size > 0) {
        ssize_t n = write(transcript->file, line.data, line.size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return pki_fail(err, PKI_E_IO, PKI_TRANSCRIPT " cannot be written: %s",
                            n == 0 ? "nothing was written" : strerror(errno));
        line.data += n;
        line.size -= (size_t)n;
    }
    return fsync(transcript->file) == 0 ||
           pki_fail(err, PKI_E_IO, PKI_TRANSCRIPT " cannot be synced: %s", strerror(errno));
}

bool pki_transcript_add(struct pki_transcript *transcript, const struct pki_transcript_entry *entry,
                        struct pki_error *err)
{
    pki_scope(pki_buf) line = {0};

    if (transcript->failed)
        return pki_fail(err, PKI_E_IO, "a line before could not be written: resume the ceremony");
    put_line(transcript, entry, &line);
    transcript->failed = !pki_buf_ok(&line, err) || !append(transcript, pki_buf_view(&line), err);
    if (transcript->failed)
        return false;
    pki_sha256((struct pki_bytes){line.data, line.size - 1}, transcript->head);
    transcript->lines++;
    return true;
}

/* --- beginning, going on, ending ------------------------------------------------------------ */

static bool open_file(struct pki_transcript *transcript, int flags, struct pki_error *err)
{
    transcript->file = openat(transcript->dir, PKI_TRANSCRIPT,
                              O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (transcript->file >= 0)
        return true;
    return pki_fail(err, errno == EEXIST ? PKI_E_EXISTS : PKI_E_IO,
                    PKI_TRANSCRIPT " cannot be opened: %s", strerror(errno));
}

static bool make(int dir, struct pki_transcript **transcript, struct pki_error *err)
{
    struct pki_transcript *made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->file = -1;
    made->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    *transcript = made;
    return made->dir >= 0 || pki_fail(err, PKI_E_IO, "directory: %s", strerror(errno));
}

bool pki_transcript_begin(int dir, struct pki_bytes script,
                          const struct pki_transcript_entry *first,
                          struct pki_transcript **transcript, struct pki_error *err)
{
    pki_auto(pki_transcript) made = NULL;
    pki_auto(pki_script) read = NULL;
    pki_scope_fd int evidence = -1;

    if (!make(dir, &made, err) || !pki_script_parse(PKI_TRANSCRIPT_SCRIPT, script, &read, err) ||
        !pki_file_write_new(dir, PKI_TRANSCRIPT_SCRIPT, 0600, script, err) ||
        !pki_dir_make(dir, PKI_TRANSCRIPT_EVIDENCE, &evidence, err) ||
        !open_file(made, O_CREAT | O_EXCL, err) || !pki_dir_sync(dir, err))
        return false;
    memcpy(made->script, read->sha256, sizeof(made->script));
    memcpy(made->head, read->sha256, sizeof(made->head));
    (void)snprintf(made->id, sizeof(made->id), "%s", read->id);

    struct pki_transcript_entry begin = *first;
    begin.event = PKI_TRANSCRIPT_BEGIN;
    begin.answer = read->id;
    if (!pki_transcript_add(made, &begin, err))
        return false;
    *transcript = PKI_TAKE(made);
    return true;
}

static bool write_head(int dir, const struct pki_transcript_summary *summary, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    pki_transcript_head_text(summary, &text);
    return pki_buf_ok(&text, err) &&
           pki_file_write_new(dir, PKI_TRANSCRIPT_HEAD, 0600, pki_buf_view(&text), err);
}

/* Cut off what stands after the last end of a line. */
static bool mend(struct pki_transcript *transcript, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_file_read(transcript->dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &text, err))
        return false;
    size_t whole = text.size;
    while (whole > 0 && text.data[whole - 1] != '\n')
        whole--;
    if (ftruncate(transcript->file, (off_t)whole) == 0 && fsync(transcript->file) == 0)
        return true;
    return pki_fail(err, PKI_E_IO, PKI_TRANSCRIPT " cannot be mended: %s", strerror(errno));
}

bool pki_transcript_resume(int dir, struct pki_transcript **transcript, struct pki_error *err)
{
    pki_auto(pki_transcript) made = NULL;
    struct pki_transcript_summary summary = {0};

    if (!pki_transcript_check(dir, true, &summary, err))
        return false;
    if (summary.headless && !write_head(dir, &summary, err))
        return false;
    if (!summary.open)
        return pki_fail(err, PKI_E_STATE, "ceremony %s has ended: nothing is added to it",
                        summary.id);
    if (!make(dir, &made, err) || !open_file(made, 0, err) || (summary.torn && !mend(made, err)) ||
        (summary.loose && !pki_transcript_tidy(dir, summary.due, err)))
        return false;
    memcpy(made->script, summary.script, sizeof(made->script));
    memcpy(made->head, summary.head, sizeof(made->head));
    memcpy(made->id, summary.id, sizeof(made->id));
    made->lines = summary.lines;
    *transcript = PKI_TAKE(made);
    return true;
}

bool pki_transcript_end(struct pki_transcript *transcript, const struct pki_transcript_entry *last,
                        struct pki_error *err)
{
    struct pki_transcript_summary summary = {.ended = last->at};
    struct pki_transcript_entry end = *last;

    end.event = PKI_TRANSCRIPT_END;
    if (!pki_transcript_add(transcript, &end, err))
        return false;
    memcpy(summary.id, transcript->id, sizeof(summary.id));
    memcpy(summary.script, transcript->script, sizeof(summary.script));
    memcpy(summary.head, transcript->head, sizeof(summary.head));
    summary.lines = transcript->lines;
    return write_head(transcript->dir, &summary, err);
}
