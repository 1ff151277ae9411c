/*
 * The revoking duty: nothing is signed here. It records that a certificate is
 * revoked and how trust files take it, and says which CRL is due and what
 * verifiers must fetch.
 */
#include "ops/revoke.h"

#include "base/text.h"
#include "ops/line.h"

static const struct pki_revoke_work *own_of(const struct pki_draft *draft)
{
    return draft->own;
}

/* --- what verifiers must fetch --------------------------------------------------------------- */

static void fetch(struct pki_revoke_work *revoke, const char *environment, const char *path)
{
    pki_buf_printf(&revoke->fetch, "exports/%s/%s", environment, path);
    pki_buf_byte(&revoke->fetch, 0);
}

static void fetch_trust(struct pki_revoke_work *revoke, const struct pki_line_plan *line)
{
    const struct pki_authority_row *authority = &revoke->revoked.authority;
    char path[PKI_NAME_MAX];

    if (line->profile->id == PKI_PROFILE_CODE_SIGNING_CA) {
        fetch(revoke, line->environment, "code-signing/cosign/chain.pem");
        fetch(revoke, line->environment, "code-signing/cosign/ca-intermediates.pem");
    }
    if (line->profile->id == PKI_PROFILE_CODE_SIGNING_CA ||
        line->profile->id == PKI_PROFILE_TIME_STAMPING_CA)
        fetch(revoke, line->environment, "sigstore/trusted_root.json");
    if (authority->state == PKI_STATE_ACTIVE) {
        (void)snprintf(path, sizeof(path), "%s/chain.pem", line->purpose);
        fetch(revoke, line->environment, path);
    }
}

/* What leaves with a cross-certificate. */
static void fetch_crossed(struct pki_revoke_work *revoke, const struct pki_line_plan *line)
{
    char path[PKI_NAME_MAX];

    if (line->profile->id == PKI_PROFILE_CODE_SIGNING_CA) {
        fetch(revoke, line->environment, "code-signing/cosign/chain.pem");
        fetch(revoke, line->environment, "code-signing/cosign/ca-intermediates.pem");
    }
    (void)snprintf(path, sizeof(path), "%s/.../cross/ (gone)", line->purpose);
    fetch(revoke, line->environment, path);
}

/* Whether the issuer's list is one of the line's environment. */
static bool is_below(const struct pki_line_plan *line, const struct pki_authority_row *issuer)
{
    return issuer->environment[0] ? strcmp(issuer->environment, line->environment) == 0
                                  : strcmp(issuer->root, line->root->name) == 0;
}

static void fetch_of_line(struct pki_revoke_work *revoke, const struct pki_line_plan *line)
{
    const struct pki_authority_row *authority = &revoke->revoked.authority;

    if (strcmp(authority->environment, line->environment) == 0 &&
        strcmp(authority->purpose, line->purpose) == 0)
        fetch_trust(revoke, line);
    if (revoke->revoked.cross && is_below(line, &revoke->revoked.issuer) &&
        pki_line_is_crossed(line))
        fetch_crossed(revoke, line);
}

/* Of each environment below the issuer: its CRL; of the one that the authority serves, more. */
static bool list_fetch(struct pki_session *session, struct pki_revoke_work *revoke,
                       struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);
    for (; line; line = pki_hierarchy_next(hierarchy, line)) {
        if (is_below(line, &revoke->revoked.issuer)) {
            fetch(revoke, line->environment,
                  revoke->revoked.is_root ? "(all of it)" : "crl/ (and publish/)");
        }
    }
    for (size_t i = 0; i < hierarchy->n_lines; i++)
        fetch_of_line(revoke, &hierarchy->lines[i]);
    return pki_buf_ok(&revoke->fetch, err);
}

/* --- preparing ------------------------------------------------------------------------------- */

/* Its key is the root's. */
static bool judge_cross(const struct pki_revoke_work *revoke, struct pki_error *err)
{
    return !pki_reason_of(revoke->row.reason)->leak ||
           pki_fail(err, PKI_E_POLICY,
                    "its key is that of %s: if that is compromised, revoke the root, and its "
                    "cross-certificates go with it",
                    revoke->revoked.authority.name);
}

