#include "ceremony/frames.h"

#include <assert.h>

#include "base/text.h"
#include "crypto/digest.h"

#define FORMAT  "RC1"
#define CHECK   4          /* characters */
#define SCANNED "QR-Code:" /* what zbarimg puts before a text */

static const struct {
    const char *word, *title;
} kinds[PKI_FRAME_KINDS] = {
    [PKI_FRAME_CERTIFICATE] = {"CERT", "certificate"},
    [PKI_FRAME_REQUEST] = {"CSR", "certification request"},
    [PKI_FRAME_CRL] = {"CRL", "revocation list"},
    [PKI_FRAME_FINGERPRINT] = {"SHA256", "fingerprint"},
    [PKI_FRAME_HEAD] = {"HEAD", "head"},
};

const char *pki_frame_kind_title(enum pki_frame_kind kind)
{
    return kinds[kind].title;
}

/* The first characters of a SHA-256 in base32. */
static void put_digest(struct pki_bytes bytes, char *to, size_t characters)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    pki_scope(pki_buf) text = {0};

    pki_sha256(bytes, sha256);
    pki_base32(&text, (struct pki_bytes){sha256, sizeof(sha256)});
    memset(to, 0, characters + 1); /* without memory it is empty, and fits nothing */
    if (!text.failed)
        memcpy(to, text.data, characters);
}

/* Of the whole and of what it is. */
static bool digest_whole(enum pki_frame_kind kind, struct pki_bytes whole,
                         char digest[PKI_FRAME_DIGEST + 1], struct pki_error *err)
{
    pki_scope(pki_buf) all = {0};

    pki_buf_printf(&all, "%s ", kinds[kind].word);
    pki_buf_append_bytes(&all, whole);
    if (!pki_buf_ok(&all, err))
        return false;
    put_digest(pki_buf_view(&all), digest, PKI_FRAME_DIGEST);
    return true;
}

/* --- out ----------------------------------------------------------------------------------- */

static bool write_frame(struct pki_frames *frames, size_t index, struct pki_bytes part,
                        struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    char check[CHECK + 1];

    pki_buf_printf(&text, FORMAT " %s %zu/%zu %s ", kinds[frames->kind].word, index + 1, frames->n,
                   frames->digest);
    pki_base32(&text, part);
    pki_buf_byte(&text, ' ');
    put_digest(pki_buf_view(&text), check, CHECK);
    pki_buf_text(&text, check);
    if (!pki_buf_ok(&text, err))
        return false;
    assert(text.size <= PKI_FRAME_TEXT);
    memcpy(frames->texts[index], text.data, text.size);
    frames->texts[index][text.size] = 0;
    return true;
}

bool pki_frames_split(enum pki_frame_kind kind, struct pki_bytes whole, struct pki_frames *frames,
                      struct pki_error *err)
{
    const size_t most = (size_t)PKI_FRAMES_MAX * PKI_FRAME_OCTETS;

    if (whole.size == 0 || whole.size > most) {
        return pki_fail(err, PKI_E_USAGE,
                        "%zu octets are too %s for frames, which hold %zu: carry it on a medium",
                        whole.size, whole.size == 0 ? "few" : "many", most);
    }
    frames->kind = kind;
    frames->n = (whole.size + PKI_FRAME_OCTETS - 1) / PKI_FRAME_OCTETS;
    if (!digest_whole(kind, whole, frames->digest, err))
        return false;
    for (size_t i = 0; i < frames->n; i++) {
        size_t left = whole.size - i * PKI_FRAME_OCTETS;
        const struct pki_bytes part = {whole.data + i * PKI_FRAME_OCTETS,
                                       left < PKI_FRAME_OCTETS ? left : PKI_FRAME_OCTETS};
        if (!write_frame(frames, i, part, err))
            return false;
    }
    return true;
}

/* --- back ---------------------------------------------------------------------------------- */

enum {
    WORD_FORMAT,
    WORD_KIND,
    WORD_PLACE,
    WORD_DIGEST,
    WORD_OCTETS,
    WORD_CHECK,
    WORDS
};

