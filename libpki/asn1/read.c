#include "asn1/read.h"

#include <threads.h>

#include "asn1/pkix.h"
#include "asn1/walk.h"

#define MODULE    "PKIX."
#define DER_MAX   ((size_t)64 * 1024) /* libtasn1's decoder is quadratic in places */
#define NAME_SIZE 64

#define CLASS_CONSTRUCTED 0xe0
#define CONTEXT_EXPLICIT  0xa0

struct pki_asn1 {
    asn1_node node;
    struct pki_bytes der;
};

static once_flag definitions_once = ONCE_FLAG_INIT;
static asn1_node definitions;

/* Once a process and only when something is decoded: start-up stays cheap. */
static void load_definitions(void)
{
    if (asn1_array2tree(pki_asn1_definitions, &definitions, NULL) != ASN1_SUCCESS)
        definitions = NULL;
}

static bool create(const char *type, asn1_node *node, struct pki_error *err)
{
    char name[sizeof(MODULE) + NAME_SIZE];

    call_once(&definitions_once, load_definitions);
    (void)snprintf(name, sizeof(name), MODULE "%s", type);
    if (!definitions || asn1_create_element(definitions, name, node) != ASN1_SUCCESS)
        return pki_fail(err, PKI_E_MEMORY, "cannot make a reader of %s", type);
    return true;
}

