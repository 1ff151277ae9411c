/*
 * Finding a valid path: the shortest one found is validated; where it fails,
 * the certificate or the step at fault is left out and the search goes on. All
 * bounds are on work, not on what a pile may hold: ten thousand certificates
 * that sign each other in circles cost a sort and a few hundred signatures.
 */
#include <assert.h>

#include "x509/chain_graph.h"
#include "x509/name.h"

struct search {
    struct pki_path_work *work;
    struct pki_graph graph;
    unsigned attempts;
};

/* What the path that came furthest was refused for. */
struct best {
    enum pki_path_stage stage;
    struct pki_path path;
    struct pki_path_finding finding;
};

static void keep_best(struct best *best, const struct pki_path *path,
                      const struct pki_path_fault *fault, const struct pki_error *why)
{
    if (fault->stage <= best->stage)
        return;
    best->stage = fault->stage;
    best->path = *path;
    best->finding = (struct pki_path_finding){
        .position = fault->position, .cert = path->certs[fault->position], .why = *why};
}

/* False without an error: no way is left. */
static bool try_paths(struct search *search, bool fit_only, struct best *best,
                      struct pki_path *path, struct pki_error *err)
{
    size_t places[PKI_CHAIN_MAX];

    for (; search->attempts < PKI_PATH_ATTEMPTS_MAX; search->attempts++) {
        struct pki_path_fault fault = {.stage = PKI_STAGE_NONE};
        struct pki_error why = {0};
        if (!pki_graph_reach(&search->graph, fit_only, path, places, err))
            return false;
        if (pki_path_validate(search->work, path, &fault, &why))
            return true;
        if (why.code == PKI_E_MEMORY)
            return pki_fail(err, why.code, "%s", why.text);
        keep_best(best, path, &fault, &why);
        /* unfit ones are walked once, to say why; a leaf at fault is so on every path */
        if (!fit_only || (fault.certificate && fault.position == 0))
            return false;
        pki_graph_leave_out(&search->graph, &fault, places);
    }
    return false;
}

/* No way reaches an anchor: says whose issuer is missing. */
static bool fail_dead_end(const struct pki_graph *graph, const struct pki_path *path,
                          struct pki_error *err)
{
    char issuer[PKI_LABEL];
    char label[PKI_LABEL];

    assert(path->n > 0); /* the leaf at least */
    const struct pki_cert *cert = path->certs[path->n - 1];
    pki_name_label(cert->issuer, issuer);
    pki_name_label(cert->subject, label);
    if (path->n == PKI_CHAIN_MAX)
        return pki_fail(err, PKI_E_INVALID, "no path of at most %d certificates to an anchor",
                        PKI_CHAIN_MAX);
    if (pki_name_equal(cert->subject, cert->issuer)) {
        return pki_fail(err, PKI_E_INVALID,
                        "no path: certificate %zu (%s) is its own issuer and not among the anchors",
                        path->n, label);
    }
    switch (pki_graph_knows_issuer(graph, cert)) {
    case PKI_ISSUER_KNOWN:
        return pki_fail(err, PKI_E_INVALID,
                        "no path: the issuer %s of certificate %zu (%s) is there, but it leads to "
                        "no anchor",
                        issuer, path->n, label);
    case PKI_ISSUER_OTHER_KEY:
        return pki_fail(err, PKI_E_INVALID,
                        "no path: certificate %zu (%s) was issued by another key of %s than the "
                        "one among the anchors and intermediates (RFC 5280 4.2.1.1)",
                        path->n, label, issuer);
    default:
        return pki_fail(err, PKI_E_INVALID,
                        "no path: the issuer %s of certificate %zu (%s) is neither among the "
                        "anchors nor the intermediates",
                        issuer, path->n, label);
    }
}

static bool fail_best(const struct best *best, struct pki_path *path,
                      struct pki_path_finding *finding, struct pki_error *err)
{
    char label[PKI_LABEL];

    *path = best->path;
    *finding = best->finding;
    return pki_fail(err, PKI_E_INVALID, "certificate %zu (%s) %s%s", finding->position + 1,
                    pki_name_label(finding->cert->subject, label),
                    finding->why.code == PKI_E_FORMAT ? "is malformed: " : "", finding->why.text);
}

/* First among the certificates that can issue; if that leads nowhere, among all, to say why. */
static bool run(struct search *search, struct pki_path *path, struct pki_path_finding *finding,
                struct pki_error *err)
{
    struct best best = {.stage = PKI_STAGE_NONE};
    struct pki_path found = {.n = 0};

    for (int pass = 0; pass < 2 && best.stage == PKI_STAGE_NONE; pass++) {
        if (try_paths(search, pass == 0, &best, &found, err)) {
            *path = found;
            return true;
        }
        if (err->code != PKI_OK)
            return false;
    }
    if (best.stage != PKI_STAGE_NONE)
        return fail_best(&best, path, finding, err);
    fail_dead_end(&search->graph, &found, err);
    *path = found;
    *finding = (struct pki_path_finding){
        .position = found.n - 1, .cert = found.certs[found.n - 1], .why = *err};
    return false;
}

static bool is_anchor(const struct pki_path_request *request)
{
    for (size_t i = 0; i < request->anchors->n; i++) {
        if (memcmp(request->anchors->list[i]->fingerprint, request->leaf->fingerprint,
                   PKI_SHA256_SIZE) == 0)
            return true;
    }
    return false;
}

/* A leaf that is itself an anchor is a path of one. */
static bool check_single(struct pki_path_work *work, struct pki_path *path,
                         struct pki_path_finding *finding, struct pki_error *err)
{
    struct best best = {.stage = PKI_STAGE_NONE};
    struct pki_path single = {.certs = {work->request->leaf}, .n = 1};
    struct pki_path_fault fault = {.stage = PKI_STAGE_NONE};
    struct pki_error why = {0};

    if (pki_path_validate(work, &single, &fault, &why)) {
        *path = single;
        return true;
    }
    keep_best(&best, &single, &fault, &why);
    return fail_best(&best, path, finding, err);
}

bool pki_path_search(struct pki_path_work *work, struct pki_path *path,
                     struct pki_path_finding *finding, struct pki_error *err)
{
    struct search search = {.work = work};

    if (is_anchor(work->request))
        return check_single(work, path, finding, err);
    bool found =
        pki_graph_open(work->request, &search.graph, err) && run(&search, path, finding, err);
    pki_graph_clear(&search.graph);
    return found;
}

bool pki_path_find(const struct pki_path_request *request, struct pki_path *path,
                   struct pki_path_finding *finding, struct pki_error *err)
{
    struct pki_path_work work = {.request = request};

    return pki_path_search(&work, path, finding, err);
}
