/*
 * Evidence: what a duty printed, and copies of what it left, in the record's evidence/.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/run.h"
#include "ceremony/transcript_files.h"

#define NUMBERS 1000 /* of files of one name */

void pki_run_files_clear(struct pki_run_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->paths[i]);
    free(files->paths);
    free(files->list);
    *files = (struct pki_run_files){0};
}

bool pki_run_wants(const struct pki_run *run, const char *evidence)
{
    return pki_script_has_word(&pki_run_step_due(run)->evidence, evidence);
}

/* --- what a line says of a file ------------------------------------------------------------- */

static bool make_room(struct pki_run_files *files)
{
    size_t room = files->room ? 2 * files->room : 16;
    struct pki_transcript_file *list = realloc(files->list, room * sizeof(*list));

    if (!list)
        return false;
    files->list = list;
    char **paths = realloc(files->paths, room * sizeof(*paths));
    if (!paths)
        return false;
    files->paths = paths;
    files->room = room;
    return true;
}

/* Good until the next one is added. */
static struct pki_transcript_file *add_file(struct pki_run *run, struct pki_run_files *files,
                                            const char *use, const char *path)
{
    char *copy = files->n < files->room || make_room(files) ? strdup(path) : NULL;

    if (!copy) {
        (void)pki_fail(run->err, PKI_E_MEMORY, "out of memory");
        return NULL;
    }
    struct pki_transcript_file *file = &files->list[files->n];
    files->paths[files->n++] = copy;
    *file = (struct pki_transcript_file){.use = use, .path = copy};
    return file;
}

struct digested {
    struct pki_digest_state state;
    int64_t size;
};

static bool add_piece(void *of, struct pki_bytes piece, struct pki_error *err)
{
    struct digested *digested = of;

    (void)err;
    pki_digest_add(&digested->state, piece);
    digested->size += (int64_t)piece.size;
    return true;
}

bool pki_run_digest(const char *path, int64_t *size, uint8_t sha256[PKI_SHA256_SIZE],
                    struct pki_error *err)
{
    struct digested digested = {.size = 0};

    pki_digest_begin(&digested.state, PKI_SHA256);
    if (!pki_file_stream(AT_FDCWD, path, add_piece, &digested, err))
        return false;
    pki_digest_end(&digested.state, sha256);
    *size = digested.size;
    return true;
}

bool pki_run_list_file(struct pki_run *run, struct pki_run_files *files, const char *use,
                       const char *path)
{
    struct pki_transcript_file *file = add_file(run, files, use, path);

    return file && pki_run_digest(path, &file->size, file->sha256, run->err);
}

/* --- keeping -------------------------------------------------------------------------------- */

static bool open_evidence(struct pki_run *run, int *dir)
{
    return pki_dir_open(run->dir, PKI_TRANSCRIPT_EVIDENCE, dir, run->err);
}

/* "090-output.txt", then "090-output.txt.2": what was kept before stays. */
static bool find_name(struct pki_run *run, int dir, const char *name,
                      char kept[PKI_TRANSCRIPT_NAME])
{
    struct stat status;

    for (int n = 1; n < NUMBERS; n++) {
        char number[16] = "";
        if (n > 1)
            (void)snprintf(number, sizeof(number), ".%d", n);
        int length =
            snprintf(kept, PKI_TRANSCRIPT_NAME, "%s-%s%s", pki_run_step_due(run)->id, name, number);
        if (length < 0 || length >= PKI_TRANSCRIPT_NAME)
            return pki_fail(run->err, PKI_E_USAGE, "%s: the name is too long to be kept", name);
        if (fstatat(dir, kept, &status, AT_SYMLINK_NOFOLLOW) != 0)
            return true;
    }
    return pki_fail(run->err, PKI_E_EXISTS, "%s: there are too many of that name", name);
}

