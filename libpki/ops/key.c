#include "pki/key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ops/session.h"

/* A key file as named on a command line: by path, or by the name of a cellar's key. */
struct found {
    struct pki_key_row row;
    bool recorded;
    struct pki_buf pem;
    const char *name; /* for the prompt */
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool find(struct pki_session *session, const char *what, struct found *found,
                 struct pki_error *err)
{
    if (session && !strchr(what, '/') &&
        !pki_store_key_by_name(session->store, what, &found->recorded, &found->row, err))
        return false;
    found->name = found->recorded ? found->row.name : last_part(what);
    return found->recorded ? pki_session_read_key(session, &found->row, &found->pem, err)
                           : pki_file_read(AT_FDCWD, what, PKI_LIMIT_KEY, &found->pem, err);
}

static bool ask(const struct pki_prompts *prompts, const char *name, bool fresh,
                struct pki_secret **passphrase, struct pki_error *err)
{
    const struct pki_passphrase_ask question = {.name = name, .fresh = fresh};

    return prompts->passphrase(prompts->context, &question, passphrase, err);
}

static bool open_found(const struct found *found, const struct pki_prompts *prompts,
                       struct pki_secret **passphrase, struct pki_key **key, struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!ask(prompts, found->name, false, passphrase, err) ||
        !pki_key_file_open(found->name, pki_buf_view(&found->pem), *passphrase, key, err))
        return false;
    pki_sha256(pki_key_spki(*key), sha256);
    if (found->recorded && memcmp(sha256, found->row.spki_sha256, sizeof(sha256)) != 0)
        return pki_fail(err, PKI_E_INTEGRITY, "keys/%s.key holds another key than is recorded",
                        found->name);
    return true;
}

/* --- test ---------------------------------------------------------------------------------- */

/* A path, too, may lead to a key that this cellar knows. */
static bool tell_record(struct pki_session *session, const struct pki_key *key,
                        struct pki_report *report, struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    struct pki_key_row row;
    bool known = false;

    if (!session)
        return true;
    pki_sha256(pki_key_spki(key), sha256);
    if (!pki_store_find_key(session->store, sha256, &known, &row, err))
        return false;
    pki_report_text(report, "Record", "%s", known ? row.name : "not a key of this cellar");
    return true;
}

bool pki_key_test(struct pki_session *session, const char *what, const struct pki_prompts *prompts,
                  struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "key test");
    struct found found = {0};
    pki_auto(pki_secret) passphrase = NULL;
    pki_auto(pki_key) key = NULL;
    bool done = find(session, what, &found, err) &&
                open_found(&found, prompts, &passphrase, &key, err) && pki_key_file_try(key, err);

    if (done) {
        pki_report_text(report, "Key", "%s", found.name);
        pki_key_file_describe(key, pki_buf_view(&found.pem), report);
        done = tell_record(session, key, report, err);
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The key opens, signs, and its signature verifies.");
    }
    pki_buf_clear(&found.pem);
    return done && pki_report_ok(report, err);
}

/* --- passphrase ---------------------------------------------------------------------------- */

static bool ask_new(const struct pki_prompts *prompts, const char *name, struct pki_secret *old,
                    struct pki_secret **fresh, struct pki_error *err)
{
    if (!ask(prompts, name, true, fresh, err) || !pki_passphrase_judge(*fresh, err))
        return false;
    return !pki_secret_equal(old, *fresh) ||
           pki_fail(err, PKI_E_PASSPHRASE, "the new passphrase is the old one");
}

/* The new file is complete and tested beside the old one before anything changes. What an earlier
   stop left there was never in force: its old file still is. */
static bool write_beside(int dir, const char *file, const struct pki_key_seal *seal,
                         char beside[PATH_MAX], uint8_t sha256[PKI_SHA256_SIZE],
                         struct pki_error *err)
{
    if (snprintf(beside, PATH_MAX, "%s.new", file) > NAME_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s: the name is too long", file);
    if (unlinkat(dir, beside, 0) != 0 && errno != ENOENT)
        return pki_fail(err, PKI_E_IO, "%s: %s", beside, strerror(errno));
    return pki_key_file_write(dir, beside, seal, sha256, err);
}

static bool record(struct pki_session *session, const struct pki_key_row *row,
                   const uint8_t sha256[PKI_SHA256_SIZE], const char *clock, struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    char detail[PKI_CLOCK_TEXT + 64];
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = "passphrase",
        .subject = row->name,
        .detail = detail,
        .actor = session->actor,
    };

