#include "ceremony/booklet.h"

#include "ceremony_fixture.h"

static void build(const char *part, const char *instead, struct pki_booklet **booklet)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_script_parse("s", fixture_bytes(fixture_script(part, instead)), &script, &err),
              err);
    EXPECT_OK(pki_booklet_build(script, booklet, &err), err);
}

static bool holds(const struct pki_buf *out, const char *text)
{
    return memmem(out->data, out->size, text, strlen(text)) != NULL;
}

static size_t count(const struct pki_booklet *booklet, enum pki_booklet_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < booklet->n; i++)
        n += booklet->parts[i].kind == kind;
    return n;
}

static void test_each_step_has_boxes_and_the_script_its_digest(void)
{
    pki_auto(pki_booklet) booklet = NULL;
    pki_scope(pki_buf) out = {0};

    build("", "", &booklet);
    CU_ASSERT_EQUAL(count(booklet, PKI_BOOKLET_STEP), 8);
    CU_ASSERT_EQUAL(count(booklet, PKI_BOOKLET_INITIALS), 8);
    CU_ASSERT_EQUAL(count(booklet, PKI_BOOKLET_COMMAND), 3);
    pki_booklet_text(booklet, &out);
    CU_ASSERT_TRUE(holds(&out, "\n    $ cellar rotate prod code-signing\n"));
    CU_ASSERT_TRUE(holds(&out, "Typed                 Test Prod Code Signing CA G2\n"));
    CU_ASSERT_TRUE(holds(&out, "SHA-256               5d41 402a bc4b")); /* of a material */
    CU_ASSERT_TRUE(holds(&out, "[ ] three\n"));
    CU_ASSERT_TRUE(holds(&out, "2 present, 1 acting; not the same person as administrator"));
    CU_ASSERT_TRUE(holds(&out, "exception sheet, then the next step"));
    CU_ASSERT_TRUE(holds(&out, "Stop the ceremony     interfaces, routes, radios, swap, debugger"));
    CU_ASSERT_TRUE(holds(&out, "Are noted             core_pattern, media, image\n"));
    CU_ASSERT_TRUE(holds(&out, "Second clock          within 60 s\n"));
    CU_ASSERT_TRUE(holds(&out, "Only if               clock is confirmed, network is absent"));
}

static void test_html_shows_tags_of_a_script_as_text(void)
{
    pki_auto(pki_booklet) booklet = NULL;
    pki_scope(pki_buf) out = {0};

    build("title: Rotate", "title: \"<b onclick='x'>&amp;\\\"</b>\"", &booklet);
    pki_booklet_html(booklet, &out);
    CU_ASSERT_TRUE(holds(&out, "&lt;b onclick='x'&gt;&amp;amp;&quot;&lt;/b&gt;"));
    CU_ASSERT_FALSE(holds(&out, "<b "));
}

static void test_equal_scripts_are_equal_bytes(void)
{
    struct pki_buf pdfs[2] = {{0}, {0}};
    struct pki_error err = {0};

    for (size_t i = 0; i < 2; i++) {
        pki_auto(pki_booklet) booklet = NULL;
        build("", "", &booklet);
        EXPECT_OK(pki_booklet_pdf(booklet, &pdfs[i], &err), err);
    }
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&pdfs[0]), pki_buf_view(&pdfs[1])));
    CU_ASSERT_EQUAL(memcmp(pdfs[0].data, "%PDF-", 5), 0);
    CU_ASSERT_FALSE(holds(&pdfs[0], "CreationDate"));
    CU_ASSERT_TRUE(holds(&pdfs[0], "cellar rotate prod code-signing"));
    pki_buf_clear(&pdfs[0]);
    pki_buf_clear(&pdfs[1]);
}

static void test_pdf_has_western_letters_and_refuses_others(void)
{
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};

    {
        pki_auto(pki_booklet) booklet = NULL;
        build("title: Rotate", "title: Schlüssel – “größer” als 5 €", &booklet);
        EXPECT_OK(pki_booklet_pdf(booklet, &out, &err), err);
        CU_ASSERT_TRUE(holds(&out, "Schl\xfcssel \x96 \x93gr\xf6\xdf"
                                   "er\x94 als 5 \x80") ||
                       holds(&out, "Schl\\374ssel \\226 \\223gr\\366\\337er\\224 als 5 \\200"));
    }
    pki_auto(pki_booklet) booklet = NULL;
    build("title: Rotate", "title: 鍵", &booklet);
    EXPECT_FAILS(pki_booklet_pdf(booklet, &out, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("no character U+9375: print it as .html");
}

static void test_texts_of_any_length_stay_on_their_pages(void)
{
    static char longest[6000];
    pki_auto(pki_booklet) booklet = NULL;
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) pdf = {0};
    struct pki_error err = {0};

    snprintf(longest, sizeof(longest), "title: ");
    memset(longest + 7, 'x', sizeof(longest) - 8);
    build("title: Rotate", longest, &booklet);
    pki_booklet_text(booklet, &text);
    CU_ASSERT_TRUE(holds(&text, "xxxxxxxx"));
    EXPECT_OK(pki_booklet_pdf(booklet, &pdf, &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each step has boxes and the script its digest",
         test_each_step_has_boxes_and_the_script_its_digest},
        {"HTML shows tags of a script as text", test_html_shows_tags_of_a_script_as_text},
        {"equal scripts are equal bytes", test_equal_scripts_are_equal_bytes},
        {"PDF has Western letters and refuses others",
         test_pdf_has_western_letters_and_refuses_others},
        {"texts of any length stay on their pages", test_texts_of_any_length_stay_on_their_pages},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "booklet", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
