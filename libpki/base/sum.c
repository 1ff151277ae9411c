#include "base/sum.h"

#include <assert.h>

/* A bijection of the lane and of the word, so that one changed word always shows. */
static uint64_t mix(uint64_t lane, uint64_t word, unsigned shift)
{
    lane = (lane ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return lane ^ lane >> shift;
}

static uint64_t word_at(const uint8_t *octets)
{
    uint64_t word = 0;

    memcpy(&word, octets, sizeof(word));
    return word;
}

/* Each lane has its own shift, or compilers would take lanes together in vectors, which have no
   multiplication of 64 bits: that costs three times as much. */
static void add_steps(uint64_t lanes[PKI_SUM_LANES], const uint8_t *at, size_t steps)
{
    uint64_t first = lanes[0];
    uint64_t second = lanes[1];
    uint64_t third = lanes[2];
    uint64_t fourth = lanes[3];

    for (; steps > 0; steps--, at += PKI_SUM_STEP) {
        first = mix(first, word_at(at), 29);
        second = mix(second, word_at(at + 8), 31);
        third = mix(third, word_at(at + 16), 32);
        fourth = mix(fourth, word_at(at + 24), 33);
    }
    lanes[0] = first;
    lanes[1] = second;
    lanes[2] = third;
    lanes[3] = fourth;
}

void pki_sum_add(struct pki_sum *sum, struct pki_bytes bytes)
{
    uint8_t last[PKI_SUM_STEP] = {0};
    size_t left = bytes.size % PKI_SUM_STEP;

    assert(sum->size % PKI_SUM_STEP == 0);
    add_steps(sum->lanes, bytes.data, bytes.size / PKI_SUM_STEP);
    if (left > 0) {
        memcpy(last, bytes.data + (bytes.size - left), left);
        add_steps(sum->lanes, last, 1);
        explicit_bzero(last, sizeof(last)); /* may be a secret's */
    }
    sum->size += bytes.size;
}

uint64_t pki_sum_end(const struct pki_sum *sum)
{
    uint64_t end = sum->size;

    for (size_t i = 0; i < PKI_SUM_LANES; i++)
        end = mix(end, sum->lanes[i], 32);
    return end;
}
