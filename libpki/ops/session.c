#include "ops/session.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/seams.h"

/* The process that the kernel names as the holder of a directory's lock; 0: it names none. */
static long lock_holder(int directory)
{
    FILE *locks = fopen("/proc/locks", "re");
    unsigned major_of = 0;
    unsigned minor_of = 0;
    unsigned long long inode = 0;
    struct stat status;
    char line[160];
    long holder = 0;
    long pid = 0;

    /* 1: FLOCK  ADVISORY  WRITE 4711 08:02:131 0 EOF; READ: a shared one keeps us out, too */
    while (locks && holder == 0 && fstat(directory, &status) == 0 &&
           fgets(line, sizeof(line), locks)) {
        /* NOLINTNEXTLINE(cert-err34-c): the kernel writes these numbers */
        if (sscanf(line, "%*d: FLOCK %*s %*s %ld %x:%x:%llu", &pid, &major_of, &minor_of, &inode) ==
                4 &&
            inode == status.st_ino && makedev(major_of, minor_of) == status.st_dev)
            holder = pid;
    }
    if (locks)
        (void)fclose(locks);
    return holder;
}

static bool refuse_locked(int directory, struct pki_error *err)
{
    long holder = lock_holder(directory);
    char path[sizeof("/proc//comm") + 3 * sizeof(long)];
    char name[32] = "";

    if (holder == 0)
        return pki_fail(err, PKI_E_LOCKED, "the cellar is held by another process; try again");
    (void)snprintf(path, sizeof(path), "/proc/%ld/comm", holder);
    FILE *comm = fopen(path, "re");
    if (comm) {
        if (fgets(name, sizeof(name), comm))
            name[strcspn(name, "\n")] = 0;
        (void)fclose(comm);
    }
    return pki_fail(err, PKI_E_LOCKED,
                    "the cellar is held by process %ld (%s): try again when it has finished",
                    holder, name[0] ? name : "unnamed");
}

