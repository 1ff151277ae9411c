/*
 * People and things: who must be two, and what is brought along.
 */
#include "ceremony/script_lint.h"

#define SWAPS_MOST 3

static bool apart(const struct pki_script_role *one, const struct pki_script_role *other)
{
    return pki_script_has_word(&one->not_same_as, other->name) ||
           pki_script_has_word(&other->not_same_as, one->name);
}

static void check_two_people(struct pki_script_judge *judge, const struct pki_script *script)
{
    const struct pki_script_role *administrator = pki_script_role(script, "administrator");
    const struct pki_script_role *witness = pki_script_role(script, "witness");

    if (!administrator || !witness) {
        pki_script_find(judge, 0, "there is no %s among the roles",
                        administrator ? "witness" : "administrator");
    } else if (!apart(administrator, witness)) {
        pki_script_find(judge, witness->line,
                        "one person could be both: add administrator to not_same_as of witness");
    }
}

static void check_words_are_roles(struct pki_script_judge *judge, const struct pki_script *script,
                                  const struct pki_script_words *words)
{
    for (size_t i = 0; i < words->n; i++) {
        if (!pki_script_role(script, words->list[i].text))
            pki_script_find(judge, words->list[i].line, "no role is called \"%s\"",
                            words->list[i].text);
    }
}

static void check_role_known(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_roles; i++)
        check_words_are_roles(judge, script, &script->roles[i].not_same_as);
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (!pki_script_role(script, step->role))
            pki_script_find(judge, step->line, "step %s: no role is called \"%s\"", step->id,
                            step->role);
        check_words_are_roles(judge, script, &step->confirm_by);
    }
}

static bool acts(const struct pki_script *script, const char *role)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        if (strcmp(script->steps[i].role, role) == 0 ||
            pki_script_has_word(&script->steps[i].confirm_by, role))
            return true;
    }
    return false;
}

static void check_role_acts(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_roles; i++) {
        if (!acts(script, script->roles[i].name))
            pki_script_find(judge, script->roles[i].line, "%s has no step and confirms nothing",
                            script->roles[i].name);
    }
}

static void check_quorum_fits(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_roles; i++) {
        const struct pki_script_role *role = &script->roles[i];
        if (role->quorum > role->minimum)
            pki_script_find(judge, role->line, "%s: %u have to act and only %u have to come",
                            role->name, role->quorum, role->minimum);
    }
}

/* --- things -------------------------------------------------------------------------------- */

/* The medium that a step puts in; NULL if it leaves things as they are. */
static const struct pki_script_fact *medium_of(const struct pki_script_facts *facts)
{
    for (size_t i = 0; i < facts->n; i++)
        if (strcmp(facts->list[i].name, PKI_SCRIPT_MEDIUM) == 0)
            return &facts->list[i];
    return NULL;
}

static void check_medium(struct pki_script_judge *judge, const struct pki_script *script,
                         const struct pki_script_facts *facts)
{
    const struct pki_script_fact *medium = medium_of(facts);

    if (medium && strcmp(medium->value, "none") != 0 &&
        !pki_script_material(script, medium->value)) {
        pki_script_find(judge, medium->line,
                        "medium: no material has the id \"%s\", and it is not "
                        "none",
                        medium->value);
    }
}

static void check_material_known(struct pki_script_judge *judge, const struct pki_script *script)
{
    check_medium(judge, script, &script->facts);
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        if (step->act.of && !pki_script_material(script, step->act.of))
            pki_script_find(judge, step->line, "step %s: no material has the id \"%s\"", step->id,
                            step->act.of);
        check_medium(judge, script, &step->sets);
        check_medium(judge, script, &step->requires);
    }
}

/* Whether a step is about a material; with a check, by this check. */
static bool is_checked(const struct pki_script *script, const char *id, const char *check)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_do *act = &script->steps[i].act;
        if (act->of && strcmp(act->of, id) == 0 && (!check || strcmp(act->check->name, check) == 0))
            return true;
    }
    return false;
}

static void check_material_used(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_materials; i++) {
        if (!is_checked(script, script->materials[i].id, NULL))
            pki_script_find(judge, script->materials[i].line,
                            "%s is brought along and no step looks at it", script->materials[i].id);
    }
}

static void check_bag_opened(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_materials; i++) {
        const struct pki_script_material *material = &script->materials[i];
        if (material->bag && !is_checked(script, material->id, "bag"))
            pki_script_find(judge, material->line, "no step checks the bag of %s", material->id);
    }
}

static void check_media_swaps(struct pki_script_judge *judge, const struct pki_script *script)
{
    const struct pki_script_fact *now = medium_of(&script->facts);
    const char *in = now && strcmp(now->value, "none") != 0 ? now->value : NULL;
    unsigned swaps = 0;

    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_fact *medium = medium_of(&script->steps[i].sets);
        if (!medium || strcmp(medium->value, "none") == 0)
            continue;
        swaps += in && strcmp(in, medium->value) != 0;
        in = medium->value;
    }
    if (swaps > SWAPS_MOST)
        pki_script_find(judge, 0,
                        "media are swapped %u times: put together what needs the same one", swaps);
}

static const struct pki_script_rule rules[] = {
    {"two_people", PKI_LINT_ERROR,
     "There are an administrator and a witness, and one person cannot be both.", "CA/B BR 6.1.1.1",
     check_two_people},
    {"role_known", PKI_LINT_ERROR, "Every role that is named is one of the script's.",
     "docs/CEREMONY.md", check_role_known},
    {"role_acts", PKI_LINT_WARNING, "Every role has a step, or confirms one.", "docs/CEREMONY.md",
     check_role_acts},
    {"quorum_fits", PKI_LINT_ERROR, "As many come as have to act.", "docs/CEREMONY.md",
     check_quorum_fits},
    {"material_known", PKI_LINT_ERROR, "What is checked or put in is one of the materials.",
     "IANA root KSK", check_material_known},
    {"material_used", PKI_LINT_WARNING, "What is brought along is looked at in a step.",
     "IANA root KSK", check_material_used},
    {"bag_opened", PKI_LINT_ERROR, "What is kept in a bag has its bag checked, with the number.",
     "IANA root KSK", check_bag_opened},
    {"media_swaps", PKI_LINT_WARNING, "Media are swapped three times at most.", "CCAT playbook",
     check_media_swaps},
};

PKI_SCRIPT_TABLE(pki_script_rules_people, rules);
