#include "ops/bundle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x509/name.h"
#include "x509/oids.h"
#include "x509/pem.h"
#include "x509/sigstore.h"

static const char root_alone[] =
    "who trusts the root alone trusts every environment below it; use a format that names the "
    "environment's intermediates";

void pki_bundle_clear(struct pki_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_files; i++)
        pki_buf_clear(&bundle->files[i].content);
    free(bundle->files);
    *bundle = (struct pki_bundle){0};
}

bool pki_bundle_add(struct pki_bundle *bundle, enum pki_bundle_kind kind,
                    struct pki_bundle_file **file, struct pki_error *err, const char *path, ...)
{
    struct pki_bundle_file *grown =
        realloc(bundle->files, (bundle->n_files + 1) * sizeof(*bundle->files));
    va_list args;

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    bundle->files = grown;
    *file = &grown[bundle->n_files++];
    memset(*file, 0, sizeof(**file));
    (*file)->kind = kind;
    va_start(args, path);
    int n = vsnprintf((*file)->path, sizeof((*file)->path), path, args);
    va_end(args);
    return (n > 0 && (size_t)n < sizeof((*file)->path)) ||
           pki_fail(err, PKI_E_STATE, "path of an export is too long: %s", (*file)->path);
}

void pki_bundle_put(struct pki_bundle_file *file, const struct pki_cert *cert)
{
    pki_pem_write(&file->content, PKI_PEM_CERTIFICATE, cert->der);
    if (file->n_certs < PKI_BUNDLE_CERTS)
        file->certs[file->n_certs++] = cert;
}

struct pki_bytes pki_bundle_bytes(const struct pki_bundle_file *file)
{
    return file->mapped.data ? file->mapped : pki_buf_view(&file->content);
}

/* --- PEM files ------------------------------------------------------------------------------ */

static bool compose_anchors(struct pki_bundle *bundle, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_ANCHORS, &file, err, "anchors.pem"))
        return false;
    file->use = "trust anchors: openssl -CAfile";
    file->order = "roots only";
    file->not_separate = root_alone;
    for (size_t i = 0; i < bundle->trust->n_roots; i++)
        pki_bundle_put(file, bundle->trust->roots[i].cert);
    return true;
}

/* The generation's own chain, root omitted: what a server sends behind its leaf. */
static bool compose_chain(struct pki_bundle *bundle, const struct pki_generation *generation,
                          struct pki_error *err)
{
    const char *purpose = generation->line->purpose;
    struct pki_bundle_file *file = NULL;
    bool active = generation->authority.state == PKI_STATE_ACTIVE;

    if (generation->windows_only)
        return true;
    if (active) {
        if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/chain.pem", purpose))
            return false;
        file->use = "active generation, without root";
        file->order = "issuing certificate first";
        file->usage = pki_generation_usage(generation);
        file->next_rotation = pki_generation_rotation(generation);
        pki_bundle_put(file, generation->cert);
    }
    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/g%lld/chain.pem", purpose,
                        (long long)generation->authority.generation))
        return false;
    file->use = "this generation, without root";
    file->order = "issuing certificate first";
    file->usage = pki_generation_usage(generation);
    pki_bundle_put(file, generation->cert);
    return true;
}

/* Fulcio takes the last certificate as its only anchor: the root must be there, and last. */
static bool compose_fulcio(struct pki_bundle *bundle, const struct pki_generation *generation,
                           struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (generation->authority.state != PKI_STATE_ACTIVE)
        return true;
    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/fulcio/chain.pem",
                        generation->line->purpose))
        return false;
    file->use = "fulcio --fileca-cert";
    file->order = "issuing certificate first, root last";
    file->usage = PKI_OID_CODE_SIGNING;
    file->next_rotation = pki_generation_rotation(generation);
    pki_bundle_put(file, generation->cert);
    pki_bundle_put(file, generation->root->cert);
    return true;
}

static bool compose_tsa(struct pki_bundle *bundle, const struct pki_generation *generation,
                        struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (generation->authority.state != PKI_STATE_ACTIVE || !generation->leaf)
        return true;
    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/tsa/chain.pem",
                        generation->line->purpose))
        return false;
    file->use = "timestamp-server, and cosign";
    file->order = "time-stamping certificate first, then its issuer, root last";
    file->usage = PKI_OID_TIME_STAMPING;
    file->next_rotation = pki_generation_rotation(generation);
    pki_bundle_put(file, generation->leaf);
    pki_bundle_put(file, generation->cert);
    pki_bundle_put(file, generation->root->cert);
    return true;
}

static bool same_line(const struct pki_generation *a, const struct pki_generation *b)
{
    return a->line == b->line;
}

/* All of the line's intermediates; cosign takes the last certificate of a chain file as anchor, so
 * the chain file holds one root: that of the active generation, and only what hangs under it. */
