#include "ops/handover.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/revocation.h"
#include "x509/name.h"

struct consumer {
    const char *name;
    enum pki_profile_id profile;
    bool leaf_key; /* the key is the generation's leaf's, not the intermediate's */
    const char *readme;
};

static const struct consumer consumers[] = {
    {"fulcio", PKI_PROFILE_CODE_SIGNING_CA, false,
     "For Fulcio (file CA). chain.pem: issuing certificate first, root last.\n"
     "key.pem: its private key, encrypted; the passphrase travels by another way.\n"
     "\n"
     "1. Compare the fingerprints below with those read out at the ceremony.\n"
     "2. Put both files in place, as Fulcio's user, also under a running Fulcio:\n"
     "       cellar install fulcio --from HERE --to DIR\n"
     "   By hand: write the new content INTO the existing files, chain first, then\n"
     "   key (mode 0600); a file renamed over them is not noticed.\n"
     "3. fulcio serve --ca=fileca --fileca-cert=chain.pem --fileca-key=key.pem \\\n"
     "       --fileca-key-passwd=...     (or in a --config file of mode 0600)\n"
     "4. Prove it: the first certificate of GET /api/v2/trustBundle must have the\n"
     "   first fingerprint below.\n"},
    {"timestamp-server", PKI_PROFILE_TIME_STAMPING_CA, true,
     "For Sigstore's timestamp-server. chain.pem: time-stamping certificate first,\n"
     "then its issuer, root last. key.pem: the time-stamping certificate's private\n"
     "key, encrypted; the passphrase travels by another way.\n"
     "\n"
     "1. Compare the fingerprints below with those read out at the ceremony.\n"
     "2. Put both files in place, readable by the server's user only (0600).\n"
     "3. timestamp-server serve --timestamp-signer=file \\\n"
     "       --file-signer-key-path=key.pem --file-signer-passwd=... \\\n"
     "       --certificate-chain-path=chain.pem      (restart it to take new files)\n"
     "4. Prove it: GET /api/v1/timestamp/certchain starts with the first\n"
     "   certificate below.\n"},
};

static bool find_consumer(const char *name, const struct consumer **found, struct pki_error *err)
{
    for (size_t i = 0; i < PKI_COUNT(consumers); i++) {
        if (strcmp(consumers[i].name, name) == 0) {
            *found = &consumers[i];
            return true;
        }
    }
    return pki_fail(err, PKI_E_USAGE, "--for %s: not known; there are fulcio and timestamp-server",
                    name);
}

static bool find_generation(const struct pki_bundle *bundle,
                            const struct pki_export_request *request,
                            const struct consumer *consumer, const struct pki_generation **found,
                            struct pki_error *err)
{
    const struct pki_line_plan *line = NULL;

    if (!pki_hierarchy_line(bundle->trust->hierarchy, request->environment, request->purpose, &line,
                            err))
        return false;
    if (line->profile->id != consumer->profile) {
        return pki_fail(err, PKI_E_USAGE, "--for %s: the line %s %s has profile %s, not %s",
                        consumer->name, line->environment, line->purpose, line->profile->name,
                        pki_profile_get(consumer->profile)->name);
    }
    *found = pki_trust_active(bundle->trust, request->purpose);
    return *found || pki_vacancy_fail(pki_trust_vacancy(bundle->trust, request->purpose), err);
}

static bool add_chain(struct pki_bundle *bundle, const struct pki_generation *generation,
                      const struct consumer *consumer, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "chain.pem"))
        return false;
    file->use = consumer->name;
    pki_bundle_put_issuing(file, generation);
    return true;
}

static bool add_key(struct pki_session *session, struct pki_bundle *bundle,
                    const struct pki_cert *cert, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;
    struct pki_key_row key = {0};
    bool found = false;

    if (!pki_store_find_key(session->store, cert->spki_sha256, &found, &key, err))
        return false;
    if (!found)
        return pki_fail(err, PKI_E_INTEGRITY, "the certificate's key is not in the inventory");
    if (key.policy != PKI_POLICY_PASSPHRASE) {
        return pki_fail(err, PKI_E_POLICY,
                        "%s opens with shares, which no server has: cellar share combine %s "
                        "--to-passphrase first",
                        key.name, key.name);
    }
    if (!pki_bundle_add(bundle, PKI_BUNDLE_KEY, &file, err, "key.pem"))
        return false;
    file->use = "its private key, encrypted";
    /* The envelope as it lies in keys/, compared with the record; it is never opened here. */
    return pki_session_read_key(session, &key, &file->content, err);
}

