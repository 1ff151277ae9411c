#include <assert.h>

#include "ceremony/script_read.h"

#define MINUTES_MOST 240

/* --- what a step does ---------------------------------------------------------------------- */

/* What becomes a word of a command. */
static bool read_value(struct pki_yaml_node *map, const char *name, bool required,
                       const char **value, struct pki_error *err)
{
    if (required ? !pki_yaml_text(map, name, value, err)
                 : !pki_yaml_text_optional(map, name, value, err))
        return false;
    if (!*value || (**value != 0 && **value != '-' && !strchr(*value, '\n')))
        return true;
    return pki_yaml_fail(pki_yaml_at(map, name), err,
                         "%s: must be one line, not empty, and not begin with \"-\"", name);
}

static bool read_params(struct pki_yaml_node *map, struct pki_script_do *act, struct pki_error *err)
{
    const struct pki_duty_param *params = act->duty->params;

    for (size_t i = 0; i < PKI_DUTY_PARAMS && params[i].name; i++) {
        if (!read_value(map, params[i].name, params[i].required, &act->values[i], err))
            return false;
        bool operands = i > 0 && !params[i].option && !params[i - 1].option;
        if (operands && act->values[i] && !act->values[i - 1])
            return pki_yaml_fail(pki_yaml_at(map, params[i].name), err, "%s: needs %s beside it",
                                 params[i].name, params[i - 1].name);
    }
    return read_value(map, "cellar", false, &act->cellar, err);
}

static bool read_duty(struct pki_yaml_node *map, struct pki_script_do *act, struct pki_error *err)
{
    const char *name = NULL;

    if (!pki_yaml_text(map, "duty", &name, err))
        return false;
    act->kind = PKI_SCRIPT_DUTY;
    act->duty = pki_duty_find(name);
    if (!act->duty)
        return pki_script_no_such(pki_yaml_at(map, "duty"), "duty", name, pki_duty_name, err);
    return read_params(map, act, err);
}

static bool read_check(struct pki_yaml_node *map, struct pki_script_do *act, struct pki_error *err)
{
    const char *name = NULL;

    if (!pki_yaml_text(map, "check", &name, err))
        return false;
    act->kind = PKI_SCRIPT_CHECK;
    act->check = pki_script_check_find(name);
    if (!act->check)
        return pki_script_no_such(pki_yaml_at(map, "check"), "check", name, pki_script_check_name,
                                  err);
    return act->check->of_material ? pki_yaml_text(map, "of", &act->of, err)
                                   : pki_yaml_text_optional(map, "of", &act->of, err);
}

static bool read_ask(struct pki_yaml_node *map, struct pki_script_do *act, struct pki_error *err)
{
    act->kind = PKI_SCRIPT_ASK;
    if (!pki_yaml_text(map, "ask", &act->question, err))
        return false;
    if (!*act->question)
        return pki_yaml_fail(pki_yaml_at(map, "ask"), err, "ask: is empty");
    return pki_script_read_words(map, "choices", &act->choices, err);
}

static bool read_do(struct pki_yaml_node *step, struct pki_script_do *act, struct pki_error *err)
{
    struct pki_yaml_node *map = NULL;

    if (!pki_yaml_map(step, "do", &map, err))
        return false;
    bool read = pki_yaml_at(map, "duty")    ? read_duty(map, act, err)
                : pki_yaml_at(map, "check") ? read_check(map, act, err)
                : pki_yaml_at(map, "ask")
                    ? read_ask(map, act, err)
                    : pki_yaml_fail(map, err,
                                    "do: begins with none of duty, check and ask; say what the "
                                    "step does");
    return read && pki_yaml_done(map, err);
}

/* --- the rest of a step -------------------------------------------------------------------- */

static bool read_record(struct pki_yaml_node *map, struct pki_script_words *record,
                        struct pki_error *err)
{
    if (!pki_script_read_words(map, "record", record, err))
        return false;
    for (size_t i = 0; i < record->n; i++) {
        if (!pki_script_record_find(record->list[i].text))
            return pki_script_no_such(pki_yaml_at(map, "record"), "record", record->list[i].text,
                                      pki_script_record_name, err);
    }
    return true;
}

