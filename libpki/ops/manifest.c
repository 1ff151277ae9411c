#include "ops/manifest.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

void pki_manifest_clear(struct pki_manifest *manifest)
{
    json_decref(manifest->root);
    *manifest = (struct pki_manifest){0};
}

static bool read_octets(const json_t *object, const char *key, uint8_t *octets, size_t size,
                        struct pki_error *err)
{
    const char *text = json_string_value(json_object_get(object, key));
    pki_scope(pki_buf) read = {0};
    struct pki_error why = {0};

    if (!text || !pki_hex_parse(text, &read, &why) || read.size != size)
        return pki_fail(err, PKI_E_FORMAT, "it is no manifest of ours: no \"%s\" of %zu octets",
                        key, size);
    memcpy(octets, read.data, size);
    return true;
}

/* A backup's names no environment. What is handed over for one purpose or leaf lists no anchors. */
static bool read_kind(struct pki_manifest *read, struct pki_error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *environment = json_string_value(json_object_get(read->root, "environment"));
    const json_t *files = json_object_get(read->root, "files");

    read->is_backup = json_object_get(read->root, "backup") != NULL;
    if (read->is_backup)
        return true;
    if (!environment || strlen(environment) >= sizeof(read->environment) || !environment[0] ||
        environment[strspn(environment, letters)])
        return pki_fail(err, PKI_E_FORMAT, "it is no manifest of ours: of no environment");
    (void)snprintf(read->environment, sizeof(read->environment), "%s", environment);
    for (size_t i = 0; i < json_array_size(files); i++) {
        const char *path = json_string_value(json_object_get(json_array_get(files, i), "path"));
        read->whole = read->whole || (path && strcmp(path, "anchors.pem") == 0);
    }
    read->whole = read->whole && !json_object_get(read->root, "purpose");
    return true;
}

bool pki_manifest_parse(const char *name, struct pki_bytes text, struct pki_manifest *manifest,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);
    struct pki_manifest read = {0};

    read.root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *journal = json_object_get(read.root, "journal");
    json_int_t counter = json_integer_value(json_object_get(journal, "counter"));
    bool good = counter > 0 && json_is_array(json_object_get(read.root, "files"));
    if (!good)
        (void)pki_fail(err, PKI_E_FORMAT, "it is no manifest of ours (manifest.json)");
    good = good && read_octets(journal, "head", read.head.hash, sizeof(read.head.hash), err) &&
           read_octets(read.root, "cellar", read.cellar, sizeof(read.cellar), err) &&
           read_kind(&read, err);
    if (!good) {
        pki_manifest_clear(&read);
        return false;
    }
    read.head.counter = counter;
    (void)snprintf(read.name, sizeof(read.name), "%.250s", name);
    pki_text_tame(read.name);
    pki_sha256(text, read.sha256);
    *manifest = read;
    return true;
}

bool pki_manifest_read(int dir, const char *path, struct pki_manifest *manifest,
                       struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    return pki_file_read(dir, path, PKI_LIMIT_MANIFEST, &text, err) &&
           pki_manifest_parse(path, pki_buf_view(&text), manifest, err);
}

void pki_manifest_put_place(struct pki_json *json, const uint8_t cellar[16],
                            const struct pki_journal_head *head)
{
    const struct pki_bytes hash = {head->hash, sizeof(head->hash)};
    pki_scope(pki_buf) words = {0};

    pki_words(&words, hash);
    pki_buf_byte(&words, 0);
    pki_json_hex(json, "cellar", (struct pki_bytes){cellar, 16});
    pki_json_object(json, "journal");
    pki_json_integer(json, "counter", head->counter);
    pki_json_hex(json, "head", hash);
    pki_json_text(json, "head_words", words.failed ? "" : (const char *)words.data);
    pki_json_end_object(json);
}
