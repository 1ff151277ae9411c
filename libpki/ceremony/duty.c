#include "ceremony/duty.h"

#define BIT(type)   (1u << PKI_SCRIPT_##type)
#define ANY         ((1u << PKI_SCRIPT_TYPES) - 1)
#define CHANGES     (ANY & ~BIT(DRILL)) /* a drill changes no trust */
#define SIGNS_LISTS (CHANGES & ~BIT(DESTROY))
#define OPERAND(it)                    \
    {                                  \
        .name = (it), .required = true \
    }
#define READS(it)                                                  \
    {                                                              \
        .name = (it), .required = true, .path = true, .file = true \
    }
#define READS_OF(it, needed)                                                              \
    {                                                                                     \
        .name = (it), .option = "--" it, .required = (needed), .path = true, .file = true \
    }
#define WRITES(it, needed)                                                  \
    {                                                                       \
        .name = (it), .option = "--" it, .required = (needed), .path = true \
    }
#define OPTIONAL(it) \
    {                \
        .name = (it) \
    }
#define OPTION(it)                      \
    {                                   \
        .name = (it), .option = "--" it \
    }
#define NEEDS(it)                                         \
    {                                                     \
        .name = (it), .option = "--" it, .required = true \
    }

static const char *const types[] = {
    [PKI_SCRIPT_ROOT] = "root",       [PKI_SCRIPT_INTERMEDIATE] = "intermediate",
    [PKI_SCRIPT_ROTATE] = "rotate",   [PKI_SCRIPT_CROSS] = "cross",
    [PKI_SCRIPT_CRL] = "crl",         [PKI_SCRIPT_REVOKE] = "revoke",
    [PKI_SCRIPT_DRILL] = "drill",     [PKI_SCRIPT_RECOVERY] = "recovery",
    [PKI_SCRIPT_DESTROY] = "destroy",
};