static bool compose_pool(struct pki_bundle *bundle, const struct pki_generation *active,
                         const char *name, bool with_root, struct pki_error *err)
{
    const struct pki_trust *trust = bundle->trust;
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_POOL, &file, err, "%s/cosign/%s", active->line->purpose,
                        name))
        return false;
    file->use = with_root ? "cosign --certificate-chain" : "cosign --ca-intermediates";
    file->order = with_root ? "active, next, older intermediates; one root, last"
                            : "active, next, older intermediates";
    file->usage = PKI_OID_CODE_SIGNING;
    file->next_rotation = pki_generation_rotation(active);
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (generation->windows_only)
            continue;
        if (same_line(generation, active) && (!with_root || generation->root == active->root))
            pki_bundle_put(file, generation->cert);
    }
    if (with_root)
        pki_bundle_put(file, active->root->cert);
    return true;
}

static bool compose_cosign(struct pki_bundle *bundle, const struct pki_generation *generation,
                           struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (generation->authority.state != PKI_STATE_ACTIVE)
        return true;
    if (!compose_pool(bundle, generation, "chain.pem", true, err) ||
        !pki_bundle_add(bundle, PKI_BUNDLE_ANCHORS, &file, err, "%s/cosign/ca-roots.pem",
                        generation->line->purpose))
        return false;
    file->use = "cosign --ca-roots, with the next";
    file->order = "roots only";
    file->not_separate = root_alone;
    for (size_t i = 0; i < bundle->trust->n_roots; i++)
        pki_bundle_put(file, bundle->trust->roots[i].cert);
    return compose_pool(bundle, generation, "ca-intermediates.pem", false, err);
}

/* --- Sigstore ------------------------------------------------------------------------------- */

static bool is_profile(const struct pki_generation *generation, enum pki_profile_id id)
{
    return generation->line->profile->id == id;
}

/* Organization and common name of the root: what production writes as an entry's subject. */
struct subject {
    char *organization, *common_name;
};

static void subject_clear(struct subject *subject)
{
    free(subject->organization);
    free(subject->common_name);
}

static bool attribute(const struct pki_cert *cert, const char *oid, char **text,
                      struct pki_error *err)
{
    pki_scope(pki_buf) buf = {0};

    return pki_name_attribute(cert->subject, oid, &buf, err) && pki_buf_take_text(&buf, text, err);
}

static int by_start(const void *left, const void *right)
{
    const struct pki_trust_entry *a = left;
    const struct pki_trust_entry *b = right;

    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return memcmp(a->certificates[0].data, b->certificates[0].data,
                  a->certificates[0].size < b->certificates[0].size ? a->certificates[0].size
                                                                    : b->certificates[0].size);
}

/* An entry a generation, never several intermediates in one (sigstore.md 5.1.5). */
static void fill_entry(struct pki_trust_entry *entry, const struct pki_generation *generation,
                       const struct subject *subject)
{
    entry->organization = subject->organization;
    entry->common_name = subject->common_name;
    entry->uri = generation->leaf ? generation->line->tsa : generation->line->fulcio;
    entry->start = generation->start;
    entry->has_end = generation->has_end;
    entry->end = generation->end;
    if (generation->leaf)
        entry->certificates[entry->n_certificates++] = generation->leaf->der;
    entry->certificates[entry->n_certificates++] = generation->cert->der;
    entry->certificates[entry->n_certificates++] = generation->root->cert->der;
}

struct sigstore {
    struct pki_trust_entry *authorities, *timestamps;
    struct subject *subjects; /* one a root, same order */
    size_t n_authorities, n_timestamps, n_subjects;
};

static void sigstore_clear(struct sigstore *sigstore)
{
    for (size_t i = 0; i < sigstore->n_subjects; i++)
        subject_clear(&sigstore->subjects[i]);
    free(sigstore->subjects);
    free(sigstore->authorities);
    free(sigstore->timestamps);
}

static bool name_roots(const struct pki_trust *trust, struct sigstore *sigstore,
                       struct pki_error *err)
{
    for (size_t i = 0; i < trust->n_roots; i++) {
        struct subject *subject = &sigstore->subjects[sigstore->n_subjects++];
        const struct pki_cert *cert = trust->roots[i].cert;
        if (!attribute(cert, PKI_OID_ORGANIZATION, &subject->organization, err) ||
            !attribute(cert, PKI_OID_COMMON_NAME, &subject->common_name, err))
            return false;
    }
    return true;
}