static bool judge_root(const struct pki_revoke_work *revoke, struct pki_error *err)
{
    if (pki_reason_of(revoke->row.reason)->leak) {
        return pki_revoke_drops(&revoke->row) ||
               pki_fail(err, PKI_E_POLICY,
                        "a compromised root can sign any past time: its treatment is drop");
    }
    return pki_fail(err, PKI_E_POLICY,
                    "a root cannot revoke itself, and a root whose key is safe is succeeded; only "
                    "its compromise is recorded here (keyCompromise, cACompromise): its whole tree "
                    "leaves the exports, and verifiers take it out of their trust stores by hand");
}

static bool check_new(struct pki_session *session, struct pki_revoke_work *revoke,
                      struct pki_error *err)
{
    struct pki_revocation_row known;
    char at[PKI_TIME_TEXT];
    bool found = false;

    if (revoke->revoked.is_root && revoke->revoked.authority.state == PKI_STATE_REVOKED)
        return pki_fail(err, PKI_E_STATE, "its compromise is recorded already");
    if (!pki_store_find_revocation(session->store, revoke->row.issuer,
                                   (struct pki_bytes){revoke->row.serial, revoke->row.serial_size},
                                   &found, &known, err))
        return false;
    return !found || pki_fail(err, PKI_E_STATE, "it is revoked already, since %s, %s (%s)",
                              pki_time_format(known.revoked_at, at),
                              pki_reason_of(known.reason)->name, known.treatment);
}

/* Set back as all dates are, so that the CRL, whose date is too, does not look into the future. */
static bool fill_row(const struct pki_draft *draft, const struct pki_revoke_request *request,
                     struct pki_revoke_work *revoke, struct pki_error *err)
{
    const struct pki_cert *cert = revoke->revoked.cert;
    struct pki_revocation_row *row = &revoke->row;
    pki_scope(pki_buf) hex = {0};

    pki_hex(&hex, cert->serial);
    if (!pki_buf_ok(&hex, err))
        return false;
    if (cert->serial.size == 0 || cert->serial.size > sizeof(row->serial)) {
        return pki_fail(
            err, PKI_E_POLICY,
            "its serial number has %zu octets, so no CRL can name it (RFC 5280 4.1.2.2)",
            cert->serial.size);
    }
    (void)snprintf(revoke->serial, sizeof(revoke->serial), "%.*s", (int)hex.size,
                   (const char *)hex.data);
    row->issuer = revoke->revoked.issuer.id;
    row->revoked_at = draft->now - PKI_DRAFT_SET_BACK;
    memcpy(row->serial, cert->serial.data, cert->serial.size);
    row->serial_size = cert->serial.size;
    return pki_revocation_judge(request, cert, draft->now, row, err) &&
           (!revoke->revoked.is_root || judge_root(revoke, err)) &&
           (!revoke->revoked.cross || judge_cross(revoke, err));
}

/* Verifiers may have it already, or get it with the next export. */
static bool take_next(struct pki_session *session, const struct pki_authority_row *next,
                      struct pki_revoke_work *revoke, struct pki_error *err)
{
    int64_t since = 0;

    return pki_store_authority(session->store, next->id, &revoke->next, err) &&
           pki_store_published_since(session->store, next->id, &revoke->next_published, &since,
                                     err);
}

static bool find_next(struct pki_session *session, struct pki_revoke_work *revoke,
                      struct pki_error *err)
{
    const struct pki_authority_row *authority = &revoke->revoked.authority;
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *plan = NULL;
    pki_scope(pki_line) line = {0};

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_line(hierarchy, authority->environment, authority->purpose, &plan, err) ||
        !pki_line_load(session, plan, &line, err))
        return false;
    if (line.next)
        return take_next(session, line.next, revoke, err);
    if (line.lost) {
        return pki_fail(err, PKI_E_STATE,
                        "--promote-next: %s waits as next, but %s; revoke without it, then: cellar "
                        "issue %s %s",
                        line.lost->name, line.next_loss.why, plan->environment, plan->purpose);
    }
    return pki_fail(err, PKI_E_STATE,
                    "--promote-next: no next authority waits in %s %s; revoke without it, then: "
                    "cellar issue %s %s",
                    plan->environment, plan->purpose, plan->environment, plan->purpose);
}

