#include "test.h"

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>

struct pki_error test_last;

void test_failure_is(const struct pki_error *err, enum pki_code expected, const char *file,
                     int line)
{
    size_t length = strlen(err->text);
    bool good = err->code == expected && length > 0 && err->text[length - 1] != '.' &&
                err->text[length - 1] != '\n';

    if (!good)
        fprintf(stderr, "\n%s:%d: code %s, expected %s: %s\n", file, line, pki_code_name(err->code),
                pki_code_name(expected), err->text);
    CU_ASSERT_TRUE(good);
}

const char *test_text_holds(const char *part)
{
    const char *found = strstr(test_last.text, part);

    if (!found)
        fprintf(stderr, "\n\"%s\" is not in \"%s\"\n", part, test_last.text);
    return found;
}

int test_run(CU_SuiteInfo *suites)
{
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
        return 1;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    unsigned run = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failures > 0 || run == 0;
}

uint8_t *test_load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    size_t capacity = 1 << 16;
    uint8_t *data = malloc(capacity + 1);
    size_t used = 0;
    while (data) {
        used += fread(data + used, 1, capacity - used, file);
        if (used < capacity)
            break;
        capacity *= 2;
        data = realloc(data, capacity + 1);
    }
    fclose(file);
    if (!data)
        exit(1);
    data[used] = 0;
    *size = used;
    return data;
}

static int digit(int c)
{
    return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

uint8_t *test_load_hex(const char *path, size_t *size)
{
    uint8_t *text = test_load(path, size);
    size_t used = 0;
    int high = -1;

    for (size_t i = 0; i < *size; i++) {
        if (text[i] == '#')
            while (i < *size && text[i] != '\n')
                i++;
        if (i >= *size || !isxdigit(text[i]))
            continue;
        if (high < 0) {
            high = digit(text[i]);
            continue;
        }
        text[used++] = (uint8_t)(high << 4 | digit(text[i]));
        high = -1;
    }
    *size = used;
    return text;
}

static char directory[] = "/tmp/cellar-test-XXXXXX";
static bool made;

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_directory(void)
{
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_directory(void)
{
    if (made)
        return directory;
    if (!mkdtemp(directory)) {
        fprintf(stderr, "%s: %s\n", directory, strerror(errno));
        exit(1);
    }
    made = true;
    atexit(remove_directory);
    return directory;
}
