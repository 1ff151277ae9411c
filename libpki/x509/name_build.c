#include "x509/name.h"

#include "asn1/der.h"
#include "base/text.h"

#define NAME_CHARACTERS_MAX 64 /* RFC 5280 A.1: ub-common-name, ub-organization-name */

/* What Unicode calls white space and prints as such. */
static const char *const spaces[] = {
    " ",
    "\xC2\xA0",     /* no-break space */
    "\xE1\x9A\x80", /* Ogham space mark */
    "\xE2\x80\x80", /* en quad, and the spaces of fixed width after it */
    "\xE2\x80\x81",
    "\xE2\x80\x82",
    "\xE2\x80\x83",
    "\xE2\x80\x84",
    "\xE2\x80\x85",
    "\xE2\x80\x86",
    "\xE2\x80\x87",
    "\xE2\x80\x88",
    "\xE2\x80\x89",
    "\xE2\x80\x8A",
    "\xE2\x80\xAF", /* narrow no-break space */
    "\xE2\x81\x9F", /* medium mathematical space */
    "\xE3\x80\x80", /* ideographic space */
};

static bool has_space_at_an_end(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < PKI_COUNT(spaces); i++) {
        size_t size = strlen(spaces[i]);
        if (size <= length && (memcmp(text, spaces[i], size) == 0 ||
                               memcmp(text + length - size, spaces[i], size) == 0))
            return true;
    }
    return false;
}

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* Whether every character can be shown as it is. */
static bool judge_printable(const char *what, const char *text, struct pki_error *err)
{
    const struct pki_bytes bytes = {(const uint8_t *)text, strlen(text)};
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, bytes);
    if (!pki_buf_ok(&safe, err))
        return false;
    if (!pki_bytes_equal(pki_buf_view(&safe), bytes)) {
        return pki_fail(err, PKI_E_POLICY,
                        "%s \"%.80s\" holds control, bidirectional or invisible characters, or is "
                        "not UTF-8 (RFC 5280 4.1.2.4)",
                        what, text);
    }
    return true;
}

static bool judge_text(const char *what, const char *text, struct pki_error *err)
{
    if (text[0] == '\0')
        return pki_fail(err, PKI_E_POLICY, "%s is empty (RFC 5280 A.1: at least 1 character)",
                        what);
    if (!judge_printable(what, text, err))
        return false;
    if (characters(text) > NAME_CHARACTERS_MAX) {
        return pki_fail(err, PKI_E_POLICY,
                        "%s \"%.80s\" has %zu characters, at most 64 are allowed (RFC 5280 A.1)",
                        what, text, characters(text));
    }
    if (has_space_at_an_end(text)) {
        return pki_fail(err, PKI_E_POLICY,
                        "%s \"%.80s\" begins or ends with white space, which comparing drops "
                        "(RFC 5280 7.1)",
                        what, text);
    }
    return true;
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool judge_country(const char *country, struct pki_error *err)
{
    if (!is_capital(country[0]) || !is_capital(country[1]) || country[2] != '\0') {
        return pki_fail(err, PKI_E_POLICY,
                        "country \"%.20s\" is not two capital letters of ISO 3166-1 (RFC 5280 A.1)",
                        country);
    }
    return true;
}

bool pki_name_judge(const struct pki_name *name, struct pki_error *err)
{
    return (!name->country || judge_country(name->country, err)) &&
           (!name->organization || judge_text("organization", name->organization, err)) &&
           (!name->common_name || judge_text("common name", name->common_name, err));
}

/*
 * RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
 * AttributeTypeAndValue ::= SEQUENCE { type AttributeType, value AttributeValue }
 */
static void write_attribute(struct pki_der *der, const char *oid, uint8_t tag, const char *value)
{
    if (!value)
        return;
    pki_der_begin(der, PKI_DER_SET);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, oid);
    pki_der_text(der, tag, value);
    pki_der_end(der);
    pki_der_end(der);
}

bool pki_name_build(const struct pki_name *name, struct pki_buf *der, struct pki_error *err)
{
    struct pki_der writer = {.out = der};

    if (!pki_name_judge(name, err))
        return false;
    pki_der_begin(&writer, PKI_DER_SEQUENCE);
    write_attribute(&writer, PKI_OID_COUNTRY, PKI_DER_PRINTABLE_STRING, name->country);
    write_attribute(&writer, PKI_OID_ORGANIZATION, PKI_DER_UTF8_STRING, name->organization);
    write_attribute(&writer, PKI_OID_COMMON_NAME, PKI_DER_UTF8_STRING, name->common_name);
    pki_der_end(&writer);
    return pki_buf_ok(der, err);
}
