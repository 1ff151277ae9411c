/*
 * Text from outside made safe, and bytes written as text.
 */
#ifndef PKI_BASE_TEXT_H
#define PKI_BASE_TEXT_H

#include "base/buf.h"

/**
 * Append text from outside so that it can be printed: printable UTF-8 stays,
 * everything else (controls, C1, DEL, bidirectional marks, zero-width, private
 * and unassigned code points that hide, invalid UTF-8) becomes \XX per byte.
 */
void pki_text_safe(struct pki_buf *buf, struct pki_bytes text);

/** The same in place and of bounded size, for fixed buffers: bad bytes become '?'. */
void pki_text_tame(char *text);

/** Append a word as it is typed into a shell: as it is, or in single quotes. */
void pki_text_shell(struct pki_buf *buf, const char *word);

/** [a-z0-9-], 1 to 40 characters, letter or digit first and last: environments, purposes, roots. */
bool pki_text_is_name(const char *text);

void pki_hex(struct pki_buf *buf, struct pki_bytes bytes);
/** Hex in groups of four, lower case, separated by one space. */
void pki_hex_grouped(struct pki_buf *buf, struct pki_bytes bytes);
/** Reads hex with optional ':' or ' ' between octets. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_hex_parse(const char *text, struct pki_buf *bytes, struct pki_error *err);

void pki_base64(struct pki_buf *buf, struct pki_bytes bytes);
/** Strict RFC 4648: no white space, canonical padding. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_base64_parse(struct pki_bytes text, struct pki_buf *bytes,
                                  struct pki_error *err);

/** RFC 4648 6 in capitals, without padding: what a QR code holds most densely. */
void pki_base32(struct pki_buf *buf, struct pki_bytes bytes);
/** Strict: capitals only, no padding, unused bits zero. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_base32_parse(struct pki_bytes text, struct pki_buf *bytes,
                                  struct pki_error *err);

/** PGP words, alternating two- and three-syllable lists; separated by one space. */
void pki_words(struct pki_buf *buf, struct pki_bytes bytes);
/** Reads words in any case, separated by white space. Fails: PKI_E_USAGE names the word. */
PKI_CHECKED bool pki_words_parse(const char *text, struct pki_buf *bytes, struct pki_error *err);
/** A SHA-256 as words, or as the hex digits that sha256sum prints. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_words_sha256(const char *text, uint8_t sha256[32], struct pki_error *err);

#endif
