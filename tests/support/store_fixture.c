#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "store/reservations.h"
#include "store/shares.h"
#include "test.h"

static void must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "store fixture: %s\n", err->code != PKI_OK ? err->text : strerror(errno));
    exit(1);
}

const struct pki_store_opener fixture_opener = {.at = FIXTURE_TIME + 86400, .actor = "test"};

void fixture_store_make(struct fixture_store *fixture)
{
    static const char hierarchy[] = "hierarchy: 1\n";
    static unsigned count;
    const struct pki_cellar_row cellar = {
        .id = {1, 2, 3}, .created_at = FIXTURE_TIME, .tool = "cellar-init 0.1.0"};
    struct pki_error err = {0};

    *fixture = (struct fixture_store){0};
    (void)snprintf(fixture->path, sizeof(fixture->path), "%s/store-%ld-%u", test_directory(),
                   (long)getpid(), ++count);
    (void)snprintf(fixture->file, sizeof(fixture->file), "%s/" PKI_STORE_FILE, fixture->path);
    must(mkdir(fixture->path, 0700) == 0, &err);
    fixture->dir = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(fixture->dir >= 0, &err);
    must(pki_store_create(fixture->dir, &cellar,
                          (struct pki_bytes){(const uint8_t *)hierarchy, strlen(hierarchy)},
                          &fixture->store, &err),
         &err);
}

void fixture_store_reopen(struct fixture_store *fixture, enum pki_store_mode mode)
{
    struct pki_error err = {0};

    pki_store_free(PKI_TAKE(fixture->store));
    must(pki_store_open(fixture->dir, mode, &fixture_opener, &fixture->store, &err), &err);
}

void fixture_store_close(struct fixture_store *fixture)
{
    pki_store_free(PKI_TAKE(fixture->store));
    (void)close(fixture->dir);
}

struct pki_key_row fixture_key(uint8_t seed, const char *name)
{
    struct pki_key_row key = {.algorithm = "ecdsa-p384", .location = "file", .has_file = true};

    (void)snprintf(key.name, sizeof(key.name), "%s", name);
    memset(key.spki_sha256, seed, sizeof(key.spki_sha256));
    memset(key.key_id, seed, sizeof(key.key_id));
    memset(key.file_sha256, seed, sizeof(key.file_sha256));
    return key;
}

/* Some octets of their own for every seed. */
static struct pki_buf octets(uint8_t seed)
{
    static uint8_t pool[256][8];

    memset(pool[seed], seed, sizeof(pool[seed]));
    pool[seed][0] = 0x30;
    return (struct pki_buf){.data = pool[seed], .size = sizeof(pool[seed])};
}

struct pki_authority_row fixture_authority(uint8_t seed, const char *name, int64_t key)
{
    struct pki_authority_row row = {.root = "main", .generation = seed, .key = key};

    (void)snprintf(row.name, sizeof(row.name), "%s", name);
    row.subject = octets(seed);
    return row;
}

struct pki_certificate_row fixture_certificate(uint8_t seed, int64_t issuer, int64_t key)
{
    struct pki_certificate_row row = {
        .issuer = issuer,
        .key = key,
        .profile = "code-signing",
        .not_before = FIXTURE_TIME,
        .not_after = FIXTURE_TIME + 3600,
        .issued_at = FIXTURE_TIME,
    };

    memset(row.serial, seed, sizeof(row.serial));
    memset(row.fingerprint, seed, sizeof(row.fingerprint));
    row.subject = octets(seed);
    row.der = octets(seed);
    return row;
}

struct pki_reservation_row fixture_reservation(uint8_t seed)
{
    struct pki_reservation_row row = {.kind = "certificate",
                                      .subject = "prod-code-signing-g1",
                                      .key_name = "prod-code-signing-g1",
                                      .reserved_at = FIXTURE_TIME};

    memset(row.serial, seed, sizeof(row.serial));
    memset(row.signer, seed, sizeof(row.signer));
    memset(row.body, seed, sizeof(row.body));
    return row;
}

struct pki_revocation_row fixture_revocation(uint8_t seed, int64_t issuer)
{
    return (struct pki_revocation_row){
        .issuer = issuer,
        .serial = {seed},
        .serial_size = 1,
        .revoked_at = FIXTURE_TIME + seed,
        .reason = 4,
        .treatment = "end",
    };
}

struct pki_crl_row fixture_crl(uint8_t seed, int64_t issuer)
{
    struct pki_crl_row row = {
        .issuer = issuer,
        .number = seed,
        .this_update = FIXTURE_TIME + seed,
        .next_update = FIXTURE_TIME + 3600,
        .size = 200,
    };

    memset(row.sha256, seed, sizeof(row.sha256));
    return row;
}

struct pki_journal_entry fixture_entry(const char *action)
{
    return (struct pki_journal_entry){.at = FIXTURE_TIME,
                                      .action = action,
                                      .subject = "prod-code-signing-g1",
                                      .detail = "made up",
                                      .actor = "test 0.1.0",
                                      .trust = strcmp(action, "issue") == 0};
}

void fixture_commit(struct pki_txn **txn, const char *action)
{
    struct pki_journal_entry entry = fixture_entry(action);
    struct pki_error err = {0};

    must(pki_journal_append(*txn, &entry, &err) && pki_txn_commit(txn, &err), &err);
}

