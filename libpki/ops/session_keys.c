#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/dice.h"
#include "ops/prompts.h"
#include "ops/session.h"
#include "ops/share.h"

#define FILE_MAX (PKI_NAME_MAX + 32) /* "NAME.key.abandoned-1a2b3c4d" */

bool pki_session_keys(const struct pki_session *session, int *dir, struct pki_error *err)
{
    return pki_dir_ensure(session->directory, "keys", dir, err);
}

static void file_name(const char *name, const char *suffix, char file[FILE_MAX])
{
    (void)snprintf(file, FILE_MAX, "%s.key%s", name, suffix);
}

/* --- reading and opening ------------------------------------------------------------------- */

/* Whether dir/file holds what the record says; pem is empty otherwise. */
static bool matches(int dir, const char *file, const struct pki_key_row *row, struct pki_buf *pem,
                    struct pki_error *unreadable)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    if (pki_file_read(dir, file, PKI_LIMIT_KEY, pem, unreadable)) {
        pki_sha256(pki_buf_view(pem), sha256);
        if (memcmp(sha256, row->file_sha256, sizeof(sha256)) == 0)
            return true;
    }
    pki_buf_clear(pem);
    return false;
}

bool pki_session_has_key_file(const struct pki_session *session, const char *name)
{
    char path[PKI_NAME_MAX + 16];

    (void)snprintf(path, sizeof(path), "keys/%s.key", name);
    return faccessat(session->directory, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool pki_session_read_key(struct pki_session *session, const struct pki_key_row *row,
                          struct pki_buf *pem, struct pki_error *err)
{
    pki_scope_fd int dir = -1;
    struct pki_error unreadable = {0};
    struct pki_error none = {0};
    char file[FILE_MAX];
    char renewed[FILE_MAX];

    if (row->destroyed)
        return pki_fail(err, PKI_E_STATE, "the key of %s was destroyed", row->name);
    if (!row->has_file)
        return pki_fail(err, PKI_E_STATE, "the key of %s is not in this cellar", row->name);
    if (!pki_session_keys(session, &dir, err))
        return false;
    file_name(row->name, "", file);
    file_name(row->name, ".new", renewed);
    if (matches(dir, file, row, pem, &unreadable))
        return true;
    if (unreadable.code == PKI_E_IO)
        return pki_fail(err, PKI_E_IO, "%s", unreadable.text);
    /* A new passphrase was recorded, but its file not yet named: pki_key_passphrase was stopped. */
    if (matches(dir, renewed, row, pem, &none)) {
        return renameat(dir, renewed, dir, file) == 0
                   ? pki_dir_sync(dir, err)
                   : pki_fail(err, PKI_E_IO, "keys/%s: %s", file, strerror(errno));
    }
    return pki_fail(err, PKI_E_INTEGRITY,
                    "keys/%s is missing or differs from the record: restore it from a backup",
                    file);
}

static bool row_by_id(struct pki_session *session, int64_t id, struct pki_key_row *row,
                      struct pki_error *err)
{
    struct pki_key_rows keys = {0};
    bool found = false;

    if (!pki_store_list_keys(session->store, &keys, err))
        return false;
    for (size_t i = 0; i < keys.n && !found; i++) {
        found = keys.list[i].id == id;
        if (found)
            *row = keys.list[i];
    }
    pki_key_rows_clear(&keys);
    return found || pki_fail(err, PKI_E_NOTFOUND, "no key has the number %lld", (long long)id);
}

bool pki_session_open_pem(const struct pki_key_row *row, struct pki_bytes pem,
                          struct pki_secret *passphrase, struct pki_key **opened,
                          struct pki_error *err)
{
    pki_auto(pki_key) fresh = NULL;
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!pki_key_file_open(row->name, pem, passphrase, &fresh, err))
        return false;
    pki_sha256(pki_key_spki(fresh), sha256);
    if (memcmp(sha256, row->spki_sha256, sizeof(sha256)) != 0)
        return pki_fail(err, PKI_E_INTEGRITY, "keys/%s.key holds another key than is recorded",
                        row->name);
    *opened = PKI_TAKE(fresh);
    return true;
}

bool pki_session_open_row(struct pki_session *session, const struct pki_key_row *row,
                          struct pki_key **opened, struct pki_error *err)
{
    pki_auto(pki_secret) passphrase = NULL;
    pki_scope(pki_buf) pem = {0};

    return pki_session_read_key(session, row, &pem, err) &&
           pki_share_ask_key(session->store, row, &session->prompts, &passphrase, NULL, err) &&
           pki_session_open_pem(row, pki_buf_view(&pem), passphrase, opened, err);
}

bool pki_session_open_key(struct pki_session *session, int64_t key, struct pki_key **opened,
                          struct pki_error *err)
{
    struct pki_key_row row = {0};

    return row_by_id(session, key, &row, err) && pki_session_open_row(session, &row, opened, err);
}

/* --- fresh keys ---------------------------------------------------------------------------- */

/* What an abandoned reservation left may be the only copy of a key that somebody wants back. */
static bool move_aside(int dir, const char *name, struct pki_error *err)
{
    pki_scope(pki_buf) content = {0};
    pki_scope(pki_buf) digits = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char file[FILE_MAX];
    char aside[FILE_MAX];
    char suffix[32];

    file_name(name, "", file);
    if (!pki_file_read(dir, file, PKI_LIMIT_KEY, &content, err))
        return false;
    pki_sha256(pki_buf_view(&content), sha256);
    pki_hex(&digits, (struct pki_bytes){sha256, 4});
    if (!pki_buf_ok(&digits, err))
        return false;
    (void)snprintf(suffix, sizeof(suffix), ".abandoned-%.8s", (const char *)digits.data);
    file_name(name, suffix, aside);
    if (renameat2(dir, file, dir, aside, RENAME_NOREPLACE) == 0)
        return pki_dir_sync(dir, err);
    return pki_fail(err, errno == EEXIST ? PKI_E_EXISTS : PKI_E_IO, "keys/%s: %s", aside,
                    strerror(errno));
}

static bool check_unrecorded(struct pki_session *session, const char *name, struct pki_error *err)
{
    struct pki_key_row row;
    bool found = false;

    if (!pki_store_key_by_name(session->store, name, &found, &row, err))
        return false;
    return !found || pki_fail(err, PKI_E_EXISTS, "a key %s is recorded already", name);
}

bool pki_session_write_key(struct pki_session *session, const struct pki_key_seal *seal,
                           uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_scope_fd int dir = -1;
    struct stat there;
    char file[FILE_MAX];

    file_name(seal->name, "", file);
    if (!check_unrecorded(session, seal->name, err) || !pki_session_keys(session, &dir, err))
        return false;
    if (fstatat(dir, file, &there, AT_SYMLINK_NOFOLLOW) == 0 && !move_aside(dir, seal->name, err))
        return false;
    return pki_key_file_write(dir, file, seal, sha256, err);
}

/* --- making -------------------------------------------------------------------------------- */

static bool ask_once(struct pki_session *session, struct pki_error *err)
{
    return session->rolls ||
           pki_prompts_ask_rolls(&session->prompts, session->dice, &session->rolls, err);
}

bool pki_session_make_key(struct pki_session *session, const struct pki_algorithm *algorithm,
                          struct pki_key **key, size_t *rolls, struct pki_error *err)
{
    *rolls = 0;
    if (session->dice == 0)
        return pki_key_generate(algorithm, key, err);
    if (!pki_dice_suit(algorithm, err) || !ask_once(session, err) ||
        !pki_key_generate_with(algorithm, session->rolls, key, err))
        return false;
    *rolls = pki_secret_size(session->rolls);
    return true;
}
