#include "ceremony/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/shamir.h"
#include "ceremony/share_cipher.h"
#include "crypto/random.h"

void pki_share_free(struct pki_share *share)
{
    if (!share)
        return;
    pki_secret_free(share->value);
    free(share);
}

void pki_shares_clear(struct pki_shares *shares)
{
    for (size_t i = 0; i < shares->n; i++)
        pki_share_free(shares->list[i]);
    shares->n = 0;
}

static bool same_set(const struct pki_share_set *a, const struct pki_share_set *b)
{
    return a->id == b->id && a->extendable == b->extendable && a->exponent == b->exponent &&
           a->threshold == b->threshold && a->groups == b->groups;
}

bool pki_share_equal(const struct pki_share *a, const struct pki_share *b)
{
    return same_set(&a->set, &b->set) && a->group == b->group && a->member == b->member &&
           a->threshold == b->threshold && pki_secret_equal(a->value, b->value);
}

/* --- a set that grows --------------------------------------------------------------------------
 */

/* How many shares of a group are there; first: one of them. */
static size_t count_group(const struct pki_shares *shares, unsigned group,
                          const struct pki_share **first)
{
    size_t n = 0;

    *first = NULL;
    for (size_t i = 0; i < shares->n; i++) {
        if (shares->list[i]->group != group)
            continue;
        if (n++ == 0)
            *first = shares->list[i];
    }
    return n;
}

/* How many groups there are shares of. */
static size_t count_groups(const struct pki_shares *shares)
{
    const struct pki_share *first = NULL;
    size_t n = 0;

    for (unsigned group = 0; group < PKI_SHARE_GROUPS_MAX; group++)
        n += count_group(shares, group, &first) > 0;
    return n;
}

size_t pki_shares_missing(const struct pki_shares *shares)
{
    size_t missing = 0;

    if (shares->n == 0)
        return 1;
    for (unsigned group = 0; group < PKI_SHARE_GROUPS_MAX; group++) {
        const struct pki_share *first = NULL;
        size_t n = count_group(shares, group, &first);
        missing += n > 0 && n < first->threshold ? first->threshold - n : 0;
    }
    size_t groups = count_groups(shares);
    size_t needed = shares->list[0]->set.threshold;
    return missing + (groups < needed ? needed - groups : 0);
}

static void tell_lacking(size_t n, const char *what, struct pki_buf *text)
{
    pki_buf_printf(text, "%s%zu more %s%s", text->size > 0 ? " and " : "", n, what,
                   n == 1 ? "" : "s");
}

void pki_shares_lacking(const struct pki_shares *shares, struct pki_buf *text)
{
    size_t groups = count_groups(shares);
    size_t needed = shares->n > 0 ? shares->list[0]->set.threshold : 1;

    for (unsigned group = 0; group < PKI_SHARE_GROUPS_MAX; group++) {
        const struct pki_share *first = NULL;
        size_t n = count_group(shares, group, &first);
        if (n == 0 || n >= first->threshold)
            continue;
        tell_lacking(first->threshold - n, "share", text);
        if (first->set.groups > 1)
            pki_buf_printf(text, " of group %u", group + 1);
    }
    if (groups < needed)
        tell_lacking(needed - groups, shares->n > 0 ? "group" : "share", text);
}

/* What the new share has in common with the ones before. */
static bool check_set(const struct pki_share *known, const struct pki_share *share,
                      struct pki_error *err)
{
    if (!same_set(&known->set, &share->set)) {
        return pki_fail(err, PKI_E_INVALID,
                        "this share is of another set than those before it: %04x, they are of %04x",
                        share->set.id, known->set.id);
    }
    return pki_secret_size(known->value) == pki_secret_size(share->value) ||
           pki_fail(err, PKI_E_INVALID, "this share is longer or shorter than those before it");
}

static bool check_twins(const struct pki_shares *shares, const struct pki_share *share,
                        struct pki_error *err)
{
    for (size_t i = 0; i < shares->n; i++) {
        const struct pki_share *known = shares->list[i];
        if (known->group == share->group && known->member == share->member)
            return pki_fail(err, PKI_E_INVALID, "group %u, share %u is given twice",
                            share->group + 1, share->member + 1);
    }
    return true;
}

static bool check_group(const struct pki_shares *shares, const struct pki_share *share,
                        struct pki_error *err)
{
    const struct pki_share *first = NULL;
    size_t n = count_group(shares, share->group, &first);

