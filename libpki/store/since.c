#include "store/since.h"

#include "store/sql.h"

typedef bool show_row(struct pki_statement *query, const struct pki_since *see,
                      struct pki_error *err);

static bool each(struct pki_store *store, enum pki_query which, int64_t since,
                 const struct pki_since *see, show_row *show, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool more = false;

    if (!pki_statement_begin(store, which, &query, err))
        return false;
    pki_bind_integer(&query, since);
    while (pki_statement_step(&query, &more, err)) {
        if (!more)
            return true;
        if (!show(&query, see, err))
            return false;
    }
    return false;
}

static bool show_entry(struct pki_statement *query, const struct pki_since *see,
                       struct pki_error *err)
{
    pki_scope(pki_buf) detail = {0};
    char action[40] = "";
    char subject[600] = "";
    char actor[400] = "";
    int64_t number = pki_column_integer(query);
    struct pki_journal_entry entry = {.at = pki_column_integer(query)};

    pki_column_text(query, action, sizeof(action));
    pki_column_text(query, subject, sizeof(subject));
    pki_column_buf(query, &detail);
    pki_buf_byte(&detail, 0);
    pki_column_text(query, actor, sizeof(actor));
    if (!pki_column_ok(query, err) || !pki_buf_ok(&detail, err))
        return false;
    entry.action = action;
    entry.subject = subject;
    entry.detail = (const char *)detail.data;
    entry.actor = actor;
    see->entry(see->context, number, &entry);
    return true;
}

static bool show_certificate(struct pki_statement *query, const struct pki_since *see,
                             struct pki_error *err)
{
    struct pki_bytes der = pki_column_view(query);

    if (!pki_column_ok(query, err))
        return false;
    see->certificate(see->context, der);
    return true;
}

static bool show_crl(struct pki_statement *query, const struct pki_since *see,
                     struct pki_error *err)
{
    char name[PKI_NAME_MAX] = "";

    pki_column_text(query, name, sizeof(name));
    int64_t number = pki_column_integer(query);
    if (!pki_column_ok(query, err))
        return false;
    see->crl(see->context, name, number);
    return true;
}

bool pki_journal_head_then(struct pki_store *store, int64_t entry, bool *found,
                           uint8_t hash[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_ENTRY_HASH, &query, err))
        return false;
    pki_bind_integer(&query, entry);
    if (!pki_statement_step(&query, found, err))
        return false;
    if (*found)
        pki_column_octets(&query, hash, PKI_SHA256_SIZE);
    return pki_column_ok(&query, err);
}

bool pki_journal_since(struct pki_store *store, int64_t entry, const struct pki_since *see,
                       struct pki_error *err)
{
    return each(store, PKI_QUERY_ENTRIES_SINCE, entry, see, show_entry, err) &&
           each(store, PKI_QUERY_CERTIFICATES_SINCE, entry, see, show_certificate, err) &&
           each(store, PKI_QUERY_CRLS_SINCE, entry, see, show_crl, err);
}
