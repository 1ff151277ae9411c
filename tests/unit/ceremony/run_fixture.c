#include "run_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pki/session.h"
#include "base/file.h"
#include "ceremony/transcript.h"

#define KILLED 42

static const struct answer_row usual[] = {
    {.key = "initials-administrator", .answer = "AB"},
    {.key = "initials-witness", .answer = "CD"},
    {.key = "confirm-administrator", .answer = "Test Prod Code Signing CA G2"},
    {.key = "confirm-witness", .answer = "Test Prod Code Signing CA G2"},
    {.key = "answer", .answer = "three"},
    {.key = "exception-expected", .answer = "that it works"},
    {.key = "exception-happened", .answer = "it did not"},
    {.key = "exception-decided", .answer = "another day"},
    {.key = "exception-who", .answer = "witness, C. Dent"},
    {.key = "clock", .answer = "2026-03-01T12:00:00Z"},
    {.answer = "as seen"},
};

static void put_file(const char *dir, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    pki_scope_fd int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(write(file, text, strlen(text)), (ssize_t)strlen(text));
}

void room_export(const struct room *room, const char *environment)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/exports/%s", room->cellar, environment);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    put_file(path, "manifest.json", "{}\n");
}

void room_make(struct room *room, const char *script)
{
    static unsigned n;
    char path[512];

    *room = (struct room){.calls = 0};
    snprintf(room->dir, sizeof(room->dir), "%s/r%u", test_directory(), n++);
    snprintf(room->cellar, sizeof(room->cellar), "%s/cellar", room->dir);
    snprintf(room->record, sizeof(room->record), "%s/record", room->dir);
    snprintf(room->script, sizeof(room->script), "%s/script.yaml", room->dir);
    CU_ASSERT_EQUAL_FATAL(mkdir(room->dir, 0700), 0);
    CU_ASSERT_EQUAL_FATAL(mkdir(room->cellar, 0700), 0);
    snprintf(path, sizeof(path), "%s/exports", room->cellar);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    room_export(room, "prod");
    put_file(room->dir, "script.yaml", script);
    put_file(room->dir, "tool", "a program\n");
    put_file(room->dir, "journal", "init\n");
}

/* --- the journal ---------------------------------------------------------------------------- */

/* "rotate cellar-rotate prod code-signing --confirm ..." */
void room_decide(const struct room *room, const char *action, const char *command)
{
    char path[512];
    char line[512];

    snprintf(path, sizeof(path), "%s/journal", room->dir);
    snprintf(line, sizeof(line), "%s %s\n", action, command);
    pki_scope_fd int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    CU_ASSERT_EQUAL(write(file, line, strlen(line)), (ssize_t)strlen(line));
}

struct entry {
    char action[512];
    const char *command;
};

/* False after the last. */
static bool read_entry(const struct room *room, unsigned n, struct entry *entry)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/journal", room->dir);
    FILE *file = fopen(path, "re");
    bool found = file != NULL;
    for (unsigned i = 0; found && i < n; i++)
        found = fgets(entry->action, sizeof(entry->action), file) != NULL;
    if (file)
        (void)fclose(file);
    entry->action[strcspn(entry->action, "\n")] = 0;
    char *space = entry->action + strcspn(entry->action, " ");
    entry->command = space + (*space == ' ');
    *space = 0;
    return found;
}

unsigned room_count(const struct room *room, const char *action)
{
    struct entry entry;
    unsigned count = 0;

    for (unsigned n = 1; read_entry(room, n, &entry); n++)
        count += strcmp(entry.action, action) == 0;
    return count;
}

static void tell_journal(const struct room *room, const char *since, struct pki_buf *out)
{
    struct entry entry;
    unsigned from = since ? (unsigned)strtoul(since, NULL, 10) : 1000000;
    unsigned n = 1;

    pki_buf_text(out, "{\"status\": 0, \"result\": {\"since\": [");
    for (const char *comma = ""; read_entry(room, n, &entry); n++) {
        if (n <= from)
            continue;
        pki_buf_printf(out,
                       "%s{\"entry\": %u, \"action\": \"%s\", \"detail\": \"1\", "
                       "\"command\": \"%s\"}",
                       comma, n, entry.action, entry.command);
        comma = ", ";
    }
    pki_buf_text(out, "], \"head_then\": \"");
    for (unsigned i = 0; i < PKI_SHA256_SIZE; i++)
        pki_buf_printf(out, "%02x", room->elsewhere ? 0xee : (from + 1) & 0xff);
    pki_buf_printf(out, "\", \"certificates\": \"PEM\", \"journal\": {\"entry\": %u, \"head\": \"",
                   n - 1);
    for (unsigned i = 0; i < PKI_SHA256_SIZE; i++)
        pki_buf_printf(out, "%02x", n);
    pki_buf_text(out, "\"}}}");
}

