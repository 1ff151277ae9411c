/*
 * Keys of tests/fixtures/keys, as DER.
 */
#ifndef KEY_FIXTURE_H
#define KEY_FIXTURE_H

#include "base/text.h"
#include "test.h"

/* The one block of a PEM file. */
static inline void fixture_pem(const char *name, struct pki_buf *der)
{
    char path[256];
    size_t size = 0;
    struct pki_error err = {0};
    pki_scope(pki_buf) base64 = {0};

    (void)snprintf(path, sizeof(path), FIXTURES "/keys/%s.pem", name);
    char *text = (char *)test_load(path, &size);
    char *at = strchr(text, '\n');
    const char *end = strstr(text, "\n-----END");
    CU_ASSERT_FATAL(at && end && at < end);
    for (; at < end; at++)
        if (*at != '\n')
            pki_buf_byte(&base64, (uint8_t)*at);
    EXPECT_OK(pki_base64_parse(pki_buf_view(&base64), der, &err), err);
    free(text);
}

#endif
