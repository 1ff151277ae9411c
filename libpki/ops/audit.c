/*
 * Audit: everything that the inventory says, proved again. The store proves
 * journal and rows; here follow signatures, today's lint rules, key files and
 * exports. A finding never stops the audit: all of them are listed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ops/audit.h"

#include "base/file.h"
#include "base/text.h"
#include "ops/crl_file.h"
#include "x509/lint.h"

void pki_audit_find(struct pki_audit *audit, const char *what, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (!audit->table)
        audit->table = pki_report_table(audit->report, "Findings");
    struct pki_report *row = pki_report_row(audit->table);
    pki_report_text(row, "What", "%s", what);
    pki_report_toned(row, "Finding", PKI_TONE_BAD, "%s", text);
    audit->findings++;
}

/* --- the store ------------------------------------------------------------------------------- */

static bool audit_store(struct pki_audit *audit, struct pki_error *err)
{
    struct pki_store_findings found = {0};

    pki_store_watch(audit->session->store, audit->session->progress);
    if (!pki_store_audit(audit->session->store, &found, err))
        return false;
    for (size_t i = 0; i < found.n; i++)
        pki_audit_find(audit, "inventory", "%s", found.list[i]);
    pki_report_integer(audit->report, "Journal entries", found.entries);
    pki_report_integer(audit->report, "Rows", found.rows);
    pki_store_findings_clear(&found);
    return true;
}

/* --- certificates ---------------------------------------------------------------------------- */

/* Certificates come in the order of their issue: the issuer is most often the last one's. */
static bool load_issuer(struct pki_audit *audit, int64_t issuer, struct pki_error *err)
{
    pki_scope(pki_authority_row) authority = {0};
    pki_scope(pki_certificate_row) cert = {0};

    if (audit->issuer && audit->issuer_id == issuer)
        return true;
    pki_cert_free(PKI_TAKE(audit->issuer));
    audit->issuer_id = issuer;
    return pki_store_authority(audit->session->store, issuer, &authority, err) &&
           pki_store_certificate(audit->session->store, authority.certificate, &cert, err) &&
           pki_cert_parse(pki_buf_view(&cert.der), &audit->issuer, err);
}

static void relint(struct pki_audit *audit, const struct pki_certificate_row *row,
                   const struct pki_cert *cert, const char *name)
{
    struct pki_lint_findings findings = {0};
    struct pki_error why = {0};
    bool root = row->issuer == row->authority;

    if (!pki_lint_body(cert, root ? NULL : audit->issuer, row->profile, audit->session->rehearsal,
                       &findings, &why))
        pki_audit_find(audit, name, "%s", why.text);
    pki_lint_findings_clear(&findings);
}

/* The record's columns are what the certificate says. */
static bool row_agrees(const struct pki_certificate_row *row, const struct pki_cert *cert)
{
    const struct pki_bytes serial = {row->serial, sizeof(row->serial)};

    return pki_bytes_equal(serial, cert->serial) && row->not_before == cert->not_before &&
           row->not_after == cert->not_after &&
           memcmp(row->fingerprint, cert->fingerprint, sizeof(row->fingerprint)) == 0 &&
           pki_bytes_equal(pki_buf_view(&row->subject), cert->subject);
}

static bool audit_certificate(void *context, const struct pki_certificate_row *row,
                              struct pki_error *err)
{
    struct pki_audit *audit = context;
    pki_auto(pki_cert) cert = NULL;
    pki_scope(pki_buf) name = {0};
    struct pki_error why = {0};

    audit->certificates++;
    if (!pki_work_on(&audit->work, err))
        return false;
    pki_buf_text(&name, "certificate ");
    pki_hex(&name, (struct pki_bytes){row->serial, sizeof(row->serial)});
    pki_buf_byte(&name, 0);
    if (!pki_buf_ok(&name, err))
        return false;
    const char *what = (const char *)name.data;
    if (!pki_cert_parse(pki_buf_view(&row->der), &cert, &why) ||
        !load_issuer(audit, row->issuer, &why)) {
        pki_audit_find(audit, what, "%s", why.text);
        return true;
    }
    if (!row_agrees(row, cert))
        pki_audit_find(audit, what, "the record differs from the certificate itself");
    if (!pki_cert_verify_signature(cert, audit->issuer->spki, &why)) {
        pki_audit_find(audit, what, "%s", why.text);
        return true;
    }
    relint(audit, row, cert, what);
    return true;
}

/* --- CRLs ------------------------------------------------------------------------------------- */

