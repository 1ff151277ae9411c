#include "store/sql.h"

#include <assert.h>

/* Which of our rules an index stands for, by how SQLite names it. */
static const struct {
    const char *index;
    const char *text;
} rules[] = {
    {"key.spki_sha256", "this public key is in the inventory already: one key, one authority"},
    {"key.name", "a key has this name already"},
    {"authority.name", "an authority has this name already"},
    {"authority.key", "this key belongs to an authority already: one key, one authority"},
    {"authority.subject", "an authority has this subject name already: one name, one key"},
    {"authority.environment, authority.purpose", "the line has an active authority already"},
    {"certificate.serial, certificate.issuer", "the serial number was used before"},
    {"certificate.fingerprint", "the certificate is in the inventory already"},
    {"reservation.serial", "the serial number was used before"},
    {"reservation_end.reservation", "the reservation is finished already"},
    {"revocation.issuer, revocation.serial", "the certificate is revoked already"},
};

static bool fail_constraint(struct pki_store *store, int extended, struct pki_error *err)
{
    static const char prefix[] = "UNIQUE constraint failed: ";
    const char *text = sqlite3_errmsg(store->db);

    if (extended == SQLITE_CONSTRAINT_TRIGGER)
        return pki_fail(err, PKI_E_STATE, "%s", text);
    for (size_t i = 0; i < PKI_COUNT(rules) && strncmp(text, prefix, strlen(prefix)) == 0; i++)
        if (strcmp(text + strlen(prefix), rules[i].index) == 0)
            return pki_fail(err, PKI_E_STATE, "%s", rules[i].text);
    return pki_fail(err, PKI_E_STATE, "the inventory refuses the row: %s", text);
}

bool pki_sql_fail_log(struct pki_error *err)
{
    return pki_fail(err, PKI_E_STORE,
                    "another program gave " PKI_STORE_FILE " a write-ahead log (" PKI_STORE_FILE
                    "-wal): take it back by sqlite3 " PKI_STORE_FILE
                    " 'pragma journal_mode = delete' and run cellar audit, or restore the "
                    "cellar from its backup");
}

bool pki_sql_fail(struct pki_store *store, int result, struct pki_error *err)
{
    int extended = store->db ? sqlite3_extended_errcode(store->db) : result;
    const char *text = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(result);

    if (extended == PKI_SQLITE_LOG)
        return pki_sql_fail_log(err);
    if (extended == PKI_SQLITE_SEVERAL) {
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_JOURNAL
                        " is that of a transaction over several databases, which no tool of ours "
                        "begins: move it out of the cellar and run cellar audit, or restore the "
                        "cellar from its backup");
    }
    if (extended == SQLITE_READONLY_ROLLBACK) {
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE ": a transaction was cut off and must be "
                                       "rolled back first: make the cellar writable and try again");
    }
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return pki_fail(err, PKI_E_LOCKED,
                        "the cellar is in use by another process: try again when it has finished");
    case SQLITE_CONSTRAINT:
        return fail_constraint(store, extended, err);
    case SQLITE_NOMEM:
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    case SQLITE_NOTADB:
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " is not an inventory: choose a cellar with -C DIR");
    case SQLITE_CORRUPT:
    case SQLITE_ERROR: /* a table or a file format that is not ours */
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " is damaged (%s): restore the cellar from its backup",
                        text);
    case SQLITE_FULL:
        return pki_fail(err, PKI_E_IO, PKI_STORE_FILE ": no space left: nothing was changed");
    default:
        return pki_fail(err, PKI_E_IO, PKI_STORE_FILE ": %s (SQLite %d)", text, extended);
    }
}

bool pki_statement_begin(struct pki_store *store, enum pki_query query,
                         struct pki_statement *statement, struct pki_error *err)
{
    sqlite3_stmt **cached = &store->statements[query];

    *statement = (struct pki_statement){.store = store};
    if (!*cached) {
        int result = sqlite3_prepare_v3(store->db, pki_query_text[query], -1,
                                        SQLITE_PREPARE_PERSISTENT, cached, NULL);
        if (result != SQLITE_OK)
            return pki_sql_fail(store, result, err);
    }
    assert(!sqlite3_stmt_busy(*cached)); /* a query cannot be in use twice */
    statement->stmt = *cached;
    return true;
}

void pki_statement_clear(struct pki_statement *statement)
{
    if (!statement->stmt)
        return;
    (void)sqlite3_reset(statement->stmt); /* repeats an error that step has reported */
    (void)sqlite3_clear_bindings(statement->stmt);
    *statement = (struct pki_statement){0};
}

static void note(struct pki_statement *statement, int result)
{
    if (statement->bind_result == SQLITE_OK)
        statement->bind_result = result;
}

void pki_bind_integer(struct pki_statement *statement, int64_t value)
{
    note(statement, sqlite3_bind_int64(statement->stmt, ++statement->bound, value));
}

