/*
 * Runs a fuzz target over the files of a corpus where libFuzzer is not: each as it is, cut short
 * at every place (of long ones, at some), and with bits and bytes changed by a fixed generator.
 *
 * usage: fuzz_TARGET FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define SIZE_MAX_READ 65536
#define CHANGES       2000

static size_t runs;

/* In memory of its own and no larger, so that reading past it is seen. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void run_changed(const uint8_t *data, size_t size)
{
    static const uint8_t odd[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0xff, 0x30, 0x0a, 0x3a};
    uint8_t changed[SIZE_MAX_READ];
    uint32_t state = 1;

    for (int i = 0; i < CHANGES; i++) {
        memcpy(changed, data, size);
        for (uint32_t n = 1 + next(&state) % 3; n > 0; n--) {
            size_t at = next(&state) % size;
            if (next(&state) % 2)
                changed[at] ^= (uint8_t)(1u << next(&state) % 8);
            else
                changed[at] = odd[next(&state) % sizeof(odd)];
        }
        run(changed, size);
    }
}

int main(int argc, char **argv)
{
    static uint8_t data[SIZE_MAX_READ];

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(data, 1, sizeof(data), file);
        (void)fclose(file);
        run(data, size);
        for (size_t cut = 0; cut < size; cut += 1 + size / 1000)
            run(data, cut);
        if (size > 0)
            run_changed(data, size);
    }
    (void)printf("%d files, %zu runs\n", argc - 1, runs);
    return runs == 0;
}
