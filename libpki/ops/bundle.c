#include "ops/bundle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x509/oids.h"
#include "x509/pem.h"

static const char root_alone[] =
    "who trusts the root alone trusts every environment below it; use a format that names the "
    "environment's intermediates";

void pki_bundle_clear(struct pki_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_files; i++) {
        pki_buf_clear(&bundle->files[i].content);
        free(bundle->files[i].certs);
    }
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

void pki_bundle_list(struct pki_bundle_file *file, const struct pki_cert *cert)
{
    const struct pki_cert **grown =
        realloc(file->certs, (file->n_certs + 1) * sizeof(const struct pki_cert *));

    if (!grown) {
        file->content.failed = true;
        return;
    }
    file->certs = grown;
    grown[file->n_certs++] = cert;
}

void pki_bundle_put(struct pki_bundle_file *file, const struct pki_cert *cert)
{
    pki_pem_write(&file->content, PKI_PEM_CERTIFICATE, cert->der);
    pki_bundle_list(file, cert);
}

void pki_bundle_put_crossed(struct pki_bundle_file *file, const struct pki_generation *generation)
{
    pki_bundle_put(file, generation->cert);
    for (const struct pki_anchor *root = generation->root; root->cross; root = root->above)
        pki_bundle_put(file, root->cross);
}

void pki_bundle_put_issuing(struct pki_bundle_file *file, const struct pki_generation *generation)
{
    file->order = generation->leaf ? "time-stamping certificate first, then its issuer, root last"
                                   : "issuing certificate first, root last";
    file->usage = pki_generation_usage(generation);
    if (generation->leaf)
        pki_bundle_put(file, generation->leaf);
    pki_bundle_put(file, generation->cert);
    pki_bundle_put(file, generation->root->cert);
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

/* Whether the files of who issues now hold it: one that was lost or has ended would be refused. */
static bool issues(const struct pki_bundle *bundle, const struct pki_generation *generation)
{
    return generation == pki_trust_active(bundle->trust, generation->line->purpose);
}

/* The generation's own chain, root omitted: what a server sends behind its leaf. A second one,
 * crossed, is for whoever knows an older root alone; some who know the new one would follow it too
 * far. */
static bool add_chain(struct pki_bundle *bundle, const struct pki_generation *generation,
                      const char *use, bool crossed, const char *directory, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/%schain.pem", directory,
                        crossed ? PKI_BUNDLE_CROSS : ""))
        return false;
    file->use = crossed ? PKI_BUNDLE_CROSS_USE : use;
    file->order = crossed ? "issuing certificate first, then cross-certificates upward"
                          : "issuing certificate first";
    file->usage = pki_generation_usage(generation);
    if (directory == generation->line->purpose)
        file->next_rotation = pki_generation_rotation(generation);
    if (crossed)
        pki_bundle_put_crossed(file, generation);
    else
        pki_bundle_put(file, generation->cert);
    return true;
}

static bool add_chains(struct pki_bundle *bundle, const struct pki_generation *generation,
                       const char *use, const char *directory, struct pki_error *err)
{
    return add_chain(bundle, generation, use, false, directory, err) &&
           (!pki_generation_is_crossed(generation) ||
            add_chain(bundle, generation, use, true, directory, err));
}

/* That of one that has ended stays for `verify --at`: what it signed before was good. */
static bool compose_chain(struct pki_bundle *bundle, const struct pki_generation *generation,
                          struct pki_error *err)
{
    const char *purpose = generation->line->purpose;
    const char *use = pki_generation_ended(bundle->trust, generation)
                          ? "this generation, without root; it has ended: verify --at"
                          : "this generation, without root";
    char own[PKI_WORD_MAX + 32];

    if (generation->window.leaked)
        return true;
    (void)snprintf(own, sizeof(own), "%s/g%lld", purpose,
                   (long long)generation->authority.generation);
    return (!issues(bundle, generation) ||
            add_chains(bundle, generation, "active generation, without root", purpose, err)) &&
           add_chains(bundle, generation, use, own, err);
}

/* Fulcio takes the last certificate as its only anchor: the root must be there, and last. */
static bool compose_fulcio(struct pki_bundle *bundle, const struct pki_generation *generation,
                           struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!issues(bundle, generation))
        return true;
    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/fulcio/chain.pem",
                        generation->line->purpose))
        return false;
    file->use = "fulcio --fileca-cert";
    file->next_rotation = pki_generation_rotation(generation);
    pki_bundle_put_issuing(file, generation);
    return true;
}

static bool compose_tsa(struct pki_bundle *bundle, const struct pki_generation *generation,
                        struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!issues(bundle, generation) || !generation->leaf)
        return true;
    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%s/tsa/chain.pem",
                        generation->line->purpose))
        return false;
    file->use = "timestamp-server, and cosign";
    file->next_rotation = pki_generation_rotation(generation);
    pki_bundle_put_issuing(file, generation);
    return true;
}

static bool same_line(const struct pki_generation *a, const struct pki_generation *b)
{
    return a->line == b->line;
}

/* Who stands first in the line's lists: the active generation or, when that was lost and nobody was
 * promoted yet, the next; what the others signed must not be lost with it. NULL: without any, a
 * file would hold the root alone, under which every intermediate is trusted. */
