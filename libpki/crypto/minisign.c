#include "crypto/minisign.h"

#include <inttypes.h>
#include <sodium/crypto_generichash_blake2b.h>
#include <string.h>

#include "base/text.h"
#include "crypto/key_private.h"

#define ALGORITHM 2 /* octets, in front of the key's id */

static const char trusted[] = "trusted comment: ";

void pki_minisign_key_clear(struct pki_minisign_key *key)
{
    pki_buf_clear(&key->spki);
}

/* "Ed" begins with RW in base64; what follows is of the id. */
bool pki_minisign_is_key(struct pki_bytes word)
{
    return word.size == 56 && word.data[0] == 'R' && word.data[1] == 'W';
}

bool pki_minisign_key_read(struct pki_bytes word, struct pki_minisign_key *key,
                           struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};

    if (!pki_base64_parse(word, &octets, err))
        return false;
    if (octets.size != ALGORITHM + PKI_MINISIGN_ID + PKI_ED25519_POINT ||
        memcmp(octets.data, "Ed", 2) != 0)
        return pki_fail(err, PKI_E_FORMAT, "it is no public key of minisign");
    memcpy(key->id, octets.data + ALGORITHM, PKI_MINISIGN_ID);
    pki_spki_put_ed25519(&key->spki, octets.data + ALGORITHM + PKI_MINISIGN_ID);
    return pki_buf_ok(&key->spki, err) && pki_spki_judge(pki_buf_view(&key->spki), NULL, err);
}

/* As minisign prints it, without zeros in front. */
void pki_minisign_print(const uint8_t id[PKI_MINISIGN_ID], char text[PKI_MINISIGN_PRINT])
{
    uint64_t number = 0;

    for (size_t i = PKI_MINISIGN_ID; i-- > 0;)
        number = number << 8 | id[i];
    (void)snprintf(text, PKI_MINISIGN_PRINT, "minisign %" PRIX64, number);
}

/* --- signatures ------------------------------------------------------------------------------ */

static bool fail_at(struct pki_error *err, int number, const char *what)
{
    return pki_fail(err, PKI_E_FORMAT, "line %d: %s", number, what);
}

/* The next line, without its end; empty behind the last. */
static struct pki_bytes take_line(struct pki_bytes *rest)
{
    const uint8_t *feed = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
    size_t size = feed ? (size_t)(feed - rest->data) : rest->size;
    struct pki_bytes line = {rest->data, size};

    size += feed != NULL;
    *rest = (struct pki_bytes){rest->data + size, rest->size - size};
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

static bool begins(struct pki_bytes line, const char *start)
{
    size_t size = strlen(start);

    return line.size >= size && memcmp(line.data, start, size) == 0;
}

/* A line of base64 of exactly so many octets. */
static bool read_octets(struct pki_bytes line, int number, uint8_t *octets, size_t size,
                        struct pki_error *err)
{
    pki_scope(pki_buf) read = {0};
    struct pki_error why = {0};

    if (!pki_base64_parse(line, &read, &why))
        return fail_at(err, number, why.text);
    if (read.size != size)
        return fail_at(err, number, "a signature of another length than minisign's");
    memcpy(octets, read.data, size);
    return true;
}

/* As minisign itself takes them. */
#define COMMENT_MAX         1024
#define TRUSTED_COMMENT_MAX 8192

static bool check_comment(struct pki_bytes line, size_t most, int number, struct pki_error *err)
{
    if (line.size > most)
        return fail_at(err, number, "its comment is too long");
    for (size_t i = 0; i < line.size; i++)
        if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
            return fail_at(err, number, "a control octet stands in it");
    return true;
}

bool pki_minisign_read(struct pki_bytes text, struct pki_minisign *minisign, struct pki_error *err)
{
    struct pki_minisign read;
    uint8_t octets[ALGORITHM + PKI_MINISIGN_ID + sizeof(read.signature)];
    struct pki_bytes lines[4];

    for (size_t i = 0; i < PKI_COUNT(lines); i++)
        lines[i] = take_line(&text);
    if (!begins(lines[0], PKI_MINISIGN_COMMENT))
        return fail_at(err, 1, "it does not begin with \"" PKI_MINISIGN_COMMENT "\"");
    if (!check_comment(lines[0], COMMENT_MAX, 1, err) ||
        !check_comment(lines[2], TRUSTED_COMMENT_MAX, 3, err))
        return false;
    if (!read_octets(lines[1], 2, octets, sizeof(octets), err))
        return false;
    read.hashed = memcmp(octets, "ED", ALGORITHM) == 0;
    if (!read.hashed && memcmp(octets, "Ed", ALGORITHM) != 0)
        return fail_at(err, 2, "neither \"Ed\" nor \"ED\", as minisign's algorithms are called");
    if (!begins(lines[2], trusted))
        return fail_at(err, 3, "it does not begin with \"trusted comment: \"");
    if (!read_octets(lines[3], 4, read.global, sizeof(read.global), err))
        return false;
    if (text.size > 0)
        return fail_at(err, 5, "something stands behind the signature");
    memcpy(read.id, octets + ALGORITHM, sizeof(read.id));
    memcpy(read.signature, octets + ALGORITHM + PKI_MINISIGN_ID, sizeof(read.signature));
    read.comment =
        (struct pki_bytes){lines[2].data + strlen(trusted), lines[2].size - strlen(trusted)};
    *minisign = read;
    return true;
}

static bool verify(const struct pki_minisign_key *key, struct pki_bytes bytes,
                   const uint8_t signature[64], struct pki_error *err)
{
    return pki_spki_verify(pki_buf_view(&key->spki), pki_algorithm_get(PKI_KEY_ED25519)->signature,
                           bytes, (struct pki_bytes){signature, 64}, err);
}

bool pki_minisign_verify(const struct pki_minisign *minisign, const struct pki_minisign_key *key,
                         struct pki_bytes message, struct pki_error *err)
{
    uint8_t digest[crypto_generichash_blake2b_BYTES_MAX];
    pki_scope(pki_buf) both = {0};
    struct pki_error why = {0};

    if (minisign->hashed) {
        if (crypto_generichash_blake2b(digest, sizeof(digest), message.data, message.size, NULL,
                                       0) != 0)
            return pki_fail(err, PKI_E_CRYPTO, "BLAKE2b cannot be computed");
        message = (struct pki_bytes){digest, sizeof(digest)};
    }
    pki_buf_append(&both, minisign->signature, sizeof(minisign->signature));
    pki_buf_append_bytes(&both, minisign->comment);
    if (!pki_buf_ok(&both, err) || !verify(key, message, minisign->signature, err))
        return false;
    return verify(key, pki_buf_view(&both), minisign->global, &why) ||
           pki_fail(err, why.code, "its trusted comment was changed: %s", why.text);
}
