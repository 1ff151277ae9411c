#include "ops/export_target.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "ops/manifest.h"

#define NONCE_DIGITS 8

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
    target->elsewhere = true;
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

    if (target->begun && !target->recorded)
        (void)!remove_fresh(target, &lost);
    target->begun = false;
    pki_fd_close_(&target->above);
}

/* Asked before anything is written and recorded. */
static bool refuse_exchange(const struct pki_target *target, struct pki_error *err)
{
    struct pki_error lost = {0};

    (void)!remove_fresh(target, &lost);
    return pki_fail(err, PKI_E_EXISTS,
                    "%s exists, and its file system (FAT?) cannot exchange it in one step: name "
                    "another, or remove it first",
                    target->name);
}

bool pki_target_begin(struct pki_target *target, int *dir, struct pki_error *err)
{
    if (!remove_fresh(target, err))
        return false;
    target->begun = true; /* also where it was made and could not be opened */
    if (!pki_dir_make(target->above, target->fresh, dir, err))
        return false;
    return !exists(target) || pki_dir_exchanges(*dir) || refuse_exchange(target, err);
}

bool pki_target_finish(struct pki_target *target, struct pki_error *err)
{
    bool swapped = false;

    /* Looked at again in the last moment: what exists is replaced only where that was asked for. */
    if (!target->replace && exists(target))
        return refuse_existing(target->name, err);
    if (!pki_dir_exchange(target->above, target->fresh, target->name, &swapped, err) ||
        (swapped && !remove_fresh(target, err)))
        return false;
    target->begun = false;
    return true;
}

/* --- what was left ---------------------------------------------------------------------------- */

static bool is_left(const struct pki_target *target, const char *file)
{
    size_t stem = strlen(target->fresh) - NONCE_DIGITS;

    return strncmp(file, target->fresh, stem) == 0 &&
           strspn(file + stem, "0123456789abcdef") == NONCE_DIGITS &&
           file[stem + NONCE_DIGITS] == 0 && strcmp(file, target->fresh) != 0;
}

/* Where a target is, and whom it tells what lies beside it. */
struct beside {
    const struct pki_target *target;
    struct pki_report *warnings;
};

static bool warn_of(void *context, int dir, const char *name, struct pki_error *err)
{
    const struct beside *beside = context;

    (void)dir;
    (void)err;
    if (is_left(beside->target, name)) {
        pki_report_note(
            beside->warnings, "Warning", PKI_TONE_WARN,
            "%s, beside it, is of a run that was cut off, and may hold a key or shares: remove it",
            name);
    }
    return true;
}

void pki_target_warn(const struct pki_target *target, struct pki_report *warnings)
{
    struct beside beside = {target, warnings};
    struct pki_error why = {0};

    if (target->elsewhere && !pki_dir_each(target->above, ".", warn_of, &beside, &why)) {
        pki_report_note(
            warnings, "Warning", PKI_TONE_WARN,
            "what a run that was cut off may have left beside it was not looked for: %s", why.text);
    }
}

bool pki_target_waits(int cellar, const struct pki_publication_row *last)
{
    pki_scope(pki_buf) bytes = {0};
    struct pki_error absent = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[PKI_WORD_MAX + 32];

    (void)snprintf(path, sizeof(path), "exports/.%s.new/manifest.json", last->environment);
    if (!pki_file_read(cellar, path, PKI_LIMIT_BUNDLE, &bytes, &absent))
        return false;
    pki_sha256(pki_buf_view(&bytes), sha256);
    return memcmp(sha256, last->manifest_sha256, sizeof(sha256)) == 0;
}
