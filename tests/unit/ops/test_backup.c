#include "backup_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *cellar; /* with a root and a line, published */

/* A file of the next backup that its medium spoils once all is written. */
static const char *spoilt;

/* Every test begins with a medium of its own. */
static const char *begin(void)
{
    static char names[64][16];
    static unsigned n;

    if (!cellar) {
        cellar = fixture_cellar("backed-up");
        fixture_root(cellar);
        fixture_line(cellar, "prod", "tls");
        fixture_publish(cellar);
    }
    (void)snprintf(names[n], sizeof(names[n]), "medium-%u", n);
    return fixture_directory(names[n++]);
}

static void back_up(const char *to, const char *override, struct pki_error *err)
{
    const struct pki_backup_request request = {.to = to};
    pki_auto(pki_session) session = fixture_open_with(cellar, override);
    pki_auto(pki_report) report = pki_report_new();

    (void)!pki_backup(session, &request, report, err);
}

static bool there(const char *directory, const char *name)
{
    return access(fixture_path(directory, name), F_OK) == 0;
}

/* One bit of a file, in its middle. */
static void damage_at(int directory, const char *path)
{
    int fd = openat(directory, path, O_RDWR | O_CLOEXEC);
    struct stat status = {0};
    uint8_t octet = 0;

    CU_ASSERT_TRUE_FATAL(fd >= 0 && fstat(fd, &status) == 0);
    CU_ASSERT_EQUAL(pread(fd, &octet, 1, status.st_size / 2), 1);
    octet ^= 1;
    CU_ASSERT_EQUAL(pwrite(fd, &octet, 1, status.st_size / 2), 1);
    (void)close(fd);
}

static void damage(const char *path)
{
    damage_at(AT_FDCWD, path);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
int __real_fsync(int fd);
int __wrap_fsync(int fd);

/* What a backup writes last is its manifest. */
int __wrap_fsync(int fd)
{
    int result = __real_fsync(fd);

    if (spoilt && faccessat(fd, "manifest.json", F_OK, 0) == 0 &&
        faccessat(fd, "cellar.db", F_OK, 0) == 0) {
        damage_at(fd, spoilt);
        spoilt = NULL;
    }
    return result;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */

/* A cell is another, by somebody with SQLite. */
static void tamper(const char *path)
{
    sqlite3 *raw = NULL;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &raw), SQLITE_OK);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    CU_ASSERT_EQUAL(sqlite3_exec(raw, "UPDATE authority_event SET at = at + 1", NULL, NULL, NULL),
                    SQLITE_OK);
    (void)sqlite3_close(raw);
}

static void expect_backup_fails(const char *to, const char *override, enum pki_code code,
                                const char *part)
{
    struct pki_error err = {0};
    bool failed = (back_up(to, override, &err), err.code != PKI_OK);

    EXPECT_FAILS(!failed, err, code);
    EXPECT_TEXT(part);
}

/* --- backup ----------------------------------------------------------------------------------- */

static void test_a_backup_is_whole_and_numbered(void)
{
    const char *medium = begin();
    const char *first = fixture_backup(cellar, medium);
    const char *second = fixture_backup(cellar, medium);

    CU_ASSERT_TRUE(there(first, "cellar.db") && there(first, "manifest.json"));
    CU_ASSERT_TRUE(there(first, "keys/root-g1.key") && there(first, "manifests/prod.json"));
    CU_ASSERT_STRING_EQUAL(first + strlen(first) - 5, "-0001");
    CU_ASSERT_STRING_EQUAL(second + strlen(second) - 5, "-0002");
}

static void test_a_dry_run_writes_nothing(void)
{
    const char *medium = begin();
    const struct pki_backup_request request = {.to = medium, .dry_run = true};
    int64_t entries = fixture_entries(cellar);
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_backup(session, &request, report, &err), err);
    CU_ASSERT_EQUAL(rmdir(medium), 0); /* empty */
    CU_ASSERT_EQUAL(fixture_entries(cellar), entries);
}

static void test_a_backup_needs_a_directory(void)
{
    expect_backup_fails(fixture_path(begin(), "nowhere"), NULL, PKI_E_USAGE, "no such directory");
}

