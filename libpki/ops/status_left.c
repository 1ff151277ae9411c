#include "ops/status_left.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "store/reservations.h"
#include "store/safety.h"

struct left {
    struct pki_session *session;
    struct pki_report *report;
    struct pki_report *table;    /* made with the first row */
    struct pki_report *prepared; /* the same */
    int64_t prepared_by;         /* the entry of its last row */
};

static void add(struct left *left, const char *what, const char *finish)
{
    if (!left->table)
        left->table = pki_report_table(left->report, "Left half done");
    struct pki_report *row = pki_report_row(left->table);
    pki_report_text(row, "What", "%s", what);
    pki_report_text(row, "Finish", "%s", finish);
}

/* The journal has "cellar-issue 0.1.0: cellar-issue prod tls ..."; typed it is "cellar issue ...".
   What follows "cellar", or NULL. */
static const char *find_command(const char *actor)
{
    const char *line = strstr(actor, ": cellar-");

    return line ? line + strlen(": cellar-") : NULL;
}

static void write_command(const char *actor, char *command, size_t size)
{
    const char *line = find_command(actor);

    if (line) {
        (void)snprintf(command, size, "nothing was published; again: cellar %s", line);
    } else {
        (void)snprintf(command, size, "nothing was published: run the same command again");
    }
}

/* As --approved would find it; the words themselves are on the sheet. */
static const char *waits_for(const struct left *left, const struct pki_reserved_by *by,
                             int64_t trust)
{
    struct pki_error unsaid = {0};
    int64_t until = 0;

    if (trust > by->entry)
        return "nothing: trust has changed since";
    if (pki_time_parse(by->until, &until, &unsaid) && until < pki_session_now(left->session))
        return "nothing: it is too late";
    return "--approved WORDS";
}

/* One row for all that an entry of the journal prepared. */
static void add_prepared(const struct pki_reservation_row *row, const struct pki_reserved_by *by,
                         int64_t trust, struct left *left)
{
    if (by->entry == left->prepared_by)
        return;
    left->prepared_by = by->entry;
    if (!left->prepared)
        left->prepared = pki_report_table(left->report, "Prepared");
    struct pki_report *line = pki_report_row(left->prepared);
    pki_report_text(line, "What", "%s", row->subject);
    pki_report_time(line, "Prepared", by->at);
    pki_report_toned(line, "Waits for", PKI_TONE_WARN, "%s", waits_for(left, by, trust));
    pki_report_text(line, "Sign until", "%s", by->until);
    const char *command = find_command(by->actor);
    pki_report_text(line, "Command", "%s%s", command ? "cellar " : "", command ? command : "");
}

static bool add_reservations(struct pki_session *session, struct left *left, struct pki_error *err)
{
    pki_scope(pki_reservation_rows) open = {0};
    struct pki_journal_head trust = {0};
    struct pki_reserved_by by;
    char what[PKI_NAME_MAX + 64];
    char date[PKI_TIME_TEXT];
    char finish[sizeof(by.actor) + 64];

    if (!pki_store_list_open(session->store, &open, err) ||
        !pki_journal_trust_head(session->store, &trust, err))
        return false;
    for (size_t i = 0; i < open.n; i++) {
        if (!pki_store_reserved_by(session->store, open.list[i].id, &by, err))
            return false;
        if (by.approval[0]) {
            add_prepared(&open.list[i], &by, trust.counter, left);
            continue;
        }
        (void)snprintf(what, sizeof(what), "%s, reserved %s", open.list[i].subject,
                       pki_time_format(open.list[i].reserved_at, date));
        write_command(by.actor, finish, sizeof(finish));
        add(left, what, finish);
    }
    return true;
}

/* Whether the new key file is the one that is recorded: in force, and only not named yet. */
static bool in_force(const struct left *left, const char *name, const char *file)
{
    pki_scope(pki_buf) pem = {0};
    struct pki_error unreadable = {0};
    struct pki_key_row row = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PKI_NAME_MAX + 32];
    bool found = false;

    (void)snprintf(path, sizeof(path), "keys/%s", file);
    if (!pki_store_key_by_name(left->session->store, name, &found, &row, &unreadable) || !found ||
        !pki_file_read(left->session->directory, path, PKI_LIMIT_KEY, &pem, &unreadable))
        return false;
    pki_sha256(pki_buf_view(&pem), sha256);
    return memcmp(sha256, row.file_sha256, sizeof(sha256)) == 0;
}

/* "NAME.key.new": with its name to come, or of a passphrase that was never in force. */
static void tell_key(struct left *left, const char *file, size_t length)
{
    char name[PKI_NAME_MAX];
    char what[PKI_NAME_MAX + 64];
    char finish[PKI_NAME_MAX + 64];

    (void)snprintf(name, sizeof(name), "%.*s", (int)length, file);
    bool recorded = in_force(left, name, file);
    (void)snprintf(what, sizeof(what), "%s passphrase of %s",
                   recorded ? "new" : "change, not in force, of the", name);
    (void)snprintf(finish, sizeof(finish), "cellar key %s %s", recorded ? "test" : "passphrase",
                   name);
    add(left, what, finish);
}

