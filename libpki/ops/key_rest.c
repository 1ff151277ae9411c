/* What lies where the file of a destroyed key lay; apart from what opens keys, for status. */
#include "base/file.h"
#include "ops/session.h"
#include "store/copies.h"

/* Key files are text: a zero in front is what they are overwritten with. */
bool pki_session_is_rest(const struct pki_session *session, const struct pki_key_row *row, bool *is,
                         struct pki_error *err)
{
    pki_scope(pki_buf) there = {0};
    struct pki_error unreadable = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PKI_NAME_MAX + 16];

    *is = false;
    (void)snprintf(path, sizeof(path), "keys/%s.key", row->name);
    if (!pki_file_read(session->directory, path, PKI_LIMIT_KEY, &there, &unreadable))
        return true;
    *is = there.size == 0 || there.data[0] == 0;
    pki_sha256(pki_buf_view(&there), sha256);
    return *is || pki_store_was_key_file(session->store, row->id, sha256, is, err);
}