static void tell(const struct room *room, const char *since, struct pki_ceremony_outcome *outcome,
                 struct pki_buf *out)
{
    if (!room->older || !since || strcmp(since, "0") == 0) {
        tell_journal(room, since, out);
        return;
    }
    pki_buf_text(out,
                 "{\"status\": 4, \"error\": {\"code\": \"notfound\", \"text\": \"no entry\"}}");
    outcome->status = 4;
}

/* --- hands ---------------------------------------------------------------------------------- */

/* Every hand begins and ends with it. */
static bool lives(struct room *room, struct pki_error *err)
{
    room->calls++;
    if (room->calls == room->dies_at)
        _exit(KILLED);
    return room->calls != room->fails_at || pki_fail(err, PKI_E_IO, "the hand fails");
}

static int64_t now(void *context)
{
    struct pki_error ignored = {0};

    const struct room *room = context;

    return FIXTURE_DAY + room->later + (lives(context, &ignored) ? 0 : 1);
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return 1000;
}

static void show(void *context, const struct pki_ceremony_view *view)
{
    struct room *room = context;

    CU_ASSERT_TRUE(view->number >= 1 && view->number <= view->of);
    room->shown++;
    if (view->printed)
        snprintf(room->printed, sizeof(room->printed), "step %s, from %s:\n%s", view->id,
                 view->printed_in, view->printed);
}

static void say(void *context, const char *text)
{
    struct room *room = context;
    size_t used = strlen(room->said);

    snprintf(room->said + used, sizeof(room->said) - used, "%s\n", text);
}

static const char *find_answer(struct room *room, const struct pki_ceremony_ask *ask)
{
    for (size_t i = 0; room->answers && room->answers[i].answer; i++) {
        const struct answer_row *row = &room->answers[i];
        if ((row->step && strcmp(row->step, ask->step) != 0) ||
            (row->key && strcmp(row->key, ask->key) != 0))
            continue;
        if (row->times > 0 && room->used[i] == row->times)
            continue;
        room->used[i]++;
        return row->answer;
    }
    for (size_t i = 0;; i++)
        if (!usual[i].key || strcmp(usual[i].key, ask->key) == 0)
            return usual[i].answer;
}

static bool ask_line(void *context, const struct pki_ceremony_ask *ask, char *line, size_t size,
                     struct pki_error *err)
{
    struct room *room = context;

    if (!lives(room, err))
        return false;
    const char *answer = find_answer(room, ask);
    if (strcmp(answer, "^C") == 0)
        return pki_fail(err, PKI_E_CANCELLED, "stopped by the operator");
    snprintf(line, size, "%s", answer);
    return lives(room, err);
}

static void place(void *context, const char *record, struct pki_ceremony_place *here)
{
    const struct room *room = context;

    CU_ASSERT_STRING_EQUAL(record, room->record);
    *here =
        (struct pki_ceremony_place){room->root ? room->root : FIXTURES "/rooms/quiet", INT64_MAX};
}

static const char *find_word(const struct pki_ceremony_command *command, const char *word)
{
    for (size_t i = 0; i + 1 < command->n; i++)
        if (strcmp(command->words[i], word) == 0)
            return command->words[i + 1];
    return NULL;
}

/* As a tool does: words for which nothing waits are refused, draft or not. */
static bool is_refused(const struct room *room, const struct pki_ceremony_command *command)
{
    const char *approved = find_word(command, "--approved");

    CU_ASSERT_TRUE(!approved || strcmp(command->words[1], "rotate") == 0);
    return approved && (!room->waits || strcmp(approved, room->waits) != 0);
}

/* With what the hand adds at its end. */
static void record(const struct room *room, const char *action,
                   const struct pki_ceremony_command *command)
{
    char program[64];
    char line[400];
    size_t size = 0;

    snprintf(program, sizeof(program), "cellar-%s", command->words[1]);
    pki_command_line(program, command->n - 2, command->words + 2, line, sizeof(line) - 20);
    size = strlen(line);
    snprintf(line + size, sizeof(line) - size, " --share-file x");
    room_decide(room, action, line);
}

