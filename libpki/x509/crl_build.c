#include <assert.h>

#include "pki/time.h"
#include "x509/crl_draft.h"
#include "x509/oids.h"

#define VERSION         1 /* v2 (RFC 5280 5.1.2.1) */
#define EMPTY_NAME_SIZE 2 /* SEQUENCE without content */

/* CertificateList, TBSCertList and revokedCertificates have headers of at most this many octets. */
#define HEADER_MAX ((size_t)6)
#define HEADERS    3

/* A body while it is written. */
struct writer {
    const struct pki_crl_facts *facts;
    struct pki_file *file;
    struct pki_buf before; /* version to nextUpdate */
    struct pki_buf after;  /* crlExtensions */
    struct pki_buf chunk;  /* entries that are not in the file yet */
    size_t first;          /* where in the file entries begin */
    size_t written;        /* octets of entries in the file */
    size_t entries;
    uint8_t last[32]; /* serial of the entry before */
    size_t last_size;
};

static void writer_clear(struct writer *writer)
{
    pki_buf_clear(&writer->before);
    pki_buf_clear(&writer->after);
    pki_buf_clear(&writer->chunk);
}

static bool judge_facts(const struct pki_crl_facts *facts, struct pki_error *err)
{
    if (facts->issuer.size <= EMPTY_NAME_SIZE)
        return pki_fail(err, PKI_E_POLICY, "the issuer has no name (RFC 5280 5.1.2.3)");
    if (facts->authority_key_id.size == 0)
        return pki_fail(err, PKI_E_POLICY, "no key identifier of the issuer (RFC 5280 5.2.1)");
    if (facts->number < 0)
        return pki_fail(err, PKI_E_POLICY, "the CRL number is negative (RFC 5280 5.2.3)");
    if (facts->this_update < 0 || facts->next_update > PKI_TIME_MAX ||
        facts->next_update <= facts->this_update) {
        return pki_fail(err, PKI_E_POLICY,
                        "nextUpdate is not after thisUpdate, or one is outside 1970 to 9999 "
                        "(RFC 5280 5.1.2.4, 5.1.2.5)");
    }
    return true;
}

/* version, signature, issuer, thisUpdate, nextUpdate */
static void write_before(struct writer *writer)
{
    struct pki_der der = {.out = &writer->before};

    pki_der_integer(&der, VERSION);
    pki_der_raw(&der, writer->facts->issuer_algorithm->signature);
    pki_der_raw(&der, writer->facts->issuer);
    pki_der_time(&der, writer->facts->this_update);
    pki_der_time(&der, writer->facts->next_update);
}

static void begin_extension(struct pki_der *der, const char *oid)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, oid);
    pki_der_begin(der, PKI_DER_OCTET_STRING);
}

static void end_extension(struct pki_der *der)
{
    pki_der_end(der);
    pki_der_end(der);
}

/* crlExtensions [0] EXPLICIT: AuthorityKeyIdentifier (RFC 5280 5.2.1), CRLNumber (5.2.3) */
static void write_after(struct writer *writer)
{
    struct pki_der der = {.out = &writer->after};

    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    begin_extension(&der, PKI_OID_AUTHORITY_KEY_ID);
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_primitive(&der, PKI_DER_CONTEXT(0), writer->facts->authority_key_id);
    pki_der_end(&der);
    end_extension(&der);
    begin_extension(&der, PKI_OID_CRL_NUMBER);
    pki_der_integer(&der, writer->facts->number);
    end_extension(&der);
    pki_der_end(&der);
    pki_der_end(&der);
}

static bool begin(struct writer *writer, struct pki_error *err)
{
    write_before(writer);
    write_after(writer);
    if (!pki_buf_ok(&writer->before, err) || !pki_buf_ok(&writer->after, err))
        return false;
    writer->first = HEADERS * HEADER_MAX + writer->before.size;
    return true;
}

static bool flush(struct writer *writer, struct pki_error *err)
{
    if (!pki_buf_ok(&writer->chunk, err) ||
        !pki_file_put(writer->file, writer->first + writer->written, pki_buf_view(&writer->chunk),
                      err))
        return false;
    writer->written += writer->chunk.size;
    writer->chunk.size = 0;
    return true;
}

