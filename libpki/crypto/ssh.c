#include "crypto/ssh.h"

#include <gnutls/crypto.h>

#include "base/text.h"
#include "crypto/key_private.h"

#define UNCOMPRESSED 0x04
#define TOUCHED      0x01 /* user presence (PROTOCOL.u2f) */
#define VERSION      1

static const char preamble[] = "SSHSIG";

struct pki_ssh_kind {
    const char *type;
    const char *curve; /* as it is named again on the wire; NULL: it is not */
    enum pki_key_algorithm algorithm;
    bool token; /* a security key, which signs what it is for, too */
};

static const struct pki_ssh_kind kinds[] = {
    {"ssh-ed25519", NULL, PKI_KEY_ED25519, false},
    {"ecdsa-sha2-nistp256", "nistp256", PKI_KEY_ECDSA_P256, false},
    {"ecdsa-sha2-nistp384", "nistp384", PKI_KEY_ECDSA_P384, false},
    {"ecdsa-sha2-nistp521", "nistp521", PKI_KEY_ECDSA_P521, false},
    {"ssh-rsa", NULL, PKI_KEY_RSA_3072, false},
    {"sk-ssh-ed25519@openssh.com", NULL, PKI_KEY_ED25519, true},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", PKI_KEY_ECDSA_P256, true},
};

/* How RSA signs is not said by its key (RFC 8332 3). */
static const struct {
    const char *name;
    enum pki_digest digest;
} rsa_schemes[] = {
    {"rsa-sha2-256", PKI_SHA256},
    {"rsa-sha2-512", PKI_SHA512},
};

