#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "ops/export_target.h"
#include "ops/key_at.h"
#include "ops/prompts.h"
#include "ops/seams.h"
#include "ops/share.h"

#define SECRET_SIZE 32

/* One splitting, from the old passphrase to the new file. */
struct split {
    struct pki_session *session;
    const struct pki_key_split_request *request;
    const struct pki_prompts *prompts;
    struct pki_share_plan plan;
    struct pki_key_at at;
    struct pki_key *key;
    struct pki_secret *old;        /* the passphrase until now; or NULL */
    struct pki_secret *passphrase; /* the shares' own; or NULL */
    struct pki_secret *secret;
    struct pki_shares made;
    struct pki_shares typed; /* what was typed back, as far as it is needed to combine */
    struct pki_target target;
};

static void split_clear(struct split *split)
{
    pki_key_at_clear(&split->at);
    pki_key_free(split->key);
    pki_secret_free(split->old);
    pki_secret_free(split->passphrase);
    pki_secret_free(split->secret);
    pki_shares_clear(&split->made);
    pki_shares_clear(&split->typed);
    pki_target_clear(&split->target);
}

/* --- the plan ----------------------------------------------------------------------------------
 */

static bool read_number(const char **text, unsigned *number)
{
    char *end = NULL;
    unsigned long read = strtoul(*text, &end, 10);
    bool digits = **text >= '0' && **text <= '9' && end - *text <= 3;

    *text = end;
    *number = (unsigned)read;
    return digits;
}

static bool read_group(const char *text, struct pki_share_group *group, struct pki_error *err)
{
    const char *at = text;
    bool good = read_number(&at, &group->threshold) && strncmp(at, "of", 2) == 0;

    at += good ? 2 : 0;
    good = good && read_number(&at, &group->members) && !*at;
    return good || pki_fail(err, PKI_E_USAGE, "\"%.20s\" is no group: write 3of5", text);
}

static bool read_needed(const struct pki_key_split_request *request, unsigned *needed,
                        struct pki_error *err)
{
    const char *at = request->needed;

    *needed = (unsigned)request->n_groups;
    return !at || (read_number(&at, needed) && !*at) ||
           pki_fail(err, PKI_E_USAGE, "\"%.20s\" is no number of groups", request->needed);
}

/* The least exponent whose rounds are those of a key file, or more. */
static unsigned choose_exponent(void)
{
    unsigned exponent = 0;

    while (exponent < PKI_SHARE_EXPONENT_MAX &&
           PKI_SHARE_BASE_ROUNDS << exponent < pki_seam_rounds())
        exponent++;
    return exponent;
}

static bool make_plan(struct split *split, struct pki_error *err)
{
    const struct pki_key_split_request *request = split->request;
    struct pki_share_plan *plan = &split->plan;

    if (request->n_groups > PKI_SHARE_GROUPS_MAX)
        return pki_fail(err, PKI_E_USAGE, "%zu groups: a set has 1 to %d (SLIP-0039)",
                        request->n_groups, PKI_SHARE_GROUPS_MAX);
    for (size_t i = 0; i < request->n_groups; i++)
        if (!read_group(request->groups[i], &plan->groups[i], err))
            return false;
    plan->n_groups = request->n_groups;
    plan->exponent = choose_exponent();
    return read_needed(request, &plan->threshold, err) && pki_share_plan_check(plan, err);
}

/* "3 of 5", "2 of: 1 of 1, 2 of 3" */
static void describe_plan(const struct pki_share_plan *plan, struct pki_buf *text)
{
    if (plan->n_groups > 1)
        pki_buf_printf(text, "%u of the groups ", plan->threshold);
    for (size_t i = 0; i < plan->n_groups; i++)
        pki_buf_printf(text, "%s%u of %u", i > 0 ? ", " : "", plan->groups[i].threshold,
                       plan->groups[i].members);
}

/* --- making ------------------------------------------------------------------------------------
 */

static bool open_key(struct split *split, struct pki_error *err)
{
    pki_auto(pki_secret) passphrase = NULL;

    if (!pki_key_at_find_to_change(split->session, split->request->what, &split->at, err) ||
        !pki_key_at_ask(split->session, &split->at, split->prompts, &passphrase, &split->old,
                        err) ||
        !pki_key_at_open(&split->at, passphrase, &split->key, err))
        return false;
    if (!split->old)
        split->old = PKI_TAKE(passphrase);
    return true;
}