static const char *evidence_name(size_t n)
{
    static const char *const names[] = {"output", "certificate", "crl",   "export",
                                        "seal",   "backup",      "photo", "paper"};

    return n < PKI_COUNT(names) ? names[n] : NULL;
}

static bool read_evidence(struct pki_yaml_node *map, struct pki_script_words *evidence,
                          struct pki_error *err)
{
    if (!pki_script_read_words(map, "evidence", evidence, err))
        return false;
    for (size_t i = 0; i < evidence->n; i++) {
        size_t n = 0;
        while (evidence_name(n) && strcmp(evidence_name(n), evidence->list[i].text) != 0)
            n++;
        if (!evidence_name(n))
            return pki_script_no_such(pki_yaml_at(map, "evidence"), "evidence",
                                      evidence->list[i].text, evidence_name, err);
    }
    return true;
}

static bool read_confirm(struct pki_yaml_node *step, struct pki_script_step *to,
                         struct pki_error *err)
{
    struct pki_yaml_node *map = NULL;

    if (!pki_yaml_map_optional(step, "confirm", &map, err))
        return false;
    if (!map)
        return true;
    if (!pki_yaml_text(map, "type", &to->confirm_type, err) ||
        !pki_script_read_words(map, "by", &to->confirm_by, err))
        return false;
    if (!*to->confirm_type || strchr(to->confirm_type, '\n'))
        return pki_yaml_fail(pki_yaml_at(map, "type"), err,
                             "type: must be one line of text, the name to type");
    return (to->confirm_by.n > 0 ||
            pki_yaml_fail(map, err, "by: is missing; list the roles that type the name")) &&
           pki_yaml_done(map, err);
}

static const char *failure_name(size_t n)
{
    static const char *const names[] = {
        [PKI_SCRIPT_STOP] = "stop",
        [PKI_SCRIPT_EXCEPTION] = "exception",
        [PKI_SCRIPT_RETRY] = "retry",
    };

    return n < PKI_COUNT(names) ? names[n] : NULL;
}

static bool read_failure(struct pki_yaml_node *map, struct pki_script_step *step,
                         struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text_optional(map, "on_failure", &text, err))
        return false;
    for (size_t i = 0; text && failure_name(i); i++) {
        if (strcmp(text, failure_name(i)) != 0)
            continue;
        step->on_failure = (enum pki_script_failure)i;
        return true;
    }
    return !text || pki_script_no_such(pki_yaml_at(map, "on_failure"), "on_failure", text,
                                       failure_name, err);
}

static bool read_step(struct pki_yaml_node *map, struct pki_script_step *step,
                      struct pki_error *err)
{
    step->line = pki_yaml_line(map);
    return pki_script_read_name(map, "id", &step->id, err) &&
           pki_yaml_text(map, "title", &step->title, err) &&
           pki_script_read_name(map, "role", &step->role, err) &&
           pki_script_read_number(map, "minutes", MINUTES_MOST, &step->minutes, err) &&
           pki_yaml_text_optional(map, "read_aloud", &step->read_aloud, err) &&
           read_do(map, &step->act, err) && read_record(map, &step->record, err) &&
           read_confirm(map, step, err) &&
           pki_script_read_facts(map, "requires", &step->requires, err) &&
           pki_script_read_facts(map, "sets", &step->sets, err) &&
           read_evidence(map, &step->evidence, err) && read_failure(map, step, err) &&
           pki_yaml_done(map, err);
}

bool pki_script_read_steps(struct pki_yaml_node *top, struct pki_script *script,
                           struct pki_error *err)
{
    struct pki_yaml_node *list = NULL;
    void *room = NULL;

    if (!pki_yaml_list_optional(top, "steps", &list, err))
        return false;
    if (!list)
        return pki_yaml_fail(top, err, "key \"steps\" is missing");
    if (!pki_script_room(list, "steps", sizeof(*script->steps), PKI_SCRIPT_STEPS, &room, err))
        return false;
    script->steps = room;
    assert(room);
    for (size_t i = 0; i < pki_yaml_count(list); i++) {
        struct pki_yaml_node *map = NULL;
        const char *none = NULL;
        if (!pki_yaml_entry(list, i, &none, &map, err) ||
            !read_step(map, &script->steps[script->n_steps++], err))
            return false;
    }
    return true;
}
