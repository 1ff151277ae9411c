/*
 * A page of HTML as booklets and reports are: one file, no script, nothing from
 * outside; its policy lets in the one style that is written here and nothing
 * else. It reads on a screen, light or dark, and on A4.
 *
 *   pki_page_begin(&out, "Report", "report");
 *   pki_html_in(&out, "<h1>", title, "</h1>\n");
 *   ...
 *   pki_page_end(&out);
 */
#ifndef PKI_CEREMONY_PAGE_H
#define PKI_CEREMONY_PAGE_H

#include "base/html.h"
#include "ceremony/frames.h"
#include "crypto/digest.h"

/** @kind  class of the body: "booklet" or "report" */
void pki_page_begin(struct pki_buf *out, const char *title, const char *kind);
void pki_page_end(struct pki_buf *out);

/** The QR code of a frame's text. */
void pki_page_code(struct pki_buf *out, const char *text);

/** A digest to be compared: hex, words, and the code of its frame. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_page_digest(struct pki_buf *out, const char *label, enum pki_frame_kind kind,
                                 const uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err);

/** Lines for name, date and signature of each. */
void pki_page_signatures(struct pki_buf *out, const char *const *roles, size_t n);

/** Write the page to a new file, .html, and say so. Fails: PKI_E_USAGE another name; PKI_E_EXISTS;
 *  PKI_E_IO */
PKI_CHECKED bool pki_page_write(const struct pki_buf *out, const char *to, bool dry_run,
                                struct pki_report *report, struct pki_error *err);

#endif
