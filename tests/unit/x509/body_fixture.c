#include "body_fixture.h"

#include <assert.h>

#include "test.h"
#include "x509/name.h"

#define NOT_BEFORE INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define DAY        86400

struct key {
    const char *path;
    uint8_t id[20]; /* RFC 7093 2 method 1, worked out once by another program */
};

static const struct key root_key = {FIXTURES "/x509/spki-root.hex",
                                    {0xbf, 0x6a, 0xca, 0x21, 0x9e, 0x1d, 0xc1, 0x76, 0x5b, 0xc8,
                                     0x9e, 0xe7, 0x9a, 0xfb, 0x6c, 0x77, 0x32, 0x2e, 0xcb, 0x8e}};
static const struct key authority_key = {FIXTURES "/x509/spki-authority.hex",
                                         {0xde, 0x47, 0xe6, 0xf3, 0x2b, 0x76, 0xa9,
                                          0x73, 0xfc, 0x58, 0x56, 0xc0, 0xc2, 0x5a,
                                          0xfe, 0x91, 0xdc, 0x51, 0x06, 0xbf}};
static const struct key leaf_key = {FIXTURES "/x509/spki-leaf.hex",
                                    {0xe3, 0x45, 0x08, 0x83, 0x55, 0xba, 0x81, 0xed, 0xb9, 0x73,
                                     0xa0, 0xb2, 0xb7, 0xf7, 0xa3, 0xa5, 0x86, 0x91, 0x10, 0x6f}};

static const uint8_t serial[PKI_SERIAL_SIZE] = {0x40, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                                                0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
                                                0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13};

static const struct pki_name subjects[PKI_PROFILES] = {
    [PKI_PROFILE_ROOT] = {"DE", "Example Corp", "Example Corp Root CA"},
    [PKI_PROFILE_CODE_SIGNING_CA] = {"DE", "Example Corp", "Example Corp Prod Code Signing CA G1"},
    [PKI_PROFILE_TIME_STAMPING_CA] = {"DE", "Example Corp",
                                      "Example Corp Prod Time Stamping CA G1"},
    [PKI_PROFILE_TLS_CA] = {"DE", "Example Corp", "Example Corp Prod TLS CA G1"},
    [PKI_PROFILE_CLIENT_CA] = {"DE", "Example Corp", "Example Corp Prod Client CA G1"},
    [PKI_PROFILE_GENERAL_CA] = {"DE", "Example Corp", "Example Corp Prod Service CA G1"},
    [PKI_PROFILE_CROSS] = {"DE", "Example Corp", "Example Corp Root CA G2"},
    [PKI_PROFILE_TIME_STAMPING] = {"DE", "Example Corp", "Example Corp Prod Time Stamping G1"},
    [PKI_PROFILE_CODE_SIGNING] = {"DE", "Example Corp", "Release Signing"},
    [PKI_PROFILE_TLS_SERVER] = {NULL, NULL, NULL},
    [PKI_PROFILE_TLS_CLIENT] = {NULL, "Example Corp", "build-agent-7"},
    [PKI_PROFILE_OCSP_RESPONDER] = {"DE", "Example Corp", "Example Corp Root OCSP"},
};

static const struct pki_san server_names[] = {
    {PKI_SAN_DNS, "a.example"},
    {PKI_SAN_DNS, "*.prod.example"},
    {PKI_SAN_IP, "192.0.2.1"},
    {PKI_SAN_IP, "2001:db8::1"},
};
static const struct pki_san client_names[] = {
    {PKI_SAN_EMAIL, "agent@a.example"},
    {PKI_SAN_URI, "spiffe://prod.example/agent/7"},
};

static void build_name(const struct pki_name *name, struct pki_buf *der)
{
    struct pki_error err = {0};
    bool built = pki_name_build(name, der, &err);

    assert(built);
}

static const struct key *key_of(enum pki_profile_id id)
{
    if (id == PKI_PROFILE_ROOT)
        return &root_key;
    return pki_profile_get(id)->authority ? &authority_key : &leaf_key;
}

static void add_names(struct pki_body *body)
{
    if (body->profile->id == PKI_PROFILE_TLS_SERVER) {
        body->names = server_names;
        body->n_names = PKI_COUNT(server_names);
    }
    if (body->profile->id == PKI_PROFILE_TLS_CLIENT) {
        body->names = client_names;
        body->n_names = PKI_COUNT(client_names);
    }
}

void body_fixture_init(struct body_fixture *fixture, enum pki_profile_id id)
{
    const struct pki_profile *profile = pki_profile_get(id);
    const struct key *own = key_of(id);
    const struct key *issuer = key_of(profile->issuer);
    bool root = id == PKI_PROFILE_ROOT;
    size_t spki_size = 0;

    *fixture = (struct body_fixture){0};
    build_name(&subjects[profile->issuer], &fixture->issuer);
    build_name(&subjects[id], &fixture->subject);
    fixture->spki = test_load_hex(own->path, &spki_size);
    fixture->body = (struct pki_body){
        .profile = profile,
        .issuer_algorithm = pki_algorithm_get(PKI_KEY_ECDSA_P384),
        .issuer = pki_buf_view(&fixture->issuer),
        .subject = pki_buf_view(&fixture->subject),
        .not_before = NOT_BEFORE,
        .not_after = NOT_BEFORE + profile->max_validity_days * DAY - 1,
        .spki = {fixture->spki, spki_size},
        .subject_key_id = {own->id, sizeof(own->id)},
        .authority_key_id = {issuer->id, root ? 0 : sizeof(issuer->id)},
        .crl_url = profile->crl_url != PKI_ABSENT ? "http://pki.example.com/issuer.crl" : NULL,
        .issuer_url =
            profile->issuer_url != PKI_ABSENT ? "http://pki.example.com/issuer.cer" : NULL,
    };
    memcpy(fixture->body.serial, serial, sizeof(serial));
    add_names(&fixture->body);
}

void body_fixture_clear(struct body_fixture *fixture)
{
    pki_buf_clear(&fixture->issuer);
    pki_buf_clear(&fixture->subject);
    free(fixture->spki);
    *fixture = (struct body_fixture){0};
}
