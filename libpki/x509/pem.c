#include "x509/pem.h"

#include "asn1/walk.h"
#include "base/text.h"

#define LINE_OCTETS ((size_t)48) /* 64 columns (RFC 7468 2): what is written */
#define CHUNK_LINES 1024         /* that are put at once */
#define COLUMNS_MAX 76           /* MIME's width: what is still read */

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char tail_mark[] = "-----";

/* One pass over the lines of a text. */
struct reader {
    struct pki_bytes rest;
    struct pki_bytes line; /* without its end */
    unsigned long number;
    struct pki_buf base64; /* of the block that is read: one room for all */
    struct pki_error *err;
};

static bool fail_at(const struct reader *reader, const char *reason)
{
    return pki_fail(reader->err, PKI_E_FORMAT, "line %lu: %s", reader->number, reason);
}

/* Step to the next line, ended by LF or CRLF; false at the end of the text. */
static bool next_line(struct reader *reader)
{
    struct pki_bytes *rest = &reader->rest;

    if (rest->size == 0)
        return false;
    const uint8_t *feed = memchr(rest->data, '\n', rest->size);
    size_t size = feed ? (size_t)(feed - rest->data) : rest->size;
    size_t taken = feed ? size + 1 : size;
    reader->line = (struct pki_bytes){rest->data, size};
    if (size > 0 && rest->data[size - 1] == '\r')
        reader->line.size--;
    *rest = (struct pki_bytes){rest->data + taken, rest->size - taken};
    reader->number++;
    return true;
}

static bool starts_with(struct pki_bytes text, const char *start)
{
    size_t size = strlen(start);

    return text.size >= size && memcmp(text.data, start, size) == 0;
}

