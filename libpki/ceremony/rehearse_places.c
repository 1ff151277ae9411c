/*
 * Where things lie in a rehearsal: the script's paths below its tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ceremony/rehearse.h"

void pki_rehearsal_place(const struct pki_rehearsal *rehearsal, const char *path,
                         struct pki_buf *here)
{
    pki_buf_printf(here, "%s/" PKI_REHEARSAL_TREE "/%s", rehearsal->request->to,
                   path + strspn(path, "/"));
    pki_buf_byte(here, 0);
}

bool pki_rehearsal_make_way(struct pki_rehearsal *rehearsal, const char *path, bool whole)
{
    pki_scope(pki_buf) here = {0};

    pki_rehearsal_place(rehearsal, path, &here);
    if (!pki_buf_ok(&here, rehearsal->err))
        return false;
    char *text = (char *)here.data;
    size_t size = strlen(text);
    for (size_t i = strlen(rehearsal->request->to) + 1; i <= size; i++) {
        if (text[i] != '/' && (text[i] != 0 || !whole))
            continue;
        char kept = text[i];
        text[i] = 0;
        if (mkdir(text, 0700) != 0 && errno != EEXIST)
            return pki_fail(rehearsal->err, PKI_E_IO, "%s: %s", text, strerror(errno));
        text[i] = kept;
    }
    return true;
}

const char *pki_rehearsal_value(const struct pki_script_step *step, const char *name)
{
    const struct pki_duty *duty = step->act.duty;

    for (size_t i = 0; duty && i < PKI_DUTY_PARAMS && duty->params[i].name; i++)
        if (strcmp(duty->params[i].name, name) == 0)
            return step->act.values[i];
    return NULL;
}

static bool make_places_of(struct pki_rehearsal *rehearsal, const struct pki_script_step *step)
{
    const struct pki_duty *duty = step->act.duty;

    for (size_t i = 0; duty && i < PKI_DUTY_PARAMS && duty->params[i].name; i++) {
        const char *path = step->act.values[i];
        bool whole = strcmp(duty->name, "backup") == 0;
        if (duty->params[i].path && path && !pki_rehearsal_make_way(rehearsal, path, whole))
            return false;
    }
    return true;
}

bool pki_rehearsal_make_places(struct pki_rehearsal *rehearsal)
{
    for (size_t i = 0; i < rehearsal->script->n_steps; i++)
        if (!make_places_of(rehearsal, &rehearsal->script->steps[i]))
            return false;
    return pki_rehearsal_make_way(rehearsal, "/media/cellar", false);
}

bool pki_rehearsal_write(struct pki_rehearsal *rehearsal, const char *path, struct pki_bytes octets)
{
    pki_scope(pki_buf) here = {0};

    pki_rehearsal_place(rehearsal, path, &here);
    return pki_buf_ok(&here, rehearsal->err) && pki_rehearsal_make_way(rehearsal, path, false) &&
           pki_file_write_new(AT_FDCWD, (const char *)here.data, 0600, octets, rehearsal->err);
}
