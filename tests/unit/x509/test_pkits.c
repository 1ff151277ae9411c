/*
 * NIST's path validation suite, where it is at hand: PKI_TEST_DATA/pkits with
 * tests.json, certs and crls. Skipped (status 77) where it is not.
 *
 * No path that must be refused may ever be accepted. What is refused although
 * it is valid is listed in docs/VERIFY.md with the reason, and nothing else may
 * be: the list there is what is measured here, word for word.
 */
#include <jansson.h>

#include "pki/time.h"
#include "base/buf.h"
#include "x509/chain.h"

#include "chain_fixture.h"

#define SKIPPED  77
#define CRLS_MAX 8

static const char *data_directory(void)
{
    const char *given = getenv("PKI_TEST_DATA");

    return given ? given : TEST_DATA;
}

struct suite {
    char directory[512];
    struct pki_certs anchors;
    int64_t at;
    unsigned right, wrongly_accepted, wrongly_refused;
    struct pki_buf table; /* as the document has it */
};

static uint8_t *load(const struct suite *suite, const char *kind, const char *name, size_t *size)
{
    char path[1024];

    snprintf(path, sizeof(path), "%s/%s/%s", suite->directory, kind, name);
    return test_load(path, size);
}

/* A certificate that cannot be read is one that no path can hold. */
static void add_cert(const struct suite *suite, const char *name, struct pki_certs *certs)
{
    struct pki_error err = {0};
    size_t size = 0;
    uint8_t *der = load(suite, "certs", name, &size);

    certs->list = realloc(certs->list, (certs->n + 1) * sizeof(struct pki_cert *));
    if (pki_cert_parse((struct pki_bytes){der, size}, &certs->list[certs->n], &err))
        certs->n++;
    free(der);
}

struct lists {
    uint8_t *der[CRLS_MAX];
    struct pki_crl crls[CRLS_MAX];
    size_t n;
};

static void add_crl(const struct suite *suite, const char *name, struct lists *lists)
{
    struct pki_error err = {0};
    size_t size = 0;
    uint8_t *der = load(suite, "crls", name, &size);

    CU_ASSERT_FATAL(lists->n < CRLS_MAX);
    lists->der[lists->n] = der;
    if (pki_crl_parse((struct pki_bytes){der, size}, &lists->crls[lists->n], &err))
        lists->n++;
    else
        free(der);
}

static void count(struct suite *suite, const json_t *test, bool accepted, const char *why)
{
    const char *id = json_string_value(json_object_get(test, "id"));
    const char *name = json_string_value(json_object_get(test, "name"));
    bool valid = strcmp(json_string_value(json_object_get(test, "expect")), "ok") == 0;

    if (accepted == valid) {
        suite->right++;
    } else if (valid) {
        suite->wrongly_refused++;
        pki_buf_printf(&suite->table, "| %s | %s | %s |\n", id, name, why);
    } else {
        suite->wrongly_accepted++;
        printf("\n%s %s: accepted", id, name);
    }
}

/* The same question, with the others unread. */
static bool accepts_from_pile(struct pki_path_request request)
{
    struct pki_pile pile = chain_pile(request.untrusted);
    struct pki_error err = {0};
    struct pki_path path;
    struct pki_path_finding finding;

    request.untrusted = NULL;
    request.pile = &pile;
    bool accepted = pki_path_find(&request, &path, &finding, &err);
    pki_pile_clear(&pile);
    return accepted;
}

