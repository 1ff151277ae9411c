#include "ops/status_crosses.h"

#include <stdio.h>

#include "ops/line.h"

static bool judge(struct pki_session *session, const struct pki_certificate_row *row,
                  const struct pki_authority_row *issuer, struct pki_cross *cross,
                  struct pki_error *err)
{
    const struct pki_bytes serial = {row->serial, sizeof(row->serial)};
    struct pki_revocation_row revocation = {0};
    bool revoked = false;

    if (!pki_store_find_revocation(session->store, row->issuer, serial, &revoked, &revocation, err))
        return false;
    bool ended = row->not_after < pki_session_now(session);
    bool lost = issuer->state == PKI_STATE_REVOKED;
    cross->state = revoked ? "revoked" : lost ? "issuer revoked" : ended ? "ended" : "good";
    cross->tone = revoked || lost ? PKI_TONE_BAD : ended ? PKI_TONE_FAINT : PKI_TONE_GOOD;
    return true;
}

bool pki_cross_look(struct pki_session *session, const struct pki_certificate_row *row, bool *found,
                    struct pki_cross *cross, struct pki_error *err)
{
    pki_scope(pki_authority_row) root = {0};
    pki_scope(pki_authority_row) issuer = {0};

    *found = pki_certificate_is_cross(row);
    if (!*found)
        return true;
    if (!pki_store_authority(session->store, row->authority, &root, err) ||
        !pki_store_authority(session->store, row->issuer, &issuer, err))
        return false;
    (void)snprintf(cross->name, sizeof(cross->name), "%.100s" PKI_CROSS, root.name);
    (void)snprintf(cross->issuer, sizeof(cross->issuer), "%s", issuer.name);
    return judge(session, row, &issuer, cross, err);
}

static void tell(const struct pki_cross *cross, const struct pki_certificate_row *row,
                 struct pki_report *out)
{
    pki_report_text(out, "Certificate", "%s", cross->name);
    pki_report_text(out, "Issued by", "%s", cross->issuer);
    pki_report_toned(out, "State", cross->tone, "%s", cross->state);
    pki_report_day(out, "Valid to", row->not_after);
    pki_report_octets(out, "Serial", (struct pki_bytes){row->serial, sizeof(row->serial)});
    pki_report_readers(out, PKI_FOR_JSON); /* on paper the report has it, with its words */
    pki_report_octets(out, "Fingerprint",
                      (struct pki_bytes){row->fingerprint, sizeof(row->fingerprint)});
    pki_report_readers(out, PKI_FOR_ALL);
}

bool pki_status_crosses(struct pki_session *session, struct pki_report *report,
                        struct pki_error *err)
{
    pki_scope(pki_certificate_rows) rows = {0};
    struct pki_report *table = NULL;

    if (!pki_store_list_certificates(session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_cross cross = {0};
        bool found = false;

        if (!pki_cross_look(session, &rows.list[i], &found, &cross, err))
            return false;
        if (!found)
            continue;
        if (!table)
            table = pki_report_table(report, "Cross-certificates");
        tell(&cross, &rows.list[i], pki_report_row(table));
    }
    return true;
}
