#include "ops/revocation.h"

#include <string.h>

#include "x509/oids.h"

#define DROP "drop"
#define END  "end"

static const struct pki_reason reasons[] = {
    {
        .name = "unspecified",
        .code = 0,
        .end_entity = true,
        .treatment = DROP,
        .meaning = "no reason is given; the CRL says none",
    },
    {
        .name = "keyCompromise",
        .code = 1,
        .authority = true,
        .end_entity = true,
        .leak = true,
        .treatment = DROP,
        .meaning = "somebody else has, or may have, the private key",
    },
    {
        .name = "cACompromise",
        .code = 2,
        .authority = true,
        .leak = true,
        .treatment = DROP,
        .meaning = "somebody else has, or may have, the authority's private key",
    },
    {
        .name = "affiliationChanged",
        .code = 3,
        .authority = true,
        .end_entity = true,
        .treatment = END,
        .meaning = "the names in it are no longer right; the key is safe",
    },
    {
        .name = "superseded",
        .code = 4,
        .authority = true,
        .end_entity = true,
        .treatment = END,
        .meaning = "another certificate replaces it; the key is safe",
    },
    {
        .name = "cessationOfOperation",
        .code = 5,
        .authority = true,
        .end_entity = true,
        .treatment = END,
        .meaning = "it is no longer used; the key is safe",
    },
    {
        .name = "privilegeWithdrawn",
        .code = 9,
        .authority = true,
        .end_entity = true,
        .treatment = DROP,
        .meaning = "its holder lost the right to use it",
    },
};

static bool suits(const struct pki_reason *reason, const struct pki_cert *cert)
{
    return cert->authority ? reason->authority : reason->end_entity;
}

static const char *kind_of(const struct pki_cert *cert)
{
    return cert->authority ? "an authority's certificate" : "an end entity's certificate";
}

/* "keyCompromise, cACompromise, superseded" */
static void list_suitable(const struct pki_cert *cert, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < PKI_COUNT(reasons) && used < size; i++) {
        if (suits(&reasons[i], cert))
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     reasons[i].name);
    }
}

bool pki_reason_find(const char *name, const struct pki_cert *cert,
                     const struct pki_reason **reason, struct pki_error *err)
{
    char known[200];

    list_suitable(cert, known, sizeof(known));
    for (size_t i = 0; i < PKI_COUNT(reasons); i++) {
        if (strcmp(reasons[i].name, name) != 0)
            continue;
        if (!suits(&reasons[i], cert))
            return pki_fail(err, PKI_E_POLICY, "%s is no reason for %s; there are %s (BR 7.2.2)",
                            name, kind_of(cert), known);
        *reason = &reasons[i];
        return true;
    }
    return pki_fail(err, PKI_E_USAGE, "no reason \"%s\" for %s; there are %s (BR 7.2.2)", name,
                    kind_of(cert), known);
}

const struct pki_reason *pki_reason_of(int code)
{
    for (size_t i = 0; i < PKI_COUNT(reasons); i++)
        if (reasons[i].code == code)
            return &reasons[i];
    return &reasons[0];
}

void pki_reason_describe(const struct pki_cert *cert, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Reasons");

    for (size_t i = 0; i < PKI_COUNT(reasons); i++) {
        if (!suits(&reasons[i], cert))
            continue;
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Reason", "%s", reasons[i].name);
        pki_report_text(row, "Meaning", "%s", reasons[i].meaning);
        pki_report_text(row, "Treatment", "%s", reasons[i].treatment);
    }
}

/* --- judging --------------------------------------------------------------------------------- */

/* An end of its window at or before its start leaves nothing of it. */
static bool never_good(const struct pki_cert *cert, int64_t invalid_since)
{
    return invalid_since <= cert->not_before;
}

