#include "ceremony/script.h"

#include <assert.h>
#include <fcntl.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ceremony/script_read.h"

#define DAY          86400
#define MINUTES_MOST 1440 /* a ceremony ends on the day it began */
#define PEOPLE_MOST  50

/* --- values -------------------------------------------------------------------------------- */

bool pki_script_room(const struct pki_yaml_node *node, const char *what, size_t size,
                     size_t at_most, void **list, struct pki_error *err)
{
    size_t n = pki_yaml_count(node);

    if (n == 0)
        return pki_yaml_fail(node, err, "%s: there is none; add one, or leave the key out", what);
    if (n > at_most)
        return pki_yaml_fail(node, err, "%s: there are %zu, at most %zu are taken", what, n,
                             at_most);
    *list = calloc(n, size);
    return *list || pki_fail(err, PKI_E_MEMORY, "out of memory");
}

static bool is_name(const struct pki_yaml_node *at, const char *key, const char *name,
                    struct pki_error *err)
{
    return pki_text_is_name(name) ||
           pki_yaml_fail(at, err,
                         "%s: \"%.60s\" cannot be a name: use a-z, 0-9 and \"-\", at most 40, a "
                         "letter or digit first and last",
                         key, name);
}

bool pki_script_read_name(struct pki_yaml_node *map, const char *key, const char **name,
                          struct pki_error *err)
{
    return pki_yaml_text(map, key, name, err) && is_name(pki_yaml_at(map, key), key, *name, err);
}

bool pki_script_read_number(struct pki_yaml_node *map, const char *key, unsigned most,
                            unsigned *number, struct pki_error *err)
{
    const char *text = NULL;
    unsigned value = 0;

    if (!pki_yaml_text(map, key, &text, err))
        return false;
    for (const char *at = text; *at && value <= most; at++)
        value = *at >= '0' && *at <= '9' ? value * 10 + (unsigned)(*at - '0') : most + 1;
    *number = value;
    return (value >= 1 && value <= most) ||
           pki_yaml_fail(pki_yaml_at(map, key), err, "%s: \"%.20s\" is no number from 1 to %u", key,
                         text, most);
}

bool pki_script_read_words(struct pki_yaml_node *map, const char *key,
                           struct pki_script_words *words, struct pki_error *err)
{
    struct pki_yaml_node *list = NULL;
    void *room = NULL;

    if (!pki_yaml_list_optional(map, key, &list, err))
        return false;
    if (!list)
        return true;
    if (!pki_script_room(list, key, sizeof(*words->list), PKI_SCRIPT_PARTS, &room, err))
        return false;
    words->list = room;
    assert(room);
    for (size_t i = 0; i < pki_yaml_count(list); i++) {
        struct pki_yaml_node *entry = NULL;
        const char *none = NULL;
        struct pki_script_word *word = &words->list[i];
        if (!pki_yaml_entry(list, i, &none, &entry, err) ||
            !pki_yaml_scalar(entry, &word->text, err))
            return false;
        if (!*word->text)
            return pki_yaml_fail(entry, err, "%s: an entry is empty", key);
        word->line = pki_yaml_line(entry);
        words->n++;
    }
    return true;
}

bool pki_script_read_facts(struct pki_yaml_node *map, const char *key,
                           struct pki_script_facts *facts, struct pki_error *err)
{
    struct pki_yaml_node *child = NULL;
    void *room = NULL;

    if (!pki_yaml_map_optional(map, key, &child, err))
        return false;
    if (!child)
        return true;
    if (!pki_script_room(child, key, sizeof(*facts->list), PKI_SCRIPT_PARTS, &room, err))
        return false;
    facts->list = room;
    assert(room);
    for (size_t i = 0; i < pki_yaml_count(child); i++) {
        struct pki_yaml_node *entry = NULL;
        struct pki_script_fact *fact = &facts->list[i];
        if (!pki_yaml_entry(child, i, &fact->name, &entry, err) ||
            !is_name(entry, key, fact->name, err) || !pki_yaml_scalar(entry, &fact->value, err) ||
            !is_name(entry, key, fact->value, err))
            return false;
        fact->line = pki_yaml_line(entry);
        facts->n++;
    }
    return true;
}

bool pki_script_no_such(const struct pki_yaml_node *at, const char *what, const char *value,
                        const char *(*name)(size_t n), struct pki_error *err)
{
    pki_scope(pki_buf) names = {0};

    pki_script_names(name, &names);
    return pki_yaml_fail(at, err, "%s: there is no \"%.40s\"; take %.*s", what, value,
                         names.failed ? 0 : (int)names.size, (const char *)names.data);
}

/* --- roles --------------------------------------------------------------------------------- */

static bool read_role(struct pki_yaml_node *map, struct pki_script_role *role,
                      struct pki_error *err)
{
    role->line = pki_yaml_line(map);
    if (!pki_script_read_number(map, "minimum", PEOPLE_MOST, &role->minimum, err))
        return false;
    role->quorum = role->minimum;
    if (pki_yaml_at(map, "quorum") &&
        !pki_script_read_number(map, "quorum", PEOPLE_MOST, &role->quorum, err))
        return false;
    return pki_script_read_words(map, "not_same_as", &role->not_same_as, err) &&
           pki_yaml_done(map, err);
}

