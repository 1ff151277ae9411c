#include "ops/cutover.h"

#include <fcntl.h>
#include <jansson.h>

#include "base/file.h"
#include "x509/cert.h"

static bool first_of_pem(const char *path, struct pki_bytes text,
                         uint8_t fingerprint[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_scope(pki_certs) certs = {0};

    if (!pki_certs_parse(path, text, &certs, err))
        return false;
    memcpy(fingerprint, certs.list[0]->fingerprint, PKI_SHA256_SIZE);
    return true;
}

static bool first_of_bundle(const char *path, const json_t *root,
                            uint8_t fingerprint[PKI_SHA256_SIZE], struct pki_error *err)
{
    const json_t *chain = json_array_get(json_object_get(root, "chains"), 0);
    const json_t *first = json_array_get(json_object_get(chain, "certificates"), 0);

    if (json_string_length(first) == 0)
        return pki_fail(err, PKI_E_FORMAT, "%s: not a trust bundle: no chains[0].certificates[0]",
                        path);
    const struct pki_bytes pem = {(const uint8_t *)json_string_value(first),
                                  json_string_length(first)};
    return first_of_pem(path, pem, fingerprint, err);
}

/* What begins like an object is judged as one: PEM never does. */
static bool is_object(struct pki_bytes text)
{
    size_t i = 0;

    while (i < text.size && (text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\r' ||
                             text.data[i] == '\t'))
        i++;
    return i < text.size && text.data[i] == '{';
}

static bool first_of_json(const char *path, struct pki_bytes text,
                          uint8_t fingerprint[PKI_SHA256_SIZE], struct pki_error *err)
{
    json_error_t where;
    json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    bool read = root ? first_of_bundle(path, root, fingerprint, err)
                     : pki_fail(err, PKI_E_FORMAT, "%s: line %d: not JSON: %s", path, where.line,
                                where.text);

    json_decref(root);
    return read;
}

bool pki_cutover_proof(const char *path, uint8_t fingerprint[PKI_SHA256_SIZE],
                       uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, err))
        return false;
    pki_sha256(pki_buf_view(&text), sha256);
    return is_object(pki_buf_view(&text))
               ? first_of_json(path, pki_buf_view(&text), fingerprint, err)
               : first_of_pem(path, pki_buf_view(&text), fingerprint, err);
}
