#include "base/yaml.h"

#include "test.h"

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static const char example[] = "# a comment\n"
                              "title: Example Corp   # trailing\n"
                              "number: 0012\n"
                              "truth: \"yes\"\n"
                              "empty:\n"
                              "inner:\n"
                              "  key: 'it''s'\n"
                              "  deep:\n"
                              "    x: http://a.example/{authority}.crl\n"
                              "list:\n"
                              "- one\n"
                              "- two: 2\n";

static void test_yaml_every_scalar_is_text(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of(example), &yaml, &err), err);
    struct pki_yaml_node *root = pki_yaml_root(yaml);
    EXPECT_OK(pki_yaml_text(root, "title", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "Example Corp");
    EXPECT_OK(pki_yaml_text(root, "number", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "0012");
    EXPECT_OK(pki_yaml_text(root, "truth", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "yes");
    EXPECT_OK(pki_yaml_text(root, "empty", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "");
}

static void test_yaml_maps_nest(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    struct pki_yaml_node *inner = NULL;
    struct pki_yaml_node *deep = NULL;
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of(example), &yaml, &err), err);
    EXPECT_OK(pki_yaml_map(pki_yaml_root(yaml), "inner", &inner, &err), err);
    EXPECT_OK(pki_yaml_text(inner, "key", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "it's");
    EXPECT_OK(pki_yaml_map_optional(inner, "deep", &deep, &err), err);
    EXPECT_OK(pki_yaml_text(deep, "x", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "http://a.example/{authority}.crl");
    EXPECT_OK(pki_yaml_done(inner, &err), err);
}

static void test_yaml_entries_come_in_file_order(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    struct pki_yaml_node *list = NULL;
    struct pki_yaml_node *entry = NULL;
    const char *key = "";
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of(example), &yaml, &err), err);
    struct pki_yaml_node *root = pki_yaml_root(yaml);
    CU_ASSERT_EQUAL(pki_yaml_count(root), 6);
    EXPECT_OK(pki_yaml_entry(root, 4, &key, &entry, &err), err);
    CU_ASSERT_STRING_EQUAL(key, "inner");
    EXPECT_OK(pki_yaml_list_optional(root, "list", &list, &err), err);
    CU_ASSERT_EQUAL(pki_yaml_count(list), 2);
    EXPECT_OK(pki_yaml_entry(list, 0, &key, &entry, &err), err);
    CU_ASSERT_PTR_NULL(key);
    EXPECT_OK(pki_yaml_scalar(entry, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "one");
    EXPECT_OK(pki_yaml_entry(list, 1, &key, &entry, &err), err);
    EXPECT_FAILS(pki_yaml_scalar(entry, &text, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("f.yaml:12:3: must be a text");
    EXPECT_FAILS(pki_yaml_entry(list, 2, &key, &entry, &err), err, PKI_E_USAGE);
}

static void test_yaml_absent_keys_are_null_or_missing(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    struct pki_yaml_node *node = NULL;
    const char *text = "unchanged";

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of(example), &yaml, &err), err);
    struct pki_yaml_node *root = pki_yaml_root(yaml);
    EXPECT_FAILS(pki_yaml_text(root, "absent", &text, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("f.yaml:2:1: key \"absent\" is missing");
    EXPECT_FAILS(pki_yaml_map(root, "absent", &node, &err), err, PKI_E_USAGE);
    CU_ASSERT_STRING_EQUAL(text, "unchanged");
    EXPECT_OK(pki_yaml_text_optional(root, "absent", &text, &err), err);
    CU_ASSERT_PTR_NULL(text);
    EXPECT_OK(pki_yaml_map_optional(root, "absent", &node, &err), err);
    CU_ASSERT_PTR_NULL(node);
    EXPECT_OK(pki_yaml_list_optional(root, "absent", &node, &err), err);
    CU_ASSERT_PTR_NULL(node);
    CU_ASSERT_PTR_NULL(pki_yaml_at(root, "absent"));
}

static void test_yaml_wrong_kinds_are_refused_with_their_place(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    struct pki_yaml_node *node = NULL;
    struct pki_yaml_node *list = NULL;
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of(example), &yaml, &err), err);
    struct pki_yaml_node *root = pki_yaml_root(yaml);
    EXPECT_FAILS(pki_yaml_map(root, "title", &node, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("f.yaml:2:8: \"title\" must be a mapping");
    EXPECT_FAILS(pki_yaml_text(root, "inner", &text, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_yaml_text_optional(root, "list", &text, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_yaml_map_optional(root, "list", &node, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_yaml_list_optional(root, "inner", &node, &err), err, PKI_E_USAGE);
    EXPECT_OK(pki_yaml_list_optional(root, "list", &list, &err), err);
    EXPECT_FAILS(pki_yaml_text(list, "key", &text, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("must be a mapping");
}

static void test_yaml_unknown_keys_are_refused(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of("a: 1\nb: 2\n"), &yaml, &err), err);
    EXPECT_OK(pki_yaml_text(pki_yaml_root(yaml), "a", &text, &err), err);
    EXPECT_FAILS(pki_yaml_done(pki_yaml_root(yaml), &err), err, PKI_E_USAGE);
    EXPECT_TEXT("f.yaml:2:1: unknown key \"b\"");
    EXPECT_OK(pki_yaml_text(pki_yaml_root(yaml), "b", &text, &err), err);
    EXPECT_OK(pki_yaml_done(pki_yaml_root(yaml), &err), err);
}

static void test_yaml_fail_points_at_the_value(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of("a:\n  b: x\n"), &yaml, &err), err);
    const struct pki_yaml_node *a = pki_yaml_at(pki_yaml_root(yaml), "a");
    EXPECT_FAILS(pki_yaml_fail(pki_yaml_at(a, "b"), &err, "no %s", "good"), err, PKI_E_USAGE);
    CU_ASSERT_STRING_EQUAL(test_last.text, "f.yaml:2:6: no good");
}

static void test_yaml_refuses_what_is_not_strict(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } cases[] = {
        {"anchor", "a: &x 1\n", "f.yaml:1:4: anchors"},
        {"anchored mapping", "a: &x\n  b: 1\n", "anchors"},
        {"alias", "a: *x\n", "f.yaml:1:4: aliases"},
        {"tag", "a: !!str 1\n", "f.yaml:1:4: tags"},
        {"own tag", "a: ! 1\n", "tags"},
        {"flow mapping", "a: {b: 1}\n", "f.yaml:1:4: write this as a block"},
        {"flow sequence", "a: [b]\n", "f.yaml:1:4: write this as a block"},
        {"repeated key", "a: 1\nb: 2\na: 3\n",
         "f.yaml:3:1: key \"a\" is repeated (first in line 1)"},
        {"tab", "a:\n\tb: 1\n", "f.yaml:2:1: tabs"},
        {"tab in a value", "a: b\tc\n", "f.yaml:1:5: tabs"},
        {"two documents", "a: 1\n---\nb: 2\n", "f.yaml:2:1: only one document"},
        {"directive", "%YAML 1.1\n---\na: 1\n", "directives"},
        {"tag directive", "%TAG ! tag:x,2000:\n---\na: 1\n", "directives"},
        {"empty key", "\"\": 1\n", "f.yaml:1:1: a key"},
        {"mapping as key", "? {a: 1}\n: 2\n", "f.yaml:1:3"},
        {"block as key", "? a: 1\n: 2\n", "f.yaml:1:3: a key"},
        {"not UTF-8", "a: \xff\n", "f.yaml:1:4: not UTF-8"},
        {"overlong UTF-8", "a: \xc0\xaf\n", "f.yaml:1:4: not UTF-8"},
        {"bidirectional", "a: \xe2\x80\xae\n", "f.yaml:1:4: invisible"},
        {"byte order mark",
         "\xef\xbb\xbf"
         "a: 1\n",
         "f.yaml:1:1: invisible"},
        {"escape character", "a: \x1b\n", "f.yaml:1:4: invisible"},
        {"escaped override", "a: \"\\u202e\"\n", "f.yaml:1:4: invisible"},
        {"escaped NUL", "a: \"\\0\"\n", "f.yaml:1:4: invisible"},
        {"nothing", "", "f.yaml:1:1: holds nothing"},
        {"comment only", "# nothing\n", "holds nothing"},
        {"bad indent", "a: 1\n  b: 2\n", "f.yaml:2:4: "},
        {"unclosed quote", "a: \"b\n", "f.yaml:2:1: "},
    };
    struct pki_error err = {0};
    struct pki_yaml *yaml = NULL;

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        bool parsed = pki_yaml_parse("f.yaml", bytes_of(cases[i].text), &yaml, &err);
        if (parsed)
            fprintf(stderr, "\n%s: was accepted\n", cases[i].name);
        EXPECT_FAILS(parsed, err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].expected);
    }
    pki_yaml_free(NULL);
}

static void nest(struct pki_buf *text, int levels)
{
    for (int i = 0; i < levels; i++)
        pki_buf_printf(text, "%*sa:\n", i, "");
    pki_buf_printf(text, "%*sb: 1\n", levels, "");
}

static void test_yaml_limits_depth_and_width(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    pki_auto(pki_yaml) refused = NULL;
    pki_scope(pki_buf) good = {0};
    pki_scope(pki_buf) deep = {0};
    pki_scope(pki_buf) broad = {0};

    nest(&good, 15);
    EXPECT_OK(pki_yaml_parse("f.yaml", pki_buf_view(&good), &yaml, &err), err);
    nest(&deep, 16);
    EXPECT_FAILS(pki_yaml_parse("f.yaml", pki_buf_view(&deep), &refused, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("nested too deeply");
    for (int i = 0; i < 4097; i++)
        pki_buf_printf(&broad, "k%d: v\n", i);
    EXPECT_FAILS(pki_yaml_parse("f.yaml", pki_buf_view(&broad), &refused, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("too many entries");
}

static void test_yaml_takes_windows_line_ends(void)
{
    struct pki_error err = {0};
    pki_auto(pki_yaml) yaml = NULL;
    const char *text = NULL;

    EXPECT_OK(pki_yaml_parse("f.yaml", bytes_of("a: 1\r\nb: 2\r\n"), &yaml, &err), err);
    EXPECT_OK(pki_yaml_text(pki_yaml_root(yaml), "a", &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "1");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every scalar is text", test_yaml_every_scalar_is_text},
        {"mappings nest", test_yaml_maps_nest},
        {"entries come in file order", test_yaml_entries_come_in_file_order},
        {"absent keys are NULL or missing", test_yaml_absent_keys_are_null_or_missing},
        {"wrong kinds are refused with their place",
         test_yaml_wrong_kinds_are_refused_with_their_place},
        {"unknown keys are refused", test_yaml_unknown_keys_are_refused},
        {"a failure points at its value", test_yaml_fail_points_at_the_value},
        {"what is not strict is refused", test_yaml_refuses_what_is_not_strict},
        {"depth and width are limited", test_yaml_limits_depth_and_width},
        {"Windows line ends are taken", test_yaml_takes_windows_line_ends},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "yaml", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
