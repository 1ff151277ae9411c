#include "ops/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "ops/seams.h"

/* No certificate, CRL or response begins like this: a test signature is good for nothing. */
#define TEST_TEXT "Root Cellar tests a key; this text certifies nothing. "

bool pki_key_file_try(const struct pki_key *key, struct pki_error *err)
{
    uint8_t fresh[32];
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) signature = {0};
    struct pki_error refusal = {0};

    if (!pki_random(fresh, sizeof(fresh), err))
        return false;
    pki_buf_text(&text, TEST_TEXT);
    pki_buf_append(&text, fresh, sizeof(fresh));
    if (!pki_buf_ok(&text, err) || !pki_key_sign(key, pki_buf_view(&text), &signature, err))
        return false;
    if (!pki_spki_verify(pki_key_spki(key), pki_key_algorithm_of(key)->signature,
                         pki_buf_view(&text), pki_buf_view(&signature), &refusal)) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        "the key is damaged: what its private half signs does not verify under its "
                        "public half");
    }
    return true;
}

bool pki_key_file_open(const char *name, struct pki_bytes pem, struct pki_secret *passphrase,
                       struct pki_key **key, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);

    return pki_envelope_open(pem, passphrase, key, err);
}

/* From the file system, with the passphrase as it was typed: what a later day will do. */
static bool read_back(int dir, const char *file, const struct pki_key_seal *seal,
                      struct pki_bytes written, struct pki_error *err)
{
    pki_scope(pki_buf) pem = {0};
    pki_auto(pki_key) opened = NULL;

    if (!pki_file_read(dir, file, PKI_LIMIT_KEY, &pem, err))
        return false;
    if (!pki_bytes_equal(pki_buf_view(&pem), written))
        return pki_fail(err, PKI_E_INTEGRITY, "%s differs from what was written", file);
    if (!pki_envelope_open(pki_buf_view(&pem), seal->passphrase, &opened, err))
        return false;
    if (!pki_bytes_equal(pki_key_spki(opened), pki_key_spki(seal->key)))
        return pki_fail(err, PKI_E_INTEGRITY, "%s holds another key than was written", file);
    return pki_key_file_try(opened, err);
}

bool pki_key_file_write(int dir, const char *file, const struct pki_key_seal *seal,
                        uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    PKI_CONTEXT(err, "key file %s", file);
    pki_scope(pki_buf) pem = {0};

    if (!pki_envelope_seal(seal->key, seal->passphrase, pki_seam_rounds(), &pem, err) ||
        !pki_buf_ok(&pem, err) || !pki_file_write_new(dir, file, 0600, pki_buf_view(&pem), err) ||
        !read_back(dir, file, seal, pki_buf_view(&pem), err))
        return false;
    pki_sha256(pki_buf_view(&pem), sha256);
    return true;
}

static bool overwrite(int fd, const char *file, struct pki_error *err)
{
    static const uint8_t zeros[4096];
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return pki_fail(err, PKI_E_IO, "%s: is not a regular file", file);
    for (off_t at = 0; at < status.st_size;) {
        off_t left = status.st_size - at;
        size_t size = left < (off_t)sizeof(zeros) ? (size_t)left : sizeof(zeros);
        ssize_t wrote = pwrite(fd, zeros, size, at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return pki_fail(err, PKI_E_IO, "%s: cannot be overwritten: %s", file, strerror(errno));
        at += wrote;
    }
    return fsync(fd) == 0 || pki_fail(err, PKI_E_IO, "%s: %s", file, strerror(errno));
}

bool pki_key_file_erase(int dir, const char *file, struct pki_error *err)
{
    pki_scope_fd int fd = openat(dir, file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return pki_fail(err, PKI_E_IO, "%s: %s", file, strerror(errno));
    if (!overwrite(fd, file, err))
        return false;
    return unlinkat(dir, file, 0) == 0 ? pki_dir_sync(dir, err)
                                       : pki_fail(err, PKI_E_IO, "%s: %s", file, strerror(errno));
}

void pki_key_file_describe(const struct pki_key *key, struct pki_bytes pem,
                           struct pki_report *report)
{
    struct pki_envelope_facts facts = {0};
    struct pki_error unreadable = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256(pki_key_spki(key), sha256);
    pki_report_text(report, "Algorithm", "%s", pki_key_algorithm_of(key)->title);
    pki_report_fingerprint(report, "Key fingerprint", sha256);
    if (pki_envelope_describe(pem, &facts, &unreadable) && facts.encrypted)
        pki_report_text(report, "Encryption", "%s, %u rounds", facts.scheme, facts.rounds);
}
