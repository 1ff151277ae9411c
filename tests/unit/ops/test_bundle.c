/*
 * The files for verifiers: each has the one order that is right, and what does
 * not verify as it was read back is found, whoever spoilt it.
 */
#include "ops/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "life_fixture.h"
#include "rotation_fixture.h"

static bool spoilt; /* the medium changes a file once all is synced */

static void flip(int dir, const char *name)
{
    uint8_t octet = 0;
    int fd = openat(dir, name, O_RDWR | O_CLOEXEC);

    CU_ASSERT_EQUAL(pread(fd, &octet, 1, 100), 1);
    octet ^= 1;
    CU_ASSERT_EQUAL(pwrite(fd, &octet, 1, 100), 1);
    (void)close(fd);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
bool __real_pki_dir_sync_tree(int dir, const char *path, struct pki_error *err);
bool __wrap_pki_dir_sync_tree(int dir, const char *path, struct pki_error *err);

bool __wrap_pki_dir_sync_tree(int dir, const char *path, struct pki_error *err)
{
    bool synced = __real_pki_dir_sync_tree(dir, path, err);

    if (spoilt)
        flip(dir, "anchors.pem");
    return synced;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */

struct made {
    struct pki_session *session;
    struct pki_trust *trust;
    struct pki_bundle bundle;
};

static void made_clear(struct made *made)
{
    pki_bundle_clear(&made->bundle);
    pki_trust_free(made->trust);
    pki_session_free(made->session);
}

#define SCOPED __attribute__((__cleanup__(made_clear)))

static struct made compose(const char *name)
{
    const char *cellar = fixture_cellar(name);
    struct made made = {.session = NULL};
    struct pki_error err = {0};

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    fixture_line(cellar, "prod", "time-stamping");
    made.session = fixture_open(cellar);
    life_crl(made.session, "root-g1");
    EXPECT_OK(pki_trust_load(made.session, "prod", FIXTURE_NOW, &made.trust, &err), err);
    EXPECT_OK(pki_trust_load_issuers(made.session, made.trust, &err), err);
    EXPECT_OK(pki_trust_load_crls(made.session, made.trust, &err), err);
    made.bundle.trust = made.trust;
    EXPECT_OK(pki_bundle_compose(&made.bundle, NULL, &err), err);
    return made;
}

static struct pki_bundle_file *file_of(struct made *made, const char *path)
{
    for (size_t i = 0; i < made->bundle.n_files; i++)
        if (strcmp(made->bundle.files[i].path, path) == 0)
            return &made->bundle.files[i];
    CU_FAIL_FATAL("there is no such file");
    return NULL;
}

static void test_each_file_has_its_order(void)
{
    static const struct {
        const char *path, *names;
    } rows[] = {
        {"anchors.pem", "root-g1 "},
        {"code-signing/chain.pem", "prod-code-signing-g1 "},
        {"code-signing/g2/chain.pem", "prod-code-signing-g2 "},
        {"code-signing/fulcio/chain.pem", "prod-code-signing-g1 root-g1 "},
        {"code-signing/cosign/chain.pem", "prod-code-signing-g1 prod-code-signing-g2 root-g1 "},
        {"code-signing/cosign/ca-intermediates.pem", "prod-code-signing-g1 prod-code-signing-g2 "},
        {"code-signing/cosign/ca-roots.pem", "root-g1 "},
        {"time-stamping/chain.pem", "prod-time-stamping-g1 "},
        {"time-stamping/tsa/chain.pem", "prod-time-stamping-g1-tsa prod-time-stamping-g1 root-g1 "},
    };
    SCOPED struct made made = compose("order");

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const struct pki_bundle_file *file = file_of(&made, rows[i].path);
        pki_scope(pki_certs) certs = {0};
        struct pki_error err = {0};
        char names[400] = "";

        EXPECT_OK(pki_certs_parse(file->path, pki_bundle_bytes(file), &certs, &err), err);
        for (size_t k = 0; k < certs.n; k++) {
            char name[PKI_NAME_MAX] = "?";
            /* Named by the certificate that was listed: it is the one that the file holds. */
            CU_ASSERT_EQUAL(memcmp(certs.list[k]->fingerprint, file->certs[k]->fingerprint, 32), 0);
            pki_trust_name(made.trust, file->certs[k], name);
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", name);
        }
        CU_ASSERT_STRING_EQUAL(names, rows[i].names);
    }
}

static void expect_verified(struct made *made, const char *path, const char *text)
{
    const struct pki_bundle_file *file = file_of(made, path);
    struct pki_error err = {0};

    if (!text) {
        EXPECT_OK(pki_bundle_verify(&made->bundle, file, pki_bundle_bytes(file), &err), err);
        return;
    }
    EXPECT_FAILS(pki_bundle_verify(&made->bundle, file, pki_bundle_bytes(file), &err), err,
                 PKI_E_INTEGRITY);
    EXPECT_TEXT(path);
    EXPECT_TEXT(text);
}

static void test_each_file_verifies_as_it_was_composed(void)
{
    SCOPED struct made made = compose("verifies");

    for (size_t i = 0; i < made.bundle.n_files; i++)
        expect_verified(&made, made.bundle.files[i].path, NULL);
}

/* Put together again from these certificates of its list. */
static void recompose(struct pki_bundle_file *file, size_t first, size_t second)
{
    const struct pki_cert *certs[] = {file->certs[first], file->certs[second]};

    pki_buf_clear(&file->content);
    file->n_certs = 0;
    pki_bundle_put(file, certs[0]);
    pki_bundle_put(file, certs[1]);
}

static void test_file_composed_wrongly_is_found(void)
{
    SCOPED struct made made = compose("wrongly");
    struct pki_bundle_file *tsa = file_of(&made, "time-stamping/tsa/chain.pem");
    struct pki_bundle_file *list = file_of(&made, "crl/root-g1.crl");
    pki_scope(pki_buf) forged = {0};

    recompose(file_of(&made, "code-signing/fulcio/chain.pem"), 1, 0);
    expect_verified(&made, "code-signing/fulcio/chain.pem", "found the root first");
    recompose(tsa, 0, 2);
    expect_verified(&made, tsa->path, "order");
    file_of(&made, "code-signing/chain.pem")->usage = "1.3.6.1.5.5.7.3.1";
    expect_verified(&made, "code-signing/chain.pem", "does not allow serverAuth");
    file_of(&made, "code-signing/cosign/chain.pem")->n_certs--;
    expect_verified(&made, "code-signing/cosign/chain.pem", "holds 3 certificates as read back");
    file_of(&made, "sigstore/trusted_root.json")->content.data[1] = ']';
    expect_verified(&made, "sigstore/trusted_root.json", "does not verify as read back");
    pki_buf_append_bytes(&forged, list->mapped);
    forged.data[forged.size - 1] ^= 1;
    list->mapped = pki_buf_view(&forged);
    expect_verified(&made, list->path, "does not verify as read back");
    made.trust->n_roots = 0;
    expect_verified(&made, "code-signing/cosign/ca-intermediates.pem", "does not verify");
    made.trust->n_roots = 1;
}

static unsigned mode_of(int dir, const char *name)
{
    struct stat status = {0};

    CU_ASSERT_EQUAL(fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW), 0);
    return status.st_mode & 07777;
}

