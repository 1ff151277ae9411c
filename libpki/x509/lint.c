#include "x509/lint.h"

#include <stdarg.h>

#include "base/text.h"
#include "x509/lint_private.h"
#include "x509/oids.h"

static const struct pki_lint_table *const tables[] = {
    &pki_lint_rules_text,      &pki_lint_rules_certificate,  &pki_lint_rules_name,
    &pki_lint_rules_extension, &pki_lint_rules_constraint,   &pki_lint_rules_issuer,
    &pki_lint_rules_root,      &pki_lint_rules_intermediate, &pki_lint_rules_leaf,
    &pki_lint_rules_sigstore,  &pki_lint_rules_request,      &pki_lint_rules_crl,
};

/* What each profile is meant to be, in the checkers' own words. */
static const struct meaning {
    const char *profile;
    uint32_t kind;
    const char *usage;
} meanings[] = {
    {"root", PKI_LINT_ROOT, NULL},
    {"code-signing-ca", PKI_LINT_INTERMEDIATE, PKI_OID_CODE_SIGNING},
    {"time-stamping-ca", PKI_LINT_INTERMEDIATE, PKI_OID_TIME_STAMPING},
    {"tls-ca", PKI_LINT_INTERMEDIATE, PKI_OID_SERVER_AUTH},
    {"client-ca", PKI_LINT_INTERMEDIATE, PKI_OID_CLIENT_AUTH},
    {"general-ca", PKI_LINT_INTERMEDIATE, NULL},
    {"cross", PKI_LINT_INTERMEDIATE, NULL},
    {"time-stamping", PKI_LINT_TSA_LEAF, PKI_OID_TIME_STAMPING},
    {"code-signing", PKI_LINT_LEAF, PKI_OID_CODE_SIGNING},
    {"tls-server", PKI_LINT_LEAF, PKI_OID_SERVER_AUTH},
    {"tls-client", PKI_LINT_LEAF, PKI_OID_CLIENT_AUTH},
    {"ocsp-responder", PKI_LINT_LEAF, PKI_OID_OCSP_SIGNING},
};

const struct pki_lint_rule *pki_lint_rule_get(size_t n)
{
    for (size_t i = 0; i < PKI_COUNT(tables); i++) {
        if (n < tables[i]->n)
            return &tables[i]->rules[n];
        n -= tables[i]->n;
    }
    return NULL;
}

/* Whether word stands in a list that spaces separate. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

bool pki_lint_is_consumer(const char *consumer)
{
    const struct pki_lint_rule *rule;

    for (size_t n = 0; (rule = pki_lint_rule_get(n)); n++)
        if (rule->consumer && lists(rule->consumer, consumer))
            return true;
    return false;
}

bool pki_lint_no(struct pki_buf *text, const char *format, ...)
{
    char line[sizeof(((struct pki_lint_finding *)NULL)->text)];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    pki_buf_text(text, line);
    return false;
}

bool pki_lint_no_because(struct pki_buf *text, const struct pki_error *why)
{
    return pki_lint_no(text, "%s", why->text);
}

/* The consumer that a purpose has even when nobody named it. */
static const char *consumer_of(const struct pki_lint_subject *subject)
{
    if (!subject->usage || subject->kind == PKI_LINT_LEAF)
        return NULL;
    if (strcmp(subject->usage, PKI_OID_CODE_SIGNING) == 0)
        return "fulcio";
    return strcmp(subject->usage, PKI_OID_TIME_STAMPING) == 0 ? "timestamp-server" : NULL;
}

static bool applies(const struct pki_lint_rule *rule, const struct pki_lint_subject *subject,
                    const char *consumer)
{
    if ((rule->kinds & subject->kind) == 0)
        return false;
    if (!rule->consumer)
        return true;
    if (consumer)
        return lists(rule->consumer, consumer);

    const char *meant = consumer_of(subject);
    return meant && lists(rule->consumer, meant);
}

static bool add(const struct pki_lint_rule *rule, struct pki_bytes why,
                struct pki_lint_findings *findings, struct pki_error *err)
{
    struct pki_lint_finding *list =
        realloc(findings->list, (findings->n + 1) * sizeof(*findings->list));