static bool choose_secret(struct split *split, struct pki_error *err)
{
    if (!pki_secret_new(SECRET_SIZE, &split->secret, err))
        return false;
    bool chosen = pki_random(pki_secret_open(split->secret), SECRET_SIZE, err);
    pki_secret_close(split->secret);
    return chosen;
}

static bool make_shares(struct split *split, struct pki_error *err)
{
    if (split->request->with_passphrase &&
        !pki_prompts_ask_fresh(split->prompts, split->at.name, split->old, &split->passphrase, err))
        return false;
    return choose_secret(split, err) &&
           pki_share_split(split->secret, &split->plan, split->passphrase, &split->made, err);
}

/* --- files ---------------------------------------------------------------
 */

/* "root-g1-share-2.txt", "root-g1-group-1-share-2.txt" */
static void file_of(const struct split *split, const struct pki_share *share, char file[300])
{
    char group[24] = "";

    if (share->set.groups > 1)
        (void)snprintf(group, sizeof(group), "-group-%u", share->group + 1);
    (void)snprintf(file, 300, "%.200s%s-share-%u.txt", split->at.name, group, share->member + 1);
}

/* Put at once and not written: what is written is copied to where it is not wiped. */
static bool write_share(int dir, const char *file, const struct pki_share *share,
                        struct pki_error *err)
{
    pki_auto(pki_secret) words = NULL;
    pki_auto(pki_file) out = NULL;

    if (!pki_share_write(share, &words, err) || !pki_file_create(dir, file, 0600, &out, err))
        return false;
    struct pki_bytes text = {pki_secret_open(words), pki_secret_size(words)};
    bool put = pki_file_put(out, 0, text, err) &&
               pki_file_put(out, text.size, (struct pki_bytes){(const uint8_t *)"\n", 1}, err);
    pki_secret_close(words);
    return put && pki_file_commit(&out, err);
}

static bool write_files(struct split *split, struct pki_error *err)
{
    pki_scope_fd int dir = -1;

    if (!pki_target_begin(&split->target, &dir, err))
        return false;
    for (size_t i = 0; i < split->made.n; i++) {
        char file[300];
        file_of(split, split->made.list[i], file);
        if (!write_share(dir, file, split->made.list[i], err))
            return false;
    }
    return pki_target_finish(&split->target, err);
}

static bool hand_out(struct split *split, struct pki_error *err)
{
    pki_scope(pki_buf) plan = {0};
    const struct pki_share_handing handing = {
        .name = split->at.name,
        .made = &split->made,
        .show = !split->request->to,
        .prompts = split->prompts,
    };

    describe_plan(&split->plan, &plan);
    pki_buf_byte(&plan, 0);
    return pki_buf_ok(&plan, err) &&
           pki_shares_hand_out(&handing, (const char *)plan.data, &split->typed, err);
}

/* --- sealing -----------------------------------------------------------------------------------
 */

/* Under the secret as it comes out of what was typed: what a later day will do. */
static bool seal(struct split *split, struct pki_error *err)
{
    pki_auto(pki_secret) recovered = NULL;
    pki_auto(pki_secret) passphrase = NULL;
    pki_scope(pki_buf) how = {0};

    if (!pki_share_combine(&split->typed, split->passphrase, &recovered, err))
        return false;
    if (!pki_secret_equal(recovered, split->secret))
        return pki_fail(err, PKI_E_INTEGRITY, "the shares typed back give another secret");
    pki_buf_text(&how, "under a secret in shares: ");
    describe_plan(&split->plan, &how);
    pki_buf_printf(&how, "%s, set %04x",
                   split->request->with_passphrase ? ", and a passphrase" : "",
                   split->made.list[0]->set.id);
    pki_buf_byte(&how, 0);
    if (!pki_buf_ok(&how, err) || !pki_share_passphrase(recovered, &passphrase, err))
        return false;

    const struct pki_key_seal sealed = {split->at.name, split->key, passphrase};
    const struct pki_key_change change = {
        .action = "split",
        .how = (const char *)how.data,
        .policy = split->request->with_passphrase ? PKI_POLICY_BOTH : PKI_POLICY_SHARES,
        .shares = &split->made,
    };
    return pki_key_at_replace(split->session, &split->at, &sealed, &change, err);
}

