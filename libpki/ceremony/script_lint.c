#include "ceremony/script_lint.h"

#include "pki/ceremony.h"
#include "base/text.h"

static const struct pki_script_table *const tables[] = {
    &pki_script_rules_whole, &pki_script_rules_people, &pki_script_rules_steps,
    &pki_script_rules_order, &pki_script_rules_facts,
};

const struct pki_script_rule *pki_script_rule_get(size_t n)
{
    for (size_t i = 0; i < PKI_COUNT(tables); i++) {
        if (n < tables[i]->n)
            return &tables[i]->rules[n];
        n -= tables[i]->n;
    }
    return NULL;
}

void pki_script_judge_clear(struct pki_script_judge *judge)
{
    free(judge->list);
    *judge = (struct pki_script_judge){0};
}

void pki_script_find(struct pki_script_judge *judge, size_t line, const char *format, ...)
{
    struct pki_script_finding *list = realloc(judge->list, (judge->n + 1) * sizeof(*list));
    va_list args;

    if (!list) {
        judge->failed = true;
        return;
    }
    judge->list = list;
    struct pki_script_finding *finding = &list[judge->n++];
    *finding = (struct pki_script_finding){.rule = judge->rule, .line = line};
    va_start(args, format);
    (void)vsnprintf(finding->text, sizeof(finding->text), format, args);
    va_end(args);
    pki_text_tame(finding->text);
    if (judge->rule->severity == PKI_LINT_ERROR)
        judge->errors++;
}

bool pki_script_lint(const struct pki_script *script, struct pki_script_judge *judge,
                     struct pki_error *err)
{
    for (size_t n = 0; (judge->rule = pki_script_rule_get(n)); n++) {
        judge->rule->check(judge, script);
        judge->rules++;
    }
    return !judge->failed || pki_fail(err, PKI_E_MEMORY, "out of memory");
}

/* A finding on the whole script has no line. */
static bool refuse(const struct pki_script_finding *finding, const char *name, size_t errors,
                   struct pki_error *err)
{
    char line[24] = "";

    if (finding->line > 0)
        (void)snprintf(line, sizeof(line), ":%zu", finding->line);
    return pki_fail(err, PKI_E_INVALID, "%s%s: %s: %s (%zu of severity error)", name, line,
                    finding->rule->name, finding->text, errors);
}

bool pki_script_refuse(const struct pki_script_judge *judge, const char *name,
                       struct pki_error *err)
{
    for (size_t i = 0; i < judge->n; i++) {
        const struct pki_script_finding *finding = &judge->list[i];
        if (finding->rule->severity == PKI_LINT_ERROR)
            return refuse(finding, name, judge->errors, err);
    }
    return true;
}

/* --- the report ---------------------------------------------------------------------------- */

static const char *severity_name(enum pki_lint_severity severity)
{
    static const char *const names[] = {
        [PKI_LINT_NOTICE] = "notice", [PKI_LINT_WARNING] = "warning", [PKI_LINT_ERROR] = "error"};

    return names[severity];
}

static void put_finding(const struct pki_script_finding *finding, struct pki_report *row)
{
    pki_report_text(row, "Rule", "%s", finding->rule->name);
    pki_report_text(row, "Severity", "%s", severity_name(finding->rule->severity));
    if (finding->line > 0)
        pki_report_integer(row, "Line", (int64_t)finding->line);
    pki_report_text(row, "Text", "%s", finding->text);
    pki_report_text(row, "Source", "%s", finding->rule->source);
}

static void put_line(const struct pki_script_finding *finding, struct pki_report *block)
{
    char place[32] = "";

    if (finding->line > 0)
        (void)snprintf(place, sizeof(place), "line %zu: ", finding->line);
    pki_report_text(block, severity_name(finding->rule->severity), "%s%s: %s (%s)", place,
                    finding->rule->name, finding->text, finding->rule->source);
}

/* As those of `cellar lint`. */
static void describe_findings(const struct pki_script_judge *judge, struct pki_report *report)
{
    pki_report_readers(report, PKI_FOR_PAPER);
    struct pki_report *block = pki_report_block(report, "Findings");
    for (size_t i = 0; i < judge->n; i++)
        put_line(&judge->list[i], block);
    pki_report_readers(report, PKI_FOR_JSON);
    struct pki_report *table = pki_report_table(report, "Findings");
    for (size_t i = 0; i < judge->n; i++)
        put_finding(&judge->list[i], pki_report_row(table));
    pki_report_readers(report, PKI_FOR_ALL);
}

static void describe(const struct pki_script *script, const struct pki_script_judge *judge,
                     struct pki_report *report)
{
    enum pki_tone tone = judge->errors > 0 ? PKI_TONE_BAD
                         : judge->n > 0    ? PKI_TONE_WARN
                                           : PKI_TONE_GOOD;

    pki_report_text(report, "Ceremony", "%s", script->id);
    pki_report_text(report, "Title", "%s", script->title);
    pki_report_text(report, "Type", "%s", pki_script_type_name(script->type));
    pki_report_integer(report, "Steps", (int64_t)script->n_steps);
    pki_report_integer(report, "Expected minutes", script->minutes);
    pki_report_fingerprint(report, "Script", script->sha256);
    if (judge->n > 0)
        describe_findings(judge, report);
    pki_report_note(report, "verdict", tone, "%zu rules, %zu finding%s, %zu of severity error.",
                    judge->rules, judge->n, judge->n == 1 ? "" : "s", judge->errors);
}

bool pki_ceremony_lint(const char *path, int64_t now, struct pki_report *report,
                       struct pki_error *err)
{
    pki_auto(pki_script) script = NULL;
    pki_scope(pki_script_judge) judge = {.now = now};

    if (!pki_script_load(path, &script, err) || !pki_script_lint(script, &judge, err))
        return false;
    describe(script, &judge, report);
    return pki_script_refuse(&judge, path, err) && pki_report_ok(report, err);
}
