/*
 * Audit: everything that the inventory says, proved again. The store proves
 * journal and rows; here follow signatures, today's lint rules, key files and
 * exports. A finding never stops the audit: all of them are listed.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pki/ops.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/bundle.h"
#include "ops/crl_file.h"
#include "ops/session.h"
#include "x509/lint.h"

struct audit {
    struct pki_session *session;
    struct pki_report *report;
    struct pki_report *table; /* of findings, made with the first one */
    size_t findings;
    int64_t certificates, keys, crls, exports;
    struct pki_work work; /* on what it is at */
};

static void find(struct audit *audit, const char *what, const char *format, ...) PKI_PRINTF(3, 4);

static void find(struct audit *audit, const char *what, const char *format, ...)
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

static bool audit_store(struct audit *audit, struct pki_error *err)
{
    struct pki_store_findings found = {0};

    pki_store_watch(audit->session->store, audit->session->progress);
    if (!pki_store_audit(audit->session->store, &found, err))
        return false;
    for (size_t i = 0; i < found.n; i++)
        find(audit, "inventory", "%s", found.list[i]);
    pki_report_integer(audit->report, "Journal entries", found.entries);
    pki_report_integer(audit->report, "Rows", found.rows);
    pki_store_findings_clear(&found);
    return true;
}

/* --- certificates ---------------------------------------------------------------------------- */

static bool load_issuer(struct audit *audit, const struct pki_certificate_row *row,
                        struct pki_cert **issuer, struct pki_error *err)
{
    pki_scope(pki_authority_row) authority = {0};
    pki_scope(pki_certificate_row) cert = {0};

    return pki_store_authority(audit->session->store, row->issuer, &authority, err) &&
           pki_store_certificate(audit->session->store, authority.certificate, &cert, err) &&
           pki_cert_parse(pki_buf_view(&cert.der), issuer, err);
}

static void relint(struct audit *audit, const struct pki_certificate_row *row,
                   const struct pki_cert *cert, const struct pki_cert *issuer, const char *name)
{
    struct pki_lint_findings findings = {0};
    struct pki_error why = {0};
    bool root = row->issuer == row->authority;

    if (!pki_lint_body(cert->tbs, root ? NULL : issuer, row->profile, false, &findings, &why))
        find(audit, name, "%s", why.text);
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
    struct audit *audit = context;
    pki_auto(pki_cert) cert = NULL;
    pki_auto(pki_cert) issuer = NULL;
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
        !load_issuer(audit, row, &issuer, &why)) {
        find(audit, what, "%s", why.text);
        return true;
    }
    if (!row_agrees(row, cert))
        find(audit, what, "the record differs from the certificate itself");
    if (!pki_cert_verify_signature(cert, issuer->spki, &why)) {
        find(audit, what, "%s", why.text);
        return true;
    }
    relint(audit, row, cert, issuer, what);
    return true;
}

/* --- key files ------------------------------------------------------------------------------- */

static bool audit_keys(struct audit *audit, struct pki_error *err)
{
    pki_scope(pki_key_rows) keys = {0};

    if (!pki_store_list_keys(audit->session->store, &keys, err))
        return false;
    for (size_t i = 0; i < keys.n; i++) {
        const struct pki_key_row *key = &keys.list[i];
        pki_scope(pki_buf) bytes = {0};
        struct pki_error why = {0};
        if (!key->has_file)
            continue;
        audit->keys++;
        if (!pki_session_read_key(audit->session, key, &bytes, &why))
            find(audit, key->name, "%s", why.text);
    }
    return true;
}

/* --- CRLs ------------------------------------------------------------------------------------- */

static bool audit_crl(struct audit *audit, const struct pki_crl_row *row, struct pki_error *err)
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
        find(audit, issuer.name, "%s", why.text);
        return true;
    }
    if (!pki_crl_parse(der, &crl, &why) || !pki_crl_verify_signature(&crl, cert->spki, &why))
        find(audit, issuer.name, "CRL %lld: %s", (long long)row->number, why.text);
    pki_file_unmap(&der);
    return true;
}

