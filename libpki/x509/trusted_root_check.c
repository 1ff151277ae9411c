#include "x509/sigstore.h"

#include "base/text.h"
#include "x509/chain.h"
#include "x509/name.h"
#include "x509/sigstore_json.h"

/* What an entry is for decides what its first certificate is. */
struct kind {
    const char *key;
    bool authority; /* whether the first certificate is a CA */
};

static const struct kind kinds[] = {
    {"certificateAuthorities", true},
    {"timestampAuthorities", false},
};

static bool read_certificate(const json_t *item, struct pki_certs *chain, struct pki_error *err)
{
    static const char *const known[] = {"rawBytes", NULL};
    pki_scope(pki_buf) der = {0};

    if (!pki_sigstore_fields(item, known, err) ||
        !pki_sigstore_octets(item, "rawBytes", &der, err) ||
        !pki_cert_parse(pki_buf_view(&der), &chain->list[chain->n], err))
        return false;
    chain->n++;
    return true;
}

/* X509CertificateChain: certificates, in file order. */
static bool read_chain(const json_t *entry, struct pki_certs *chain, struct pki_error *err)
{
    static const char *const known[] = {"certificates", NULL};
    const json_t *holder = NULL;
    const json_t *items = NULL;

    if (!pki_sigstore_object(entry, "certChain", &holder, err))
        return false;
    PKI_CONTEXT(err, "certChain");
    if (!pki_sigstore_fields(holder, known, err) ||
        !pki_sigstore_array(holder, "certificates", &items, err))
        return false;
    size_t count = json_array_size(items);
    if (count == 0 || count > PKI_CHAIN_MAX) {
        pki_fail(err, PKI_E_FORMAT, "%zu certificates, not 1 to %d", count, PKI_CHAIN_MAX);
        return false;
    }
    chain->list = calloc(count, sizeof(struct pki_cert *));
    if (!chain->list) {
        pki_fail(err, PKI_E_MEMORY, "out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        PKI_CONTEXT(err, "certificate %zu", i + 1);
        if (!read_certificate(json_array_get(items, i), chain, err))
            return false;
    }
    return true;
}

/* Leaf-most first, each signed by the next, self-signed last: what each client reads alike. */
static bool check_chain(const struct pki_certs *chain, bool authority, struct pki_error *err)
{
    PKI_CONTEXT(err, "certChain");

    if (!pki_cert_is_self_issued(chain->list[chain->n - 1]))
        return pki_fail(err, PKI_E_FORMAT,
                        "its last certificate is not a root (sigstore-js needs one)");
    if (chain->list[0]->authority != authority)
        return pki_fail(err, PKI_E_FORMAT, "its first certificate %s",
                        authority ? "is no authority" : "is an authority, not the TSA's own");
    struct pki_error why = {0};
    if (!pki_chain_check_order(chain, &why))
        return pki_fail(err, why.code == PKI_E_MEMORY ? PKI_E_MEMORY : PKI_E_FORMAT, "%s",
                        why.text);
    return true;
}

/* At most the intersection of all validities (sigstore_trustroot.proto). */
static bool check_window(const struct pki_certs *chain, struct pki_window window,
                         struct pki_error *err)
{
    for (size_t i = 0; i < chain->n; i++) {
        const struct pki_cert *cert = chain->list[i];
        if (window.start < cert->not_before ||
            (window.end != INT64_MAX && window.end > cert->not_after))
            return pki_fail(err, PKI_E_FORMAT,
                            "validFor reaches beyond the validity of certificate %zu", i + 1);
    }
    return true;
}

static bool check_attribute(const json_t *subject, const char *key, const char *oid,
                            const struct pki_cert *root, struct pki_error *err)
{
    pki_scope(pki_buf) given = {0};
    pki_scope(pki_buf) found = {0};
    const char *text = "";

    if (!pki_sigstore_text(subject, key, &text, err))
        return false;
    pki_text_safe(&given, (struct pki_bytes){(const uint8_t *)text, strlen(text)});
    if (!pki_buf_ok(&given, err) || !pki_name_attribute(root->subject, oid, &found, err))
        return false;
    if (!pki_bytes_equal(pki_buf_view(&given), pki_buf_view(&found)))
        return pki_fail(err, PKI_E_FORMAT, "%s \"%.80s\" is not the root's", key, text);
    return true;
}

/* DistinguishedName: the root's, as sigstore-go writes it. */
static bool check_subject(const json_t *entry, const struct pki_cert *root, struct pki_error *err)
{
    static const char *const known[] = {"organization", "commonName", NULL};
    const json_t *subject = NULL;

    if (!pki_sigstore_object(entry, "subject", &subject, err))
        return false;
    PKI_CONTEXT(err, "subject");
    return pki_sigstore_fields(subject, known, err) &&
           check_attribute(subject, "organization", PKI_OID_ORGANIZATION, root, err) &&
           check_attribute(subject, "commonName", PKI_OID_COMMON_NAME, root, err);
}

static bool check_fields(const json_t *entry, bool authority, struct pki_certs *chain,
                         struct pki_window *window, struct pki_error *err)
{
    static const char *const known[] = {"subject", "uri", "certChain", "validFor", NULL};
    const char *uri = "";

    return pki_sigstore_fields(entry, known, err) &&
           (!json_object_get(entry, "uri") || pki_sigstore_text(entry, "uri", &uri, err)) &&
           read_chain(entry, chain, err) && check_chain(chain, authority, err) &&
           check_subject(entry, chain->list[chain->n - 1], err) &&
           pki_sigstore_window(entry, window, err) && check_window(chain, *window, err);
}

static bool check_entry(const json_t *entry, bool authority, struct pki_window *window,
                        struct pki_error *err)
{
    struct pki_certs chain = {0};
    bool good = check_fields(entry, authority, &chain, window, err);

    pki_certs_clear(&chain);
    return good;
}

static bool check_entries(const json_t *root, const struct kind *kind, struct pki_error *err)
{
    int64_t before = INT64_MIN;
    struct pki_window window;
    const json_t *entries = NULL;

    if (!pki_sigstore_array(root, kind->key, &entries, err))
        return false;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        PKI_CONTEXT(err, "%s entry %zu", kind->key, i + 1);
        if (!check_entry(json_array_get(entries, i), kind->authority, &window, err))
            return false;
        if (window.start < before)
            return pki_fail(err, PKI_E_FORMAT,
                            "it starts before the entry above it: the oldest comes first");
        before = window.start;
    }
    return true;
}

bool pki_trusted_root_check(struct pki_bytes json, struct pki_error *err)
{
    PKI_CONTEXT(err, "trusted root");
    json_auto_t *root = NULL;
    const char *type = "";

    if (!pki_sigstore_load(json, &root, err) || !pki_sigstore_text(root, "mediaType", &type, err))
        return false;
    if (strcmp(type, PKI_TRUSTED_ROOT_MEDIA_TYPE) != 0)
        return pki_fail(err, PKI_E_FORMAT, "mediaType \"%.80s\" is not \"%s\"", type,
                        PKI_TRUSTED_ROOT_MEDIA_TYPE);
    for (size_t i = 0; i < PKI_COUNT(kinds); i++)
        if (!check_entries(root, &kinds[i], err))
            return false;
    return pki_sigstore_judge_logs(root, "tlogs", err) &&
           pki_sigstore_judge_logs(root, "ctlogs", err);
}
