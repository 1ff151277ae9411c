#include "ceremony/record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>

#include "pki/ceremony.h"
#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ceremony/page.h"
#include "ceremony/script.h"
#include "ceremony/transcript_files.h"

struct record {
    struct pki_transcript_summary summary;
    struct pki_script *script;
    json_t *lines;
    struct pki_report *report;
};

static void record_clear(struct record *record)
{
    pki_script_free(record->script);
    json_decref(record->lines);
    pki_report_free(record->report);
}

static bool is_event(const json_t *line, enum pki_transcript_event event)
{
    return strcmp(pki_transcript_text(line, "event"), pki_transcript_event_name(event)) == 0;
}

static void tell(struct pki_report *row, const char *label, const json_t *line, const char *key)
{
    pki_report_text(row, label, "%s", pki_transcript_text(line, key));
}

/* --- the record ---------------------------------------------------------------------------- */

static bool read_lines(struct record *record, struct pki_bytes text, struct pki_error *err)
{
    record->lines = json_array();
    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        json_t *line = json_loadb((const char *)text.data, size, JSON_REJECT_DUPLICATES, NULL);
        if (json_array_append_new(record->lines, line) != 0)
            return pki_fail(err, PKI_E_MEMORY, "out of memory");
        text.data += size + (end != NULL);
        text.size -= size + (end != NULL);
    }
    return true;
}

static bool load(int dir, struct record *record, struct pki_error *err)
{
    pki_scope(pki_buf) script = {0};
    pki_scope(pki_buf) lines = {0};

    if (!pki_transcript_check(dir, false, &record->summary, err))
        return false;
    if (record->summary.open)
        return pki_fail(err, PKI_E_STATE, "ceremony %s has not ended: a report comes afterwards",
                        record->summary.id);
    return pki_file_read(dir, PKI_TRANSCRIPT_SCRIPT, PKI_SCRIPT_LIMIT, &script, err) &&
           pki_script_parse(PKI_TRANSCRIPT_SCRIPT, pki_buf_view(&script), &record->script, err) &&
           pki_file_read(dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &lines, err) &&
           read_lines(record, pki_buf_view(&lines), err);
}

/* --- people and things --------------------------------------------------------------------- */

static void add_whole(struct record *record)
{
    const struct pki_transcript_summary *summary = &record->summary;
    const struct pki_script *script = record->script;

    pki_report_text(record->report, "Ceremony", "%s", script->id);
    pki_report_text(record->report, "Type", "%s", pki_script_type_name(script->type));
    if (summary->rehearsal)
        pki_report_toned(record->report, "Rehearsal", PKI_TONE_WARN,
                         "yes: of throw-away keys, which no verifier takes");
    pki_report_time(record->report, "Script valid from", script->valid_from);
    pki_report_time(record->report, "Script valid to", script->valid_until);
    pki_report_time(record->report, "Began", summary->began);
    pki_report_time(record->report, "Ended", summary->ended);
    pki_report_text(record->report, "Took", "%" PRId64 " minutes, %u planned",
                    (summary->ended - summary->began + 59) / 60, script->minutes);
    pki_report_toned(record->report, "Outcome", summary->stopped ? PKI_TONE_BAD : PKI_TONE_GOOD,
                     "%s", summary->stopped ? "stopped before its last step" : "finished");
    pki_report_text(record->report, "Steps", "%zu of %zu done, %zu left out", summary->steps_done,
                    summary->steps, summary->steps_left);
    pki_report_integer(record->report, "Exceptions", summary->exceptions);
    pki_report_integer(record->report, "Lines of transcript", summary->lines);
}

/* Each once, in the order in which they were first typed. */
static void add_initials(const struct record *record, const char *role, struct pki_report *list)
{
    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        bool first = is_event(line, PKI_TRANSCRIPT_INITIALS) &&
                     strcmp(pki_transcript_text(line, "who"), role) == 0;
        for (size_t j = 0; first && j < i; j++) {
            const json_t *other = json_array_get(record->lines, j);
            first = !is_event(other, PKI_TRANSCRIPT_INITIALS) ||
                    strcmp(pki_transcript_text(other, "who"), role) != 0 ||
                    strcmp(pki_transcript_text(other, "answer"),
                           pki_transcript_text(line, "answer")) != 0;
        }
        if (first)
            pki_report_item(list, "%s", pki_transcript_text(line, "answer"));
    }
}

static void add_people(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "People");

    for (size_t i = 0; i < record->script->n_roles; i++) {
        const struct pki_script_role *role = &record->script->roles[i];
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Role", "%s", role->name);
        pki_report_integer(row, "Present at least", role->minimum);
        pki_report_integer(row, "Acting", role->quorum);
        add_initials(record, role->name, pki_report_list(row, "Initials"));
    }
}

