/*
 * The few language extensions that Root Cellar's C is written with.
 *
 * Everything that is not plain C11 stands in this header, behind
 * __attribute__, __typeof__ or __extension__, so that the rest of the code
 * reads as ordinary C:
 *
 *   pki_auto(pki_cert) cert = NULL;      freed when the scope ends
 *   pki_scope(pki_buf) body = {0};       cleared when the scope ends
 *   pki_store_add(store, PKI_TAKE(row))  ownership moves, the name becomes NULL
 *
 * Cleanup runs in reverse order of declaration. There is no macro here that
 * returns, jumps or hides an error.
 */
#ifndef PKI_BASE_H
#define PKI_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result must be looked at: a failure that nobody sees is a lost signature. */
#define PKI_CHECKED __attribute__((__warn_unused_result__))

#define PKI_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))

#define PKI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Freed at scope exit: pki_auto(pki_cert) cert = NULL; */
#define pki_auto(type) __attribute__((__cleanup__(type##_cleanup_))) struct type *
#define PKI_DEFINE_AUTO(type)                                \
    static inline void type##_cleanup_(struct type **object) \
    {                                                        \
        type##_free(*object);                                \
    }

/* Cleared at scope exit: pki_scope(pki_buf) body = {0}; */
#define pki_scope(type) __attribute__((__cleanup__(type##_clear))) struct type

/* Hands an owned pointer over and leaves NULL behind, so that pki_auto does nothing. */
#define PKI_TAKE(pointer)                       \
    __extension__({                             \
        __typeof__(pointer) taken_ = (pointer); \
        (pointer) = NULL;                       \
        taken_;                                 \
    })

/* Bytes that somebody else owns; valid as long as their owner. */
struct pki_bytes {
    const uint8_t *data;
    size_t size;
};

#endif
