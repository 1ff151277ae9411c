/*
 * Revocation lists without a store: what the writer and the reader cost alone.
 *
 *   crl_bench make N FILE       a list of N lines from memory, P-384; FILE.spki is its key
 *   crl_bench read FILE         map, walk, verify, look the last serial up
 *   crl_bench compare OLD NEW   differences of two lists
 *
 * Prints milliseconds of each step and the peak of memory. Instructions:
 * valgrind --tool=callgrind, for two numbers of lines, and the difference.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "x509/crl.h"
#include "x509/crl_build.h"
#include "x509/crl_compare.h"
#include "x509/name.h"

#define NOW    INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define SERIAL 16                  /* octets, as in the measurements of others */

struct lines {
    uint64_t n, given;
    uint8_t serial[SERIAL];
};

static const struct pki_name issuer_name = {"DE", "Bench Corp", "Bench Root CA"};
static const uint8_t key_id[20] = {1, 2, 3};

static double milliseconds(void)
{
    static struct timespec before;
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    double spent =
        (double)(now.tv_sec - before.tv_sec) * 1e3 + (double)(now.tv_nsec - before.tv_nsec) / 1e6;
    before = now;
    return spent;
}

static void must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "crl_bench: %s\n", err->text);
    exit(1);
}

/* A date each, a reason in five of six. */
static bool next_line(void *of, struct pki_crl_line *line, bool *more, struct pki_error *err)
{
    struct lines *lines = of;

    (void)err;
    *more = lines->given < lines->n;
    if (!*more)
        return true;
    lines->given++;
    for (size_t i = 0; i < 8; i++)
        lines->serial[1 + i] = (uint8_t)(lines->given >> (56 - 8 * i));
    *line = (struct pki_crl_line){
        .serial = {lines->serial, SERIAL},
        .revoked_at = NOW - 1 - (int64_t)(lines->given % 10000000),
        .reason = (int)(lines->given % 6),
    };
    return true;
}

static void report(const char *step)
{
    struct rusage usage = {0};
    double spent = milliseconds();

    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%-8s %10.2f ms   peak %7ld KiB\n", step, spent, usage.ru_maxrss);
}

static void build(const struct pki_key *key, uint64_t n, const char *path,
                  struct pki_crl_draft **draft)
{
    struct lines lines = {.n = n, .serial = {0x5a}};
    const struct pki_crl_source source = {.next = next_line, .of = &lines};
    pki_auto(pki_file) file = NULL;
    pki_scope(pki_buf) name = {0};
    struct pki_error err = {0};
    struct pki_crl_facts facts = {
        .issuer_algorithm = pki_key_algorithm_of(key),
        .authority_key_id = {key_id, sizeof(key_id)},
        .number = NOW,
        .this_update = NOW,
        .next_update = NOW + INT64_C(30) * 86400,
    };

    must(pki_name_build(&issuer_name, &name, &err), &err);
    facts.issuer = pki_buf_view(&name);
    must(pki_file_create(AT_FDCWD, path, 0644, &file, &err), &err);
    must(pki_crl_draft_build(&facts, &source, &file, draft, &err), &err);
}

static void make(uint64_t n, const char *path)
{
    pki_auto(pki_key) key = NULL;
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};
    char spki[4096];

    must(pki_key_generate(pki_algorithm_get(PKI_KEY_ECDSA_P384), &key, &err), &err);
    (void)snprintf(spki, sizeof(spki), "%s.spki", path);
    must(pki_file_write_new(AT_FDCWD, spki, 0644, pki_key_spki(key), &err), &err);
    (void)milliseconds();
    build(key, n, path, &draft);
    report("build");
    must(pki_crl_draft_sign(draft, key, &err), &err);
    report("sign");
    must(pki_crl_draft_commit(&draft, &err), &err);
    report("commit");
}

static struct pki_bytes map(const char *path)
{
    struct pki_bytes bytes = {0};
    struct pki_error err = {0};

    must(pki_file_map(AT_FDCWD, path, PKI_LIMIT_CRL, &bytes, &err), &err);
    return bytes;
}

static void read_list(const char *path)
{
    struct pki_error err = {0};
    struct pki_bytes der = map(path);
    struct pki_crl crl = {0};
    struct pki_crl_entry entry = {0};
    bool found = false;
    char spki[4096];

    (void)snprintf(spki, sizeof(spki), "%s.spki", path);
    (void)milliseconds();
    must(pki_crl_parse(der, &crl, &err), &err);
    must(pki_crl_find(&crl, (struct pki_bytes){(const uint8_t *)"", 1}, &found, &entry, &err),
         &err);
    report("look up");
    must(pki_crl_verify_signature(&crl, map(spki), &err), &err);
    report("verify");
}

static bool count(void *of, const struct pki_crl_change *change, struct pki_error *err)
{
    size_t *changes = of;

    (void)change;
    (void)err;
    (*changes)++;
    return true;
}

static void compare(const char *before, const char *after)
{
    struct pki_error err = {0};
    struct pki_crl old_list = {0};
    struct pki_crl new_list = {0};
    struct pki_crl_difference difference = {0};
    size_t changes = 0;

    must(pki_crl_parse(map(before), &old_list, &err), &err);
    must(pki_crl_parse(map(after), &new_list, &err), &err);
    (void)milliseconds();
    must(pki_crl_compare(&old_list, &new_list, &(struct pki_crl_sink){count, &changes}, &difference,
                         &err),
         &err);
    report("compare");
    printf("%zu added, %zu removed, %zu changed\n", difference.added, difference.removed,
           difference.changed);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        make(strtoull(argv[2], NULL, 10), argv[3]);
    else if (argc == 3 && strcmp(argv[1], "read") == 0)
        read_list(argv[2]);
    else if (argc == 4 && strcmp(argv[1], "compare") == 0)
        compare(argv[2], argv[3]);
    else
        return 2;
    return 0;
}
