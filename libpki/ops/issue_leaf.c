#include "ops/issue.h"

#include "base/text.h"
#include "ops/line.h"

/* --- who and by whom ----------------------------------------------------------------------- */

static bool take_active(struct pki_session *session, const struct pki_line_plan *plan,
                        struct pki_draft *draft, struct pki_error *err)
{
    pki_scope(pki_line) line = {0};
    struct pki_vacancy vacancy;

    if (!pki_line_load(session, plan, &line, err))
        return false;
    pki_line_vacancy(&line, &vacancy);
    return vacancy.why[0] ? pki_vacancy_fail(&vacancy, err)
                          : pki_draft_set_issuer(session, draft, line.active, err);
}

static void list_issuable(const struct pki_profile *issuer, struct pki_buf *text)
{
    for (int id = 0; id < PKI_PROFILES; id++) {
        const struct pki_profile *profile = pki_profile_get((enum pki_profile_id)id);

        if (!profile->authority && pki_profile_issues(issuer, profile))
            pki_buf_printf(text, "%s%s", text->size > 0 ? ", " : "", profile->name);
    }
}

static bool find_profile(const struct pki_line_plan *plan, const char *name,
                         const struct pki_profile **profile, struct pki_error *err)
{
    const struct pki_profile *found = pki_profile_find(name);
    pki_scope(pki_buf) known = {0};

    if (found && !found->authority && found->id == plan->profile->leaf) {
        return pki_fail(err, PKI_E_POLICY,
                        "a %s certificate is issued together with its generation, one each, never "
                        "by itself",
                        found->name);
    }
    if (!found || found->authority || !pki_profile_issues(plan->profile, found)) {
        list_issuable(plan->profile, &known);
        return pki_fail(err, PKI_E_POLICY,
                        "a line of profile %s does not issue \"%.40s\", but: %.*s",
                        plan->profile->name, name, (int)known.size, (const char *)known.data);
    }
    *profile = found;
    return true;
}

/* --- names --------------------------------------------------------------------------------- */

struct typed {
    uint32_t kind;
    const char *option;
    const char *const *list;
    size_t n;
};

static bool take_name(const struct typed *typed, const char *text, struct pki_draft_item *item,
                      struct pki_error *err)
{
    const struct pki_san san = {typed->kind, text};

    if (!(item->profile->san_kinds & typed->kind))
        return pki_fail(err, PKI_E_POLICY, "profile %s takes no %s (%s)", item->profile->name,
                        typed->option, item->profile->citation);
    if (!pki_san_judge(&san, err))
        return false;
    for (size_t i = 0; i < item->n_names; i++)
        if (item->names[i].kind == san.kind && strcmp(item->names[i].text, text) == 0)
            return pki_fail(err, PKI_E_USAGE, "%s %.100s is given twice", typed->option, text);
    item->names[item->n_names++] = san;
    return true;
}

static bool take_names(const struct pki_issue_request *request, struct pki_draft_item *item,
                       struct pki_error *err)
{
    const struct typed typed[] = {
        {PKI_SAN_DNS, "--dns", request->dns, request->n_dns},
        {PKI_SAN_IP, "--ip", request->ip, request->n_ip},
        {PKI_SAN_EMAIL, "--email", request->email, request->n_email},
        {PKI_SAN_URI, "--uri", request->uri, request->n_uri},
    };
    size_t n = request->n_dns + request->n_ip + request->n_email + request->n_uri;

    if (n > PKI_DRAFT_NAMES)
        return pki_fail(err, PKI_E_USAGE, "at most %d alternative names", PKI_DRAFT_NAMES);
    item->names = calloc(n > 0 ? n : 1, sizeof(*item->names));
    if (!item->names)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t kind = 0; kind < PKI_COUNT(typed); kind++) {
        for (size_t i = 0; i < typed[kind].n; i++)
            if (!take_name(&typed[kind], typed[kind].list[i], item, err))
                return false;
    }
    if (n == 0 && item->profile->san == PKI_REQUIRED) {
        return pki_fail(err, PKI_E_POLICY,
                        "profile %s needs an alternative name: type --dns or "
                        "--ip (%s)",
                        item->profile->name, item->profile->citation);
    }
    return n > 0 || request->common_name ||
           pki_fail(err, PKI_E_POLICY,
                    "it would name nobody: type --common-name or an alternative "
                    "name (RFC 5280 4.1.2.6)");
}

