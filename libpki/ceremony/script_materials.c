/*
 * What lies on the table.
 */
#include <assert.h>

#include "base/text.h"
#include "ceremony/script_read.h"

#define SIZE_MOST (INT64_C(1) << 50)

static const char *kind_name(size_t n)
{
    static const char *const kinds[] = {"image",    "laptop",  "medium", "token", "paper",
                                        "envelope", "printer", "clock",  "other"};

    return n < PKI_COUNT(kinds) ? kinds[n] : NULL;
}

static bool read_kind(struct pki_yaml_node *map, struct pki_script_material *material,
                      struct pki_error *err)
{
    if (!pki_yaml_text(map, "kind", &material->kind, err))
        return false;
    for (size_t i = 0; kind_name(i); i++)
        if (strcmp(material->kind, kind_name(i)) == 0)
            return true;
    return pki_script_no_such(pki_yaml_at(map, "kind"), "kind", material->kind, kind_name, err);
}

static bool read_digest(struct pki_yaml_node *map, struct pki_script_material *material,
                        struct pki_error *err)
{
    pki_scope(pki_buf) bytes = {0};
    struct pki_error why = {0};
    const char *text = NULL;

    if (!pki_yaml_text_optional(map, "sha256", &text, err))
        return false;
    if (!text)
        return true;
    if (!pki_hex_parse(text, &bytes, &why) || bytes.size != PKI_SHA256_SIZE)
        return pki_yaml_fail(pki_yaml_at(map, "sha256"), err,
                             "sha256: this is no digest: write its 64 hex digits");
    memcpy(material->sha256, bytes.data, PKI_SHA256_SIZE);
    material->has_sha256 = true;
    return true;
}

/* Of how many octets the digest is: a medium is longer than the image that was written to it. */
static bool read_size(struct pki_yaml_node *map, struct pki_script_material *material,
                      struct pki_error *err)
{
    const char *text = NULL;
    const char *at = NULL;

    if (!pki_yaml_text_optional(map, "size", &text, err))
        return false;
    for (at = text; at && *at >= '0' && *at <= '9' && material->size < SIZE_MOST; at++)
        material->size = material->size * 10 + (*at - '0');
    if (text && (*at || material->size == 0 || material->size >= SIZE_MOST))
        return pki_yaml_fail(pki_yaml_at(map, "size"), err,
                             "size: \"%.20s\" is no number of octets", text);
    return !text || material->has_sha256 ||
           pki_yaml_fail(pki_yaml_at(map, "size"), err,
                         "size: needs sha256 beside it, the digest of so many octets");
}

static bool read_bag(struct pki_yaml_node *map, struct pki_script_material *material,
                     struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text_optional(map, "bag", &text, err))
        return false;
    material->bag = text && strcmp(text, "required") == 0;
    return !text || material->bag || strcmp(text, "none") == 0 ||
           pki_yaml_fail(pki_yaml_at(map, "bag"), err,
                         "bag: \"%.20s\" is neither required nor none", text);
}

static bool read_material(struct pki_yaml_node *map, struct pki_script_material *material,
                          struct pki_error *err)
{
    material->line = pki_yaml_line(map);
    return pki_script_read_name(map, "id", &material->id, err) && read_kind(map, material, err) &&
           pki_yaml_text_optional(map, "label", &material->label, err) &&
           pki_yaml_text_optional(map, "colour", &material->colour, err) &&
           read_digest(map, material, err) && read_size(map, material, err) &&
           read_bag(map, material, err) && pki_yaml_done(map, err);
}

bool pki_script_read_materials(struct pki_yaml_node *top, struct pki_script *script,
                               struct pki_error *err)
{
    struct pki_yaml_node *list = NULL;
    void *room = NULL;

    if (!pki_yaml_list_optional(top, "materials", &list, err))
        return false;
    if (!list)
        return true;
    if (!pki_script_room(list, "materials", sizeof(*script->materials), PKI_SCRIPT_PARTS, &room,
                         err))
        return false;
    script->materials = room;
    assert(room);
    for (size_t i = 0; i < pki_yaml_count(list); i++) {
        struct pki_yaml_node *map = NULL;
        const char *none = NULL;
        struct pki_script_material *material = &script->materials[i];
        if (!pki_yaml_entry(list, i, &none, &map, err) || !read_material(map, material, err))
            return false;
        if (pki_script_material(script, material->id)) {
            return pki_yaml_fail(pki_yaml_at(map, "id"), err,
                                 "id: \"%s\" is there already; every material has its own",
                                 material->id);
        }
        script->n_materials++;
    }
    return true;
}

/* The one that the script has a digest of. */
static const struct pki_script_material *find_image(const struct pki_script *script)
{
    for (size_t i = 0; script && i < script->n_materials; i++) {
        const struct pki_script_material *material = &script->materials[i];
        if (strcmp(material->kind, "image") == 0 && material->has_sha256)
            return material;
    }
    return NULL;
}

bool pki_script_read_image(const struct pki_script *script, const char *path,
                           const struct pki_progress *progress, struct pki_room_image *image,
                           struct pki_error *err)
{
    const struct pki_script_material *material = find_image(script);

    *image = (struct pki_room_image){.path = path, .expected = material ? material->sha256 : NULL};
    return !path ||
           pki_room_digest_image(path, material ? material->size : 0, progress, image->sha256, err);
}
