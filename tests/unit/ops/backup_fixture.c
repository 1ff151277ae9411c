#include "backup_fixture.h"

#include <dirent.h>
#include <sys/stat.h>

const char *fixture_path(const char *a, const char *b)
{
    static char paths[64][600];
    static unsigned used;
    char *path = paths[used++ % PKI_COUNT(paths)];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", a, b);
    return path;
}

const char *fixture_directory(const char *name)
{
    const char *path = fixture_path(test_directory(), name);

    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    return path;
}

/* The newest: names end in a number of four digits. */
static const char *newest(const char *medium)
{
    struct dirent **entries = NULL;
    int n = scandir(medium, &entries, NULL, alphasort);

    CU_ASSERT_TRUE_FATAL(n > 2);
    const char *path = fixture_path(medium, entries[n - 1]->d_name);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return path;
}

const char *fixture_backup(const char *cellar, const char *medium)
{
    const struct pki_backup_request request = {.to = medium};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_backup(session, &request, report, &err), err);
    return newest(medium);
}

bool fixture_restore(const char *from, const char *to, const char *seen, struct pki_error *err)
{
    static const char *const word = PKI_OVERRIDE_CLOCK;
    const struct pki_restore_request request = {
        .from = from,
        .to = to,
        .seen = &seen,
        .n_seen = seen ? 1 : 0,
        .tool = "cellar-restore",
        .command_line = "cellar-restore",
        .overrides = &word,
        .n_overrides = 1,
    };
    pki_auto(pki_report) report = pki_report_new();

    return pki_restore(&request, report, err);
}
