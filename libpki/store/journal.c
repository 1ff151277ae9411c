/*
 * The journal's chain. The hash of an entry is SHA-256 over
 *
 *   T "root-cellar journal 1"
 *   B previous   I number   I at   T action   T subject   T detail   T actor   I trust
 *   and for each row that it covers, in order:
 *   I position   T table   I row   I version   B digests
 *
 * T and B: the letter, the length in eight octets, the octets; I: the letter
 * and the number in eight octets; most significant octet first.
 */
#include "store/sql.h"

#include <assert.h>
#include <endian.h>

#define NUMBER ((size_t)9) /* octets of a letter and a number */
#define LABEL  "root-cellar journal 1"

static uint8_t *put_number(uint8_t *at, char tag, uint64_t number)
{
    const uint64_t octets = htobe64(number);

    at[0] = (uint8_t)tag;
    memcpy(at + 1, &octets, sizeof(octets));
    return at + NUMBER;
}

static uint8_t *put_octets(uint8_t *at, char tag, struct pki_bytes octets)
{
    at = put_number(at, tag, octets.size);
    if (octets.size > 0)
        memcpy(at, octets.data, octets.size);
    return at + octets.size;
}

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

/* An audit makes one for each entry: in room that is asked for once. */
void pki_chain_begin(struct pki_buf *image, const struct pki_chain_entry *entry)
{
    image->size = 0;
    uint8_t *at = pki_buf_extend(image, 9 * NUMBER + strlen(LABEL) + entry->previous.size +
                                            entry->action.size + entry->subject.size +
                                            entry->detail.size + entry->actor.size);

    if (!at)
        return;
    at = put_octets(at, 'T', bytes_of(LABEL));
    at = put_octets(at, 'B', entry->previous);
    at = put_number(at, 'I', (uint64_t)entry->id);
    at = put_number(at, 'I', (uint64_t)entry->at);
    at = put_octets(at, 'T', entry->action);
    at = put_octets(at, 'T', entry->subject);
    at = put_octets(at, 'T', entry->detail);
    at = put_octets(at, 'T', entry->actor);
    (void)put_number(at, 'I', (uint64_t)entry->trust);
}

void pki_chain_add(struct pki_buf *image, const struct pki_chain_row *row)
{
    uint8_t *at = pki_buf_extend(image, 5 * NUMBER + row->relation.size + row->digests.size);

    if (!at)
        return;
    at = put_number(at, 'I', (uint64_t)row->position);
    at = put_octets(at, 'T', row->relation);
    at = put_number(at, 'I', (uint64_t)row->row);
    at = put_number(at, 'I', (uint64_t)row->version);
    (void)put_octets(at, 'B', row->digests);
}

void pki_chain_read_entry(struct pki_statement *query, struct pki_chain_entry *entry,
                          uint8_t hash[PKI_SHA256_SIZE])
{
    entry->id = pki_column_integer(query);
    entry->at = pki_column_integer(query);
    entry->action = pki_column_view(query);
    entry->subject = pki_column_view(query);
    entry->detail = pki_column_view(query);
    entry->actor = pki_column_view(query);
    entry->trust = pki_column_integer(query);
    entry->previous = pki_column_view(query);
    pki_column_octets(query, hash, PKI_SHA256_SIZE);
}

void pki_chain_read_row(struct pki_statement *query, struct pki_chain_row *row)
{
    row->entry = pki_column_integer(query);
    row->position = pki_column_integer(query);
    row->relation = pki_column_view(query);
    row->row = pki_column_integer(query);
    row->version = pki_column_integer(query);
    row->digests = pki_column_view(query);
}

static bool find_head(struct pki_store *store, enum pki_query which, struct pki_journal_head *head,
                      struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_journal_head found = {0};
    struct pki_chain_entry entry = {0};
    bool row = false;

    if (!pki_statement_begin(store, which, &query, err) || !pki_statement_step(&query, &row, err))
        return false;
    if (row) {
        pki_chain_read_entry(&query, &entry, found.hash);
        found.counter = entry.id;
        found.at = entry.at;
    }
    if (!pki_column_ok(&query, err))
        return false;
    *head = found;
    return true;
}

bool pki_journal_get_head(struct pki_store *store, struct pki_journal_head *head,
                          struct pki_error *err)
{
    return find_head(store, PKI_QUERY_LAST_ENTRY, head, err);
}

bool pki_journal_trust_head(struct pki_store *store, struct pki_journal_head *head,
                            struct pki_error *err)
{
    return find_head(store, PKI_QUERY_LAST_TRUST_ENTRY, head, err);
}

bool pki_journal_contains(struct pki_store *store, const uint8_t hash[PKI_SHA256_SIZE], bool *found,
                          int64_t *counter, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_ENTRY_BY_HASH, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){hash, PKI_SHA256_SIZE});
    if (!pki_statement_step(&query, &row, err))
        return false;
    *found = row;
    *counter = row ? pki_column_integer(&query) : 0;
    return true;
}

