/*
 * Writes docs/LINTS.md from the rows of the lint tables.
 */
#include <stdio.h>
#include <string.h>

#include "pki/base.h"
#include "x509/lint.h"

static const struct subject {
    uint32_t bit;
    const char *name;
} subjects[] = {
    {PKI_LINT_ROOT, "root"},       {PKI_LINT_INTERMEDIATE, "intermediate"},
    {PKI_LINT_TSA_LEAF, "TSA"},    {PKI_LINT_LEAF, "end entity"},
    {PKI_LINT_CHAIN, "chain"},     {PKI_LINT_TEXT, "file"},
    {PKI_LINT_REQUEST, "request"}, {PKI_LINT_CRL, "CRL"},
};

static const char *severity(const struct pki_lint_rule *rule)
{
    static const char *const names[] = {"notice", "warning", "error"};

    return names[rule->severity];
}

static void put_subjects(uint32_t kinds)
{
    const char *comma = "";

    if (kinds == PKI_LINT_ANY) {
        fputs("certificate", stdout);
        return;
    }
    for (size_t i = 0; i < PKI_COUNT(subjects); i++) {
        if ((kinds & subjects[i].bit) == 0)
            continue;
        printf("%s%s", comma, subjects[i].name);
        comma = ", ";
    }
}

static void put_rule(const struct pki_lint_rule *rule)
{
    printf("| `%s` | %s | ", rule->name, severity(rule));
    put_subjects(rule->kinds);
    printf(" | %s | %s | %s |\n", rule->consumer ? rule->consumer : "", rule->sentence,
           rule->citation);
}

int main(void)
{
    const struct pki_lint_rule *rule;
    size_t n = 0;

    fputs(
        "# Lint rules\n\n"
        "Written from the rows in `libpki/x509/lint_rules_*.c` by `tests/support/dump_lints.c`;\n"
        "do not edit. Every rule has a bad and a good fixture in `tests/fixtures/lint`.\n\n"
        "An **error** keeps a body from being signed and makes `cellar-lint` end with status 3; a\n"
        "warning or notice is shown. A rule with a consumer is looked at with `--for CONSUMER`, "
        "and\n"
        "rules for one certificate also when its purpose is that consumer's. BR: CA/Browser Forum\n"
        "TLS Baseline Requirements.\n\n"
        "| rule | severity | of | for | what must hold | citation |\n"
        "| --- | --- | --- | --- | --- | --- |\n",
        stdout);
    while ((rule = pki_lint_rule_get(n))) {
        put_rule(rule);
        n++;
    }
    printf("\n%zu rules.\n", n);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