static bool holds(struct pki_bytes text, const char *part)
{
    return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

/* By its header: a large list would be read to its end for nothing. */
static bool is_one_element(struct pki_bytes bytes)
{
    struct pki_element element;
    struct pki_error ignored = {0};

    return pki_walk_next(&bytes, &element, &ignored) && bytes.size == 0;
}

bool pki_pem_is(struct pki_bytes text)
{
    return !is_one_element(text) && holds(text, begin_mark);
}

/* Whatever is read here is a SEQUENCE. */
bool pki_pem_or_der(struct pki_bytes text, struct pki_error *err)
{
    return pki_pem_is(text) || (text.size > 0 && text.data[0] == 0x30) ||
           pki_fail(err, PKI_E_FORMAT,
                    "neither PEM nor DER: it has no line \"-----BEGIN ...\" and does not begin "
                    "with a SEQUENCE");
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_blank(struct pki_bytes text)
{
    size_t i = 0;

    while (i < text.size && is_space(text.data[i]))
        i++;
    return i == text.size;
}

/* Label ::= printable characters without hyphen at an end (RFC 7468 3); strict: capitals, digits
 * and spaces, as every label in use. */
static bool is_label(struct pki_bytes label)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ";

    for (size_t i = 0; i < label.size; i++)
        if (label.data[i] == '\0' || !strchr(allowed, label.data[i]))
            return false;
    return label.size > 0 && label.data[0] != ' ' && label.data[label.size - 1] != ' ';
}

/* The label of a whole line "-----BEGIN LABEL-----" or "-----END LABEL-----". */
static bool read_label(const struct reader *reader, const char *mark, char label[64])
{
    struct pki_bytes rest = reader->line;
    size_t start = strlen(mark);
    size_t tail = strlen(tail_mark);

    rest = (struct pki_bytes){rest.data + start, rest.size - start};
    const uint8_t *end = memmem(rest.data, rest.size, tail_mark, tail);
    if (!end)
        return fail_at(reader, "a PEM line lacks its five closing hyphens (RFC 7468 3)");
    size_t size = (size_t)(end - rest.data);
    if (holds((struct pki_bytes){end, rest.size - size}, begin_mark))
        return fail_at(reader, "two blocks are glued together: put a line break between them");
    if (size + tail != rest.size)
        return fail_at(reader, "something stands behind a PEM line (RFC 7468 3)");
    if (size >= 64 || !is_label((struct pki_bytes){rest.data, size}))
        return fail_at(reader, "a PEM label that is not capitals, digits and spaces (RFC 7468 3)");
    memcpy(label, rest.data, size);
    label[size] = '\0';
    return true;
}

/* How much a block may hold, by its label (inputs are bounded before a parser sees them). */
static size_t block_limit(const char *label)
{
    if (strcmp(label, PKI_PEM_CRL) == 0)
        return PKI_LIMIT_CRL;
    return PKI_LIMIT_CERTIFICATE;
}

/* A line of base64; what else it may be is told by name. */
static bool judge_body_line(const struct reader *reader)
{
    if (starts_with(reader->line, begin_mark))
        return fail_at(reader, "a block begins inside another: an END line is missing");
    if (memchr(reader->line.data, ':', reader->line.size))
        return fail_at(reader, "a header inside a block (RFC 1421): old key encryption and "
                               "annotations are not read");
    if (is_blank(reader->line))
        return fail_at(reader, "an empty line inside a block (RFC 7468 2)");
    if (reader->line.size > COLUMNS_MAX)
        return fail_at(reader, "a line over 76 characters inside a block (RFC 7468 2)");
    return true;
}

static bool decode_block(const struct reader *reader, struct pki_pem_block *block)
{
    PKI_CONTEXT(reader->err, "block that ends in line %lu", reader->number);

    if (!pki_buf_ok(&reader->base64, reader->err))
        return false;
    if (reader->base64.size == 0)
        return pki_fail(reader->err, PKI_E_FORMAT, "it is empty");
    return pki_base64_parse(pki_buf_view(&reader->base64), &block->der, reader->err);
}

/* From behind the BEGIN line through the END line. */
static bool read_block(struct reader *reader, struct pki_pem_block *block)
{
    size_t limit = block_limit(block->label) / 3 * 4 + 4;
    char label[64];

    reader->base64.size = 0;
    while (next_line(reader)) {
        if (starts_with(reader->line, end_mark)) {
            if (!read_label(reader, end_mark, label))
                return false;
            if (strcmp(label, block->label) != 0)
                return fail_at(reader, "the END line names another kind than the BEGIN line");
            return decode_block(reader, block);
        }
        if (!judge_body_line(reader))
            return false;
        pki_buf_append_bytes(&reader->base64, reader->line);
        if (reader->base64.size > limit)
            return fail_at(reader,
                           "the block is over the limit of its kind (64 KiB; CRLs 512 MiB)");
    }
    return fail_at(reader, "the text ends inside a block: its END line is missing");
}

/* Room for one more, doubled whenever it is full: at each power of two. */
static bool make_room(struct pki_pem *pem, struct pki_error *err)
{
    size_t n = pem->n_blocks;

    if ((n & (n - 1)) != 0)
        return true;
    struct pki_pem_block *blocks = realloc(pem->blocks, (n == 0 ? 1 : 2 * n) * sizeof(*blocks));
    if (!blocks)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    pem->blocks = blocks;
    return true;
}

static bool add_block(struct reader *reader, struct pki_pem *pem)
{
    if (pem->n_blocks == PKI_PEM_BLOCKS_MAX)
        return fail_at(reader, "over 16384 blocks");
    if (!make_room(pem, reader->err))
        return false;
    struct pki_pem_block *block = &pem->blocks[pem->n_blocks++];
    *block = (struct pki_pem_block){.label = ""};
    return read_label(reader, begin_mark, block->label) && read_block(reader, block);
}

/* Byte order marks: Fulcio skips the first block of such a file without a word. */
static bool judge_start(struct pki_bytes text, struct pki_error *err)
{
    if (starts_with(text, "\xEF\xBB\xBF"))
        return pki_fail(err, PKI_E_FORMAT,
                        "line 1: a byte order mark: save the file as plain ASCII or UTF-8");
    if (starts_with(text, "\xFF\xFE") || starts_with(text, "\xFE\xFF"))
        return pki_fail(err, PKI_E_FORMAT, "line 1: this is UTF-16: save the file as plain ASCII");
    return true;
}

/* Text outside blocks: skipped before a block; stray is set to the first such line since a block.
 */
static bool judge_outside(const struct reader *reader, unsigned long *stray)
{
    if (holds(reader->line, begin_mark) || holds(reader->line, end_mark))
        return fail_at(reader, "a PEM line must stand alone and follow its other half "
                               "(RFC 7468 3)");
    if (*stray == 0 && !is_blank(reader->line))
        *stray = reader->number;
    return true;
}

static bool read_blocks(struct reader *reader, struct pki_pem *pem)
{
    unsigned long stray = 0;

    while (next_line(reader)) {
        if (!starts_with(reader->line, begin_mark)) {
            if (!judge_outside(reader, &stray))
                return false;
            continue;
        }
        if (!add_block(reader, pem))
            return false;
        stray = 0;
    }
    if (pem->n_blocks == 0)
        return pki_fail(reader->err, PKI_E_FORMAT, "no PEM block: no line begins with %s",
                        begin_mark);
    reader->number = stray;
    return stray == 0 || fail_at(reader, "something stands behind the last block: Fulcio and "
                                         "others refuse that; put remarks in front");
}

bool pki_pem_parse(struct pki_bytes text, struct pki_pem *pem, struct pki_error *err)
{
    struct reader reader = {.rest = text, .err = err};
    struct pki_pem read = {0};

    bool good = judge_start(text, err) && read_blocks(&reader, &read);
    pki_buf_clear(&reader.base64);
    if (!good) {
        pki_pem_clear(&read);
        return false;
    }
    *pem = read;
    return true;
}

void pki_pem_clear(struct pki_pem *pem)
{
    for (size_t i = 0; i < pem->n_blocks; i++)
        pki_buf_clear(&pem->blocks[i].der);
    free(pem->blocks);
    *pem = (struct pki_pem){0};
}

static void write_lines(struct pki_buf *out, struct pki_bytes der)
{
    while (der.size > 0) {
        size_t size = der.size < LINE_OCTETS ? der.size : LINE_OCTETS;
        pki_base64(out, (struct pki_bytes){der.data, size});
        pki_buf_byte(out, '\n');
        der = (struct pki_bytes){der.data + size, der.size - size};
    }
}

void pki_pem_write(struct pki_buf *out, const char *label, struct pki_bytes der)
{
    pki_buf_printf(out, "-----BEGIN %s-----\n", label);
    write_lines(out, der);
    pki_buf_printf(out, "-----END %s-----\n", label);
}

static bool put_text(struct pki_file *file, size_t *at, struct pki_buf *text, struct pki_error *err)
{
    if (!pki_buf_ok(text, err) || !pki_file_put(file, *at, pki_buf_view(text), err))
        return false;
    *at += text->size;
    text->size = 0;
    return true;
}

bool pki_pem_put(struct pki_file *file, const char *label, struct pki_bytes der,
                 struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    size_t at = 0;

    pki_buf_printf(&text, "-----BEGIN %s-----\n", label);
    while (der.size > 0) {
        size_t size = der.size < CHUNK_LINES * LINE_OCTETS ? der.size : CHUNK_LINES * LINE_OCTETS;
        write_lines(&text, (struct pki_bytes){der.data, size});
        der = (struct pki_bytes){der.data + size, der.size - size};
        if (!put_text(file, &at, &text, err))
            return false;
    }
    pki_buf_printf(&text, "-----END %s-----\n", label);
    return put_text(file, &at, &text, err);
}