static bool is_text(struct pki_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static const struct pki_ssh_kind *find_kind(struct pki_bytes type)
{
    for (size_t i = 0; i < PKI_COUNT(kinds); i++)
        if (is_text(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

bool pki_ssh_is_type(struct pki_bytes word)
{
    return find_kind(word) != NULL;
}

static const char *family_of(const struct pki_ssh_kind *kind)
{
    return pki_algorithm_get(kind->algorithm)->family;
}

/* --- the wire (RFC 4251 5) ------------------------------------------------------------------ */

static bool take(struct pki_bytes *rest, size_t size, struct pki_bytes *bytes)
{
    if (rest->size < size)
        return false;
    *bytes = (struct pki_bytes){rest->data, size};
    *rest = (struct pki_bytes){rest->data + size, rest->size - size};
    return true;
}

static bool take_number(struct pki_bytes *rest, uint32_t *number)
{
    struct pki_bytes octets;

    if (!take(rest, 4, &octets))
        return false;
    *number = (uint32_t)octets.data[0] << 24 | (uint32_t)octets.data[1] << 16 |
              (uint32_t)octets.data[2] << 8 | octets.data[3];
    return true;
}

static bool take_string(struct pki_bytes *rest, struct pki_bytes *string)
{
    uint32_t size = 0;

    return take_number(rest, &size) && take(rest, size, string);
}

static void put_string(struct pki_buf *out, struct pki_bytes string)
{
    for (unsigned shift = 32; shift > 0; shift -= 8)
        pki_buf_byte(out, (uint8_t)(string.size >> (shift - 8)));
    pki_buf_append_bytes(out, string);
}

static gnutls_datum_t datum(struct pki_bytes bytes)
{
    return (gnutls_datum_t){(unsigned char *)bytes.data, (unsigned)bytes.size};
}

/* Not negative, and there at all: GnuTLS looks at the first octet of what it is given. */
static bool is_natural(struct pki_bytes number)
{
    return number.size > 0 && number.data[0] < 0x80;
}

/* --- keys ---------------------------------------------------------------------------------- */

/* What stands between a key's type and the end, or what it is for. */
struct parts {
    struct pki_bytes curve, point;      /* elliptic */
    struct pki_bytes exponent, modulus; /* RSA */
    struct pki_bytes application;       /* a security key's */
};

static bool take_parts(const struct pki_ssh_kind *kind, struct pki_bytes rest, struct parts *parts)
{
    bool rsa = strcmp(family_of(kind), "RSA") == 0;

    if (kind->curve && !(take_string(&rest, &parts->curve) && is_text(parts->curve, kind->curve)))
        return false;
    if (rsa ? !take_string(&rest, &parts->exponent) || !take_string(&rest, &parts->modulus) ||
                  !is_natural(parts->exponent) || !is_natural(parts->modulus)
            : !take_string(&rest, &parts->point))
        return false;
    return (!kind->token || take_string(&rest, &parts->application)) && rest.size == 0;
}

static bool import_rsa(gnutls_pubkey_t public, const struct parts *parts)
{
    const gnutls_datum_t modulus = datum(parts->modulus);
    const gnutls_datum_t exponent = datum(parts->exponent);

    return gnutls_pubkey_import_rsa_raw(public, &modulus, &exponent) == GNUTLS_E_SUCCESS;
}

/* SEC 1 2.3.3, never compressed (RFC 5656 3.1) */
static bool import_ecdsa(gnutls_pubkey_t public, enum pki_key_algorithm id, struct pki_bytes point)
{
    static const gnutls_ecc_curve_t curves[] = {
        [PKI_KEY_ECDSA_P256] = GNUTLS_ECC_CURVE_SECP256R1,
        [PKI_KEY_ECDSA_P384] = GNUTLS_ECC_CURVE_SECP384R1,
        [PKI_KEY_ECDSA_P521] = GNUTLS_ECC_CURVE_SECP521R1,
    };
    size_t field = (pki_algorithm_get(id)->bits + 7) / 8;

    if (point.size == 0 || point.data[0] != UNCOMPRESSED || point.size != 1 + 2 * field)
        return false;
    const gnutls_datum_t x = datum((struct pki_bytes){point.data + 1, field});
    const gnutls_datum_t y = datum((struct pki_bytes){point.data + 1 + field, field});
    return gnutls_pubkey_import_ecc_raw(public, curves[id], &x, &y) == GNUTLS_E_SUCCESS;
}

static bool put_ed25519(struct pki_bytes point, struct pki_buf *spki)
{
    if (point.size != PKI_ED25519_POINT)
        return false;
    pki_spki_put_ed25519(spki, point.data);
    return true;
}

static bool put_by_gnutls(gnutls_pubkey_t public, const struct pki_ssh_kind *kind,
                          const struct parts *parts, struct pki_buf *spki)
{
    gnutls_datum_t der = {0};
    bool good = (strcmp(family_of(kind), "RSA") == 0
                     ? import_rsa(public, parts)
                     : import_ecdsa(public, kind->algorithm, parts->point)) &&
                gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der) == GNUTLS_E_SUCCESS;

    pki_buf_append(spki, der.data, der.size);
    gnutls_free(der.data);
    return good;
}

static bool make_spki(const struct pki_ssh_kind *kind, const struct parts *parts,
                      struct pki_buf *spki, struct pki_error *err)
{
    gnutls_pubkey_t public = NULL;

    if (!pki_gnutls_ok(gnutls_pubkey_init(&public), "make a public key", err))
        return false;
    bool good = kind->algorithm == PKI_KEY_ED25519 ? put_ed25519(parts->point, spki)
                                                   : put_by_gnutls(public, kind, parts, spki);
    gnutls_pubkey_deinit(public);
    return (good ||
            pki_fail(err, PKI_E_FORMAT, "public key of type %s is malformed", kind->type)) &&
           pki_buf_ok(spki, err);
}

bool pki_ssh_key_read(struct pki_bytes octets, struct pki_ssh_key *key, struct pki_error *err)
{
    struct pki_bytes rest = octets;
    struct pki_bytes type;
    struct parts parts = {0};

    if (!take_string(&rest, &type))
        return pki_fail(err, PKI_E_FORMAT, "it is no public key of OpenSSH (RFC 4253 6.6)");
    key->kind = find_kind(type);
    if (!key->kind) {
        return pki_fail(err, PKI_E_POLICY,
                        "public key of type \"%.*s\" is not accepted: use ssh-ed25519, "
                        "ecdsa-sha2-nistp256, -384, -521, ssh-rsa, or a security key's",
                        (int)(type.size < 40 ? type.size : 40), (const char *)type.data);
    }
    if (!take_parts(key->kind, rest, &parts))
        return pki_fail(err, PKI_E_FORMAT, "public key of type %s is malformed", key->kind->type);
    if (key->kind->token)
        pki_sha256(parts.application, key->application);
    pki_buf_append_bytes(&key->octets, octets);
    return pki_buf_ok(&key->octets, err) && make_spki(key->kind, &parts, &key->spki, err) &&
           pki_spki_judge(pki_buf_view(&key->spki), NULL, err);
}

bool pki_ssh_key_is(const struct pki_ssh_key *key, struct pki_bytes type)
{
    return is_text(type, key->kind->type);
}

void pki_ssh_key_clear(struct pki_ssh_key *key)
{
    pki_buf_clear(&key->octets);
    pki_buf_clear(&key->spki);
}

void pki_ssh_fingerprint(struct pki_bytes octets, char text[PKI_SSH_FINGERPRINT])
{
    uint8_t sha256[PKI_SHA256_SIZE];
    pki_scope(pki_buf) base64 = {0};

    pki_sha256(octets, sha256);
    pki_base64(&base64, (struct pki_bytes){sha256, sizeof(sha256)}); /* 43 digits and one "=" */
    (void)snprintf(text, PKI_SSH_FINGERPRINT, "SHA256:%.43s",
                   base64.failed ? "" : (const char *)base64.data);
}

/* --- signatures ------------------------------------------------------------------------------ */

bool pki_sshsig_read(struct pki_bytes octets, const char *space, struct pki_sshsig *sshsig,
                     struct pki_error *err)
{
    struct pki_bytes rest = octets;
    struct pki_bytes magic;
    struct pki_sshsig read;
    uint32_t version = 0;

    if (!take(&rest, sizeof(preamble) - 1, &magic) || !is_text(magic, preamble) ||
        !take_number(&rest, &version))
        return pki_fail(err, PKI_E_FORMAT, "it is no signature of OpenSSH (PROTOCOL.sshsig 2)");
    if (version != VERSION)
        return pki_fail(err, PKI_E_POLICY, "signature of OpenSSH in version %u, not %d", version,
                        VERSION);
    if (!take_string(&rest, &read.key) || !take_string(&rest, &read.space) ||
        !take_string(&rest, &read.reserved) || !take_string(&rest, &read.hash) ||
        !take_string(&rest, &read.signature) || rest.size > 0)
        return pki_fail(err, PKI_E_FORMAT, "signature of OpenSSH is malformed (PROTOCOL.sshsig 2)");
    if (read.reserved.size > 0) /* ssh-keygen signs an empty one always */
        return pki_fail(err, PKI_E_POLICY, "its reserved field is not empty (PROTOCOL.sshsig 2)");
    if (!is_text(read.space, space)) {
        return pki_fail(err, PKI_E_POLICY,
                        "it was made in the namespace \"%.*s\", not %s: sign with -n %s",
                        (int)(read.space.size < 40 ? read.space.size : 40),
                        (const char *)read.space.data, space, space);
    }
    *sshsig = read;
    return true;
}

/* PROTOCOL.sshsig 3 */
static bool signed_text(const struct pki_sshsig *sshsig, struct pki_bytes message,
                        struct pki_buf *text, struct pki_error *err)
{
    enum pki_digest kind = is_text(sshsig->hash, "sha256") ? PKI_SHA256 : PKI_SHA512;
    struct pki_digest_state state;
    uint8_t digest[PKI_DIGEST_MAX];

    if (kind == PKI_SHA512 && !is_text(sshsig->hash, "sha512"))
        return pki_fail(err, PKI_E_POLICY,
                        "its digest is neither sha256 nor sha512 (PROTOCOL.sshsig 2)");
    pki_digest_begin(&state, kind);
    pki_digest_add(&state, message);
    pki_digest_end(&state, digest);
    pki_buf_text(text, preamble);
    put_string(text, sshsig->space);
    put_string(text, sshsig->reserved);
    put_string(text, sshsig->hash);
    put_string(text, (struct pki_bytes){digest, pki_digest_size(kind)});
    return pki_buf_ok(text, err);
}

/* What a security key signs instead: what it is for, whether somebody touched it, its counter, and
 * a digest (PROTOCOL.u2f, "SSH U2F signatures"). */
static bool wrap_for_token(const struct pki_ssh_key *key, struct pki_bytes *rest,
                           struct pki_buf *text, struct pki_error *err)
{
    struct pki_bytes state;
    uint8_t digest[PKI_SHA256_SIZE];

    if (!take(rest, 1 + 4, &state))
        return pki_fail(err, PKI_E_FORMAT, "signature of a security key is malformed");
    if ((state.data[0] & TOUCHED) == 0)
        return pki_fail(err, PKI_E_INVALID, "nobody touched the security key that signed");
    pki_sha256(pki_buf_view(text), digest);
    text->size = 0;
    pki_buf_append(text, key->application, sizeof(key->application));
    pki_buf_append_bytes(text, state);
    pki_buf_append(text, digest, sizeof(digest));
    return pki_buf_ok(text, err);
}

/* By which algorithm: its name stands in the signature, too. */
static const struct pki_signature *find_scheme(const struct pki_ssh_kind *kind,
                                               struct pki_bytes name)
{
    const struct pki_algorithm *row = pki_algorithm_get(kind->algorithm);

    if (strcmp(row->family, "RSA") != 0)
        return is_text(name, kind->type) ? pki_algorithm_signs(row->family, row->digest) : NULL;
    for (size_t i = 0; i < PKI_COUNT(rsa_schemes); i++)
        if (is_text(name, rsa_schemes[i].name))
            return pki_algorithm_signs(row->family, rsa_schemes[i].digest);
    return NULL;
}

/* ECDSA's two numbers (RFC 5656 3.1.2) become the DER that everything else has. */
static bool convert_value(const struct pki_ssh_kind *kind, struct pki_bytes value,
                          struct pki_buf *signature, struct pki_error *err)
{
    struct pki_bytes r, s;
    gnutls_datum_t der = {0};

    if (strcmp(family_of(kind), "ECDSA") != 0) {
        pki_buf_append_bytes(signature, value);
        return pki_buf_ok(signature, err);
    }
    if (!take_string(&value, &r) || !take_string(&value, &s) || value.size > 0 || !is_natural(r) ||
        !is_natural(s))
        return pki_fail(err, PKI_E_FORMAT, "ECDSA signature is malformed (RFC 5656 3.1.2)");
    const gnutls_datum_t raw_r = datum(r);
    const gnutls_datum_t raw_s = datum(s);
    if (!pki_gnutls_ok(gnutls_encode_rs_value(&der, &raw_r, &raw_s), "write a signature", err))
        return false;
    pki_buf_append(signature, der.data, der.size);
    gnutls_free(der.data);
    return pki_buf_ok(signature, err);
}

bool pki_sshsig_verify(const struct pki_sshsig *sshsig, const struct pki_ssh_key *key,
                       struct pki_bytes message, struct pki_error *err)
{
    struct pki_bytes rest = sshsig->signature;
    struct pki_bytes name, value;
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) signature = {0};

    if (!pki_bytes_equal(sshsig->key, pki_buf_view(&key->octets)))
        return pki_fail(err, PKI_E_INVALID, "it was made by another key");
    if (!take_string(&rest, &name) || !take_string(&rest, &value))
        return pki_fail(err, PKI_E_FORMAT, "signature of OpenSSH is malformed (RFC 4253 6.6)");
    const struct pki_signature *how = find_scheme(key->kind, name);
    if (!how) {
        return pki_fail(err, PKI_E_POLICY, "signature algorithm \"%.*s\" is not accepted for %s",
                        (int)(name.size < 40 ? name.size : 40), (const char *)name.data,
                        key->kind->type);
    }
    if (!signed_text(sshsig, message, &text, err) ||
        (key->kind->token && !wrap_for_token(key, &rest, &text, err)))
        return false;
    if (rest.size > 0)
        return pki_fail(err, PKI_E_FORMAT, "something stands behind the signature");
    return convert_value(key->kind, value, &signature, err) &&
           pki_spki_verify(pki_buf_view(&key->spki), how->identifier, pki_buf_view(&text),
                           pki_buf_view(&signature), err);
}