bool pki_run_keep(struct pki_run *run, struct pki_run_files *files, const char *name,
                  const char *evidence, struct pki_bytes octets)
{
    char kept[PKI_TRANSCRIPT_NAME];
    pki_scope_fd int dir = -1;

    if (!open_evidence(run, &dir) || !find_name(run, dir, name, kept) ||
        !pki_file_write_new(dir, kept, 0600, octets, run->err))
        return false;
    struct pki_transcript_file *file = add_file(run, files, "kept", kept);
    if (!file)
        return false;
    file->evidence = evidence;
    file->size = (int64_t)octets.size;
    pki_sha256(octets, file->sha256);
    return true;
}

struct copy {
    struct pki_file *to;
    struct digested digested;
};

static bool copy_piece(void *of, struct pki_bytes piece, struct pki_error *err)
{
    struct copy *copy = of;

    return pki_file_put(copy->to, (size_t)copy->digested.size, piece, err) &&
           add_piece(&copy->digested, piece, err);
}

bool pki_run_keep_copy(struct pki_run *run, struct pki_run_files *files, const char *path,
                       const char *name, const char *evidence)
{
    pki_auto(pki_file) to = NULL;
    pki_scope_fd int dir = -1;
    char kept[PKI_TRANSCRIPT_NAME];
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!open_evidence(run, &dir) || !find_name(run, dir, name, kept) ||
        !pki_file_create(dir, kept, 0600, &to, run->err))
        return false;
    struct copy copy = {.to = to};
    pki_digest_begin(&copy.digested.state, PKI_SHA256);
    if (!pki_file_stream(AT_FDCWD, path, copy_piece, &copy, run->err) ||
        !pki_file_commit(&to, run->err))
        return false;
    pki_digest_end(&copy.digested.state, sha256);
    struct pki_transcript_file *file = add_file(run, files, "kept", kept);
    if (!file)
        return false;
    file->evidence = evidence;
    file->size = copy.digested.size;
    memcpy(file->sha256, sha256, sizeof(file->sha256));
    file = add_file(run, files, "written", path);
    if (!file)
        return false;
    file->size = copy.digested.size;
    memcpy(file->sha256, sha256, sizeof(file->sha256));
    return true;
}

/* --- what a duty leaves --------------------------------------------------------------------- */

static bool keep_below(struct pki_run *run, struct pki_run_files *files, const char *directory,
                       const char *file, const char *evidence)
{
    pki_scope(pki_buf) path = {0};
    const char *name = strrchr(file, '/');

    pki_buf_printf(&path, "%s/%s", directory, file);
    pki_buf_byte(&path, 0);
    return pki_buf_ok(&path, run->err) &&
           pki_run_keep_copy(run, files, (const char *)path.data, name ? name + 1 : file, evidence);
}

static bool gather_certificates(struct pki_run *run, const struct pki_run_journal *journal,
                                struct pki_run_files *files)
{
    const char *pem = pki_transcript_text(journal->result, "certificates");
    const struct pki_bytes octets = {(const uint8_t *)pem, strlen(pem)};

    if (!*pem)
        return pki_fail(run->err, PKI_E_STATE, "the cellar has no new certificate");
    return pki_run_keep(run, files, "certificates.pem", "certificate", octets);
}

static bool gather_crls(struct pki_run *run, const struct pki_run_journal *journal,
                        struct pki_run_files *files)
{
    const json_t *list = json_object_get(journal->result, "crl_files");
    pki_scope(pki_buf) cellar = {0};

    pki_run_cellar(run, &cellar);
    if (!pki_buf_ok(&cellar, run->err))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!keep_below(run, files, (const char *)cellar.data, name, "crl"))
            return false;
    }
    return json_array_size(list) > 0 ||
           pki_fail(run->err, PKI_E_STATE, "the cellar has no new CRL");
}