static bool collect(const struct pki_trust *trust, struct sigstore *sigstore, struct pki_error *err)
{
    sigstore->authorities = calloc(trust->n_generations + 1, sizeof(*sigstore->authorities));
    sigstore->timestamps = calloc(trust->n_generations + 1, sizeof(*sigstore->timestamps));
    sigstore->subjects = calloc(trust->n_roots + 1, sizeof(*sigstore->subjects));
    if (!sigstore->authorities || !sigstore->timestamps || !sigstore->subjects)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!name_roots(trust, sigstore, err))
        return false;
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        const struct subject *subject = &sigstore->subjects[generation->root - trust->roots];
        if (is_profile(generation, PKI_PROFILE_CODE_SIGNING_CA))
            fill_entry(&sigstore->authorities[sigstore->n_authorities++], generation, subject);
        else if (is_profile(generation, PKI_PROFILE_TIME_STAMPING_CA) && generation->leaf)
            fill_entry(&sigstore->timestamps[sigstore->n_timestamps++], generation, subject);
    }
    qsort(sigstore->authorities, sigstore->n_authorities, sizeof(*sigstore->authorities), by_start);
    qsort(sigstore->timestamps, sigstore->n_timestamps, sizeof(*sigstore->timestamps), by_start);
    return true;
}

/* The certificates of a trusted root, for its manifest line. */
static void list_certs(struct pki_bundle_file *file, const struct pki_trust *trust)
{
    for (size_t i = 0; i < trust->n_generations && file->n_certs + 2 < PKI_BUNDLE_CERTS; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (!is_profile(generation, PKI_PROFILE_CODE_SIGNING_CA) &&
            !is_profile(generation, PKI_PROFILE_TIME_STAMPING_CA))
            continue;
        if (generation->leaf)
            file->certs[file->n_certs++] = generation->leaf;
        file->certs[file->n_certs++] = generation->cert;
    }
    for (size_t i = 0; i < trust->n_roots && file->n_certs < PKI_BUNDLE_CERTS; i++)
        file->certs[file->n_certs++] = trust->roots[i].cert;
}

static bool compose_signing_config(struct pki_bundle *bundle,
                                   const struct pki_generation *code_signing, struct pki_error *err)
{
    const struct pki_line_plan *line = code_signing ? code_signing->line : NULL;
    struct pki_bundle_file *file = NULL;

    if (!line || !line->fulcio)
        return true; /* no services in the hierarchy: nothing to point clients at */
    const struct pki_signing_config config = {
        .fulcio = line->fulcio,
        .oidc = line->oidc,
        .tsa = line->tsa,
        .start = code_signing->start,
    };
    if (!pki_bundle_add(bundle, PKI_BUNDLE_TEXT, &file, err, "sigstore/signing_config.v0.2.json"))
        return false;
    file->use = "cosign --signing-config";
    return pki_signing_config_write(&config, &file->content, err);
}

static bool compose_sigstore(struct pki_bundle *bundle, const char *logs, struct pki_error *err)
{
    __attribute__((__cleanup__(sigstore_clear))) struct sigstore sigstore = {0};
    const struct pki_generation *code_signing = NULL;
    struct pki_bundle_file *file = NULL;

    if (!collect(bundle->trust, &sigstore, err))
        return false;
    if (sigstore.n_authorities + sigstore.n_timestamps == 0)
        return true;
    const struct pki_trusted_root root = {
        .authorities = sigstore.authorities,
        .n_authorities = sigstore.n_authorities,
        .timestamps = sigstore.timestamps,
        .n_timestamps = sigstore.n_timestamps,
        .logs = logs,
    };
    if (!pki_bundle_add(bundle, PKI_BUNDLE_TRUSTED_ROOT, &file, err, "sigstore/trusted_root.json"))
        return false;
    file->use = "cosign --trusted-root";
    file->order = "one entry a generation, oldest first; in each the issuing one first, root last";
    list_certs(file, bundle->trust);
    if (!pki_trusted_root_write(&root, &file->content, err))
        return false;
    for (size_t i = 0; i < bundle->trust->n_generations && !code_signing; i++)
        if (is_profile(&bundle->trust->generations[i], PKI_PROFILE_CODE_SIGNING_CA))
            code_signing = &bundle->trust->generations[i];
    return compose_signing_config(bundle, code_signing, err);
}

static bool compose_generation(struct pki_bundle *bundle, const struct pki_generation *generation,
                               struct pki_error *err)
{
    if (!compose_chain(bundle, generation, err))
        return false;
    if (is_profile(generation, PKI_PROFILE_CODE_SIGNING_CA))
        return compose_fulcio(bundle, generation, err) && compose_cosign(bundle, generation, err);
    return compose_tsa(bundle, generation, err);
}

bool pki_bundle_compose(struct pki_bundle *bundle, const char *logs, struct pki_error *err)
{
    const struct pki_trust *trust = bundle->trust;

    if (trust->n_generations == 0)
        return pki_fail(err, PKI_E_STATE,
                        "nothing of %s is trusted: issue one of its lines first; after a "
                        "compromise remove exports/%s and what was published of it",
                        trust->environment, trust->environment);
    if (!compose_anchors(bundle, err))
        return false;
    for (size_t i = 0; i < trust->n_generations; i++)
        if (!compose_generation(bundle, &trust->generations[i], err))
            return false;
    return compose_sigstore(bundle, logs, err) && pki_bundle_crls(bundle, err) &&
           pki_bundle_manifest(bundle, err);
}