    if (!first) {
        return count_groups(shares) < share->set.threshold ||
               pki_fail(err, PKI_E_INVALID, "group %u is not needed: %u groups are enough",
                        share->group + 1, share->set.threshold);
    }
    if (first->threshold != share->threshold) {
        return pki_fail(err, PKI_E_INVALID,
                        "group %u needs %u shares by one share and %u by another", share->group + 1,
                        first->threshold, share->threshold);
    }
    return n < first->threshold ||
           pki_fail(err, PKI_E_INVALID, "group %u is complete with %u shares: no more are taken",
                    share->group + 1, first->threshold);
}

bool pki_shares_add(struct pki_shares *shares, struct pki_share *share, struct pki_error *err)
{
    pki_auto(pki_share) added = share;

    if (shares->n > 0 && (!check_set(shares->list[0], added, err) ||
                          !check_twins(shares, added, err) || !check_group(shares, added, err)))
        return false;
    assert(shares->n < PKI_SHARES_MAX);
    shares->list[shares->n++] = PKI_TAKE(added);
    return true;
}

/* --- split -------------------------------------------------------------------------------------
 */

bool pki_share_plan_check(const struct pki_share_plan *plan, struct pki_error *err)
{
    if (plan->n_groups < 1 || plan->n_groups > PKI_SHARE_GROUPS_MAX)
        return pki_fail(err, PKI_E_USAGE, "%zu groups: a set has 1 to %d (SLIP-0039)",
                        plan->n_groups, PKI_SHARE_GROUPS_MAX);
    if (plan->threshold < 1 || plan->threshold > plan->n_groups)
        return pki_fail(err, PKI_E_USAGE, "%u of %zu groups cannot be needed", plan->threshold,
                        plan->n_groups);
    if (plan->exponent > PKI_SHARE_EXPONENT_MAX)
        return pki_fail(err, PKI_E_USAGE, "iteration exponent %u is more than %d", plan->exponent,
                        PKI_SHARE_EXPONENT_MAX);
    for (size_t i = 0; i < plan->n_groups; i++) {
        const struct pki_share_group *group = &plan->groups[i];
        if (group->members < 1 || group->members > PKI_SHARE_MEMBERS_MAX || group->threshold < 1 ||
            group->threshold > group->members) {
            return pki_fail(err, PKI_E_USAGE,
                            "%u of %u: a group has 1 to %d shares, and needs no more than it has "
                            "(SLIP-0039)",
                            group->threshold, group->members, PKI_SHARE_MEMBERS_MAX);
        }
        if (group->threshold == 1 && group->members > 1) {
            return pki_fail(err, PKI_E_USAGE,
                            "1 of %u: where one share is enough there is one share; give copies of "
                            "it (SLIP-0039)",
                            group->members);
        }
    }
    return true;
}

static bool check_secret(const struct pki_secret *secret, struct pki_error *err)
{
    size_t size = pki_secret_size(secret);

    return (size >= PKI_SHARE_SECRET_MIN && size <= PKI_SHARE_SECRET_MAX && size % 2 == 0) ||
           pki_fail(err, PKI_E_USAGE,
                    "a secret of %zu octets is not shared: %d to %d, an even number", size,
                    PKI_SHARE_SECRET_MIN, PKI_SHARE_SECRET_MAX);
}

/* Others could not type it, or would encode it otherwise. */
static bool check_passphrase(struct pki_secret *passphrase, struct pki_error *err)
{
    size_t size = passphrase ? pki_secret_size(passphrase) : 0;
    bool good = size <= PKI_SHARE_PASSPHRASE_MAX;

    if (size > 0) {
        const uint8_t *octets = pki_secret_open(passphrase);
        for (size_t i = 0; i < size; i++)
            good = good && octets[i] >= 32 && octets[i] <= 126;
        pki_secret_close(passphrase);
    }
    return good || pki_fail(err, PKI_E_PASSPHRASE,
                            "the passphrase of shares is printable ASCII, %d letters at most "
                            "(SLIP-0039)",
                            PKI_SHARE_PASSPHRASE_MAX);
}

static bool choose_set(const struct pki_share_plan *plan, struct pki_share_set *set,
                       struct pki_error *err)
{
    uint16_t id = 0;

