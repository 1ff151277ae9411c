/*
 * Who may have issued whom: candidates sorted by subject and key identifier,
 * searched breadth-first from the leaf, each queued once. What was found at
 * fault is left out of the next search.
 */
#ifndef PKI_X509_CHAIN_GRAPH_H
#define PKI_X509_CHAIN_GRAPH_H

#include "x509/path.h"

struct pki_node {
    const struct pki_cert *cert; /* NULL: of the pile and not read yet */
    size_t place;                /* in the pile */
    struct pki_skim skim;
    uint64_t subject, issuer; /* hashes of the folded names */
    bool anchor;
    bool copy;    /* of the leaf, or of another candidate */
    bool unfit;   /* once read: cannot issue anything, or was found at fault */
    bool partial; /* some of its issuers are left out */
    size_t below; /* whom it would have issued */
    unsigned depth;
    size_t skip; /* the next candidate from here on that is not queued, or a shorter way to it */
};

struct pki_edge {
    size_t child, issuer;
};

struct pki_graph {
    const struct pki_path_request *request;
    bool fit_only;
    struct pki_node *nodes; /* candidates, sorted; the leaf is the one after the last */
    size_t n;
    size_t *queue;
    size_t n_queued;
    struct pki_edge left_out[PKI_PATH_ATTEMPTS_MAX];
    size_t n_left_out;
};

PKI_CHECKED bool pki_graph_open(const struct pki_path_request *request, struct pki_graph *graph,
                                struct pki_error *err);
void pki_graph_clear(struct pki_graph *graph);

/** The shortest way to an anchor; false: there is none, and path is the longest one tried.
 *  fit_only passes over what cannot issue certificates. places: the nodes of path.
 *  Fails: PKI_E_FORMAT the way leads over a certificate that is malformed; PKI_E_MEMORY */
bool pki_graph_reach(struct pki_graph *graph, bool fit_only, struct pki_path *path,
                     size_t places[PKI_CHAIN_MAX], struct pki_error *err);
/** Never try this again: at most PKI_PATH_ATTEMPTS_MAX times. */
void pki_graph_leave_out(struct pki_graph *graph, const struct pki_path_fault *fault,
                         const size_t places[PKI_CHAIN_MAX]);

enum pki_issuer_known {
    PKI_ISSUER_UNKNOWN,
    PKI_ISSUER_OTHER_KEY,
    PKI_ISSUER_KNOWN
};

/** Whether any candidate has the name, and the key identifier, of this certificate's issuer. */
enum pki_issuer_known pki_graph_knows_issuer(const struct pki_graph *graph,
                                             const struct pki_cert *cert);

#endif
