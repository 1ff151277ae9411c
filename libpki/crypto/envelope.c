#include "crypto/envelope.h"

#include "base/text.h"
#include "crypto/key_private.h"
#include "crypto/pbes2.h"
#include "crypto/random.h"

#define ENCRYPTED "ENCRYPTED PRIVATE KEY"
#define PEM_WIDTH 64
#define SALT_SIZE 16

/* The one block of a key file (RFC 7468). */
struct block {
    char label[32];
    struct pki_bytes body; /* the lines between */
};

static bool starts_with(struct pki_bytes text, const char *start)
{
    size_t length = strlen(start);

    return text.size >= length && memcmp(text.data, start, length) == 0;
}

/* The first line, without its end; moves on. */
static struct pki_bytes take_line(struct pki_bytes *text)
{
    if (text->size == 0)
        return *text;

    const uint8_t *end = memchr(text->data, '\n', text->size);
    size_t length = end ? (size_t)(end - text->data) : text->size;
    struct pki_bytes line = {text->data, length};

    text->data += length + (end ? 1 : 0);
    text->size -= length + (end ? 1 : 0);
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

static bool is_boundary(struct pki_bytes line, const char *word, const char *label)
{
    char expected[64];
    int length = snprintf(expected, sizeof(expected), "-----%s %s-----", word, label);

    return line.size == (size_t)length && starts_with(line, expected);
}

static const char *const labels[] = {ENCRYPTED, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"};

static const char *find_label(struct pki_bytes line)
{
    for (size_t i = 0; i < PKI_COUNT(labels); i++)
        if (is_boundary(line, "BEGIN", labels[i]))
            return labels[i];
    return NULL;
}

static bool read_block(struct pki_bytes pem, struct block *block, struct pki_error *err)
{
    const char *label = find_label(take_line(&pem));
    const uint8_t *body = pem.data;
    struct pki_bytes line = {0};

    if (!label)
        return pki_fail(err, PKI_E_FORMAT, "first line does not begin a private key in PEM");
    do {
        line = take_line(&pem);
    } while (pem.size > 0 && !starts_with(line, "-----"));
    if (!is_boundary(line, "END", label))
        return pki_fail(err, PKI_E_FORMAT, "line \"-----END %s-----\" is missing", label);
    block->body = (struct pki_bytes){body, (size_t)(line.data - body)};
    while (pem.size > 0)
        if (take_line(&pem).size > 0)
            return pki_fail(err, PKI_E_FORMAT, "text behind the key: one block belongs in a file");
    (void)snprintf(block->label, sizeof(block->label), "%s", label);
    return true;
}

/* OpenSSL's encryption before PKCS#8: headers in the block. */
static bool is_traditional(const struct block *block)
{
    return starts_with(block->body, "Proc-Type:");
}

static bool decode(const struct block *block, struct pki_buf *der, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    struct pki_bytes rest = block->body;

    while (rest.size > 0)
        pki_buf_append_bytes(&text, take_line(&rest));
    return pki_buf_ok(&text, err) && pki_base64_parse(pki_buf_view(&text), der, err);
}

static void write_pem(struct pki_buf *pem, struct pki_bytes der)
{
    pki_scope(pki_buf) text = {0};

    pki_base64(&text, der);
    pki_buf_text(pem, "-----BEGIN " ENCRYPTED "-----\n");
    for (size_t at = 0; at < text.size; at += PEM_WIDTH) {
        size_t width = text.size - at < PEM_WIDTH ? text.size - at : PEM_WIDTH;
        pki_buf_append(pem, text.data + at, width);
        pki_buf_byte(pem, '\n');
    }
    pki_buf_text(pem, "-----END " ENCRYPTED "-----\n");
    pem->failed = pem->failed || text.failed;
}

/* RFC 8018 6.1.1: one to sixteen octets, each their number. */
static bool pad(struct pki_secret *plain, struct pki_secret **padded, struct pki_error *err)
{
    size_t size = pki_secret_size(plain);
    size_t more = PKI_PBES2_BLOCK - size % PKI_PBES2_BLOCK;

    if (!pki_secret_new(size + more, padded, err))
        return false;
    uint8_t *data = pki_secret_open(*padded);
    memcpy(data, pki_secret_open(plain), size);
    memset(data + size, (int)more, more);
    pki_secret_close(plain);
    pki_secret_close(*padded);
    return true;
}

static bool unpad(struct pki_secret *data)
{
    size_t size = pki_secret_size(data);
    const uint8_t *octets = pki_secret_open(data);
    size_t more = octets[size - 1];
    bool good = more >= 1 && more <= PKI_PBES2_BLOCK;

    for (size_t i = 1; good && i <= more; i++)
        good = octets[size - i] == more;
    pki_secret_close(data);
    if (good)
        pki_secret_truncate(data, size - more);
    return good;
}

static bool check_passphrase(const struct pki_secret *passphrase, struct pki_error *err)
{
    if (pki_secret_size(passphrase) == 0)
        return pki_fail(err, PKI_E_PASSPHRASE, "passphrase is empty");
    return true;
}

bool pki_envelope_seal(const struct pki_key *key, struct pki_secret *passphrase, unsigned rounds,
                       struct pki_buf *pem, struct pki_error *err)
{
    pki_auto(pki_secret) plain = NULL;
    pki_auto(pki_secret) data = NULL;
    pki_scope(pki_buf) der = {0};
    uint8_t salt[SALT_SIZE];
    uint8_t iv[PKI_PBES2_BLOCK];
    const struct pki_pbes2 how = {
        .prf = GNUTLS_MAC_SHA256,
        .cipher = GNUTLS_CIPHER_AES_256_CBC,
        .key_size = 32,
        .rounds = rounds,
        .salt = {salt, sizeof(salt)},
        .iv = {iv, sizeof(iv)},
    };

    if (!check_passphrase(passphrase, err) || !pki_random(salt, sizeof(salt), err) ||
        !pki_random(iv, sizeof(iv), err) || !pki_key_export(key, &plain, err) ||
        !pad(plain, &data, err) || !pki_pbes2_encrypt(&how, passphrase, data, err))
        return false;

    struct pki_bytes sealed = {pki_secret_open(data), pki_secret_size(data)};
    pki_pbes2_write(&how, sealed, &der);
    pki_secret_close(data);
    if (!pki_buf_ok(&der, err))
        return false;
    write_pem(pem, pki_buf_view(&der));
    return pki_buf_ok(pem, err);
}

static bool require_encrypted(const struct block *block, struct pki_error *err)
{
    if (is_traditional(block)) {
        return pki_fail(err, PKI_E_POLICY,
                        "key is encrypted in OpenSSL's old way, by one round of MD5: convert it "
                        "with openssl pkcs8 -topk8");
    }
    if (strcmp(block->label, ENCRYPTED) != 0)
        return pki_fail(err, PKI_E_POLICY, "private key is not encrypted");
    return true;
}

/* From the cipher's text in @data to the key, in one opening: each costs the kernel two changes of
   its tables. */
static bool open_data(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                      struct pki_secret *data, struct pki_key **key, struct pki_error *err)
{
    (void)pki_secret_open(data);
    bool done = pki_pbes2_decrypt(how, passphrase, data, err) &&
                (unpad(data) ||
                 pki_fail(err, PKI_E_PASSPHRASE, "wrong passphrase, or the key file is damaged")) &&
                pki_key_import(data, key, err);
    pki_secret_close(data);
    return done;
}

bool pki_envelope_open(struct pki_bytes pem, struct pki_secret *passphrase, struct pki_key **key,
                       struct pki_error *err)
{
    pki_auto(pki_secret) plain = NULL;
    pki_scope(pki_buf) der = {0};
    struct block block = {0};
    struct pki_pbes2 how;
    struct pki_bytes data;

    if (!read_block(pem, &block, err) || !require_encrypted(&block, err) ||
        !decode(&block, &der, err) || !pki_pbes2_read(pki_buf_view(&der), &how, &data, err) ||
        !pki_pbes2_judge(&how, err) || !check_passphrase(passphrase, err))
        return false;
    if (data.size == 0 || data.size % PKI_PBES2_BLOCK != 0)
        return pki_fail(err, PKI_E_FORMAT, "encrypted data of %zu octets is not whole blocks",
                        data.size);

    return pki_secret_copy(data.data, data.size, &plain, err) &&
           open_data(&how, passphrase, plain, key, err);
}

bool pki_envelope_describe(struct pki_bytes pem, struct pki_envelope_facts *facts,
                           struct pki_error *err)
{
    pki_scope(pki_buf) der = {0};
    struct block block = {0};
    struct pki_pbes2 how = {0};
    struct pki_bytes data;

    if (!read_block(pem, &block, err))
        return false;

    bool encrypted = strcmp(block.label, ENCRYPTED) == 0;
    if (encrypted &&
        (!decode(&block, &der, err) || !pki_pbes2_read(pki_buf_view(&der), &how, &data, err)))
        return false;
    if (!encrypted)
        (void)snprintf(how.scheme, sizeof(how.scheme), "%s",
                       is_traditional(&block) ? "OpenSSL's old one, MD5 once" : "none");

    *facts = (struct pki_envelope_facts){
        .encrypted = encrypted || is_traditional(&block),
        .rounds = how.rounds > 0 && how.rounds <= UINT32_MAX ? (uint32_t)how.rounds : 0,
        .salt_size = how.salt.size,
    };
    memcpy(facts->scheme, how.scheme, sizeof(facts->scheme));
    return true;
}