static void add_materials(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Materials");

    for (size_t i = 0; i < record->script->n_materials; i++) {
        const struct pki_script_material *material = &record->script->materials[i];
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Material", "%s", material->id);
        pki_report_text(row, "Kind", "%s", material->kind);
        pki_report_text(row, "Label", "%s", material->label ? material->label : "");
        pki_report_text(row, "Colour", "%s", material->colour ? material->colour : "");
        pki_report_text(row, "Bag", "%s", material->bag ? "required" : "");
        if (material->has_sha256)
            pki_report_octets(row, "SHA-256",
                              (struct pki_bytes){material->sha256, PKI_SHA256_SIZE});
    }
}

/* --- steps --------------------------------------------------------------------------------- */

/* When it first began and how it ended. */
struct course {
    int64_t began, ended;
    bool begun;
    const char *outcome;
    enum pki_tone tone;
};

static int64_t time_of(const json_t *line)
{
    struct pki_error ignored = {0};
    int64_t at = 0;

    return pki_time_parse(pki_transcript_text(line, "at"), &at, &ignored) ? at : 0;
}

static void follow(const struct record *record, const char *step, struct course *course)
{
    *course = (struct course){.outcome = "not reached", .tone = PKI_TONE_FAINT};
    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        if (strcmp(pki_transcript_text(line, "step"), step) != 0)
            continue;
        if (!course->begun) {
            course->began = time_of(line);
            course->outcome = "not finished";
            course->tone = PKI_TONE_BAD;
        }
        course->begun = true;
        course->ended = time_of(line);
        if (is_event(line, PKI_TRANSCRIPT_DONE)) {
            course->outcome = "done";
            course->tone = PKI_TONE_GOOD;
        } else if (is_event(line, PKI_TRANSCRIPT_SKIP)) {
            course->outcome = "left out, after an exception";
            course->tone = PKI_TONE_WARN;
        }
    }
}

static void add_steps(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Steps");

    for (size_t i = 0; i < record->script->n_steps; i++) {
        const struct pki_script_step *step = &record->script->steps[i];
        struct pki_report *row = pki_report_row(table);
        struct course course;
        follow(record, step->id, &course);
        int64_t took = course.ended - course.began;
        pki_report_text(row, "Step", "%s", step->id);
        pki_report_text(row, "Title", "%s", step->title);
        pki_report_text(row, "Who", "%s", step->role);
        pki_report_text(row, "Planned", "%u min", step->minutes);
        if (course.begun) {
            pki_report_text(row, "Took", "%" PRId64 " min %02" PRId64 " s", took / 60, took % 60);
            pki_report_time(row, "Began", course.began);
        }
        const uint8_t *body = pki_transcript_approval(&record->summary.approved, step->id);
        if (body)
            pki_report_octets(row, "Approved", (struct pki_bytes){body, PKI_SHA256_SIZE});
        pki_report_toned(row, "Outcome", course.tone, "%s", course.outcome);
    }
}

static void add_exceptions(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Exceptions");

    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        if (!is_event(line, PKI_TRANSCRIPT_EXCEPTION))
            continue;
        struct pki_report *row = pki_report_row(table);
        tell(row, "Time", line, "at");
        tell(row, "Step", line, "step");
        tell(row, "Who", line, "who");
        tell(row, "Expected", line, "what");
        tell(row, "Happened, and decided", line, "answer");
    }
}

/* --- tools and files ----------------------------------------------------------------------- */

/* In groups, as people compare them. */
static void add_digest(struct pki_report *row, const char *hex)
{
    pki_scope(pki_buf) octets = {0};
    struct pki_error ignored = {0};

    if (pki_hex_parse(hex, &octets, &ignored))
        pki_report_octets(row, "SHA-256", pki_buf_view(&octets));
    else
        pki_report_text(row, "SHA-256", "%s", hex);
}

static bool same_tool(const json_t *a, const json_t *b)
{
    return strcmp(pki_transcript_text(a, "tool"), pki_transcript_text(b, "tool")) == 0 &&
           strcmp(pki_transcript_text(a, "tool_version"), pki_transcript_text(b, "tool_version")) ==
               0 &&
           strcmp(pki_transcript_text(a, "tool_sha256"), pki_transcript_text(b, "tool_sha256")) ==
               0;
}

static void add_tools(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Tools");

    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        bool fresh = pki_transcript_text(line, "tool")[0] != 0;
        for (size_t j = 0; fresh && j < i; j++)
            fresh = !same_tool(line, json_array_get(record->lines, j));
        if (!fresh)
            continue;
        struct pki_report *row = pki_report_row(table);
        tell(row, "Tool", line, "tool");
        tell(row, "Version", line, "tool_version");
        add_digest(row, pki_transcript_text(line, "tool_sha256"));
    }
}