/* A frame's text in parts. */
struct frame {
    struct pki_bytes words[WORDS];
    enum pki_frame_kind kind;
    size_t place, of; /* place from 0 on */
    uint8_t octets[PKI_FRAME_OCTETS];
    size_t size;
};

static bool is_word(struct pki_bytes word, const char *text)
{
    return pki_bytes_equal(word, (struct pki_bytes){(const uint8_t *)text, strlen(text)});
}

/* Exactly WORDS words with one space between two. */
static bool read_words(struct pki_bytes line, struct frame *frame)
{
    for (size_t i = 0; i < WORDS; i++) {
        const uint8_t *space = line.size > 0 ? memchr(line.data, ' ', line.size) : NULL;
        size_t size = space ? (size_t)(space - line.data) : line.size;
        if (size == 0 || (space != NULL) != (i + 1 < WORDS))
            return false;
        frame->words[i] = (struct pki_bytes){line.data, size};
        line.data += size + (space != NULL);
        line.size -= size + (space != NULL);
    }
    return is_word(frame->words[WORD_FORMAT], FORMAT) &&
           frame->words[WORD_DIGEST].size == PKI_FRAME_DIGEST;
}

static bool read_kind(struct frame *frame)
{
    for (size_t i = 0; i < PKI_FRAME_KINDS; i++) {
        if (is_word(frame->words[WORD_KIND], kinds[i].word)) {
            frame->kind = (enum pki_frame_kind)i;
            return true;
        }
    }
    return false;
}

/* One or two digits, no zero in front. */
static bool read_number(const uint8_t **at, const uint8_t *end, size_t *number)
{
    const uint8_t *from = *at;

    *number = 0;
    for (; *at < end && **at >= '0' && **at <= '9' && *at - from < 2; (*at)++)
        *number = *number * 10 + (size_t)(**at - '0');
    return *at > from && *from != '0';
}

static bool read_place(struct frame *frame)
{
    const uint8_t *at = frame->words[WORD_PLACE].data;
    const uint8_t *end = at + frame->words[WORD_PLACE].size;
    size_t number = 0;

    if (!read_number(&at, end, &number) || at == end || *at++ != '/' ||
        !read_number(&at, end, &frame->of) || at != end || number > frame->of)
        return false;
    frame->place = number - 1;
    return true;
}

/* Every frame but the last is full, so that there is one way only to split a whole. */
static bool read_octets(struct frame *frame)
{
    pki_scope(pki_buf) octets = {0};
    struct pki_error ignored = {0};
    bool last = frame->place + 1 == frame->of;

    if (!pki_base32_parse(frame->words[WORD_OCTETS], &octets, &ignored) ||
        octets.size > PKI_FRAME_OCTETS || (!last && octets.size < PKI_FRAME_OCTETS))
        return false;
    memcpy(frame->octets, octets.data, octets.size);
    frame->size = octets.size;
    return true;
}

/* The check comes first: of a damaged frame nothing can be believed. */
static bool read_frame(struct pki_bytes line, struct frame *frame, struct pki_error *err)
{
    char check[CHECK + 1];

    if (line.size > PKI_FRAME_TEXT || !read_words(line, frame)) {
        return pki_fail(err, PKI_E_FORMAT,
                        "this is no frame: one begins with " FORMAT " and has six words");
    }
    const struct pki_bytes last = frame->words[WORD_CHECK];
    put_digest((struct pki_bytes){line.data, line.size - last.size}, check, CHECK);
    if (!is_word(last, check)) {
        return pki_fail(err, PKI_E_FORMAT, "frame %.*s is damaged: scan it again",
                        (int)frame->words[WORD_PLACE].size,
                        (const char *)frame->words[WORD_PLACE].data);
    }
    return (read_kind(frame) && read_place(frame) && read_octets(frame)) ||
           pki_fail(err, PKI_E_FORMAT, "this frame is none that this version knows");
}

static bool belongs(const struct pki_frames_back *back, const struct frame *frame)
{
    return back->of == frame->of && back->kind == frame->kind &&
           is_word(frame->words[WORD_DIGEST], back->digest);
}

