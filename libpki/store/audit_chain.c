/*
 * The journal's chain, in one pass with flat memory: entries and the rows that
 * they cover are read side by side, both in order.
 */
#include "store/audit.h"

struct chain {
    struct pki_store *store;
    struct pki_store_findings *findings;
    bool (*visit)(void *context, const struct pki_chain_row *row, struct pki_error *err);
    void *context;
    struct pki_statement entries;
    struct pki_statement rows;
    bool has_row;
    struct pki_chain_row row; /* the next that no entry has claimed */
    struct pki_buf image;     /* of the entry: what is not hashed yet */
    struct pki_digest_state hash;
    int64_t last; /* number and hash of the entry before */
    uint8_t previous[PKI_SHA256_SIZE];
};

/* An entry may cover any number of rows: no more than this is held of what it hashes. */
#define IMAGE_MAX ((size_t)16384)

static bool hash_on(struct chain *chain, struct pki_error *err)
{
    if (chain->image.size < IMAGE_MAX)
        return true;
    pki_digest_add(&chain->hash, pki_buf_view(&chain->image));
    chain->image.size = 0;
    return pki_buf_ok(&chain->image, err);
}

static bool next_row(struct chain *chain, struct pki_error *err)
{
    if (!pki_statement_step(&chain->rows, &chain->has_row, err))
        return false;
    if (chain->has_row)
        pki_chain_read_row(&chain->rows, &chain->row);
    return pki_column_ok(&chain->rows, err);
}

/* The rows up to those of an entry; only its own go into its hash. */
static bool check_rows(struct chain *chain, int64_t entry, struct pki_error *err)
{
    while (chain->has_row && chain->row.entry <= entry) {
        if (chain->row.entry == entry)
            pki_chain_add(&chain->image, &chain->row);
        else if (!pki_finding_add(chain->findings, err,
                                  "rows of journal entry %lld are there, the entry is not",
                                  (long long)chain->row.entry))
            return false;
        chain->findings->rows++;
        if (!hash_on(chain, err) || !chain->visit(chain->context, &chain->row, err) ||
            !next_row(chain, err))
            return false;
    }
    return true;
}

static bool check_place(struct chain *chain, const struct pki_chain_entry *entry,
                        struct pki_error *err)
{
    struct pki_bytes before = {chain->previous, sizeof(chain->previous)};

    if (entry->id != chain->last + 1)
        return pki_finding_add(chain->findings, err, "journal entry %lld is missing",
                               (long long)chain->last + 1);
    if (!pki_bytes_equal(entry->previous, before)) {
        return pki_finding_add(chain->findings, err,
                               "journal entry %lld does not follow entry %lld",
                               (long long)entry->id, (long long)chain->last);
    }
    return true;
}

static bool check_entry(struct chain *chain, struct pki_error *err)
{
    struct pki_chain_entry entry = {0};
    uint8_t stored[PKI_SHA256_SIZE] = {0};
    uint8_t hash[PKI_SHA256_SIZE];

    chain->findings->entries++;
    pki_chain_read_entry(&chain->entries, &entry, stored);
    chain->entries.damaged = false; /* a hash of another length is a wrong hash: it stays zero */
    if (!pki_column_ok(&chain->entries, err) || !check_place(chain, &entry, err))
        return false;
    pki_digest_begin(&chain->hash, PKI_SHA256);
    pki_chain_begin(&chain->image, &entry);
    if (!check_rows(chain, entry.id, err) || !pki_buf_ok(&chain->image, err))
        return false;
    pki_digest_add(&chain->hash, pki_buf_view(&chain->image));
    pki_digest_end(&chain->hash, hash);
    chain->last = entry.id;
    memcpy(chain->previous, stored, sizeof(stored));
    return memcmp(hash, stored, sizeof(hash)) == 0 ||
           pki_finding_add(chain->findings, err,
                           "journal entry %lld was changed: its hash does not match",
                           (long long)entry.id);
}

static bool check_chain(struct chain *chain, struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_begin(chain->store, PKI_QUERY_EACH_ENTRY, &chain->entries, err) ||
        !pki_statement_begin(chain->store, PKI_QUERY_EACH_ENTRY_ROW, &chain->rows, err) ||
        !next_row(chain, err) || !pki_statement_step(&chain->entries, &row, err))
        return false;
    while (row)
        if (!check_entry(chain, err) || !pki_statement_step(&chain->entries, &row, err))
            return false;
    return check_rows(chain, INT64_MAX, err);
}

bool pki_audit_chain(struct pki_store *store, struct pki_store_findings *findings,
                     bool (*visit)(void *context, const struct pki_chain_row *row,
                                   struct pki_error *err),
                     void *context, struct pki_error *err)
{
    struct chain chain = {.store = store, .findings = findings, .visit = visit, .context = context};
    bool done = check_chain(&chain, err);

    pki_statement_clear(&chain.rows);
    pki_statement_clear(&chain.entries);
    pki_buf_clear(&chain.image);
    return done;
}
