/*
 * Piles of thousands of certificates: what must be found is, and what cannot
 * be is given up soon. Most are made here without a key, by changing names in
 * one certificate: a path never gets as far as their signatures matter.
 */
#include <time.h>

#include "x509/chain.h"

#include "chain_fixture.h"

#define PILE 10000
#define SECONDS_MOST                                                             \
    10.0 /* with sanitizers, on a busy machine; a search takes a fraction of one \
          */

/* A name of one common name of eight characters, and the certificate that bears it. */
struct made {
    struct pki_cert cert;
    uint8_t subject[21], issuer[21];
    unsigned own[2]; /* in place of its bytes, which tell it from others */
};

static void write_name(uint8_t name[21], unsigned number)
{
    static const uint8_t start[] = {0x30, 0x13, 0x31, 0x11, 0x30, 0x0f, 0x06,
                                    0x03, 0x55, 0x04, 0x03, 0x0c, 0x08};
    char text[9];

    snprintf(text, sizeof(text), "%08u", number);
    memcpy(name, start, sizeof(start));
    memcpy(name + sizeof(start), text, sizeof(text) - 1);
}

static void make(struct made *made, const struct pki_cert *like, unsigned number, unsigned issuer)
{
    made->cert = *like;
    write_name(made->subject, number);
    write_name(made->issuer, issuer);
    made->cert.subject = (struct pki_bytes){made->subject, sizeof(made->subject)};
    made->cert.issuer = (struct pki_bytes){made->issuer, sizeof(made->issuer)};
    made->cert.subject_key_id = (struct pki_bytes){0};
    made->cert.authority_key_id = (struct pki_bytes){0};
    made->own[0] = number;
    made->own[1] = issuer;
    made->cert.der = (struct pki_bytes){(const uint8_t *)made->own, sizeof(made->own)};
    memcpy(made->cert.fingerprint, made->own, sizeof(made->own));
}

struct pile {
    struct pki_certs fixtures; /* leaf, sub, root */
    struct made *made;
    struct pki_cert **list;
    size_t n;
};

static struct pile open_pile(void)
{
    struct pile pile = {.fixtures = chain_certs("leaf sub root")};

    pile.made = calloc(PILE, sizeof(*pile.made));
    pile.list = calloc(PILE + 2, sizeof(struct pki_cert *));
    CU_ASSERT_FATAL(pile.made && pile.list);
    return pile;
}

static void close_pile(struct pile *pile)
{
    pki_certs_clear(&pile->fixtures);
    free(pile->made);
    free(pile->list);
}

static void add(struct pile *pile, unsigned number, unsigned issuer)
{
    make(&pile->made[pile->n], pile->fixtures.list[2], number, issuer);
    pile->list[pile->n] = &pile->made[pile->n].cert;
    pile->n++;
}

static bool search(const struct pile *pile, const struct pki_cert *leaf, struct pki_path *path,
                   struct pki_error *err)
{
    const struct pki_certs anchors = {.list = &pile->fixtures.list[2], .n = 1};
    const struct pki_certs untrusted = {.list = pile->list, .n = pile->n};
    const struct pki_path_request request = {.leaf = leaf,
                                             .anchors = &anchors,
                                             .untrusted = &untrusted,
                                             .at = FIXTURE_NOW,
                                             .now = FIXTURE_NOW};
    struct pki_path_finding finding;
    clock_t start = clock();
    bool found = pki_path_find(&request, path, &finding, err);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

    printf("(%.2f s) ", seconds);
    CU_ASSERT_TRUE(seconds < SECONDS_MOST);
    return found;
}

static void test_a_path_among_strangers(void)
{
    struct pile pile = open_pile();
    struct pki_error err = {0};
    struct pki_path path;

    for (unsigned i = 0; i < PILE; i++)
        add(&pile, i * 7919 % PILE, (i * 7919 + 1) % PILE);
    pile.list[pile.n++] = pile.list[PILE / 2];
    pile.list[PILE / 2] = pile.fixtures.list[1];
    EXPECT_OK(search(&pile, pile.fixtures.list[0], &path, &err), err);
    CU_ASSERT_EQUAL(path.n, 3);
    close_pile(&pile);
}

/* One name for all, signing each other: every one is a candidate for every other. */
static void test_a_pile_of_one_name_is_given_up(void)
{
    struct pile pile = open_pile();
    struct pki_error err = {0};
    struct pki_path path;

    for (unsigned i = 0; i < PILE; i++) {
        add(&pile, 1, 1);
        pile.made[i].own[0] = i;
    }
    EXPECT_FAILS(search(&pile, pile.list[0], &path, &err), err, PKI_E_INVALID);
    close_pile(&pile);
}

/* All claim to be the sub of the true root: each must be tried, and only so many are. */
static void test_a_pile_of_pretenders_is_given_up(void)
{
    struct pile pile = open_pile();
    struct pki_error err = {0};
    struct pki_path path;

    for (unsigned i = 0; i < PILE; i++) {
        add(&pile, i, i);
        pile.list[i]->subject = pile.fixtures.list[1]->subject;
        pile.list[i]->issuer = pile.fixtures.list[1]->issuer;
    }
    EXPECT_FAILS(search(&pile, pile.fixtures.list[0], &path, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("is not signed by CN=Sub");
    close_pile(&pile);
}

/* Every authority was certified by 20 others, in circles. */
static void test_a_web_of_cross_certificates_is_given_up(void)
{
    struct pile pile = open_pile();
    struct pki_error err = {0};
    struct pki_path path;

    for (unsigned i = 0; i < PILE; i++)
        add(&pile, i % 500, (i % 500 + i / 500 * 37 + 1) % 500);
    EXPECT_FAILS(search(&pile, pile.list[3], &path, &err), err, PKI_E_INVALID);
    close_pile(&pile);
}

static void test_a_path_too_long_is_given_up(void)
{
    struct pile pile = open_pile();
    struct pki_error err = {0};
    struct pki_path path;

    for (unsigned i = 0; i < PILE; i++)
        add(&pile, i, i + 1);
    EXPECT_FAILS(search(&pile, pile.list[0], &path, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("no path of at most 16 certificates to an anchor");
    close_pile(&pile);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a path among ten thousand strangers is found", test_a_path_among_strangers},
        {"ten thousand of one name are given up soon", test_a_pile_of_one_name_is_given_up},
        {"ten thousand pretenders are given up soon", test_a_pile_of_pretenders_is_given_up},
        {"a web of cross-certificates is given up soon",
         test_a_web_of_cross_certificates_is_given_up},
        {"a path of thousands is given up soon", test_a_path_too_long_is_given_up},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "chain_pile", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
