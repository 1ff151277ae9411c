#include "x509/describe.h"
#include "x509/path.h"

#define ENTRIES_SHOWN 10

static void describe_entry(const struct pki_crl_entry *entry, struct pki_report *table)
{
    struct pki_report *row = pki_report_row(table);

    pki_report_octets(row, "Serial", entry->serial);
    pki_report_time(row, "Revoked", entry->revoked_at);
    pki_report_text(row, "Reason", "%s", pki_crl_reason_name(entry->reason));
    if (entry->has_invalidity)
        pki_report_time(row, "Invalid since", entry->invalidity_at);
}

static void describe_dates(const struct pki_crl *crl, int64_t now, struct pki_report *report)
{
    char span[32];

    pki_report_time(report, "This update", crl->this_update);
    if (!crl->has_next_update) {
        pki_report_toned(report, "Currency", PKI_TONE_WARN, "it does not say when it ends");
        return;
    }
    pki_report_time(report, "Next update", crl->next_update);
    if (now < crl->this_update) {
        pki_report_toned(report, "Currency", PKI_TONE_WARN, "not valid for another %s",
                         pki_span_text(crl->this_update - now, span));
    } else if (now > crl->next_update) {
        pki_report_toned(report, "Currency", PKI_TONE_BAD, "out of date for %s",
                         pki_span_text(now - crl->next_update, span));
    } else {
        pki_report_toned(report, "Currency", PKI_TONE_GOOD, "current, %s left",
                         pki_span_text(crl->next_update - now, span));
    }
}

static void describe_scope(const struct pki_crl *crl, struct pki_report *report)
{
    if (crl->is_delta)
        pki_report_toned(report, "Kind of list", PKI_TONE_WARN, "delta, which is not processed");
    if (crl->distribution.size > 0)
        pki_report_text(report, "Scope", "limited by an issuing distribution point");
    if (crl->has_unknown_critical)
        pki_report_toned(report, "Extensions", PKI_TONE_BAD,
                         "a critical one is not processed: the list must not be used");
}

static bool count_entries(const struct pki_crl *crl, int64_t *count, struct pki_error *err)
{
    struct pki_bytes rest = crl->entries;
    struct pki_crl_entry entry;
    int64_t n = 0;

    for (; rest.size > 0; n++)
        if (!pki_crl_next(&rest, &entry, err))
            return false;
    *count = n;
    return true;
}

/* All of them were read before. */
static void describe_entries(const struct pki_crl *crl, struct pki_report *report)
{
    struct pki_bytes rest = crl->entries;
    struct pki_report *table = rest.size > 0 ? pki_report_table(report, "First entries") : NULL;
    struct pki_crl_entry entry;
    struct pki_error ignored = {0};

    for (int n = 0; n < ENTRIES_SHOWN && rest.size > 0; n++)
        if (pki_crl_next(&rest, &entry, &ignored))
            describe_entry(&entry, table);
}

bool pki_crl_describe(const struct pki_crl *crl, int64_t now, struct pki_report *report,
                      struct pki_error *err)
{
    uint8_t fingerprint[PKI_SHA256_SIZE];
    int64_t count = 0;

    if (!count_entries(crl, &count, err))
        return false;
    pki_name_describe(crl->issuer, "Issuer", report);
    if (crl->has_number)
        pki_report_octets(report, "Number", crl->number);
    describe_dates(crl, now, report);
    describe_scope(crl, report);
    if (crl->authority_key_id.size > 0)
        pki_report_octets(report, "Authority key id", crl->authority_key_id);
    pki_sha256(crl->der, fingerprint);
    pki_report_fingerprint(report, "SHA-256", fingerprint);
    pki_report_integer(report, "Revoked certificates", count);
    describe_entries(crl, report);
    return true;
}
