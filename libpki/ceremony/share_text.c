/*
 * A share as words (SLIP-0039, "Format of the share mnemonic"): ten bits a word,
 *
 *   id (15), extendable (1), exponent (4), group (4), group threshold - 1 (4), groups - 1 (4),
 *   member (4), member threshold - 1 (4), zeros up to a whole word, value, checksum (30)
 */
#include "ceremony/share.h"

#include <stdlib.h>
#include <string.h>

#include "pki/share.h"
#include "base/share_words.h"

#define WORD_BITS         10
#define HEADER_WORDS      4
#define CHECKSUM_WORDS    3
#define OTHER_WORDS       (HEADER_WORDS + CHECKSUM_WORDS)
#define PADDING_MAX       8 /* bits */
#define VALUE_WORDS(size) (((size)*8 + WORD_BITS - 1) / WORD_BITS)
#define WORDS_MIN         (OTHER_WORDS + VALUE_WORDS(PKI_SHARE_SECRET_MIN))
#define WORDS_MAX         (OTHER_WORDS + VALUE_WORDS(PKI_SHARE_SECRET_MAX))

_Static_assert(WORDS_MAX == PKI_SHARE_LENGTH_MAX, "what can be typed is what can be read");

/* The words of a share by their numbers. Lives in a pki_secret. */
struct numbers {
    uint16_t list[WORDS_MAX];
    size_t n;
};

/* --- checksum: a Reed-Solomon code over GF(1024) -----------------------------------------------
 */

static uint32_t checksum_step(uint32_t sum, uint32_t number)
{
    static const uint32_t generator[WORD_BITS] = {
        0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009,
        0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x03f3f120,
    };
    uint32_t top = sum >> 20;

    sum = (sum & 0xfffff) << WORD_BITS ^ number;
    for (unsigned i = 0; i < WORD_BITS; i++)
        sum ^= (0u - (top >> i & 1u)) & generator[i];
    return sum;
}

/* Over the first n words; 1 where they end in their checksum. */
static uint32_t checksum(bool extendable, const uint16_t *numbers, size_t n)
{
    uint32_t sum = 1;

    for (const char *c = extendable ? "shamir_extendable" : "shamir"; *c; c++)
        sum = checksum_step(sum, (uint8_t)*c);
    for (size_t i = 0; i < n; i++)
        sum = checksum_step(sum, numbers[i]);
    return sum;
}

static void add_checksum(bool extendable, struct numbers *numbers)
{
    uint32_t sum = 0;

    memset(numbers->list + numbers->n, 0, CHECKSUM_WORDS * sizeof(numbers->list[0]));
    sum = checksum(extendable, numbers->list, numbers->n + CHECKSUM_WORDS) ^ 1;
    for (unsigned i = CHECKSUM_WORDS; i-- > 0;)
        numbers->list[numbers->n++] = (uint16_t)(sum >> WORD_BITS * i & 0x3ff);
}

/* --- words to numbers and back -----------------------------------------------------------------
 */

static bool read_word(const char *word, size_t length, struct numbers *numbers,
                      struct pki_error *err)
{
    int number = pki_share_word_find(word, length);

    if (numbers->n == WORDS_MAX)
        return pki_fail(err, PKI_E_FORMAT, "more than %d words are no share", (int)WORDS_MAX);
    if (number < 0) {
        return pki_fail(err, PKI_E_FORMAT,
                        "word %zu is not in the word list of SLIP-0039: compare it with the share",
                        numbers->n + 1);
    }
    numbers->list[numbers->n++] = (uint16_t)number;
    return true;
}

static bool read_words(const char *text, size_t size, struct numbers *numbers,
                       struct pki_error *err)
{
    size_t at = 0;

    for (size_t length; (length = pki_share_word_next(text, size, &at)) > 0; at += length)
        if (!read_word(text + at, length, numbers, err))
            return false;
    return true;
}

static size_t words_size(const struct numbers *numbers)
{
    size_t size = 0;

    for (size_t i = 0; i < numbers->n; i++)
        size += strlen(pki_share_word(numbers->list[i])) + (i > 0);
    return size;
}

static void write_words(const struct numbers *numbers, char *text)
{
    for (size_t i = 0; i < numbers->n; i++) {
        const char *word = pki_share_word(numbers->list[i]);
        size_t length = strlen(word);
        if (i > 0)
            *text++ = ' ';
        for (size_t k = 0; k < length; k++)
            *text++ = word[k];
    }
}

/* --- numbers to a share and back ---------------------------------------------------------------
 */

static void write_header(const struct pki_share *share, struct numbers *numbers)
{
    const struct pki_share_set *set = &share->set;
    uint64_t bits = (uint64_t)set->id << 1 | set->extendable;

    bits = bits << 4 | set->exponent;
    bits = bits << 4 | share->group;
    bits = bits << 4 | (set->threshold - 1);
    bits = bits << 4 | (set->groups - 1);
    bits = bits << 4 | share->member;
    bits = bits << 4 | (share->threshold - 1);
    for (unsigned i = HEADER_WORDS; i-- > 0;)
        numbers->list[numbers->n++] = (uint16_t)(bits >> WORD_BITS * i & 0x3ff);
}

static unsigned take_bits(uint64_t *bits, unsigned n)
{
    unsigned taken = (unsigned)(*bits & ((1u << n) - 1));

    *bits >>= n;
    return taken;
}