bool pki_directory_lock(int directory, struct pki_error *err)
{
    if (flock(directory, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return refuse_locked(directory, err);
    return pki_fail(err, PKI_E_IO, "cannot lock the cellar: %s", strerror(errno));
}

void pki_actor_write(char actor[400], const char *tool, const char *command_line)
{
    const char *line = command_line ? command_line : "";
    pki_scope(pki_buf) text = {0};

    pki_buf_printf(&text, "%s %s", tool ? tool : "libpki", pki_version());
    if (line[0])
        pki_buf_text(&text, ": ");
    pki_text_safe(&text, (struct pki_bytes){(const uint8_t *)line, strlen(line)});
    (void)snprintf(actor, 400, "%.*s", (int)text.size, text.data ? (const char *)text.data : "");
    pki_text_tame(actor); /* where it was cut within a character */
}

static bool copy_request(const struct pki_session_request *request, struct pki_session *session,
                         struct pki_error *err)
{
    session->prompts = request->prompts;
    session->progress = request->progress;
    session->dice = request->dice;
    session->write = request->write;
    session->n_overrides = request->n_overrides;
    session->seen = request->seen;
    session->n_seen = request->n_seen;
    session->approved = request->approved;
    session->has_clock = request->has_clock;
    session->clock = request->clock;
    pki_actor_write(session->actor, request->tool, request->command_line);
    if (request->n_overrides == 0)
        return true;

    const char **words = calloc(request->n_overrides, sizeof(*words));
    if (!words)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    memcpy(words, request->overrides, request->n_overrides * sizeof(*words));
    session->overrides = words;
    return true;
}

static bool open_directory(const char *path, int *directory, struct pki_error *err)
{
    struct pki_error why = {0};

    return pki_dir_open(AT_FDCWD, path, directory, &why) ||
           pki_fail(err, PKI_E_STORE,
                    "no cellar here: %s (choose one by -C DIR or $CELLAR_DIR; cellar init makes "
                    "one)",
                    why.text);
}

/* Throw-away keys, and nothing that anybody trusts: only there may the time be a pretended one. */
static bool find_kind(struct pki_session *session, struct pki_error *err)
{
    return pki_store_is_rehearsal(session->store, &session->rehearsal, err) &&
           (session->rehearsal || !session->has_clock ||
            pki_fail(err, PKI_E_POLICY,
                     "--rehearsal-clock is for rehearsals (cellar init --rehearsal); this cellar "
                     "goes by the real clock"));
}

bool pki_session_open(const struct pki_session_request *request, struct pki_session **session,
                      struct pki_error *err)
{
    pki_auto(pki_session) fresh = calloc(1, sizeof(*fresh));
    enum pki_store_mode mode = request->write   ? PKI_STORE_WRITE
                               : request->audit ? PKI_STORE_AUDIT
                                                : PKI_STORE_READ;

    if (!fresh)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    const struct pki_store_opener by = {.at = pki_session_now(fresh), .actor = fresh->actor};
    fresh->directory = -1;
    if (!copy_request(request, fresh, err) ||
        !open_directory(request->directory, &fresh->directory, err) ||
        (request->write && !pki_directory_lock(fresh->directory, err)) ||
        !pki_store_open(fresh->directory, mode, &by, &fresh->store, err) || !find_kind(fresh, err))
        return false;
    *session = PKI_TAKE(fresh);
    return true;
}

bool pki_session_open_copy(int dir, struct pki_session **session, struct pki_error *err)
{
    pki_auto(pki_session) fresh = calloc(1, sizeof(*fresh));

    if (!fresh)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    fresh->directory = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (fresh->directory < 0)
        return pki_fail(err, PKI_E_IO, "out of descriptors");
    if (!pki_store_open(dir, PKI_STORE_COPY, NULL, &fresh->store, err) || !find_kind(fresh, err))
        return false;
    *session = PKI_TAKE(fresh);
    return true;
}

void pki_session_free(struct pki_session *session)
{
    if (!session)
        return;
    pki_hierarchy_free(session->hierarchy);
    pki_store_free(session->store);
    pki_secret_free(session->rolls);
    pki_fd_close_(&session->directory); /* lets the lock go */
    free((void *)session->overrides);
    free(session);
}

int64_t pki_session_now(const struct pki_session *session)
{
    return session && session->has_clock ? session->clock : pki_seam_now();
}

bool pki_session_is_rehearsal(const struct pki_session *session)
{
    return session->rehearsal;
}

bool pki_session_overrides(const struct pki_session *session, const char *word)
{
    for (size_t i = 0; i < session->n_overrides; i++)
        if (strcmp(session->overrides[i], word) == 0)
            return true;
    return false;
}

bool pki_session_hierarchy(struct pki_session *session, const struct pki_hierarchy **hierarchy,
                           struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!session->hierarchy && (!pki_store_hierarchy(session->store, &text, err) ||
                                !pki_hierarchy_load("hierarchy", pki_buf_view(&text),
                                                    session->rehearsal, &session->hierarchy, err)))
        return false;
    *hierarchy = session->hierarchy;
    return true;
}

bool pki_report_head(struct pki_store *store, struct pki_report *report, struct pki_error *err)
{
    struct pki_journal_head head;
    bool rehearsal = false;

    if (!pki_store_is_rehearsal(store, &rehearsal, err) || !pki_journal_get_head(store, &head, err))
        return false;
    if (rehearsal)
        pki_report_note(report, "Rehearsal", PKI_TONE_WARN, "%s", PKI_REHEARSAL_NOTE);
    struct pki_report *block = pki_report_block(report, "Journal");
    pki_report_integer(block, "Entry", head.counter);
    pki_report_words(block, "Head", head.hash);
    return true;
}

bool pki_session_head(struct pki_session *session, struct pki_report *report, struct pki_error *err)
{
    return pki_report_head(session->store, report, err);
}

int64_t pki_session_recorded(const struct pki_session *session)
{
    return pki_store_recorded(session->store);
}