static void test_a_name_that_no_fat_takes_is_refused(void)
{
    const char *medium = begin();
    const char *odd = fixture_path(cellar, "ceremonies/a:b");

    (void)close(open(odd, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    expect_backup_fails(medium, NULL, PKI_E_USAGE, "every medium");
    CU_ASSERT_EQUAL(unlink(odd), 0);
    CU_ASSERT_EQUAL(rmdir(medium), 0);
}

static void test_a_backup_looks_at_the_clock(void)
{
    const char *medium = begin();
    int64_t entries = fixture_entries(cellar);

    fixture_room.now -= FIXTURE_DAY;
    expect_backup_fails(medium, NULL, PKI_E_POLICY, "clock-is-right");
    CU_ASSERT_EQUAL(fixture_entries(cellar), entries);
    fixture_room.now += FIXTURE_DAY;
}

static void test_a_medium_that_takes_nothing_is_an_error(void)
{
    (void)begin();
    expect_backup_fails("/proc", NULL, PKI_E_IO, "cannot be made");
}

static void test_a_changed_inventory_is_not_backed_up(void)
{
    const char *medium = begin();
    const char *sound = fixture_backup(cellar, medium);
    const char *kept = cellar;
    struct pki_error err = {0};

    /* In a copy, which must not end the others. */
    EXPECT_OK(fixture_restore(sound, fixture_path(test_directory(), "changed"), NULL, &err), err);
    cellar = fixture_path(test_directory(), "changed");
    tamper(fixture_path(cellar, "cellar.db"));
    expect_backup_fails(medium, PKI_OVERRIDE_CLOCK, PKI_E_INTEGRITY, "cellar audit");
    cellar = kept;
}

static void test_a_backup_that_reads_back_otherwise_is_none(void)
{
    static const char *const files[] = {"cellar.db", "keys/root-g1.key"};

    for (size_t i = 0; i < PKI_COUNT(files); i++) {
        const char *medium = begin();

        spoilt = files[i];
        expect_backup_fails(medium, NULL, PKI_E_INTEGRITY, "as read back");
        CU_ASSERT_PTR_NULL(spoilt);
        CU_ASSERT_EQUAL(rmdir(medium), 0); /* nothing of it stays */
    }
}

/* --- restore ---------------------------------------------------------------------------------- */

static void expect_restore_fails(const char *from, const char *to, const char *seen,
                                 enum pki_code code, const char *part)
{
    struct pki_error err = {0};

    EXPECT_FAILS(fixture_restore(from, to, seen, &err), err, code);
    EXPECT_TEXT(part);
}

static void test_a_restored_cellar_goes_on(void)
{
    const char *from = fixture_backup(cellar, begin());
    const char *to = fixture_path(test_directory(), "goes-on");
    struct pki_error err = {0};

    EXPECT_OK(fixture_restore(from, to, fixture_path(cellar, "exports/prod/manifest.json"), &err),
              err);
    CU_ASSERT_TRUE(there(to, "keys/root-g1.key") && !there(to, "manifest.json"));
    CU_ASSERT_EQUAL(fixture_entries(to), fixture_entries(cellar) + 1);
    fixture_publish(to);
}

static void test_nothing_is_restored_over(void)
{
    const char *from = fixture_backup(cellar, begin());

    expect_restore_fails(from, cellar, NULL, PKI_E_EXISTS, "never restored over");
    expect_restore_fails(from, fixture_directory("empty"), NULL, PKI_E_EXISTS, "exists already");
}

static void test_a_damaged_backup_is_refused(void)
{
    static const char *const files[] = {"cellar.db", "keys/root-g1.key"};
    const char *to = fixture_path(test_directory(), "never");

    for (size_t i = 0; i < PKI_COUNT(files); i++) {
        const char *from = fixture_backup(cellar, begin());

        damage(fixture_path(from, files[i]));
        expect_restore_fails(from, to, NULL, PKI_E_INTEGRITY, files[i]);
        CU_ASSERT_NOT_EQUAL(access(to, F_OK), 0);
    }
}

/* Whoever changes a manifest changes no file that it names. */
static void test_a_manifest_with_another_head_is_refused(void)
{
    static const char label[] = "\"head\": \"";
    const char *from = fixture_backup(cellar, begin());
    const char *path = fixture_path(from, "manifest.json");
    size_t size = 0;
    uint8_t *text = test_load(path, &size);
    uint8_t *at = memmem(text, size, label, strlen(label));
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    CU_ASSERT_FATAL(at && fd >= 0);
    at += strlen(label);
    *at = *at == '0' ? '1' : '0';
    CU_ASSERT_EQUAL(pwrite(fd, at, 1, at - text), 1);
    (void)close(fd);
    free(text);
    expect_restore_fails(from, fixture_path(test_directory(), "never"), NULL, PKI_E_INTEGRITY,
                         "its journal ends elsewhere");
}

static void test_what_is_no_backup_is_refused(void)
{
    const char *to = fixture_path(test_directory(), "never");
    const char *from = fixture_directory("no-backup");

    expect_restore_fails(from, to, NULL, PKI_E_USAGE, "name one backup");
    (void)fixture_file("no-backup/manifest.json", "{\"manifest\": 1}");
    expect_restore_fails(from, to, NULL, PKI_E_FORMAT, "no manifest of ours");
    expect_restore_fails(fixture_path(cellar, "exports/prod"), to, NULL, PKI_E_USAGE,
                         "is an export");
}

static void test_a_foreign_or_odd_manifest_is_refused(void)
{
    const char *from = fixture_backup(cellar, begin());
    const char *to = fixture_path(test_directory(), "never");
    const char *other = fixture_cellar("other");

    fixture_root(other);
    fixture_line(other, "prod", "tls");
    fixture_publish(other);
    expect_restore_fails(from, to, fixture_path(other, "exports/prod/manifest.json"), PKI_E_USAGE,
                         "another cellar");
    expect_restore_fails(from, to, fixture_file("odd.json", "{}"), PKI_E_FORMAT,
                         "no manifest of ours");
}

static void test_restoring_looks_at_the_clock(void)
{
    const char *from = fixture_backup(cellar, begin());
    const struct pki_restore_request request = {.from = from,
                                                .to = fixture_path(test_directory(), "never"),
                                                .tool = "cellar-restore",
                                                .command_line = "cellar-restore"};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_room.now -= FIXTURE_DAY;
    EXPECT_FAILS(pki_restore(&request, report, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("clock-is-right");
    CU_ASSERT_NOT_EQUAL(access(request.to, F_OK), 0);
    fixture_room.now += FIXTURE_DAY;
}

static void test_a_place_that_takes_nothing_is_an_error(void)
{
    expect_restore_fails(fixture_backup(cellar, begin()), "/proc/never", NULL, PKI_E_IO,
                         "cannot be made");
}

int main(void)
{
    CU_TestInfo backup[] = {
        {"a backup is whole and numbered", test_a_backup_is_whole_and_numbered},
        {"a dry run writes nothing", test_a_dry_run_writes_nothing},
        {"a backup needs a directory", test_a_backup_needs_a_directory},
        {"a name that no FAT takes is refused", test_a_name_that_no_fat_takes_is_refused},
        {"a backup looks at the clock", test_a_backup_looks_at_the_clock},
        {"a medium that takes nothing is an error", test_a_medium_that_takes_nothing_is_an_error},
        {"a changed inventory is not backed up", test_a_changed_inventory_is_not_backed_up},
        {"a backup that reads back otherwise is none",
         test_a_backup_that_reads_back_otherwise_is_none},
        CU_TEST_INFO_NULL,
    };
    CU_TestInfo restore[] = {
        {"a restored cellar goes on", test_a_restored_cellar_goes_on},
        {"nothing is restored over", test_nothing_is_restored_over},
        {"a damaged backup is refused", test_a_damaged_backup_is_refused},
        {"a manifest with another head is refused", test_a_manifest_with_another_head_is_refused},
        {"what is no backup is refused", test_what_is_no_backup_is_refused},
        {"a foreign or odd manifest is refused", test_a_foreign_or_odd_manifest_is_refused},
        {"restoring looks at the clock", test_restoring_looks_at_the_clock},
        {"a place that takes nothing is an error", test_a_place_that_takes_nothing_is_an_error},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "backup", .pTests = backup},
                             {.pName = "restore", .pTests = restore},
                             CU_SUITE_INFO_NULL};

    return test_run(suites);
}