/* An authority whose certificate is revoked is revoked; a generation that lost only its
   time-stamping leaf retires when its next takes over. */
static bool plan_changes(struct pki_session *session, const struct pki_revoke_request *request,
                         struct pki_draft *draft, struct pki_error *err)
{
    struct pki_revoke_work *revoke = draft->own;
    const struct pki_authority_row *authority = &revoke->revoked.authority;
    bool active = authority->id != 0 && authority->state == PKI_STATE_ACTIVE &&
                  authority->environment[0] &&
                  (revoke->revoked.issuing || revoke->revoked.companion);

    if (request->promote_next && !active)
        return pki_fail(err, PKI_E_USAGE,
                        "--promote-next is for a line's active authority, and this is none");
    if (request->promote_next && !find_next(session, revoke, err))
        return false;
    if (revoke->revoked.issuing && authority->state != PKI_STATE_REVOKED)
        pki_draft_change(draft, authority, PKI_STATE_REVOKED);
    else if (revoke->next.id != 0)
        pki_draft_change(draft, authority, PKI_STATE_RETIRING);
    if (revoke->next.id != 0)
        pki_draft_change(draft, &revoke->next, PKI_STATE_ACTIVE);
    return true;
}

/* The list that is due, if any is. */
static void say_next(struct pki_draft *draft)
{
    const struct pki_revoke_work *revoke = own_of(draft);
    const char *issuer = revoke->n_crosses > 0     ? revoke->crosses[0].issuer
                         : revoke->revoked.is_root ? NULL
                                                   : revoke->revoked.issuer.name;

    (void)snprintf(draft->next, sizeof(draft->next), "cellar %s%.120s", issuer ? "crl " : "status",
                   issuer ? issuer : "");
}

/* The common name is what gets typed; a certificate without one has its serial. */
static bool name_draft(struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_revoke_work *revoke = own_of(draft);
    const struct pki_revoked *revoked = &revoke->revoked;
    pki_scope(pki_buf) name = {0};

    if (!pki_name_attribute(revoked->cert->subject, PKI_OID_COMMON_NAME, &name, err))
        return false;
    if (revoked->cross) { /* the root has the same common name, and stays */
        (void)snprintf(draft->confirm, sizeof(draft->confirm), "%s" PKI_CROSS,
                       revoked->authority.name);
    } else if (name.size > 0) {
        (void)snprintf(draft->confirm, sizeof(draft->confirm), "%.*s", (int)name.size,
                       (const char *)name.data);
    } else {
        (void)snprintf(draft->confirm, sizeof(draft->confirm), "%s", revoke->serial);
    }
    if (revoked->issuing || revoked->is_root)
        memcpy(draft->subject, revoked->authority.name, sizeof(draft->subject));
    else
        (void)snprintf(draft->subject, sizeof(draft->subject), "%.80s-%.16s", revoked->issuer.name,
                       revoke->serial);
    say_next(draft);
    return true;
}

static bool prepare(struct pki_session *session, const struct pki_revoke_request *request,
                    struct pki_draft *draft, struct pki_error *err)
{
    struct pki_revoke_work *revoke = calloc(1, sizeof(*revoke));

    if (!revoke)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    draft->own = revoke;
    draft->duty = &pki_revoke_duty;
    return pki_revoked_find(session, request, &revoke->revoked, err) &&
           fill_row(draft, request, revoke, err) && check_new(session, revoke, err) &&
           pki_revoke_find_crosses(session, revoke, err) &&
           plan_changes(session, request, draft, err) && list_fetch(session, revoke, err) &&
           name_draft(draft, err);
}

bool pki_revoke_prepare(struct pki_session *session, const struct pki_revoke_request *request,
                        struct pki_draft **draft, struct pki_error *err)
{
    if (!request->what == !request->certificate)
        return pki_fail(err, PKI_E_USAGE,
                        "give one: a serial or fingerprint, or --certificate with a file");
    PKI_CONTEXT(err, "revoke %s", request->what ? request->what : request->certificate);
    pki_auto(pki_draft) fresh = NULL;

    if (!pki_draft_begin_keyless(session, "revoke", &fresh, err) ||
        !prepare(session, request, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
