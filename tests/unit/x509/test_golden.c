/*
 * Each profile fully expanded, compared with tests/golden/profiles/NAME.txt.
 * After a change that is meant: GOLDEN_UPDATE=1 unit.x509.golden, and look at
 * the difference.
 */
#include "body_fixture.h"
#include "der_text.h"
#include "test.h"

static void update(const char *path, const struct pki_buf *text)
{
    FILE *file = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(text->data, 1, text->size, file), text->size);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void compare(const char *path, const struct pki_buf *text)
{
    size_t size = 0;
    uint8_t *expected = test_load(path, &size);
    bool same = pki_bytes_equal(pki_buf_view(text), (struct pki_bytes){expected, size});

    if (!same)
        fprintf(stderr, "\n%s differs from:\n%.*s\n", path, (int)text->size,
                (const char *)text->data);
    CU_ASSERT_TRUE(same);
    free(expected);
}

static void check_profile(enum pki_profile_id id)
{
    struct pki_error err = {0};
    struct body_fixture fixture;
    pki_scope(pki_buf) tbs = {0};
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) path = {0};

    body_fixture_init(&fixture, id);
    EXPECT_OK(pki_body_build(&fixture.body, &tbs, &err), err);
    der_text(pki_buf_view(&tbs), &text);
    pki_buf_printf(&path, GOLDEN "/profiles/%s.txt", fixture.body.profile->name);
    pki_buf_byte(&path, '\0');
    if (getenv("GOLDEN_UPDATE"))
        update((const char *)path.data, &text);
    compare((const char *)path.data, &text);
    body_fixture_clear(&fixture);
}

static void test_each_profile_equals_its_golden_file(void)
{
    for (unsigned id = 0; id < PKI_PROFILES; id++)
        check_profile((enum pki_profile_id)id);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each profile equals its golden file", test_each_profile_equals_its_golden_file},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "golden", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
