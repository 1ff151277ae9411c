#include "ops/witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/transcript.h"
#include "x509/pem.h"

#define ARMOR "SSH SIGNATURE"

void pki_witnesses_clear(struct pki_witnesses *witnesses)
{
    for (size_t i = 0; i < witnesses->n; i++)
        pki_ssh_key_clear(&witnesses->list[i].key);
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

static bool read_key(struct pki_bytes type, struct pki_bytes base64, struct pki_witness *witness,
                     struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};

    if (!pki_base64_parse(base64, &octets, err) ||
        !pki_ssh_key_read(pki_buf_view(&octets), &witness->key, err))
        return false;
    pki_ssh_fingerprint(pki_buf_view(&octets), witness->print);
    return pki_ssh_key_is(&witness->key, type) ||
           pki_fail(err, PKI_E_FORMAT, "its type is another one than that of the key behind it");
}

/* Who is not named in the line is known by the file. */
static bool read_line(const char *file, struct pki_bytes line, struct pki_witnesses *witnesses,
                      struct pki_error *err)
{
    struct pki_bytes name = take_word(&line);
    struct pki_bytes type = name;
    struct pki_witness *witness = NULL;

    if (!pki_ssh_is_type(type))
        type = take_word(&line);
    if (!pki_ssh_is_type(type)) {
        return pki_fail(err, PKI_E_USAGE,
                        "it has no type of a public key first or second, as in KEY.pub; options "
                        "of allowed signers are not read. Types: ssh-ed25519, ecdsa-sha2-nistp256, "
                        "-384, -521, ssh-rsa, and security keys' (sk-...)");
    }
    struct pki_bytes base64 = take_word(&line);
    if (type.data == name.data)
        name = line.size > 0 ? line : (struct pki_bytes){(const uint8_t *)file, strlen(file)};
    return add_key(name, witnesses, &witness, err) && read_key(type, base64, witness, err);
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
        if (line.size > 0 && line.data[0] != '#' && !read_line(file, line, witnesses, &why))
            return pki_fail(err, PKI_E_USAGE, "%s:%zu: %s", file, number, why.text);
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

static bool verify(struct pki_witnesses *witnesses, struct pki_bytes head,
                   const struct pki_sshsig *sshsig, struct pki_countersignature *found,
                   struct pki_error *err)
{
    pki_ssh_fingerprint(sshsig->key, found->print);
    found->by = NULL;
    for (size_t i = 0; i < witnesses->n; i++) {
        struct pki_witness *witness = &witnesses->list[i];
        if (!pki_bytes_equal(sshsig->key, pki_buf_view(&witness->key.octets)))
            continue;
        if (!pki_sshsig_verify(sshsig, &witness->key, head, err))
            return false;
        witness->has_signed = true;
        found->by = witness;
    }
    return true;
}

static bool open_armor(const struct pki_pem *pem, struct pki_sshsig *sshsig, struct pki_error *err)
{
    if (pem->n_blocks != 1 || strcmp(pem->blocks[0].label, ARMOR) != 0)
        return pki_fail(err, PKI_E_FORMAT,
                        "it is no single \"-----BEGIN " ARMOR "-----\" (PROTOCOL.sshsig 1)");
    return pki_sshsig_read(pki_buf_view(&pem->blocks[0].der), PKI_WITNESS_SPACE, sshsig, err);
}

bool pki_witnesses_verify(struct pki_witnesses *witnesses, struct pki_bytes head,
                          struct pki_bytes text, struct pki_countersignature *found,
                          struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};
    struct pki_sshsig sshsig;
    struct pki_error why = {0};

    return (pki_pem_parse(text, &pem, &why) && open_armor(&pem, &sshsig, &why) &&
            verify(witnesses, head, &sshsig, found, &why)) ||
           pki_fail(err, PKI_E_INTEGRITY, "%s", why.text);
}

/* --- those of a record ----------------------------------------------------------------------- */

static int is_countersignature(const struct dirent *entry)
{
    return pki_transcript_is_witness(entry->d_name);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

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

static bool check_one(int dir, const char *name, struct pki_bytes head,
                      struct pki_witnesses *witnesses, struct pki_report *table,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);
    pki_scope(pki_buf) text = {0};
    struct pki_countersignature found;

    if (!pki_file_read(dir, name, PKI_LIMIT_KEY, &text, err) ||
        !pki_witnesses_verify(witnesses, head, pki_buf_view(&text), &found, err))
        return false;
    tell(name, &found, witnesses->n > 0, pki_report_row(table));
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
    struct dirent **list = NULL;
    bool good = true;
    int n = scandirat(dir, ".", &list, is_countersignature, by_name);

    if (n < 0)
        return pki_fail(err, PKI_E_IO, "countersignatures cannot be listed: %s", strerror(errno));
    struct pki_report *table = n > 0 ? pki_report_table(report, "Countersignatures") : NULL;
    for (int i = 0; i < n; i++) {
        good = good && check_one(dir, list[i]->d_name, head, witnesses, table, err);
        free(list[i]);
    }
    free((void *)list);
    return good && check_all_signed(witnesses, err);
}
