/*
 * Writing JSON as a stream into a buffer: two spaces of indent, LF, keys in
 * the order written, byte-identical for equal calls. Reading is jansson's.
 */
#ifndef PKI_BASE_JSON_H
#define PKI_BASE_JSON_H

#include "base/buf.h"

struct pki_json {
    struct pki_buf *out;
    unsigned depth;
    bool comma;    /* a value stands before this place */
    bool one_line; /* no line ends but the last: JSON lines */
};

/* key: NULL inside an array and for the outermost value */
void pki_json_object(struct pki_json *json, const char *key);
void pki_json_array(struct pki_json *json, const char *key);
void pki_json_end_object(struct pki_json *json);
void pki_json_end_array(struct pki_json *json);
void pki_json_text(struct pki_json *json, const char *key, const char *text);
void pki_json_integer(struct pki_json *json, const char *key, int64_t value);
void pki_json_truth(struct pki_json *json, const char *key, bool value);
void pki_json_null(struct pki_json *json, const char *key);
void pki_json_base64(struct pki_json *json, const char *key, struct pki_bytes bytes);
void pki_json_hex(struct pki_json *json, const char *key, struct pki_bytes bytes);
void pki_json_time(struct pki_json *json, const char *key, int64_t seconds);

#endif