/* A source that gives a serial twice, or jumps, is not what was recorded. */
static bool follows(struct writer *writer, struct pki_bytes serial, struct pki_error *err)
{
    size_t common = serial.size < writer->last_size ? serial.size : writer->last_size;
    int order = memcmp(writer->last, serial.data, common);

    if (order > 0 || (order == 0 && serial.size <= writer->last_size))
        return pki_fail(err, PKI_E_INTEGRITY, "its serial number does not come after the last one");
    memcpy(writer->last, serial.data, serial.size);
    writer->last_size = serial.size;
    return true;
}

static size_t limit_of(const struct writer *writer)
{
    return writer->facts->limit > 0 ? writer->facts->limit : PKI_LIMIT_CRL;
}

static bool add(struct writer *writer, const struct pki_crl_line *line, struct pki_error *err)
{
    if (!pki_crl_line_judge(line, err) || !follows(writer, line->serial, err))
        return false;
    pki_crl_line_write(&writer->chunk, line);
    writer->entries++;
    if (writer->first + writer->written + writer->chunk.size + writer->after.size >
        limit_of(writer))
        return pki_fail(err, PKI_E_POLICY, "the list grows over the limit of %zu octets",
                        limit_of(writer));
    return writer->chunk.size < PKI_CRL_CHUNK || flush(writer, err);
}

/* A context begun before each entry would cost as much as writing it: so one error inside. */
static bool add_all(struct writer *writer, const struct pki_crl_source *source,
                    struct pki_error *err)
{
    struct pki_crl_line line = {0};
    struct pki_error why = {0};
    bool more = true;

    for (size_t number = 1;; number++) {
        if (!source->next(source->of, &line, &more, err))
            return false;
        if (!more)
            return flush(writer, err);
        if (!add(writer, &line, &why))
            return pki_fail(err, why.code, "entry %zu: %s", number, why.text);
    }
}

/* Headers backwards from the entries, extensions behind them: the body is whole. */
static bool close_body(struct writer *writer, struct pki_crl_draft *draft, struct pki_error *err)
{
    pki_scope(pki_buf) inner = {0};
    pki_scope(pki_buf) head = {0};
    struct pki_der der = {.out = &inner};

    pki_buf_append_bytes(&inner, pki_buf_view(&writer->before));
    if (writer->entries > 0) /* never an empty list (RFC 5280 5.1.2.6) */
        pki_der_header(&der, PKI_DER_SEQUENCE, writer->written);
    der.out = &head;
    pki_der_header(&der, PKI_DER_SEQUENCE, inner.size + writer->written + writer->after.size);
    pki_buf_append_bytes(&head, pki_buf_view(&inner));
    if (!pki_buf_ok(&inner, err) || !pki_buf_ok(&head, err))
        return false;
    draft->start = writer->first - head.size;
    draft->body.size = head.size + writer->written + writer->after.size;
    return pki_file_put(writer->file, draft->start, pki_buf_view(&head), err) &&
           pki_file_put(writer->file, writer->first + writer->written, pki_buf_view(&writer->after),
                        err);
}

static bool build(const struct pki_crl_facts *facts, const struct pki_crl_source *source,
                  struct pki_crl_draft *draft, struct pki_error *err)
{
    __attribute__((__cleanup__(writer_clear))) struct writer writer = {.facts = facts,
                                                                       .file = draft->file};

    if (!judge_facts(facts, err) || !begin(&writer, err) || !add_all(&writer, source, err) ||
        !close_body(&writer, draft, err))
        return false;
    draft->body.entries = writer.entries;
    draft->body.digest_kind = pki_signature_is_of_digest(facts->issuer_algorithm->signature)
                                  ? facts->issuer_algorithm->digest
                                  : PKI_SHA512;
    return true;
}

bool pki_crl_draft_build(const struct pki_crl_facts *facts, const struct pki_crl_source *source,
                         struct pki_file **file, struct pki_crl_draft **draft,
                         struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    pki_auto(pki_file) own = PKI_TAKE(*file);
    pki_auto(pki_crl_draft) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->file = PKI_TAKE(own);
    made->algorithm = facts->issuer_algorithm;
    if (!build(facts, source, made, err))
        return false;
    *draft = PKI_TAKE(made);
    return true;
}
