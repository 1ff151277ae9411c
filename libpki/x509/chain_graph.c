#include "x509/chain_graph.h"

#include "asn1/walk.h"
#include "x509/name.h"

enum {
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31
};

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* FNV-1a, 64 bits. Whoever makes names collide gets what the same name for all gets: more
 * candidates, which the bounds of a search are made for. */
static uint64_t hash_more(uint64_t hash, uint8_t c)
{
    return (hash ^ c) * UINT64_C(0x100000001b3);
}

/* Adds up hashes of the attributes without case and white space: names that are equal by RFC 5280
 * 7.1 have equal sums. The converse is checked when a path is validated. */
static bool add_attribute(struct pki_bytes pair, uint64_t *sum, struct pki_error *err)
{
    struct pki_element type;
    struct pki_element value;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    if (!pki_walk_expect(&pair, TAG_OID, &type, err) || !pki_walk_next(&pair, &value, err))
        return false;
    for (size_t i = 0; i < type.content.size; i++)
        hash = hash_more(hash, type.content.data[i]);
    for (size_t i = 0; i < value.content.size; i++)
        if (value.content.data[i] > ' ')
            hash = hash_more(hash, lower(value.content.data[i]));
    *sum += hash;
    return true;
}

static uint64_t hash_name(struct pki_bytes name)
{
    struct pki_error ignored = {0};
    struct pki_element whole;
    struct pki_element set;
    struct pki_element pair;
    uint64_t sum = 0;

    if (!pki_walk_expect(&name, TAG_SEQUENCE, &whole, &ignored))
        return 0;
    while (pki_walk_peek(whole.content) == TAG_SET &&
           pki_walk_next(&whole.content, &set, &ignored)) {
        while (pki_walk_peek(set.content) == TAG_SEQUENCE &&
               pki_walk_next(&set.content, &pair, &ignored))
            if (!add_attribute(pair.content, &sum, &ignored))
                return sum;
    }
    return sum;
}

static int compare_bytes(struct pki_bytes a, struct pki_bytes b)
{
    if (a.size != b.size)
        return a.size < b.size ? -1 : 1;
    return a.size > 0 ? memcmp(a.data, b.data, a.size) : 0;
}

/* By subject, then key identifier: the two that a look-up knows. */
static int compare_key(const struct pki_node *node, uint64_t subject, struct pki_bytes key_id)
{
    if (node->subject != subject)
        return node->subject < subject ? -1 : 1;
    return compare_bytes(node->skim.subject_key_id, key_id);
}

static int compare_nodes(const void *a, const void *b)
{
    const struct pki_node *left = a;
    const struct pki_node *right = b;
    int order = compare_key(left, right->subject, right->skim.subject_key_id);

    if (order == 0)
        order = compare_bytes(left->skim.der, right->skim.der);
    if (order == 0)
        order = (int)right->anchor - (int)left->anchor; /* of equal ones the anchor is first */
    return order;
}

static struct pki_node *add_node(struct pki_graph *graph, struct pki_skim skim)
{
    struct pki_node *node = &graph->nodes[graph->n++];

    *node = (struct pki_node){.skim = skim};
    node->subject = hash_name(skim.subject);
    node->issuer = hash_name(skim.issuer);
    return node;
}

static void read_in(const struct pki_graph *graph, struct pki_node *node,
                    const struct pki_cert *cert)
{
    struct pki_error ignored = {0};

    node->cert = cert;
    node->unfit = !pki_path_check_alone(graph->request, cert, true, &ignored);
}

static void add_certs(struct pki_graph *graph, const struct pki_certs *certs, bool anchor)
{
    for (size_t i = 0; certs && i < certs->n; i++) {
        struct pki_node *node = add_node(graph, pki_skim_of(certs->list[i]));
        node->anchor = anchor;
        read_in(graph, node, certs->list[i]);
    }
}

static void add_pile(struct pki_graph *graph, const struct pki_pile *pile)
{
    for (size_t i = 0; pile && i < pile->n; i++)
        add_node(graph, pile->list[i].skim)->place = i;
}

static bool read_node(const struct pki_graph *graph, struct pki_node *node, struct pki_error *err)
{
    const struct pki_cert *cert = NULL;

    if (node->cert)
        return true;
    if (!pki_pile_read(graph->request->pile, node->place, &cert, err))
        return false;
    read_in(graph, node, cert);
    return true;
}

/* Copies of one certificate, and of the leaf, are tried once. */
static void drop_copies(struct pki_graph *graph, struct pki_bytes leaf)
{
    for (size_t i = 0; i < graph->n; i++) {
        struct pki_node *node = &graph->nodes[i];
        node->copy = (i > 0 && pki_bytes_equal(node->skim.der, graph->nodes[i - 1].skim.der)) ||
                     (!node->anchor && pki_bytes_equal(node->skim.der, leaf));
    }
}

bool pki_graph_open(const struct pki_path_request *request, struct pki_graph *graph,
                    struct pki_error *err)
{
    size_t most = request->anchors->n + (request->untrusted ? request->untrusted->n : 0) +
                  (request->pile ? request->pile->n : 0) + 1;
    struct pki_skim leaf = pki_skim_of(request->leaf);

    graph->request = request;
    graph->nodes = calloc(most, sizeof(*graph->nodes));
    graph->queue = calloc(most, sizeof(*graph->queue));
    if (!graph->nodes || !graph->queue)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    add_certs(graph, request->anchors, true);
    add_certs(graph, request->untrusted, false);
    add_pile(graph, request->pile);
    qsort(graph->nodes, graph->n, sizeof(*graph->nodes), compare_nodes);
    drop_copies(graph, leaf.der);
    add_node(graph, leaf)->cert = request->leaf;
    graph->n--;
    return true;
}