bool pki_asn1_decode(const char *type, struct pki_bytes der, struct pki_asn1 **asn1,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", type);
    char reason[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";

    if (der.size > DER_MAX)
        return pki_fail(err, PKI_E_FORMAT, "%zu bytes are more than the %zu that are read",
                        der.size, DER_MAX);
    if (!pki_walk_scan(der, err))
        return false;

    pki_auto(pki_asn1) made = calloc(1, sizeof(*made));
    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->der = der;
    if (!create(type, &made->node, err))
        return false;

    int size = (int)der.size;
    int result =
        asn1_der_decoding2(&made->node, der.data, &size, ASN1_DECODE_FLAG_STRICT_DER, reason);
    if (result == ASN1_MEM_ALLOC_ERROR)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (result != ASN1_SUCCESS)
        return pki_fail(err, PKI_E_FORMAT, "not of this type%s", reason);
    *asn1 = PKI_TAKE(made);
    return true;
}

void pki_asn1_free(struct pki_asn1 *asn1)
{
    if (!asn1)
        return;
    asn1_delete_structure(&asn1->node);
    free(asn1);
}

/* Where an element lies in the input. False when it is absent: libtasn1 then lacks the node, or
 * keeps one without extent for a DEFAULT. */
static bool find(const struct pki_asn1 *asn1, const char *path, struct pki_element *element,
                 unsigned *type)
{
    asn1_node node = asn1_find_node(asn1->node, path);
    asn1_data_node_st data;
    struct pki_error ignored = {0};
    int start = 0;
    int end = -1;

    if (!node || asn1_read_node_value(node, &data) != ASN1_SUCCESS ||
        asn1_der_decoding_startEnd(asn1->node, asn1->der.data, (int)asn1->der.size, path, &start,
                                   &end) != ASN1_SUCCESS ||
        end < start)
        return false;

    struct pki_bytes at = {asn1->der.data + start, (size_t)(end - start) + 1};
    *type = data.type;
    return pki_walk_next(&at, element, &ignored);
}

static bool require(const struct pki_asn1 *asn1, const char *path, struct pki_element *element,
                    struct pki_error *err)
{
    struct pki_element inner;
    unsigned type = 0;

    if (!find(asn1, path, element, &type))
        return pki_fail(err, PKI_E_FORMAT, "%s is missing", path[0] ? path : "the value");

    bool structured = type == ASN1_ETYPE_SEQUENCE || type == ASN1_ETYPE_SEQUENCE_OF ||
                      type == ASN1_ETYPE_SET || type == ASN1_ETYPE_SET_OF ||
                      type == ASN1_ETYPE_CHOICE || type == ASN1_ETYPE_ANY;
    /* A simple value is primitive in DER, so what is constructed is the explicit tag around it. */
    if (structured || (element->tag & CLASS_CONSTRUCTED) != CONTEXT_EXPLICIT)
        return true;
    if (!pki_walk_next(&element->content, &inner, err))
        return false;
    element->tag = inner.tag;
    element->content = inner.content;
    return true;
}

bool pki_asn1_has(const struct pki_asn1 *asn1, const char *path)
{
    struct pki_element element = {0};
    unsigned type = 0;

    return find(asn1, path, &element, &type);
}

size_t pki_asn1_count(const struct pki_asn1 *asn1, const char *path)
{
    int count = 0;

    if (asn1_number_of_elements(asn1->node, path, &count) != ASN1_SUCCESS || count < 0)
        return 0;
    return (size_t)count;
}

bool pki_asn1_choice(const struct pki_asn1 *asn1, const char *path, char name[NAME_SIZE],
                     struct pki_error *err)
{
    char chosen[NAME_SIZE];
    int size = sizeof(chosen);

    if (asn1_read_value(asn1->node, path, chosen, &size) != ASN1_SUCCESS || size < 1)
        return pki_fail(err, PKI_E_FORMAT, "%s is missing", path[0] ? path : "the value");
    memcpy(name, chosen, (size_t)size);
    name[size - 1] = 0;
    return true;
}

bool pki_asn1_der(const struct pki_asn1 *asn1, const char *path, struct pki_bytes *der,
                  struct pki_error *err)
{
    struct pki_element element = {0};

    if (!require(asn1, path, &element, err))
        return false;
    *der = element.whole;
    return true;
}

bool pki_asn1_octets(const struct pki_asn1 *asn1, const char *path, struct pki_bytes *octets,
                     struct pki_error *err)
{
    struct pki_element element = {0};

    if (!require(asn1, path, &element, err))
        return false;
    *octets = element.content;
    return true;
}

bool pki_asn1_bits(const struct pki_asn1 *asn1, const char *path, struct pki_bytes *bits,
                   unsigned *unused, struct pki_error *err)
{
    struct pki_element element = {0};

    if (!require(asn1, path, &element, err))
        return false;
    /* an implicit tag hides the type from the scan, so the first octet is checked again */
    if (element.content.size == 0 || element.content.data[0] > 7)
        return pki_fail(err, PKI_E_FORMAT, "%s is a malformed BIT STRING (X.690 8.6.2)", path);
    if (!unused && element.content.data[0] != 0)
        return pki_fail(err, PKI_E_FORMAT, "%s does not hold whole octets", path);
    if (unused)
        *unused = element.content.data[0];
    *bits = (struct pki_bytes){element.content.data + 1, element.content.size - 1};
    return true;
}

/* What libtasn1 gives for an absent DEFAULT; those of the module are small. */
static bool read_default(const struct pki_asn1 *asn1, const char *path, int64_t *value)
{
    uint8_t octet = 0;
    int size = sizeof(octet);

    if (asn1_read_value(asn1->node, path, &octet, &size) != ASN1_SUCCESS || size != 1)
        return false;
    *value = octet;
    return true;
}

bool pki_asn1_integer(const struct pki_asn1 *asn1, const char *path, int64_t *value,
                      struct pki_error *err)
{
    struct pki_element element = {0};

    if (!pki_asn1_has(asn1, path) && read_default(asn1, path, value))
        return true;
    return require(asn1, path, &element, err) && pki_value_integer(element.content, value, err);
}

bool pki_asn1_truth(const struct pki_asn1 *asn1, const char *path, bool *value,
                    struct pki_error *err)
{
    struct pki_element element = {0};

    if (!pki_asn1_has(asn1, path)) {
        *value = false; /* the default of every BOOLEAN in the module */
        return true;
    }
    return require(asn1, path, &element, err) && pki_value_truth(element.content, value, err);
}

bool pki_asn1_oid(const struct pki_asn1 *asn1, const char *path, char oid[PKI_OID_TEXT],
                  struct pki_error *err)
{
    struct pki_element element = {0};

    return require(asn1, path, &element, err) && pki_value_oid(element.content, oid, err);
}

bool pki_asn1_time(const struct pki_asn1 *asn1, const char *path, int64_t *seconds,
                   struct pki_error *err)
{
    struct pki_element element = {0};

    return require(asn1, path, &element, err) &&
           pki_value_time(element.tag, element.content, seconds, err);
}
