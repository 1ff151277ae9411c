/*
 * The standard's own vectors, where they are at hand: PKI_TEST_DATA/slip39 with
 * vectors.json. Skipped (status 77) where it is not. Each gives its secret, or,
 * where it has none, no secret at all.
 */
#include <jansson.h>

#include "share_fixture.h"

#define SKIPPED    77
#define PASSPHRASE "TREZOR" /* of all of them */

static json_t *vectors;

static const char *data_directory(void)
{
    const char *given = getenv("PKI_TEST_DATA");

    return given ? given : TEST_DATA;
}

static bool run(const json_t *mnemonics, struct pki_secret **secret, struct pki_error *err)
{
    pki_scope(pki_shares) shares = {.n = 0};
    pki_auto(pki_secret) passphrase = fixture_text(PASSPHRASE);

    for (size_t i = 0; i < json_array_size(mnemonics); i++)
        if (!fixture_add(&shares, json_string_value(json_array_get(mnemonics, i)), err))
            return false;
    return pki_share_combine(&shares, passphrase, secret, err);
}

static void expect(const json_t *vector)
{
    const char *title = json_string_value(json_array_get(vector, 0));
    const char *hex = json_string_value(json_array_get(vector, 2));
    pki_auto(pki_secret) secret = NULL;
    struct pki_error err = {0};
    char got[2 * PKI_SHARE_SECRET_MAX + 1] = "";

    if (run(json_array_get(vector, 1), &secret, &err)) {
        const uint8_t *octets = pki_secret_open(secret);
        for (size_t i = 0; i < pki_secret_size(secret); i++)
            (void)snprintf(got + 2 * i, 3, "%02x", octets[i]);
        pki_secret_close(secret);
    } else {
        CU_ASSERT_TRUE(err.code == PKI_E_FORMAT || err.code == PKI_E_INVALID);
    }
    if (strcmp(got, hex) != 0)
        (void)fprintf(stderr, "\n%s: \"%s\", not \"%s\" (%s)\n", title, got, hex, err.text);
    CU_ASSERT_STRING_EQUAL(got, hex);
}

static void test_every_vector_gives_its_secret_or_none(void)
{
    CU_ASSERT_TRUE(json_array_size(vectors) >= 45);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        expect(json_array_get(vectors, i));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every vector of the standard gives its secret or none",
         test_every_vector_gives_its_secret_or_none},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "SLIP-0039", .pTests = tests}, CU_SUITE_INFO_NULL};
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/slip39/vectors.json", data_directory());
    if (access(path, R_OK) != 0) {
        printf("skipped: no %s: the vectors are not part of this repository\n", path);
        return SKIPPED;
    }
    vectors = json_load_file(path, 0, NULL);
    if (!json_is_array(vectors))
        return 1;
    int status = test_run(suites);
    json_decref(vectors);
    return status;
}