static const struct pki_generation *first_of_line(const struct pki_trust *trust,
                                                  const struct pki_line_plan *line)
{
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (generation->line == line && !generation->window.leaked)
            return generation;
    }
    return NULL;
}

/* Whether one of the line's generations hangs under the root, be it by cross-certificates. */
static bool is_above(const struct pki_trust *trust, const struct pki_line_plan *line,
                     const struct pki_anchor *root)
{
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        const struct pki_anchor *above = generation->root;

        if (generation->line != line || generation->window.leaked)
            continue;
        while (above && above != root)
            above = above->above;
        if (above)
            return true;
    }
    return false;
}

/* Of the roots above the line, each once, or of those that lead to one; whether there is any. */
static bool put_crosses(struct pki_bundle_file *file, const struct pki_trust *trust,
                        const struct pki_line_plan *line, const struct pki_anchor *oldest)
{
    bool any = false;

    for (size_t i = 0; i < trust->n_roots; i++) {
        const struct pki_anchor *root = &trust->roots[i];

        if (!root->cross || !is_above(trust, line, root) ||
            (oldest && pki_trust_oldest(root) != oldest))
            continue;
        pki_bundle_put(file, root->cross);
        any = true;
    }
    return any;
}

static const char *pool_order(bool crossed, bool with_root)
{
    if (crossed)
        return with_root ? "active, next, older intermediates; cross-certificates; one root, last"
                         : "active, next, older intermediates; cross-certificates";
    return with_root ? "active, next, older intermediates; one root, last"
                     : "active, next, older intermediates";
}

/* All of the line's intermediates; cosign takes the last certificate of a chain file as anchor, so
 * the chain file holds one root: the oldest that leads to the first generation, and only what hangs
 * under it, be it by cross-certificates. */
static bool compose_pool(struct pki_bundle *bundle, const struct pki_generation *first,
                         const char *name, bool with_root, struct pki_error *err)
{
    const struct pki_trust *trust = bundle->trust;
    const struct pki_anchor *oldest = pki_trust_oldest(first->root);
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_POOL, &file, err, "%s/cosign/%s", first->line->purpose,
                        name))
        return false;
    file->use = with_root ? "cosign --certificate-chain" : "cosign --ca-intermediates";
    file->usage = PKI_OID_CODE_SIGNING;
    if (first->authority.state == PKI_STATE_ACTIVE)
        file->next_rotation = pki_generation_rotation(first);
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (generation->window.leaked)
            continue;
        if (same_line(generation, first) &&
            (!with_root || pki_trust_oldest(generation->root) == oldest))
            pki_bundle_put(file, generation->cert);
    }
    file->order =
        pool_order(put_crosses(file, trust, first->line, with_root ? oldest : NULL), with_root);
    if (with_root)
        pki_bundle_put(file, oldest->cert);
    return true;
}

static bool compose_cosign(struct pki_bundle *bundle, const struct pki_generation *generation,
                           struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (generation != first_of_line(bundle->trust, generation->line))
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

/* --- the whole ----------------------------------------------------------------------------- */

static bool compose_generation(struct pki_bundle *bundle, const struct pki_generation *generation,
                               struct pki_error *err)
{
    if (!compose_chain(bundle, generation, err))
        return false;
    if (pki_generation_is(generation, PKI_PROFILE_CODE_SIGNING_CA))
        return compose_fulcio(bundle, generation, err) && compose_cosign(bundle, generation, err);
    return compose_tsa(bundle, generation, err);
}

static bool is_wanted(const struct pki_bundle *bundle, const struct pki_generation *generation)
{
    return !bundle->purpose || strcmp(bundle->purpose, generation->line->purpose) == 0;
}

/* Sigstore's files are of no use to another line. */
static bool wants_sigstore(const struct pki_bundle *bundle)
{
    for (size_t i = 0; i < bundle->trust->n_generations; i++) {
        const struct pki_generation *generation = &bundle->trust->generations[i];
        if (is_wanted(bundle, generation) &&
            (pki_generation_is(generation, PKI_PROFILE_CODE_SIGNING_CA) ||
             pki_generation_is(generation, PKI_PROFILE_TIME_STAMPING_CA)))
            return true;
    }
    return false;
}

bool pki_bundle_compose(struct pki_bundle *bundle, const char *logs, struct pki_error *err)
{
    const struct pki_trust *trust = bundle->trust;

    if (trust->n_generations == 0) {
        return pki_fail(err, PKI_E_STATE,
                        "nothing of %s is trusted: issue one of its lines first; after a "
                        "compromise remove exports/%s and what was published of it",
                        trust->environment, trust->environment);
    }
    if (!compose_anchors(bundle, err))
        return false;
    for (size_t i = 0; i < trust->n_generations; i++) {
        if (is_wanted(bundle, &trust->generations[i]) &&
            !compose_generation(bundle, &trust->generations[i], err))
            return false;
    }
    return (!wants_sigstore(bundle) || pki_bundle_sigstore(bundle, logs, err)) &&
           pki_bundle_crls(bundle, err) && pki_bundle_manifest(bundle, err);
}
