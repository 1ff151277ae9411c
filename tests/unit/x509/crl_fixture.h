/*
 * Revocation lists of any length, made from numbers: entry n is of the nth
 * serial, with every reason in turn, and an invalidity date in every third.
 */
#ifndef CRL_FIXTURE_H
#define CRL_FIXTURE_H

#include "x509/crl_build.h"

#include "test.h"

#define CRL_TIME INT64_C(1767225600) /* 2026-01-01T00:00:00Z, thisUpdate */

struct crl_lines {
    size_t n;       /* how many there are */
    size_t step;    /* 1: each; 2: every second; 0 as 1 */
    size_t next;    /* given so far */
    size_t fail_at; /* that one is an error; 0: none */
    size_t odd_at;  /* that one is odd; 0: none */
    struct pki_crl_line odd;
    uint8_t serial[20];
};

/** The line with this number, from 1; its serial is in room. */
struct pki_crl_line crl_line(size_t number, uint8_t room[20]);

/** of is a struct crl_lines. */
bool crl_next(void *of, struct pki_crl_line *line, bool *more, struct pki_error *err);

struct crl_maker {
    struct pki_key *key;
    struct pki_buf issuer;
    struct pki_crl_facts facts;
    int dir;
};

void crl_maker_init(struct crl_maker *maker, enum pki_key_algorithm id);
void crl_maker_clear(struct crl_maker *maker);

/** Build a draft with this name. */
bool crl_build(const struct crl_maker *maker, struct crl_lines *lines, const char *name,
               struct pki_crl_draft **draft, struct pki_error *err);
/** Digest the body and sign it. */
bool crl_sign(struct pki_crl_draft *draft, const struct pki_key *key, struct pki_error *err);
/** Build, sign, place. */
bool crl_make(const struct crl_maker *maker, struct crl_lines *lines, const char *name,
              struct pki_error *err);

#endif
