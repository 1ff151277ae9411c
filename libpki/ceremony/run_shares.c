/*
 * Shares in a rehearsal in which nobody types them: they are written below its directory, a
 * directory a key, instead of being shown. They are handed from there to the splitting itself,
 * which has each of them given back, and to every duty that opens the key later.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/rehearse.h"
#include "ceremony/run.h"

#define GROUP 16 /* shares at most (SLIP-0039) */

void pki_run_shares_clear(struct pki_run_shares *shares)
{
    for (size_t i = 0; i < PKI_RUN_SHARES; i++)
        pki_buf_clear(&shares->texts[i]);
    pki_buf_clear(&shares->to);
}

static void add(struct pki_run_shares *shares, const char *option, const struct pki_buf *value)
{
    shares->words[shares->n++] = option;
    shares->words[shares->n++] = (const char *)value->data;
}

/* "root-g1=rehearsal/shares/root-g1/root-g1-share-1.txt"; of those that are there, or of all. */
static bool add_share(struct pki_run *run, const char *key, unsigned number, bool all,
                      struct pki_run_shares *shares)
{
    if (shares->n_texts == PKI_RUN_SHARES)
        return pki_fail(run->err, PKI_E_USAGE, "there are more than %d shares", PKI_RUN_SHARES);
    struct pki_buf *text = &shares->texts[shares->n_texts];
    pki_buf_printf(text, "%s=%s/%s/%s-share-%u.txt", key, run->request->shares, key, key, number);
    pki_buf_byte(text, 0);
    if (!pki_buf_ok(text, run->err))
        return false;
    bool there = all;
    if (!all &&
        !pki_dir_holds(AT_FDCWD, (const char *)text->data + strlen(key) + 1, &there, run->err))
        return false;
    if (there)
        add(shares, "--share-file", text);
    shares->n_texts += there;
    if (!there)
        pki_buf_clear(text);
    return true;
}

/* Those of a splitting that was cut off open nothing. */
static bool begin_directory(struct pki_run *run, const char *key, struct pki_buf *to)
{
    pki_scope_fd int above = -1;

    if (!pki_text_is_name(key))
        return pki_fail(run->err, PKI_E_USAGE, "\"%.40s\" is no name of a key", key);
    pki_buf_printf(to, "%s/%s", run->request->shares, key);
    pki_buf_byte(to, 0);
    return pki_buf_ok(to, run->err) &&
           pki_dir_ensure(AT_FDCWD, run->request->shares, &above, run->err) &&
           pki_dir_remove(above, key, run->err);
}

static bool split(struct pki_run *run, struct pki_run_shares *shares)
{
    const struct pki_script_step *step = pki_run_step_due(run);
    const char *key = pki_rehearsal_value(step, "key");
    const char *plan = strstr(pki_rehearsal_value(step, "shares"), "of");
    unsigned long members = plan ? strtoul(plan + strlen("of"), NULL, 10) : 0;

    if (!begin_directory(run, key, &shares->to))
        return false;
    add(shares, "--to", &shares->to);
    for (unsigned number = 1; number <= members && number <= GROUP; number++)
        if (!add_share(run, key, number, true, shares))
            return false;
    pki_run_say(run, "Its shares are not shown: they are written to %s, and given back from there.",
                (const char *)shares->to.data);
    return true;
}

static bool add_all_of(struct pki_run *run, const char *key, struct pki_run_shares *shares)
{
    for (unsigned number = 1; number <= GROUP; number++)
        if (!add_share(run, key, number, false, shares))
            return false;
    return true;
}

/* Whose shares may be wanted, and the options that they are given by. */
struct opened {
    struct pki_run *run;
    struct pki_run_shares *shares;
};

static bool open_key(void *context, int dir, const char *key, struct pki_error *err)
{
    const struct opened *opened = context;

    (void)dir;
    (void)err;
    return !pki_text_is_name(key) || add_all_of(opened->run, key, opened->shares);
}

static bool open_keys(struct pki_run *run, struct pki_run_shares *shares)
{
    struct opened opened = {run, shares};
    const char *from = run->request->shares;
    bool there = false;

    return pki_dir_holds(AT_FDCWD, from, &there, run->err) &&
           (!there || pki_dir_each(AT_FDCWD, from, open_key, &opened, run->err));
}

bool pki_run_take_shares(struct pki_run *run, struct pki_run_shares *shares)
{
    const struct pki_duty *duty = pki_run_step_due(run)->act.duty;
    bool splits = strcmp(duty->name, "share-split") == 0;

    if (!run->request->shares || !duty->opens_key)
        return true;
    if (splits && pki_rehearsal_value(pki_run_step_due(run), "to"))
        return true;
    return splits ? split(run, shares) : open_keys(run, shares);
}
