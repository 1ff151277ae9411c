#include "x509/sigstore.h"

#include <assert.h>

#include "base/json.h"
#include "x509/sigstore_json.h"

/* TimeRange: start, optional end; both belong to it. */
static void write_window(struct pki_json *json, const struct pki_trust_entry *entry)
{
    pki_json_object(json, "validFor");
    pki_json_time(json, "start", entry->start);
    if (entry->has_end)
        pki_json_time(json, "end", entry->end);
    pki_json_end_object(json);
}

/* CertificateAuthority: subject, uri, cert_chain, valid_for. `operator` is left out: a recent field
 * that older clients do not know. */
static void write_entry(struct pki_json *json, const struct pki_trust_entry *entry)
{
    pki_json_object(json, NULL);
    pki_json_object(json, "subject");
    pki_json_text(json, "organization", entry->organization);
    pki_json_text(json, "commonName", entry->common_name);
    pki_json_end_object(json);
    if (entry->uri)
        pki_json_text(json, "uri", entry->uri);
    pki_json_object(json, "certChain");
    pki_json_array(json, "certificates");
    for (size_t i = 0; i < entry->n_certificates; i++) {
        pki_json_object(json, NULL);
        pki_json_base64(json, "rawBytes", entry->certificates[i]);
        pki_json_end_object(json);
    }
    pki_json_end_array(json);
    pki_json_end_object(json);
    write_window(json, entry);
    pki_json_end_object(json);
}

static void write_entries(struct pki_json *json, const char *key,
                          const struct pki_trust_entry *entries, size_t count)
{
    pki_json_array(json, key);
    for (size_t i = 0; i < count; i++) {
        assert(i == 0 || entries[i - 1].start <= entries[i].start);
        assert(entries[i].n_certificates > 0);
        write_entry(json, &entries[i]);
    }
    pki_json_end_array(json);
}

/* A text field as given; nothing where it is absent. */
static void copy_text(struct pki_json *json, const json_t *from, const char *key)
{
    const json_t *value = json_object_get(from, key);

    if (value)
        pki_json_text(json, key, json_string_value(value));
}

static void copy_id(struct pki_json *json, const json_t *log, const char *key)
{
    const json_t *id = json_object_get(log, key);

    if (!id)
        return;
    pki_json_object(json, key);
    copy_text(json, id, "keyId");
    pki_json_end_object(json);
}

/* A judged log, its fields in the order of sigstore_trustroot.proto. */
static void copy_log(struct pki_json *json, const json_t *log)
{
    const json_t *key = json_object_get(log, "publicKey");
    const json_t *window = json_object_get(key, "validFor");

    pki_json_object(json, NULL);
    copy_text(json, log, "baseUrl");
    copy_text(json, log, "hashAlgorithm");
    pki_json_object(json, "publicKey");
    copy_text(json, key, "rawBytes");
    copy_text(json, key, "keyDetails");
    pki_json_object(json, "validFor");
    copy_text(json, window, "start");
    copy_text(json, window, "end");
    pki_json_end_object(json);
    pki_json_end_object(json);
    copy_id(json, log, "logId");
    copy_id(json, log, "checkpointKeyId");
    copy_text(json, log, "operator");
    pki_json_end_object(json);
}

static void copy_logs(struct pki_json *json, const json_t *given, const char *key)
{
    const json_t *logs = json_object_get(given, key);

    pki_json_array(json, key);
    for (size_t i = 0; i < json_array_size(logs); i++)
        copy_log(json, json_array_get(logs, i));
    pki_json_end_array(json);
}

/* The user's file, of which the logs alone are looked at. */
static bool read_logs(const char *text, json_t **given, struct pki_error *err)
{
    PKI_CONTEXT(err, "trusted root with the logs");
    json_auto_t *read = NULL;

    if (!pki_sigstore_load((struct pki_bytes){(const uint8_t *)text, strlen(text)}, &read, err) ||
        !pki_sigstore_judge_logs(read, "tlogs", err) ||
        !pki_sigstore_judge_logs(read, "ctlogs", err))
        return false;
    if (json_array_size(json_object_get(read, "tlogs")) == 0 &&
        json_array_size(json_object_get(read, "ctlogs")) == 0)
        return pki_fail(err, PKI_E_FORMAT, "it holds no tlogs and no ctlogs");
    *given = PKI_TAKE(read);
    return true;
}

bool pki_trusted_root_check_logs(const char *text, struct pki_error *err)
{
    json_auto_t *given = NULL;

    return read_logs(text, &given, err);
}

bool pki_trusted_root_write(const struct pki_trusted_root *root, struct pki_buf *json,
                            struct pki_error *err)
{
    struct pki_json writer = {.out = json};
    json_auto_t *given = NULL;

    if (root->logs && !read_logs(root->logs, &given, err))
        return false;
    pki_json_object(&writer, NULL);
    pki_json_text(&writer, "mediaType", PKI_TRUSTED_ROOT_MEDIA_TYPE);
    copy_logs(&writer, given, "tlogs");
    write_entries(&writer, "certificateAuthorities", root->authorities, root->n_authorities);
    copy_logs(&writer, given, "ctlogs");
    write_entries(&writer, "timestampAuthorities", root->timestamps, root->n_timestamps);
    pki_json_end_object(&writer);
    return pki_buf_ok(json, err);
}
