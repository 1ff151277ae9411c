/*
 * The seams as tests link them: facts come from the environment, key files
 * are cheap. Never part of a shipped tool.
 *
 *   CELLAR_TEST_NOW         the clock, as pki_time_parse reads it
 *   CELLAR_TEST_BUILD_DATE  the same for the build
 *   CELLAR_TEST_ROUNDS      rounds of key derivation; 1000
 *   CELLAR_TEST_ROOM        a directory with proc and sys; tests/fixtures/rooms/quiet
 *   CELLAR_TEST_FREE        octets that can still be written; plenty
 */
#include "ops/seams.h"

#include "pki/time.h"

static int64_t read_time(const char *variable, int64_t otherwise)
{
    const char *text = getenv(variable);
    struct pki_error err = {0};
    int64_t seconds = otherwise;

    if (text && !pki_time_parse(text, &seconds, &err)) {
        fprintf(stderr, "%s: %s\n", variable, err.text);
        exit(1);
    }
    return seconds;
}

int64_t pki_seam_now(void)
{
    return read_time("CELLAR_TEST_NOW", (int64_t)time(NULL));
}

int64_t pki_seam_build_date(void)
{
    return read_time("CELLAR_TEST_BUILD_DATE", 0);
}

unsigned pki_seam_rounds(void)
{
    const char *text = getenv("CELLAR_TEST_ROUNDS");

    return text ? (unsigned)strtoul(text, NULL, 10) : 1000;
}

const char *pki_seam_root(void)
{
    const char *text = getenv("CELLAR_TEST_ROOM");

    return text ? text : FIXTURES "/rooms/quiet";
}

int64_t pki_seam_free(const char *directory)
{
    const char *text = getenv("CELLAR_TEST_FREE");

    (void)directory;
    return text ? (int64_t)strtoll(text, NULL, 10) : INT64_MAX;
}
