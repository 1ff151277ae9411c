#include "ceremony/transcript_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/transcript.h"

const char *pki_transcript_text(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));

    return text ? text : "";
}

/* Letters, digits and "-._", no dot in front: what every medium takes. */
static bool is_file_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t length = strlen(name);

    return length > 0 && length <= PKI_TRANSCRIPT_NAME && name[0] != '.' &&
           strspn(name, letters) == length;
}

static bool add_piece(void *of, struct pki_bytes piece, struct pki_error *err)
{
    (void)err;
    pki_digest_add(of, piece);
    return true;
}

bool pki_transcript_file_check(int dir, const char *name, const char *sha256, struct pki_error *err)
{
    pki_scope(pki_buf) hex = {0};
    struct pki_digest_state state;
    uint8_t found[PKI_SHA256_SIZE];
    char path[PKI_TRANSCRIPT_NAME + sizeof(PKI_TRANSCRIPT_EVIDENCE) + 2];

    if (!is_file_name(name))
        return pki_fail(err, PKI_E_INTEGRITY, "\"%.40s\" is no name of a file that is kept", name);
    (void)snprintf(path, sizeof(path), PKI_TRANSCRIPT_EVIDENCE "/%s", name);
    pki_digest_begin(&state, PKI_SHA256);
    if (!pki_file_stream(dir, path, add_piece, &state, err))
        return false;
    pki_digest_end(&state, found);
    pki_hex(&hex, (struct pki_bytes){found, sizeof(found)});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, err))
        return false;
    return strcmp((const char *)hex.data, sha256) == 0 ||
           pki_fail(err, PKI_E_INTEGRITY, "%s is not the file that was kept", path);
}

/* --- nothing else -------------------------------------------------------------------------- */

bool pki_transcript_is_witness(const char *name)
{
    static const size_t before = sizeof(PKI_TRANSCRIPT_WITNESS) - 1;
    static const size_t after = sizeof(PKI_TRANSCRIPT_WITNESS_END) - 1;
    size_t length = strlen(name);

    return is_file_name(name) && length > before + after &&
           strncmp(name, PKI_TRANSCRIPT_WITNESS, before) == 0 &&
           strcmp(name + length - after, PKI_TRANSCRIPT_WITNESS_END) == 0;
}

static bool is_own(const char *name)
{
    static const char *const own[] = {PKI_TRANSCRIPT, PKI_TRANSCRIPT_SCRIPT, PKI_TRANSCRIPT_HEAD,
                                      PKI_TRANSCRIPT_SEAL, PKI_TRANSCRIPT_EVIDENCE};

    for (size_t i = 0; i < PKI_COUNT(own); i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    return false;
}

static bool is_kept(const json_t *kept, const char *name)
{
    for (size_t i = 0; i < json_array_size(kept); i++)
        if (strcmp(json_string_value(json_array_get(kept, i)), name) == 0)
            return true;
    return false;
}

bool pki_transcript_is_loose(const char *step, const char *name)
{
    size_t length = strlen(step);

    name += *name == '.'; /* not yet under its name */
    return length > 0 && strncmp(name, step, length) == 0 && name[length] == '-';
}

/* What is looked for: kept, names in evidence/; NULL: those of the directory itself. */
struct search {
    const json_t *kept;
    const char *step; /* whose loose files are let pass; or NULL */
    bool ended;       /* countersignatures are let pass, and counted */
    int64_t countersignatures;
    bool loose;  /* there was one */
    bool remove; /* they are */
};

/* What the transcript says nothing of could be anything: seal and countersignatures are small
 * files. */
static bool check_small(int dir, const char *name, struct pki_error *err)
{
    struct stat status;

    if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return pki_fail(err, PKI_E_IO, "%s: %s", name, strerror(errno));
    return (S_ISREG(status.st_mode) && status.st_size > 0 &&
            status.st_size <= (off_t)PKI_LIMIT_KEY) ||
           pki_fail(err, PKI_E_INTEGRITY, "%.80s is no signature: no file of 1 to %d octets", name,
                    (int)PKI_LIMIT_KEY);
}

static bool look_at(void *context, int dir, const char *name, struct pki_error *err)
{
    struct search *search = context;
    if (!search->kept && strcmp(name, PKI_TRANSCRIPT_SEAL) == 0)
        return check_small(dir, name, err);
    if (search->kept ? is_kept(search->kept, name) : is_own(name))
        return true;
    if (search->ended && pki_transcript_is_witness(name)) {
        search->countersignatures++;
        return check_small(dir, name, err);
    }
    if (!search->kept || !search->step || !pki_transcript_is_loose(search->step, name))
        return pki_fail(err, PKI_E_INTEGRITY, "%s%.80s is not of this ceremony",
                        search->kept ? PKI_TRANSCRIPT_EVIDENCE "/" : "", name);
    search->loose = true;
    return !search->remove || unlinkat(dir, name, 0) == 0 ||
           pki_fail(err, PKI_E_IO, "evidence that a cut left cannot be removed: %s",
                    strerror(errno));
}

bool pki_transcript_no_strangers(int dir, const json_t *kept, const char *step,
                                 struct pki_transcript_summary *summary, struct pki_error *err)
{
    struct search top = {.ended = !summary->open};
    struct search search = {.kept = kept, .step = step};

    if (!pki_dir_each(dir, ".", look_at, &top, err) ||
        !pki_dir_each(dir, PKI_TRANSCRIPT_EVIDENCE, look_at, &search, err))
        return false;
    summary->countersignatures = top.countersignatures;
    summary->loose = search.loose;
    return true;
}

static void collect_kept(const json_t *line, json_t *kept)
{
    const json_t *files = json_object_get(line, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        if (strcmp(pki_transcript_text(file, "use"), "kept") == 0)
            (void)json_array_append(kept, json_object_get(file, "path"));
    }
}

static bool read_kept(int dir, json_t *kept, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_file_read(dir, PKI_TRANSCRIPT, PKI_TRANSCRIPT_LIMIT, &text, err))
        return false;
    for (const uint8_t *at = text.data, *end = text.data + text.size; at < end;) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = stop ? (size_t)(stop - at) : (size_t)(end - at);
        json_t *line = json_loadb((const char *)at, size, 0, NULL);
        collect_kept(line, kept);
        json_decref(line);
        at += size + 1;
    }
    return true;
}

bool pki_transcript_tidy(int dir, const char *step, struct pki_error *err)
{
    json_t *kept = json_array();
    struct search search = {.kept = kept, .step = step, .remove = true};
    pki_scope_fd int evidence = -1;
    bool done = kept ? read_kept(dir, kept, err) : pki_fail(err, PKI_E_MEMORY, "out of memory");

    done = done && pki_dir_open(dir, PKI_TRANSCRIPT_EVIDENCE, &evidence, err) &&
           pki_dir_each(evidence, ".", look_at, &search, err) && pki_dir_sync(evidence, err);
    json_decref(kept);
    return done;
}