static void run_test(struct suite *suite, const json_t *test)
{
    struct pki_certs leaf = {0};
    struct pki_certs untrusted = {0};
    struct lists lists = {.n = 0};
    struct pki_error err = {0};
    struct pki_path path;
    struct pki_path_finding finding;
    size_t i = 0;
    json_t *name = NULL;

    add_cert(suite, json_string_value(json_object_get(test, "ee")), &leaf);
    json_array_foreach(json_object_get(test, "untrusted"), i, name)
        add_cert(suite, json_string_value(name), &untrusted);
    json_array_foreach(json_object_get(test, "crls"), i, name)
        add_crl(suite, json_string_value(name), &lists);
    const struct pki_path_request request = {
        .leaf = leaf.n > 0 ? leaf.list[0] : NULL,
        .anchors = &suite->anchors,
        .untrusted = &untrusted,
        .crls = lists.crls,
        .n_crls = lists.n,
        .require_crls = true,
        .at = suite->at,
        .now = suite->at,
    };
    bool accepted = request.leaf && pki_path_find(&request, &path, &finding, &err);
    CU_ASSERT_EQUAL(accepted, request.leaf && accepts_from_pile(request));
    count(suite, test, accepted, request.leaf ? err.text : "cannot be read");
    for (i = 0; i < lists.n; i++)
        free(lists.der[i]);
    pki_certs_clear(&leaf);
    pki_certs_clear(&untrusted);
}

#define DOCUMENT DOCS "/VERIFY.md"
#define BEGIN    "<!-- BEGIN PKITS -->\n"
#define END      "<!-- END PKITS -->"

/* Between its marks the document says what was measured. */
static void expect_documented(const struct suite *suite, size_t tests)
{
    pki_scope(pki_buf) block = {0};
    size_t size = 0;
    uint8_t *document = test_load(DOCUMENT, &size);
    const uint8_t *from = memmem(document, size, BEGIN, strlen(BEGIN));

    CU_ASSERT_PTR_NOT_NULL_FATAL(from);
    from += strlen(BEGIN);
    const uint8_t *to = memmem(from, size - (size_t)(from - document), END, strlen(END));
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    pki_buf_printf(&block,
                   "%zu tests: %u right, %u refused although valid, %u accepted although invalid.\n"
                   "\n| test | name | refused because |\n|---|---|---|\n%.*s",
                   tests, suite->right, suite->wrongly_refused, suite->wrongly_accepted,
                   (int)suite->table.size, (const char *)suite->table.data);
    bool same = block.size == (size_t)(to - from) && memcmp(block.data, from, block.size) == 0;
    if (!same)
        printf("\n%s should say, between its marks:\n%.*s", DOCUMENT, (int)block.size,
               (const char *)block.data);
    CU_ASSERT_TRUE(same);
    free(document);
}

static void test_all_of_pkits(void)
{
    struct suite suite = {.right = 0};
    struct pki_error err = {0};
    char path[600];
    size_t i = 0;
    json_t *test = NULL;

    snprintf(suite.directory, sizeof(suite.directory), "%s/pkits", data_directory());
    snprintf(path, sizeof(path), "%s/tests.json", suite.directory);
    json_t *root = json_load_file(path, 0, NULL);
    CU_ASSERT_FATAL(root != NULL);
    EXPECT_OK(pki_time_parse(json_string_value(json_object_get(root, "validation_time")), &suite.at,
                             &err),
              err);
    add_cert(&suite, json_string_value(json_object_get(root, "trust_anchor")), &suite.anchors);
    CU_ASSERT_EQUAL_FATAL(suite.anchors.n, 1);
    json_array_foreach(json_object_get(root, "tests"), i, test) run_test(&suite, test);
    CU_ASSERT_EQUAL(i, 224);
    CU_ASSERT_EQUAL(suite.wrongly_accepted, 0);
    expect_documented(&suite, i);
    pki_buf_clear(&suite.table);
    pki_certs_clear(&suite.anchors);
    json_decref(root);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"no path of PKITS is accepted that must not be", test_all_of_pkits},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "pkits", .pTests = tests}, CU_SUITE_INFO_NULL};
    char path[600];

    snprintf(path, sizeof(path), "%s/pkits/tests.json", data_directory());
    if (access(path, R_OK) != 0) {
        printf("skipped: no PKITS data (set PKI_TEST_DATA to the folder that holds pkits/)\n");
        return SKIPPED;
    }
    return test_run(suites);
}