static bool audit_crl(struct pki_audit *audit, const struct pki_crl_row *row, struct pki_error *err)
{
    pki_scope(pki_authority_row) issuer = {0};
    pki_scope(pki_certificate_row) record = {0};
    pki_auto(pki_cert) cert = NULL;
    struct pki_bytes der = {0};
    struct pki_crl crl = {0};
    struct pki_error why = {0};

    if (!pki_store_authority(audit->session->store, row->issuer, &issuer, err) ||
        !pki_store_certificate(audit->session->store, issuer.certificate, &record, err))
        return false;
    audit->crls++;
    if (!pki_cert_parse(pki_buf_view(&record.der), &cert, &why) ||
        !pki_crl_file_map(audit->session, issuer.name, row, &der, &why)) {
        pki_audit_find(audit, issuer.name, "%s", why.text);
        return true;
    }
    bool parsed = pki_crl_parse(der, &crl, &why);
    crl.mapped = true;
    if (!parsed || !pki_crl_verify_signature(&crl, cert->spki, &why))
        pki_audit_find(audit, issuer.name, "CRL %lld: %s", (long long)row->number, why.text);
    pki_file_unmap(&der);
    return true;
}

static bool audit_crls(struct pki_audit *audit, struct pki_error *err)
{
    pki_scope(pki_crl_rows) rows = {0};

    if (!pki_store_list_crls(audit->session->store, 0, &rows, err))
        return false;
    if (!pki_work_turn(&audit->work, "verifying CRLs", (int64_t)rows.n, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!pki_work_on(&audit->work, err) || !audit_crl(audit, &rows.list[i], err))
            return false;
    return true;
}

/* --- a head that was written down ------------------------------------------------------------ */

/* Words, or hex as a manifest shows them. */
static bool parse_head(const char *text, struct pki_buf *hash, struct pki_error *err)
{
    struct pki_error no_hex = {0};

    if (!pki_hex_parse(text, hash, &no_hex)) {
        hash->size = 0;
        if (!pki_words_parse(text, hash, err))
            return false;
    }
    return hash->size == PKI_SHA256_SIZE ||
           pki_fail(err, PKI_E_USAGE, "--head has %zu words or octets; a head has %d", hash->size,
                    PKI_SHA256_SIZE);
}

static bool audit_head(struct pki_audit *audit, const char *text, struct pki_error *err)
{
    pki_scope(pki_buf) hash = {0};
    struct pki_journal_head newest;
    int64_t counter = 0;
    bool found = false;

    if (!text)
        return true;
    if (!parse_head(text, &hash, err) ||
        !pki_journal_get_head(audit->session->store, &newest, err) ||
        !pki_journal_contains(audit->session->store, hash.data, &found, &counter, err))
        return false;
    if (!found) {
        pki_audit_find(audit, "journal",
                       "does not hold the given head: it was rewritten or cut off, or the head is "
                       "of another cellar");
        return true;
    }
    pki_report_integer(audit->report, "Given head is entry", counter);
    pki_report_integer(audit->report, "Entries since", newest.counter - counter);
    return true;
}

/* Once something was found, what cannot be read because of it is a finding too. */
static bool step(struct pki_audit *audit, bool done, const char *what, struct pki_error *err)
{
    bool ours = err->code == PKI_E_MEMORY || err->code == PKI_E_USAGE ||
                err->code == PKI_E_CANCELLED; /* no fault of the cellar */

    if (done || audit->findings == 0 || ours)
        return done;
    pki_audit_find(audit, what, "the audit ends here: %s", err->text);
    *err = (struct pki_error){0};
    return true;
}

static bool audit_certificates(struct pki_audit *audit, struct pki_error *err)
{
    return pki_work_turn(&audit->work, "verifying certificates", 0, err) &&
           pki_store_each_certificate(audit->session->store, audit_certificate, audit, err);
}

static bool audit_all(struct pki_audit *audit, const char *head, struct pki_error *err)
{
    if (!audit_store(audit, err) || !step(audit, audit_head(audit, head, err), "journal", err))
        return false;
    audit->work = pki_work_begin(audit->session->progress, "verifying", 0);
    bool done = step(audit, audit_certificates(audit, err), "certificates", err) &&
                step(audit, audit_crls(audit, err), "CRLs", err) &&
                step(audit, pki_audit_files(audit, err), "files", err);
    pki_work_clear(&audit->work);
    return done;
}

bool pki_audit(struct pki_session *session, const char *head, struct pki_report *report,
               struct pki_error *err)
{
    PKI_CONTEXT(err, "audit");
    struct pki_audit audit = {.session = session, .report = report};
    bool done = audit_all(&audit, head, err);

    pki_cert_free(audit.issuer);
    if (!done)
        return false;
    pki_report_integer(report, "Certificates", audit.certificates);
    pki_report_integer(report, "Key files", audit.keys);
    pki_report_integer(report, "CRLs", audit.crls);
    pki_report_integer(report, "Exports", audit.exports);
    if (audit.findings > 0)
        return pki_fail(err, PKI_E_INTEGRITY, "%zu findings: see the table", audit.findings);
    pki_report_note(report, "Result", PKI_TONE_GOOD, "Everything agrees with the inventory.");
    return pki_session_head(session, report, err);
}
