#include "ceremony/frames.h"

#include "ceremony/qr.h"
#include "test.h"

static const uint8_t octets[PKI_FRAMES_MAX * PKI_FRAME_OCTETS + 1] = {1, 2, 3};

static void split(enum pki_frame_kind kind, size_t size, struct pki_frames *frames)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_frames_split(kind, (struct pki_bytes){octets, size}, frames, &err), err);
}

static bool take(struct pki_frames_back *back, const char *line, struct pki_error *err)
{
    return pki_frames_take(back, "f", (struct pki_bytes){(const uint8_t *)line, strlen(line)}, err);
}

static void test_what_was_split_is_joined_in_any_order(void)
{
    static const size_t sizes[] = {1, 54, 55, 56, 110, 480, sizeof(octets) - 1};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(sizes); i++) {
        struct pki_frames frames = {.n = 0};
        struct pki_frames_back back = {.of = 0};
        pki_scope(pki_buf) whole = {0};
        split(PKI_FRAME_CRL, sizes[i], &frames);
        CU_ASSERT_EQUAL(frames.n, (sizes[i] + PKI_FRAME_OCTETS - 1) / PKI_FRAME_OCTETS);
        for (size_t n = frames.n; n-- > 0;)
            EXPECT_OK(take(&back, frames.texts[n], &err), err);
        EXPECT_OK(take(&back, frames.texts[0], &err), err);
        EXPECT_OK(pki_frames_join(&back, &whole, &err), err);
        CU_ASSERT_EQUAL(back.kind, PKI_FRAME_CRL);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&whole), (struct pki_bytes){octets, sizes[i]}));
    }
}

static void test_nothing_and_too_much_are_refused(void)
{
    struct pki_frames frames = {.n = 0};
    struct pki_frames_back back = {.of = 0};
    pki_scope(pki_buf) whole = {0};
    struct pki_error err = {0};

    EXPECT_FAILS(
        pki_frames_split(PKI_FRAME_CRL, (struct pki_bytes){octets, sizeof(octets)}, &frames, &err),
        err, PKI_E_USAGE);
    EXPECT_FAILS(pki_frames_split(PKI_FRAME_CRL, (struct pki_bytes){octets, 0}, &frames, &err), err,
                 PKI_E_USAGE);
    EXPECT_FAILS(pki_frames_join(&back, &whole, &err), err, PKI_E_FORMAT);
}

/* Every single character, changed to another, is found. */
static void test_a_changed_character_is_found(void)
{
    struct pki_frames frames = {.n = 0};
    struct pki_error err = {0};

    split(PKI_FRAME_CERTIFICATE, 120, &frames);
    for (char *at = frames.texts[1]; *at; at++) {
        struct pki_frames_back back = {.of = 0};
        char was = *at;
        *at = was == 'A' ? 'B' : 'A';
        EXPECT_FAILS(take(&back, frames.texts[1], &err), err, PKI_E_FORMAT);
        *at = was;
    }
}

static void test_what_is_missing_or_of_another_is_named(void)
{
    struct pki_frames one = {.n = 0};
    struct pki_frames other = {.n = 0};
    struct pki_frames_back back = {.of = 0};
    pki_scope(pki_buf) whole = {0};
    struct pki_error err = {0};

    split(PKI_FRAME_CERTIFICATE, 300, &one);
    split(PKI_FRAME_REQUEST, 300, &other);
    CU_ASSERT_STRING_NOT_EQUAL(one.digest, other.digest);
    EXPECT_OK(take(&back, one.texts[1], &err), err);
    EXPECT_OK(take(&back, one.texts[4], &err), err);
    EXPECT_FAILS(take(&back, other.texts[0], &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("f:1: frame 1/6 of CSR");
    EXPECT_FAILS(pki_frames_join(&back, &whole, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("missing: 1, 3, 4, 6");
    CU_ASSERT_EQUAL(whole.size, 0);
}

/* What is in frames that nobody would make; the checks at their ends are right. */
static void test_odd_lines_are_refused(void)
{
    static const struct {
        const char *line, *text;
    } rows[] = {
        {"hello", "f:1: this is no frame"},
        {"RC1 CERT 1/1 MTWGMSEW  UUEI", "no frame"},
        {"RC1 CERT 1/1 MTWGMSEW GA UUEI ", "damaged"},
        {"RC2 CERT 1/1 MTWGMSEW GA UUEI", "no frame"},
        {"\nRC1 CERT 1/1 MTWGMSEW GA", "f:2: this is no frame"},
        {"RC1 CERT 1/1 MTWGMSEW GA UUEI X", "no frame"},
        {"rc1 CERT 1/1 MTWGMSEW GA UUEI", "no frame"},
    };
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct pki_frames_back back = {.of = 0};
        EXPECT_FAILS(take(&back, rows[i].line, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(rows[i].text);
    }
}

static void test_a_scanner_may_say_what_it_read(void)
{
    struct pki_frames frames = {.n = 0};
    struct pki_frames_back back = {.of = 0};
    pki_scope(pki_buf) whole = {0};
    struct pki_error err = {0};
    char line[PKI_FRAME_TEXT + 20];

    split(PKI_FRAME_HEAD, 32, &frames);
    (void)snprintf(line, sizeof(line), "\n\r\nQR-Code:%s \r\n", frames.texts[0]);
    EXPECT_OK(take(&back, line, &err), err);
    EXPECT_OK(pki_frames_join(&back, &whole, &err), err);
    CU_ASSERT_EQUAL(whole.size, 32);
}

static void test_a_code_fits_a_console(void)
{
    struct pki_frames frames = {.n = 0};
    pki_scope(pki_buf) text = {0};
    struct pki_error err = {0};
    struct pki_qr qr;
    size_t lines = 0;

    split(PKI_FRAME_REQUEST, sizeof(octets) - 1, &frames);
    EXPECT_OK(pki_qr_draw(frames.texts[PKI_FRAMES_MAX - 2], &qr, &err), err);
    pki_qr_console(&qr, &text);
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    CU_ASSERT_EQUAL(lines, 23);
    EXPECT_FAILS(pki_qr_draw("small letters", &qr, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what was split is joined in any order", test_what_was_split_is_joined_in_any_order},
        {"nothing and too much are refused", test_nothing_and_too_much_are_refused},
        {"a changed character is found", test_a_changed_character_is_found},
        {"what is missing or of another is named", test_what_is_missing_or_of_another_is_named},
        {"odd lines are refused", test_odd_lines_are_refused},
        {"a scanner may say what it read", test_a_scanner_may_say_what_it_read},
        {"a code fits a console", test_a_code_fits_a_console},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"frames", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
