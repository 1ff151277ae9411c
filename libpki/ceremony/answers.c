/*
 * Scripted answers: what makes a ceremony a test.
 */
#include <fcntl.h>

#include "base/file.h"
#include "base/yaml.h"
#include "ceremony/run.h"

#define LIMIT ((size_t)256 * 1024)
#define MOST  4000
#define AGAIN 10 /* so often one is given in a step: then it goes round in circles */

struct answer {
    const char *step; /* NULL: any */
    const char *key, *text;
    const struct pki_yaml_node *node;
    char given_in[41]; /* the step that it was given in last */
    unsigned times;    /* in that step */
    bool met;          /* its step came */
};

struct pki_answers {
    char *path;
    struct pki_yaml *yaml;
    struct answer *list;
    size_t n, room;
};

void pki_answers_free(struct pki_answers *answers)
{
    if (!answers)
        return;
    pki_yaml_free(answers->yaml);
    free(answers->path);
    free(answers->list);
    free(answers);
}

const char *pki_answers_path(const struct pki_answers *answers)
{
    return answers ? answers->path : NULL;
}

/* --- giving them ---------------------------------------------------------------------------- */

static struct answer *find(struct pki_answers *answers, const char *step, const char *key)
{
    struct answer *any = NULL;

    for (size_t i = answers->n; i > 0; i--) {
        struct answer *answer = &answers->list[i - 1];
        bool here = answer->step && strcmp(answer->step, step) == 0;
        answer->met = answer->met || here;
        if (strcmp(answer->key, key) == 0 && (here || (!answer->step && !any)))
            any = answer;
    }
    return any;
}

bool pki_answers_give(struct pki_answers *answers, const char *step, const char *key,
                      const char **text, struct pki_error *err)
{
    struct answer *answer = answers ? find(answers, step, key) : NULL;

    *text = NULL;
    if (!answer)
        return true;
    if (strcmp(answer->given_in, step) != 0)
        answer->times = 0;
    (void)snprintf(answer->given_in, sizeof(answer->given_in), "%s", step);
    if (answer->text[0] && ++answer->times > AGAIN) {
        return pki_yaml_fail(answer->node, err,
                             "step %s asks for %s again and again: \"%.40s\" was the answer %d "
                             "times",
                             step, key, answer->text, AGAIN);
    }
    *text = answer->text;
    return true;
}

void pki_answers_unused(const struct pki_answers *answers, struct pki_report *report)
{
    for (size_t i = 0; answers && i < answers->n; i++) {
        const struct answer *answer = &answers->list[i];
        struct pki_error why = {0};
        if (!answer->met || answer->given_in[0])
            continue;
        (void)pki_yaml_fail(answer->node, &why, "step %s did not ask for %s", answer->step,
                            answer->key);
        pki_report_note(report, "Unused answers", PKI_TONE_WARN, "%s", why.text);
    }
}

/* --- reading them --------------------------------------------------------------------------- */

/* Every entry of a mapping is an answer; id is taken before. */
static bool read_answers(struct pki_yaml_node *map, const char *step, struct pki_answers *answers,
                         struct pki_error *err)
{
    for (size_t i = 0; i < pki_yaml_count(map); i++) {
        struct pki_yaml_node *child = NULL;
        const char *key = NULL;
        const char *text = NULL;
        if (!pki_yaml_entry(map, i, &key, &child, err))
            return false;
        if (step && strcmp(key, "id") == 0)
            continue;
        if (!pki_yaml_scalar(child, &text, err))
            return false;
        if (answers->n == answers->room)
            return pki_yaml_fail(child, err, "there are more than %d answers", MOST);
        if (strlen(text) >= PKI_RUN_LINE)
            return pki_yaml_fail(child, err, "an answer has %d octets at most", PKI_RUN_LINE - 1);
        answers->list[answers->n++] =
            (struct answer){.step = step, .key = key, .text = text, .node = child};
    }
    return true;
}

static bool read_steps(struct pki_yaml_node *steps, struct pki_answers *answers,
                       struct pki_error *err)
{
    for (size_t i = 0; i < pki_yaml_count(steps); i++) {
        struct pki_yaml_node *step = NULL;
        const char *none = NULL;
        const char *id = NULL;
        if (!pki_yaml_entry(steps, i, &none, &step, err) || !pki_yaml_text(step, "id", &id, err) ||
            !read_answers(step, id, answers, err))
            return false;
    }
    return true;
}

