/*
 * The section `room` of a script: which findings stop its ceremony.
 */
#include "ceremony/script_read.h"

#define CLOCK_MOST 3600

static bool read_verdict(struct pki_yaml_node *map, const char *fact,
                         enum pki_room_verdict *verdict, struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text_optional(map, fact, &text, err))
        return false;
    for (size_t i = 0; text && pki_room_verdict_name(i); i++) {
        if (strcmp(text, pki_room_verdict_name(i)) != 0)
            continue;
        *verdict = (enum pki_room_verdict)i;
        return true;
    }
    return !text ||
           pki_script_no_such(pki_yaml_at(map, fact), fact, text, pki_room_verdict_name, err);
}

bool pki_script_read_room(struct pki_yaml_node *top, struct pki_script *script,
                          struct pki_error *err)
{
    struct pki_yaml_node *map = NULL;

    pki_room_policy_default(&script->room);
    if (!pki_yaml_map_optional(top, "room", &map, err))
        return false;
    if (!map)
        return true;
    script->room_line = pki_yaml_line(map);
    for (size_t i = 0; i < PKI_ROOM_FACTS; i++)
        if (!read_verdict(map, pki_room_fact_name(i), &script->room.of[i], err))
            return false;
    if (pki_yaml_at(map, "clock_within") &&
        !pki_script_read_number(map, "clock_within", CLOCK_MOST, &script->room.clock_within, err))
        return false;
    return pki_yaml_done(map, err);
}
