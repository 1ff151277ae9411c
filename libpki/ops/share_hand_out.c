#include "ops/share.h"

/* One share on its way to the one who keeps it, and back. */
struct handed {
    const struct pki_share_handing *handing;
    const struct pki_share *share;
    const char *plan;
    struct pki_shares *typed;
};

static bool show(const struct handed *handed, struct pki_error *err)
{
    const struct pki_prompts *prompts = handed->handing->prompts;
    pki_auto(pki_secret) words = NULL;
    char name[PKI_SHARE_NAME];
    char title[200];

    if (!prompts->show_share)
        return pki_fail(err, PKI_E_POLICY, "nobody can be shown a share");
    if (!pki_share_write(handed->share, &words, err))
        return false;
    pki_share_name(handed->share, name);
    (void)snprintf(title, sizeof(title), "%.60s: %s (%.60s), set %04x", handed->handing->name, name,
                   handed->plan, handed->share->set.id);
    return prompts->show_share(prompts->context, title, words, err);
}

static bool is_empty(struct pki_secret *words)
{
    struct pki_share_words found;

    pki_share_words_look(words, &found);
    return found.n == 0;
}

/* Whoever finds the paper wrong types nothing, and sees it once more. */
static bool ask_back(void *context, const struct pki_share_ask *ask, struct pki_secret **words,
                     struct pki_error *err)
{
    const struct handed *handed = context;
    const struct pki_prompts *prompts = handed->handing->prompts;
    pki_auto(pki_secret) answer = NULL;

    if (!prompts->share)
        return pki_fail(err, PKI_E_POLICY, "nobody can be asked for shares");
    while (!answer) {
        if (!prompts->share(prompts->context, ask, &answer, err))
            return false;
        if (!ask->shown || !is_empty(answer))
            break;
        pki_secret_free(PKI_TAKE(answer));
        if (!show(handed, err))
            return false;
    }
    *words = PKI_TAKE(answer);
    return true;
}

static bool take_back(void *context, struct pki_share *share, struct pki_error *why)
{
    const struct handed *handed = context;
    pki_auto(pki_share) own = share;
    char name[PKI_SHARE_NAME];

    if (!pki_share_equal(own, handed->share)) {
        pki_share_name(handed->share, name);
        return pki_fail(why, PKI_E_INVALID, "this is not %s, which is to be typed back now", name);
    }
    struct pki_error surplus = {0}; /* more than its group, or the set, needs to combine */
    return pki_shares_add(handed->typed, PKI_TAKE(own), &surplus) ||
           surplus.code == PKI_E_INVALID || pki_fail(why, surplus.code, "%s", surplus.text);
}

bool pki_shares_hand_out(const struct pki_share_handing *handing, const char *plan,
                         struct pki_shares *typed, struct pki_error *err)
{
    for (size_t i = 0; i < handing->made->n; i++) {
        struct handed handed = {handing, handing->made->list[i], plan, typed};
        const struct pki_prompts prompts = {.context = &handed, .share = ask_back};
        const struct pki_share_taker taker = {take_back, &handed};
        const struct pki_share_ask ask = {.name = handing->name,
                                          .number = (unsigned)i + 1,
                                          .of = (unsigned)handing->made->n,
                                          .shown = handing->show};

        if ((handing->show && !show(&handed, err)) ||
            !pki_share_ask_for(&prompts, &ask, &taker, err))
            return false;
    }
    return true;
}
