/*
 * Failing on purpose: the nth call that memory, disk and file names depend on
 * fails, for every n, and a duty has to come out whole or without a trace.
 *
 *   FAULT_EACH (nth) {
 *       fault_start(nth);
 *       bool done = pki_file_write_new(dir, "a", 0600, bytes, &err);
 *       fault_stop();
 *       CU_ASSERT_EQUAL(exists("a"), done);
 *   }
 *
 * The loop needs no count: it ends after the first round in which no call was
 * left to fail. Wrapped by the linker are malloc, calloc, realloc, strdup, write,
 * pwrite, pread, ftruncate, fsync, openat, linkat and renameat2, in calls from our
 * own objects only. A call fails once; those that follow succeed, so that cleaning
 * up is seen too (fault_start_for_good: they fail as well).
 * A test opts in with pki_fault_test in its CMakeLists.txt.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/** From now on, let the nth wrapped call fail; counts from 1. */
void fault_start(int nth);

/** The same, but nothing recovers: every call from the nth on fails. */
void fault_start_for_good(int nth);

/** Let every call through; also what a round of FAULT_EACH ends with. */
void fault_stop(void);

/** Whether the call asked for by the last fault_start was made, and failed. */
bool fault_happened(void);

/** For calls that the linker does not reach: whether this one has to fail; sets errno. */
bool fault_here(int reason);

/* Plumbing of the loop. */
bool fault_goes_on_(int nth);

#define FAULT_EACH(nth) for (int nth = 1; fault_goes_on_(nth); nth++)

#endif
