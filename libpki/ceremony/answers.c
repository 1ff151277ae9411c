/*
 * Scripted answers: what makes a ceremony a test.
 */
#include <fcntl.h>

#include "pki/ceremony_run.h"
#include "base/file.h"
#include "base/yaml.h"

#define LIMIT ((size_t)256 * 1024)
#define MOST  4000

struct answer {
    const char *step; /* NULL: any */
    const char *key, *text;
};

struct pki_answers {
    struct pki_yaml *yaml;
    struct answer *list;
    size_t n, room;
};

void pki_answers_free(struct pki_answers *answers)
{
    if (!answers)
        return;
    pki_yaml_free(answers->yaml);
    free(answers->list);
    free(answers);
}

const char *pki_answers_find(const struct pki_answers *answers, const char *step, const char *key)
{
    const char *any = NULL;

    for (size_t i = 0; answers && i < answers->n; i++) {
        const struct answer *answer = &answers->list[i];
        if (strcmp(answer->key, key) != 0)
            continue;
        if (answer->step && strcmp(answer->step, step) == 0)
            return answer->text;
        if (!answer->step)
            any = answer->text;
    }
    return any;
}

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
        answers->list[answers->n++] = (struct answer){.step = step, .key = key, .text = text};
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

bool pki_answers_load(const char *path, struct pki_answers **answers, struct pki_error *err)
{
    pki_auto(pki_answers) made = calloc(1, sizeof(*made));
    pki_scope(pki_buf) text = {0};

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->list = calloc(MOST, sizeof(*made->list));
    made->room = MOST;
    if (!made->list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_file_read(AT_FDCWD, path, LIMIT, &text, err) ||
        !pki_yaml_parse(path, pki_buf_view(&text), &made->yaml, err) || !read_all(made, err))
        return false;
    *answers = PKI_TAKE(made);
    return true;
}
