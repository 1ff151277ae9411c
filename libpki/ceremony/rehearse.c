/*
 * What a rehearsal begins with: a directory of its own, and below it a cellar in the state that the
 * script expects. It is made by the siblings, as the ceremonies before it would have made it: a
 * quarter of an hour ago, so that what has to wait has waited. A key that is destroyed has nothing
 * to sign any more: for that it is made longer ago than an authority of a line lives in a
 * rehearsal.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/rehearse.h"
#include "ceremony/transcript_files.h"
#include "crypto/random.h"

#define AGO        INT64_C(900)
#define AGO_ENDED  INT64_C(7 * 3600) /* an authority of a line lives six hours, its root twelve */
#define WORDS      12
#define PASSPHRASE 8 /* words */
#define LIMIT      ((size_t)1024 * 1024)

struct words {
    const char *list[WORDS];
    size_t n;
};

static void add(struct words *words, const char *word)
{
    if (words->n < WORDS)
        words->list[words->n++] = word;
}

static void add_pair(struct words *words, const char *option, const char *value)
{
    add(words, option);
    add(words, value);
}

/* Its result is read; 3: something is due, as it should be. */
static bool call(struct pki_rehearsal *rehearsal, const struct words *words, json_t **said)
{
    const struct pki_ceremony_command command = {
        .words = words->list,
        .n = words->n,
        .quiet = true,
        .opens_key = strcmp(words->list[1], "root") == 0 || strcmp(words->list[1], "issue") == 0 ||
                     strcmp(words->list[1], "crl") == 0};
    struct pki_ceremony_outcome outcome = {0};

    bool ran = rehearsal->hands->run(rehearsal->hands->context, &command, &outcome, rehearsal->err);
    *said = ran ? json_loadb(outcome.output, outcome.size, 0, NULL) : NULL;
    free(outcome.output);
    if (!ran || outcome.status == 0 || outcome.status == 3)
        return ran;
    (void)pki_fail(rehearsal->err, PKI_E_STATE, "cellar %s, to prepare it: %s", words->list[1],
                   pki_transcript_text(json_object_get(*said, "error"), "text"));
    json_decref(*said);
    *said = NULL;
    return false;
}

static bool call_past(struct pki_rehearsal *rehearsal, struct words *words, json_t **said)
{
    add(words, "--json");
    add_pair(words, "--rehearsal-clock", rehearsal->clock);
    return call(rehearsal, words, said);
}

static bool simply(struct pki_rehearsal *rehearsal, struct words *words)
{
    json_t *said = NULL;
    bool done = call_past(rehearsal, words, &said);

    json_decref(said);
    return done;
}

/* The one that is given, or the example that the ready scripts are written for. */
static bool write_hierarchy(struct pki_rehearsal *rehearsal, const char *path)
{
    static const char *const words[] = {"cellar", "init", "--example"};
    const struct pki_ceremony_command command = {.words = words, .n = 3, .quiet = true};
    struct pki_ceremony_outcome outcome = {0};
    pki_scope(pki_buf) text = {0};

    if (rehearsal->request->hierarchy) {
        return pki_file_read(AT_FDCWD, rehearsal->request->hierarchy, LIMIT, &text,
                             rehearsal->err) &&
               pki_rehearsal_write(rehearsal, path, pki_buf_view(&text));
    }
    bool ran = rehearsal->hands->run(rehearsal->hands->context, &command, &outcome, rehearsal->err);
    pki_buf_append(&text, outcome.output, outcome.size);
    free(outcome.output);
    return ran && pki_buf_ok(&text, rehearsal->err) &&
           pki_rehearsal_write(rehearsal, path, pki_buf_view(&text));
}

/* The line of the certificate that a script revokes has just been made: its first one is it. */
static bool write_revoked(struct pki_rehearsal *rehearsal, const char *path)
{
    static const char end[] = "-----END CERTIFICATE-----\n";
    char number[32];
    struct words words = {{"cellar", "status", "--since", number}, 4};
    json_t *said = NULL;

    (void)snprintf(number, sizeof(number), "%lld", (long long)rehearsal->entry);
    if (!call_past(rehearsal, &words, &said))
        return false;
    const char *pem = pki_transcript_text(json_object_get(said, "result"), "certificates");
    const char *stop = strstr(pem, end);
    bool written =
        stop ? pki_rehearsal_write(
                   rehearsal, path,
                   (struct pki_bytes){(const uint8_t *)pem, (size_t)(stop - pem) + sizeof(end) - 1})
             : pki_fail(rehearsal->err, PKI_E_STATE, "there is no certificate");
    json_decref(said);
    return written;
}