static bool gather_seal(struct pki_run *run, struct pki_run_files *files)
{
    pki_scope(pki_buf) to = {0};

    return pki_run_value(run, "to", &to) && pki_buf_ok(&to, run->err) &&
           keep_below(run, files, (const char *)to.data, "seal.txt", "seal") &&
           keep_below(run, files, (const char *)to.data, "seal.txt.sig", "seal");
}

/* The newest one, as the journal names it. */
static bool gather_backup(struct pki_run *run, const struct pki_run_journal *journal,
                          struct pki_run_files *files)
{
    const json_t *entries = json_object_get(journal->result, "since");
    const char *name = "";
    pki_scope(pki_buf) to = {0};
    pki_scope(pki_buf) file = {0};

    for (size_t i = 0; i < json_array_size(entries); i++)
        if (strcmp(pki_transcript_text(json_array_get(entries, i), "action"), "backup") == 0)
            name = pki_transcript_text(json_array_get(entries, i), "detail");
    pki_buf_printf(&file, "%s/manifest.json", name);
    pki_buf_byte(&file, 0);
    if (!*name)
        return pki_fail(run->err, PKI_E_STATE, "the cellar has no new backup");
    return pki_buf_ok(&file, run->err) && pki_run_value(run, "to", &to) &&
           pki_buf_ok(&to, run->err) &&
           keep_below(run, files, (const char *)to.data, (const char *)file.data, "backup");
}

/* A directory of exports, and what becomes of its manifests. */
struct manifests {
    struct pki_run *run;
    struct pki_run_files *files;
    const char *directory;
    bool kept; /* one was there */
};

/* That of an environment, if there is one. */
static bool keep_manifest(struct manifests *of, const char *environment)
{
    pki_scope(pki_buf) path = {0};
    char name[PKI_TRANSCRIPT_NAME];
    bool there = false;

    pki_buf_printf(&path, "%s/%s%smanifest.json", of->directory, environment,
                   *environment ? "/" : "");
    pki_buf_byte(&path, 0);
    if (!pki_buf_ok(&path, of->run->err) ||
        !pki_dir_holds(AT_FDCWD, (const char *)path.data, &there, of->run->err))
        return false;
    if (!there)
        return true;
    (void)snprintf(name, sizeof(name), "export%s%.40s.json", *environment ? "-" : "", environment);
    of->kept = true;
    return pki_run_keep_copy(of->run, of->files, (const char *)path.data, name, "export");
}

static bool keep_next(void *context, int dir, const char *environment, struct pki_error *err)
{
    struct manifests *of = context;

    (void)dir;
    (void)err;
    return !pki_text_is_name(environment) || keep_manifest(of, environment);
}

static bool gather_exports(struct pki_run *run, struct pki_run_files *files)
{
    pki_scope(pki_buf) directory = {0};
    struct manifests all = {.run = run, .files = files};

    if (!pki_run_value(run, "to", &directory)) {
        pki_run_cellar(run, &directory);
        directory.size -= directory.size > 0;
        pki_buf_text(&directory, "/exports");
        pki_buf_byte(&directory, 0);
    }
    if (!pki_buf_ok(&directory, run->err))
        return false;
    all.directory = (const char *)directory.data;
    if (!keep_manifest(&all, "") ||
        (!all.kept && !pki_dir_each(AT_FDCWD, all.directory, keep_next, &all, run->err)))
        return false;
    return all.kept ||
           pki_fail(run->err, PKI_E_STATE, "%s: there is no manifest.json", all.directory);
}

bool pki_run_gather(struct pki_run *run, const struct pki_run_journal *journal,
                    struct pki_run_files *files)
{
    return (!pki_run_wants(run, "certificate") || gather_certificates(run, journal, files)) &&
           (!pki_run_wants(run, "crl") || gather_crls(run, journal, files)) &&
           (!pki_run_wants(run, "seal") || gather_seal(run, files)) &&
           (!pki_run_wants(run, "backup") || gather_backup(run, journal, files)) &&
           (!pki_run_wants(run, "export") || gather_exports(run, files));
}
