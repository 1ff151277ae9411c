#include "ops/prompts.h"

#include "crypto/dice.h"
#include "crypto/envelope.h"

static bool ask(const struct pki_prompts *prompts, const struct pki_passphrase_ask *question,
                struct pki_secret **passphrase, struct pki_error *err)
{
    if (!prompts->passphrase)
        return pki_fail(err, PKI_E_POLICY, "nobody can be asked for the passphrase of %s",
                        question->name);
    return prompts->passphrase(prompts->context, question, passphrase, err);
}

bool pki_prompts_ask_passphrase(const struct pki_prompts *prompts, const char *name,
                                struct pki_secret **passphrase, struct pki_error *err)
{
    return ask(prompts, &(struct pki_passphrase_ask){.name = name}, passphrase, err);
}

static bool differs(struct pki_secret *old, struct pki_secret *fresh, struct pki_error *err)
{
    return !old || !pki_secret_equal(old, fresh) ||
           pki_fail(err, PKI_E_PASSPHRASE, "the new passphrase is the old one");
}

bool pki_prompts_ask_fresh(const struct pki_prompts *prompts, const char *name,
                           struct pki_secret *old, struct pki_secret **passphrase,
                           struct pki_error *err)
{
    const struct pki_passphrase_ask question = {.name = name, .fresh = true};
    pki_auto(pki_secret) answer = NULL;

    if (!ask(prompts, &question, &answer, err))
        return false;
    PKI_CONTEXT(err, "passphrase of %s", name);
    if (!pki_passphrase_judge(answer, err) || !differs(old, answer, err))
        return false;
    *passphrase = PKI_TAKE(answer);
    return true;
}

bool pki_prompts_ask_rolls(const struct pki_prompts *prompts, unsigned wanted,
                           struct pki_secret **rolls, struct pki_error *err)
{
    pki_auto(pki_secret) asked = NULL;

    if (!prompts->dice)
        return pki_fail(err, PKI_E_POLICY, "rolls of dice are needed, and nobody can be asked");
    if (!prompts->dice(prompts->context, wanted, &asked, err) ||
        !pki_dice_judge(asked, wanted, err))
        return false;
    *rolls = PKI_TAKE(asked);
    return true;
}
