#include "x509/sigstore_json.h"

/* Enum names of proto3 JSON: a client refuses a file with one that is none. */
static bool judge_word(const json_t *object, const char *key, struct pki_error *err)
{
    const char *text = "";

    if (!pki_sigstore_text(object, key, &text, err))
        return false;
    if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
        return pki_fail(err, PKI_E_FORMAT, "field \"%s\": \"%.60s\" is not the name of a value",
                        key, text);
    return true;
}

static bool judge_octets(const json_t *object, const char *key, struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};

    return pki_sigstore_octets(object, key, &octets, err);
}

/* PublicKey: raw_bytes, key_details, valid_for */
static bool judge_key(const json_t *log, struct pki_error *err)
{
    static const char *const known[] = {"rawBytes", "keyDetails", "validFor", NULL};
    struct pki_window window;
    const json_t *key = NULL;

    if (!pki_sigstore_object(log, "publicKey", &key, err))
        return false;
    PKI_CONTEXT(err, "publicKey");
    return pki_sigstore_fields(key, known, err) && judge_octets(key, "rawBytes", err) &&
           judge_word(key, "keyDetails", err) && pki_sigstore_window(key, &window, err);
}

/* LogId: key_id */
static bool judge_id(const json_t *log, const char *name, struct pki_error *err)
{
    static const char *const known[] = {"keyId", NULL};
    const json_t *id = NULL;

    if (!pki_sigstore_object(log, name, &id, err))
        return false;
    PKI_CONTEXT(err, "%s", name);
    return pki_sigstore_fields(id, known, err) && judge_octets(id, "keyId", err);
}

/* operator and checkpointKeyId came late: older clients do not know them, but whoever gives a file
 * with them has clients that do. */
static bool judge_log(const json_t *log, struct pki_error *err)
{
    static const char *const known[] = {
        "baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator", NULL,
    };
    const char *text = "";

    return pki_sigstore_fields(log, known, err) && pki_sigstore_text(log, "baseUrl", &text, err) &&
           judge_word(log, "hashAlgorithm", err) && judge_key(log, err) &&
           judge_id(log, "logId", err) &&
           (!json_object_get(log, "checkpointKeyId") || judge_id(log, "checkpointKeyId", err)) &&
           (!json_object_get(log, "operator") || pki_sigstore_text(log, "operator", &text, err));
}

bool pki_sigstore_judge_logs(const json_t *root, const char *key, struct pki_error *err)
{
    const json_t *logs = NULL;

    if (!pki_sigstore_array(root, key, &logs, err))
        return false;
    for (size_t i = 0; i < json_array_size(logs); i++) {
        PKI_CONTEXT(err, "%s entry %zu", key, i + 1);
        if (!judge_log(json_array_get(logs, i), err))
            return false;
    }
    return true;
}
