#include "backup_fixture.h"

#include <unistd.h>

#include "crypto/key.h"
#include "life_fixture.h"
#include "ops/alarm.h"
#include "store/safety.h"
#include "x509/build.h"
#include "x509/cert.h"

/* A cellar that was restored from before its last list, and what the world has since. */
static struct {
    const char *lost, *behind, *backup;
    const char *manifest, *list;
    char serial[41]; /* of what was revoked in between */
} world;

static void revoke_next(void)
{
    pki_auto(pki_session) session = fixture_open(world.lost);
    const struct pki_revoke_request request = {.what = life_serial(session, "prod-tls-g2"),
                                               .reason = "superseded"};
    char name[64];

    (void)snprintf(world.serial, sizeof(world.serial), "%s", request.what);
    life_revoke(session, &request);
    life_crl(session, "root-g1");
    (void)snprintf(name, sizeof(name), "crls/root-g1-%lld.crl",
                   (long long)life_last_crl(session, "root-g1").number);
    world.list = fixture_path(world.lost, name);
}

/* Made once; every test works in a cellar of its own. */
static const char *begin(const char *name)
{
    struct pki_error err = {0};

    if (!world.lost) {
        world.lost = fixture_cellar("lost");
        fixture_root(world.lost);
        fixture_line(world.lost, "prod", "tls");
        world.backup = fixture_backup(world.lost, fixture_directory("medium"));
        fixture_room.now += FIXTURE_DAY;
        revoke_next();
        fixture_publish(world.lost);
        world.manifest = fixture_path(world.lost, "exports/prod/manifest.json");
    }
    world.behind = fixture_path(test_directory(), name);
    EXPECT_OK(fixture_restore(world.backup, world.behind, world.manifest, &err), err);
    return world.behind;
}

static bool reconcile(const char *cellar, const char *const *files, struct pki_error *err)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    size_t n = 0;

    while (files[n])
        n++;
    return pki_reconcile_prepare(session, files, n, &draft, err) &&
           pki_draft_sign(session, draft, report, err);
}

static void expect_refused(const char *const *files, enum pki_code code, const char *part)
{
    int64_t entries = fixture_entries(world.behind);
    struct pki_error err = {0};

    EXPECT_FAILS(reconcile(world.behind, files, &err), err, code);
    EXPECT_TEXT(part);
    CU_ASSERT_EQUAL(fixture_entries(world.behind), entries);
}

static const char *put(const char *name, struct pki_bytes bytes)
{
    const char *path = fixture_file(name, "");
    FILE *file = fopen(path, "wb");

    CU_ASSERT_TRUE_FATAL(file && fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
    (void)fclose(file);
    return path;
}

/* --- what is taken in ------------------------------------------------------------------------- */

static void test_a_list_brings_its_revocations_and_puts_the_alarm_out(void)
{
    const char *cellar = begin("good");
    const char *const files[] = {world.manifest, world.list, NULL};
    pki_scope(pki_alarm_rows) alarms = {0};
    struct pki_error err = {0};

    EXPECT_OK(reconcile(cellar, files, &err), err);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-tls-g2"), PKI_STATE_REVOKED);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);

    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_session) lost = fixture_open(world.lost);
    EXPECT_OK(pki_journal_alarms(session->store, &alarms, &err), err);
    CU_ASSERT_EQUAL(alarms.n, 0);
    int64_t number = life_last_crl(lost, "root-g1").number;
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").number, number);
    life_crl(session, "root-g1"); /* signs again, after every number that there was */
    CU_ASSERT_TRUE(life_last_crl(session, "root-g1").number > number);
}

static void test_a_list_alone_leaves_the_alarm(void)
{
    const char *cellar = begin("alone");
    const char *const list[] = {world.list, NULL};
    const char *const manifest[] = {world.manifest, NULL};
    pki_scope(pki_alarm_rows) before = {0};
    pki_scope(pki_alarm_rows) after = {0};
    struct pki_error err = {0};

    EXPECT_OK(reconcile(cellar, list, &err), err);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-tls-g2"), PKI_STATE_REVOKED);
    expect_refused(list, PKI_E_STATE, "the alarm stays");
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_journal_alarms(session->store, &before, &err), err);
    CU_ASSERT_EQUAL(before.n, 1);
    pki_session_free(PKI_TAKE(session));

    EXPECT_OK(reconcile(cellar, manifest, &err), err);
    session = fixture_open(cellar);
    EXPECT_OK(pki_journal_alarms(session->store, &after, &err), err);
    CU_ASSERT_EQUAL(after.n, 0);
}

static void test_what_is_known_is_nothing_to_reconcile(void)
{
    const char *cellar = begin("known");
    const char *const files[] = {world.manifest, world.list, NULL};
    struct pki_error err = {0};

    EXPECT_OK(reconcile(cellar, files, &err), err);
    expect_refused(files, PKI_E_STATE, "nothing to reconcile");
}

