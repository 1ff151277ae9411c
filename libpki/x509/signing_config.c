#include "x509/sigstore.h"

#include "base/json.h"

#define MEDIA_TYPE        "application/vnd.dev.sigstore.signingconfig.v0.2+json"
#define MAJOR_API_VERSION 1 /* of Fulcio and of timestamp-server */

/* Who runs a service: clients take one service an operator. Its host is what is known here. */
static void write_operator(struct pki_json *json, const char *url)
{
    pki_scope(pki_buf) host = {0};
    const char *start = strstr(url, "://");

    start = start ? start + 3 : url;
    pki_buf_append(&host, start, strcspn(start, "/?#"));
    pki_buf_byte(&host, '\0');
    if (host.failed)
        json->out->failed = true;
    else
        pki_json_text(json, "operator", (const char *)host.data);
}

/* Service: url, major_api_version, valid_for, operator. */
static void write_service(struct pki_json *json, const char *key, const char *url, int64_t start)
{
    if (!url)
        return;
    pki_json_array(json, key);
    pki_json_object(json, NULL);
    pki_json_text(json, "url", url);
    pki_json_integer(json, "majorApiVersion", MAJOR_API_VERSION);
    pki_json_object(json, "validFor");
    pki_json_time(json, "start", start);
    pki_json_end_object(json);
    write_operator(json, url);
    pki_json_end_object(json);
    pki_json_end_array(json);
}

/* rekorTlogUrls and rekorTlogConfig are left out: that says "no log" to cosign v3. */
bool pki_signing_config_write(const struct pki_signing_config *config, struct pki_buf *json,
                              struct pki_error *err)
{
    struct pki_json writer = {.out = json};

    pki_json_object(&writer, NULL);
    pki_json_text(&writer, "mediaType", MEDIA_TYPE);
    write_service(&writer, "caUrls", config->fulcio, config->start);
    write_service(&writer, "oidcUrls", config->oidc, config->start);
    write_service(&writer, "tsaUrls", config->tsa, config->start);
    if (config->tsa) {
        pki_json_object(&writer, "tsaConfig");
        pki_json_text(&writer, "selector", "ANY");
        pki_json_end_object(&writer);
    }
    pki_json_end_object(&writer);
    return pki_buf_ok(json, err);
}
