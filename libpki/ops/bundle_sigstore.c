/*
 * Sigstore's files of an environment: trusted_root.json with an entry a
 * generation, and signing_config.v0.2.json.
 */
#include "ops/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "x509/name.h"
#include "x509/sigstore.h"

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
    entry->start = generation->window.start;
    entry->has_end = generation->window.has_end;
    entry->end = generation->window.end;
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
        if (pki_generation_is(generation, PKI_PROFILE_CODE_SIGNING_CA))
            fill_entry(&sigstore->authorities[sigstore->n_authorities++], generation, subject);
        else if (pki_generation_is(generation, PKI_PROFILE_TIME_STAMPING_CA) && generation->leaf)
            fill_entry(&sigstore->timestamps[sigstore->n_timestamps++], generation, subject);
    }
    qsort(sigstore->authorities, sigstore->n_authorities, sizeof(*sigstore->authorities), by_start);
    qsort(sigstore->timestamps, sigstore->n_timestamps, sizeof(*sigstore->timestamps), by_start);
    return true;
}

/* The certificates of a trusted root, for its manifest line. */
static void list_certs(struct pki_bundle_file *file, const struct pki_trust *trust)
{
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (!pki_generation_is(generation, PKI_PROFILE_CODE_SIGNING_CA) &&
            !pki_generation_is(generation, PKI_PROFILE_TIME_STAMPING_CA))
            continue;
        if (generation->leaf)
            pki_bundle_list(file, generation->leaf);
        pki_bundle_list(file, generation->cert);
    }
    for (size_t i = 0; i < trust->n_roots; i++)
        pki_bundle_list(file, trust->roots[i].cert);
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
        .start = code_signing->window.start,
    };
    if (!pki_bundle_add(bundle, PKI_BUNDLE_TEXT, &file, err, "sigstore/signing_config.v0.2.json"))
        return false;
    file->use = "cosign --signing-config";
    return pki_signing_config_write(&config, &file->content, err);
}

bool pki_bundle_sigstore(struct pki_bundle *bundle, const char *logs, struct pki_error *err)
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
        if (pki_generation_is(&bundle->trust->generations[i], PKI_PROFILE_CODE_SIGNING_CA))
            code_signing = &bundle->trust->generations[i];
    return compose_signing_config(bundle, code_signing, err);
}
