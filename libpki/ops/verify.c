#include "pki/verify.h"

#include "pki/time.h"
#include "ops/verify_crls.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/path.h"

static const struct {
    const char *word;
    const char *oid; /* NULL: any */
} purposes[] = {
    {"any", NULL},
    {"code-signing", PKI_OID_CODE_SIGNING},
    {"time-stamping", PKI_OID_TIME_STAMPING},
    {"tls-server", PKI_OID_SERVER_AUTH},
    {"tls-client", PKI_OID_CLIENT_AUTH},
    {"ocsp", PKI_OID_OCSP_SIGNING},
};

static bool find_purpose(const char *word, const char **oid, struct pki_error *err)
{
    for (size_t i = 0; i < PKI_COUNT(purposes); i++) {
        if (word && strcmp(purposes[i].word, word) != 0)
            continue;
        *oid = purposes[i].oid;
        return true;
    }
    return pki_fail(err, PKI_E_USAGE,
                    "unknown purpose \"%.40s\": code-signing, time-stamping, tls-server, "
                    "tls-client, ocsp or any",
                    word);
}

/* What was read from files. */
struct material {
    struct pki_certs leaf; /* and its chain */
    struct pki_certs anchors;
    struct pki_pile untrusted;
    struct pki_crl_files crls;
};

static void material_clear(struct material *material)
{
    pki_certs_clear(&material->leaf);
    pki_certs_clear(&material->anchors);
    pki_pile_clear(&material->untrusted);
    pki_crl_files_clear(&material->crls);
}

static bool read_certs(const char *path, struct pki_certs *certs, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, err) &&
           pki_certs_parse(path, pki_buf_view(&text), certs, err);
}

static bool read_pile(const char *path, struct pki_pile *pile, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, err) &&
           pki_pile_parse(path, pki_buf_view(&text), pile, err);
}

/* Whoever reads the file later takes the first certificate as the leaf, so the rest must follow
 * it in order; a pile belongs into --untrusted. */
static bool read_leaf(const char *path, struct pki_certs *certs, struct pki_error *err)
{
    if (!read_certs(path, certs, err))
        return false;
    PKI_CONTEXT(err, "%s", path);
    return pki_chain_check_order(certs, err);
}

static bool read_material(const struct pki_verify_request *request, struct material *material,
                          struct pki_error *err)
{
    if (!read_certs(request->anchors, &material->anchors, err) ||
        (request->untrusted && !read_pile(request->untrusted, &material->untrusted, err)) ||
        !pki_crl_files_read(request->crls, request->n_crls, &material->crls, err))
        return false;
    return read_leaf(request->leaf, &material->leaf, err);
}

static bool is_anchor(const struct pki_certs *anchors, const struct pki_cert *cert)
{
    for (size_t i = 0; i < anchors->n; i++)
        if (memcmp(anchors->list[i]->fingerprint, cert->fingerprint, PKI_SHA256_SIZE) == 0)
            return true;
    return false;
}

static const char *role_of(const struct pki_certs *anchors, const struct pki_path *path,
                           size_t place)
{
    if (is_anchor(anchors, path->certs[place]))
        return "anchor";
    if (place == 0)
        return path->certs[0]->authority ? "authority" : "leaf";
    return "intermediate";
}

static void describe_path(const struct pki_certs *anchors, const struct pki_path *path,
                          const struct pki_path_finding *finding, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Path");
    char label[PKI_LABEL];

    for (size_t i = 0; i < path->n; i++) {
        struct pki_report *row = pki_report_row(table);
        bool bad = finding && finding->position == i;
        pki_report_readers(row, PKI_FOR_PAPER);
        pki_report_integer(row, "No", (int64_t)i + 1);
        pki_report_readers(row, PKI_FOR_JSON);
        pki_report_integer(row, "Place", (int64_t)i + 1);
        pki_report_readers(row, PKI_FOR_ALL);
        pki_report_text(row, "Certificate", "%s", pki_name_label(path->certs[i]->subject, label));
        pki_report_text(row, "Role", "%s", role_of(anchors, path, i));
        pki_report_day(row, "Not after", path->certs[i]->not_after);
        pki_report_toned(row, "Verdict",
                         bad        ? PKI_TONE_BAD
                         : !finding ? PKI_TONE_GOOD
                                    : PKI_TONE_FAINT,
                         "%s",
                         bad        ? "at fault"
                         : !finding ? "good"
                                    : "-");
    }
}

