#include "ops/draft.h"

#include <assert.h>
#include <fcntl.h>

#include "base/file.h"
#include "store/shares.h"

/* --- keys ---------------------------------------------------------------------------------- */

static bool take_spki(struct pki_draft_item *item, struct pki_bytes spki, struct pki_error *err)
{
    pki_buf_append_bytes(&item->spki, spki);
    pki_sha256(spki, item->spki_sha256);
    return pki_buf_ok(&item->spki, err) && pki_spki_key_id(spki, item->key_id, err);
}

bool pki_item_fresh_key(struct pki_session *session, const struct pki_draft *draft,
                        struct pki_draft_item *item, const struct pki_algorithm *algorithm,
                        struct pki_error *err)
{
    item->algorithm = algorithm;
    return pki_profile_takes_key(item->profile, algorithm, err) &&
           (draft->approval.entry != 0
                ? pki_approval_key(session, item, err)
                : pki_session_make_key(session, algorithm, &item->key, &item->rolls, err)) &&
           take_spki(item, pki_key_spki(item->key), err);
}

/* What was prepared has its keys, and the rolls in them, already. */
bool pki_draft_check_dice(const struct pki_session *session, const struct pki_draft *draft,
                          struct pki_error *err)
{
    bool requested = false;

    if (session->dice == 0 || draft->approval.entry != 0)
        return true;
    for (size_t i = 0; i < draft->n; i++) {
        if (draft->items[i].rolls > 0)
            return true;
        requested = requested || draft->items[i].request;
    }
    return pki_fail(err, PKI_E_USAGE,
                    "no key is made here%s: leave --dice and --dice-file out; rolls go into a key "
                    "where it is made",
                    requested ? ", it comes by --csr" : "");
}

bool pki_item_makes_authority(const struct pki_draft_item *item)
{
    return item->profile->authority && !item->of;
}

bool pki_item_certify(struct pki_draft_item *item, const struct pki_draft_item *of,
                      struct pki_error *err)
{
    item->of = of;
    item->algorithm = of->algorithm;
    memcpy(item->common_name, of->common_name, sizeof(item->common_name));
    pki_buf_append_bytes(&item->subject, pki_buf_view(&of->subject));
    return pki_profile_takes_key(item->profile, item->algorithm, err) &&
           pki_buf_ok(&item->subject, err) && take_spki(item, pki_buf_view(&of->spki), err);
}

bool pki_item_look_before(struct pki_session *session, const struct pki_draft *draft,
                          struct pki_draft_item *item, struct pki_error *err)
{
    struct pki_authority_row row = {.generation = item->generation};

    memcpy(row.root, draft->root, sizeof(row.root));
    memcpy(row.environment, draft->environment, sizeof(row.environment));
    memcpy(row.purpose, draft->purpose, sizeof(row.purpose));
    return !item->key || pki_store_shared_before(session->store, &row, item->shared, err);
}

/* One key, one authority: not one that is recorded, nor another of this draft. */
static bool check_unknown(struct pki_session *session, const struct pki_draft *draft,
                          const struct pki_draft_item *item, struct pki_error *err)
{
    struct pki_key_row known;
    bool found = false;

    if (!pki_store_find_key(session->store, item->spki_sha256, &found, &known, err))
        return false;
    if (found) {
        return pki_fail(err, PKI_E_STATE,
                        "%s: this key is already that of %s; every certificate needs a key of "
                        "its own",
                        item->source, known.name);
    }
    for (const struct pki_draft_item *other = draft->items; other < item; other++) {
        if (memcmp(other->spki_sha256, item->spki_sha256, PKI_SHA256_SIZE) == 0)
            return pki_fail(err, PKI_E_STATE, "%s: the same key was given for %s", item->source,
                            other->name);
    }
    return true;
}

static bool check_algorithm(const struct pki_draft_item *item,
                            const struct pki_algorithm *algorithm, struct pki_error *err)
{
    if (!pki_profile_takes_key(item->profile, item->algorithm, err))
        return false;
    if (algorithm && algorithm != item->algorithm) {
        return pki_fail(err, PKI_E_POLICY,
                        "%s: its key is %s, but the hierarchy says %s for this line", item->source,
                        item->algorithm->name, algorithm->name);
    }
    return true;
}

bool pki_item_request(struct pki_session *session, struct pki_draft *draft,
                      struct pki_draft_item *item, const char *path,
                      const struct pki_algorithm *algorithm, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    item->source = path;
    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_REQUEST, &text, err) ||
        !pki_request_parse(path, pki_buf_view(&text), &item->request, err) ||
        !pki_request_judge(item->request, err))
        return false;
    item->algorithm = item->request->algorithm;
    return take_spki(item, item->request->spki, err) && check_algorithm(item, algorithm, err) &&
           check_unknown(session, draft, item, err);
}

