/*
 * What the journal holds of a row: a digest over all its cells, so that no
 * value can change unseen, and four octets of each cell's own digest, so that
 * an audit can name the cell. Every cell is hashed with its type and length:
 * no two rows of different values look alike to the hash.
 */
#include "store/sql.h"

#include <assert.h>

/* One row a table: the list of columns that counts now, and what an audit asks for. */
static const struct {
    const char *name;
    int64_t version;
    enum pki_query columns;
    enum pki_query beyond;
} relations[PKI_RELATIONS] = {
    [PKI_RELATION_CELLAR] = {"cellar", 1, PKI_QUERY_COVER_CELLAR, PKI_QUERY_BEYOND_CELLAR},
    [PKI_RELATION_HIERARCHY] = {"hierarchy", 1, PKI_QUERY_COVER_HIERARCHY,
                                PKI_QUERY_BEYOND_HIERARCHY},
    [PKI_RELATION_KEY] = {"key", 1, PKI_QUERY_COVER_KEY, PKI_QUERY_BEYOND_KEY},
    [PKI_RELATION_KEY_FILE] = {"key_file", 1, PKI_QUERY_COVER_KEY_FILE, PKI_QUERY_BEYOND_KEY_FILE},
    [PKI_RELATION_AUTHORITY] = {"authority", 1, PKI_QUERY_COVER_AUTHORITY,
                                PKI_QUERY_BEYOND_AUTHORITY},
    [PKI_RELATION_AUTHORITY_EVENT] = {"authority_event", 1, PKI_QUERY_COVER_AUTHORITY_EVENT,
                                      PKI_QUERY_BEYOND_AUTHORITY_EVENT},
    [PKI_RELATION_CERTIFICATE] = {"certificate", 1, PKI_QUERY_COVER_CERTIFICATE,
                                  PKI_QUERY_BEYOND_CERTIFICATE},
    [PKI_RELATION_CERTIFICATE_DER] = {"certificate_der", 1, PKI_QUERY_COVER_CERTIFICATE_DER,
                                      PKI_QUERY_BEYOND_CERTIFICATE_DER},
    [PKI_RELATION_REVOCATION] = {"revocation", 1, PKI_QUERY_COVER_REVOCATION,
                                 PKI_QUERY_BEYOND_REVOCATION},
    [PKI_RELATION_RESERVATION] = {"reservation", 1, PKI_QUERY_COVER_RESERVATION,
                                  PKI_QUERY_BEYOND_RESERVATION},
    [PKI_RELATION_RESERVATION_END] = {"reservation_end", 1, PKI_QUERY_COVER_RESERVATION_END,
                                      PKI_QUERY_BEYOND_RESERVATION_END},
    [PKI_RELATION_PUBLICATION] = {"publication", 1, PKI_QUERY_COVER_PUBLICATION,
                                  PKI_QUERY_BEYOND_PUBLICATION},
    [PKI_RELATION_CRL] = {"crl", 1, PKI_QUERY_COVER_CRL, PKI_QUERY_BEYOND_CRL},
    [PKI_RELATION_CUTOVER] = {"cutover", 1, PKI_QUERY_COVER_CUTOVER, PKI_QUERY_BEYOND_CUTOVER},
    [PKI_RELATION_KEY_POLICY] = {"key_policy", 1, PKI_QUERY_COVER_KEY_POLICY,
                                 PKI_QUERY_BEYOND_KEY_POLICY},
    [PKI_RELATION_SHARE] = {"share", 1, PKI_QUERY_COVER_SHARE, PKI_QUERY_BEYOND_SHARE},
    [PKI_RELATION_SHARE_PROOF] = {"share_proof", 1, PKI_QUERY_COVER_SHARE_PROOF,
                                  PKI_QUERY_BEYOND_SHARE_PROOF},
};

const char *pki_relation_name(enum pki_relation relation)
{
    return relations[relation].name;
}

enum pki_relation pki_relation_by_name(struct pki_bytes name)
{
    enum pki_relation i = 0;

    while (i < PKI_RELATIONS && (strlen(relations[i].name) != name.size ||
                                 memcmp(relations[i].name, name.data, name.size) != 0))
        i++;
    return i;
}

int64_t pki_relation_version(enum pki_relation relation)
{
    return relations[relation].version;
}

enum pki_query pki_relation_beyond(enum pki_relation relation)
{
    return relations[relation].beyond;
}

struct pki_bytes pki_cover_view(const struct pki_cover *cover)
{
    return (struct pki_bytes){cover->digests, PKI_SHA256_SIZE + cover->columns * PKI_COVER_LOCATOR};
}

static void add_number(struct pki_digest_state *state, char tag, uint64_t number)
{
    uint8_t octets[9] = {(uint8_t)tag};

    for (size_t i = 8; i > 0; i--, number >>= 8)
        octets[i] = (uint8_t)number;
    pki_digest_add(state, (struct pki_bytes){octets, sizeof(octets)});
}

static void add_octets(struct pki_digest_state *state, char tag, struct pki_bytes octets)
{
    add_number(state, tag, octets.size);
    pki_digest_add(state, octets);
}

static void digest_cell(struct pki_statement *query, uint8_t digest[PKI_SHA256_SIZE])
{
    struct pki_digest_state state;
    int type = sqlite3_column_type(query->stmt, query->column);

    pki_digest_begin(&state, PKI_SHA256);
    if (pki_column_skip_null(query))
        add_number(&state, 'N', 0);
    else if (type == SQLITE_INTEGER)
        add_number(&state, 'I', (uint64_t)pki_column_integer(query));
    else
        add_octets(&state, type == SQLITE_TEXT ? 'T' : 'B', pki_column_view(query));
    pki_digest_end(&state, digest);
}

static void digest_row(struct pki_statement *query, const struct pki_covered_row *row,
                       struct pki_cover *cover)
{
    const char *name = relations[row->relation].name;
    struct pki_digest_state state;
    uint8_t cell[PKI_SHA256_SIZE];

    cover->columns = (size_t)sqlite3_column_count(query->stmt);
    assert(cover->columns <= PKI_COVER_COLUMNS);
    pki_digest_begin(&state, PKI_SHA256);
    add_octets(&state, 'T', (struct pki_bytes){(const uint8_t *)name, strlen(name)});
    add_number(&state, 'I', (uint64_t)relations[row->relation].version);
    add_number(&state, 'I', (uint64_t)row->id);
    for (size_t i = 0; i < cover->columns; i++) {
        digest_cell(query, cell);
        pki_digest_add(&state, (struct pki_bytes){cell, sizeof(cell)});
        memcpy(cover->digests + PKI_SHA256_SIZE + i * PKI_COVER_LOCATOR, cell, PKI_COVER_LOCATOR);
        cover->names[i] = sqlite3_column_name(query->stmt, (int)i);
    }
    pki_digest_end(&state, cover->digests);
}

bool pki_cover_row(struct pki_store *store, const struct pki_covered_row *row,
                   struct pki_cover *cover, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, relations[row->relation].columns, &query, err))
        return false;
    pki_bind_integer(&query, row->id);
    if (!pki_statement_step(&query, &cover->found, err))
        return false;
    if (cover->found)
        digest_row(&query, row, cover);
    return pki_column_ok(&query, err);
}
