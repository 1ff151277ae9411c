#include "ops/witness.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/transcript.h"
#include "x509/pem.h"

#define ARMOR "SSH SIGNATURE"

void pki_witnesses_clear(struct pki_witnesses *witnesses)
{
    for (size_t i = 0; i < witnesses->n; i++) {
        pki_ssh_key_clear(&witnesses->list[i].ssh);
        pki_minisign_key_clear(&witnesses->list[i].minisign);
    }
    free(witnesses->list);
    *witnesses = (struct pki_witnesses){0};
}

/* --- public keys --------------------------------------------------------------------------- */

static bool is_space(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

static struct pki_bytes trim(struct pki_bytes text)
{
    while (text.size > 0 && is_space(text.data[0]))
        text = (struct pki_bytes){text.data + 1, text.size - 1};
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool begins(struct pki_bytes text, const char *start)
{
    size_t size = strlen(start);

    return text.size >= size && memcmp(text.data, start, size) == 0;
}

/* The first word; what follows it stays in the line. */
static struct pki_bytes take_word(struct pki_bytes *line)
{
    struct pki_bytes word = {line->data, 0};

    while (word.size < line->size && !is_space(word.data[word.size]))
        word.size++;
    *line = trim((struct pki_bytes){line->data + word.size, line->size - word.size});
    return word;
}

static bool add_key(struct pki_bytes name, struct pki_witnesses *witnesses,
                    struct pki_witness **added, struct pki_error *err)
{
    size_t most = sizeof((*added)->name) - 1;
    struct pki_witness *list =
        realloc(witnesses->list, (witnesses->n + 1) * sizeof(*witnesses->list));

    if (!list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    witnesses->list = list;
    *added = &list[witnesses->n++];
    **added = (struct pki_witness){.print = ""};
    (void)snprintf((*added)->name, sizeof((*added)->name), "%.*s",
                   (int)(name.size < most ? name.size : most), (const char *)name.data);
    return true;
}

static bool read_ssh(struct pki_bytes type, struct pki_bytes base64, struct pki_witness *witness,
                     struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};

    if (!pki_base64_parse(base64, &octets, err) ||
        !pki_ssh_key_read(pki_buf_view(&octets), &witness->ssh, err))
        return false;
    pki_ssh_fingerprint(pki_buf_view(&octets), witness->print);
    return pki_ssh_key_is(&witness->ssh, type) ||
           pki_fail(err, PKI_E_FORMAT, "its type is another one than that of the key behind it");
}

static bool read_minisign(struct pki_bytes word, struct pki_witness *witness, struct pki_error *err)
{
    witness->tool = PKI_WITNESS_MINISIGN;
    if (!pki_minisign_key_read(word, &witness->minisign, err))
        return false;
    pki_minisign_print(witness->minisign.id, witness->print);
    return true;
}

static bool is_key(struct pki_bytes word)
{
    return pki_ssh_is_type(word) || pki_minisign_is_key(word);
}

/* A line with them is not what it looks like. */
static bool has_control(struct pki_bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
            return true;
    return false;
}

/* Of sshd's and of signers' files: words that say what a key is not for. */
static bool is_option(struct pki_bytes word)
{
    static const char *const words[] = {"cert-authority", "restrict"};

    for (size_t i = 0; i < PKI_COUNT(words); i++)
        if (word.size == strlen(words[i]) && begins(word, words[i]))
            return true;
    return begins(word, "@") || memmem(word.data, word.size, "=\"", 2) != NULL;
}

static struct pki_bytes spki_of(const struct pki_witness *witness)
{
    return pki_buf_view(witness->tool == PKI_WITNESS_SSH ? &witness->ssh.spki
                                                         : &witness->minisign.spki);
}

/* One key is one witness, whatever it is called and in whichever format. */
static bool check_new(const struct pki_witnesses *witnesses, struct pki_error *err)
{
    const struct pki_witness *added = &witnesses->list[witnesses->n - 1];

    for (const struct pki_witness *other = witnesses->list; other < added; other++) {
        if (pki_bytes_equal(spki_of(other), spki_of(added)))
            return pki_fail(err, PKI_E_USAGE, "the same key as that of %s before it", other->print);
    }
    return true;
}

/* Who is not named in the line is known by the file. */
static bool read_line(const char *file, struct pki_bytes line, struct pki_witnesses *witnesses,
                      struct pki_error *err)
{
    if (has_control(line))
        return pki_fail(err, PKI_E_USAGE, "a control octet stands in it");
    struct pki_bytes name = take_word(&line);
    struct pki_bytes key = name;
    struct pki_witness *witness = NULL;

    if (!is_key(key))
        key = take_word(&line);
    if (!is_key(key) || is_option(name)) {
        return pki_fail(err, PKI_E_USAGE,
                        "neither its first nor its second word is of a public key: a type of "
                        "OpenSSH's (ssh-ed25519, ecdsa-sha2-nistp256, -384, -521, ssh-rsa, sk-...) "
                        "or RW... of minisign; options of allowed signers are not read");
    }
    bool ssh = pki_ssh_is_type(key);
    struct pki_bytes base64 = ssh ? take_word(&line) : key;
    if (key.data == name.data)
        name = line.size > 0 ? line : (struct pki_bytes){(const uint8_t *)file, strlen(file)};
    return add_key(name, witnesses, &witness, err) &&
           (ssh ? read_ssh(key, base64, witness, err) : read_minisign(base64, witness, err)) &&
           check_new(witnesses, err);
}

/* Empty, or for people. */
static bool is_skipped(struct pki_bytes line)
{
    return line.size == 0 || line.data[0] == '#' || begins(line, PKI_MINISIGN_COMMENT);
}

bool pki_witnesses_parse(const char *file, struct pki_bytes text, struct pki_witnesses *witnesses,
                         struct pki_error *err)
{
    size_t before = witnesses->n;

    for (size_t number = 1; text.size > 0; number++) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        struct pki_bytes line = trim((struct pki_bytes){text.data, size});
        struct pki_error why = {0};
        if (!is_skipped(line) && !read_line(file, line, witnesses, &why)) {
            return pki_fail(err, why.code == PKI_E_MEMORY ? why.code : PKI_E_USAGE, "%s:%zu: %s",
                            file, number, why.text);
        }
        size += end != NULL;
        text = (struct pki_bytes){text.data + size, text.size - size};
    }
    return witnesses->n > before ||
           pki_fail(err, PKI_E_USAGE, "%s: there is no public key in it", file);
}

bool pki_witnesses_read(const char *file, struct pki_witnesses *witnesses, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    return pki_file_read(AT_FDCWD, file, PKI_LIMIT_KEY, &text, err) &&
           pki_witnesses_parse(file, pki_buf_view(&text), witnesses, err);
}

/* --- one countersignature -------------------------------------------------------------------- */

/* A file of the record, as either tool wrote it; borrowed. */
struct made {
    enum pki_witness_tool tool;
    struct pki_pem armor;
    struct pki_sshsig ssh;
    struct pki_minisign minisign;
};

static void made_clear(struct made *made)
{
    pki_pem_clear(&made->armor);
}

static bool read_armor(struct pki_bytes text, struct made *made, struct pki_error *err)
{
    struct pki_pem *armor = &made->armor;

    /* No remarks in front, which nobody signed; nor does ssh-keygen take any. */
    if (!begins(text, "-----BEGIN " ARMOR "-----")) {
        return pki_fail(err, PKI_E_FORMAT,
                        "it begins neither with \"-----BEGIN " ARMOR
                        "-----\" nor as minisign's signatures do");
    }
    if (!pki_pem_parse(text, armor, err))
        return false;
    if (armor->n_blocks != 1 || strcmp(armor->blocks[0].label, ARMOR) != 0)
        return pki_fail(err, PKI_E_FORMAT,
                        "it is no single \"-----BEGIN " ARMOR "-----\" (PROTOCOL.sshsig 1)");
    return pki_sshsig_read(pki_buf_view(&armor->blocks[0].der), PKI_TRANSCRIPT_SPACE, &made->ssh,
                           err);
}

static bool read_made(struct pki_bytes text, struct made *made, char print[PKI_WITNESS_PRINT],
                      struct pki_error *err)
{
    made->tool = begins(text, PKI_MINISIGN_COMMENT) ? PKI_WITNESS_MINISIGN : PKI_WITNESS_SSH;
    if (made->tool == PKI_WITNESS_SSH) {
        if (!read_armor(text, made, err))
            return false;
        pki_ssh_fingerprint(made->ssh.key, print);
        return true;
    }
    if (!pki_minisign_read(text, &made->minisign, err))
        return false;
    pki_minisign_print(made->minisign.id, print);
    return true;
}

static bool names(const struct made *made, const struct pki_witness *witness)
{
    if (made->tool != witness->tool)
        return false;
    return made->tool == PKI_WITNESS_SSH
               ? pki_bytes_equal(made->ssh.key, pki_buf_view(&witness->ssh.octets))
               : memcmp(made->minisign.id, witness->minisign.id, PKI_MINISIGN_ID) == 0;
}

static bool verify(const struct made *made, const struct pki_witness *witness,
                   struct pki_bytes head, struct pki_error *err)
{
    return made->tool == PKI_WITNESS_SSH
               ? pki_sshsig_verify(&made->ssh, &witness->ssh, head, err)
               : pki_minisign_verify(&made->minisign, &witness->minisign, head, err);
}

/* Whoever it names, if it is somebody that was given, has to have made it. Two keys of minisign may
 * have one id: one of them is enough. */
static bool find(struct pki_witnesses *witnesses, const struct made *made, struct pki_bytes head,
                 const struct pki_witness **by, struct pki_error *err)
{
    struct pki_error first = {0};

    *by = NULL;
    for (size_t i = 0; i < witnesses->n; i++) {
        struct pki_witness *witness = &witnesses->list[i];
        struct pki_error why = {0};
        if (!names(made, witness))
            continue;
        if (verify(made, witness, head, &why)) {
            witness->has_signed = true;
            *by = witness;
        } else if (first.code == PKI_OK) {
            first = why;
        }
    }
    return *by || first.code == PKI_OK || pki_fail(err, first.code, "%s", first.text);
}

bool pki_witnesses_verify(struct pki_witnesses *witnesses, struct pki_bytes head,
                          struct pki_bytes text, struct pki_countersignature *found,
                          struct pki_error *err)
{
    struct made made = {.tool = PKI_WITNESS_SSH};
    struct pki_error why = {0};

    bool good = read_made(text, &made, found->print, &why) &&
                find(witnesses, &made, head, &found->by, &why);
    made_clear(&made);
    bool ours = why.code == PKI_E_MEMORY || why.code == PKI_E_CRYPTO; /* no fault of the file */
    return good || pki_fail(err, ours ? why.code : PKI_E_INTEGRITY, "%s", why.text);
}

/* --- those of a record ----------------------------------------------------------------------- */

static void tell(const char *name, const struct pki_countersignature *found, bool asked,
                 struct pki_report *row)
{
    pki_report_text(row, "File", "%s", name);
    pki_report_text(row, "Witness", "%s", found->by ? found->by->name : "");
    if (found->by)
        pki_report_toned(row, "Verdict", PKI_TONE_GOOD, "good");
    else
        pki_report_toned(row, "Verdict", PKI_TONE_WARN, "not checked: %s",
                         asked ? "by none of the keys given" : "give its key (--witness)");
    pki_report_text(row, "Key", "%s", found->print);
}

/* A record's countersignatures under the look. */
struct look {
    struct pki_bytes head;
    struct pki_witnesses *witnesses;
    struct pki_report *report;
    struct pki_report *table; /* made with the first row */
};

static bool check_one(void *context, int dir, const char *name, struct pki_error *err)
{
    struct look *look = context;

    if (!pki_transcript_is_witness(name))
        return true;
    PKI_CONTEXT(err, "%s", name);
    pki_scope(pki_buf) text = {0};
    struct pki_countersignature found;

    if (!pki_file_read(dir, name, PKI_LIMIT_KEY, &text, err) ||
        !pki_witnesses_verify(look->witnesses, look->head, pki_buf_view(&text), &found, err))
        return false;
    if (!look->table)
        look->table = pki_report_table(look->report, "Countersignatures");
    tell(name, &found, look->witnesses->n > 0, pki_report_row(look->table));
    return true;
}

/* Whose key is given has to have signed. */
static bool check_all_signed(const struct pki_witnesses *witnesses, struct pki_error *err)
{
    for (size_t i = 0; i < witnesses->n; i++) {
        const struct pki_witness *witness = &witnesses->list[i];
        if (!witness->has_signed)
            return pki_fail(err, PKI_E_INTEGRITY, "%s (%s) has not countersigned it",
                            witness->print, witness->name);
    }
    return true;
}

bool pki_witnesses_check(int dir, struct pki_bytes head, struct pki_witnesses *witnesses,
                         struct pki_report *report, struct pki_error *err)
{
    struct look look = {.head = head, .witnesses = witnesses, .report = report};

    return pki_dir_each(dir, ".", check_one, &look, err) && check_all_signed(witnesses, err);
}
