/*
 * DER as text for golden files: one element a line, indented, object
 * identifiers with their names.
 */
#ifndef DER_TEXT_H
#define DER_TEXT_H

#include "base/buf.h"

/** Append the element and all inside it; asserts that it is DER. */
void der_text(struct pki_bytes der, struct pki_buf *text);

#endif