/* Verifiers read the rest. */
static void test_what_holds_a_key_is_for_its_owner_alone(void)
{
    SCOPED struct made made = compose("modes");
    struct pki_bundle_file *key = NULL;
    struct pki_error err = {0};

    for (size_t i = 0; i < 2; i++) {
        pki_scope_fd int dir = -1;
        char path[512];

        snprintf(path, sizeof(path), "%s/modes-%zu", test_directory(), i);
        EXPECT_OK(pki_dir_make(AT_FDCWD, path, &dir, &err), err);
        EXPECT_OK(pki_bundle_write(&made.bundle, dir, &err), err);
        CU_ASSERT_EQUAL(mode_of(dir, "."), key ? 0700 : 0755);
        CU_ASSERT_EQUAL(mode_of(dir, "anchors.pem"), 0644);
        if (key)
            CU_ASSERT_EQUAL(mode_of(dir, "key.pem"), 0600);
        EXPECT_OK(pki_bundle_add(&made.bundle, PKI_BUNDLE_KEY, &key, &err, "key.pem"), err);
        pki_buf_text(&key->content, "sealed\n");
    }
}

static void test_what_the_medium_spoils_is_found(void)
{
    SCOPED struct made made = compose("spoilt");
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;
    char path[512];

    snprintf(path, sizeof(path), "%s/files", test_directory());
    EXPECT_OK(pki_dir_make(AT_FDCWD, path, &dir, &err), err);
    spoilt = true;
    EXPECT_FAILS(pki_bundle_write(&made.bundle, dir, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("anchors.pem differs as read back");
    spoilt = false;
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each file has its order", test_each_file_has_its_order},
        {"each file verifies as it was composed", test_each_file_verifies_as_it_was_composed},
        {"a file composed wrongly is found", test_file_composed_wrongly_is_found},
        {"what holds a key is for its owner alone", test_what_holds_a_key_is_for_its_owner_alone},
        {"what the medium spoils is found", test_what_the_medium_spoils_is_found},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "bundle", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
