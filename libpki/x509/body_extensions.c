#include "x509/body_extensions.h"

#include "x509/oids.h"
#include "x509/san.h"

#define EMPTY_NAME_SIZE 2 /* SEQUENCE without content */

static bool judge_names(const struct pki_body *body, struct pki_error *err)
{
    const struct pki_profile *profile = body->profile;

    if (body->n_names == 0 && profile->san == PKI_REQUIRED)
        return pki_fail(err, PKI_E_POLICY, "profile %s needs an alternative name (%s)",
                        profile->name, profile->citation);
    if (body->n_names == 0 && body->subject.size <= EMPTY_NAME_SIZE)
        return pki_fail(err, PKI_E_POLICY,
                        "neither a subject nor an alternative name is given (RFC 5280 4.1.2.6)");
    if (body->n_names > PKI_SAN_MAX)
        return pki_fail(err, PKI_E_POLICY, "%zu alternative names, at most %d are allowed",
                        body->n_names, PKI_SAN_MAX);
    for (size_t i = 0; i < body->n_names; i++) {
        const struct pki_san *name = &body->names[i];
        if (!(name->kind & profile->san_kinds)) {
            return pki_fail(err, PKI_E_POLICY,
                            "profile %s takes no alternative name of the kind of \"%.120s\" (%s)",
                            profile->name, name->text, profile->citation);
        }
        if (!pki_san_judge_as(name, PKI_E_POLICY, err))
            return false;
    }
    return true;
}

static bool judge_address(const struct pki_profile *profile, enum pki_presence wanted,
                          const char *what, const char *url, struct pki_error *err)
{
    if (url && wanted == PKI_ABSENT)
        return pki_fail(err, PKI_E_POLICY, "profile %s takes no %s (%s)", profile->name, what,
                        profile->citation);
    if (!url && wanted == PKI_REQUIRED)
        return pki_fail(err, PKI_E_POLICY, "profile %s needs a %s of the issuer (%s)",
                        profile->name, what, profile->citation);
    return !url || pki_address_judge(what, url, err);
}

static bool judge_key_ids(const struct pki_body *body, struct pki_error *err)
{
    bool root = body->profile->id == PKI_PROFILE_ROOT;

    if (body->subject_key_id.size == 0)
        return pki_fail(err, PKI_E_POLICY, "no subject key identifier (RFC 5280 4.2.1.2)");
    if (root != (body->authority_key_id.size == 0)) {
        return pki_fail(err, PKI_E_POLICY, "profile %s %s (RFC 5280 4.2.1.1)", body->profile->name,
                        root ? "takes no authority key identifier"
                             : "needs the issuer's key identifier");
    }
    return true;
}

bool pki_body_judge_extensions(const struct pki_body *body, struct pki_error *err)
{
    const struct pki_profile *profile = body->profile;

    return judge_names(body, err) && judge_key_ids(body, err) &&
           judge_address(profile, profile->crl_url, "CRL address", body->crl_url, err) &&
           judge_address(profile, profile->issuer_url, "certificate address", body->issuer_url,
                         err);
}

/* Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static void begin_extension(struct pki_der *der, const char *oid, bool critical)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, oid);
    if (critical)
        pki_der_boolean(der, true);
    pki_der_begin(der, PKI_DER_OCTET_STRING);
}

static void end_extension(struct pki_der *der)
{
    pki_der_end(der);
    pki_der_end(der);
}

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
static void write_basic_constraints(struct pki_der *der, const struct pki_profile *profile)
{
    if (!profile->authority)
        return;
    begin_extension(der, PKI_OID_BASIC_CONSTRAINTS, true);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_boolean(der, true);
    if (profile->path_length != PKI_PATH_LENGTH_ABSENT)
        pki_der_integer(der, profile->path_length);
    pki_der_end(der);
    end_extension(der);
}

/* ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId */
static void write_usages(struct pki_der *der, const struct pki_profile *profile)
{
    if (!profile->usages[0])
        return;
    begin_extension(der, PKI_OID_EXT_KEY_USAGE, profile->usages_critical);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    for (size_t i = 0; i < PKI_PROFILE_USAGES && profile->usages[i]; i++)
        pki_der_oid(der, profile->usages[i]);
    pki_der_end(der);
    end_extension(der);
}

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING OPTIONAL, ... } */
static void write_key_ids(struct pki_der *der, const struct pki_body *body)
{
    begin_extension(der, PKI_OID_SUBJECT_KEY_ID, false);
    pki_der_octets(der, body->subject_key_id);
    end_extension(der);
    if (body->authority_key_id.size == 0)
        return;
    begin_extension(der, PKI_OID_AUTHORITY_KEY_ID, false);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_primitive(der, PKI_DER_CONTEXT(0), body->authority_key_id);
    pki_der_end(der);
    end_extension(der);
}

/* RFC 5280 4.2.1.6: critical exactly where the subject is empty. */
static void write_names(struct pki_der *der, const struct pki_body *body)
{
    if (body->n_names == 0)
        return;
    begin_extension(der, PKI_OID_SUBJECT_ALT_NAME, body->subject.size <= EMPTY_NAME_SIZE);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    for (size_t i = 0; i < body->n_names; i++)
        pki_san_write(der, &body->names[i]);
    pki_der_end(der);
    end_extension(der);
}

/*
 * CRLDistributionPoints ::= SEQUENCE OF DistributionPoint
 * DistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL, ... }
 * DistributionPointName ::= CHOICE { fullName [0] GeneralNames, ... }
 */
static void write_crl_url(struct pki_der *der, const char *url)
{
    if (!url)
        return;
    begin_extension(der, PKI_OID_CRL_DISTRIBUTION_POINTS, false);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_begin(der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_der_begin(der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_san_write(der, &(struct pki_san){.kind = PKI_SAN_URI, .text = url});
    pki_der_end(der);
    pki_der_end(der);
    pki_der_end(der);
    pki_der_end(der);
    end_extension(der);
}

/* AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName } */
static void write_issuer_url(struct pki_der *der, const char *url)
{
    if (!url)
        return;
    begin_extension(der, PKI_OID_AUTHORITY_INFO_ACCESS, false);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, PKI_OID_CA_ISSUERS);
    pki_san_write(der, &(struct pki_san){.kind = PKI_SAN_URI, .text = url});
    pki_der_end(der);
    pki_der_end(der);
    end_extension(der);
}

static void write_null_extension(struct pki_der *der, const char *oid, bool critical)
{
    begin_extension(der, oid, critical);
    pki_der_null(der);
    end_extension(der);
}

void pki_body_write_extensions(struct pki_der *der, const struct pki_body *body)
{
    pki_der_begin(der, PKI_DER_CONTEXT_CONSTRUCTED(3));
    pki_der_begin(der, PKI_DER_SEQUENCE);
    write_basic_constraints(der, body->profile);
    begin_extension(der, PKI_OID_KEY_USAGE, true);
    pki_der_named_bits(der, body->profile->key_usage);
    end_extension(der);
    write_usages(der, body->profile);
    write_key_ids(der, body);
    write_names(der, body);
    write_crl_url(der, body->crl_url);
    write_issuer_url(der, body->issuer_url);
    if (body->profile->no_ocsp_check)
        write_null_extension(der, PKI_OID_OCSP_NO_CHECK, false);
    if (body->rehearsal)
        write_null_extension(der, PKI_OID_REHEARSAL, true);
    pki_der_end(der);
    pki_der_end(der);
}
