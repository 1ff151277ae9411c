/*
 * Text inside a page: HTML and the SVG in it. What surrounds it, and the page's
 * policy and style, is ceremony/page.h.
 */
#ifndef PKI_BASE_HTML_H
#define PKI_BASE_HTML_H

#include "pki/report.h"
#include "base/buf.h"

/** Text from anywhere between tags or in a quoted attribute: hidden characters are spelled out as
 *  \XX, then what means something to HTML is escaped. */
void pki_html_text(struct pki_buf *out, const char *text);
/** The same between two pieces of markup of ours. */
void pki_html_in(struct pki_buf *out, const char *before, const char *text, const char *after);

/**
 * A report as sections, lists and tables: what paper has, but no drawing in characters.
 *
 * Fails: as pki_report_ok
 */
PKI_CHECKED bool pki_report_to_html(const struct pki_report *report, struct pki_buf *out,
                                    struct pki_error *err);

#endif