/* Shares that never counted must not be taken for good ones. */
static bool tell_void(const struct split *split, struct pki_error *err)
{
    const struct pki_error why = *err;

    if (split->request->to &&
        (why.code == PKI_E_EXISTS ||
         faccessat(AT_FDCWD, split->request->to, F_OK, AT_SYMLINK_NOFOLLOW) != 0))
        return false;
    *err = (struct pki_error){0};
    return split->request->to
               ? pki_fail(err, why.code,
                          "%s; the key is as it was, and the shares in %s open nothing: "
                          "destroy them",
                          why.text, split->request->to)
               : pki_fail(err, why.code,
                          "%s; the key is as it was, and shares that were written down open "
                          "nothing: destroy them",
                          why.text);
}

/* From the moment the file is named, or the commit is on its way, they may be what opens the key.
 */
static bool tell_uncertain(const struct split *split, struct pki_error *err)
{
    const struct pki_error why = *err;

    *err = (struct pki_error){0};
    return pki_fail(err, why.code,
                    "%s; whether %s opens with these shares now or as before is not certain: keep "
                    "them until cellar share combine, or what opened it before, has shown which",
                    why.text, split->at.name);
}

/* --- the duty ----------------------------------------------------------------------------------
 */

static void tell_plan(const struct split *split, struct pki_report *report)
{
    pki_scope(pki_buf) plan = {0};

    describe_plan(&split->plan, &plan);
    pki_buf_byte(&plan, 0);
    pki_room_tell(&split->at.room, report);
    pki_report_text(report, "Key", "%s", split->at.name);
    pki_report_text(report, "Needed", "%s", plan.failed ? "" : (const char *)plan.data);
}

static void tell_opens(const struct split *split, struct pki_report *report)
{
    pki_report_text(report, "Opens with", "%s",
                    split->request->with_passphrase ? "shares and their passphrase" : "shares");
}

static void tell_shares(const struct split *split, struct pki_report *report)
{
    pki_report_text(report, "Set", "%04x", split->made.list[0]->set.id);

    struct pki_report *table = pki_report_table(report, "Shares");
    for (size_t i = 0; i < split->made.n; i++) {
        const struct pki_share *share = split->made.list[i];
        struct pki_report *row = pki_report_row(table);
        char file[300];

        pki_report_integer(row, "Group", share->group + 1);
        pki_report_integer(row, "Share", share->member + 1);
        file_of(split, share, file);
        if (split->request->to)
            pki_report_text(row, "File", "%s/%s", split->request->to, file);
    }
    pki_report_note(report, "Result", PKI_TONE_GOOD,
                    "Every share was typed back, and the key opens with them only. Older copies "
                    "and backups of its file still open as before: make a backup, and destroy "
                    "what must not open it.");
    if (split->request->to)
        pki_report_note(report, "Files", PKI_TONE_WARN,
                        "One file, one custodian: then destroy the directory.");
}

static bool run(struct split *split, struct pki_report *report, struct pki_error *err)
{
    if (!make_plan(split, err) ||
        (split->request->to && !pki_target_open(&split->target, split->request->to, false, err)) ||
        !open_key(split, err))
        return false;
    tell_plan(split, report);
    if (split->request->to)
        pki_target_warn(&split->target, report);
    if (split->request->dry_run) {
        tell_opens(split, report);
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
        return true;
    }
    if (!make_shares(split, err))
        return false;
    if ((split->request->to && !write_files(split, err)) || !hand_out(split, err))
        return tell_void(split, err);
    if (!seal(split, err))
        return tell_uncertain(split, err);
    tell_opens(split, report);
    tell_shares(split, report);
    if (split->at.recorded)
        pki_report_next_here(report, "cellar share combine %s", split->at.name);
    return true;
}

bool pki_key_split(struct pki_session *session, const struct pki_key_split_request *request,
                   const struct pki_prompts *prompts, struct pki_report *report,
                   struct pki_error *err)
{
    PKI_CONTEXT(err, "share split");
    struct split split __attribute__((__cleanup__(split_clear))) = {
        .session = session,
        .request = request,
        .prompts = prompts,
        .target = {.above = -1},
    };

    if (!run(&split, report, err) ||
        (split.at.recorded && !request->dry_run && !pki_session_head(session, report, err)))
        return false;
    return pki_report_ok(report, err);
}