static void do_duty(struct room *room, const struct pki_ceremony_command *command,
                    struct pki_ceremony_outcome *outcome)
{
    const char *duty = command->words[1];
    bool breaks = room->breaks && strcmp(room->breaks, duty) == 0;

    if (is_refused(room, command)) {
        outcome->status = 4;
        return;
    }
    if (strcmp(command->words[command->n - 1], "--dry-run") == 0) {
        room->drafts++;
        return;
    }
    outcome->status = breaks ? room->breaks_with : 0;
    if (breaks)
        room->breaks = NULL;
    if (breaks && room->meanwhile)
        room_decide(room, "rotate", room->meanwhile);
    if (breaks && !room->does_it)
        return;
    if (strcmp(duty, "rotate") == 0)
        CU_ASSERT_STRING_EQUAL(find_word(command, "--confirm"),
                               room->below ? "REHEARSAL Test Prod Code Signing CA G2"
                                           : "Test Prod Code Signing CA G2");
    record(room, duty, command);
    if (strcmp(duty, "backup") == 0)
        record(room, "backed-up", command);
}

static bool run(void *context, const struct pki_ceremony_command *command,
                struct pki_ceremony_outcome *outcome, struct pki_error *err)
{
    struct room *room = context;
    pki_scope(pki_buf) out = {0};

    if (!lives(room, err))
        return false;
    snprintf(outcome->program, sizeof(outcome->program), "%s/tool", room->dir);
    if (command->n > 2 && strcmp(command->words[2], "--version") == 0)
        pki_buf_text(&out, "cellar-tool 1.0 (abc)\n");
    else if (strcmp(command->words[1], "status") == 0)
        tell(room, find_word(command, "--since"), outcome, &out);
    else
        do_duty(room, command, outcome);
    if (out.size == 0 && room->prints)
        pki_buf_text(&out, room->prints);
    pki_buf_text(&out, "\n");
    outcome->size = out.size;
    CU_ASSERT_TRUE(pki_buf_take_text(&out, &outcome->output, err));
    return lives(room, err);
}

/* --- running -------------------------------------------------------------------------------- */

bool room_run(struct room *room, struct pki_error *err)
{
    const struct pki_ceremony_run_request request = {
        .script = room->script,
        .cellar = room->cellar,
        .record = room->record,
        .below = room->below,
        .abandon = room->abandon,
        .approved = room->approved,
        .n_approved = room->approved[0] ? room->approved[1] ? 2 : 1 : 0,
    };
    const struct pki_ceremony_hands hands = {
        .context = room,
        .now = now,
        .monotonic_ms = monotonic_ms,
        .show = show,
        .say = say,
        .ask = ask_line,
        .place = place,
        .run = run,
    };
    pki_auto(pki_report) report = pki_report_new();

    room->calls = 0;
    return pki_ceremony_run(&request, &hands, report, err);
}

bool room_run_until_killed(struct room *room)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct pki_error err = {0};
        _exit(room_run(room, &err) ? 0 : 1);
    }
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) &&
                   (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == KILLED));
    return WEXITSTATUS(status) == 0;
}

const char *room_transcript(const struct room *room)
{
    static char text[65536];
    char path[512];

    snprintf(path, sizeof(path), "%s/" PKI_TRANSCRIPT, room->record);
    size_t size = 0;
    char *loaded = (char *)test_load(path, &size);
    snprintf(text, sizeof(text), "%.*s", (int)size, loaded);
    free(loaded);
    return text;
}

unsigned room_check(const struct room *room, const char *event)
{
    struct pki_transcript_summary summary = {0};
    struct pki_error err = {0};
    char wanted[64];
    unsigned count = 0;

    pki_scope_fd int dir = open(room->record, O_DIRECTORY | O_CLOEXEC);
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_FALSE(summary.open);
    snprintf(wanted, sizeof(wanted), "\"event\": \"%s\"", event);
    for (const char *at = strstr(room_transcript(room), wanted); at; at = strstr(at + 1, wanted))
        count++;
    return count;
}

void room_expect_once(const struct room *room)
{
    CU_ASSERT_EQUAL(room_check(room, "done"), 8);
    CU_ASSERT_EQUAL(room_count(room, "rotate"), 1);
    CU_ASSERT_TRUE(room_count(room, "export") >= 1); /* again is the same as once */
    CU_ASSERT_EQUAL(room_count(room, "backed-up"), 1);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
/* A process is killed, never a machine: these tests link this instead of fsync. */
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
