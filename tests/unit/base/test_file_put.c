#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file_private.h"
#include "test.h"

#define PIECE  ((size_t)48 * 1024) /* no divisor of the chunks that are moved */
#define PIECES 20

static int here(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = open(test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static struct pki_file *new_file(const char *name)
{
    struct pki_error err = {0};
    struct pki_file *file = NULL;

    EXPECT_OK(pki_file_create(here(), name, 0644, &file, &err), err);
    return file;
}

static void expect_content(const char *name, const char *text)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) found = {0};

    EXPECT_OK(pki_file_read(here(), name, 1000, &found, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&found), bytes_of(text)));
}

static void test_pieces_are_put_in_any_order(void)
{
    pki_auto(pki_file) file = new_file("pieces");
    struct pki_error err = {0};
    struct stat status;
    uint8_t room[4];

    EXPECT_OK(pki_file_put(file, 4, bytes_of("list"), &err), err);
    EXPECT_OK(pki_file_put(file, 0, bytes_of("the "), &err), err);
    EXPECT_OK(pki_file_put(file, 8, bytes_of(""), &err), err);
    EXPECT_OK(pki_file_get(file, 2, room, sizeof(room), &err), err);
    CU_ASSERT_EQUAL(memcmp(room, "e li", sizeof(room)), 0);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    CU_ASSERT_PTR_NULL(file);
    expect_content("pieces", "the list");
    CU_ASSERT_EQUAL_FATAL(fstatat(here(), "pieces", &status, 0), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0644);
}

static void test_reading_beyond_the_end_fails(void)
{
    pki_auto(pki_file) file = new_file("short");
    struct pki_error err = {0};
    uint8_t room[8];

    EXPECT_OK(pki_file_put(file, 0, bytes_of("abcd"), &err), err);
    EXPECT_FAILS(pki_file_get(file, 1, room, 4, &err), err, PKI_E_IO);
    EXPECT_TEXT("short: is shorter than what was written to it");
}

static void fill(uint8_t piece[PIECE], size_t n)
{
    for (size_t i = 0; i < PIECE; i++)
        piece[i] = (uint8_t)(i * 31 + n * 7 + i / 251);
}

static bool piece_is(struct pki_bytes all, size_t n)
{
    uint8_t piece[PIECE];

    fill(piece, n);
    return memcmp(all.data + n * PIECE, piece, PIECE) == 0;
}

static void test_pulling_moves_everything_to_the_front(void)
{
    pki_auto(pki_file) file = new_file("moved");
    struct pki_error err = {0};
    struct pki_bytes found = {0};
    uint8_t piece[PIECE];

    for (size_t n = 0; n < PIECES; n++) {
        fill(piece, n);
        EXPECT_OK(pki_file_put(file, 5 + n * PIECE, (struct pki_bytes){piece, PIECE}, &err), err);
    }
    EXPECT_OK(pki_file_pull(file, 5, &err), err);
    EXPECT_OK(pki_file_pull(file, 0, &err), err);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    EXPECT_OK(pki_file_map(here(), "moved", PIECES * PIECE, &found, &err), err);
    CU_ASSERT_EQUAL_FATAL(found.size, PIECES * PIECE);
    for (size_t n = 0; n < PIECES; n++)
        CU_ASSERT_TRUE(piece_is(found, n));
    pki_file_unmap(&found);
}

static void test_what_was_put_can_be_seen_before_it_has_a_name(void)
{
    pki_auto(pki_file) file = new_file("unseen");
    struct pki_error err = {0};
    struct pki_bytes seen = {0};

    EXPECT_OK(pki_file_put(file, 0, bytes_of("abcd"), &err), err);
    EXPECT_OK(pki_file_view(file, &seen, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(seen, bytes_of("abcd")));
    CU_ASSERT_EQUAL(faccessat(here(), "unseen", F_OK, 0), -1);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(seen, bytes_of("abcd")));
    pki_file_unmap(&seen);
}

static void test_a_taken_name_is_not_overwritten(void)
{
    pki_auto(pki_file) first = new_file("taken");
    pki_auto(pki_file) second = new_file("taken");
    struct pki_error err = {0};

    EXPECT_OK(pki_file_put(first, 0, bytes_of("first"), &err), err);
    EXPECT_OK(pki_file_put(second, 0, bytes_of("second"), &err), err);
    EXPECT_OK(pki_file_commit(&first, &err), err);
    EXPECT_FAILS(pki_file_commit(&second, &err), err, PKI_E_EXISTS);
    expect_content("taken", "first");
}

