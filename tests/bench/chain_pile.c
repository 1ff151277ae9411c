/*
 * Piles of certificates to find a path in, shuffled.
 *
 *   chain_pile plain|cross|long N DIR      writes root.pem, pile.pem, leaf.pem in DIR
 *
 * plain: three intermediates among strangers that issued each other.
 * cross: two intermediates; they, and the strangers, were certified by several others, in loops.
 * long:  each certificate issued the next; the leaf is below the thirteenth (`far.pem` below the
 *        last: no path of a length that is looked for).
 */
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CROSSES 4 /* certificates of one authority in a "cross" pile */
#define LEAF_AT 13

struct authority {
    char name[32];
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t own;
    uint8_t id[20];
};

struct pile {
    char **pem;
    size_t n;
};

static void must(int result, const char *what)
{
    if (result >= 0)
        return;
    (void)fprintf(stderr, "chain_pile: %s: %s\n", what, gnutls_strerror(result));
    exit(1);
}

static uint64_t next_random(void)
{
    static uint64_t state = 1;

    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 33;
}

static void fill(gnutls_x509_crt_t cert, const struct authority *subject,
                 const struct authority *issuer, bool ca)
{
    const uint64_t serial = next_random() | UINT64_C(0x4000000000000000);
    const time_t now = time(NULL);

    must(gnutls_x509_crt_set_version(cert, 3), "version");
    must(gnutls_x509_crt_set_serial(cert, &serial, sizeof(serial)), "serial");
    must(gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, subject->name,
                                       (unsigned)strlen(subject->name)),
         "name");
    must(gnutls_x509_crt_set_activation_time(cert, now - 3600), "time");
    must(gnutls_x509_crt_set_expiration_time(cert, now + 86400 * (time_t)300), "time");
    must(gnutls_x509_crt_set_key(cert, subject->key), "key");
    must(gnutls_x509_crt_set_basic_constraints(cert, ca, -1), "constraints");
    must(gnutls_x509_crt_set_key_usage(cert, ca ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
                                                : GNUTLS_KEY_DIGITAL_SIGNATURE),
         "usage");
    must(gnutls_x509_crt_set_subject_key_id(cert, subject->id, sizeof(subject->id)), "key id");
    must(gnutls_x509_crt_set_authority_key_id(cert, issuer->id, sizeof(issuer->id)), "key id");
}

/* GnuTLS takes the issuer's name from a certificate of it: the one that it signed itself. */
static void sign(gnutls_x509_crt_t cert, gnutls_x509_crt_t parent, const struct authority *issuer)
{
    gnutls_privkey_t signer = NULL;

    must(gnutls_privkey_init(&signer), "key");
    must(gnutls_privkey_import_x509(signer, issuer->key, 0), "key");
    must(gnutls_x509_crt_privkey_sign(cert, parent, signer, GNUTLS_DIG_SHA256, 0), "sign");
    gnutls_privkey_deinit(signer);
}

static struct authority make_authority(const char *word, size_t i)
{
    struct authority made = {.key = NULL};
    size_t size = sizeof(made.id);

    (void)snprintf(made.name, sizeof(made.name), "%s %zu", word, i);
    must(gnutls_x509_privkey_init(&made.key), "key");
    must(gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
         "key");
    must(gnutls_x509_privkey_get_key_id(made.key, 0, made.id, &size), "key id");
    must(gnutls_x509_crt_init(&made.own), "certificate");
    fill(made.own, &made, &made, true);
    sign(made.own, made.own, &made);
    return made;
}

static char *to_pem(gnutls_x509_crt_t cert)
{
    gnutls_datum_t pem = {0};

    must(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem), "export");
    return (char *)pem.data;
}

static char *certify(const struct authority *subject, const struct authority *issuer, bool ca)
{
    gnutls_x509_crt_t cert = NULL;

    must(gnutls_x509_crt_init(&cert), "certificate");
    fill(cert, subject, issuer, ca);
    sign(cert, issuer->own, issuer);
    char *pem = to_pem(cert);
    gnutls_x509_crt_deinit(cert);
    return pem;
}

