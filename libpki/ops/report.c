/*
 * The report of a cellar, for auditors: a page made of what status tells, with
 * drawings, the certificates' fingerprints and the head, to be printed and
 * signed. Reads; changes nothing.
 */
#include <fcntl.h>
#include <inttypes.h>

#include "pki/ops.h"
#include "base/text.h"
#include "ceremony/page.h"
#include "ops/report_ceremonies.h"
#include "ops/report_chart.h"
#include "ops/status.h"
#include "ops/status_crosses.h"
#include "x509/name.h"

#define SOON INT64_C(31622400) /* a year: what is due in it is listed */

static bool put_timeline(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    pki_scope(pki_crl_debts) debts = {0};
    pki_scope(pki_timeline_entries) entries = {0};

    if (!pki_crl_debts_load(session, &debts, err) ||
        !pki_timeline_gather(session, &debts, &entries, err))
        return false;
    if (entries.n == 0)
        return true;
    pki_buf_text(out, "<h2>Timeline</h2>\n");
    return pki_chart_timeline(&entries, pki_session_now(session), out, err);
}

static bool put_status(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    pki_auto(pki_report) status = pki_report_new();

    pki_buf_text(out, "<h2>State</h2>\n");
    return pki_report_ok(status, err) && pki_status_tell(session, SOON, status, err) &&
           pki_report_ceremonies(session, status, err) && pki_report_to_html(status, out, err);
}

/* --- certificates -------------------------------------------------------------------------- */

static bool put_certificate(const char *title, const char *state,
                            const struct pki_certificate_row *cert, struct pki_buf *out,
                            struct pki_error *err)
{
    pki_auto(pki_report) facts = pki_report_new();
    pki_scope(pki_buf) name = {0};

    if (!pki_name_show(pki_buf_view(&cert->subject), &name, err) || !pki_buf_ok(&name, err))
        return false;
    pki_report_text(facts, "Subject", "%.*s", (int)name.size, (const char *)name.data);
    pki_report_text(facts, "State", "%s", state);
    pki_report_octets(facts, "Serial", (struct pki_bytes){cert->serial, sizeof(cert->serial)});
    pki_report_time(facts, "Valid from", cert->not_before);
    pki_report_time(facts, "Valid to", cert->not_after);
    pki_html_in(out, "<h3>", title, "</h3>\n");
    return pki_report_to_html(facts, out, err) &&
           pki_page_digest(out, "SHA-256 of the certificate", PKI_FRAME_FINGERPRINT,
                           cert->fingerprint, err);
}

/* Those that nobody trusts any more have no code to compare. */
static bool put_certificates(struct pki_session *session, struct pki_buf *out,
                             struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};
    size_t retired = 0;

    if (!pki_store_list_authorities(session->store, NULL, NULL, &rows, err))
        return false;
    pki_buf_text(out, "<h2>Certificates of authorities</h2>\n");
    for (size_t i = 0; i < rows.n; i++) {
        pki_scope(pki_certificate_row) cert = {0};
        if (rows.list[i].state == PKI_STATE_RETIRED) {
            retired++;
            continue;
        }
        if (!pki_store_certificate(session->store, rows.list[i].certificate, &cert, err) ||
            !put_certificate(rows.list[i].name, pki_state_name(rows.list[i].state), &cert, out,
                             err))
            return false;
    }
    if (rows.n == retired)
        pki_buf_text(out, "<p class=\"faint\">none</p>\n");
    if (retired > 0)
        pki_buf_printf(out, "<p>%zu more are retired.</p>\n", retired);
    return true;
}

/* A title of its own, once there is one. */
static bool put_crosses(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    pki_scope(pki_certificate_rows) rows = {0};
    bool titled = false;

    if (!pki_store_list_certificates(session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_cross cross = {0};
        bool found = false;

        if (!pki_cross_look(session, &rows.list[i], &found, &cross, err))
            return false;
        if (!found)
            continue;
        if (!titled)
            pki_buf_text(out, "<h2>Cross-certificates</h2>\n");
        titled = true;
        if (!put_certificate(cross.name, cross.state, &rows.list[i], out, err))
            return false;
    }
    return true;
}

/* --- the page ------------------------------------------------------------------------------ */

static bool put_head(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    struct pki_journal_head head = {0};
    char label[64];

    if (!pki_journal_get_head(session->store, &head, err))
        return false;
    (void)snprintf(label, sizeof(label), "Head of the journal, entry %" PRId64, head.counter);
    pki_buf_text(out, "<h2>To be compared</h2>\n<p>The head stands for every entry of the journal. "
                      "Compare it with one that was written down, or with a seal.</p>\n");
    return pki_page_digest(out, label, PKI_FRAME_HEAD, head.hash, err);
}

static bool put_page(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    static const char *const roles[] = {"Prepared by", "Checked by"};
    const struct pki_hierarchy *hierarchy = NULL;
    char now[PKI_TIME_TEXT];

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    pki_page_begin(out, hierarchy->organization, "report");
    pki_html_in(out, "<h1>", hierarchy->organization,
                "</h1>\n<p class=\"foot\">Report of a cellar, as of ");
    pki_buf_printf(out, "%s</p>\n<h2>Hierarchy</h2>\n",
                   pki_time_format(pki_session_now(session), now));
    if (!pki_chart_hierarchy(session, out, err) || !put_timeline(session, out, err) ||
        !put_status(session, out, err) || !put_certificates(session, out, err) ||
        !put_crosses(session, out, err) || !put_head(session, out, err))
        return false;
    pki_buf_text(out, "<h2>Signatures</h2>\n");
    pki_page_signatures(out, roles, PKI_COUNT(roles));
    pki_page_end(out);
    return pki_buf_ok(out, err);
}

bool pki_cellar_report(struct pki_session *session, const char *to, bool dry_run,
                       struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) out = {0};

    return put_page(session, &out, err) && pki_page_write(&out, to, dry_run, report, err);
}