static void read_header(const struct numbers *numbers, struct pki_share *share)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < HEADER_WORDS; i++)
        bits = bits << WORD_BITS | numbers->list[i];
    share->threshold = take_bits(&bits, 4) + 1;
    share->member = take_bits(&bits, 4);
    share->set.groups = take_bits(&bits, 4) + 1;
    share->set.threshold = take_bits(&bits, 4) + 1;
    share->group = take_bits(&bits, 4);
    share->set.exponent = take_bits(&bits, 4);
    share->set.extendable = take_bits(&bits, 1);
    share->set.id = take_bits(&bits, 15);
}

/* Bit by bit: a value is 33 words at most in what we make, and its bits steer nothing. */
static void write_value(const uint8_t *value, size_t size, struct numbers *numbers)
{
    size_t words = VALUE_WORDS(size);
    size_t padding = words * WORD_BITS - size * 8;
    uint16_t *list = numbers->list + numbers->n;

    memset(list, 0, words * sizeof(*list));
    for (size_t i = 0; i < size * 8; i++) {
        size_t at = i + padding;
        unsigned bit = (unsigned)value[i / 8] >> (7 - i % 8) & 1u;
        list[at / WORD_BITS] |= (uint16_t)(bit << (WORD_BITS - 1 - at % WORD_BITS));
    }
    numbers->n += words;
}

/* False where a bit of the padding is set. */
static bool read_value(const struct numbers *numbers, size_t padding, uint8_t *value)
{
    size_t bits = (numbers->n - OTHER_WORDS) * WORD_BITS;
    unsigned padded = 0;

    for (size_t at = 0; at < bits; at++) {
        uint16_t number = numbers->list[HEADER_WORDS + at / WORD_BITS];
        unsigned bit = (unsigned)number >> (WORD_BITS - 1 - at % WORD_BITS) & 1u;
        if (at < padding)
            padded |= bit;
        else
            value[(at - padding) / 8] |= (uint8_t)(bit << (7 - (at - padding) % 8));
    }
    return padded == 0;
}

/* --- reading -----------------------------------------------------------------------------------
 */

static size_t padding_of(const struct numbers *numbers)
{
    return (numbers->n - OTHER_WORDS) * WORD_BITS % 16;
}

static bool check_length(const struct numbers *numbers, struct pki_error *err)
{
    if (numbers->n == 0)
        return pki_fail(err, PKI_E_FORMAT, "no words are given");
    if (numbers->n < WORDS_MIN || padding_of(numbers) > PADDING_MAX) {
        return pki_fail(
            err, PKI_E_FORMAT,
            "no share has %zu words: one is missing or doubled (one of 256 bits has 33, "
            "one of 128 bits 20)",
            numbers->n);
    }
    return true;
}

static bool check_header(const struct pki_share *share, struct pki_error *err)
{
    const struct pki_share_set *set = &share->set;

    if (set->threshold > set->groups)
        return pki_fail(err, PKI_E_FORMAT, "share of a set that needs %u of %u groups",
                        set->threshold, set->groups);
    if (set->exponent > PKI_SHARE_EXPONENT_MAX) {
        return pki_fail(err, PKI_E_POLICY,
                        "share with iteration exponent %u: more than %u would take minutes",
                        set->exponent, PKI_SHARE_EXPONENT_MAX);
    }
    return share->group < set->groups ||
           pki_fail(err, PKI_E_FORMAT, "share of group %u in a set of %u", share->group + 1,
                    set->groups);
}

static bool read_share(const struct numbers *numbers, struct pki_share *share,
                       struct pki_error *err)
{
    if (!check_length(numbers, err))
        return false;
    read_header(numbers, share);
    if (checksum(share->set.extendable, numbers->list, numbers->n) != 1) {
        return pki_fail(err, PKI_E_FORMAT,
                        "the checksum is wrong: a word is another one of the list, or two have "
                        "changed places");
    }
    if (!check_header(share, err))
        return false;

    size_t padding = padding_of(numbers);
    size_t bits = (numbers->n - OTHER_WORDS) * WORD_BITS - padding;
    if (!pki_secret_new(bits / 8, &share->value, err))
        return false;
    bool zeros = read_value(numbers, padding, pki_secret_open(share->value));
    pki_secret_close(share->value);
    return zeros ||
           pki_fail(err, PKI_E_FORMAT, "the bits before the value are not zero (SLIP-0039)");
}

bool pki_share_parse(struct pki_secret *words, struct pki_share **share, struct pki_error *err)
{
    pki_auto(pki_secret) room = NULL;
    pki_auto(pki_share) read = calloc(1, sizeof(*read));

    if (!read)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_secret_new(sizeof(struct numbers), &room, err))
        return false;
    struct numbers *numbers = (void *)pki_secret_open(room);
    bool done =
        read_words((const char *)pki_secret_open(words), pki_secret_size(words), numbers, err) &&
        read_share(numbers, read, err);
    pki_secret_close(words);
    pki_secret_close(room);
    if (done)
        *share = PKI_TAKE(read);
    return done;
}

bool pki_share_write(const struct pki_share *share, struct pki_secret **words,
                     struct pki_error *err)
{
    pki_auto(pki_secret) room = NULL;

    if (!pki_secret_new(sizeof(struct numbers), &room, err))
        return false;
    struct numbers *numbers = (void *)pki_secret_open(room);
    write_header(share, numbers);
    write_value(pki_secret_open(share->value), pki_secret_size(share->value), numbers);
    pki_secret_close(share->value);
    add_checksum(share->set.extendable, numbers);

    bool done = pki_secret_new(words_size(numbers), words, err);
    if (done) {
        write_words(numbers, (char *)pki_secret_open(*words));
        pki_secret_close(*words);
    }
    pki_secret_close(room);
    return done;
}
