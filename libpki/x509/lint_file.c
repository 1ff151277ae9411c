#include <fcntl.h>

#include "base/file.h"
#include "x509/lint_private.h"
#include "x509/name.h"
#include "x509/pem.h"

/* One run over one input. */
struct run {
    const struct pki_lint_input *input;
    struct pki_lint_seen *seen;
    struct pki_lint_findings *findings;
    struct pki_error *err;
};

static bool run_rules(struct run *run, const struct pki_lint_subject *subject)
{
    return pki_lint_run_only(subject, run->input->consumer, run->input->rule, run->findings,
                             run->err);
}

static bool lint_cert(struct run *run, const struct pki_certs *certs, size_t n)
{
    struct pki_lint_subject subject;
    /* A profile that is given is the first certificate's. */
    const char *profile = n == 0 ? run->input->profile : NULL;

    if (!pki_lint_subject_init(certs->list[n], profile, &subject, run->err))
        return false;
    subject.rehearsal = run->input->rehearsal;
    subject.issuer =
        subject.kind == PKI_LINT_ROOT ? NULL : pki_lint_find_issuer(certs, certs->list[n]);
    return run_rules(run, &subject);
}

static bool lint_certs(struct run *run)
{
    pki_scope(pki_certs) certs = {0};

    if (!pki_certs_parse(run->input->name, run->input->bytes, &certs, run->err))
        return false;
    run->seen->what = certs.n > 1 ? "chain" : "certificate";
    run->seen->n_certs = certs.n;
    for (size_t i = 0; i < certs.n; i++)
        if (!lint_cert(run, &certs, i))
            return false;
    if (!run->input->consumer)
        return true;

    const struct pki_lint_subject chain = {
        .kind = PKI_LINT_CHAIN, .chain = &certs, .at = run->input->at};
    return run_rules(run, &chain);
}

static bool lint_request(struct run *run, struct pki_request *request)
{
    const struct pki_lint_subject subject = {.kind = PKI_LINT_REQUEST, .request = request};

    run->seen->what = "request";
    return run_rules(run, &subject);
}

static bool lint_crl(struct run *run, struct pki_bytes der)
{
    struct pki_crl crl;
    const struct pki_lint_subject subject = {
        .kind = PKI_LINT_CRL, .crl = &crl, .rehearsal = run->input->rehearsal};

    run->seen->what = "CRL";
    return pki_crl_parse(der, &crl, run->err) && run_rules(run, &subject);
}

static bool lint_block(struct run *run, const struct pki_pem_block *block)
{
    pki_auto(pki_request) request = NULL;
    struct pki_bytes der = pki_buf_view(&block->der);

    if (strcmp(block->label, PKI_PEM_CRL) == 0)
        return lint_crl(run, der);
    return pki_request_parse(run->input->name, der, &request, run->err) &&
           lint_request(run, request);
}

/* Readable, so every block is of one kind: certificates, requests or CRLs. */
static bool lint_pem(struct run *run)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(run->input->bytes, &pem, run->err))
        return false;
    if (strcmp(pem.blocks[0].label, PKI_PEM_CERTIFICATE) == 0)
        return lint_certs(run);
    for (size_t i = 0; i < pem.n_blocks; i++)
        if (!lint_block(run, &pem.blocks[i]))
            return false;
    return true;
}

static bool lint_der(struct run *run)
{
    pki_auto(pki_request) request = NULL;
    struct pki_error ignored = {0};
    struct pki_crl crl;

    if (pki_request_parse(run->input->name, run->input->bytes, &request, &ignored))
        return lint_request(run, request);
    ignored = (struct pki_error){0};
    if (pki_crl_parse(run->input->bytes, &crl, &ignored))
        return lint_crl(run, run->input->bytes);
    return lint_certs(run);
}

static bool found(const struct pki_lint_findings *findings, size_t from, const char *rule)
{
    for (size_t i = from; i < findings->n; i++)
        if (strcmp(findings->list[i].rule, rule) == 0)
            return true;
    return false;
}

/* Whether the file can be read is a rule like the others, but the others depend on it. */
static bool is_readable(struct run *run, bool *readable)
{
    const struct pki_lint_subject subject = {.kind = PKI_LINT_TEXT, .text = run->input->bytes};
    pki_scope(pki_lint_findings) probe = {0};
    size_t before = run->findings->n;

    if (!run_rules(run, &subject))
        return false;
    /* When one rule alone is asked for, that may not have been this one. */
    if (run->input->rule && !pki_lint_run_only(&subject, NULL, "readable", &probe, run->err))
        return false;
    *readable = !found(run->findings, before, "readable") && !found(&probe, 0, "readable");
    return true;
}

