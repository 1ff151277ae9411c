#include "ceremony/qr.h"

#include <errno.h>
#include <qrencode.h>

#define QUIET 4 /* light modules around a code (ISO/IEC 18004 6.3.8) */

bool pki_qr_draw(const char *text, struct pki_qr *qr, struct pki_error *err)
{
    QRinput *input = QRinput_new2(PKI_QR_VERSION, QR_ECLEVEL_M);
    bool put = input && QRinput_append(input, QR_MODE_AN, (int)strlen(text),
                                       (const unsigned char *)text) == 0;
    QRcode *code = put ? QRcode_encodeInput(input) : NULL;
    bool fits = code && code->width == PKI_QR_SIDE - 2 * QUIET;

    memset(qr, 0, sizeof(*qr));
    for (size_t y = 0; fits && y < PKI_QR_SIDE - 2 * QUIET; y++)
        for (size_t x = 0; x < PKI_QR_SIDE - 2 * QUIET; x++)
            qr->dark[y + QUIET][x + QUIET] = code->data[y * (PKI_QR_SIDE - 2 * QUIET) + x] & 1;
    QRcode_free(code);
    QRinput_free(input);
    return fits || pki_fail(err, errno == ENOMEM ? PKI_E_MEMORY : PKI_E_USAGE,
                            "\"%.20s...\" does not fit a QR code", text);
}

void pki_qr_console(const struct pki_qr *qr, struct pki_buf *out)
{
    /* upper, lower dark: what is drawn is light */
    static const char *const blocks[2][2] = {{"█", "▀"}, {"▄", " "}};

    for (size_t y = 0; y < PKI_QR_SIDE; y += 2) {
        for (size_t x = 0; x < PKI_QR_SIDE; x++) {
            bool below = y + 1 < PKI_QR_SIDE && qr->dark[y + 1][x];
            pki_buf_text(out, blocks[qr->dark[y][x]][below]);
        }
        pki_buf_byte(out, '\n');
    }
}

/* Runs of dark modules, row by row. */
void pki_qr_path(const struct pki_qr *qr, struct pki_buf *out)
{
    pki_buf_text(out, "<path d=\"");
    for (size_t y = 0; y < PKI_QR_SIDE; y++) {
        for (size_t x = 0; x < PKI_QR_SIDE; x++) {
            size_t from = x;
            while (x < PKI_QR_SIDE && qr->dark[y][x])
                x++;
            if (x > from)
                pki_buf_printf(out, "M%zu %zuh%zuv1h-%zuz", from, y, x - from, x - from);
        }
    }
    pki_buf_text(out, "\"/>");
}

#define COLUMNS 3
#define CAPTION 5 /* units above a code */

static bool put_place(const struct pki_frames *frames, size_t index, struct pki_buf *out,
                      struct pki_error *err)
{
    struct pki_qr qr;
    size_t x = index % COLUMNS * PKI_QR_SIDE;
    size_t y = index / COLUMNS * (PKI_QR_SIDE + CAPTION);

    if (!pki_qr_draw(frames->texts[index], &qr, err))
        return false;
    pki_buf_printf(out,
                   "<g transform=\"translate(%zu %zu)\">"
                   "<text x=\"4\" y=\"6\" font-size=\"3\" font-family=\"sans-serif\">"
                   "%zu/%zu %s %s</text><g transform=\"translate(0 %d)\">",
                   x, y, index + 1, frames->n, pki_frame_kind_title(frames->kind), frames->digest,
                   CAPTION);
    pki_qr_path(&qr, out);
    pki_buf_text(out, "</g></g>\n");
    return true;
}

bool pki_qr_sheet(const struct pki_frames *frames, struct pki_buf *out, struct pki_error *err)
{
    size_t columns = frames->n < COLUMNS ? frames->n : COLUMNS;
    size_t rows = (frames->n + COLUMNS - 1) / COLUMNS;
    size_t width = columns * PKI_QR_SIDE;
    size_t height = rows * (PKI_QR_SIDE + CAPTION);

    pki_buf_printf(out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %zu %zu\" "
                   "width=\"%zumm\" height=\"%zumm\" shape-rendering=\"crispEdges\">\n"
                   "<rect width=\"%zu\" height=\"%zu\" fill=\"#fff\"/>\n",
                   width, height, width * 4 / 3, height * 4 / 3, width, height);
    for (size_t i = 0; i < frames->n; i++)
        if (!put_place(frames, i, out, err))
            return false;
    pki_buf_text(out, "</svg>\n");
    return pki_buf_ok(out, err);
}
