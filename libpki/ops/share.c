#include "ops/share.h"

#include "base/text.h"
#include "ops/prompts.h"

void pki_share_name(const struct pki_share *share, char name[PKI_SHARE_NAME])
{
    if (share->set.groups == 1)
        (void)snprintf(name, PKI_SHARE_NAME, "share %u", share->member + 1);
    else
        (void)snprintf(name, PKI_SHARE_NAME, "group %u, share %u", share->group + 1,
                       share->member + 1);
}

bool pki_share_digest(const struct pki_share *share, uint8_t sha256[PKI_SHA256_SIZE],
                      struct pki_error *err)
{
    pki_auto(pki_secret) words = NULL;

    if (!pki_share_write(share, &words, err))
        return false;
    pki_sha256((struct pki_bytes){pki_secret_open(words), pki_secret_size(words)}, sha256);
    pki_secret_close(words);
    return true;
}

bool pki_share_passphrase(struct pki_secret *secret, struct pki_secret **passphrase,
                          struct pki_error *err)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = pki_secret_size(secret);

    if (!pki_secret_new(2 * size, passphrase, err))
        return false;
    const uint8_t *octets = pki_secret_open(secret);
    uint8_t *text = pki_secret_open(*passphrase);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = (uint8_t)digits[octets[i] >> 4];
        text[2 * i + 1] = (uint8_t)digits[octets[i] & 15];
    }
    pki_secret_close(*passphrase);
    pki_secret_close(secret);
    return true;
}

/* --- asking ------------------------------------------------------------------------------------
 */

/* What another try can put right. */
static bool is_the_share(const struct pki_error *why)
{
    return why->code == PKI_E_FORMAT || why->code == PKI_E_INVALID || why->code == PKI_E_POLICY;
}

static bool read_and_take(struct pki_secret *words, const struct pki_share_taker *taker,
                          struct pki_error *why)
{
    pki_auto(pki_share) share = NULL;

    return pki_share_parse(words, &share, why) && taker->take(taker->context, PKI_TAKE(share), why);
}

/* By its length and checksum: what else is wrong with it is said once it is taken. */
static bool is_whole(struct pki_secret *words)
{
    pki_auto(pki_share) share = NULL;
    struct pki_error why = {0};

    return pki_share_parse(words, &share, &why) || why.code == PKI_E_POLICY;
}

bool pki_share_ask_for(const struct pki_prompts *prompts, const struct pki_share_ask *ask,
                       const struct pki_share_taker *taker, struct pki_error *err)
{
    struct pki_share_ask again = *ask;
    struct pki_error why = {0};

    again.whole = is_whole;

    if (!prompts->share)
        return pki_fail(err, PKI_E_POLICY, "nobody can be asked for shares");
    for (;;) {
        pki_auto(pki_secret) words = NULL;
        if (!prompts->share(prompts->context, &again, &words, err))
            return false;
        why = (struct pki_error){0};
        if (read_and_take(words, taker, &why))
            return true;
        if (!is_the_share(&why)) {
            *err = why;
            return false;
        }
        again.problem = &why;
    }
}

/* --- a set -------------------------------------------------------------------------------------
 */

struct collection {
    const struct pki_share_wish *wish;
    struct pki_shares *shares;
};

/* A share with a right checksum that is not one of this key's. */
static bool check_record(const struct pki_share_wish *wish, const struct pki_share *share,
                         struct pki_error *why)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    struct pki_share_row row;
    bool found = false;

    if (!wish->record)
        return true;
    if (!pki_share_digest(share, sha256, why) ||
        !pki_store_find_share(wish->record, sha256, &found, &row, why))
        return false;
    if (!found) {
        return pki_fail(why, PKI_E_INVALID,
                        "this is no share of %s, and of no other key of this cellar (set %04x)",
                        wish->name, share->set.id);
    }
    if (strcmp(row.key, wish->name) != 0)
        return pki_fail(why, PKI_E_INVALID, "this is a share of %s, not of %s", row.key,
                        wish->name);
    return row.counts ||
           pki_fail(why, PKI_E_INVALID,
                    "this share of %s is void: the key has been sealed anew since", wish->name);
}

static bool take(void *context, struct pki_share *share, struct pki_error *why)
{
    const struct collection *collection = context;
    pki_auto(pki_share) own = share;

    return check_record(collection->wish, own, why) &&
           pki_shares_add(collection->shares, PKI_TAKE(own), why);
}

bool pki_shares_collect(const struct pki_share_wish *wish, struct pki_shares *shares,
                        struct pki_error *err)
{
    struct collection collection = {wish, shares};
    const struct pki_share_taker taker = {take, &collection};

    while (pki_shares_missing(shares) > 0) {
        pki_scope(pki_buf) lacking = {0};
        bool several = shares->n > 0 && shares->list[0]->set.groups > 1;

        pki_shares_lacking(shares, &lacking);
        pki_buf_byte(&lacking, 0);
        if (!pki_buf_ok(&lacking, err))
            return false;
        const struct pki_share_ask ask = {
            .name = wish->name,
            .number = (unsigned)shares->n + 1,
            .of = shares->n > 0 ? (unsigned)(shares->n + pki_shares_missing(shares)) : 0,
            .lacking = several ? (const char *)lacking.data : NULL,
        };
        if (!pki_share_ask_for(wish->prompts, &ask, &taker, err))
            return false;
    }
    return true;
}

bool pki_shares_open(const struct pki_share_wish *wish, const struct pki_shares *shares,
                     struct pki_secret **passphrase, struct pki_error *err)
{
    pki_auto(pki_secret) typed = NULL;
    pki_auto(pki_secret) secret = NULL;
    bool open = (!wish->with_passphrase ||
                 pki_prompts_ask_passphrase(wish->prompts, wish->name, &typed, err)) &&
                pki_share_combine(shares, typed, &secret, err) &&
                pki_share_passphrase(secret, passphrase, err);

    if (open && wish->typed)
        *wish->typed = PKI_TAKE(typed);
    return open;
}

bool pki_share_ask_key(struct pki_store *store, const struct pki_key_row *row,
                       const struct pki_prompts *prompts, struct pki_secret **passphrase,
                       struct pki_secret **typed, struct pki_error *err)
{
    pki_scope(pki_shares) shares = {.n = 0};
    const struct pki_share_wish wish = {.name = row->name,
                                        .record = store,
                                        .with_passphrase = row->policy == PKI_POLICY_BOTH,
                                        .prompts = prompts,
                                        .typed = typed};

    if (row->policy == PKI_POLICY_PASSPHRASE)
        return pki_prompts_ask_passphrase(prompts, row->name, passphrase, err);
    return pki_shares_collect(&wish, &shares, err) &&
           pki_shares_open(&wish, &shares, passphrase, err);
}
