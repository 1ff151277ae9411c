#include "x509/profile.h"

#include "x509/name.h"
#include "x509/oids.h"

#define ALLOWED(id) (1u << (id))

#define KEYS_ECDSA \
    (ALLOWED(PKI_KEY_ECDSA_P256) | ALLOWED(PKI_KEY_ECDSA_P384) | ALLOWED(PKI_KEY_ECDSA_P521))
#define KEYS_RSA (ALLOWED(PKI_KEY_RSA_3072) | ALLOWED(PKI_KEY_RSA_4096))

/* sigstore-python, browsers and Java before 15 refuse Ed25519: only where none of them verifies. */
#define KEYS_EVERYWHERE (KEYS_ECDSA | KEYS_RSA)
#define KEYS_ALL        (KEYS_EVERYWHERE | ALLOWED(PKI_KEY_ED25519))

#define KU_AUTHORITY (PKI_KU_KEY_CERT_SIGN | PKI_KU_CRL_SIGN)

static const struct pki_profile profiles[PKI_PROFILES] = {
    [PKI_PROFILE_ROOT] =
        {
            .id = PKI_PROFILE_ROOT,
            .name = "root",
            .title = "Root authority",
            .purpose = "the anchor that verifiers trust; issues intermediates, kept offline",
            .authority = true,
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = KU_AUTHORITY,
            .crl_url = PKI_ABSENT,
            .issuer_url = PKI_ABSENT,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_ALL,
            .max_validity_days = 9132,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_ROOT,
            .citation = "RFC 5280 4.2.1; CA/B BR 7.1.2.1 (no EKU, no path length, 25 years); "
                        "Fulcio certificate specification",
        },
    [PKI_PROFILE_CODE_SIGNING_CA] =
        {
            .id = PKI_PROFILE_CODE_SIGNING_CA,
            .name = "code-signing-ca",
            .title = "Code signing authority",
            .purpose =
                "intermediate that Fulcio runs with, or that issues code signing certificates",
            .authority = true,
            .path_length = 0,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_CODE_SIGNING},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 2922,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_CODE_SIGNING_CA,
            .citation = "RFC 5280 4.2.1; Fulcio certificate specification and VerifyCertChain; "
                        "CA/B BR 7.1.2.6",
        },
    [PKI_PROFILE_TIME_STAMPING_CA] =
        {
            .id = PKI_PROFILE_TIME_STAMPING_CA,
            .name = "time-stamping-ca",
            .title = "Time stamping authority",
            .purpose = "intermediate that issues one time stamping certificate a generation",
            .authority = true,
            .path_length = 0,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_TIME_STAMPING},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 5479,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_TIME_STAMPING,
            .citation = "RFC 5280 4.2.1; timestamp-authority pkg/x509 (EKU on intermediates); "
                        "CA/B BR 7.1.2.6",
        },
    [PKI_PROFILE_TLS_CA] =
        {
            .id = PKI_PROFILE_TLS_CA,
            .name = "tls-ca",
            .title = "TLS server authority",
            .purpose = "intermediate that issues TLS server certificates",
            .authority = true,
            .path_length = 0,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_SERVER_AUTH},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 2922,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_TLS_CA,
            .citation = "RFC 5280 4.2.1; CA/B BR 7.1.2.6, 7.1.2.10",
        },
    [PKI_PROFILE_CLIENT_CA] =
        {
            .id = PKI_PROFILE_CLIENT_CA,
            .name = "client-ca",
            .title = "TLS client authority",
            .purpose = "intermediate that issues TLS client certificates",
            .authority = true,
            .path_length = 0,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_CLIENT_AUTH},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_ALL,
            .max_validity_days = 2922,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_CLIENT_CA,
            .citation = "RFC 5280 4.2.1; RFC 8410 (Ed25519); CA/B BR 7.1.2.6 for the shape",
        },
    [PKI_PROFILE_GENERAL_CA] =
        {
            .id = PKI_PROFILE_GENERAL_CA,
            .name = "general-ca",
            .title = "TLS authority for both ends",
            .purpose = "intermediate for mutual TLS among one's own: servers and clients",
            .authority = true,
            .path_length = 0,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_SERVER_AUTH, PKI_OID_CLIENT_AUTH},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_ALL,
            .max_validity_days = 2922,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_GENERAL_CA,
            .citation = "RFC 5280 4.2.1; CA/B BR 7.1.2.10.6 (serverAuth may stand with clientAuth, "
                        "never with code signing or time stamping)",
        },
    [PKI_PROFILE_CROSS] =
        {
            .id = PKI_PROFILE_CROSS,
            .name = "cross",
            .title = "Cross-certificate",
            .purpose = "an old root vouches for its successor's key, for code signing and time "
                       "stamping; TLS verifiers are given the new root instead",
            .authority = true,
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = KU_AUTHORITY,
            .usages = {PKI_OID_CODE_SIGNING, PKI_OID_TIME_STAMPING},
            .crl_url = PKI_REQUIRED,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 9132,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_CROSS,
            .citation = "RFC 5280 4.2.1; Mozilla root policy 5.3 (cross-certificates need an EKU; "
                        "serverAuth not with code signing or time stamping)",
        },
    [PKI_PROFILE_TIME_STAMPING] =
        {
            .id = PKI_PROFILE_TIME_STAMPING,
            .name = "time-stamping",
            .title = "Time stamping certificate",
            .purpose = "signs RFC 3161 time stamps",
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = PKI_KU_DIGITAL_SIGNATURE,
            .usages = {PKI_OID_TIME_STAMPING},
            .usages_critical = true,
            .crl_url = PKI_OPTIONAL,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 5479,
            .issuer = PKI_PROFILE_TIME_STAMPING_CA,
            .leaf = PKI_PROFILE_TIME_STAMPING,
            .citation = "RFC 3161 2.3 (EKU alone and critical); timestamp-authority pkg/x509",
        },
    [PKI_PROFILE_CODE_SIGNING] =
        {
            .id = PKI_PROFILE_CODE_SIGNING,
            .name = "code-signing",
            .title = "Code signing certificate",
            .purpose = "signs software with a key that is kept",
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = PKI_KU_DIGITAL_SIGNATURE,
            .usages = {PKI_OID_CODE_SIGNING},
            .crl_url = PKI_OPTIONAL,
            .issuer_url = PKI_OPTIONAL,
            .san_kinds = PKI_SAN_EMAIL | PKI_SAN_URI,
            .san = PKI_OPTIONAL,
            .common_name = PKI_REQUIRED,
            .organization = PKI_OPTIONAL,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 460,
            .issuer = PKI_PROFILE_CODE_SIGNING_CA,
            .leaf = PKI_PROFILE_CODE_SIGNING,
            .citation = "RFC 5280 4.2.1.12; CA/B code signing BR 6.3.2, 7.1.2.3",
        },
    [PKI_PROFILE_TLS_SERVER] =
        {
            .id = PKI_PROFILE_TLS_SERVER,
            .name = "tls-server",
            .title = "TLS server certificate",
            .purpose = "names a server by its alternative names alone",
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = PKI_KU_DIGITAL_SIGNATURE,
            .usages = {PKI_OID_SERVER_AUTH},
            .crl_url = PKI_OPTIONAL,
            .issuer_url = PKI_OPTIONAL,
            .san_kinds = PKI_SAN_DNS | PKI_SAN_IP,
            .san = PKI_REQUIRED,
            .common_name = PKI_OPTIONAL,
            .organization = PKI_OPTIONAL,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 398,
            .issuer = PKI_PROFILE_TLS_CA,
            .leaf = PKI_PROFILE_TLS_SERVER,
            .citation = "RFC 5280 4.2.1.6, 4.2.1.12; RFC 9525 2 (names are not read from the "
                        "subject); CA/B BR 7.1.2.7",
        },
    [PKI_PROFILE_TLS_CLIENT] =
        {
            .id = PKI_PROFILE_TLS_CLIENT,
            .name = "tls-client",
            .title = "TLS client certificate",
            .purpose = "names a client, by its subject, its alternative names or both",
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = PKI_KU_DIGITAL_SIGNATURE,
            .usages = {PKI_OID_CLIENT_AUTH},
            .crl_url = PKI_OPTIONAL,
            .issuer_url = PKI_OPTIONAL,
            .san_kinds = PKI_SAN_DNS | PKI_SAN_IP | PKI_SAN_EMAIL | PKI_SAN_URI,
            .san = PKI_OPTIONAL,
            .common_name = PKI_OPTIONAL,
            .organization = PKI_OPTIONAL,
            .keys = KEYS_ALL,
            .max_validity_days = 825,
            .issuer = PKI_PROFILE_CLIENT_CA,
            .leaf = PKI_PROFILE_TLS_CLIENT,
            .citation = "RFC 5280 4.1.2.6, 4.2.1.6, 4.2.1.12; RFC 8410 (Ed25519)",
        },
    [PKI_PROFILE_OCSP_RESPONDER] =
        {
            .id = PKI_PROFILE_OCSP_RESPONDER,
            .name = "ocsp-responder",
            .title = "OCSP responder certificate",
            .purpose = "signs OCSP responses for the authority that issued it",
            .path_length = PKI_PATH_LENGTH_ABSENT,
            .key_usage = PKI_KU_DIGITAL_SIGNATURE,
            .usages = {PKI_OID_OCSP_SIGNING},
            .crl_url = PKI_ABSENT,
            .issuer_url = PKI_OPTIONAL,
            .san = PKI_ABSENT,
            .common_name = PKI_REQUIRED,
            .organization = PKI_REQUIRED,
            .no_ocsp_check = true,
            .keys = KEYS_EVERYWHERE,
            .max_validity_days = 398,
            .issuer = PKI_PROFILE_ROOT,
            .leaf = PKI_PROFILE_OCSP_RESPONDER,
            .citation = "RFC 6960 4.2.2.2 (id-pkix-ocsp-nocheck: cannot be revoked, so short); "
                        "CA/B BR 7.1.2.8",
        },
};