static bool name_subject(struct pki_session *session, const char *common_name,
                         struct pki_draft_item *item, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    char marked[512];

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    (void)snprintf(marked, sizeof(marked), "%s%s", session->rehearsal ? PKI_REHEARSAL_PREFIX : "",
                   common_name ? common_name : "");
    bool corporate = item->profile->organization == PKI_REQUIRED;
    const struct pki_name name = {
        .country = corporate ? hierarchy->country : NULL,
        .organization = corporate ? hierarchy->organization : NULL,
        .common_name = common_name ? marked : NULL,
    };
    return pki_item_subject(item, &name, err);
}

/* --- dates --------------------------------------------------------------------------------- */

/* A leaf that outlives leaf_life would outlive its issuer's window of trust. */
static bool check_life(const struct pki_draft *draft, const struct pki_line_plan *plan,
                       const struct pki_draft_item *item, struct pki_error *err)
{
    int64_t longest = draft->now + (int64_t)item->profile->max_validity_days * 86400;

    if (item->not_after >= pki_period_after(plan->leaf_life, draft->now)) {
        return pki_fail(err, PKI_E_POLICY,
                        "validity is longer than the line's leaf_life, by which its windows of "
                        "trust are reckoned");
    }
    if (item->not_after >= longest) {
        return pki_fail(err, PKI_E_POLICY, "validity is longer than the %u days of profile %s (%s)",
                        item->profile->max_validity_days, item->profile->name,
                        item->profile->citation);
    }
    return true;
}

static bool set_dates(const struct pki_draft *draft, const struct pki_line_plan *plan,
                      const char *validity, struct pki_draft_item *item, struct pki_error *err)
{
    struct pki_period period = plan->leaf_life;
    const struct pki_period longest = {.seconds =
                                           (int64_t)item->profile->max_validity_days * 86400};
    char end[PKI_TIME_TEXT];

    if (validity && !pki_period_parse(validity, &period, err))
        return false;
    if (!validity && pki_period_after(period, draft->now) > pki_period_after(longest, draft->now))
        period = longest;
    pki_item_dates(draft, item, period);
    if (item->shortened) {
        return pki_fail(err, PKI_E_POLICY,
                        "it would outlive %s, which ends %s: rotate the line, or ask for a shorter "
                        "--validity (RFC 5280 6.1.3)",
                        draft->issuer.name, pki_time_format(item->not_after, end));
    }
    return check_life(draft, plan, item, err);
}

/* --- the duty ------------------------------------------------------------------------------ */

/* Names are for records and reports only; the serial makes them distinct. */
static bool name_record(struct pki_draft *draft, struct pki_draft_item *item, struct pki_error *err)
{
    pki_scope(pki_buf) serial = {0};

    pki_hex(&serial, (struct pki_bytes){item->serial, sizeof(item->serial)});
    if (!pki_buf_ok(&serial, err))
        return false;
    (void)snprintf(item->name, sizeof(item->name), "%.80s-%.*s", draft->issuer.name, 16,
                   (const char *)serial.data);
    memcpy(draft->subject, item->name, sizeof(draft->subject));
    (void)snprintf(draft->next, sizeof(draft->next), "cellar export --leaf %.*s --to DIR",
                   (int)serial.size, (const char *)serial.data);
    return true;
}

bool pki_issue_leaf(struct pki_session *session, const struct pki_line_plan *plan,
                    const struct pki_issue_request *request, struct pki_draft *draft,
                    struct pki_error *err)
{
    const struct pki_profile *profile = NULL;

    if (!find_profile(plan, request->leaf, &profile, err))
        return false;
    if (request->n_csrs != 1) {
        return pki_fail(err, PKI_E_USAGE,
                        "an end entity's key is made where it is used: give one request (--csr; "
                        "cellar key csr makes one)");
    }
    if (!take_active(session, plan, draft, err))
        return false;

    struct pki_draft_item *item = pki_draft_add(draft, profile, PKI_SIGNER_ISSUER);
    (void)snprintf(item->name, sizeof(item->name), "%s", profile->name);
    return take_names(request, item, err) && set_dates(draft, plan, request->validity, item, err) &&
           pki_item_request(session, draft, item, request->csrs[0], NULL, err) &&
           name_subject(session, request->common_name, item, err) &&
           pki_item_addresses(item, plan->crl_url, plan->issuer_url, draft->issuer.name, err) &&
           pki_item_build(draft, item, err) && name_record(draft, item, err);
}