static bool check_input(const struct pki_lint_input *input, struct pki_error *err)
{
    static const struct pki_cert none = {0};
    struct pki_lint_subject ignored;

    if (input->consumer && !pki_lint_is_consumer(input->consumer)) {
        return pki_fail(err, PKI_E_USAGE,
                        "no consumer is called \"%s\"; known are fulcio, cosign "
                        "and timestamp-server",
                        input->consumer);
    }
    return pki_lint_subject_init(&none, input->profile, &ignored, err);
}

bool pki_lint_bytes(const struct pki_lint_input *input, struct pki_lint_seen *seen,
                    struct pki_lint_findings *findings, struct pki_error *err)
{
    struct run run = {.input = input, .seen = seen, .findings = findings, .err = err};
    bool readable = false;

    *seen = (struct pki_lint_seen){.what = "unreadable"};
    if (!check_input(input, err) || !is_readable(&run, &readable))
        return false;
    if (!readable)
        return true;
    return pki_pem_is(input->bytes) ? lint_pem(&run) : lint_der(&run);
}

static const char *severity_name(enum pki_lint_severity severity)
{
    static const char *const names[] = {"notice", "warning", "error"};

    return names[severity];
}

static enum pki_tone severity_tone(enum pki_lint_severity severity)
{
    static const enum pki_tone tones[] = {PKI_TONE_FAINT, PKI_TONE_WARN, PKI_TONE_BAD};

    return tones[severity];
}

static void put_finding(const struct pki_lint_finding *finding, struct pki_report *row)
{
    pki_report_toned(row, "Severity", severity_tone(finding->severity), "%s",
                     severity_name(finding->severity));
    pki_report_text(row, "Rule", "%s", finding->rule);
    pki_report_text(row, "Finding", "%s", finding->text);
    pki_report_text(row, "Citation", "%s", finding->citation);
}

/* A sentence each on paper: four columns would leave them a few letters a line. */
static void describe_findings(const struct pki_lint_findings *findings, struct pki_report *report)
{
    pki_report_readers(report, PKI_FOR_PAPER);
    struct pki_report *block = pki_report_block(report, "Findings");
    for (size_t i = 0; i < findings->n; i++) {
        const struct pki_lint_finding *finding = &findings->list[i];
        pki_report_text(block, severity_name(finding->severity), "%s: %s (%s)", finding->rule,
                        finding->text, finding->citation);
    }
    pki_report_readers(report, PKI_FOR_JSON);
    struct pki_report *table = pki_report_table(report, "Findings");
    for (size_t i = 0; i < findings->n; i++)
        put_finding(&findings->list[i], pki_report_row(table));
    pki_report_readers(report, PKI_FOR_ALL);
}

void pki_lint_findings_describe(const struct pki_lint_findings *findings, struct pki_report *report)
{
    if (findings->n == 0) {
        pki_report_note(report, "verdict", PKI_TONE_GOOD, "%zu rules, no findings.",
                        findings->rules);
        return;
    }
    describe_findings(findings, report);
    pki_report_note(report, "verdict", findings->errors > 0 ? PKI_TONE_BAD : PKI_TONE_WARN,
                    "%zu rules, %zu finding%s, %zu of severity error.", findings->rules,
                    findings->n, findings->n == 1 ? "" : "s", findings->errors);
}

static void describe_seen(const struct pki_lint_request *request, const struct pki_lint_seen *seen,
                          struct pki_report *report)
{
    pki_report_text(report, "File", "%s", request->path);
    pki_report_text(report, "Linted as", "%s", seen->what);
    if (seen->n_certs > 1)
        pki_report_integer(report, "Certificates", (int64_t)seen->n_certs);
    if (request->profile)
        pki_report_text(report, "Profile", "%s", request->profile);
    if (request->consumer)
        pki_report_text(report, "Consumer", "%s", request->consumer);
}

static bool lint_bytes(const struct pki_lint_request *request, struct pki_bytes bytes,
                       struct pki_lint_findings *findings, struct pki_report *report,
                       struct pki_error *err)
{
    const struct pki_lint_input input = {.name = request->path,
                                         .bytes = bytes,
                                         .profile = request->profile,
                                         .consumer = request->consumer,
                                         .at = request->at};
    struct pki_lint_seen seen = {0};

    if (!pki_lint_bytes(&input, &seen, findings, err))
        return false;
    describe_seen(request, &seen, report);
    pki_lint_findings_describe(findings, report);
    if (findings->errors > 0)
        return pki_fail(err, PKI_E_INVALID, "%s: %zu lint %s of severity error", request->path,
                        findings->errors, findings->errors == 1 ? "finding" : "findings");
    return pki_report_ok(report, err);
}

bool pki_lint_file(const struct pki_lint_request *request, struct pki_report *report,
                   struct pki_error *err)
{
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_bytes bytes = {0};

    if (!pki_file_map(AT_FDCWD, request->path, PKI_LIMIT_CRL, &bytes, err))
        return false;
    bool done = lint_bytes(request, bytes, &findings, report, err);
    pki_file_unmap(&bytes);
    return done;
}
