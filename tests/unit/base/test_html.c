#include "base/html.h"

#include "test.h"

static bool is(const struct pki_buf *out, const char *text)
{
    if (pki_bytes_equal(pki_buf_view(out), (struct pki_bytes){(const uint8_t *)text, strlen(text)}))
        return true;
    (void)fprintf(stderr, "\n%.*s\n", (int)out->size, (const char *)out->data);
    return false;
}

static void test_text_is_escaped_and_hidden_characters_spelled_out(void)
{
    pki_scope(pki_buf) out = {0};

    pki_html_in(&out, "<p>", "<b a=\"x\">&amp;\x1b[2J\xe2\x80\xae", "</p>");
    CU_ASSERT_TRUE(is(&out, "<p>&lt;b a=&quot;x&quot;&gt;&amp;amp;\\1B[2J\\E2\\80\\AE</p>"));
}

static void test_a_report_becomes_lists_tables_and_notes(void)
{
    pki_auto(pki_report) report = pki_report_new();
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};

    pki_report_text(report, "Name", "%s", "<x>");
    struct pki_report *table = pki_report_table(report, "Rows");
    struct pki_report *row = pki_report_row(table);
    pki_report_integer(row, "No", 1);
    row = pki_report_row(table);
    pki_report_toned(row, "Only here", PKI_TONE_BAD, "%s", "&");
    pki_report_note(report, "Verdict", PKI_TONE_GOOD, "Well.");
    EXPECT_OK(pki_report_to_html(report, &out, &err), err);
    CU_ASSERT_TRUE(is(&out,
                      "<dl>\n<dt>Name</dt><dd class=\"plain\">&lt;x&gt;</dd>\n</dl>\n"
                      "<h2>Rows</h2>\n<div class=\"wide\"><table>\n<thead><tr>"
                      "<th scope=\"col\">No</th><th scope=\"col\">Only here</th></tr></thead>\n"
                      "<tbody>\n<tr><td class=\"plain short\">1</td><td></td></tr>\n"
                      "<tr><td></td><td class=\"bad short\">&amp;</td></tr>\n"
                      "</tbody>\n</table></div>\n<p class=\"good\">Well.</p>\n"));
}

static void test_what_paper_does_not_have_is_left_out_with_its_heading(void)
{
    pki_auto(pki_report) report = pki_report_new();
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};

    pki_report_verbatim(pki_report_block(report, "Timeline"), "Timeline", "|==|");
    pki_report_readers(report, PKI_FOR_JSON);
    pki_report_text(report, "Machine", "%s", "1");
    EXPECT_OK(pki_report_to_html(report, &out, &err), err);
    CU_ASSERT_EQUAL(out.size, 0);
    EXPECT_FAILS(pki_report_to_html(NULL, &out, &err), err, PKI_E_MEMORY);
}

static void test_rows_that_hold_blocks_become_blocks(void)
{
    pki_auto(pki_report) report = pki_report_new();
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};
    struct pki_report *row = pki_report_row(pki_report_table(report, "Rows"));

    pki_report_text(pki_report_block(row, "Inner"), "Value", "%s", "1");
    EXPECT_OK(pki_report_to_html(report, &out, &err), err);
    CU_ASSERT_TRUE(is(&out, "<h2>Rows</h2>\n<h3>Inner</h3>\n<dl>\n<dt>Value</dt>"
                            "<dd class=\"plain\">1</dd>\n</dl>\n"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"text is escaped, hidden characters spelled out",
         test_text_is_escaped_and_hidden_characters_spelled_out},
        {"a report becomes lists, tables and notes", test_a_report_becomes_lists_tables_and_notes},
        {"what paper does not have is left out with its heading",
         test_what_paper_does_not_have_is_left_out_with_its_heading},
        {"rows that hold blocks become blocks", test_rows_that_hold_blocks_become_blocks},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "html", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