static const struct pki_duty duties[] = {
    {.name = "init",
     .tool = "cellar-init",
     .params = {READS("hierarchy")},
     .types = BIT(ROOT),
     .evidence = "output",
     .entry = "init"},
    {.name = "root",
     .tool = "cellar-root",
     .params = {OPERAND("root"), OPTION("dice")},
     .types = BIT(ROOT),
     .main = BIT(ROOT),
     .severe = true,
     .opens_key = true,
     .evidence = "output certificate",
     .entry = "root"},
    {.name = "succeed",
     .tool = "cellar-root",
     .flag = "--succeed",
     .params = {OPERAND("root"), OPTION("dice")},
     .types = BIT(CROSS),
     .main = BIT(CROSS),
     .severe = true,
     .opens_key = true,
     .prepared = true,
     .evidence = "output certificate",
     .entry = "succeed"},
    {.name = "issue",
     .tool = "cellar-issue",
     .params = {OPERAND("environment"), OPERAND("purpose"), OPTION("dice")},
     .types = BIT(INTERMEDIATE) | BIT(REVOKE) | BIT(RECOVERY),
     .main = BIT(INTERMEDIATE),
     .severe = true,
     .opens_key = true,
     .prepared = true,
     .evidence = "output certificate",
     .entry = "issue"},
    {.name = "rotate",
     .tool = "cellar-rotate",
     .params = {OPERAND("environment"), OPERAND("purpose"), OPTION("dice")},
     .types = BIT(ROTATE),
     .main = BIT(ROTATE),
     .severe = true,
     .opens_key = true,
     .prepared = true,
     .evidence = "output certificate",
     .entry = "rotate"},
    {.name = "promote",
     .tool = "cellar-rotate",
     .flag = "--promote-only",
     .params = {OPERAND("environment"), OPERAND("purpose")},
     .types = BIT(ROTATE),
     .main = BIT(ROTATE),
     .severe = true,
     .evidence = "output",
     .entry = "rotate"},
    {.name = "cutover",
     .tool = "cellar-cutover",
     .params = {OPERAND("environment"), OPERAND("purpose"), NEEDS("at"), READS_OF("proof", false)},
     .types = BIT(ROTATE) | BIT(REVOKE),
     .severe = true,
     .evidence = "output",
     .entry = "cutover"},
    {.name = "revoke",
     .tool = "cellar-revoke",
     .params = {READS_OF("certificate", true), NEEDS("reason"), OPTION("invalid-since"),
                OPTION("treatment")},
     .types = BIT(REVOKE),
     .main = BIT(REVOKE),
     .severe = true,
     .evidence = "output",
     .entry = "revoke"},
    {.name = "revoke-and-promote",
     .tool = "cellar-revoke",
     .flag = "--promote-next",
     .params = {READS_OF("certificate", true), NEEDS("reason"), OPTION("invalid-since"),
                OPTION("treatment")},
     .types = BIT(REVOKE),
     .main = BIT(REVOKE),
     .severe = true,
     .evidence = "output",
     .entry = "revoke"},
    {.name = "crl",
     .tool = "cellar-crl",
     .params = {OPERAND("authority")},
     .types = SIGNS_LISTS,
     .main = BIT(CRL),
     .severe = true,
     .opens_key = true,
     .prepared = true,
     .evidence = "output crl",
     .entry = "crl",
     .finishes = true},
    {.name = "export",
     .tool = "cellar-export",
     .params = {OPTIONAL("environment"), OPTIONAL("purpose"), WRITES("to", false)},
     .types = ANY,
     .evidence = "output export"},
    {.name = "hand-over",
     .tool = "cellar-export",
     .flag = "--with-key",
     .params = {OPERAND("environment"), OPERAND("purpose"), NEEDS("for"), WRITES("to", true)},
     .types = CHANGES,
     .evidence = "output",
     .entry = "hand-over"},
    {.name = "seal",
     .tool = "cellar-audit",
     .flag = "--seal",
     .params = {WRITES("to", true), OPTION("root")},
     .types = CHANGES,
     .severe = true,
     .opens_key = true,
     .evidence = "output seal",
     .entry = "seal",
     .finishes = true},
    {.name = "audit",
     .tool = "cellar-audit",
     .params = {OPTION("head"), READS_OF("head-from", false)},
     .types = ANY,
     .evidence = "output"},
    {.name = "status",
     .tool = "cellar-status",
     .params = {OPTION("within")},
     .types = ANY,
     .finds = true,
     .evidence = "output"},
    {.name = "key-test",
     .tool = "cellar-key",
     .verb = "test",
     .params = {OPERAND("key")},
     .types = ANY,
     .main = BIT(DRILL),
     .opens_key = true,
     .evidence = "output"},
    {.name = "key-destroy",
     .tool = "cellar-key",
     .verb = "destroy",
     .params = {OPERAND("key")},
     .types = BIT(DESTROY),
     .main = BIT(DESTROY),
     .severe = true,
     .evidence = "output",
     .entry = "destroy"},
    {.name = "copy-destroyed",
     .tool = "cellar-key",
     .verb = "destroy",
     .params = {OPERAND("key"), NEEDS("copy")},
     .types = BIT(DESTROY) | BIT(RECOVERY),
     .evidence = "output",
     .entry = "copy-destroyed"},
    {.name = "share-split",
     .tool = "cellar-share",
     .verb = "split",
     .params = {OPERAND("key"), NEEDS("shares"), WRITES("to", false)},
     .types = CHANGES,
     .opens_key = true,
     .evidence = "output",
     .entry = "split"},
    {.name = "share-combine",
     .tool = "cellar-share",
     .verb = "combine",
     .params = {OPERAND("key")},
     .types = ANY,
     .main = BIT(DRILL),
     .opens_key = true,
     .evidence = "output"},
    {.name = "share-test",
     .tool = "cellar-share",
     .verb = "test",
     .types = ANY,
     .evidence = "output"},
    {.name = "backup",
     .tool = "cellar-backup",
     .params = {WRITES("to", true)},
     .types = ANY,
     .evidence = "output backup",
     .entry = "backed-up"},
    {.name = "restore",
     .tool = "cellar-restore",
     .params = {{.name = "from", .required = true, .path = true},
                WRITES("to", true),
                READS_OF("seen", false),
                OPTION("head")},
     .types = BIT(DRILL) | BIT(RECOVERY),
     .main = BIT(DRILL) | BIT(RECOVERY),
     .severe = true,
     .plain_name = true,
     .evidence = "output",
     .entry = "restore"},
    {.name = "reconcile",
     .tool = "cellar-reconcile",
     .params = {READS("file")},
     .types = BIT(RECOVERY),
     .severe = true,
     .plain_name = true,
     .evidence = "output",
     .entry = "reconcile"},
};

