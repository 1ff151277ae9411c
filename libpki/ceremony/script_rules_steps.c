/*
 * Each step by itself.
 */
#include "ceremony/script_lint.h"

static void check_step_ids(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 1; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        const char *before = script->steps[i - 1].id;
        if (strcmp(before, step->id) >= 0)
            pki_script_find(judge, step->line, "step %s comes after %s: number them upwards",
                            step->id, before);
    }
}

static void check_duty_of_type(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (step->act.duty && !(step->act.duty->types & 1u << script->type))
            pki_script_find(judge, step->line, "step %s: a ceremony of type %s does not do %s",
                            step->id, pki_script_type_name(script->type), step->act.duty->name);
    }
}

static void check_severe_confirmed(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (!pki_script_is_severe(step))
            continue;
        if (!pki_script_has_word(&step->confirm_by, "administrator") ||
            !pki_script_has_word(&step->confirm_by, "witness")) {
            pki_script_find(judge, step->line,
                            "step %s: %s needs confirm, with the name typed by administrator and "
                            "witness",
                            step->id, step->act.duty->name);
        }
    }
}

static void check_severe_stops(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (pki_script_is_severe(step) && step->on_failure != PKI_SCRIPT_STOP) {
            pki_script_find(judge, step->line,
                            "step %s: when %s fails the ceremony stops: say "
                            "on_failure: stop",
                            step->id, step->act.duty->name);
        }
    }
}

static void check_recorded(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        const char *record = step->act.check ? step->act.check->record : NULL;
        if (record && !pki_script_has_word(&step->record, record))
            pki_script_find(judge, step->line, "step %s: check %s is written down: add record: %s",
                            step->id, step->act.check->name, record);
    }
}

static bool by_people(const char *evidence)
{
    return strcmp(evidence, "photo") == 0 || strcmp(evidence, "paper") == 0;
}

static void check_evidence(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        const char *leaves = step->act.duty ? step->act.duty->evidence : NULL;
        for (size_t e = 0; e < step->evidence.n; e++) {
            const struct pki_script_word *word = &step->evidence.list[e];
            if (!by_people(word->text) && !pki_script_lists(leaves, word->text))
                pki_script_find(judge, word->line, "step %s leaves no %s behind", step->id,
                                word->text);
        }
    }
}

static bool goes_up(const char *path)
{
    for (; path && *path; path += strcspn(path, "/"), path += strspn(path, "/"))
        if (strcspn(path, "/") == 2 && path[0] == '.' && path[1] == '.')
            return true;
    return false;
}

/* In a rehearsal everything lies below its directory. */
static void check_paths(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_do *act = &script->steps[i].act;
        bool up = goes_up(act->cellar);
        for (size_t v = 0; act->duty && v < PKI_DUTY_PARAMS; v++)
            up = up || (act->duty->params[v].path && goes_up(act->values[v]));
        if (up)
            pki_script_find(judge, script->steps[i].line, "step %s: a path goes up by \"..\"",
                            script->steps[i].id);
    }
}

static const struct pki_script_rule rules[] = {
    {"step_ids", PKI_LINT_ERROR, "Steps have different ids that count upwards.", "docs/CEREMONY.md",
     check_step_ids},
    {"duty_of_type", PKI_LINT_ERROR, "A script does only what its type does.", "Mozilla 1895006",
     check_duty_of_type},
    {"severe_confirmed", PKI_LINT_ERROR,
     "What cannot be taken back is confirmed by a name that administrator and witness type.",
     "CA/B BR 6.1.1.1", check_severe_confirmed},
    {"severe_stops", PKI_LINT_ERROR,
     "When something fails that cannot be taken back, the ceremony stops.", "Mozilla 1654967",
     check_severe_stops},
    {"recorded", PKI_LINT_ERROR, "What a check finds is written down.", "IANA root KSK",
     check_recorded},
    {"evidence_left", PKI_LINT_ERROR, "Evidence is something that its step leaves behind.",
     "docs/CEREMONY.md", check_evidence},
    {"paths_stay", PKI_LINT_ERROR, "No path goes up: a rehearsal stays in its directory.",
     "docs/CEREMONY.md", check_paths},
};

PKI_SCRIPT_TABLE(pki_script_rules_steps, rules);
