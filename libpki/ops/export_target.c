#include "ops/export_target.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/random.h"
#include "ops/manifest.h"

static bool set_name(struct pki_target *target, const char *name, struct pki_error *err)
{
    int n = snprintf(target->name, sizeof(target->name), "%s", name);

    if (n >= (int)sizeof(target->name))
        return pki_fail(err, PKI_E_USAGE, "the name of the directory is too long");
    return (n > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) ||
           pki_fail(err, PKI_E_USAGE, "--to needs the name of a directory to make");
}

bool pki_target_name(struct pki_target *target, const char *name, struct pki_error *err)
{
    target->replace = true;
    (void)snprintf(target->fresh, sizeof(target->fresh), ".%s.new", name);
    return set_name(target, name, err);
}

static bool exists(const struct pki_target *target)
{
    struct stat status;

    return fstatat(target->above, target->name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool refuse_existing(const char *path, struct pki_error *err)
{
    return pki_fail(err, PKI_E_EXISTS,
                    "%s exists already: name another (what an export wrote is replaced by an "
                    "export with --replace)",
                    path);
}

/* A directory that somebody else put anything into is not ours to replace. */
static bool may_replace(const struct pki_target *target, const char *path, struct pki_error *err)
{
    struct pki_error why = {0};

    if (!exists(target))
        return true;
    if (!target->replace)
        return refuse_existing(path, err);
    return pki_manifest_owns(target->above, target->name, &why) ||
           pki_fail(err, PKI_E_EXISTS, "%s: %s; --replace replaces nothing but an export", path,
                    why.text);
}

bool pki_target_open(struct pki_target *target, const char *path, bool replace,
                     struct pki_error *err)
{
    uint32_t nonce = 0;

    target->replace = replace;
    if (!pki_dir_open_above(AT_FDCWD, path, &target->above, target->name, err) ||
        !pki_random(&nonce, sizeof(nonce), err))
        return false;
    /* Beside other people's files: a name that nobody has. */
    (void)snprintf(target->fresh, sizeof(target->fresh), ".%.200s.new-%08x", target->name, nonce);
    return may_replace(target, path, err);
}

/* What an interrupted export left, or what an exchange has just put aside. */
static bool remove_fresh(const struct pki_target *target, struct pki_error *err)
{
    struct stat status;

    if (fstatat(target->above, target->fresh, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    return pki_dir_remove(target->above, target->fresh, err);
}

void pki_target_clear(struct pki_target *target)
{
    struct pki_error lost = {0};

    if (target->begun)
        (void)!remove_fresh(target, &lost);
    target->begun = false;
    pki_fd_close_(&target->above);
}

bool pki_target_begin(struct pki_target *target, int *dir, struct pki_error *err)
{
    target->begun =
        remove_fresh(target, err) && pki_dir_make(target->above, target->fresh, dir, err);
    return target->begun;
}

bool pki_target_finish(struct pki_target *target, struct pki_error *err)
{
    bool swapped = false;

    /* Looked at again in the last moment: what exists is replaced only where that was asked for. */
    if (!target->replace && exists(target))
        return refuse_existing(target->name, err);
    if (!pki_dir_exchange(target->above, target->fresh, target->name, &swapped, err))
        return false;
    target->begun = false;
    return !swapped || remove_fresh(target, err);
}