/* What was asked, one field each. */
static void describe_question(const struct pki_verify_request *request, size_t lists,
                              struct pki_report *report)
{
    pki_report_time(report, "Valid at", request->at);
    pki_report_text(report, "Purpose", "%s", request->purpose ? request->purpose : "any");
    pki_report_text(report, "Revocation", "%s",
                    lists > 0 ? "as known now" : "not checked: no list was given");
    pki_report_integer(report, "Revocation lists", (int64_t)lists);
}

/* The same in two lines for a person, who must not overlook what was not checked. */
static void describe_checked(const struct pki_verify_request *request, size_t lists,
                             struct pki_report *report)
{
    char time[PKI_TIME_TEXT];

    pki_report_text(report, "Checked", "for %s, as of %s",
                    request->purpose && strcmp(request->purpose, "any") != 0 ? request->purpose
                                                                             : "any purpose",
                    pki_time_format(request->at, time));
    if (lists > 0) {
        pki_report_text(report, "Revocation", "as known now, by %zu list%s", lists,
                        lists == 1 ? "" : "s");
        return;
    }
    pki_report_toned(report, "Not checked", PKI_TONE_WARN, "revocation: no list was given (--crl)");
}

/* The verdict first and alone on its line; why not is the error's text, which follows. */
static void describe_verdict(const struct pki_verify_request *request, bool valid,
                             struct pki_report *report)
{
    pki_report_readers(report, PKI_FOR_PAPER);
    pki_report_line(report, "Verdict", valid ? PKI_TONE_GOOD : PKI_TONE_BAD, "%s: %s",
                    valid ? "valid" : "not valid", request->leaf);
}

static void describe(const struct pki_verify_request *request,
                     const struct pki_path_request *question, const struct pki_path *path,
                     const struct pki_path_finding *finding, const char *reason,
                     struct pki_report *report)
{
    const struct pki_bytes fingerprint = {question->leaf->fingerprint, PKI_SHA256_SIZE};
    const enum pki_readers rest = request->brief ? PKI_FOR_JSON : PKI_FOR_ALL;
    char label[PKI_LABEL];

    describe_verdict(request, !finding, report);
    pki_report_readers(report, PKI_FOR_JSON);
    pki_report_text(report, "Certificate", "%s", pki_name_label(question->leaf->subject, label));
    pki_report_text(report, "Result", "%s", finding ? "not valid" : "valid");
    if (finding)
        pki_report_text(report, "Reason", "%s", reason);
    pki_report_octets(report, "SHA-256", fingerprint);
    describe_question(request, question->n_crls, report);
    pki_report_readers(report, rest);
    describe_path(question->anchors, path, finding, report);
    if (!request->brief) {
        pki_report_readers(report, PKI_FOR_PAPER);
        describe_checked(request, question->n_crls, report);
    }
    pki_report_readers(report, PKI_FOR_JSON);
    if (!finding)
        pki_report_fingerprint(report, "Anchor SHA-256", path->certs[path->n - 1]->fingerprint);
}

static bool verify(const struct pki_verify_request *request, struct material *material,
                   const char *usage, struct pki_report *report, struct pki_error *err)
{
    const struct pki_certs above = {.list = material->leaf.list + 1, .n = material->leaf.n - 1};
    const struct pki_path_request question = {
        .leaf = material->leaf.list[0],
        .anchors = &material->anchors,
        .untrusted = &above,
        .pile = &material->untrusted,
        .crls = material->crls.list,
        .n_crls = material->crls.n,
        .require_crls = request->n_crls > 0,
        .at = request->at,
        .now = request->now,
        .usage = usage,
    };
    struct pki_path path = {.n = 0};
    struct pki_path_finding finding;
    bool valid = pki_path_find(&question, &path, &finding, err);

    if (!valid && err->code != PKI_E_INVALID)
        return false;
    describe(request, &question, &path, valid ? NULL : &finding, err->text, report);
    return valid && pki_report_ok(report, err);
}

bool pki_verify_file(const struct pki_verify_request *request, struct pki_report *report,
                     struct pki_error *err)
{
    struct material material = {.leaf = {0}};
    const char *usage = NULL;

    bool valid = find_purpose(request->purpose, &usage, err) &&
                 read_material(request, &material, err) &&
                 verify(request, &material, usage, report, err);
    material_clear(&material);
    return valid;
}
