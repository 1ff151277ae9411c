#include "many.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

void many_must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "filling the inventory: %s\n", err->text);
    exit(1);
}

uint64_t many_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void many_octets(uint64_t *state, uint8_t *room, size_t size)
{
    for (size_t i = 0; i < size; i++)
        room[i] = (uint8_t)many_random(state);
}

void many_serial(uint64_t *state, uint8_t serial[20])
{
    many_octets(state, serial, 20);
    serial[0] = (uint8_t)(0x40 | (serial[0] & 0x3f));
}

struct pki_store *many_open(const char *cellar, const char *authority, int64_t *id)
{
    pki_scope(pki_authority_row) row = {0};
    pki_scope_fd int dir = -1;
    struct pki_store *store = NULL;
    struct pki_error err = {0};
    bool found = false;

    many_must(pki_dir_open(AT_FDCWD, cellar, &dir, &err), &err);
    many_must(pki_store_open(dir, PKI_STORE_WRITE, NULL, &store, &err), &err);
    many_must(pki_store_authority_by_name(store, authority, &found, &row, &err), &err);
    many_must(found || pki_fail(&err, PKI_E_NOTFOUND, "no authority %s", authority), &err);
    *id = row.id;
    return store;
}
