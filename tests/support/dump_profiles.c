/*
 * Prints every profile row as Markdown: docs/PROFILES.md is its output, and
 * golden.profiles compares the two.
 */
#include <stdio.h>

#include "x509/oids.h"
#include "x509/profile.h"

struct named_bit {
    uint32_t bit;
    const char *name;
};

static const struct named_bit key_usages[] = {
    {PKI_KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {PKI_KU_KEY_CERT_SIGN, "keyCertSign"},
    {PKI_KU_CRL_SIGN, "cRLSign"},
};

static const struct named_bit san_kinds[] = {
    {PKI_SAN_DNS, "DNS"},
    {PKI_SAN_IP, "IP"},
    {PKI_SAN_EMAIL, "email"},
    {PKI_SAN_URI, "URI"},
};

static const struct {
    const char *oid;
    const char *name;
} usages[] = {
    {PKI_OID_SERVER_AUTH, "serverAuth"},   {PKI_OID_CLIENT_AUTH, "clientAuth"},
    {PKI_OID_CODE_SIGNING, "codeSigning"}, {PKI_OID_TIME_STAMPING, "timeStamping"},
    {PKI_OID_OCSP_SIGNING, "OCSPSigning"},
};

static const char *const presences[] = {"absent", "optional", "required"};

static void begin(const char *label)
{
    printf("| %s | ", label);
}

static void end(void)
{
    printf(" |\n");
}

static void row(const char *label, const char *value)
{
    printf("| %s | %s |\n", label, value);
}

/* The names of the bits that are set, with commas. */
static void list_bits(uint32_t bits, const struct named_bit *names, size_t count)
{
    const char *comma = "";

    for (size_t i = 0; i < count; i++) {
        if (!(bits & names[i].bit))
            continue;
        printf("%s%s", comma, names[i].name);
        comma = ", ";
    }
}

static const char *usage_name(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(usages); i++)
        if (strcmp(usages[i].oid, oid) == 0)
            return usages[i].name;
    return oid;
}

static void show_usages(const struct pki_profile *profile)
{
    begin("Extended key usage");
    for (size_t i = 0; i < PKI_PROFILE_USAGES && profile->usages[i]; i++)
        printf("%s%s", i > 0 ? ", " : "", usage_name(profile->usages[i]));
    printf("%s", !profile->usages[0]        ? "absent"
                 : profile->usages_critical ? "; critical"
                                            : "; not critical");
    end();
}

static void show_constraints(const struct pki_profile *profile)
{
    begin("Basic constraints");
    if (!profile->authority)
        printf("absent");
    else if (profile->path_length == PKI_PATH_LENGTH_ABSENT)
        printf("CA; no path length; critical");
    else
        printf("CA; path length %d; critical", profile->path_length);
    end();
    begin("Key usage");
    list_bits(profile->key_usage, key_usages, PKI_COUNT(key_usages));
    printf("; critical");
    end();
}

static void show_names(const struct pki_profile *profile)
{
    row("Organization", presences[profile->organization]);
    row("Common name", presences[profile->common_name]);
    begin("Alternative names");
    printf("%s", presences[profile->san]);
    if (profile->san_kinds) {
        printf(": ");
        list_bits(profile->san_kinds, san_kinds, PKI_COUNT(san_kinds));
        printf("; critical where the subject is empty");
    }
    end();
}

static void show_keys(const struct pki_profile *profile)
{
    const char *comma = "";

    begin("Keys");
    for (unsigned id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        if (!(profile->keys & 1u << id))
            continue;
        printf("%s%s", comma, pki_algorithm_get((enum pki_key_algorithm)id)->title);
        comma = ", ";
    }
    end();
}

static void show_issuers(const struct pki_profile *profile)
{
    const char *comma = "";

    begin("Issued by");
    for (unsigned id = 0; id < PKI_PROFILES; id++) {
        const struct pki_profile *issuer = pki_profile_get((enum pki_profile_id)id);
        if (!pki_profile_issues(issuer, profile) ||
            (profile->id == PKI_PROFILE_ROOT && id != PKI_PROFILE_ROOT))
            continue;
        printf("%s%s", comma, issuer == profile ? "itself" : issuer->name);
        comma = ", ";
    }
    end();
    if (profile->leaf != profile->id)
        row("Issued together with", pki_profile_get(profile->leaf)->name);
}

static void show(const struct pki_profile *profile)
{
    printf("\n## %s\n\n%s: %s.\n\n| field | value |\n|---|---|\n", profile->name, profile->title,
           profile->purpose);
    show_constraints(profile);
    show_usages(profile);
    row("Subject key identifier", "present");
    row("Authority key identifier",
        profile->id == PKI_PROFILE_ROOT ? "absent" : "present, key identifier only");
    show_names(profile);
    row("CRL distribution point", presences[profile->crl_url]);
    row("Issuer's certificate address", presences[profile->issuer_url]);
    if (profile->no_ocsp_check)
        row("OCSP no check", "present");
    show_keys(profile);
    printf("| Validity | at most %u days |\n", profile->max_validity_days);
    show_issuers(profile);
    row("Source", profile->citation);
}

int main(void)
{
    printf("# Certificate profiles\n\n"
           "Written from the rows in `libpki/x509/profile.c` by `tests/support/dump_profiles.c`; "
           "do not edit.\n"
           "Each profile fully expanded, as DER: `tests/golden/profiles/`.\n\n"
           "Every certificate is version 3, with a serial number of 20 octets (158 of its bits "
           "random), the issuer's name\nbyte for byte, and a last valid second that belongs to "
           "it. Extensions that are not listed are absent.\nWhat a request asks for is shown, "
           "never copied.\n\n"
           "In a rehearsal (`cellar init --rehearsal`) each has one extension more, the roots' "
           "too: " PKI_OID_REHEARSAL
           ",\ncritical, its value NULL (RFC 5612's arc for examples). Nobody "
           "processes it, so every verifier refuses the\ncertificate (RFC 5280 4.2). Common names "
           "begin with `REHEARSAL`; roots live for 12 hours, authorities of lines for\n6, end "
           "entities for 1.\n");
    for (unsigned id = 0; id < PKI_PROFILES; id++)
        show(pki_profile_get((enum pki_profile_id)id));
    return 0;
}
