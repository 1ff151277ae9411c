/*
 * A scan of a million rows, of which SQLite would return each: a quarter of the
 * scan is to leave its machine for one row and to ask for the row's cells one
 * by one. So the query's WHERE calls take_revocation, below, which keeps the
 * row and lets it pass, so that the machine stays in its loop and comes out
 * with a batch.
 *
 * SQLite does not promise in what order it calls a function. It calls it in
 * that of its loop, which the query's ORDER BY is, as no plan with a sorter
 * passes the tests; and whoever writes a list refuses a serial out of order.
 */
#include <stdlib.h>

#include "store/scan.h"

#include "store/sql.h"

#define BATCH      256
#define SERIAL_MAX 20 /* RFC 5280 4.1.2.2; the schema has it too */

struct pki_revocation_scan {
    struct pki_statement query;
    size_t n, next;
    bool over;
    struct pki_revocation_line lines[BATCH];
    uint8_t serials[BATCH][SERIAL_MAX];
};

/* take_revocation(serial, revoked_at, reason, invalidity_at): true ends the batch. */
static void take(sqlite3_context *context, int n, sqlite3_value **cells)
{
    const struct pki_store *store = sqlite3_user_data(context);
    struct pki_revocation_scan *scan = store->scan;
    const void *serial = sqlite3_value_blob(cells[0]);
    const size_t size = (size_t)sqlite3_value_bytes(cells[0]);

    (void)n;
    if (!scan || scan->n == BATCH) {
        sqlite3_result_error(context, "no revocations are being scanned", -1);
        return;
    }
    const bool good = serial && size > 0 && size <= SERIAL_MAX;
    const bool has_invalidity = sqlite3_value_type(cells[3]) != SQLITE_NULL;
    if (good)
        memcpy(scan->serials[scan->n], serial, size);
    scan->query.damaged |= !good;
    scan->lines[scan->n] = (struct pki_revocation_line){
        .serial = {scan->serials[scan->n], good ? size : 0},
        .revoked_at = sqlite3_value_int64(cells[1]),
        .reason = (int)sqlite3_value_int64(cells[2]),
        .has_invalidity = has_invalidity,
        .invalidity_at = has_invalidity ? sqlite3_value_int64(cells[3]) : 0,
    };
    sqlite3_result_int(context, ++scan->n == BATCH);
}

bool pki_scan_prepare(struct pki_store *store, struct pki_error *err)
{
    int result =
        sqlite3_create_function_v2(store->db, "take_revocation", 4, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                   store, take, NULL, NULL, NULL);

    return result == SQLITE_OK || pki_sql_fail(store, result, err);
}

bool pki_revocation_scan_open(struct pki_store *store, int64_t issuer,
                              struct pki_revocation_scan **scan, struct pki_error *err)
{
    pki_auto(pki_revocation_scan) opened = calloc(1, sizeof(*opened));

    if (!opened)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_statement_begin(store, PKI_QUERY_EACH_REVOCATION, &opened->query, err))
        return false;
    pki_bind_integer(&opened->query, issuer);
    store->scan = opened;
    *scan = PKI_TAKE(opened);
    return true;
}

static bool fill(struct pki_revocation_scan *scan, struct pki_error *err)
{
    bool full = false;

    scan->n = 0;
    scan->next = 0;
    if (!scan->over && !pki_statement_step(&scan->query, &full, err))
        return false;
    scan->over = !full;
    return pki_column_ok(&scan->query, err);
}

bool pki_revocation_scan_next(struct pki_revocation_scan *scan, struct pki_revocation_line *line,
                              bool *more, struct pki_error *err)
{
    if (scan->next == scan->n && !fill(scan, err))
        return false;
    *more = scan->next < scan->n;
    if (*more)
        *line = scan->lines[scan->next++];
    return true;
}

void pki_revocation_scan_free(struct pki_revocation_scan *scan)
{
    if (!scan)
        return;
    if (scan->query.store)
        scan->query.store->scan = NULL;
    pki_statement_clear(&scan->query);
    free(scan);
}