static bool judge_end(const struct pki_revoke_request *request, const struct pki_reason *reason,
                      const struct pki_cert *cert, struct pki_error *err)
{
    if (reason->leak && pki_cert_has_usage(cert, PKI_OID_TIME_STAMPING)) {
        return pki_fail(err, PKI_E_POLICY,
                        "a compromised time-stamping key can sign any past time, so no end of its "
                        "window helps: its treatment is drop");
    }
    if (reason->leak && !request->has_invalid_since) {
        return pki_fail(err, PKI_E_POLICY,
                        "treatment end after %s needs --invalid-since: the last time at which the "
                        "key was certainly safe (RFC 5280 5.3.2)",
                        reason->name);
    }
    return !request->has_invalid_since || !never_good(cert, request->invalid_since) ||
           pki_fail(err, PKI_E_POLICY,
                    "--invalid-since lies before the certificate: nothing it signed is left to "
                    "trust, so its treatment is drop");
}

static bool judge_treatment(const struct pki_revoke_request *request,
                            const struct pki_reason *reason, const struct pki_cert *cert,
                            struct pki_revocation_row *row, struct pki_error *err)
{
    const char *treatment = request->treatment ? request->treatment : reason->treatment;

    if (strcmp(treatment, DROP) != 0 && strcmp(treatment, END) != 0) {
        return pki_fail(err, PKI_E_USAGE,
                        "no treatment \"%s\"; there are drop (nothing it signed is trusted) and "
                        "end (what it signed until a time)",
                        treatment);
    }
    (void)snprintf(row->treatment, sizeof(row->treatment), "%s", treatment);
    return strcmp(treatment, DROP) == 0 || judge_end(request, reason, cert, err);
}

/* The list's date is set back, and an invalidity date after it would say nothing that the list does
   not (RFC 5280 5.3.2). What is dropped was never good; where the key leaked nobody can say since
   when, and readers take a leak without a date as that already. */
static void date_invalidity(const struct pki_reason *reason, const struct pki_cert *cert,
                            struct pki_revocation_row *row)
{
    if (row->has_invalidity && row->invalidity_at > row->revoked_at)
        row->invalidity_at = row->revoked_at;
    if (row->has_invalidity || reason->leak || strcmp(row->treatment, DROP) != 0)
        return;
    row->has_invalidity = true;
    row->invalidity_at = cert->not_before;
}

bool pki_revocation_judge(const struct pki_revoke_request *request, const struct pki_cert *cert,
                          int64_t now, struct pki_revocation_row *row, struct pki_error *err)
{
    const struct pki_reason *reason = NULL;

    if (!request->reason || !pki_reason_find(request->reason, cert, &reason, err))
        return request->reason ? false
                               : pki_fail(err, PKI_E_USAGE, "--reason is missing; see --help");
    row->reason = reason->code;
    row->has_invalidity = request->has_invalid_since;
    row->invalidity_at = request->invalid_since;
    if (request->has_invalid_since && request->invalid_since > now)
        return pki_fail(err, PKI_E_POLICY, "--invalid-since lies in the future");
    if (!judge_treatment(request, reason, cert, row, err))
        return false;
    date_invalidity(reason, cert, row);
    return true;
}

static bool surely_ended(const struct pki_reason *reason, const struct pki_cert *cert, bool trusted,
                         const struct pki_revocation_row *row)
{
    if (!row->has_invalidity)
        return !reason->leak;
    return trusted && cert && !never_good(cert, row->invalidity_at) &&
           !(reason->leak && pki_cert_has_usage(cert, PKI_OID_TIME_STAMPING));
}

bool pki_revocation_found(const struct pki_cert *cert, bool trusted, struct pki_revocation_row *row,
                          struct pki_error *err)
{
    const struct pki_reason *reason = pki_reason_of(row->reason);

    if (reason->code != row->reason) {
        return pki_fail(err, PKI_E_POLICY,
                        "an entry has reason %d: no cellar wrote it, and no list of one may hold "
                        "it (BR 7.2.2)",
                        row->reason);
    }
    (void)snprintf(row->treatment, sizeof(row->treatment), "%s",
                   surely_ended(reason, cert, trusted, row) ? END : DROP);
    return true;
}
