#include "ops/key_at.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ops/prompts.h"
#include "ops/share.h"

void pki_key_at_clear(struct pki_key_at *at)
{
    pki_buf_clear(&at->room);
    pki_buf_clear(&at->pem);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Changed behind a cellar's back, it would differ from the record, and be lost to it. */
static bool refuse_recorded(const char *path, struct pki_error *err)
{
    pki_scope_fd int above = -1;
    char name[NAME_MAX + 1];

    if (!pki_dir_open_above(AT_FDCWD, path, &above, name, err))
        return false;
    return faccessat(above, "../cellar.db", F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
           pki_fail(err, PKI_E_USAGE,
                    "%s lies in a cellar: name the cellar by -C, and the key by its name, %.*s",
                    path, (int)strcspn(name, "."), name);
}

bool pki_key_at_find_to_change(struct pki_session *session, const char *what, struct pki_key_at *at,
                               struct pki_error *err)
{
    return pki_key_at_find(session, what, at, err) && (at->recorded || refuse_recorded(what, err));
}

bool pki_key_at_find(struct pki_session *session, const char *what, struct pki_key_at *at,
                     struct pki_error *err)
{
    if (session && !strchr(what, '/') &&
        !pki_store_key_by_name(session->store, what, &at->recorded, &at->row, err))
        return false;
    at->what = what;
    at->name = at->recorded ? at->row.name : last_part(what);
    if (!at->recorded)
        return pki_file_read(AT_FDCWD, what, PKI_LIMIT_KEY, &at->pem, err);
    return pki_session_check_room(session, &at->room, err) &&
           pki_session_read_key(session, &at->row, &at->pem, err);
}

bool pki_key_at_ask(struct pki_session *session, const struct pki_key_at *at,
                    const struct pki_prompts *prompts, struct pki_secret **passphrase,
                    struct pki_secret **typed, struct pki_error *err)
{
    return at->recorded
               ? pki_share_ask_key(session->store, &at->row, prompts, passphrase, typed, err)
               : pki_prompts_ask_passphrase(prompts, at->name, passphrase, err);
}

bool pki_key_at_open(const struct pki_key_at *at, struct pki_secret *passphrase,
                     struct pki_key **key, struct pki_error *err)
{
    struct pki_bytes pem = pki_buf_view(&at->pem);

    return at->recorded ? pki_session_open_pem(&at->row, pem, passphrase, key, err)
                        : pki_key_file_open(at->name, pem, passphrase, key, err);
}

/* --- replacing ------------------------------------------------------------------------------- */

/* The new file is complete and tested beside the old one before anything changes. */
static bool write_beside(int dir, const char *file, const struct pki_key_seal *seal,
                         char beside[PATH_MAX], uint8_t sha256[PKI_SHA256_SIZE],
                         struct pki_error *err)
{
    if (snprintf(beside, PATH_MAX, "%s.new", file) > NAME_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s: the name is too long", file);
    return pki_key_file_write(dir, beside, seal, sha256, err);
}

/* What an earlier stop left in keys/ was never in force: its old file still is. Elsewhere a file of
   that name is somebody's own, and stands in the way. */
static bool clear_beside(int dir, const char *file, struct pki_error *err)
{
    char beside[PATH_MAX];

    (void)snprintf(beside, sizeof(beside), "%s.new", file);
    return unlinkat(dir, beside, 0) == 0 || errno == ENOENT ||
           pki_fail(err, PKI_E_IO, "%s: %s", beside, strerror(errno));
}

static bool add_shares(struct pki_txn *txn, int64_t policy, const struct pki_shares *shares,
                       struct pki_error *err)
{
    for (size_t i = 0; i < shares->n; i++) {
        const struct pki_share *share = shares->list[i];
        struct pki_share_row row = {.group = share->group + 1, .number = share->member + 1};
        if (!pki_share_digest(share, row.sha256, err) ||
            !pki_store_add_share(txn, policy, &row, err))
            return false;
    }
    return true;
}

/* Also where a passphrase follows on a passphrase: from then on it was chosen. */
static bool add_policy(struct pki_txn *txn, const struct pki_key_row *key, int64_t at,
                       const struct pki_key_change *change, struct pki_error *err)
{
    struct pki_policy_row row = {.key = key->id, .policy = change->policy, .made_at = at};
    int64_t id = 0;

    if (change->shares)
        row.share_set = change->shares->list[0]->set.id;
    return pki_store_add_policy(txn, &row, &id, err) &&
           (!change->shares || add_shares(txn, id, change->shares, err));
}

static bool record(struct pki_session *session, const struct pki_key_row *row,
                   const uint8_t sha256[PKI_SHA256_SIZE], const struct pki_key_change *change,
                   const char *detail, struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = change->action,
        .subject = row->name,
        .detail = detail,
        .actor = session->actor,
    };

    return pki_store_begin(session->store, &txn, err) &&
           pki_store_add_key_file(txn, row->id, sha256, err) &&
           add_policy(txn, row, entry.at, change, err) && pki_journal_append(txn, &entry, err) &&
           pki_txn_commit(&txn, err);
}

/* The directory that the key file lies in, and its name there. */
static bool find_place(struct pki_session *session, const struct pki_key_at *at, int *dir,
                       char file[NAME_MAX + 1], struct pki_error *err)
{
    if (!at->recorded)
        return pki_dir_open_above(AT_FDCWD, at->what, dir, file, err);
    (void)snprintf(file, NAME_MAX + 1, "%s.key", at->row.name);
    return pki_session_keys(session, dir, err);
}

static bool make_detail(const struct pki_key_at *at, const char *how, struct pki_buf *detail,
                        struct pki_error *err)
{
    pki_buf_printf(detail, "key file sealed %s", how);
    pki_room_join(detail, &at->room);
    pki_buf_byte(detail, 0);
    return pki_buf_ok(detail, err);
}

/* Recorded first, then named: stopped between the two, pki_session_read_key finishes it. */
bool pki_key_at_replace(struct pki_session *session, const struct pki_key_at *at,
                        const struct pki_key_seal *seal, const struct pki_key_change *change,
                        struct pki_error *err)
{
    pki_scope_fd int dir = -1;
    char file[NAME_MAX + 1];
    char beside[PATH_MAX];
    pki_scope(pki_buf) detail = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!make_detail(at, change->how, &detail, err) || !find_place(session, at, &dir, file, err) ||
        (at->recorded && !clear_beside(dir, file, err)) ||
        !write_beside(dir, file, seal, beside, sha256, err) ||
        (at->recorded &&
         !record(session, &at->row, sha256, change, (const char *)detail.data, err)))
        return false;
    if (renameat(dir, beside, dir, file) != 0)
        return pki_fail(err, PKI_E_IO, "%s: %s", file, strerror(errno));
    return pki_dir_sync(dir, err);
}