void pki_graph_clear(struct pki_graph *graph)
{
    free(graph->nodes);
    free(graph->queue);
}

/* The first candidate at or after i that is not queued; shortens the way for the next asker. */
static size_t next_free(struct pki_graph *graph, size_t i)
{
    struct pki_node *nodes = graph->nodes;

    while (i < graph->n && nodes[i].skip != i) {
        size_t next = nodes[i].skip;
        if (next < graph->n)
            nodes[i].skip = nodes[next].skip;
        i = next;
    }
    return i;
}

static size_t first_at_least(const struct pki_graph *graph, uint64_t subject,
                             struct pki_bytes key_id)
{
    size_t low = 0;
    size_t high = graph->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_key(&graph->nodes[middle], subject, key_id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_left_out(const struct pki_graph *graph, size_t child, size_t issuer)
{
    for (size_t i = 0; graph->nodes[child].partial && i < graph->n_left_out; i++)
        if (graph->left_out[i].child == child && graph->left_out[i].issuer == issuer)
            return true;
    return false;
}

/* Queues the candidates from first on that have the child's issuer as subject, and the key id where
 * one is given. The anchor among them ends the search. */
static bool visit(struct pki_graph *graph, size_t child, size_t first,
                  const struct pki_bytes *key_id, size_t *anchor, struct pki_error *err)
{
    const struct pki_node *asker = &graph->nodes[child];

    for (size_t i = next_free(graph, first); i < graph->n; i = next_free(graph, i + 1)) {
        struct pki_node *node = &graph->nodes[i];
        if (node->subject != asker->issuer ||
            (key_id && compare_bytes(node->skim.subject_key_id, *key_id) != 0))
            break;
        if (is_left_out(graph, child, i))
            continue;
        if (!read_node(graph, node, err))
            return false;
        node->skip = i + 1;
        if (graph->fit_only && node->unfit)
            continue;
        node->below = child;
        node->depth = asker->depth + 1;
        if (node->anchor) {
            *anchor = i;
            return true;
        }
        graph->queue[graph->n_queued++] = i;
    }
    return false;
}

/* RFC 5280 4.2.1.1: where both key identifiers are there, they must be equal. */
static bool visit_issuers(struct pki_graph *graph, size_t child, size_t *anchor,
                          struct pki_error *err)
{
    const struct pki_node *asker = &graph->nodes[child];
    const struct pki_bytes wanted = asker->skim.authority_key_id;
    const struct pki_bytes none = {0};

    if (asker->depth + 1 >= PKI_CHAIN_MAX)
        return false;
    size_t first = first_at_least(graph, asker->issuer, none);
    if (wanted.size == 0)
        return visit(graph, child, first, NULL, anchor, err);
    if (visit(graph, child, first_at_least(graph, asker->issuer, wanted), &wanted, anchor, err))
        return true;
    return err->code == PKI_OK && visit(graph, child, first, &none, anchor, err);
}

static bool find_anchor(struct pki_graph *graph, size_t *end, struct pki_error *err)
{
    for (size_t i = 0; i < graph->n; i++)
        graph->nodes[i].skip = graph->nodes[i].copy ? i + 1 : i;
    graph->queue[0] = graph->n;
    graph->n_queued = 1;
    for (size_t i = 0; i < graph->n_queued && err->code == PKI_OK; i++) {
        *end = graph->queue[i];
        if (visit_issuers(graph, *end, end, err))
            return true;
    }
    return false;
}

bool pki_graph_reach(struct pki_graph *graph, bool fit_only, struct pki_path *path,
                     size_t places[PKI_CHAIN_MAX], struct pki_error *err)
{
    size_t end = graph->n;

    graph->fit_only = fit_only;
    bool found = find_anchor(graph, &end, err);

    path->n = graph->nodes[end].depth + 1;
    for (size_t i = path->n; i-- > 0; end = graph->nodes[end].below) {
        places[i] = end;
        path->certs[i] = graph->nodes[end].cert;
    }
    return found;
}

void pki_graph_leave_out(struct pki_graph *graph, const struct pki_path_fault *fault,
                         const size_t places[PKI_CHAIN_MAX])
{
    if (fault->certificate) {
        graph->nodes[places[fault->position]].unfit = true;
        return;
    }
    struct pki_edge edge = {places[fault->step], places[fault->step + 1]};
    graph->left_out[graph->n_left_out++] = edge;
    graph->nodes[edge.child].partial = true;
}

static bool has_key(const struct pki_graph *graph, uint64_t subject, struct pki_bytes key_id)
{
    size_t first = first_at_least(graph, subject, key_id);

    return first < graph->n && compare_key(&graph->nodes[first], subject, key_id) == 0;
}

enum pki_issuer_known pki_graph_knows_issuer(const struct pki_graph *graph,
                                             const struct pki_cert *cert)
{
    const struct pki_bytes none = {0};
    uint64_t subject = hash_name(cert->issuer);
    size_t first = first_at_least(graph, subject, none);

    if (first == graph->n || graph->nodes[first].subject != subject)
        return PKI_ISSUER_UNKNOWN;
    if (cert->authority_key_id.size == 0 || has_key(graph, subject, none) ||
        has_key(graph, subject, cert->authority_key_id))
        return PKI_ISSUER_KNOWN;
    return PKI_ISSUER_OTHER_KEY;
}
