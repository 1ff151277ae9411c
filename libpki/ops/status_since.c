/*
 * What was decided since an entry of the journal: what a ceremony asks after each of its duties,
 * and after a cut. Read from rows alone, as all of status.
 */
#include "pki/ops.h"
#include "base/text.h"
#include "ops/crl_file.h"
#include "ops/session.h"
#include "store/since.h"

#define LINE 48 /* octets of a certificate in a line of PEM */

struct since {
    struct pki_report *report, *entries, *crls;
    struct pki_buf pem;
};

static void add_entry(void *context, int64_t number, const struct pki_journal_entry *entry)
{
    struct since *since = context;

    if (!since->entries)
        since->entries = pki_report_table(since->report, "Since");
    struct pki_report *row = pki_report_row(since->entries);
    const char *command = strstr(entry->actor, ": "); /* "cellar-crl 0.1.0: cellar-crl root-g1" */
    pki_report_integer(row, "Entry", number);
    pki_report_time(row, "When", entry->at);
    pki_report_text(row, "Action", "%s", entry->action);
    pki_report_text(row, "Subject", "%s", entry->subject);
    pki_report_text(row, "Detail", "%s", entry->detail);
    if (command)
        pki_report_text(row, "Command", "%s", command + 2);
}

static void add_certificate(void *context, struct pki_bytes der)
{
    struct since *since = context;

    pki_buf_text(&since->pem, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < der.size; at += LINE) {
        size_t size = der.size - at < LINE ? der.size - at : LINE;
        pki_base64(&since->pem, (struct pki_bytes){der.data + at, size});
        pki_buf_byte(&since->pem, '\n');
    }
    pki_buf_text(&since->pem, "-----END CERTIFICATE-----\n");
}

static void add_crl(void *context, const char *authority, int64_t number)
{
    struct since *since = context;
    char name[PKI_CRL_FILE_MAX];

    if (!since->crls)
        since->crls = pki_report_list(since->report, "CRL files");
    pki_crl_file_name(authority, number, name);
    pki_report_item(since->crls, "crls/%s", name);
}

static bool refuse(struct pki_session *session, int64_t entry, struct pki_error *err)
{
    struct pki_journal_head head = {0};

    return pki_journal_get_head(session->store, &head, err) &&
           pki_fail(err, PKI_E_NOTFOUND,
                    "the journal has no entry %lld, it ends with %lld: this is an older copy of "
                    "that cellar, or another one",
                    (long long)entry, (long long)head.counter);
}

/* By which a reader knows that this is the journal whose entry it was told of. That nothing came
   after an entry is not said of a journal that ends before it: an older copy would look clean. */
static bool tell_head_then(struct pki_session *session, int64_t entry, struct pki_report *report,
                           struct pki_error *err)
{
    pki_scope(pki_buf) hex = {0};
    uint8_t hash[PKI_SHA256_SIZE];
    bool found = false;

    if (entry == 0)
        return true;
    if (!pki_journal_head_then(session->store, entry, &found, hash, err))
        return false;
    if (!found)
        return refuse(session, entry, err);
    pki_hex(&hex, (struct pki_bytes){hash, sizeof(hash)});
    pki_report_text(report, "Head then", "%.*s", (int)hex.size, (const char *)hex.data);
    return pki_buf_ok(&hex, err);
}

static bool tell(struct pki_session *session, int64_t entry, struct since *since,
                 struct pki_error *err)
{
    const struct pki_since see = {
        .context = since, .entry = add_entry, .certificate = add_certificate, .crl = add_crl};
    char *pem = NULL;

    if (!tell_head_then(session, entry, since->report, err) ||
        !pki_journal_since(session->store, entry, &see, err))
        return false;
    if (!since->entries)
        pki_report_note(since->report, "Nothing", PKI_TONE_PLAIN,
                        "Nothing was decided after entry %lld.", (long long)entry);
    if (since->pem.size > 0) {
        if (!pki_buf_take_text(&since->pem, &pem, err))
            return false;
        pki_report_verbatim(since->report, "Certificates", pem);
        free(pem);
    }
    return pki_buf_ok(&since->pem, err) && pki_session_head(session, since->report, err);
}

bool pki_status_since(struct pki_session *session, int64_t entry, struct pki_report *report,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "status");
    struct since since = {.report = report};
    bool told = tell(session, entry, &since, err);

    pki_buf_clear(&since.pem);
    return told;
}