/* "NAME.key" of a key that is recorded as destroyed. */
static void tell_destroyed(struct left *left, const char *file, size_t length)
{
    struct pki_error unreadable = {0};
    struct pki_key_row row = {0};
    char name[PKI_NAME_MAX];
    char what[PKI_NAME_MAX + 64];
    char finish[PKI_NAME_MAX + 64];
    bool found = false;
    bool rest = false;

    (void)snprintf(name, sizeof(name), "%.*s", (int)length, file);
    if (!pki_store_key_by_name(left->session->store, name, &found, &row, &unreadable) || !found ||
        !row.destroyed || !pki_session_is_rest(left->session, &row, &rest, &unreadable))
        return;
    (void)snprintf(what, sizeof(what),
                   rest ? "destruction of %s, whose file is still there"
                        : "%s, destroyed: its file is another",
                   name);
    (void)snprintf(finish, sizeof(finish),
                   rest ? "cellar key destroy %s" : "move keys/%s.key out of the cellar", name);
    add(left, what, finish);
}

/* ".ENV.new": an export that was never named. Without the dot it is none of ours. */
static void tell_export(struct left *left, const char *file, size_t length)
{
    char what[PKI_WORD_MAX + 64];
    char finish[PKI_WORD_MAX + 64];

    if (file[0] != '.')
        return;
    (void)snprintf(what, sizeof(what), "export of %.*s", (int)length - 1, file + 1);
    (void)snprintf(finish, sizeof(finish), "cellar export %.*s", (int)length - 1, file + 1);
    add(left, what, finish);
}

/* What a file whose name ends like this tells. */
struct ending {
    const char *ending;
    void (*tell)(struct left *left, const char *file, size_t length);
    struct left *left;
};

static bool look_at(void *context, int dir, const char *file, struct pki_error *err)
{
    const struct ending *ending = context;
    size_t length = strlen(file);
    size_t tail = strlen(ending->ending);

    (void)dir;
    (void)err;
    if (length > tail + 1 && strcmp(file + length - tail, ending->ending) == 0)
        ending->tell(ending->left, file, length - tail);
    return true;
}

/* A directory that is not there holds none. */
static bool each_ending(const char *directory, struct ending ending, struct pki_error *err)
{
    int cellar = ending.left->session->directory;
    bool there = false;

    return pki_dir_holds(cellar, directory, &there, err) &&
           (!there || pki_dir_each(cellar, directory, look_at, &ending, err));
}

/* Of a backup nothing but its journal entry is here: what it left lies on the medium, and the next
   one there removes it. */
static bool add_backup(struct left *left, struct pki_error *err)
{
    struct pki_backups_row backups = {0};
    char what[sizeof(backups.open_to) + 64];
    pki_scope(pki_buf) finish = {0};
    char date[PKI_TIME_TEXT];

    if (!pki_journal_backups(left->session->store, &backups, err))
        return false;
    if (!backups.open)
        return true;
    (void)snprintf(what, sizeof(what), "backup to %s, begun %s", backups.open_to,
                   pki_time_format(backups.open_at, date));
    pki_buf_text(&finish, "cellar backup --to ");
    pki_text_shell(&finish, backups.open_to);
    pki_buf_byte(&finish, 0);
    if (!pki_buf_ok(&finish, err))
        return false;
    add(left, what, (const char *)finish.data);
    return true;
}

bool pki_status_left(struct pki_session *session, struct pki_report *report, bool *any,
                     struct pki_error *err)
{
    struct left left = {.session = session, .report = report};

    if (!add_reservations(session, &left, err) || !add_backup(&left, err) ||
        !each_ending("keys", (struct ending){".key.new", tell_key, &left}, err) ||
        !each_ending("keys", (struct ending){".key", tell_destroyed, &left}, err) ||
        !each_ending("exports", (struct ending){".new", tell_export, &left}, err))
        return false;
    *any = left.table || left.prepared;
    return true;
}

const char *pki_status_export(const struct pki_session *session,
                              const struct pki_publication_row *last)
{
    pki_scope(pki_buf) manifest = {0};
    struct pki_error unreadable = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PKI_WORD_MAX + 32];
    bool there = false;

    (void)snprintf(path, sizeof(path), "exports/%s/manifest.json", last->environment);
    if (!pki_dir_holds(session->directory, path, &there, &unreadable))
        return "cannot be read";
    if (!there)
        return "";
    if (!pki_file_read(session->directory, path, PKI_LIMIT_BUNDLE, &manifest, &unreadable))
        return "cannot be read";
    pki_sha256(pki_buf_view(&manifest), sha256);
    return memcmp(sha256, last->manifest_sha256, sizeof(sha256)) == 0 ? "" : "not as recorded";
}
