/*
 * A list that is spoilt, by its maker before it is linted, after that by the key
 * that signs it or by the medium that it lies on, is never recorded.
 */
#include "life_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ops/crl_file.h"
#include "x509/crl_build.h"

#define FILE_NAME "root-g1-1798761300.crl"
#define ROOT_ENDS INT64_C(2429913599)

static enum {
    NOTHING,
    OTHER_NAME,
    OTHER_KEY,
    TOO_LONG,
    LINT,
    BY_KEY,
    LAST_OCTET,
    MIDDLE
} spoilt;

static void flip(int dir)
{
    struct stat status = {0};
    uint8_t octet = 0;
    int fd = openat(dir, FILE_NAME, O_RDWR | O_CLOEXEC);

    CU_ASSERT_TRUE_FATAL(fd >= 0 && fstat(fd, &status) == 0);
    const off_t at = spoilt == MIDDLE ? status.st_size / 2 : status.st_size - 1;
    CU_ASSERT_EQUAL(pread(fd, &octet, 1, at), 1);
    octet ^= 1;
    CU_ASSERT_EQUAL(pwrite(fd, &octet, 1, at), 1);
    (void)close(fd);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
bool __real_pki_crl_draft_build(const struct pki_crl_facts *facts,
                                const struct pki_crl_source *source, struct pki_file **file,
                                struct pki_crl_draft **draft, struct pki_error *err);
bool __wrap_pki_crl_draft_build(const struct pki_crl_facts *facts,
                                const struct pki_crl_source *source, struct pki_file **file,
                                struct pki_crl_draft **draft, struct pki_error *err);
bool __real_pki_key_sign_digest(const struct pki_key *key, struct pki_bytes digest,
                                struct pki_buf *signature, struct pki_error *err);
bool __wrap_pki_key_sign_digest(const struct pki_key *key, struct pki_bytes digest,
                                struct pki_buf *signature, struct pki_error *err);
bool __real_pki_dir_sync(int fd, struct pki_error *err);
bool __wrap_pki_dir_sync(int fd, struct pki_error *err);

bool __wrap_pki_crl_draft_build(const struct pki_crl_facts *facts,
                                const struct pki_crl_source *source, struct pki_file **file,
                                struct pki_crl_draft **draft, struct pki_error *err)
{
    static const uint8_t cn_x[] = {0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 12, 1, 'x'};
    struct pki_crl_facts other = *facts;

    if (spoilt == OTHER_NAME)
        other.issuer = (struct pki_bytes){cn_x, sizeof(cn_x)};
    if (spoilt == OTHER_KEY)
        other.authority_key_id.size--;
    if (spoilt == TOO_LONG)
        other.next_update = ROOT_ENDS + 1;
    if (spoilt == LINT)
        other.next_update = other.this_update + INT64_C(400) * 86400;
    return __real_pki_crl_draft_build(&other, source, file, draft, err);
}

bool __wrap_pki_key_sign_digest(const struct pki_key *key, struct pki_bytes digest,
                                struct pki_buf *signature, struct pki_error *err)
{
    bool made = __real_pki_key_sign_digest(key, digest, signature, err);

    if (made && spoilt == BY_KEY)
        signature->data[signature->size - 1] ^= 1;
    return made;
}

/* The list has its name by then. */
bool __wrap_pki_dir_sync(int fd, struct pki_error *err)
{
    if (spoilt >= LAST_OCTET && faccessat(fd, FILE_NAME, F_OK, 0) == 0)
        flip(fd);
    return __real_pki_dir_sync(fd, err);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */

static void test_list_that_is_not_as_it_should_be_is_no_draft(void)
{
    static const struct {
        int spoilt;
        enum pki_code code;
        const char *text;
    } rows[] = {
        {OTHER_NAME, PKI_E_INTEGRITY, "the list names another issuer"},
        {OTHER_KEY, PKI_E_INTEGRITY, "the list names another issuer"},
        {TOO_LONG, PKI_E_POLICY, "the list outlives its issuer"},
        {LINT, PKI_E_POLICY, "lint refuses"},
    };
    const char *cellar = fixture_cellar("facts");
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        spoilt = rows[i].spoilt;
        EXPECT_FAILS(pki_crl_prepare(session, "root-g1", &draft, &err), err, rows[i].code);
        EXPECT_TEXT(rows[i].text);
        spoilt = NOTHING;
    }
}

static void test_list_that_is_spoilt_is_never_recorded(void)
{
    static const struct {
        const char *name;
        int spoilt;
        enum pki_code code;
        const char *text;
    } rows[] = {
        {"key", BY_KEY, PKI_E_INVALID, "signature"},
        {"signature", LAST_OCTET, PKI_E_INVALID, "signature"},
        {"body", MIDDLE, PKI_E_IO, "reads back without the linted body"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const char *cellar = fixture_cellar(rows[i].name);
        pki_auto(pki_report) report = pki_report_new();
        struct pki_draft *draft = NULL;
        pki_scope(pki_crl_rows) lists = {0};
        struct pki_error err = {0};

        fixture_root(cellar);
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_crl_prepare(session, "root-g1", &draft, &err), err);
        spoilt = rows[i].spoilt;
        EXPECT_FAILS(pki_draft_sign(session, draft, report, &err), err, rows[i].code);
        EXPECT_TEXT(rows[i].text);
        spoilt = NOTHING;
        EXPECT_OK(pki_store_list_crls(session->store, 0, &lists, &err), err);
        CU_ASSERT_EQUAL(lists.n, 0);
        CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list that is not as it should be is no draft",
         test_list_that_is_not_as_it_should_be_is_no_draft},
        {"a list that is spoilt is never recorded", test_list_that_is_spoilt_is_never_recorded},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "spoilt lists", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
