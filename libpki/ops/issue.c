#include "ops/issue.h"

#include <assert.h>

/* Options that mean nothing without --leaf are a misunderstanding, not a detail. */
static bool check_request(const struct pki_issue_request *request, struct pki_error *err)
{
    bool typed = request->common_name || request->validity || request->n_dns > 0 ||
                 request->n_ip > 0 || request->n_email > 0 || request->n_uri > 0;

    if (!request->leaf && typed) {
        return pki_fail(err, PKI_E_USAGE,
                        "names and validity are for end entities (--leaf); those of a line stand "
                        "in the hierarchy");
    }
    return true;
}

bool pki_issue_prepare(struct pki_session *session, const struct pki_issue_request *request,
                       struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "issue %s %s", request->environment, request->purpose);
    pki_auto(pki_draft) fresh = NULL;
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *plan = NULL;

    if (!check_request(request, err) || !pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_line(hierarchy, request->environment, request->purpose, &plan, err) ||
        !pki_draft_begin(session, "issue", &fresh, err))
        return false;
    pki_draft_set_line(fresh, plan);
    if (!(request->leaf ? pki_issue_leaf(session, plan, request, fresh, err)
                        : pki_issue_line(session, plan, request, fresh, err)) ||
        !pki_draft_check_dice(session, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