static const struct pki_script_check checks[] = {
    {"people", "Everybody signs the sign-in sheet, with name, role and organisation.", "names",
     false},
    {"image", "The words of the boot medium's digest are read aloud and compared.", "words", true},
    {"network", "Cables are out, radios are off; no interface but loopback is up.", NULL, false},
    {"clock", "The clock is compared with a second clock; both times are written down.", "clock",
     false},
    {"medium", "The medium is the right one: label and serial number are compared.", "serial",
     true},
    {"bag", "The bag is whole; its number is read aloud, compared and written down.", "bag", true},
    {"words", "The words are read aloud from one place and compared with the other.", "words",
     false},
    {"head", "The head of the journal is read aloud and written down by both.", "head", false},
    {"look", "Somebody looks, and says what is seen.", NULL, false},
};

static const struct pki_script_record records[] = {
    {"names", "Names", 4},        {"clock", "Second clock, this one", 1},
    {"words", "Words", 4},        {"hex", "Hex", 2},
    {"head", "Head", 4},          {"serial", "Serial number", 1},
    {"bag", "Bag number", 1},     {"count", "How many", 1},
    {"file", "File name", 1},     {"answer", "Answer", 1},
    {"note", "What was seen", 2},
};

const char *pki_script_type_name(enum pki_script_type type)
{
    return types[type];
}

bool pki_script_type_find(const char *name, enum pki_script_type *type)
{
    for (size_t i = 0; i < PKI_COUNT(types); i++) {
        if (strcmp(types[i], name) != 0)
            continue;
        *type = (enum pki_script_type)i;
        return true;
    }
    return false;
}

const struct pki_duty *pki_duty_get(size_t n)
{
    return n < PKI_COUNT(duties) ? &duties[n] : NULL;
}

const struct pki_script_check *pki_script_check_get(size_t n)
{
    return n < PKI_COUNT(checks) ? &checks[n] : NULL;
}

const struct pki_script_record *pki_script_record_get(size_t n)
{
    return n < PKI_COUNT(records) ? &records[n] : NULL;
}

const struct pki_duty *pki_duty_find(const char *name)
{
    for (size_t i = 0; i < PKI_COUNT(duties); i++)
        if (strcmp(duties[i].name, name) == 0)
            return &duties[i];
    return NULL;
}

const struct pki_script_check *pki_script_check_find(const char *name)
{
    for (size_t i = 0; i < PKI_COUNT(checks); i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}

const struct pki_script_record *pki_script_record_find(const char *name)
{
    for (size_t i = 0; i < PKI_COUNT(records); i++)
        if (strcmp(records[i].name, name) == 0)
            return &records[i];
    return NULL;
}

bool pki_script_lists(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

/* --- names for errors ---------------------------------------------------------------------- */

const char *pki_duty_name(size_t n)
{
    return n < PKI_COUNT(duties) ? duties[n].name : NULL;
}

const char *pki_script_check_name(size_t n)
{
    return n < PKI_COUNT(checks) ? checks[n].name : NULL;
}

const char *pki_script_record_name(size_t n)
{
    return n < PKI_COUNT(records) ? records[n].name : NULL;
}

const char *pki_script_type_at(size_t n)
{
    return n < PKI_COUNT(types) ? types[n] : NULL;
}

void pki_script_names(const char *(*name)(size_t n), struct pki_buf *text)
{
    for (size_t n = 0; name(n); n++) {
        pki_buf_text(text, n == 0 ? "" : name(n + 1) ? ", " : " or ");
        pki_buf_text(text, name(n));
    }
}
