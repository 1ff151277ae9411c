#include "ops_fixture.h"

#include "pki/key.h"
#include "ops/seams.h"
#include "store/reservations.h"

struct fixture_room fixture_room = {FIXTURE_NOW, 0, FIXTURES "/rooms/quiet"};
struct fixture_answers fixture_answers;

void fixture_room_reset(void)
{
    fixture_room = (struct fixture_room){FIXTURE_NOW, 0, FIXTURES "/rooms/quiet"};
    fixture_answers = (struct fixture_answers){0};
}

int64_t pki_seam_now(void)
{
    return fixture_room.now;
}

int64_t pki_seam_build_date(void)
{
    return fixture_room.build_date;
}

unsigned pki_seam_rounds(void)
{
    return 1000;
}

const char *pki_seam_root(void)
{
    return fixture_room.root;
}

int64_t pki_seam_free(const char *directory)
{
    (void)directory;
    return INT64_MAX;
}

static const char hierarchy[] = "hierarchy: 1\n"
                                "organization: Example Corp\n"
                                "country: DE\n"
                                "air_gap: enforce\n"
                                "roots:\n"
                                "  main:\n"
                                "    common_name: Example Corp Root CA\n"
                                "    key: ecdsa-p384\n"
                                "    validity: 20y\n"
                                "    crl_period: 180d\n"
                                "    crl_url: http://pki.example.com/{authority}.crl\n"
                                "    issuer_url: http://pki.example.com/{authority}.cer\n"
                                "environments:\n"
                                "  prod:\n"
                                "    root: main\n"
                                "    lines:\n"
                                "      code-signing:\n"
                                "        profile: code-signing-ca\n"
                                "        common_name: Example Corp Prod Code Signing CA\n"
                                "        key: ecdsa-p384\n"
                                "        validity: 15mo\n"
                                "        rotate_every: 3mo\n"
                                "        publish_lead: 14d\n"
                                "        leaf_life: 10m\n"
                                "        slack: 24h\n"
                                "        crl_period: 90d\n"
                                "        services:\n"
                                "          fulcio: https://fulcio.example.com\n"
                                "      time-stamping:\n"
                                "        profile: time-stamping-ca\n"
                                "        common_name: Example Corp Prod Time Stamping CA\n"
                                "        key: ecdsa-p256\n"
                                "        validity: 10y\n"
                                "        rotate_every: 1y\n"
                                "        publish_lead: 14d\n"
                                "        leaf_life: 1y\n"
                                "        slack: 24h\n"
                                "        crl_period: 90d\n"
                                "      tls:\n"
                                "        profile: tls-ca\n"
                                "        common_name: Example Corp Prod TLS CA\n"
                                "        key: ecdsa-p256\n"
                                "        validity: 5y\n"
                                "        rotate_every: 1y\n"
                                "        publish_lead: 30d\n"
                                "        leaf_life: 90d\n"
                                "        slack: 24h\n"
                                "        crl_period: 30d\n"
                                "        crl_url: http://pki.example.com/{authority}.crl\n"
                                "        issuer_url: http://pki.example.com/{authority}.cer\n";

/* Kept until the process ends. */
static const char *keep(const char *format, const char *a, const char *b)
{
    static char kept[1 << 16];
    static size_t used;
    char *text = kept + used;
    int length = snprintf(text, sizeof(kept) - used, format, a, b);

    if (length < 0 || (size_t)length >= sizeof(kept) - used) {
        fprintf(stderr, "the fixture's paths do not fit\n");
        exit(1);
    }
    used += (size_t)length + 1;
    return text;
}

const char *fixture_hierarchy(const char *part, const char *instead)
{
    static char texts[8][8192];
    static unsigned used;
    char *text = texts[used++ % 8];
    const char *at = strstr(hierarchy, part);

    if (!at) {
        fprintf(stderr, "the fixture's hierarchy does not hold \"%s\"\n", part);
        exit(1);
    }
    snprintf(text, sizeof(texts[0]), "%.*s%s%s", (int)(at - hierarchy), hierarchy, instead,
             at + strlen(part));
    return text;
}

