/*
 * Asking through struct pki_prompts: whether anybody can be asked, and whether
 * what was chosen will do, is judged here, once for all duties.
 */
#ifndef PKI_OPS_PROMPTS_H
#define PKI_OPS_PROMPTS_H

#include "pki/session.h"

/** The passphrase of a key that is there. Fails: PKI_E_POLICY nobody can be asked; as the prompt */
PKI_CHECKED bool pki_prompts_ask_passphrase(const struct pki_prompts *prompts, const char *name,
                                            struct pki_secret **passphrase, struct pki_error *err);

/** A new one of a key, and judge it. @old the one before; NULL: there was none
 *  Fails: as above; PKI_E_PASSPHRASE it is weak, or the old one */
PKI_CHECKED bool pki_prompts_ask_fresh(const struct pki_prompts *prompts, const char *name,
                                       struct pki_secret *old, struct pki_secret **passphrase,
                                       struct pki_error *err);

/** So many rolls of dice, and judge them. Fails: PKI_E_POLICY nobody can be asked; as the prompt
 *  and pki_dice_judge */
PKI_CHECKED bool pki_prompts_ask_rolls(const struct pki_prompts *prompts, unsigned wanted,
                                       struct pki_secret **rolls, struct pki_error *err);

#endif