    (void)snprintf(detail, sizeof(detail), "key file sealed under a new passphrase%s%s",
                   *clock ? "; " : "", clock);
    return pki_store_begin(session->store, &txn, err) &&
           pki_store_add_key_file(txn, row->id, sha256, err) &&
           pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

/* The directory that the key file lies in, and its name there. */
static bool find_place(struct pki_session *session, const char *what, const struct found *found,
                       int *dir, char file[NAME_MAX + 1], struct pki_error *err)
{
    if (!found->recorded)
        return pki_dir_open_above(AT_FDCWD, what, dir, file, err);
    (void)snprintf(file, NAME_MAX + 1, "%s.key", found->row.name);
    return pki_session_keys(session, dir, err);
}

/* Recorded first, then named: stopped between the two, pki_session_read_key finishes it. */
static bool replace(struct pki_session *session, const char *what, const struct found *found,
                    const struct pki_key_seal *seal, struct pki_error *err)
{
    pki_scope_fd int dir = -1;
    char file[NAME_MAX + 1];
    char beside[PATH_MAX];
    char clock[PKI_CLOCK_TEXT] = "";
    uint8_t sha256[PKI_SHA256_SIZE];

    if ((found->recorded && !pki_session_clock_text(session, clock, err)) ||
        !find_place(session, what, found, &dir, file, err) ||
        !write_beside(dir, file, seal, beside, sha256, err) ||
        (found->recorded && !record(session, &found->row, sha256, clock, err)))
        return false;
    if (renameat(dir, beside, dir, file) != 0)
        return pki_fail(err, PKI_E_IO, "%s: %s", file, strerror(errno));
    return pki_dir_sync(dir, err);
}

bool pki_key_passphrase(struct pki_session *session, const char *what,
                        const struct pki_prompts *prompts, struct pki_report *report,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "key passphrase");
    struct found found = {0};
    pki_auto(pki_secret) old = NULL;
    pki_auto(pki_secret) fresh = NULL;
    pki_auto(pki_key) key = NULL;
    bool done = find(session, what, &found, err) && open_found(&found, prompts, &old, &key, err) &&
                ask_new(prompts, found.name, old, &fresh, err);
    const struct pki_key_seal seal = {found.name, key, fresh};

    done = done && replace(session, what, &found, &seal, err);
    if (done) {
        pki_report_text(report, "Key", "%s", found.name);
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The key file opens with the new passphrase only; older copies and "
                        "backups still open with the old one.");
    }
    pki_buf_clear(&found.pem);
    if (!done || (found.recorded && !pki_session_head(session, report, err)))
        return false;
    return pki_report_ok(report, err);
}

/* --- list ---------------------------------------------------------------------------------- */

static void tell_file(struct pki_session *session, const struct pki_key_row *row,
                      struct pki_report *report)
{
    pki_scope(pki_buf) pem = {0};
    struct pki_error differs = {0};

    if (!row->has_file)
        pki_report_text(report, "File", "-");
    else if (pki_session_read_key(session, row, &pem, &differs))
        pki_report_toned(report, "File", PKI_TONE_GOOD, "as recorded");
    else
        pki_report_toned(report, "File", PKI_TONE_BAD, "missing or differs");
}

bool pki_key_list(struct pki_session *session, struct pki_report *report, struct pki_error *err)
{
    struct pki_key_rows keys = {0};

    if (!pki_store_list_keys(session->store, &keys, err))
        return false;
    struct pki_report *table = pki_report_table(report, "Keys");
    for (size_t i = 0; i < keys.n; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", keys.list[i].name);
        pki_report_text(row, "Algorithm", "%s", keys.list[i].algorithm);
        pki_report_text(row, "Where", "%s", keys.list[i].has_file ? "this cellar" : "elsewhere");
        pki_report_octets(row, "Fingerprint",
                          (struct pki_bytes){keys.list[i].spki_sha256, PKI_SHA256_SIZE});
        tell_file(session, &keys.list[i], row);
    }
    pki_key_rows_clear(&keys);
    return pki_report_ok(report, err);
}