static void add_files(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Files");

    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        const json_t *files = json_object_get(line, "files");
        for (size_t j = 0; j < json_array_size(files); j++) {
            const json_t *file = json_array_get(files, j);
            struct pki_report *row = pki_report_row(table);
            tell(row, "Step", line, "step");
            tell(row, "File", file, "path");
            tell(row, "Was", file, "use");
            pki_report_integer(row, "Octets", json_integer_value(json_object_get(file, "size")));
            add_digest(row, pki_transcript_text(file, "sha256"));
        }
    }
}

static void add_lines(struct record *record)
{
    struct pki_report *table = pki_report_table(record->report, "Transcript");

    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const json_t *line = json_array_get(record->lines, i);
        struct pki_report *row = pki_report_row(table);
        pki_report_integer(row, "Line", (int64_t)i + 1);
        tell(row, "Time", line, "at");
        tell(row, "Step", line, "step");
        tell(row, "Event", line, "event");
        tell(row, "Who", line, "who");
        tell(row, "What", line, "what");
        tell(row, "Answer", line, "answer");
    }
}

/* --- the page ------------------------------------------------------------------------------ */

/* The newest head of a cellar's journal that the transcript names. */
static bool put_journal(const struct record *record, struct pki_buf *out, struct pki_error *err)
{
    pki_scope(pki_buf) head = {0};
    struct pki_error ignored = {0};
    const char *hex = "";

    for (size_t i = 0; i < json_array_size(record->lines); i++) {
        const char *found = pki_transcript_text(json_array_get(record->lines, i), "journal_head");
        hex = *found ? found : hex;
    }
    if (!pki_hex_parse(hex, &head, &ignored) || head.size != PKI_SHA256_SIZE)
        return true;
    return pki_page_digest(out, "Head of the cellar's journal, after the last duty", PKI_FRAME_HEAD,
                           head.data, err);
}

static bool put_digests(const struct record *record, struct pki_buf *out, struct pki_error *err)
{
    pki_buf_text(out,
                 "<h2>To be compared</h2>\n"
                 "<p>The head stands for the script, for every line and for every file that "
                 "was kept. Compare it with the one that was read aloud and written down.</p>\n");
    return pki_page_digest(out, "Head of the transcript", PKI_FRAME_HEAD, record->summary.head,
                           err) &&
           pki_page_digest(out, "Script", PKI_FRAME_FINGERPRINT, record->summary.script, err) &&
           put_journal(record, out, err);
}

static bool put_signatures(const struct record *record, struct pki_buf *out, struct pki_error *err)
{
    const struct pki_script *script = record->script;
    const char **roles = calloc(script->n_roles + 1, sizeof(*roles));

    if (!roles)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < script->n_roles; i++)
        roles[i] = script->roles[i].name;
    pki_buf_text(out, "<h2>Signatures</h2>\n<p>The ceremony went as this report says.</p>\n");
    pki_page_signatures(out, roles, script->n_roles);
    free(roles);
    return true;
}

static void add_parts(struct record *record)
{
    static void (*const parts[])(struct record *) = {add_whole, add_people,     add_materials,
                                                     add_steps, add_exceptions, add_tools,
                                                     add_files, add_lines};

    record->report = pki_report_new();
    for (size_t i = 0; i < PKI_COUNT(parts); i++)
        parts[i](record);
}

bool pki_record_page(int dir, struct pki_buf *out, struct pki_error *err)
{
    __attribute__((__cleanup__(record_clear))) struct record record = {.script = NULL};

    if (!load(dir, &record, err))
        return false;
    add_parts(&record);
    pki_page_begin(out, record.script->title, "report");
    pki_html_in(out, "<h1>", record.script->title,
                "</h1>\n<p class=\"foot\">Report of a ceremony</p>\n");
    if (!pki_report_to_html(record.report, out, err) || !put_digests(&record, out, err) ||
        !put_signatures(&record, out, err))
        return false;
    pki_page_end(out);
    return pki_buf_ok(out, err);
}

bool pki_ceremony_report(const struct pki_ceremony_report_request *request,
                         struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "ceremony %s", request->directory);
    pki_scope(pki_buf) out = {0};
    pki_scope_fd int dir = -1;

    return pki_dir_open(AT_FDCWD, request->directory, &dir, err) &&
           pki_record_page(dir, &out, err) &&
           pki_page_write(&out, request->to, request->dry_run, report, err);
}