static bool add_readme(struct pki_bundle *bundle, const struct consumer *consumer,
                       struct pki_error *err)
{
    /* Copied: adding a file may move the others. */
    const struct pki_bundle_file chain = bundle->files[0];
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_TEXT, &file, err, "README.txt"))
        return false;
    file->use = "how to put them in place";
    pki_buf_text(&file->content, consumer->readme);
    for (size_t i = 0; i < chain.n_certs; i++) {
        const struct pki_bytes fingerprint = {chain.certs[i]->fingerprint, PKI_SHA256_SIZE};
        pki_buf_text(&file->content, "\n");
        if (!pki_name_show(chain.certs[i]->subject, &file->content, err))
            return false;
        pki_buf_text(&file->content, "\nSHA-256 ");
        pki_hex_grouped(&file->content, fingerprint);
        pki_buf_text(&file->content, "\n");
        pki_words(&file->content, fingerprint);
        pki_buf_text(&file->content, "\n");
    }
    return pki_buf_ok(&file->content, err);
}

bool pki_handover_compose(struct pki_session *session, struct pki_bundle *bundle,
                          const struct pki_export_request *request, struct pki_error *err)
{
    const struct pki_generation *generation = NULL;
    const struct consumer *consumer = NULL;

    if (!find_consumer(request->consumer, &consumer, err) ||
        !find_generation(bundle, request, consumer, &generation, err))
        return false;
    const struct pki_cert *keyed = consumer->leaf_key ? generation->leaf : generation->cert;
    if (!keyed)
        return pki_fail(err, PKI_E_STATE, "%s has no time-stamping certificate",
                        generation->authority.name);
    return add_chain(bundle, generation, consumer, err) &&
           (!request->with_key || add_key(session, bundle, keyed, err)) &&
           add_readme(bundle, consumer, err) && pki_bundle_manifest(bundle, err);
}

static bool add_leaf_chain(struct pki_bundle *bundle, const struct pki_generation *generation,
                           const struct pki_cert *cert, bool crossed, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_CHAIN, &file, err, "%schain.pem",
                        crossed ? PKI_BUNDLE_CROSS : ""))
        return false;
    file->use = crossed ? PKI_BUNDLE_CROSS_USE : "what a server presents";
    file->order = crossed ? "certificate first, then its issuer, then cross-certificates upward"
                          : "certificate first, then its issuer; the root is left out";
    pki_bundle_put(file, cert);
    if (crossed)
        pki_bundle_put_crossed(file, generation);
    else
        pki_bundle_put(file, generation->cert);
    return true;
}

/* Whoever reads CRLs refuses it; and nobody meant to put it in place. */
static bool check_good(struct pki_store *store, const struct pki_certificate_row *row,
                       struct pki_error *err)
{
    const struct pki_bytes serial = {row->serial, sizeof(row->serial)};
    struct pki_revocation_row revocation;
    char at[PKI_TIME_TEXT];
    bool found = false;

    if (!pki_store_find_revocation(store, row->issuer, serial, &found, &revocation, err))
        return false;
    return !found ||
           pki_fail(err, PKI_E_STATE, "the certificate is revoked since %s (%s): issue another one",
                    pki_time_format(revocation.revoked_at, at),
                    pki_reason_of(revocation.reason)->name);
}

bool pki_handover_find_leaf(struct pki_store *store, const char *leaf,
                            struct pki_certificate_row *row, struct pki_authority_row *issuer,
                            struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};
    bool found = false;

    if (!pki_hex_parse(leaf, &octets, err))
        return false;
    bool looked = octets.size == sizeof(row->serial)
                      ? pki_store_find_serial(store, octets.data, &found, row, err)
                  : octets.size == PKI_SHA256_SIZE
                      ? pki_store_find_fingerprint(store, octets.data, &found, row, err)
                      : pki_fail(err, PKI_E_USAGE,
                                 "--leaf is neither a serial (20 octets) nor a "
                                 "fingerprint (32)");
    if (!looked)
        return false;
    if (!found || row->authority != 0)
        return pki_fail(err, PKI_E_NOTFOUND, "no end entity's certificate has the serial %s", leaf);
    return check_good(store, row, err) && pki_store_authority(store, row->issuer, issuer, err);
}

bool pki_handover_leaf(struct pki_bundle *bundle, const struct pki_cert *cert, int64_t issuer,
                       struct pki_error *err)
{
    for (size_t i = 0; i < bundle->trust->n_generations; i++) {
        const struct pki_generation *generation = &bundle->trust->generations[i];
        if (generation->authority.id != issuer)
            continue;
        if (!add_leaf_chain(bundle, generation, cert, false, err) ||
            (pki_generation_is_crossed(generation) &&
             !add_leaf_chain(bundle, generation, cert, true, err)))
            return false;
        return pki_bundle_manifest(bundle, err);
    }
    return pki_fail(err, PKI_E_STATE, "its issuer is no longer trusted");
}