static void add(struct pile *pile, const struct authority *subject, const struct authority *issuer)
{
    pile->pem[pile->n++] = certify(subject, issuer, true);
}

static void write_file(const char *dir, const char *name, char *const *pem, size_t n)
{
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    bool good = file != NULL;
    for (size_t i = 0; good && i < n; i++)
        good = fputs(pem[i], file) >= 0;
    must(good && fclose(file) == 0 ? 0 : GNUTLS_E_FILE_ERROR, path);
}

static void shuffle(struct pile *pile)
{
    for (size_t i = pile->n; i > 1; i--) {
        size_t j = next_random() % i;
        char *other = pile->pem[j];
        pile->pem[j] = pile->pem[i - 1];
        pile->pem[i - 1] = other;
    }
}

/* A chain down from the root; gives the last one. */
static struct authority add_chain(struct pile *pile, const struct authority *root, size_t n,
                                  const char *dir)
{
    struct authority above = *root;

    for (size_t i = 1; i <= n; i++) {
        struct authority below = make_authority("Step", i);
        add(pile, &below, &above);
        above = below;
        if (i == LEAF_AT && i < n) {
            struct authority leaf = make_authority("leaf", 1);
            char *pem = certify(&leaf, &above, false);
            write_file(dir, "leaf.pem", &pem, 1);
        }
    }
    return above;
}

static void add_strangers(struct pile *pile, size_t most)
{
    struct authority *strangers = calloc(most, sizeof(*strangers));

    must(strangers ? 0 : GNUTLS_E_MEMORY_ERROR, "strangers");
    for (size_t i = 0; pile->n < most; i++) {
        strangers[i] = make_authority("Stranger", i);
        add(pile, &strangers[i], &strangers[i > 0 ? next_random() % i : 0]);
    }
    free(strangers);
}

/* Every authority is certified by CROSSES others; the first two of them lead to the root. */
static struct authority add_crosses(struct pile *pile, const struct authority *root, size_t most)
{
    size_t n = most / CROSSES;
    struct authority *all = calloc(n, sizeof(*all));

    must(all ? 0 : GNUTLS_E_MEMORY_ERROR, "authorities");
    for (size_t i = 0; i < n; i++)
        all[i] = make_authority("Authority", i);
    add(pile, &all[0], root);
    add(pile, &all[1], &all[0]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i < 2 ? 1 : 0; k < CROSSES; k++)
            add(pile, &all[i], &all[i == 0 && k == 1 ? 1 : 2 + next_random() % (n - 2)]);
    struct authority last = all[1];
    free(all);
    return last;
}

int main(int argc, char **argv)
{
    if (argc != 4 || !strchr("pcl", argv[1][0]) || strtoull(argv[2], NULL, 10) < 20)
        return 2;

    const size_t n = strtoull(argv[2], NULL, 10);
    const char *dir = argv[3];
    struct authority root = make_authority("Root", 1);
    struct authority leaf = make_authority("leaf", 2);
    struct pile pile = {.pem = calloc(n + CROSSES, sizeof(char *))};
    struct authority last;
    char *pem = to_pem(root.own);

    must(pile.pem ? 0 : GNUTLS_E_MEMORY_ERROR, "pile");
    write_file(dir, "root.pem", &pem, 1);
    if (argv[1][0] == 'c') {
        last = add_crosses(&pile, &root, n);
    } else {
        last = add_chain(&pile, &root, argv[1][0] == 'l' ? n : 3, dir);
        add_strangers(&pile, n);
    }
    pem = certify(&leaf, &last, false);
    write_file(dir, argv[1][0] == 'l' ? "far.pem" : "leaf.pem", &pem, 1);
    shuffle(&pile);
    write_file(dir, "pile.pem", pile.pem, pile.n);
    return 0;
}
