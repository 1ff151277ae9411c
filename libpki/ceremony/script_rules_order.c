/*
 * What must have come before, and what has to follow.
 */
#include "ceremony/script_lint.h"

/* The first step from an index on for which this holds; n_steps: none. */
static size_t find_step(const struct pki_script *script, size_t from,
                        bool (*is)(const struct pki_script_step *step))
{
    while (from < script->n_steps && !is(&script->steps[from]))
        from++;
    return from;
}

/* One past the last; 0: none. */
static size_t after_last(const struct pki_script *script,
                         bool (*is)(const struct pki_script_step *step))
{
    size_t n = script->n_steps;

    while (n > 0 && !is(&script->steps[n - 1]))
        n--;
    return n;
}

static bool does(const struct pki_script_step *step, const char *duty)
{
    return step->act.duty && strcmp(step->act.duty->name, duty) == 0;
}

static bool checks(const struct pki_script_step *step, const char *check)
{
    return step->act.check && strcmp(step->act.check->name, check) == 0;
}

/* A check that may be gone on from when it failed shows nothing to the steps after it. */
static bool checks_clock(const struct pki_script_step *step)
{
    return checks(step, "clock") && step->on_failure != PKI_SCRIPT_EXCEPTION;
}

static bool checks_network(const struct pki_script_step *step)
{
    return checks(step, "network") && step->on_failure != PKI_SCRIPT_EXCEPTION;
}

static bool opens_key(const struct pki_script_step *step)
{
    return step->act.duty && step->act.duty->opens_key;
}

static bool revokes(const struct pki_script_step *step)
{
    return does(step, "revoke") || does(step, "revoke-and-promote");
}

static bool signs_list(const struct pki_script_step *step)
{
    return does(step, "crl");
}

static bool exports(const struct pki_script_step *step)
{
    return does(step, "export");
}

static bool backs_up(const struct pki_script_step *step)
{
    return does(step, "backup");
}

static bool records_head(const struct pki_script_step *step)
{
    return pki_script_has_word(&step->record, "head");
}

/* What verifiers have to learn of: a seal, a restore and the end of a key are none of it. */
static bool changes_trust(const struct pki_script_step *step)
{
    return pki_script_is_severe(step) && !does(step, "seal") && !does(step, "restore") &&
           !does(step, "key-destroy");
}

static bool splits(const struct pki_script_step *step)
{
    return does(step, "share-split");
}

/* What only the cellar holds until there is a copy of it. */
static bool needs_copy(const struct pki_script_step *step)
{
    return changes_trust(step) || splits(step) || does(step, "key-destroy");
}

static void check_clock_first(struct pki_script_judge *judge, const struct pki_script *script)
{
    size_t severe = find_step(script, 0, pki_script_is_severe);

    if (severe < script->n_steps && find_step(script, 0, checks_clock) > severe)
        pki_script_find(judge, script->steps[severe].line,
                        "step %s comes before the clock was checked", script->steps[severe].id);
}

static void check_network_first(struct pki_script_judge *judge, const struct pki_script *script)
{
    size_t key = find_step(script, 0, opens_key);

    if (key < script->n_steps && find_step(script, 0, checks_network) > key) {
        pki_script_find(judge, script->steps[key].line,
                        "step %s opens a key before the network was checked",
                        script->steps[key].id);
    }
}

/* Whether the last of these steps is followed by one of those; it may be both. */
static void check_follows(struct pki_script_judge *judge, const struct pki_script *script,
                          bool (*what)(const struct pki_script_step *step),
                          bool (*then)(const struct pki_script_step *step), const char *lacking)
{
    size_t last = after_last(script, what);

    if (last > 0 && find_step(script, last - 1, then) == script->n_steps)
        pki_script_find(judge, script->steps[last - 1].line, "after step %s %s",
                        script->steps[last - 1].id, lacking);
}

static void check_list_after(struct pki_script_judge *judge, const struct pki_script *script)
{
    check_follows(judge, script, revokes, signs_list, "no CRL is signed: add the duty crl");
}

static void check_exported(struct pki_script_judge *judge, const struct pki_script *script)
{
    if (script->type != PKI_SCRIPT_ROOT)
        check_follows(judge, script, changes_trust, exports,
                      "nothing is exported: add the duty export");
}

static void check_backed_up(struct pki_script_judge *judge, const struct pki_script *script)
{
    check_follows(judge, script, needs_copy, backs_up, "there is no backup: add the duty backup");
}

/* Nobody may go home with shares that were never put together. */
static bool is_proved(const struct pki_script *script, size_t split)
{
    const struct pki_script_step *made = &script->steps[split];

    for (size_t i = split + 1; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (does(step, "share-combine") && step->on_failure != PKI_SCRIPT_EXCEPTION &&
            strcmp(step->act.values[0], made->act.values[0]) == 0)
            return true;
    }
    return false;
}

static void check_shares_proved(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (splits(step) && !is_proved(script, i)) {
            pki_script_find(judge, step->line,
                            "after step %s nobody recovers %s from its shares: add the duty "
                            "share-combine",
                            step->id, step->act.values[0]);
        }
    }
}

static void check_head_recorded(struct pki_script_judge *judge, const struct pki_script *script)
{
    check_follows(judge, script, pki_script_is_severe, records_head,
                  "nobody writes the head down: add record: head, there or later");
}

static const struct pki_script_rule rules[] = {
    {"clock_first", PKI_LINT_ERROR,
     "The clock is compared with a second one before anything is signed.",
     "IANA root KSK ceremony of November 2014", check_clock_first},
    {"network_first", PKI_LINT_ERROR, "The network is seen to be off before a key is opened.",
     "docs/CEREMONY.md", check_network_first},
    {"list_after_revocation", PKI_LINT_ERROR, "A revocation is followed by a CRL.",
     "Mozilla 1991215", check_list_after},
    {"exported", PKI_LINT_WARNING, "What changes trust is exported in the same ceremony.",
     "docs/CEREMONY.md", check_exported},
    {"backed_up", PKI_LINT_WARNING, "What changes trust is backed up in the same ceremony.",
     "docs/BACKUP.md", check_backed_up},
    {"shares_proved", PKI_LINT_ERROR,
     "A key that is split is recovered from typed shares before the ceremony ends.",
     "docs/CEREMONY.md", check_shares_proved},
    {"head_recorded", PKI_LINT_ERROR,
     "The head of the journal is written on paper after the last change.", "docs/JOURNAL.md",
     check_head_recorded},
};

PKI_SCRIPT_TABLE(pki_script_rules_order, rules);
