/*
 * The room in which a key is used: what the clock says, whether a network is
 * near (rules 10 and 13).
 */
#include "ceremony/room.h"
#include "pki/time.h"
#include "ops/seams.h"
#include "ops/session.h"

#define YEAR (INT64_C(366) * 86400)

static void note(struct pki_buf *findings, const char *text)
{
    if (findings->size > 0)
        pki_buf_text(findings, "; ");
    pki_buf_text(findings, text);
}

/* Whether the operator typed the word for a finding, which is then kept with it. */
static bool overrule(const struct pki_session *session, const char *word, const char *text,
                     struct pki_buf *findings)
{
    if (!pki_session_overrides(session, word))
        return false;
    note(findings, text);
    note(findings, "overruled by ");
    pki_buf_text(findings, word);
    return true;
}

/* One of the two things that a clock must lie after. */
static bool check_after(struct pki_session *session, int64_t least, const char *what,
                        struct pki_buf *findings, struct pki_error *err)
{
    char now[PKI_TIME_TEXT];
    char then[PKI_TIME_TEXT];
    char text[200];
    int64_t at = pki_session_now(session);

    if (at >= least)
        return true;
    (void)snprintf(text, sizeof(text), "the clock says %s, before %s (%s)",
                   pki_time_format(at, now), what, pki_time_format(least, then));
    return overrule(session, PKI_OVERRIDE_CLOCK, text, findings) ||
           pki_fail(err, PKI_E_POLICY,
                    "%s: set the clock; if it is right, type --override " PKI_OVERRIDE_CLOCK, text);
}

/* A clock that stands far ahead dates what it signs beyond what can be taken back. */
static bool check_jump(struct pki_session *session, int64_t newest, struct pki_buf *findings,
                       struct pki_error *err)
{
    char now[PKI_TIME_TEXT];
    char then[PKI_TIME_TEXT];
    char text[200];
    int64_t at = pki_session_now(session);

    if (at - newest <= YEAR)
        return true;
    (void)snprintf(text, sizeof(text),
                   "the clock says %s, more than a year after the journal's newest entry (%s)",
                   pki_time_format(at, now), pki_time_format(newest, then));
    return overrule(session, PKI_OVERRIDE_CLOCK, text, findings) ||
           pki_fail(err, PKI_E_POLICY,
                    "%s: set the clock; if it is right, type --override " PKI_OVERRIDE_CLOCK, text);
}

static bool check_network(struct pki_session *session, struct pki_buf *findings,
                          struct pki_error *err)
{
    const struct pki_room_place place = {.root = pki_seam_root()};
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_room_finding finding;
    char text[PKI_ROOM_DETAIL + 40];

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    pki_room_look(&place, PKI_ROOM_INTERFACES, &finding);
    if (finding.state == PKI_ROOM_GOOD)
        return true;
    (void)snprintf(text, sizeof(text),
                   finding.state == PKI_ROOM_FOUND ? "network interface %s is up"
                                                   : "a network interface may be up (%s)",
                   finding.detail);
    if (!hierarchy->air_gap_enforced || session->rehearsal) {
        note(findings, text);
        return true;
    }
    return overrule(session, PKI_OVERRIDE_NETWORK, text, findings) ||
           pki_fail(err, PKI_E_POLICY,
                    "%s, and the hierarchy says air_gap: enforce: take it down, or type "
                    "--override " PKI_OVERRIDE_NETWORK,
                    text);
}

bool pki_session_check_clock(struct pki_session *session, struct pki_buf *findings,
                             struct pki_error *err)
{
    struct pki_journal_head head;

    if (!pki_journal_get_head(session->store, &head, err))
        return false;
    if (session->has_clock)
        note(findings, "a rehearsal with a pretended clock");
    return (session->has_clock ||
            check_after(session, pki_seam_build_date(), "this tool was built", findings, err)) &&
           check_after(session, head.at, "the journal's newest entry", findings, err) &&
           check_jump(session, head.at, findings, err) && pki_buf_ok(findings, err);
}

bool pki_session_check_room(struct pki_session *session, struct pki_buf *findings,
                            struct pki_error *err)
{
    return pki_session_check_clock(session, findings, err) &&
           check_network(session, findings, err) && pki_buf_ok(findings, err);
}

void pki_room_join(struct pki_buf *detail, const struct pki_buf *findings)
{
    if (findings->size > 0 && detail->size > 0)
        pki_buf_text(detail, "; ");
    pki_buf_append_bytes(detail, pki_buf_view(findings));
}

void pki_room_tell(const struct pki_buf *findings, struct pki_report *report)
{
    if (findings->size > 0)
        pki_report_note(report, "Room", PKI_TONE_WARN, "The room: %.*s.", (int)findings->size,
                        (const char *)findings->data);
}

bool pki_session_clock_text(struct pki_session *session, char text[PKI_CLOCK_TEXT],
                            struct pki_error *err)
{
    pki_scope(pki_buf) findings = {0};

    if (!pki_session_check_clock(session, &findings, err))
        return false;
    (void)snprintf(text, PKI_CLOCK_TEXT, "%.*s", (int)findings.size,
                   findings.size > 0 ? (const char *)findings.data : "");
    return true;
}
