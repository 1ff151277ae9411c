/*
 * What every unit test is written with, over CUnit.
 *
 *   EXPECT_OK(pki_cert_parse(der, &cert, &err), err);
 *   EXPECT_FAILS(pki_cert_parse(torn, &cert, &err), err, PKI_E_FORMAT);
 *
 * EXPECT_FAILS also checks that the text is there, lower case at its start and
 * without a full stop at its end. Both clear err for the next call.
 */
#ifndef TEST_H
#define TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "pki/error.h"

#define EXPECT_OK(call, err)                                                        \
    do {                                                                            \
        bool done_ = (call);                                                        \
        if (!done_)                                                                 \
            (void)fprintf(stderr, "\n%s:%d: %s\n", __FILE__, __LINE__, (err).text); \
        CU_ASSERT_FATAL(done_);                                                     \
        (void)memset(&(err), 0, sizeof(err));                                       \
    } while (0)

#define EXPECT_FAILS(call, err, expected)                      \
    do {                                                       \
        CU_ASSERT_FALSE_FATAL(call);                           \
        test_failure_is(&(err), expected, __FILE__, __LINE__); \
        test_last = (err);                                     \
        (void)memset(&(err), 0, sizeof(err));                  \
    } while (0)

/* The error that the last EXPECT_FAILS saw, to look at its text. */
extern struct pki_error test_last;
#define EXPECT_TEXT(part) CU_ASSERT_PTR_NOT_NULL(test_text_holds(part))

void test_failure_is(const struct pki_error *err, enum pki_code expected, const char *file,
                     int line);
const char *test_text_holds(const char *part);

/** Runs the suites and prints CUnit's summary; the value is main's. */
int test_run(CU_SuiteInfo *suites);

/** The file's bytes, malloc'd; ends the test where it cannot be read. */
uint8_t *test_load(const char *path, size_t *size);

/** Octets from a fixture of hex with # comments; malloc'd. */
uint8_t *test_load_hex(const char *path, size_t *size);

/** A fresh directory, removed with all in it when the process ends. */
const char *test_directory(void);

#endif