/* --- names and addresses ------------------------------------------------------------------- */

bool pki_item_subject(struct pki_draft_item *item, const struct pki_name *name,
                      struct pki_error *err)
{
    (void)snprintf(item->common_name, sizeof(item->common_name), "%s",
                   name->common_name ? name->common_name : "");
    return pki_profile_takes_name(item->profile, name, err) &&
           pki_name_build(name, &item->subject, err);
}

static bool expand(const char *pattern, const char *authority, char **address,
                   struct pki_error *err)
{
    static const char place[] = "{authority}";
    const char *at = strstr(pattern, place);
    pki_scope(pki_buf) text = {0};

    assert(at); /* the hierarchy's rules see to it */
    pki_buf_append(&text, pattern, (size_t)(at - pattern));
    pki_buf_text(&text, authority);
    pki_buf_text(&text, at + strlen(place));
    return pki_buf_take_text(&text, address, err);
}

bool pki_item_addresses(struct pki_draft_item *item, const char *crl_url, const char *issuer_url,
                        const char *authority, struct pki_error *err)
{
    bool crl = crl_url && item->profile->crl_url != PKI_ABSENT;
    bool issuer = issuer_url && item->profile->issuer_url != PKI_ABSENT;

    return (!crl || expand(crl_url, authority, &item->crl_url, err)) &&
           (!issuer || expand(issuer_url, authority, &item->issuer_url, err));
}

/* --- dates --------------------------------------------------------------------------------- */

const struct pki_cert *pki_item_signer(const struct pki_draft *draft,
                                       const struct pki_draft_item *item)
{
    return item->signer == PKI_SIGNER_ISSUER ? draft->issuer_cert : draft->items[item->signer].read;
}

void pki_item_dates(const struct pki_draft *draft, struct pki_draft_item *item,
                    struct pki_period validity)
{
    const struct pki_cert *signer = pki_item_signer(draft, item);

    item->not_before = draft->now - PKI_DRAFT_SET_BACK;
    item->not_after = pki_period_after(validity, draft->now) - 1;
    if (!signer) /* a root */
        return;
    if (item->not_before < signer->not_before)
        item->not_before = signer->not_before;
    item->shortened = item->not_after > signer->not_after;
    if (item->shortened)
        item->not_after = signer->not_after;
}

/* --- the body ------------------------------------------------------------------------------ */

static struct pki_bytes bytes_of(const uint8_t *data, size_t size)
{
    return (struct pki_bytes){data, size};
}

const struct pki_algorithm *pki_item_signs_with(const struct pki_draft *draft,
                                                const struct pki_draft_item *item)
{
    return item->signer == PKI_SIGNER_ISSUER ? draft->issuer_algorithm
                                             : draft->items[item->signer].algorithm;
}

static void fill_body(const struct pki_draft *draft, const struct pki_draft_item *item,
                      struct pki_body *body)
{
    const struct pki_cert *signer = pki_item_signer(draft, item);

    *body = (struct pki_body){
        .profile = item->profile,
        .issuer_algorithm = pki_item_signs_with(draft, item),
        .issuer = signer ? signer->subject : pki_buf_view(&item->subject),
        .subject = pki_buf_view(&item->subject),
        .not_before = item->not_before,
        .not_after = item->not_after,
        .spki = pki_buf_view(&item->spki),
        .subject_key_id = bytes_of(item->key_id, sizeof(item->key_id)),
        .crl_url = item->crl_url,
        .issuer_url = item->issuer_url,
        .names = item->names,
        .n_names = item->n_names,
        .rehearsal = draft->rehearsal,
    };
    if (signer)
        body->authority_key_id = signer->subject_key_id;
    memcpy(body->serial, item->serial, sizeof(body->serial));
}

/* Of what was prepared: the one that was reserved, in the order of the items. */
static bool take_serial(const struct pki_draft *draft, struct pki_draft_item *item,
                        struct pki_error *err)
{
    const struct pki_approval *approval = &draft->approval;
    size_t nth = (size_t)(item - draft->items);

    if (approval->entry == 0 || nth >= approval->rows.n)
        return pki_random_serial(item->serial, err);
    memcpy(item->serial, approval->rows.list[nth].serial, sizeof(item->serial));
    return true;
}

bool pki_item_build(const struct pki_draft *draft, struct pki_draft_item *item,
                    struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", item->name);
    struct pki_body body;

    if (!take_serial(draft, item, err))
        return false;
    fill_body(draft, item, &body);
    if (!pki_body_build(&body, &item->body, err) ||
        !pki_cert_parse_body(pki_buf_view(&item->body), &item->read, err))
        return false;
    pki_sha256(pki_buf_view(&item->body), item->body_sha256);
    return pki_lint_body(item->read, pki_item_signer(draft, item), item->profile->name,
                         draft->rehearsal, &item->findings, err);
}
