/*
 * A hand-over as it came: nothing of it is taken before the manifest, the lint
 * rules for Fulcio and a path of its own to its root say that it is whole.
 */
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/install.h"
#include "ops/key_file.h"
#include "ops/manifest.h"
#include "ops/prompts.h"
#include "x509/chain.h"
#include "x509/lint.h"
#include "x509/name.h"
#include "x509/oids.h"

#define MANIFEST "manifest.json"

/* --- manifest --------------------------------------------------------------------------------- */

/* The digest that the manifest has of a file; NULL: it names no such file. */
static const char *listed_digest(const json_t *manifest, const char *path)
{
    const json_t *files = json_object_get(manifest, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *entry = json_array_get(files, i);
        const char *listed = json_string_value(json_object_get(entry, "path"));
        if (listed && strcmp(listed, path) == 0)
            return json_string_value(json_object_get(entry, "sha256"));
    }
    return NULL;
}

/* What was read is what will be installed: the directory may have changed since. */
static bool judge_file(const struct pki_install_file *file, const json_t *manifest,
                       struct pki_error *err)
{
    const char *listed = listed_digest(manifest, file->name);
    uint8_t sha256[PKI_SHA256_SIZE];
    pki_scope(pki_buf) hex = {0};

    if (!listed) {
        return pki_fail(err, PKI_E_INVALID,
                        MANIFEST " names no %s: hand over with `cellar export ENV PURPOSE "
                                 "--for fulcio --with-key --to DIR`",
                        file->name);
    }
    pki_sha256(pki_buf_view(&file->fresh), sha256);
    pki_hex(&hex, (struct pki_bytes){sha256, sizeof(sha256)});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, err))
        return false;
    return strcmp((const char *)hex.data, listed) == 0 ||
           pki_fail(err, PKI_E_INTEGRITY, "%s, as it was read, differs from the manifest",
                    file->name);
}

/* The line's words stand in a command that a person copies: only such as a hierarchy may hold. */
static void take_word(const json_t *manifest, const char *key, char word[64])
{
    const char *text = json_string_value(json_object_get(manifest, key));

    if (text && strlen(text) < 64 &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text))
        memcpy(word, text, strlen(text) + 1);
}

static bool judge_manifest(struct pki_install *install, const json_t *manifest,
                           struct pki_error *err)
{
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++)
        if (!judge_file(&install->files[i], manifest, err))
            return false;
    take_word(manifest, "environment", install->environment);
    take_word(manifest, "purpose", install->purpose);
    return true;
}

static bool read_manifest(struct pki_install *install, const char *from, int dir,
                          struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_file_read(dir, MANIFEST, PKI_LIMIT_BUNDLE, &text, err) ||
        !pki_manifest_check(AT_FDCWD, from, pki_buf_view(&text), err))
        return false;
    json_t *manifest = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    bool good = judge_manifest(install, manifest, err);
    json_decref(manifest);
    return good;
}

/* --- chain ------------------------------------------------------------------------------------ */

static bool lint_chain(const struct pki_install_file *file, int64_t now, struct pki_report *report,
                       struct pki_error *err)
{
    const struct pki_lint_input input = {
        .name = file->name, .bytes = pki_buf_view(&file->fresh), .consumer = "fulcio", .at = now};
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_lint_seen seen;

    if (!pki_lint_bytes(&input, &seen, &findings, err))
        return false;
    if (findings.errors == 0)
        return true;
    pki_lint_findings_describe(&findings, report);
    return pki_fail(err, PKI_E_INVALID, "%s: %zu lint %s of severity error, first of all %s: %s",
                    file->name, findings.errors, findings.errors == 1 ? "finding" : "findings",
                    findings.list[0].rule, findings.list[0].text);
}

