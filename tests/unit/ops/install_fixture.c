#include "install_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

static const char *kept_path(const char *name, const char *part)
{
    static char paths[32][512];
    static unsigned used;
    char *path = paths[used++ % 32];

    snprintf(path, sizeof(paths[0]), "%s/%s-%s", test_directory(), name, part);
    return path;
}

static const char *hand_over(const char *cellar, const char *to)
{
    const struct pki_export_request request = {.environment = "prod",
                                               .purpose = "code-signing",
                                               .consumer = "fulcio",
                                               .with_key = true,
                                               .to = to};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_report) warnings = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_export(session, &request, report, warnings, &err), err);
    return to;
}

void fixture_handovers(const char *name, struct fixture_handovers *made)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    made->g1 = hand_over(cellar, kept_path(name, "g1"));
    fixture_rotate(cellar, "prod", "code-signing");
    made->g2 = hand_over(cellar, kept_path(name, "g2"));
    made->live = kept_path(name, "live");
    CU_ASSERT_EQUAL_FATAL(mkdir(made->live, 0700), 0);
}

bool fixture_install(const char *from, const char *to, struct pki_error *err)
{
    const struct pki_install_request request = {
        .consumer = "fulcio", .from = from, .to = to, .now = fixture_room.now};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();

    return pki_install_prepare(&request, &install, report, err) &&
           (!pki_install_name(install) || pki_install_write(install, report, err));
}

static bool same(const char *from, const char *live, const char *file)
{
    pki_scope(pki_buf) a = {0};
    pki_scope(pki_buf) b = {0};
    struct pki_error err = {0};
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", from, file);
    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_KEY, &a, &err))
        return false;
    snprintf(path, sizeof(path), "%s/%s", live, file);
    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_KEY, &b, &err) &&
           pki_bytes_equal(pki_buf_view(&a), pki_buf_view(&b));
}

bool fixture_installed(const char *from, const char *live)
{
    return same(from, live, "chain.pem") && same(from, live, "key.pem");
}
