/*
 * The 1024 words in which shares of a secret are written (SLIP-0039). Ten bits
 * a word. A word is known by its first four letters.
 */
#ifndef PKI_BASE_SHARE_WORDS_H
#define PKI_BASE_SHARE_WORDS_H

#include "pki/base.h"

#define PKI_SHARE_WORDS       1024
#define PKI_SHARE_WORD_MAX    8 /* letters */
#define PKI_SHARE_WORD_PREFIX 4

const char *pki_share_word(unsigned number);

/** The number of a whole word, in any case; -1: not in the list. Its time does not depend on which
 *  word it is. */
int pki_share_word_find(const char *word, size_t length);

/** The length of the first word at or after *at, which is moved to it; 0: no word is left. */
size_t pki_share_word_next(const char *text, size_t size, size_t *at);

/** The word that begins with the same four letters; -1: none. What somebody meant who mistyped. */
int pki_share_word_near(const char *word, size_t length);

#endif