    if (!pki_random(&id, sizeof(id), err))
        return false;
    *set = (struct pki_share_set){
        .id = id % PKI_SHARE_SETS,
        .extendable = !plan->not_extendable,
        .exponent = plan->exponent,
        .threshold = plan->threshold,
        .groups = (unsigned)plan->n_groups,
    };
    return true;
}

static void free_all(struct pki_secret **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pki_secret_free(list[i]);
}

/* A share of the value, which it takes. */
static bool append(struct pki_shares *shares, const struct pki_share *model,
                   struct pki_secret **value, struct pki_error *err)
{
    struct pki_share *share = malloc(sizeof(*share));

    if (!share)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    *share = *model;
    share->value = PKI_TAKE(*value);
    shares->list[shares->n++] = share;
    return true;
}

static bool split_group(struct pki_secret *secret, const struct pki_share_group *group,
                        struct pki_share model, struct pki_shares *shares, struct pki_error *err)
{
    struct pki_secret *made[PKI_SHARE_MEMBERS_MAX] = {NULL};
    bool done = pki_shamir_split(secret, group->threshold, group->members, made, err);

    model.threshold = group->threshold;
    for (unsigned i = 0; done && i < group->members; i++) {
        model.member = i;
        done = append(shares, &model, &made[i], err);
    }
    free_all(made, PKI_COUNT(made));
    return done;
}

static bool split_groups(struct pki_secret *encrypted, const struct pki_share_plan *plan,
                         struct pki_share model, struct pki_shares *shares, struct pki_error *err)
{
    struct pki_secret *made[PKI_SHARE_GROUPS_MAX] = {NULL};
    bool done = pki_shamir_split(encrypted, plan->threshold, (unsigned)plan->n_groups, made, err);

    for (unsigned i = 0; done && i < plan->n_groups; i++) {
        model.group = i;
        done = split_group(made[i], &plan->groups[i], model, shares, err);
    }
    free_all(made, PKI_COUNT(made));
    return done;
}

bool pki_share_split(struct pki_secret *secret, const struct pki_share_plan *plan,
                     struct pki_secret *passphrase, struct pki_shares *shares,
                     struct pki_error *err)
{
    pki_auto(pki_secret) encrypted = NULL;
    struct pki_share model = {.value = NULL};

    assert(shares->n == 0);
    if (!pki_share_plan_check(plan, err) || !check_secret(secret, err) ||
        !check_passphrase(passphrase, err) || !choose_set(plan, &model.set, err) ||
        !pki_share_encrypt(&model.set, passphrase, secret, &encrypted, err))
        return false;
    if (split_groups(encrypted, plan, model, shares, err))
        return true;
    pki_shares_clear(shares);
    return false;
}

/* --- combine -----------------------------------------------------------------------------------
 */

static bool join_group(const struct pki_shares *shares, unsigned group, struct pki_secret **value,
                       struct pki_error *err)
{
    struct pki_points points = {.n = 0};

    for (size_t i = 0; i < shares->n; i++)
        if (shares->list[i]->group == group)
            pki_points_add(&points, shares->list[i]->member, shares->list[i]->value);
    return points.n == 0 || pki_shamir_join(&points, value, err);
}

static bool join_groups(const struct pki_shares *shares, struct pki_secret **encrypted,
                        struct pki_error *err)
{
    struct pki_secret *values[PKI_SHARE_GROUPS_MAX] = {NULL};
    struct pki_points points = {.n = 0};
    bool done = true;

    for (unsigned group = 0; done && group < PKI_SHARE_GROUPS_MAX; group++) {
        done = join_group(shares, group, &values[group], err);
        if (values[group])
            pki_points_add(&points, group, values[group]);
    }
    done = done && pki_shamir_join(&points, encrypted, err);
    free_all(values, PKI_COUNT(values));
    return done;
}

bool pki_share_combine(const struct pki_shares *shares, struct pki_secret *passphrase,
                       struct pki_secret **secret, struct pki_error *err)
{
    pki_auto(pki_secret) encrypted = NULL;
    pki_scope(pki_buf) lacking = {0};

    pki_shares_lacking(shares, &lacking);
    if (pki_shares_missing(shares) > 0)
        return pki_fail(err, PKI_E_INVALID, "needed: %.*s", (int)lacking.size,
                        (const char *)lacking.data);
    return check_passphrase(passphrase, err) && join_groups(shares, &encrypted, err) &&
           pki_share_decrypt(&shares->list[0]->set, passphrase, encrypted, secret, err);
}
