/* One entry for libFuzzer and for replay.c: the input is hostile, nothing may happen. */
#ifndef FUZZ_H
#define FUZZ_H

#include "pki/error.h"

/* libFuzzer gives the name. NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