static bool audit_crls(struct audit *audit, struct pki_error *err)
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

/* --- exports --------------------------------------------------------------------------------- */

/* The manifest must be the one recorded last; the files are made again by `cellar export`. */
static bool audit_export(struct audit *audit, const char *environment, struct pki_error *err)
{
    struct pki_publication_row last = {0};
    pki_scope(pki_buf) bytes = {0};
    struct pki_error why = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PKI_WORD_MAX + 32];
    bool found = false;

    (void)snprintf(path, sizeof(path), "exports/%s/manifest.json", environment);
    if (!pki_store_last_publication(audit->session->store, environment, &found, &last, err))
        return false;
    if (!found || faccessat(audit->session->directory, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return true; /* exports may be deleted and made again */
    audit->exports++;
    if (!pki_file_read(audit->session->directory, path, PKI_LIMIT_BUNDLE, &bytes, &why)) {
        find(audit, path, "%s", why.text);
        return true;
    }
    pki_sha256(pki_buf_view(&bytes), sha256);
    if (memcmp(sha256, last.manifest_sha256, sizeof(sha256)) != 0) {
        find(audit, path, "is not the one that was exported last: run `cellar export %s`",
             environment);
        return true;
    }
    (void)snprintf(path, sizeof(path), "exports/%s", environment);
    if (!pki_manifest_check(audit->session->directory, path, pki_buf_view(&bytes), &why) ||
        !pki_manifest_owns(audit->session->directory, path, &why))
        find(audit, path, "%s: run `cellar export %s`", why.text, environment);
    return true;
}

static bool audit_exports(struct audit *audit, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(audit->session, &hierarchy, err))
        return false;
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const char *environment = hierarchy->lines[i].environment;
        bool seen = i > 0 && strcmp(environment, hierarchy->lines[i - 1].environment) == 0;
        if (!seen && !audit_export(audit, environment, err))
            return false;
    }
    return true;
}

/* --- a head that was written down ------------------------------------------------------------ */

static bool audit_head(struct audit *audit, const char *words, struct pki_error *err)
{
    pki_scope(pki_buf) hash = {0};
    int64_t counter = 0;
    bool found = false;

    if (!words)
        return true;
    if (!pki_words_parse(words, &hash, err))
        return false;
    if (hash.size != PKI_SHA256_SIZE)
        return pki_fail(err, PKI_E_USAGE, "--head has %zu words; a head has %d", hash.size,
                        PKI_SHA256_SIZE);
    if (!pki_journal_contains(audit->session->store, hash.data, &found, &counter, err))
        return false;
    if (found)
        pki_report_integer(audit->report, "Given head is entry", counter);
    else {
        find(audit, "journal",
             "does not hold the given head: it was rewritten or cut off, or the "
             "words are of another cellar");
    }
    return true;
}

static bool audit_certificates(struct audit *audit, struct pki_error *err)
{
    return pki_work_turn(&audit->work, "verifying certificates", 0, err) &&
           pki_store_each_certificate(audit->session->store, audit_certificate, audit, err);
}

static bool audit_all(struct audit *audit, const char *head, struct pki_error *err)
{
    if (!audit_store(audit, err) || !audit_head(audit, head, err))
        return false;
    audit->work = pki_work_begin(audit->session->progress, "verifying", 0);
    bool done = audit_certificates(audit, err) && audit_keys(audit, err) &&
                audit_crls(audit, err) && audit_exports(audit, err);
    pki_work_clear(&audit->work);
    return done;
}

bool pki_audit(struct pki_session *session, const char *head, struct pki_report *report,
               struct pki_error *err)
{
    PKI_CONTEXT(err, "audit");
    struct audit audit = {.session = session, .report = report};

    if (!audit_all(&audit, head, err))
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