static bool keep_revoked(struct pki_rehearsal *rehearsal, const char *name)
{
    for (size_t i = 0; i < rehearsal->script->n_steps; i++) {
        const struct pki_script_step *step = &rehearsal->script->steps[i];
        const char *path = pki_rehearsal_value(step, "certificate");
        if (path && step->confirm_type &&
            strcmp(step->confirm_type, name + strlen(PKI_REHEARSAL_NAME)) == 0)
            return write_revoked(rehearsal, path);
    }
    return true;
}

/* "cellar issue prod tls", as status says that it is missing; the name as its draft says. */
static bool make_missing(struct pki_rehearsal *rehearsal, const char *command)
{
    char text[200];
    char *rest = NULL;
    struct words words = {.n = 0};
    json_t *draft = NULL;

    (void)snprintf(text, sizeof(text), "%s", command);
    for (char *word = strtok_r(text, " ", &rest); word && words.n < 4;
         word = strtok_r(NULL, " ", &rest))
        add(&words, word);
    struct words drafted = words;
    add(&drafted, "--dry-run");
    if (!call_past(rehearsal, &drafted, &draft))
        return false;
    const char *name = pki_transcript_text(json_object_get(draft, "result"), "confirm");
    add_pair(&words, "--confirm", name);
    bool made = simply(rehearsal, &words) && keep_revoked(rehearsal, name);
    json_decref(draft);
    return made;
}

/* One thing more; done once nothing is missing that the script does not make itself. */
static bool make_next(struct pki_rehearsal *rehearsal, bool *done)
{
    struct words words = {{"cellar", "status"}, 2};
    json_t *said = NULL;

    if (!call_past(rehearsal, &words, &said))
        return false;
    const json_t *result = json_object_get(said, "result");
    const json_t *missing = json_array_get(json_object_get(result, "not_made_yet"), 0);
    const char *command = pki_transcript_text(missing, "command");
    rehearsal->entry =
        json_integer_value(json_object_get(json_object_get(result, "journal"), "entry"));
    *done = !*command || (rehearsal->script->type == PKI_SCRIPT_INTERMEDIATE &&
                          strncmp(command, "cellar root ", strlen("cellar root ")) != 0);
    bool made = *done || make_missing(rehearsal, command);
    json_decref(said);
    return made;
}

static bool make_cellar(struct pki_rehearsal *rehearsal)
{
    pki_scope(pki_buf) hierarchy = {0};
    struct words init = {{"cellar", "init"}, 2};
    struct words lists = {{"cellar", "crl", "--due", "--confirm", "ALL"}, 5};
    struct words exports = {{"cellar", "export"}, 2};
    bool done = false;

    if (!write_hierarchy(rehearsal, "/hierarchy-of-the-cellar.yaml"))
        return false;
    pki_rehearsal_place(rehearsal, "/hierarchy-of-the-cellar.yaml", &hierarchy);
    if (!pki_buf_ok(&hierarchy, rehearsal->err))
        return false;
    add(&init, (const char *)hierarchy.data);
    add(&init, "--rehearsal");
    bool made = simply(rehearsal, &init);
    for (int n = 0; made && !done && n < 200; n++)
        made = make_next(rehearsal, &done);
    return made && simply(rehearsal, &lists) &&
           (rehearsal->script->type == PKI_SCRIPT_INTERMEDIATE || simply(rehearsal, &exports));
}

static bool back_up(struct pki_rehearsal *rehearsal, const char *from)
{
    pki_scope(pki_buf) here = {0};
    json_t *said = NULL;

    pki_rehearsal_place(rehearsal, from, &here);
    if (!pki_buf_ok(&here, rehearsal->err))
        return false;
    char *path = (char *)here.data;
    char *slash = strrchr(path, '/');
    *slash = 0;
    struct words words = {{"cellar", "backup", "--to", path}, 4};
    if (!call_past(rehearsal, &words, &said))
        return false;
    *slash = '/';
    const char *made = pki_transcript_text(json_object_get(said, "result"), "backup");
    bool named = rename(made, path) == 0 ||
                 pki_fail(rehearsal->err, PKI_E_IO, "%s: %s", path, strerror(errno));
    json_decref(said);
    return named;
}

/* Where a manifest goes; that of the first environment does. */
struct wanted {
    struct pki_rehearsal *rehearsal;
    const char *to;
    bool copied;
};

static bool copy_of(void *context, int dir, const char *environment, struct pki_error *err)
{
    struct wanted *wanted = context;
    pki_scope(pki_buf) text = {0};
    char path[NAME_MAX + sizeof("/manifest.json")];
    bool there = false;

    if (wanted->copied || !pki_text_is_name(environment))
        return true;
    (void)snprintf(path, sizeof(path), "%s/manifest.json", environment);
    if (!pki_dir_holds(dir, path, &there, err))
        return false;
    wanted->copied = there;
    return !there || (pki_file_read(dir, path, LIMIT, &text, err) &&
                      pki_rehearsal_write(wanted->rehearsal, wanted->to, pki_buf_view(&text)));
}

