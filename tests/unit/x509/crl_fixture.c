#include "crl_fixture.h"

#include <fcntl.h>

#include "crypto/hash.h"
#include "x509/name.h"

static const uint8_t key_id[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

struct pki_crl_line crl_line(size_t number, uint8_t room[20])
{
    static const int reasons[] = {0, 1, 2, 3, 4, 5, 9, 10};

    memset(room, 0x5a, 20);
    for (size_t i = 0; i < 8; i++)
        room[1 + i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    return (struct pki_crl_line){
        .serial = {room, 20},
        .revoked_at = CRL_TIME - 1 - (int64_t)(number % 1000000),
        .reason = reasons[number % PKI_COUNT(reasons)],
        .has_invalidity = number % 3 == 0,
        .invalidity_at = CRL_TIME - 5000000,
    };
}

bool crl_next(void *of, struct pki_crl_line *line, bool *more, struct pki_error *err)
{
    struct crl_lines *lines = of;

    *more = lines->next < lines->n;
    if (!*more)
        return true;
    lines->next++;
    if (lines->next == lines->fail_at)
        return pki_fail(err, PKI_E_CANCELLED, "interrupted");
    *line = crl_line(lines->next * (lines->step > 0 ? lines->step : 1), lines->serial);
    if (lines->next == lines->odd_at)
        *line = lines->odd;
    return true;
}

static void must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "fixture: %s\n", err->text);
    exit(1);
}

void crl_maker_init(struct crl_maker *maker, enum pki_key_algorithm id)
{
    static const struct pki_name name = {"DE", "Example Corp", "Example Corp Root CA"};
    struct pki_error err = {0};

    *maker = (struct crl_maker){0};
    must(pki_key_generate(pki_algorithm_get(id), &maker->key, &err), &err);
    must(pki_name_build(&name, &maker->issuer, &err), &err);
    maker->dir = open(test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    maker->facts = (struct pki_crl_facts){
        .issuer_algorithm = pki_algorithm_get(id),
        .issuer = pki_buf_view(&maker->issuer),
        .authority_key_id = {key_id, sizeof(key_id)},
        .number = CRL_TIME,
        .this_update = CRL_TIME,
        .next_update = CRL_TIME + INT64_C(30) * 86400,
    };
}

void crl_maker_clear(struct crl_maker *maker)
{
    pki_key_free(maker->key);
    pki_buf_clear(&maker->issuer);
    pki_fd_close_(&maker->dir);
}

bool crl_build(const struct crl_maker *maker, struct crl_lines *lines, const char *name,
               struct pki_crl_draft **draft, struct pki_error *err)
{
    const struct pki_crl_source source = {.next = crl_next, .of = lines};
    pki_auto(pki_file) file = NULL;

    return pki_file_create(maker->dir, name, 0644, &file, err) &&
           pki_crl_draft_build(&maker->facts, &source, &file, draft, err);
}

bool crl_sign(struct pki_crl_draft *draft, const struct pki_key *key, struct pki_error *err)
{
    enum pki_digest kind = pki_crl_draft_body(draft)->digest_kind;
    pki_scope(pki_crl_view) view = {0};
    pki_auto(pki_hash) hash = NULL;
    uint8_t digest[PKI_DIGEST_MAX];

    if (!pki_crl_draft_view(draft, &view, err) || !pki_hash_begin(kind, &hash, err) ||
        !pki_hash_add_mapped(hash, NULL, view.der, err))
        return false;
    pki_hash_end(&hash, digest);
    return pki_crl_draft_sign(draft, (struct pki_bytes){digest, pki_digest_size(kind)}, key, err);
}

bool crl_make(const struct crl_maker *maker, struct crl_lines *lines, const char *name,
              struct pki_error *err)
{
    pki_auto(pki_crl_draft) draft = NULL;

    return crl_build(maker, lines, name, &draft, err) && crl_sign(draft, maker->key, err) &&
           pki_crl_draft_place(&draft, err);
}
