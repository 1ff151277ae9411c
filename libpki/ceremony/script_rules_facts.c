/*
 * Facts, walked from the first step to the last. A step whose failure goes on
 * as an exception may or may not have set what it sets, so a fact can have
 * more than one value at a time.
 */
#include "ceremony/script_lint.h"

static const struct pki_script_fact *find(const struct pki_script_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->n; i++)
        if (strcmp(facts->list[i].name, name) == 0)
            return &facts->list[i];
    return NULL;
}

static bool is(const struct pki_script_fact *fact, const char *value)
{
    return fact && strcmp(fact->value, value) == 0;
}

/* What a fact can be at a step, seen backwards from there: whether it can have the value, whether
   it can have another, and who decided last. */
struct trace {
    bool can, can_not;
    const struct pki_script_fact *last;
    const struct pki_script_step *by; /* NULL: as it was at the start */
};

static void note(struct trace *trace, const struct pki_script_fact *fact,
                 const struct pki_script_step *by, const char *value)
{
    if (!trace->last) {
        trace->last = fact;
        trace->by = by;
    }
    if (is(fact, value))
        trace->can = true;
    else
        trace->can_not = true;
}

static struct trace trace_back(const struct pki_script *script, size_t step,
                               const struct pki_script_fact *required)
{
    struct trace trace = {0};

    while (step-- > 0) {
        const struct pki_script_step *earlier = &script->steps[step];
        const struct pki_script_fact *set = find(&earlier->sets, required->name);
        if (!set)
            continue;
        note(&trace, set, earlier, required->value);
        if (earlier->on_failure != PKI_SCRIPT_EXCEPTION)
            return trace;
    }
    const struct pki_script_fact *first = find(&script->facts, required->name);
    if (first)
        note(&trace, first, NULL, required->value);
    return trace;
}

static void check_known(struct pki_script_judge *judge, const struct pki_script *script,
                        const struct pki_script_facts *facts)
{
    for (size_t i = 0; i < facts->n; i++) {
        if (!find(&script->facts, facts->list[i].name)) {
            pki_script_find(judge, facts->list[i].line,
                            "\"%s\" is not among the facts: say there what it is at the start",
                            facts->list[i].name);
        }
    }
}

static void check_fact_known(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        check_known(judge, script, &script->steps[i].requires);
        check_known(judge, script, &script->steps[i].sets);
    }
}

static bool is_ever(const struct pki_script *script, const struct pki_script_fact *required)
{
    if (is(find(&script->facts, required->name), required->value))
        return true;
    for (size_t i = 0; i < script->n_steps; i++)
        if (is(find(&script->steps[i].sets, required->name), required->value))
            return true;
    return false;
}

static void check_fact_value(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_facts *requires = &script->steps[i].requires;
        for (size_t r = 0; r < requires->n; r++) {
            if (!is_ever(script, &requires->list[r]))
                pki_script_find(judge, requires->list[r].line, "%s is never %s: no step sets it",
                                requires->list[r].name, requires->list[r].value);
        }
    }
}

static void check_reach(struct pki_script_judge *judge, const struct pki_script_step *step,
                        const struct pki_script_fact *fact, const struct trace *trace)
{
    if (trace->last && !trace->can) {
        pki_script_find(judge, fact->line, "step %s cannot be reached: %s is %s, by %s%s", step->id,
                        fact->name, trace->last->value, trace->by ? "step " : "the facts",
                        trace->by ? trace->by->id : "");
    }
}

static void check_certainty(struct pki_script_judge *judge, const struct pki_script_step *step,
                            const struct pki_script_fact *fact, const struct trace *trace)
{
    if (trace->can && trace->can_not && trace->by) {
        pki_script_find(judge, fact->line,
                        "step %s: %s may not be %s, since step %s goes on after a failure",
                        step->id, fact->name, fact->value, trace->by->id);
    }
}

/* What each step requires, with what it can be there. */
static void walk(struct pki_script_judge *judge, const struct pki_script *script,
                 void (*check)(struct pki_script_judge *judge, const struct pki_script_step *step,
                               const struct pki_script_fact *fact, const struct trace *trace))
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_facts *requires = &script->steps[i].requires;
        for (size_t r = 0; r < requires->n; r++) {
            struct trace trace = trace_back(script, i, &requires->list[r]);
            check(judge, &script->steps[i], &requires->list[r], &trace);
        }
    }
}

static void check_reachable(struct pki_script_judge *judge, const struct pki_script *script)
{
    walk(judge, script, check_reach);
}

static void check_certain(struct pki_script_judge *judge, const struct pki_script *script)
{
    walk(judge, script, check_certainty);
}

static bool is_required(const struct pki_script *script, const char *name)
{
    for (size_t i = 0; i < script->n_steps; i++)
        if (find(&script->steps[i].requires, name))
            return true;
    return false;
}

static void check_fact_used(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->facts.n; i++) {
        if (!is_required(script, script->facts.list[i].name))
            pki_script_find(judge, script->facts.list[i].line, "no step requires \"%s\"",
                            script->facts.list[i].name);
    }
}

static const struct pki_script_rule rules[] = {
    {"fact_known", PKI_LINT_ERROR, "Every fact that a step requires or sets has a first value.",
     "Juicebox ceremony", check_fact_known},
    {"fact_value", PKI_LINT_ERROR, "What a step requires is something that a fact can be.",
     "Juicebox ceremony", check_fact_value},
    {"step_reachable", PKI_LINT_ERROR, "What a step requires can hold when it is reached.",
     "Juicebox ceremony", check_reachable},
    {"step_certain", PKI_LINT_WARNING,
     "What a step requires also holds when an earlier one went on as an exception.",
     "Juicebox ceremony", check_certain},
    {"fact_used", PKI_LINT_WARNING, "Every fact is required by some step.", "Juicebox ceremony",
     check_fact_used},
};

PKI_SCRIPT_TABLE(pki_script_rules_facts, rules);
