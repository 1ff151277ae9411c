/*
 * manifest.json: what each file is for, whether it separates environments, its
 * order and certificates, and how far the journal was when it was made.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "ops/bundle.h"
#include "ops/manifest.h"
#include "x509/name.h"

static void put_words(struct pki_json *json, const char *key, struct pki_bytes bytes)
{
    pki_scope(pki_buf) words = {0};

    pki_words(&words, bytes);
    pki_buf_byte(&words, 0);
    pki_json_text(json, key, words.failed ? "" : (const char *)words.data);
}

static void put_name(struct pki_json *json, const struct pki_cert *cert)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error ignored = {0};

    /* Our own certificate, whose name was read before: showing it cannot fail but for memory. */
    bool shown = pki_name_show(cert->subject, &text, &ignored);
    pki_buf_byte(&text, 0);
    pki_json_text(json, "subject", shown && !text.failed ? (const char *)text.data : "");
}

static const char *role(const struct pki_cert *cert)
{
    if (!cert->authority)
        return "leaf";
    if (pki_cert_is_self_issued(cert))
        return "root";
    return cert->has_path_length ? "intermediate" : "cross"; /* as the profiles have it */
}

static void put_certificate(struct pki_json *json, const struct pki_cert *cert)
{
    const struct pki_bytes fingerprint = {cert->fingerprint, sizeof(cert->fingerprint)};

    pki_json_object(json, NULL);
    pki_json_text(json, "role", role(cert));
    put_name(json, cert);
    pki_json_hex(json, "sha256", fingerprint);
    put_words(json, "words", fingerprint);
    pki_json_time(json, "valid_from", cert->not_before);
    pki_json_time(json, "valid_to", cert->not_after);
    pki_json_end_object(json);
}

/* The span in which every certificate of the file is valid: of pools, the widest use of any. */
static void put_span(struct pki_json *json, const struct pki_bundle_file *file)
{
    int64_t from = file->certs[0]->not_before;
    int64_t to = file->certs[0]->not_after;
    bool chain = file->kind == PKI_BUNDLE_CHAIN;

    for (size_t i = 1; i < file->n_certs; i++) {
        const struct pki_cert *cert = file->certs[i];
        bool starts = chain ? cert->not_before > from : cert->not_before < from;
        bool ends = chain ? cert->not_after < to : cert->not_after > to;
        from = starts ? cert->not_before : from;
        to = ends ? cert->not_after : to;
    }
    pki_json_time(json, "valid_from", from);
    pki_json_time(json, "valid_to", to);
}

static void put_crl(struct pki_json *json, const struct pki_crl_row *crl)
{
    pki_json_integer(json, "crl_number", crl->number);
    pki_json_time(json, "this_update", crl->this_update);
    pki_json_time(json, "next_update", crl->next_update);
}

static void put_file(struct pki_json *json, const struct pki_bundle_file *file)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256(pki_bundle_bytes(file), sha256);
    pki_json_object(json, NULL);
    pki_json_text(json, "path", file->path);
    pki_json_text(json, "use", file->use);
    if (file->n_certs > 0)
        pki_json_truth(json, "separates_environments", !file->not_separate);
    if (file->not_separate)
        pki_json_text(json, "why_not", file->not_separate);
    if (file->order)
        pki_json_text(json, "order", file->order);
    pki_json_hex(json, "sha256", (struct pki_bytes){sha256, sizeof(sha256)});
    if (file->crl)
        put_crl(json, file->crl);
    if (file->n_certs > 0)
        put_span(json, file);
    if (file->next_rotation)
        pki_json_time(json, "next_rotation", file->next_rotation);
    if (file->n_certs > 0) {
        pki_json_array(json, "certificates");
        for (size_t i = 0; i < file->n_certs; i++)
            put_certificate(json, file->certs[i]);
        pki_json_end_array(json);
    }
    pki_json_end_object(json);
}

bool pki_bundle_manifest(struct pki_bundle *bundle, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    struct pki_json json = {.out = &text};
    struct pki_bundle_file *file = NULL;

    for (size_t i = 0; i < bundle->n_files; i++)
        if (!pki_buf_ok(&bundle->files[i].content, err))
            return false;
    pki_json_object(&json, NULL);
    pki_json_integer(&json, "manifest", 1);
    pki_json_text(&json, "organization", bundle->trust->hierarchy->organization);
    pki_json_text(&json, "environment", bundle->trust->environment);
    if (bundle->trust->rehearsal)
        pki_json_text(&json, "rehearsal", PKI_REHEARSAL_NOTE);
    if (bundle->purpose)
        pki_json_text(&json, "purpose", bundle->purpose);
    pki_json_time(&json, "as_of", bundle->trust->as_of);
    pki_manifest_put_place(&json, bundle->trust->cellar, &bundle->trust->head);
    pki_json_array(&json, "files");
    for (size_t i = 0; i < bundle->n_files; i++)
        put_file(&json, &bundle->files[i]);
    pki_json_end_array(&json);
    pki_json_end_object(&json);
    pki_buf_byte(&text, '\n');
    if (!pki_buf_ok(&text, err) ||
        !pki_bundle_add(bundle, PKI_BUNDLE_TEXT, &file, err, "manifest.json"))
        return false;
    file->use = "what each file is for";
    file->content = text;
    text = (struct pki_buf){0};
    return true;
}