static bool add(struct pki_frames_back *back, const struct frame *frame, struct pki_error *err)
{
    const struct pki_bytes digest = frame->words[WORD_DIGEST];
    uint8_t *part = back->parts[frame->place];
    size_t *size = &back->sizes[frame->place];

    if (back->of == 0) {
        back->of = frame->of;
        back->kind = frame->kind;
        memcpy(back->digest, digest.data, PKI_FRAME_DIGEST);
    }
    if (!belongs(back, frame)) {
        return pki_fail(err, PKI_E_FORMAT,
                        "frame %zu/%zu of %s %.*s among those of %s %s (%zu): give those of one",
                        frame->place + 1, frame->of, kinds[frame->kind].word, (int)digest.size,
                        (const char *)digest.data, kinds[back->kind].word, back->digest, back->of);
    }
    if (*size > 0 && (*size != frame->size || memcmp(part, frame->octets, *size) != 0)) {
        return pki_fail(err, PKI_E_FORMAT, "frame %zu/%zu came before, with other octets",
                        frame->place + 1, frame->of);
    }
    memcpy(part, frame->octets, frame->size);
    *size = frame->size;
    return true;
}

/* Without white space around it, and without what the scanner says in front. */
static struct pki_bytes trim(struct pki_bytes line)
{
    const size_t scanned = sizeof(SCANNED) - 1;

    while (line.size > 0 && strchr(" \t\r", line.data[line.size - 1]) && line.data[line.size - 1])
        line.size--;
    if (line.size >= scanned && memcmp(line.data, SCANNED, scanned) == 0) {
        line.data += scanned;
        line.size -= scanned;
    }
    return line;
}

bool pki_frames_take(struct pki_frames_back *back, const char *name, struct pki_bytes lines,
                     struct pki_error *err)
{
    for (size_t number = 1; lines.size > 0; number++) {
        const uint8_t *end = memchr(lines.data, '\n', lines.size);
        size_t size = end ? (size_t)(end - lines.data) : lines.size;
        struct pki_bytes line = trim((struct pki_bytes){lines.data, size});
        struct frame frame = {.place = 0};
        struct pki_error why = {0};
        if (line.size > 0 && (!read_frame(line, &frame, &why) || !add(back, &frame, &why)))
            return pki_fail(err, why.code, "%s:%zu: %s", name, number, why.text);
        lines.data += size + (end != NULL);
        lines.size -= size + (end != NULL);
    }
    return true;
}

/* "2, 5 and 7": all that are not there. */
static bool refuse_missing(const struct pki_frames_back *back, struct pki_error *err)
{
    pki_scope(pki_buf) list = {0};
    size_t missing = 0;

    for (size_t i = 0; i < back->of; i++)
        if (back->sizes[i] == 0)
            pki_buf_printf(&list, "%s%zu", missing++ == 0 ? "" : ", ", i + 1);
    return missing == 0 || pki_fail(err, PKI_E_FORMAT,
                                    "of %zu frames of %s %s these are missing: %.*s; scan them too",
                                    back->of, kinds[back->kind].word, back->digest, (int)list.size,
                                    list.data ? (const char *)list.data : "");
}

bool pki_frames_join(const struct pki_frames_back *back, struct pki_buf *whole,
                     struct pki_error *err)
{
    pki_scope(pki_buf) joined = {0};
    char digest[PKI_FRAME_DIGEST + 1];

    if (back->of == 0)
        return pki_fail(err, PKI_E_FORMAT, "there is no frame");
    if (!refuse_missing(back, err))
        return false;
    for (size_t i = 0; i < back->of; i++)
        pki_buf_append(&joined, back->parts[i], back->sizes[i]);
    if (!digest_whole(back->kind, pki_buf_view(&joined), digest, err))
        return false;
    if (strcmp(digest, back->digest) != 0) {
        return pki_fail(err, PKI_E_FORMAT,
                        "every frame is good, and yet their whole is %s, not %s: they were not "
                        "made from one thing",
                        digest, back->digest);
    }
    pki_buf_append_bytes(whole, pki_buf_view(&joined));
    return pki_buf_ok(whole, err);
}
