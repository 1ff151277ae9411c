#include "crypto/envelope.h"

#define LENGTH_MIN 12
#define DIGITS_MIN 24 /* decimal digits alone hold about 80 bits then */
#define ADVICE     "use at least six random words"

/* What is judged; the octets stay in the secret or in a copy of its kind. */
struct text {
    const uint8_t *octets;
    size_t size;
};

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* Octets beyond ASCII count as letters: they match no rule below. */
static bool is_letter(uint8_t octet)
{
    return octet >= 0x80 || (lower(octet) >= 'a' && lower(octet) <= 'z');
}

static size_t characters(struct text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        if ((text.octets[i] & 0xc0) != 0x80) /* not the rest of a UTF-8 sequence */
            count++;
    return count;
}

/* Whatever reads a passphrase by line would cut it there. */
static bool has_line_end(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.octets[i] == 0 || text.octets[i] == '\n' || text.octets[i] == '\r')
            return true;
    return false;
}

static bool has_period(struct text text, size_t period)
{
    for (size_t i = period; i < text.size; i++)
        if (lower(text.octets[i]) != lower(text.octets[i - period]))
            return false;
    return true;
}

/* One thing over and over, itself too short to be a passphrase. */
static bool is_repetition(struct text text)
{
    for (size_t period = 1; period < LENGTH_MIN && period * 2 <= text.size; period++)
        if (has_period(text, period))
            return true;
    return false;
}

/* Whether two characters are neighbours of the alphabet, of the digits or of a keyboard's rows. */
static bool are_neighbours(uint8_t one, uint8_t other)
{
    static const char *const rows[] = {
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiop",
        "yxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    };

    if (one == other)
        return true;
    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const char *at = one ? strchr(rows[i], one) : NULL;
        if (at && (at[1] == (char)other || (at > rows[i] && at[-1] == (char)other)))
            return true;
    }
    return false;
}

/* Runs of neighbours, of four characters or more on average. */
static bool is_sequence(struct text text)
{
    size_t runs = 1;

    for (size_t i = 1; i < text.size; i++)
        if (!are_neighbours(lower(text.octets[i - 1]), lower(text.octets[i])))
            runs++;
    return runs * 4 <= text.size;
}

static bool is_short_number(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (is_letter(text.octets[i]))
            return false;
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++)
        digits += is_digit(text.octets[i]);
    return digits * 2 >= text.size && digits < DIGITS_MIN;
}

/* What guessing begins with: the most used passwords' words and the words of this trade. */
static const char *const common[] = {
    "abc",     "admin",      "administrator", "and",         "asdf",   "authority", "baseball",
    "battery", "ca",         "cellar",        "certificate", "change", "correct",   "default",
    "dragon",  "football",   "forget",        "freedom",     "hello",  "horse",     "i",
    "in",      "is",         "key",           "let",         "letme",  "login",     "love",
    "master",  "me",         "michael",       "monkey",      "my",     "never",     "of",
    "pass",    "passphrase", "passwd",        "password",    "pki",    "princess",  "private",
    "pw",      "qwerty",     "qwertz",        "root",        "secret", "security",  "shadow",
    "staple",  "starwars",   "sunshine",      "superman",    "test",   "testing",   "the",
    "this",    "top",        "trust",         "trustno",     "very",   "welcome",   "whatever",
    "word",    "xyz",        "you",           "your",
};

static bool ends_with_word(struct text text, size_t end, const char *word)
{
    size_t length = strlen(word);

    return length <= end && memcmp(text.octets + end - length, word, length) == 0;
}

/* Whether the letters, at most 64, are common words one after another and nothing else. */
static bool is_made_of_common_words(struct text letters)
{
    bool reached[65] = {true};

    if (letters.size == 0 || letters.size >= PKI_COUNT(reached))
        return false;
    for (size_t end = 1; end <= letters.size; end++) {
        for (size_t i = 0; i < PKI_COUNT(common) && !reached[end]; i++) {
            reached[end] =
                ends_with_word(letters, end, common[i]) && reached[end - strlen(common[i])];
        }
    }
    return reached[letters.size];
}

/* The letter that a sign stands for in "p4$$w0rd"; 0 for none. */
static uint8_t undecorated(uint8_t octet)
{
    static const char signs[] = "0134578@$!+";
    static const char letters[] = "oieastbasit";
    const char *at = octet ? strchr(signs, octet) : NULL;

    return at ? (uint8_t)letters[at - signs] : 0;
}

/* Only the letters, in lower case; inside of them signs count as letters where asked. */
static size_t take_letters(struct text text, bool undecorate, uint8_t *letters)
{
    size_t used = 0;

    while (text.size > 0 && !is_letter(text.octets[text.size - 1]))
        text.size--;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t octet = text.octets[i];
        uint8_t letter = is_letter(octet) ? lower(octet) : undecorate ? undecorated(octet) : 0;
        if (letter != 0)
            letters[used++] = letter;
    }
    return used;
}

static bool is_common(struct text text, uint8_t *scratch)
{
    size_t plain = take_letters(text, false, scratch);

    if (is_made_of_common_words((struct text){scratch, plain}))
        return true;
    size_t read = take_letters(text, true, scratch);
    return is_made_of_common_words((struct text){scratch, read});
}

/* NULL, or what is wrong. */
static const char *find_fault(struct text text, uint8_t *scratch)
{
    if (characters(text) < LENGTH_MIN)
        return "has fewer than 12 characters";
    if (has_line_end(text))
        return "holds a line end or NUL, where other tools would cut it off";
    if (is_repetition(text))
        return "repeats one short thing";
    if (is_sequence(text))
        return "runs along the alphabet, the digits or the keyboard";
    if (is_short_number(text))
        return "is a number of fewer than 24 digits";
    return is_common(text, scratch) ? "is made of common words, as guessing programs try them"
                                    : NULL;
}

bool pki_passphrase_judge(struct pki_secret *passphrase, struct pki_error *err)
{
    pki_auto(pki_secret) scratch = NULL;
    size_t size = pki_secret_size(passphrase);

    if (size == 0)
        return pki_fail(err, PKI_E_PASSPHRASE, "passphrase is empty: " ADVICE);
    if (!pki_secret_new(size, &scratch, err))
        return false;

    struct text text = {pki_secret_open(passphrase), size};
    const char *fault = find_fault(text, pki_secret_open(scratch));
    pki_secret_close(scratch);
    pki_secret_close(passphrase);
    if (fault)
        return pki_fail(err, PKI_E_PASSPHRASE, "passphrase %s: " ADVICE, fault);
    return true;
}
