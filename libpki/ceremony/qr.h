/*
 * QR codes (ISO/IEC 18004) of frames, by libqrencode, drawn for a console, as
 * a file of SVG, and inside an HTML page. Equal texts give equal codes.
 */
#ifndef PKI_CEREMONY_QR_H
#define PKI_CEREMONY_QR_H

#include "ceremony/frames.h"

#define PKI_QR_VERSION 5            /* of every frame: one size */
#define PKI_QR_SIDE    (37 + 2 * 4) /* modules, with the quiet zone */

struct pki_qr {
    bool dark[PKI_QR_SIDE][PKI_QR_SIDE];
};

/** @text  of a frame: digits, capitals, " /". Fails: PKI_E_MEMORY; PKI_E_USAGE another text */
PKI_CHECKED bool pki_qr_draw(const char *text, struct pki_qr *qr, struct pki_error *err);

/** 23 lines of 45 half blocks: what is light is drawn, for a console whose ground is dark. */
void pki_qr_console(const struct pki_qr *qr, struct pki_buf *out);

/** The path of what is dark, one unit a module: <path d="..."/>. */
void pki_qr_path(const struct pki_qr *qr, struct pki_buf *out);

/** A picture of all frames, three in a row, each with its number. Fails: as pki_qr_draw */
PKI_CHECKED bool pki_qr_sheet(const struct pki_frames *frames, struct pki_buf *out,
                              struct pki_error *err);

#endif