const struct pki_profile *pki_profile_get(enum pki_profile_id id)
{
    return &profiles[id];
}

const struct pki_profile *pki_profile_find(const char *name)
{
    for (size_t i = 0; i < PKI_PROFILES; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

bool pki_profile_takes_key(const struct pki_profile *profile, const struct pki_algorithm *algorithm,
                           struct pki_error *err)
{
    if (profile->keys & ALLOWED(algorithm->id))
        return true;
    return pki_fail(err, PKI_E_POLICY,
                    "profile %s does not take a key of %s: not all of its verifiers do; choose an "
                    "ECDSA or RSA key",
                    profile->name, algorithm->title);
}

static bool has_usage(const struct pki_profile *profile, const char *oid)
{
    for (size_t i = 0; i < PKI_PROFILE_USAGES && profile->usages[i]; i++)
        if (strcmp(profile->usages[i], oid) == 0)
            return true;
    return false;
}

bool pki_profile_issues(const struct pki_profile *issuer, const struct pki_profile *subject)
{
    if (!issuer->authority || issuer->id == PKI_PROFILE_CROSS)
        return false; /* a cross-certificate's key issues as the root that it is */
    if (subject->id == PKI_PROFILE_OCSP_RESPONDER)
        return true;
    if (subject->authority)
        return issuer->id == PKI_PROFILE_ROOT;
    if (issuer->id == PKI_PROFILE_ROOT)
        return false;
    for (size_t i = 0; i < PKI_PROFILE_USAGES && subject->usages[i]; i++)
        if (!has_usage(issuer, subject->usages[i]))
            return false;
    return true;
}

static bool judge_presence(const struct pki_profile *profile, enum pki_presence wanted,
                           const char *what, const char *value, struct pki_error *err)
{
    if (wanted == PKI_REQUIRED && !value)
        return pki_fail(err, PKI_E_POLICY, "profile %s needs %s (%s)", profile->name, what,
                        profile->citation);
    if (wanted == PKI_ABSENT && value)
        return pki_fail(err, PKI_E_POLICY, "profile %s does not take %s (%s)", profile->name, what,
                        profile->citation);
    return true;
}

bool pki_profile_takes_name(const struct pki_profile *profile, const struct pki_name *name,
                            struct pki_error *err)
{
    return judge_presence(profile, profile->common_name, "a common name", name->common_name, err) &&
           judge_presence(profile, profile->organization, "an organization", name->organization,
                          err) &&
           pki_name_judge(name, err);
}