/* The newest manifest, as others have it. */
static bool copy_manifest(struct pki_rehearsal *rehearsal, const char *to)
{
    struct wanted wanted = {.rehearsal = rehearsal, .to = to};
    pki_scope(pki_buf) exports = {0};

    pki_rehearsal_place(rehearsal, "/media/cellar/exports", &exports);
    if (!pki_buf_ok(&exports, rehearsal->err) ||
        !pki_dir_each(AT_FDCWD, (const char *)exports.data, copy_of, &wanted, rehearsal->err))
        return false;
    return wanted.copied || pki_fail(rehearsal->err, PKI_E_STATE, "there is no manifest.json");
}

/* One for each copy of a key whose end the script records. */
static bool make_copy(struct pki_rehearsal *rehearsal, size_t step)
{
    char path[40];

    (void)snprintf(path, sizeof(path), "/media/copies/%zu", step + 1);
    return pki_rehearsal_make_way(rehearsal, path, false) && back_up(rehearsal, path);
}

static bool make_backups(struct pki_rehearsal *rehearsal)
{
    for (size_t i = 0; i < rehearsal->script->n_steps; i++) {
        const char *from = pki_rehearsal_value(&rehearsal->script->steps[i], "from");
        const char *seen = pki_rehearsal_value(&rehearsal->script->steps[i], "seen");
        const char *copy = pki_rehearsal_value(&rehearsal->script->steps[i], "copy");
        if ((from && !back_up(rehearsal, from)) || (seen && !copy_manifest(rehearsal, seen)) ||
            (copy && !make_copy(rehearsal, i)))
            return false;
    }
    return true;
}

static bool write_passphrase(struct pki_rehearsal *rehearsal, int dir)
{
    uint8_t random[PASSPHRASE];
    pki_scope(pki_buf) text = {0};

    if (!pki_random(random, sizeof(random), rehearsal->err))
        return false;
    pki_words(&text, (struct pki_bytes){random, sizeof(random)});
    pki_buf_byte(&text, '\n');
    return pki_buf_ok(&text, rehearsal->err) &&
           pki_file_write_new(dir, PKI_REHEARSAL_PASSPHRASE, 0600, pki_buf_view(&text),
                              rehearsal->err);
}

static const char *own_hierarchy(const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++)
        if (pki_rehearsal_value(&script->steps[i], "hierarchy"))
            return pki_rehearsal_value(&script->steps[i], "hierarchy");
    return NULL;
}

static bool make(struct pki_rehearsal *rehearsal)
{
    pki_scope_fd int dir = -1;
    pki_scope_fd int tree = -1;
    pki_scope_fd int record = -1;
    const char *hierarchy = own_hierarchy(rehearsal->script);

    if (!pki_dir_make(AT_FDCWD, rehearsal->request->to, &dir, rehearsal->err))
        return false;
    rehearsal->hands->say(
        rehearsal->hands->context,
        "A rehearsal: its keys are thrown away, their passphrases are made and kept "
        "in its directory, and nobody is asked for them. What has to be there "
        "before is being made.");
    if (!pki_dir_make(dir, PKI_REHEARSAL_TREE, &tree, rehearsal->err) ||
        !write_passphrase(rehearsal, dir) || !pki_rehearsal_make_places(rehearsal))
        return false;
    bool made = hierarchy ? write_hierarchy(rehearsal, hierarchy)
                          : make_cellar(rehearsal) && make_backups(rehearsal);
    return made && pki_dir_make(dir, PKI_REHEARSAL_RECORD, &record, rehearsal->err);
}

bool pki_ceremony_prepare(const struct pki_ceremony_rehearsal *request,
                          const struct pki_ceremony_hands *hands, struct pki_error *err)
{
    struct pki_rehearsal rehearsal = {.request = request, .hands = hands, .err = err};
    pki_scope(pki_buf) record = {0};
    struct stat status;

    pki_buf_printf(&record, "%s/" PKI_REHEARSAL_RECORD, request->to);
    pki_buf_byte(&record, 0);
    if (!pki_buf_ok(&record, err))
        return false;
    if (lstat((const char *)record.data, &status) == 0)
        return true; /* it goes on */
    if (lstat(request->to, &status) == 0) {
        return pki_fail(err, PKI_E_EXISTS,
                        "%s exists, and no rehearsal goes on in it: name another by --to; one that "
                        "was cut off while it was being prepared is removed and begun again",
                        request->to);
    }
    if (!pki_script_load(request->script, &rehearsal.script, err))
        return false;
    int64_t ago = rehearsal.script->type == PKI_SCRIPT_DESTROY ? AGO_ENDED : AGO;
    (void)snprintf(rehearsal.clock, sizeof(rehearsal.clock), "@%lld",
                   (long long)(hands->now(hands->context) - ago));
    bool made = make(&rehearsal);
    pki_script_free(rehearsal.script);
    return made;
}
