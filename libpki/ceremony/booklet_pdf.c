/*
 * A4 pages by libharu, with the fonts that every reader of PDF has, so that
 * nothing is embedded; they know the characters of Windows-1252 and no others.
 * Uncompressed and without a date, so that equal booklets are equal bytes.
 */
#include <hpdf.h>

#include "base/utf8.h"
#include "ceremony/booklet.h"
#include "ceremony/qr.h"

#define LEFT   56.0F
#define RIGHT  539.0F
#define TOP    790.0F
#define BOTTOM 70.0F
#define LABELS 130.0F /* where a labelled text begins, from the left */
#define SMALL  8.0F
#define PLAIN  10.0F
#define LARGE  13.0F
#define HUGE_  18.0F

struct sheet {
    const struct pki_booklet *booklet;
    HPDF_Doc doc;
    HPDF_Page page; /* NULL before the first */
    HPDF_Font plain, bold, fixed;
    unsigned pages;
    HPDF_REAL y;
    bool failed; /* for want of memory */
};

/* --- characters ---------------------------------------------------------------------------- */

/* Windows-1252 from 0x80 on; 0: none there. */
static const uint16_t upper[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool encode(uint32_t point, uint8_t *octet)
{
    if ((point >= 0x20 && point < 0x7F) || (point >= 0xA0 && point <= 0xFF)) {
        *octet = (uint8_t)point;
        return true;
    }
    for (size_t i = 0; i < PKI_COUNT(upper); i++) {
        if (upper[i] == 0 || upper[i] != point)
            continue;
        *octet = (uint8_t)(0x80 + i);
        return true;
    }
    return false;
}

/* In place: the octets are never more than those of UTF-8. */
static bool encode_text(char *text, struct pki_error *err)
{
    uint8_t *to = (uint8_t *)text;
    size_t left = text ? strlen(text) : 0;

    while (left > 0) {
        uint32_t point = 0;
        size_t length = pki_utf8_decode((const uint8_t *)text, left, &point);
        if (length == 0 || !encode(point, to)) {
            return pki_fail(err, PKI_E_USAGE,
                            "the fonts of a PDF have no character U+%04X: print it as .html",
                            (unsigned)point);
        }
        to++;
        text += length;
        left -= length;
    }
    if (to)
        *to = 0;
    return true;
}

static bool encode_booklet(struct pki_booklet *booklet, struct pki_error *err)
{
    if (!encode_text(booklet->title, err))
        return false;
    for (size_t i = 0; i < booklet->n; i++)
        if (!encode_text(booklet->parts[i].label, err) || !encode_text(booklet->parts[i].text, err))
            return false;
    return true;
}

/* --- drawing ------------------------------------------------------------------------------- */

static void put_at(struct sheet *sheet, HPDF_Font font, HPDF_REAL size, HPDF_REAL x,
                   const char *text)
{
    (void)HPDF_Page_BeginText(sheet->page);
    (void)HPDF_Page_SetFontAndSize(sheet->page, font, size);
    (void)HPDF_Page_TextOut(sheet->page, x, sheet->y, text);
    (void)HPDF_Page_EndText(sheet->page);
}

static void turn_page(struct sheet *sheet)
{
    char number[16];

    sheet->page = HPDF_AddPage(sheet->doc);
    (void)HPDF_Page_SetSize(sheet->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
    (void)HPDF_Page_SetLineWidth(sheet->page, 0.6F);
    sheet->y = 40.0F;
    put_at(sheet, sheet->plain, SMALL, LEFT, sheet->booklet->foot);
    (void)snprintf(number, sizeof(number), "%u", ++sheet->pages);
    put_at(sheet, sheet->plain, SMALL, RIGHT - 10.0F, number);
    sheet->y = TOP;
}

/* Goes down; on to the next page where the room that is needed is not left. */
static void go_down(struct sheet *sheet, HPDF_REAL step, HPDF_REAL needed)
{
    if (sheet->y - step - needed < BOTTOM)
        turn_page(sheet);
    else
        sheet->y -= step;
}

static void put_rule(struct sheet *sheet, HPDF_REAL from, HPDF_REAL to)
{
    (void)HPDF_Page_MoveTo(sheet->page, from, sheet->y);
    (void)HPDF_Page_LineTo(sheet->page, to, sheet->y);
    (void)HPDF_Page_Stroke(sheet->page);
}

/* How much of a text fits, up to a space where there is one. */
static size_t fitting(struct sheet *sheet, HPDF_Font font, HPDF_REAL size, HPDF_REAL room,
                      const char *text)
{
    HPDF_REAL real = 0;

    (void)HPDF_Page_SetFontAndSize(sheet->page, font, size);
    size_t fits = HPDF_Page_MeasureText(sheet->page, text, room, HPDF_TRUE, &real);
    if (fits == 0)
        fits = HPDF_Page_MeasureText(sheet->page, text, room, HPDF_FALSE, &real);
    return fits == 0 ? 1 : fits;
}

/* Line after line from x on; the cursor stays at the last. */
static void put_wrapped(struct sheet *sheet, HPDF_Font font, HPDF_REAL size, HPDF_REAL x,
                        const char *text)
{
    char line[512];

    while (*text) {
        size_t fits = fitting(sheet, font, size, RIGHT - x, text);
        fits = fits < sizeof(line) ? fits : sizeof(line) - 1;
        (void)snprintf(line, sizeof(line), "%.*s", (int)fits, text);
        put_at(sheet, font, size, x, line);
        text += fits;
        text += strspn(text, " ");
        if (*text)
            go_down(sheet, size * 1.35F, 0);
    }
}

/* One that is wider than its column stands above what it labels. */
static void put_label(struct sheet *sheet, const char *label, HPDF_REAL step)
{
    (void)HPDF_Page_SetFontAndSize(sheet->page, sheet->plain, PLAIN);
    bool wide = HPDF_Page_TextWidth(sheet->page, label) > LABELS - 8.0F;
    put_wrapped(sheet, sheet->plain, PLAIN, LEFT, label);
    if (wide)
        go_down(sheet, step, 0);
}

static void put_labelled(struct sheet *sheet, const char *label, const char *text)
{
    go_down(sheet, PLAIN * 1.5F, 0);
    put_label(sheet, label, PLAIN * 1.35F);
    put_wrapped(sheet, sheet->bold, PLAIN, LEFT + LABELS, text);
}

static void put_blank(struct sheet *sheet, const struct pki_booklet_part *part)
{
    for (unsigned i = 0; i < part->lines; i++) {
        go_down(sheet, PLAIN * 2.2F, 0);
        if (i == 0)
            put_label(sheet, part->label, PLAIN * 2.2F);
        put_rule(sheet, LEFT + LABELS, RIGHT);
    }
}

#define MODULE 2.0F

/* Its quiet zone is what is white around it. */
static void put_code(struct sheet *sheet, const struct pki_booklet_part *part)
{
    struct pki_error ignored = {0};
    struct pki_qr qr;

    if (!pki_qr_draw(part->text, &qr, &ignored)) {
        sheet->failed = true;
        return;
    }
    go_down(sheet, PLAIN * 1.5F, MODULE * PKI_QR_SIDE);
    put_label(sheet, part->label, 0);
    for (unsigned i = 0; i < PKI_QR_SIDE * PKI_QR_SIDE; i++) {
        const unsigned x = i % PKI_QR_SIDE;
        const unsigned y = i / PKI_QR_SIDE;
        if (!qr.dark[y][x])
            continue;
        (void)HPDF_Page_Rectangle(sheet->page, LEFT + LABELS + MODULE * (HPDF_REAL)x,
                                  sheet->y - MODULE * (HPDF_REAL)y, MODULE, MODULE);
    }
    (void)HPDF_Page_Fill(sheet->page);
    sheet->y -= MODULE * PKI_QR_SIDE;
}

static void put_box(struct sheet *sheet, const char *text)
{
    go_down(sheet, PLAIN * 1.7F, 0);
    (void)HPDF_Page_Rectangle(sheet->page, LEFT, sheet->y - 1.0F, 9.0F, 9.0F);
    (void)HPDF_Page_Stroke(sheet->page);
    put_wrapped(sheet, sheet->plain, PLAIN, LEFT + 18.0F, text);
}

static void put_initials(struct sheet *sheet)
{
    const HPDF_REAL width = (RIGHT - LEFT) / 3;

    go_down(sheet, PLAIN * 1.4F, 34.0F);
    for (size_t i = 0; pki_booklet_initials[i]; i++) {
        HPDF_REAL x = LEFT + width * (HPDF_REAL)i;
        put_at(sheet, sheet->plain, SMALL, x + 3.0F, pki_booklet_initials[i]);
        (void)HPDF_Page_Rectangle(sheet->page, x, sheet->y - 26.0F, width - 8.0F, 34.0F);
        (void)HPDF_Page_Stroke(sheet->page);
    }
    sheet->y -= 26.0F;
}

/* About the height of a step, so that it stays on one page if it fits one. */
static HPDF_REAL height(const struct pki_booklet_part *part)
{
    HPDF_REAL sum = 70.0F;

    for (; part->kind != PKI_BOOKLET_INITIALS; part++) {
        size_t lines = 1 + (part->text ? strlen(part->text) : 0) / 70;
        sum += part->kind == PKI_BOOKLET_BLANK ? PLAIN * 2.2F * (HPDF_REAL)part->lines
                                               : PLAIN * 1.6F * (HPDF_REAL)lines;
    }
    return sum < TOP - BOTTOM - 80.0F ? sum : 140.0F;
}

static void put_step(struct sheet *sheet, const struct pki_booklet_part *part)
{
    go_down(sheet, PLAIN * 2.2F, height(part));
    put_rule(sheet, LEFT, RIGHT);
    go_down(sheet, PLAIN * 1.4F, 0);
    put_at(sheet, sheet->plain, SMALL, LEFT, part->label);
    go_down(sheet, LARGE * 1.3F, 0);
    put_wrapped(sheet, sheet->bold, LARGE, LEFT, part->text);
}

static void put_part(struct sheet *sheet, const struct pki_booklet_part *part)
{
    switch (part->kind) {
    case PKI_BOOKLET_PAGE:
        turn_page(sheet);
        put_wrapped(sheet, sheet->bold, HUGE_, LEFT, part->text);
        return;
    case PKI_BOOKLET_HEADING:
        go_down(sheet, LARGE * 2, 60.0F);
        put_wrapped(sheet, sheet->bold, LARGE, LEFT, part->text);
        return;
    case PKI_BOOKLET_STEP:
        put_step(sheet, part);
        return;
    case PKI_BOOKLET_TEXT:
        go_down(sheet, PLAIN * 1.6F, 0);
        put_wrapped(sheet, sheet->plain, PLAIN, LEFT, part->text);
        return;
    case PKI_BOOKLET_SAY:
        put_labelled(sheet, "Read aloud", part->text);
        return;
    case PKI_BOOKLET_COMMAND:
        go_down(sheet, PLAIN * 1.8F, 0);
        put_wrapped(sheet, sheet->fixed, PLAIN, LEFT + 12.0F, part->text);
        return;
    case PKI_BOOKLET_VALUE:
        put_labelled(sheet, part->label, part->text);
        return;
    case PKI_BOOKLET_CODE:
        put_code(sheet, part);
        return;
    case PKI_BOOKLET_BLANK:
        put_blank(sheet, part);
        return;
    case PKI_BOOKLET_BOX:
        put_box(sheet, part->text);
        return;
    case PKI_BOOKLET_INITIALS:
        put_initials(sheet);
        return;
    }
}

/* --- the file ------------------------------------------------------------------------------ */

/* libharu goes on after a failure and remembers it: it is asked once, at the end. */
static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
    (void)error;
    (void)detail;
    (void)user;
}

static void draw(struct sheet *sheet)
{
    static const char encoding[] = "WinAnsiEncoding";

    (void)HPDF_SetCompressionMode(sheet->doc, HPDF_COMP_NONE);
    (void)HPDF_SetInfoAttr(sheet->doc, HPDF_INFO_TITLE, sheet->booklet->title);
    sheet->plain = HPDF_GetFont(sheet->doc, "Helvetica", encoding);
    sheet->bold = HPDF_GetFont(sheet->doc, "Helvetica-Bold", encoding);
    sheet->fixed = HPDF_GetFont(sheet->doc, "Courier", encoding);
    for (size_t i = 0; i < sheet->booklet->n && HPDF_GetError(sheet->doc) == HPDF_OK; i++)
        put_part(sheet, &sheet->booklet->parts[i]);
}

static bool take(HPDF_Doc doc, struct pki_buf *out, struct pki_error *err)
{
    HPDF_BYTE piece[4096];
    bool more = HPDF_GetError(doc) == HPDF_OK && HPDF_SaveToStream(doc) == HPDF_OK;

    if (!more)
        return pki_fail(err, PKI_E_IO, "libharu cannot draw it: error 0x%04lX",
                        (unsigned long)HPDF_GetError(doc));
    while (more) {
        HPDF_UINT32 size = sizeof(piece);
        more = HPDF_ReadFromStream(doc, piece, &size) == HPDF_OK;
        pki_buf_append(out, piece, size);
    }
    return pki_buf_ok(out, err);
}

bool pki_booklet_pdf(struct pki_booklet *booklet, struct pki_buf *out, struct pki_error *err)
{
    struct sheet sheet = {.booklet = booklet};

    if (!encode_booklet(booklet, err))
        return false;
    sheet.doc = HPDF_New(on_error, NULL);
    if (!sheet.doc)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    draw(&sheet);
    bool done =
        sheet.failed ? pki_fail(err, PKI_E_MEMORY, "out of memory") : take(sheet.doc, out, err);
    HPDF_Free(sheet.doc);
    return done;
}
