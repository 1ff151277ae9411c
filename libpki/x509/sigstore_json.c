#include "x509/sigstore_json.h"

#include "pki/time.h"
#include "base/text.h"

#define SECONDS_TEXT  19 /* "2026-11-22T21:00:00" */
#define FRACTION_TEXT 10 /* ".123456789" */

static bool is_known(const char *key, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(key, *known) == 0)
            return true;
    return false;
}

bool pki_sigstore_fields(const json_t *object, const char *const *known, struct pki_error *err)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return pki_fail(err, PKI_E_FORMAT, "not an object");
    json_object_foreach((json_t *)object, key, value) /* jansson iterates without const */
        if (!is_known(key, known)) return pki_fail(
            err, PKI_E_FORMAT, "unknown field \"%.60s\": Go's clients refuse a file that holds one",
            key);
    return true;
}

bool pki_sigstore_text(const json_t *object, const char *key, const char **text,
                       struct pki_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value) || json_string_length(value) == 0)
        return pki_fail(err, PKI_E_FORMAT, "field \"%s\" is missing, or not a text", key);
    *text = json_string_value(value);
    return true;
}

bool pki_sigstore_octets(const json_t *object, const char *key, struct pki_buf *octets,
                         struct pki_error *err)
{
    const char *text = "";

    if (!pki_sigstore_text(object, key, &text, err))
        return false;
    PKI_CONTEXT(err, "field \"%s\"", key);
    return pki_base64_parse((struct pki_bytes){(const uint8_t *)text, strlen(text)}, octets, err);
}

bool pki_sigstore_object(const json_t *object, const char *key, const json_t **child,
                         struct pki_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_object(value))
        return pki_fail(err, PKI_E_FORMAT, "field \"%s\" is missing, or not an object", key);
    *child = value;
    return true;
}

bool pki_sigstore_array(const json_t *object, const char *key, const json_t **array,
                        struct pki_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (value && !json_is_array(value))
        return pki_fail(err, PKI_E_FORMAT, "field \"%s\" is not an array", key);
    *array = value;
    return true;
}

/* Octets from SECONDS_TEXT on that are a fraction, as Go writes it. */
static size_t fraction_length(const char *text)
{
    size_t digits = text[0] == '.' ? strspn(text + 1, "0123456789") : 0;

    return digits > 0 ? digits + 1 : 0;
}

/* RFC 3339 in UTC; a fraction is read and dropped. */
static bool read_time(const char *text, int64_t *seconds, struct pki_error *err)
{
    char whole[PKI_TIME_TEXT] = "";
    struct pki_error why = {0};
    bool good = strlen(text) > SECONDS_TEXT && text[0] != '@';

    if (good) {
        size_t fraction = fraction_length(text + SECONDS_TEXT);
        memcpy(whole, text, SECONDS_TEXT);
        whole[SECONDS_TEXT] = 'Z';
        good = fraction <= FRACTION_TEXT && strcmp(text + SECONDS_TEXT + fraction, "Z") == 0 &&
               pki_time_parse(whole, seconds, &why);
    }
    return good || pki_fail(err, PKI_E_FORMAT,
                            "\"%.40s\" is not a time in UTC as RFC 3339 writes it", text);
}

bool pki_sigstore_window(const json_t *object, struct pki_window *window, struct pki_error *err)
{
    static const char *const known[] = {"start", "end", NULL};
    struct pki_window read = {.end = INT64_MAX};
    const json_t *period = NULL;
    const char *text = "";

    if (!pki_sigstore_object(object, "validFor", &period, err))
        return false;
    PKI_CONTEXT(err, "validFor");
    if (!pki_sigstore_fields(period, known, err) ||
        !pki_sigstore_text(period, "start", &text, err) || !read_time(text, &read.start, err))
        return false;
    if (json_object_get(period, "end") &&
        (!pki_sigstore_text(period, "end", &text, err) || !read_time(text, &read.end, err)))
        return false;
    if (read.end < read.start)
        return pki_fail(err, PKI_E_FORMAT, "it ends before it starts");
    *window = read;
    return true;
}

bool pki_sigstore_load(struct pki_bytes text, json_t **root, struct pki_error *err)
{
    static const char *const known[] = {
        "mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities", NULL,
    };
    json_error_t why;
    json_auto_t *read =
        json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &why);

    if (!read) {
        return pki_fail(
            err, json_error_code(&why) == json_error_out_of_memory ? PKI_E_MEMORY : PKI_E_FORMAT,
            "line %d, column %d: %s", why.line, why.column, why.text);
    }
    if (!pki_sigstore_fields(read, known, err))
        return false;
    *root = PKI_TAKE(read);
    return true;
}
