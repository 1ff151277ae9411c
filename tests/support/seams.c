/*
 * The seams as tests link them: facts come from the environment, key files
 * are cheap. Never part of a shipped tool.
 *
 *   CELLAR_TEST_NOW         the clock, as pki_time_parse reads it
 *   CELLAR_TEST_BUILD_DATE  the same for the build
 *   CELLAR_TEST_ROUNDS      rounds of key derivation; 1000
 *   CELLAR_TEST_INTERFACE   name of an interface that is up; none
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

bool pki_seam_interface_up(char name[64])
{
    const char *text = getenv("CELLAR_TEST_INTERFACE");

    (void)snprintf(name, 64, "%s", text ? text : "");
    return name[0] != 0;
}