static bool read_all(struct pki_answers *answers, struct pki_error *err)
{
    struct pki_yaml_node *top = pki_yaml_root(answers->yaml);
    struct pki_yaml_node *any = NULL;
    struct pki_yaml_node *steps = NULL;
    const char *format = NULL;

    if (!pki_yaml_text(top, "answers", &format, err))
        return false;
    if (strcmp(format, "1") != 0)
        return pki_yaml_fail(pki_yaml_at(top, "answers"), err, "answers: 1 is the only format");
    return pki_yaml_map_optional(top, "any", &any, err) &&
           pki_yaml_list_optional(top, "steps", &steps, err) && pki_yaml_done(top, err) &&
           (!any || read_answers(any, NULL, answers, err)) &&
           (!steps || read_steps(steps, answers, err));
}

/* --- against their script ------------------------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, list[i]) == 0)
            return true;
    return false;
}

/* What every step may ask for. */
static bool is_asked_anywhere(const char *key)
{
    static const char *const keys[] = {"initials-administrator",
                                       "initials-witness",
                                       "exception-expected",
                                       "exception-happened",
                                       "exception-decided",
                                       "exception-who",
                                       "decision",
                                       "pause",
                                       "resume"};

    return is_one_of(key, keys, PKI_COUNT(keys));
}

static bool confirms(const char *key, const char *role)
{
    static const char start[] = "confirm-";

    return strncmp(key, start, sizeof(start) - 1) == 0 &&
           strcmp(key + sizeof(start) - 1, role) == 0;
}

static bool is_asked_in(const struct pki_script_step *step, const char *key)
{
    for (size_t i = 0; i < step->confirm_by.n; i++)
        if (confirms(key, step->confirm_by.list[i].text))
            return true;
    return is_asked_anywhere(key) || pki_script_has_word(&step->record, key) ||
           pki_script_has_word(&step->evidence, key) ||
           (step->act.kind == PKI_SCRIPT_ASK && strcmp(key, "answer") == 0) ||
           (step->act.duty && step->act.duty->prepared && strcmp(key, "approved") == 0);
}

/* One file for any step may serve several scripts. */
static bool may_be_asked(const struct pki_script *script, const char *key)
{
    static const char *const keys[] = {"answer", "photo", "paper", "shares"};

    for (size_t i = 0; i < script->n_roles; i++)
        if (confirms(key, script->roles[i].name))
            return true;
    return is_asked_anywhere(key) || pki_script_record_find(key) ||
           is_one_of(key, keys, PKI_COUNT(keys));
}

static const struct pki_script_step *find_step(const struct pki_script *script, const char *id)
{
    for (size_t i = 0; i < script->n_steps; i++)
        if (strcmp(script->steps[i].id, id) == 0)
            return &script->steps[i];
    return NULL;
}

static bool check(const struct answer *answer, const struct pki_script *script,
                  struct pki_error *err)
{
    if (!answer->step)
        return may_be_asked(script, answer->key) ||
               pki_yaml_fail(answer->node, err, "no step asks for \"%s\"", answer->key);
    const struct pki_script_step *step = find_step(script, answer->step);
    if (!step)
        return pki_yaml_fail(answer->node, err, "the script has no step \"%s\"", answer->step);
    return is_asked_in(step, answer->key) ||
           pki_yaml_fail(answer->node, err, "step %s does not ask for \"%s\"", answer->step,
                         answer->key);
}

static bool check_all(const struct pki_answers *answers, const char *path, struct pki_error *err)
{
    pki_auto(pki_script) script = NULL;

    if (!pki_script_load(path, &script, err))
        return false;
    for (size_t i = 0; i < answers->n; i++)
        if (!check(&answers->list[i], script, err))
            return false;
    return true;
}

bool pki_answers_load(const char *path, const char *script, struct pki_answers **answers,
                      struct pki_error *err)
{
    pki_auto(pki_answers) made = calloc(1, sizeof(*made));
    pki_scope(pki_buf) text = {0};

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->path = strdup(path);
    made->list = calloc(MOST, sizeof(*made->list));
    made->room = MOST;
    if (!made->path || !made->list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_file_read(AT_FDCWD, path, LIMIT, &text, err) ||
        !pki_yaml_parse(path, pki_buf_view(&text), &made->yaml, err) || !read_all(made, err) ||
        !check_all(made, script, err))
        return false;
    *answers = PKI_TAKE(made);
    return true;
}