void pki_bind_null(struct pki_statement *statement)
{
    note(statement, sqlite3_bind_null(statement->stmt, ++statement->bound));
}

void pki_bind_reference(struct pki_statement *statement, int64_t id)
{
    if (id == 0)
        pki_bind_null(statement);
    else
        pki_bind_integer(statement, id);
}

void pki_bind_text(struct pki_statement *statement, const char *text)
{
    note(statement,
         sqlite3_bind_text(statement->stmt, ++statement->bound, text, -1, SQLITE_STATIC));
}

void pki_bind_bytes(struct pki_statement *statement, struct pki_bytes bytes)
{
    /* A null pointer would bind NULL. */
    note(statement, sqlite3_bind_blob64(statement->stmt, ++statement->bound,
                                        bytes.data ? (const void *)bytes.data : "", bytes.size,
                                        SQLITE_STATIC));
}

bool pki_statement_step(struct pki_statement *statement, bool *row, struct pki_error *err)
{
    if (statement->bind_result != SQLITE_OK)
        return pki_sql_fail(statement->store, statement->bind_result, err);

    int result = sqlite3_step(statement->stmt);
    statement->column = 0;
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return pki_sql_fail(statement->store, result, err);
    *row = result == SQLITE_ROW;
    return true;
}

bool pki_statement_run(struct pki_statement *statement, struct pki_error *err)
{
    bool row = true;

    while (row)
        if (!pki_statement_step(statement, &row, err))
            return false;
    return true;
}

bool pki_query_run(struct pki_store *store, enum pki_query query, struct pki_error *err)
{
    pki_scope(pki_statement) statement = {0};

    return pki_statement_begin(store, query, &statement, err) && pki_statement_run(&statement, err);
}

bool pki_query_integer(struct pki_store *store, enum pki_query query, int64_t *value,
                       struct pki_error *err)
{
    pki_scope(pki_statement) statement = {0};
    bool row = false;

    if (!pki_statement_begin(store, query, &statement, err) ||
        !pki_statement_step(&statement, &row, err))
        return false;
    *value = row ? pki_column_integer(&statement) : 0;
    return true;
}

int64_t pki_column_integer(struct pki_statement *statement)
{
    return sqlite3_column_int64(statement->stmt, statement->column++);
}

/* Text as its octets, too: asked for as text, it would be copied to put a NUL behind it. */
struct pki_bytes pki_column_view(struct pki_statement *statement)
{
    int column = statement->column++;
    const uint8_t *data = sqlite3_column_blob(statement->stmt, column);
    size_t size = (size_t)sqlite3_column_bytes(statement->stmt, column);

    if (!data && sqlite3_errcode(statement->store->db) == SQLITE_NOMEM)
        statement->exhausted = true;
    return (struct pki_bytes){.data = data, .size = data ? size : 0};
}

void pki_column_text(struct pki_statement *statement, char *text, size_t size)
{
    struct pki_bytes cell = pki_column_view(statement);

    text[0] = 0;
    if (cell.size >= size || (cell.size > 0 && memchr(cell.data, 0, cell.size))) {
        statement->damaged = true;
        return;
    }
    if (cell.data)
        memcpy(text, cell.data, cell.size);
    text[cell.size] = 0;
}

void pki_column_octets(struct pki_statement *statement, uint8_t *octets, size_t size)
{
    struct pki_bytes cell = pki_column_view(statement);

    if (cell.data && cell.size == size)
        memcpy(octets, cell.data, size);
    else
        statement->damaged = true;
}

void pki_column_buf(struct pki_statement *statement, struct pki_buf *buf)
{
    buf->size = 0;
    pki_buf_append_bytes(buf, pki_column_view(statement));
    if (buf->failed)
        statement->exhausted = true;
}

bool pki_column_skip_null(struct pki_statement *statement)
{
    bool null = sqlite3_column_type(statement->stmt, statement->column) == SQLITE_NULL;

    if (null)
        statement->column++;
    return null;
}

bool pki_column_ok(const struct pki_statement *statement, struct pki_error *err)
{
    if (statement->exhausted)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (statement->damaged) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        PKI_STORE_FILE
                        " holds a value that was never written so: run cellar audit");
    }
    return true;
}

/* Doubles at every power of two, so that the length alone tells the capacity. */
void *pki_rows_extend(void *list, size_t *n, size_t size, struct pki_error *err)
{
    void *rows = NULL;

    memcpy(&rows, list, sizeof(rows));
    if ((*n & (*n - 1)) == 0) {
        void *larger = reallocarray(rows, *n > 0 ? 2 * *n : 1, size);
        if (!larger) {
            (void)pki_fail(err, PKI_E_MEMORY, "out of memory");
            return NULL;
        }
        memcpy(list, &larger, sizeof(larger));
        rows = larger;
    }
    uint8_t *element = (uint8_t *)rows + *n * size;
    memset(element, 0, size);
    *n += 1;
    return element;
}