/* An authority with its key and certificate. */
static int64_t add_authority(struct pki_txn *txn, uint8_t seed, struct pki_authority_row *row,
                             const char *profile, int64_t *certificate)
{
    struct pki_key_row key = fixture_key(seed, row->name);
    struct pki_error err = {0};
    int64_t id = 0;

    must(pki_store_add_key(txn, &key, &row->key, &err) &&
             pki_store_add_authority(txn, row, FIXTURE_TIME, &id, &err),
         &err);

    struct pki_certificate_row issued =
        fixture_certificate(seed, row->issuer > 0 ? row->issuer : id, row->key);
    issued.authority = id;
    (void)snprintf(issued.profile, sizeof(issued.profile), "%s", profile);
    must(pki_store_add_certificate(txn, &issued, certificate, &err), &err);
    return id;
}

static int64_t add_intermediate(struct pki_txn *txn, int64_t root, uint8_t seed, const char *name,
                                enum pki_authority_state state)
{
    struct pki_authority_row row = fixture_authority(seed, name, 0);
    int64_t certificate = 0;

    row.issuer = root;
    row.generation = state == PKI_STATE_ACTIVE ? 1 : 2;
    row.state = state;
    (void)snprintf(row.environment, sizeof(row.environment), "prod");
    (void)snprintf(row.purpose, sizeof(row.purpose), "code-signing");
    return add_authority(txn, seed, &row, "code-signing-ca", &certificate);
}

static void add_reservations(struct pki_txn *txn, struct fixture_rows *rows)
{
    struct pki_reservation_row done = fixture_reservation(0x11);
    struct pki_reservation_row open = fixture_reservation(0x12);
    struct pki_error err = {0};
    int64_t id = 0;

    must(pki_store_reserve(txn, &done, &id, &err) &&
             pki_store_finish(txn, id, "done", FIXTURE_TIME + 1, &err) &&
             pki_store_reserve(txn, &open, &rows->open, &err),
         &err);
}

static void add_publication(struct fixture_store *fixture)
{
    pki_auto(pki_txn) txn = NULL;
    struct pki_publication_row row = {
        .environment = "prod", .published_at = FIXTURE_TIME + 10, .as_of = FIXTURE_TIME + 9};
    struct pki_journal_head head = {0};
    struct pki_error err = {0};

    memset(row.manifest_sha256, 0x44, sizeof(row.manifest_sha256));
    must(pki_journal_trust_head(fixture->store, &head, &err), &err);
    row.counter = head.counter;
    must(pki_store_begin(fixture->store, &txn, &err) && pki_store_add_publication(txn, &row, &err),
         &err);
    fixture_commit(&txn, "export");
}

void fixture_store_fill(struct fixture_store *fixture, struct fixture_rows *rows)
{
    pki_auto(pki_txn) txn = NULL;
    struct pki_authority_row root = fixture_authority(1, "root-g1", 0);
    struct pki_key_row key = fixture_key(4, "leaf");
    struct pki_error err = {0};
    int64_t leaf_key = 0;

    root.state = PKI_STATE_ACTIVE;
    must(pki_store_begin(fixture->store, &txn, &err), &err);
    rows->root = add_authority(txn, 1, &root, "root", &rows->root_certificate);
    rows->active = add_intermediate(txn, rows->root, 2, "prod-code-signing-g1", PKI_STATE_ACTIVE);
    rows->next = add_intermediate(txn, rows->root, 3, "prod-code-signing-g2", PKI_STATE_NEXT);
    must(pki_store_add_key(txn, &key, &leaf_key, &err), &err);

    struct pki_certificate_row leaf = fixture_certificate(4, rows->active, leaf_key);
    leaf.companion = rows->active;
    must(pki_store_add_certificate(txn, &leaf, &rows->leaf, &err), &err);
    add_reservations(txn, rows);
    fixture_commit(&txn, "issue");
    add_publication(fixture);
}

/* The key of row 1 is opened by two shares, of which one was shown. */
static bool add_shares(struct pki_txn *txn, struct pki_error *err)
{
    const struct pki_policy_row row = {
        .key = 1, .policy = PKI_POLICY_SHARES, .share_set = 7, .made_at = FIXTURE_TIME + 7};
    int64_t policy = 0;

    if (!pki_store_add_policy(txn, &row, &policy, err))
        return false;
    for (uint8_t i = 1; i <= 2; i++) {
        const struct pki_share_row share = {.group = 1, .number = i, .sha256 = {i}};
        if (!pki_store_add_share(txn, policy, &share, err))
            return false;
    }
    return pki_store_add_share_proof(txn, 1, FIXTURE_TIME + 8, err);
}

void fixture_store_live(struct fixture_store *fixture, const struct fixture_rows *rows)
{
    const struct pki_revocation_row revocation = fixture_revocation(4, rows->active);
    const struct pki_cutover_row cutover = {
        .authority = rows->active, .at = FIXTURE_TIME + 5, .recorded_at = FIXTURE_TIME + 6};
    struct pki_crl_row crl = fixture_crl(1, rows->active);
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    crl.entries = 1;
    must(pki_store_begin(fixture->store, &txn, &err) &&
             pki_store_add_revocation(txn, &revocation, &crl.covers, &err) &&
             pki_store_add_crl(txn, &crl, &id, &err) &&
             pki_store_add_cutover(txn, &cutover, &err) && add_shares(txn, &err),
         &err);
    fixture_commit(&txn, "crl");
}