/* What Fulcio asks Go when it loads the chain: the last certificate is its only anchor. */
static bool verify_chain(const struct pki_install *install, struct pki_error *err)
{
    const struct pki_certs *chain = &install->chain;
    const struct pki_certs anchor = {.list = &chain->list[chain->n - 1], .n = 1};
    const struct pki_path_request request = {
        .leaf = chain->list[0],
        .anchors = &anchor,
        .untrusted = chain,
        .at = install->now,
        .now = install->now,
        .usage = PKI_OID_CODE_SIGNING,
    };
    struct pki_path_finding finding = {0};
    struct pki_path path = {0};

    return pki_chain_check_order(chain, err) && pki_path_find(&request, &path, &finding, err);
}

static bool judge_chain(struct pki_install *install, struct pki_report *report,
                        struct pki_error *err)
{
    const struct pki_install_file *file = &install->files[PKI_INSTALL_CHAIN];
    pki_scope(pki_buf) name = {0};

    if (!lint_chain(file, install->now, report, err) ||
        !pki_certs_parse(file->name, pki_buf_view(&file->fresh), &install->chain, err))
        return false;
    PKI_CONTEXT(err, "%s", file->name);
    return verify_chain(install, err) &&
           pki_name_attribute(install->chain.list[0]->subject, PKI_OID_COMMON_NAME, &name, err) &&
           pki_buf_take_text(&name, &install->name, err);
}

/* --- key -------------------------------------------------------------------------------------- */

/* Fulcio keeps the passphrase that it was started with, and opens every later key with it. */
static bool is_sealed_otherwise(const struct pki_install_file *file, struct pki_secret *passphrase)
{
    pki_auto(pki_key) key = NULL;
    struct pki_error why = {0};

    return file->kept[0] &&
           !pki_key_file_open(file->name, pki_buf_view(&file->old), passphrase, &key, &why) &&
           why.code == PKI_E_PASSPHRASE;
}

/* Whose key an envelope holds, only its passphrase can tell. */
bool pki_install_try(struct pki_install *install, const struct pki_prompts *prompts,
                     struct pki_error *err)
{
    const struct pki_install_file *file = &install->files[PKI_INSTALL_KEY];
    pki_auto(pki_secret) passphrase = NULL;
    pki_auto(pki_key) key = NULL;

    if (!pki_prompts_ask_passphrase(prompts, file->name, &passphrase, err) ||
        !pki_key_file_open(file->name, pki_buf_view(&file->fresh), passphrase, &key, err))
        return false;
    if (!pki_bytes_equal(pki_key_spki(key), install->chain.list[0]->spki))
        return pki_fail(err, PKI_E_INVALID, "%s is not the key of the first certificate in %s",
                        file->name, install->files[PKI_INSTALL_CHAIN].name);
    if (!pki_key_file_try(key, err))
        return false;
    install->tried = true;
    install->other_passphrase = is_sealed_otherwise(file, passphrase);
    return true;
}

static bool judge_key(const struct pki_install *install, struct pki_error *err)
{
    const struct pki_install_file *file = &install->files[PKI_INSTALL_KEY];
    struct pki_envelope_facts facts = {0};

    if (!pki_envelope_describe(pki_buf_view(&file->fresh), &facts, err))
        return false;
    if (!facts.encrypted)
        return pki_fail(err, PKI_E_POLICY, "%s is not encrypted", file->name);
    return true;
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool read_files(struct pki_install *install, const char *from, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", from);
    pki_scope_fd int dir = -1;

    if (!pki_dir_open(AT_FDCWD, from, &dir, err))
        return false;
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++) {
        if (!pki_file_read(dir, install->files[i].name, PKI_LIMIT_KEY, &install->files[i].fresh,
                           err))
            return false;
    }
    return read_manifest(install, from, dir, err);
}

bool pki_install_read(const struct pki_install_request *request, struct pki_install *install,
                      struct pki_report *report, struct pki_error *err)
{
    return read_files(install, request->from, err) && judge_chain(install, report, err) &&
           judge_key(install, err);
}