static void test_what_a_manifest_names_must_be_given(void)
{
    const char *const files[] = {(begin("named"), world.manifest), NULL};

    expect_refused(files, PKI_E_STATE, "neither known nor among the files");
}

/* Restored without what was seen, and revoked again with another date: after that list none could
   be signed. Without it the next one is, under a number of its own. */
static void test_a_revocation_that_is_told_otherwise_is_refused(void)
{
    (void)begin("seen");
    const char *cellar = fixture_path(test_directory(), "again");
    const struct pki_revoke_request request = {.what = world.serial, .reason = "superseded"};
    struct pki_error err = {0};

    world.behind = cellar;
    EXPECT_OK(fixture_restore(world.backup, cellar, NULL, &err), err);
    pki_auto(pki_session) lost = fixture_open(world.lost);
    int64_t number = life_last_crl(lost, "root-g1").number;
    fixture_room.now += FIXTURE_DAY;
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        life_revoke(session, &request);
    }
    expect_refused((const char *const[]){world.manifest, world.list, NULL}, PKI_E_POLICY,
                   "was revoked again here");
    EXPECT_FAILS(reconcile(cellar, (const char *const[]){world.list, NULL}, &err), err,
                 PKI_E_POLICY);
    EXPECT_TEXT(world.serial);
    EXPECT_TEXT("Restore the backup again and reconcile");
    pki_auto(pki_session) session = fixture_open(cellar);
    life_crl(session, "root-g1");
    CU_ASSERT_TRUE(life_last_crl(session, "root-g1").number > number);
    fixture_room.now -= FIXTURE_DAY;
}

/* Two cellars of one backup, and each told the world something else: no list could follow both. */
static void test_lists_that_contradict_each_other_are_refused(void)
{
    (void)begin("contradicted");
    const char *other = fixture_path(test_directory(), "contradicts");
    const char *third = fixture_path(test_directory(), "between");
    const struct pki_revoke_request request = {.what = world.serial, .reason = "superseded"};
    struct pki_error err = {0};
    char name[64];

    EXPECT_OK(fixture_restore(world.backup, other, NULL, &err), err);
    EXPECT_OK(fixture_restore(world.backup, third, NULL, &err), err);
    fixture_room.now += FIXTURE_DAY;
    {
        pki_auto(pki_session) session = fixture_open(other);
        life_revoke(session, &request);
        life_crl(session, "root-g1");
        (void)snprintf(name, sizeof(name), "crls/root-g1-%lld.crl",
                       (long long)life_last_crl(session, "root-g1").number);
    }
    const char *const lists[] = {fixture_path(other, name), world.list, NULL};
    EXPECT_FAILS(reconcile(third, lists, &err), err, PKI_E_POLICY);
    EXPECT_TEXT(world.serial);
    EXPECT_TEXT("no list could follow both");
    CU_ASSERT_EQUAL(fixture_state(third, "prod-tls-g2"), PKI_STATE_NEXT);
    CU_ASSERT_EQUAL(fixture_reserved(third), 0);
    EXPECT_OK(reconcile(third, &lists[1], &err), err); /* one alone can be followed */
    fixture_room.now -= FIXTURE_DAY;
}

/* --- what is refused -------------------------------------------------------------------------- */

static void test_a_manifest_of_another_cellar_is_refused(void)
{
    const char *other = fixture_cellar("other");

    fixture_root(other);
    fixture_line(other, "prod", "tls");
    fixture_publish(other);
    (void)begin("foreign");
    expect_refused((const char *const[]){fixture_path(other, "exports/prod/manifest.json"), NULL},
                   PKI_E_USAGE, "another cellar");
}