    if (!list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    findings->list = list;

    struct pki_lint_finding *finding = &list[findings->n++];
    *finding = (struct pki_lint_finding){
        .rule = rule->name, .citation = rule->citation, .severity = rule->severity};
    (void)snprintf(finding->text, sizeof(finding->text), "%.*s", (int)why.size,
                   (const char *)why.data);
    pki_text_tame(finding->text);
    if (rule->severity == PKI_LINT_ERROR)
        findings->errors++;
    return true;
}

static bool run_rule(const struct pki_lint_rule *rule, const struct pki_lint_subject *subject,
                     struct pki_lint_findings *findings, struct pki_error *err)
{
    pki_scope(pki_buf) why = {0};

    findings->rules++;
    if (rule->check(subject, &why))
        return true;
    return pki_buf_ok(&why, err) && add(rule, pki_buf_view(&why), findings, err);
}

bool pki_lint_run_only(const struct pki_lint_subject *subject, const char *consumer,
                       const char *only, struct pki_lint_findings *findings, struct pki_error *err)
{
    const struct pki_lint_rule *rule;

    for (size_t n = 0; (rule = pki_lint_rule_get(n)); n++) {
        if (!applies(rule, subject, consumer) || (only && strcmp(only, rule->name) != 0))
            continue;
        if (!run_rule(rule, subject, findings, err))
            return false;
    }
    return true;
}

bool pki_lint_run(const struct pki_lint_subject *subject, const char *consumer,
                  struct pki_lint_findings *findings, struct pki_error *err)
{
    return pki_lint_run_only(subject, consumer, NULL, findings, err);
}

static uint32_t derive_kind(const struct pki_cert *cert)
{
    if (cert->authority)
        return pki_cert_is_self_issued(cert) ? PKI_LINT_ROOT : PKI_LINT_INTERMEDIATE;
    return pki_cert_has_usage(cert, PKI_OID_TIME_STAMPING) ? PKI_LINT_TSA_LEAF : PKI_LINT_LEAF;
}

bool pki_lint_subject_init(const struct pki_cert *cert, const char *profile,
                           struct pki_lint_subject *subject, struct pki_error *err)
{
    *subject = (struct pki_lint_subject){.cert = cert, .profile = profile};
    if (!profile) {
        subject->kind = derive_kind(cert);
        subject->usage = cert->n_usages == 1 ? cert->usages[0] : NULL;
        return true;
    }
    for (size_t i = 0; i < PKI_COUNT(meanings); i++) {
        if (strcmp(meanings[i].profile, profile) != 0)
            continue;
        subject->kind = meanings[i].kind;
        subject->usage = meanings[i].usage;
        return true;
    }
    return pki_fail(err, PKI_E_USAGE, "no profile is called \"%s\"", profile);
}

static bool refuse(const struct pki_lint_findings *findings, size_t before, struct pki_error *err)
{
    for (size_t i = before; i < findings->n; i++) {
        if (findings->list[i].severity == PKI_LINT_ERROR) {
            return pki_fail(err, PKI_E_POLICY, "lint refuses, %zu rule%s broken; %s: %s (%s)",
                            findings->errors, findings->errors == 1 ? "" : "s",
                            findings->list[i].rule, findings->list[i].text,
                            findings->list[i].citation);
        }
    }
    return true;
}

bool pki_lint_body(const struct pki_cert *cert, const struct pki_cert *issuer, const char *profile,
                   bool rehearsal, struct pki_lint_findings *findings, struct pki_error *err)
{
    struct pki_cert body = *cert; /* a view: what it points to stays the certificate's */
    struct pki_lint_subject subject;
    size_t before = findings->n;

    body.der = (struct pki_bytes){0}; /* no signature yet */
    if (!pki_lint_subject_init(&body, profile, &subject, err))
        return false;
    subject.issuer = issuer;
    subject.rehearsal = rehearsal;
    return pki_lint_run(&subject, NULL, findings, err) && refuse(findings, before, err);
}

bool pki_lint_crl_body(const struct pki_crl *body, const struct pki_crl_watch *watch,
                       struct pki_lint_findings *findings, struct pki_error *err)
{
    const struct pki_lint_subject subject = {.kind = PKI_LINT_CRL, .crl = body, .watch = watch};
    size_t before = findings->n;

    return pki_lint_run(&subject, NULL, findings, err) && refuse(findings, before, err);
}

void pki_lint_findings_clear(struct pki_lint_findings *findings)
{
    free(findings->list);
    *findings = (struct pki_lint_findings){0};
}