static bool read_roles(struct pki_yaml_node *top, struct pki_script *script, struct pki_error *err)
{
    struct pki_yaml_node *roles = NULL;
    void *room = NULL;

    if (!pki_yaml_map(top, "roles", &roles, err) ||
        !pki_script_room(roles, "roles", sizeof(*script->roles), PKI_SCRIPT_PARTS, &room, err))
        return false;
    script->roles = room;
    assert(room);
    for (size_t i = 0; i < pki_yaml_count(roles); i++) {
        struct pki_yaml_node *map = NULL;
        struct pki_script_role *role = &script->roles[script->n_roles++];
        if (!pki_yaml_entry(roles, i, &role->name, &map, err) ||
            !is_name(map, "roles", role->name, err) || !read_role(map, role, err))
            return false;
    }
    return true;
}

/* --- the whole ----------------------------------------------------------------------------- */

static bool read_version(struct pki_yaml_node *top, struct pki_error *err)
{
    const char *text = NULL;

    return pki_yaml_text(top, "ceremony", &text, err) &&
           (strcmp(text, "1") == 0 ||
            pki_yaml_fail(pki_yaml_at(top, "ceremony"), err,
                          "ceremony: version \"%.20s\" is not known; this tool reads 1", text));
}

static bool read_type(struct pki_yaml_node *top, struct pki_script *script, struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text(top, "type", &text, err))
        return false;
    return pki_script_type_find(text, &script->type) ||
           pki_script_no_such(pki_yaml_at(top, "type"), "type", text, pki_script_type_at, err);
}

/* A date alone means the whole day. */
static bool read_time(struct pki_yaml_node *top, const char *key, int64_t day_adds, int64_t *at,
                      struct pki_error *err)
{
    const char *text = NULL;
    struct pki_error why = {0};

    if (!pki_yaml_text(top, key, &text, err))
        return false;
    if (!pki_time_parse(text, at, &why))
        return pki_yaml_fail(pki_yaml_at(top, key), err, "%s: %s", key, why.text);
    if (!strchr(text, 'T') && text[0] != '@')
        *at += day_adds;
    return true;
}

static bool read_head(struct pki_yaml_node *top, struct pki_script *script, struct pki_error *err)
{
    if (!read_version(top, err) || !pki_script_read_name(top, "id", &script->id, err) ||
        !pki_yaml_text(top, "title", &script->title, err) || !read_type(top, script, err) ||
        !read_time(top, "valid_from", 0, &script->valid_from, err) ||
        !read_time(top, "valid_until", DAY - 1, &script->valid_until, err) ||
        !pki_script_read_number(top, "expect_minutes", MINUTES_MOST, &script->minutes, err))
        return false;
    if (!*script->title)
        return pki_yaml_fail(pki_yaml_at(top, "title"), err, "title: is empty");
    return script->valid_from < script->valid_until ||
           pki_yaml_fail(pki_yaml_at(top, "valid_until"), err,
                         "valid_until: lies before valid_from");
}

static bool read_script(struct pki_yaml_node *top, struct pki_script *script, struct pki_error *err)
{
    return read_head(top, script, err) && read_roles(top, script, err) &&
           pki_script_read_materials(top, script, err) && pki_script_read_room(top, script, err) &&
           pki_script_read_facts(top, "facts", &script->facts, err) &&
           pki_script_read_steps(top, script, err) && pki_yaml_done(top, err);
}

bool pki_script_parse(const char *name, struct pki_bytes text, struct pki_script **script,
                      struct pki_error *err)
{
    pki_auto(pki_script) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_yaml_parse(name, text, &made->yaml, err) ||
        !read_script(pki_yaml_root(made->yaml), made, err))
        return false;
    pki_sha256(text, made->sha256);
    *script = PKI_TAKE(made);
    return true;
}

bool pki_script_load(const char *path, struct pki_script **script, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    return pki_file_read(AT_FDCWD, path, PKI_SCRIPT_LIMIT, &text, err) &&
           pki_script_parse(path, pki_buf_view(&text), script, err);
}

static void free_step(struct pki_script_step *step)
{
    free(step->act.choices.list);
    free(step->record.list);
    free(step->confirm_by.list);
    free(step->requires.list);
    free(step->sets.list);
    free(step->evidence.list);
}

void pki_script_free(struct pki_script *script)
{
    if (!script)
        return;
    for (size_t i = 0; i < script->n_roles; i++)
        free(script->roles[i].not_same_as.list);
    for (size_t i = 0; i < script->n_steps; i++)
        free_step(&script->steps[i]);
    free(script->roles);
    free(script->materials);
    free(script->facts.list);
    free(script->steps);
    pki_yaml_free(script->yaml);
    free(script);
}

/* --- looking up ---------------------------------------------------------------------------- */

const struct pki_script_role *pki_script_role(const struct pki_script *script, const char *name)
{
    for (size_t i = 0; i < script->n_roles; i++)
        if (strcmp(script->roles[i].name, name) == 0)
            return &script->roles[i];
    return NULL;
}

const struct pki_script_material *pki_script_material(const struct pki_script *script,
                                                      const char *id)
{
    for (size_t i = 0; i < script->n_materials; i++)
        if (strcmp(script->materials[i].id, id) == 0)
            return &script->materials[i];
    return NULL;
}

bool pki_script_has_word(const struct pki_script_words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->list[i].text, word) == 0)
            return true;
    return false;
}

bool pki_script_is_severe(const struct pki_script_step *step)
{
    return step->act.duty && step->act.duty->severe;
}