/* Digests one added row from the table, into the image and into journal_row. */
static bool cover_row(struct pki_txn *txn, int64_t entry, size_t position, struct pki_buf *image,
                      struct pki_error *err)
{
    const struct pki_covered_row *added = &txn->rows[position];
    pki_scope(pki_statement) insert = {0};
    struct pki_cover cover = {0};

    if (!pki_cover_row(txn->store, added, &cover, err) ||
        !pki_statement_begin(txn->store, PKI_QUERY_ADD_ENTRY_ROW, &insert, err))
        return false;
    assert(cover.found);

    struct pki_chain_row row = {
        .entry = entry,
        .position = (int64_t)position,
        .relation = bytes_of(pki_relation_name(added->relation)),
        .row = added->id,
        .version = pki_relation_version(added->relation),
        .digests = pki_cover_view(&cover),
    };
    pki_chain_add(image, &row);
    pki_bind_integer(&insert, row.entry);
    pki_bind_integer(&insert, row.position);
    pki_bind_text(&insert, pki_relation_name(added->relation));
    pki_bind_integer(&insert, row.row);
    pki_bind_integer(&insert, row.version);
    pki_bind_bytes(&insert, row.digests);
    return pki_statement_run(&insert, err);
}

static bool add_entry(struct pki_txn *txn, const struct pki_journal_entry *entry,
                      const struct pki_journal_head *head, const uint8_t hash[PKI_SHA256_SIZE],
                      struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_ENTRY, &insert, err))
        return false;
    pki_bind_integer(&insert, head->counter + 1);
    pki_bind_integer(&insert, entry->at);
    pki_bind_text(&insert, entry->action);
    pki_bind_text(&insert, entry->subject);
    pki_bind_text(&insert, entry->detail);
    pki_bind_text(&insert, entry->actor);
    pki_bind_integer(&insert, entry->trust);
    pki_bind_bytes(&insert, (struct pki_bytes){head->hash, sizeof(head->hash)});
    pki_bind_bytes(&insert, (struct pki_bytes){hash, PKI_SHA256_SIZE});
    return pki_statement_run(&insert, err);
}

bool pki_journal_append(struct pki_txn *txn, const struct pki_journal_entry *entry,
                        struct pki_error *err)
{
    pki_scope(pki_buf) image = {0};
    struct pki_journal_head head = {0};
    uint8_t hash[PKI_SHA256_SIZE];

    if (!pki_journal_get_head(txn->store, &head, err))
        return false;

    const struct pki_chain_entry chained = {
        .id = head.counter + 1,
        .at = entry->at,
        .trust = entry->trust,
        .action = bytes_of(entry->action),
        .subject = bytes_of(entry->subject),
        .detail = bytes_of(entry->detail),
        .actor = bytes_of(entry->actor),
        .previous = {head.hash, sizeof(head.hash)},
    };
    pki_chain_begin(&image, &chained);
    for (size_t i = 0; i < txn->n; i++)
        if (!cover_row(txn, chained.id, i, &image, err))
            return false;
    if (!pki_buf_ok(&image, err))
        return false;
    pki_sha256(pki_buf_view(&image), hash);
    if (!add_entry(txn, entry, &head, hash, err))
        return false;
    txn->n = 0;
    txn->entry = chained.id;
    txn->decides = txn->decides || !entry->prepares;
    return true;
}

/* Adds the rows of an entry to its image. */
static bool add_rows(struct pki_store *store, int64_t entry, struct pki_buf *image,
                     struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = true;

    if (!pki_statement_begin(store, PKI_QUERY_ENTRY_ROWS, &query, err))
        return false;
    pki_bind_integer(&query, entry);
    while (row) {
        struct pki_chain_row covered = {0};
        if (!pki_statement_step(&query, &row, err))
            return false;
        if (row) {
            pki_chain_read_row(&query, &covered);
            pki_chain_add(image, &covered);
        }
    }
    return pki_column_ok(&query, err);
}

bool pki_journal_check_head(struct pki_store *store, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    pki_scope(pki_buf) image = {0};
    struct pki_chain_entry entry = {0};
    uint8_t stored[PKI_SHA256_SIZE] = {0};
    uint8_t hash[PKI_SHA256_SIZE];
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_LAST_ENTRY, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    if (!row) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        "the journal is empty: restore the cellar from its "
                        "backup");
    }
    pki_chain_read_entry(&query, &entry, stored);
    pki_chain_begin(&image, &entry);
    if (!pki_column_ok(&query, err) || !add_rows(store, entry.id, &image, err) ||
        !pki_buf_ok(&image, err))
        return false;
    pki_sha256(pki_buf_view(&image), hash);
    if (memcmp(hash, stored, sizeof(hash)) != 0)
        return pki_fail(err, PKI_E_INTEGRITY, "journal entry %lld was changed: run cellar audit",
                        (long long)entry.id);
    return true;
}
