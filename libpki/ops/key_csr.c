/*
 * A key and its request on the host that will use it: no cellar, no network,
 * two files in a directory of their own.
 */
#include "pki/key.h"

#include "base/file.h"
#include "base/text.h"
#include "crypto/dice.h"
#include "ops/export_target.h"
#include "ops/key_file.h"
#include "ops/prompts.h"
#include "x509/build.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/request.h"

#define KEY_FILE     "key.key"
#define REQUEST_FILE "key.csr"
#define PROMPT       "key" /* what --passphrase-file calls it */

/* --- in memory ----------------------------------------------------------------------------- */

static bool judge(const struct pki_key_csr_request *request, const struct pki_algorithm **algorithm,
                  struct pki_name *name, struct pki_error *err)
{
    const char *wanted = request->algorithm ? request->algorithm : "ecdsa-p384";
    struct pki_error why = {0};

    *algorithm = pki_algorithm_find(wanted);
    if (!*algorithm) {
        return pki_fail(err, PKI_E_USAGE,
                        "\"%.40s\" is not an algorithm; take ecdsa-p256, ecdsa-p384, ecdsa-p521, "
                        "rsa-3072, rsa-4096 or ed25519",
                        wanted);
    }
    *name = (struct pki_name){request->country, request->organization, request->common_name};
    return pki_name_judge(name, &why) || pki_fail(err, PKI_E_USAGE, "%s", why.text);
}

/* With the rolls, if it takes any, which may be more than were asked for. */
static bool make_key(const struct pki_algorithm *algorithm, struct pki_secret *rolls,
                     struct pki_key **key, struct pki_error *err)
{
    return rolls ? pki_key_generate_with(algorithm, rolls, key, err)
                 : pki_key_generate(algorithm, key, err);
}

static bool ask_rolls(const struct pki_key_csr_request *request,
                      const struct pki_algorithm *algorithm, const struct pki_prompts *prompts,
                      struct pki_secret **rolls, struct pki_error *err)
{
    return request->dice == 0 || (pki_dice_suit(algorithm, err) &&
                                  pki_prompts_ask_rolls(prompts, request->dice, rolls, err));
}

/* CertificationRequest (RFC 2986 4.2) has the outer shape of Certificate: body, algorithm, bits. */
static bool make_request(const struct pki_key *key, const struct pki_name *name,
                         struct pki_buf *pem, struct pki_error *err)
{
    pki_scope(pki_buf) subject = {0};
    pki_scope(pki_buf) body = {0};
    pki_scope(pki_buf) signature = {0};
    pki_scope(pki_buf) der = {0};
    pki_auto(pki_request) read = NULL;

    if (!pki_name_build(name, &subject, err) ||
        !pki_request_body_build(pki_buf_view(&subject), pki_key_spki(key), &body, err) ||
        !pki_key_sign(key, pki_buf_view(&body), &signature, err) ||
        !pki_certificate_assemble(pki_buf_view(&body), pki_key_algorithm_of(key),
                                  pki_buf_view(&signature), &der, err))
        return false;
    pki_pem_write(pem, PKI_PEM_REQUEST, pki_buf_view(&der));
    return pki_buf_ok(pem, err) && pki_request_parse(REQUEST_FILE, pki_buf_view(pem), &read, err) &&
           pki_request_judge(read, err);
}

/* --- on disk ------------------------------------------------------------------------------- */

static bool write_files(int dir, const struct pki_key_seal *seal, struct pki_bytes pem,
                        struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    return pki_key_file_write(dir, KEY_FILE, seal, sha256, err) &&
           pki_file_write_new(dir, REQUEST_FILE, 0644, pem, err);
}

/* Complete and tested under another name, then named in one step. */
static bool write_directory(struct pki_target *target, const struct pki_key_seal *seal,
                            struct pki_bytes pem, struct pki_error *err)
{
    pki_scope_fd int dir = -1;

    return pki_target_begin(target, &dir, err) && write_files(dir, seal, pem, err) &&
           pki_target_finish(target, err);
}

/* --- the duty ------------------------------------------------------------------------------ */

static void tell(const struct pki_key_csr_request *request, const struct pki_key *key,
                 const struct pki_secret *rolls, struct pki_report *report)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256(pki_key_spki(key), sha256);
    pki_report_text(report, "Common name", "%s", request->common_name ? request->common_name : "-");
    pki_report_text(report, "Algorithm", "%s", pki_key_algorithm_of(key)->title);
    pki_report_fingerprint(report, "Key fingerprint", sha256);
    if (rolls)
        pki_report_integer(report, "Rolls of dice", (int64_t)pki_secret_size(rolls));
    pki_report_text(report, "Key file", "%s/" KEY_FILE, request->to);
    pki_report_text(report, "Request", "%s/" REQUEST_FILE, request->to);
    pki_report_note(report, "Next", PKI_TONE_PLAIN,
                    "Carry the request, not the key, to the cellar; there:");
    pki_report_next(report, "cellar issue ENV PURPOSE --csr " REQUEST_FILE);
}

bool pki_key_csr(const struct pki_key_csr_request *request, const struct pki_prompts *prompts,
                 struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "key csr");
    const struct pki_algorithm *algorithm = NULL;
    struct pki_name name;
    pki_auto(pki_key) key = NULL;
    pki_auto(pki_secret) rolls = NULL;
    pki_auto(pki_secret) passphrase = NULL;
    pki_scope(pki_buf) pem = {0};
    pki_scope(pki_target) target = {.above = -1};

    if (!judge(request, &algorithm, &name, err) ||
        !pki_target_open(&target, request->to, false, err))
        return false;
    if (request->dry_run) {
        pki_report_text(report, "Would write", "%s/" KEY_FILE ", %s/" REQUEST_FILE, request->to,
                        request->to);
        return pki_report_ok(report, err);
    }
    if (!ask_rolls(request, algorithm, prompts, &rolls, err) ||
        !pki_prompts_ask_fresh(prompts, PROMPT, NULL, &passphrase, err) ||
        !make_key(algorithm, rolls, &key, err) || !make_request(key, &name, &pem, err))
        return false;
    const struct pki_key_seal seal = {PROMPT, key, passphrase};
    if (!write_directory(&target, &seal, pki_buf_view(&pem), err))
        return false;
    pki_target_warn(&target, report);
    tell(request, key, rolls, report);
    return pki_report_ok(report, err);
}