const char *fixture_file(const char *name, const char *text)
{
    const char *path = keep("%s/%s", test_directory(), name);
    FILE *file = fopen(path, "wb");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        fprintf(stderr, "%s cannot be written\n", path);
        exit(1);
    }
    return path;
}

static bool answer(void *context, const struct pki_passphrase_ask *ask, struct pki_secret **secret,
                   struct pki_error *err)
{
    char text[200];
    size_t used = strlen(fixture_answers.asked);
    bool meant = !fixture_answers.only || strcmp(fixture_answers.only, ask->name) == 0;

    (void)context;
    snprintf(fixture_answers.asked + used, sizeof(fixture_answers.asked) - used, "%s%s ", ask->name,
             ask->fresh ? "+" : "");
    if (fixture_answers.cancel && meant)
        return pki_fail(err, PKI_E_CANCELLED, "the operator walked away");
    snprintf(text, sizeof(text), "Qv7041-bramble-zinc %s", ask->name);
    if (fixture_answers.instead && meant)
        snprintf(text, sizeof(text), "%s", fixture_answers.instead);
    return pki_secret_copy(text, strlen(text), secret, err);
}

struct pki_prompts fixture_prompts(void)
{
    return (struct pki_prompts){.passphrase = answer};
}

const char *fixture_cellar_with(const char *name, const char *part, const char *instead)
{
    const struct pki_init_request request = {
        .hierarchy = fixture_file("hierarchy.yaml", fixture_hierarchy(part, instead)),
        .directory = keep("%s/%s", test_directory(), name),
        .tool = "cellar-init",
        .command_line = "cellar-init hierarchy.yaml",
    };
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_room_reset();
    EXPECT_OK(pki_init(&request, report, &err), err);
    return request.directory;
}

const char *fixture_cellar(const char *name)
{
    return fixture_cellar_with(name, "", "");
}

static struct pki_session *open_session(const char *cellar, const char *override, bool write)
{
    const struct pki_session_request request = {
        .directory = cellar,
        .write = write,
        .prompts = fixture_prompts(),
        .tool = "cellar-test",
        .command_line = "cellar-test --once",
        .overrides = &override,
        .n_overrides = override ? 1 : 0,
    };
    struct pki_session *session = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_session_open(&request, &session, &err), err);
    return session;
}

/* Tests look years ahead: who asks about the clock opens with a word of their own, or none. */
struct pki_session *fixture_open(const char *cellar)
{
    return open_session(cellar, PKI_OVERRIDE_CLOCK, true);
}

struct pki_session *fixture_open_with(const char *cellar, const char *override)
{
    return open_session(cellar, override, true);
}

struct pki_session *fixture_read(const char *cellar)
{
    return open_session(cellar, NULL, false);
}

void fixture_root(const char *cellar)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_root_prepare(session, "main", &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

void fixture_line(const char *cellar, const char *environment, const char *purpose)
{
    const struct pki_issue_request request = {.environment = environment, .purpose = purpose};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

const char *fixture_request(const char *name, const char *algorithm)
{
    const struct pki_key_csr_request request = {
        .algorithm = algorithm,
        .common_name = name,
        .to = keep("%s/%s", test_directory(), name),
    };
    const struct pki_prompts prompts = fixture_prompts();
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_key_csr(&request, &prompts, report, &err), err);
    return keep("%s%s", request.to, "/key.csr");
}

char *fixture_text(const struct pki_report *report)
{
    const struct pki_report_style style = {.width = 200};
    struct pki_error err = {0};
    char *text = NULL;

    EXPECT_OK(pki_report_to_text(report, &style, &text, &err), err);
    return text;
}

int64_t fixture_entries(const char *cellar)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    struct pki_journal_head head;
    struct pki_error err = {0};

    EXPECT_OK(pki_journal_get_head(session->store, &head, &err), err);
    return head.counter;
}

size_t fixture_reserved(const char *cellar)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    struct pki_reservation_rows rows = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_open(session->store, &rows, &err), err);
    size_t n = rows.n;
    pki_reservation_rows_clear(&rows);
    return n;
}