/* By --seen: it says nothing of this one, and raises no alarm. */
static void test_a_manifest_of_another_cellar_was_not_seen(void)
{
    const char *cellar = fixture_cellar("own");
    const char *other = fixture_cellar("others");

    fixture_root(other);
    fixture_line(other, "prod", "tls");
    fixture_publish(other);
    const char *const seen[] = {fixture_path(other, "exports/prod/manifest.json")};
    const struct pki_session_request request = {
        .directory = cellar, .write = true, .seen = seen, .n_seen = 1};
    pki_auto(pki_session) session = NULL;
    pki_scope(pki_alarm_rows) alarms = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_session_open(&request, &session, &err), err);
    EXPECT_FAILS(pki_alarm_check(session, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("another cellar");
    EXPECT_OK(pki_journal_alarms(session->store, &alarms, &err), err);
    CU_ASSERT_EQUAL(alarms.n, 0);
}

static void test_a_file_that_is_neither_is_refused(void)
{
    (void)begin("neither");
    expect_refused((const char *const[]){fixture_file("neither.txt", "nothing\n"), NULL},
                   PKI_E_FORMAT, "neither.txt");
    expect_refused((const char *const[]){fixture_file("odd.json", "{}"), NULL}, PKI_E_FORMAT,
                   "no manifest of ours");
}

static void test_a_list_with_another_signature_is_refused(void)
{
    size_t size = 0;

    (void)begin("forged");
    uint8_t *list = test_load(world.list, &size);
    list[size - 1] ^= 1;
    const char *forged = put("forged.crl", (struct pki_bytes){list, size});
    expect_refused((const char *const[]){world.manifest, forged, NULL}, PKI_E_INVALID, "signature");
    free(list);
}

static void test_a_certificate_of_strangers_is_refused(void)
{
    (void)begin("stranger");
    expect_refused((const char *const[]){FIXTURES "/cert/root.pem", NULL}, PKI_E_NOTFOUND,
                   "none of this cellar's authorities");
}

/* The second generation's certificate with a few octets exchanged, signed by our root again. */
static const char *resign(const char *name, struct pki_bytes from, struct pki_bytes to)
{
    pki_auto(pki_session) session = fixture_open(world.behind);
    pki_scope(pki_authority_row) row = {0};
    pki_scope(pki_authority_row) root = {0};
    pki_scope(pki_certificate_row) found = {0};
    pki_scope(pki_buf) signature = {0};
    pki_scope(pki_buf) der = {0};
    pki_auto(pki_cert) cert = NULL;
    pki_auto(pki_key) key = NULL;
    struct pki_error err = {0};
    bool is = false;

    EXPECT_OK(pki_store_authority_by_name(session->store, "prod-tls-g2", &is, &row, &err), err);
    EXPECT_OK(pki_store_authority_by_name(session->store, "root-g1", &is, &root, &err), err);
    EXPECT_OK(pki_store_certificate(session->store, row.certificate, &found, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&found.der), &cert, &err), err);
    EXPECT_OK(pki_session_open_key(session, root.key, &key, &err), err);
    uint8_t *body = (uint8_t *)cert->tbs.data; /* in a buffer of ours */
    uint8_t *at = memmem(body, cert->tbs.size, from.data, from.size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    memcpy(at, to.data, to.size);
    EXPECT_OK(pki_key_sign(key, cert->tbs, &signature, &err), err);
    EXPECT_OK(pki_certificate_assemble(cert->tbs, pki_key_algorithm_of(key),
                                       pki_buf_view(&signature), &der, &err),
              err);
    return put(name, pki_buf_view(&der));
}

#define BYTES(...)                                                             \
    (struct pki_bytes)                                                         \
    {                                                                          \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}) \
    }

/* keyUsage keyCertSign and cRLSign, with the latter alone (RFC 5280 4.2.1.3). */
static void test_a_certificate_that_breaks_a_rule_is_refused(void)
{
    (void)begin("rule");
    const char *file =
        resign("rule.cer", BYTES(0x03, 0x02, 0x01, 0x06), BYTES(0x03, 0x02, 0x01, 0x02));
    expect_refused((const char *const[]){file, NULL}, PKI_E_POLICY, "usage");
}

/* A twin of what is known: another serial number, the same key. */
static void test_a_second_certificate_of_a_known_key_is_refused(void)
{
    (void)begin("twin");
    pki_auto(pki_session) session = fixture_open(world.behind);
    const char *serial = life_serial(session, "prod-tls-g2");
    pki_session_free(PKI_TAKE(session));
    uint8_t octets[2];

    for (size_t i = 0; i < 2; i++)
        octets[i] = (uint8_t)strtoul((char[]){serial[2 * i], serial[2 * i + 1], 0}, NULL, 16);
    const char *file = resign("twin.cer", BYTES(0x02, 0x14, octets[0], octets[1]),
                              BYTES(0x02, 0x14, octets[0], (uint8_t)(octets[1] ^ 1)));
    expect_refused((const char *const[]){file, NULL}, PKI_E_STATE, "its key is already that of");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list brings its revocations, and puts the alarm out",
         test_a_list_brings_its_revocations_and_puts_the_alarm_out},
        {"a list alone leaves the alarm", test_a_list_alone_leaves_the_alarm},
        {"what is known is nothing to reconcile", test_what_is_known_is_nothing_to_reconcile},
        {"a revocation that is told otherwise is refused",
         test_a_revocation_that_is_told_otherwise_is_refused},
        {"lists that contradict each other are refused",
         test_lists_that_contradict_each_other_are_refused},
        {"what a manifest names must be given", test_what_a_manifest_names_must_be_given},
        {"a manifest of another cellar is refused", test_a_manifest_of_another_cellar_is_refused},
        {"a manifest of another cellar was not seen",
         test_a_manifest_of_another_cellar_was_not_seen},
        {"a file that is neither is refused", test_a_file_that_is_neither_is_refused},
        {"a list with another signature is refused", test_a_list_with_another_signature_is_refused},
        {"a certificate of strangers is refused", test_a_certificate_of_strangers_is_refused},
        {"a certificate that breaks a rule is refused",
         test_a_certificate_that_breaks_a_rule_is_refused},
        {"a second certificate of a known key is refused",
         test_a_second_certificate_of_a_known_key_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "reconcile", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