static void test_a_full_disk_leaves_nothing(void)
{
    pki_auto(pki_file) file = new_file("full");
    struct pki_error err = {0};
    struct rlimit before;
    uint8_t piece[PIECE] = {0};

    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &(struct rlimit){PIECE / 2, before.rlim_max}), 0);
    EXPECT_FAILS(pki_file_put(file, 0, (struct pki_bytes){piece, PIECE}, &err), err, PKI_E_IO);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_TEXT("full: cannot be written");
    pki_file_free(PKI_TAKE(file));
    CU_ASSERT_EQUAL(faccessat(here(), "full", F_OK, 0), -1);
}

static void test_a_commit_over_a_file_replaces_it(void)
{
    pki_auto(pki_file) file = new_file("changed");
    struct pki_error err = {0};

    EXPECT_OK(pki_file_put(file, 0, bytes_of("abcd"), &err), err);
    EXPECT_OK(pki_file_commit_over(&file, &err), err);
    file = new_file("changed");
    EXPECT_OK(pki_file_put(file, 0, bytes_of("efgh"), &err), err);
    EXPECT_OK(pki_file_commit_over(&file, &err), err);
    expect_content("changed", "efgh");
}

static uint64_t sum_of(const struct pki_file *file)
{
    struct pki_error err = {0};
    uint64_t sum = 0;

    EXPECT_OK(pki_file_checksum(file, &sum, &err), err);
    return sum;
}

/* What the read-back compares. */
static void test_any_changed_octet_changes_the_checksum(void)
{
    pki_auto(pki_file) file = new_file("sum");
    struct pki_error err = {0};
    uint8_t octets[21] = {0};

    EXPECT_OK(pki_file_put(file, 0, (struct pki_bytes){octets, sizeof(octets)}, &err), err);
    uint64_t zeros = sum_of(file);
    for (size_t i = 0; i < sizeof(octets) * 8; i++) {
        uint8_t octet = (uint8_t)(1u << i % 8);
        EXPECT_OK(pki_file_put(file, i / 8, (struct pki_bytes){&octet, 1}, &err), err);
        CU_ASSERT_NOT_EQUAL(sum_of(file), zeros);
        octet = 0;
        EXPECT_OK(pki_file_put(file, i / 8, (struct pki_bytes){&octet, 1}, &err), err);
    }
    CU_ASSERT_EQUAL(sum_of(file), zeros);
    EXPECT_OK(pki_file_put(file, sizeof(octets), (struct pki_bytes){octets, 1}, &err), err);
    CU_ASSERT_NOT_EQUAL(sum_of(file), zeros);
}

/* What a share's file passes through on its way back from the medium, seen by a thread whose stack
   is ours to look at afterwards. */
static const char words[] =
    "yoga academic tenant friar satoshi academic acrobat romp tidy gather category smoking";

static void *put_and_commit(void *unused)
{
    pki_auto(pki_file) file = new_file("words");
    struct pki_error err = {0};

    EXPECT_OK(pki_file_put(file, 0, bytes_of(words), &err), err);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    return unused;
}

static void test_what_was_read_back_does_not_stay_on_the_stack(void)
{
    static _Alignas(4096) uint8_t stack[1024 * 1024];
    pthread_attr_t attributes;
    pthread_t thread;

    CU_ASSERT_EQUAL_FATAL(pthread_attr_init(&attributes), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_attr_setstack(&attributes, stack, sizeof(stack)), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, &attributes, put_and_commit, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    expect_content("words", words);
    for (size_t at = 0; at + 8 <= strlen(words); at++)
        CU_ASSERT_PTR_NULL(memmem(stack, sizeof(stack), words + at, 8));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"pieces are put in any order", test_pieces_are_put_in_any_order},
        {"reading beyond the end fails", test_reading_beyond_the_end_fails},
        {"pulling moves everything to the front", test_pulling_moves_everything_to_the_front},
        {"what was put can be seen before it has a name",
         test_what_was_put_can_be_seen_before_it_has_a_name},
        {"a taken name is not overwritten", test_a_taken_name_is_not_overwritten},
        {"a full disk leaves nothing", test_a_full_disk_leaves_nothing},
        {"a commit over a file replaces it", test_a_commit_over_a_file_replaces_it},
        {"any changed octet changes the checksum", test_any_changed_octet_changes_the_checksum},
        {"what was read back does not stay on the stack",
         test_what_was_read_back_does_not_stay_on_the_stack},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "file put", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
