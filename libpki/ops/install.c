#include "ops/install.h"

#include <stdlib.h>
#include <string.h>

#include "pki/time.h"
#include "base/file.h"
#include "ops/seams.h"
#include "x509/path.h"

#define CONSUMER "fulcio"

static const struct pki_install_file plan[PKI_INSTALL_FILES] = {
    [PKI_INSTALL_CHAIN] = {.name = "chain.pem", .mode = 0644, .most = 0644, .fd = -1},
    [PKI_INSTALL_KEY] = {.name = "key.pem", .mode = 0600, .most = 0640, .fd = -1},
};

void pki_install_free(struct pki_install *install)
{
    if (!install)
        return;
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++) {
        pki_buf_clear(&install->files[i].fresh);
        pki_buf_clear(&install->files[i].old);
        pki_fd_close_(&install->files[i].fd);
    }
    pki_certs_clear(&install->chain);
    pki_fd_close_(&install->dir);
    free(install->name);
    free(install->to);
    free(install);
}

static bool new_install(const struct pki_install_request *request, struct pki_install **install,
                        struct pki_error *err)
{
    pki_auto(pki_install) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    memcpy(made->files, plan, sizeof(plan));
    made->dir = -1;
    made->now = request->now;
    made->to = strdup(request->to);
    if (!made->to)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    *install = PKI_TAKE(made);
    return true;
}

bool pki_install_prepare(const struct pki_install_request *request, struct pki_install **install,
                         struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "install");
    pki_auto(pki_install) made = NULL;

    if (strcmp(request->consumer, CONSUMER) != 0) {
        return pki_fail(err, PKI_E_USAGE,
                        "\"%s\" is not known; there is " CONSUMER ". Others take new files as they "
                        "start: put them in place, then restart",
                        request->consumer);
    }
    if (!new_install(request, &made, err) || !pki_install_read(request, made, report, err) ||
        !pki_install_look(made, err) ||
        (request->prompts && !pki_install_try(made, request->prompts, err)))
        return false;
    *install = PKI_TAKE(made);
    return true;
}

static bool is_done(const struct pki_install *install)
{
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++)
        if (!pki_install_is_done(&install->files[i]))
            return false;
    return true;
}

const char *pki_install_name(const struct pki_install *install)
{
    return is_done(install) ? NULL : install->name;
}

/* --- the report ------------------------------------------------------------------------------- */

static void describe_old(const struct pki_install_file *file, struct pki_report *report)
{
    pki_scope(pki_certs) certs = {0};
    struct pki_error ignored = {0};
    char label[PKI_LABEL];

    if (!file->exists)
        pki_report_text(report, "Issued until now", "nobody: a first installation");
    else if (!pki_certs_parse(file->name, pki_buf_view(&file->old), &certs, &ignored))
        pki_report_text(report, "Issued until now", "unknown: %s cannot be read", file->name);
    else
        pki_report_text(report, "Issued until now", "%s",
                        pki_name_label(certs.list[0]->subject, label));
}

static void describe_file(const struct pki_install_file *file, struct pki_report *row)
{
    pki_report_text(row, "File", "%s", file->name);
    if (!file->exists)
        pki_report_text(row, "Change", "new");
    else if (pki_install_is_done(file))
        pki_report_text(row, "Change", "none: it is in place");
    else
        pki_report_text(row, "Change", file->kept[0] ? "written into" : "finished: it was cut off");
    pki_report_text(row, "Old content", "%s", file->kept[0] ? file->kept : "-");
}

void pki_install_describe(const struct pki_install *install, struct pki_report *report)
{
    const struct pki_cert *first = install->chain.list[0];
    char label[PKI_LABEL];

    pki_report_text(report, "Directory", "%s", install->to);
    describe_old(&install->files[PKI_INSTALL_CHAIN], report);
    pki_report_text(report, "Issues then", "%s", pki_name_label(first->subject, label));
    pki_report_fingerprint(report, "Fingerprint", first->fingerprint);
    pki_report_time(report, "Not after", first->not_after);
    if (install->tried)
        pki_report_toned(report, "Key", PKI_TONE_GOOD, "opens, signs, fits the certificate");
    else
        pki_report_toned(report, "Key", PKI_TONE_WARN,
                         "as handed over; not tried: no --passphrase-file");
    if (install->other_passphrase) {
        pki_report_note(report, "Passphrase", PKI_TONE_WARN,
                        "The key in place has another passphrase. A running Fulcio goes on with "
                        "the one it was started with, and will not open this key: restart it with "
                        "the new passphrase, or give the key the old one (cellar key passphrase) "
                        "and hand it over again.");
    }
    struct pki_report *files = pki_report_table(report, "Files");
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++)
        describe_file(&install->files[i], pki_report_row(files));
}

/* Only Fulcio knows what Fulcio took. */
static void tell_proof(const struct pki_install *install, struct pki_report *report)
{
    pki_report_note(report, "Prove", PKI_TONE_PLAIN,
                    "Whether Fulcio took them, only Fulcio can tell. Ask it; the first "
                    "certificate must have the fingerprint above:");
    pki_report_line(report, "Prove", PKI_TONE_PLAIN,
                    "  curl -sf ADDRESS/api/v1/rootCert >served.pem && cellar show served.pem");
    if (!install->files[PKI_INSTALL_CHAIN].exists)
        return;
    pki_report_note(report, "Prove", PKI_TONE_PLAIN, "For the cellar, keep its answer in a file:");
    pki_report_line(report, "Prove", PKI_TONE_PLAIN,
                    "  curl -sf ADDRESS/api/v2/trustBundle >bundle.json");
}

static void tell_start(const struct pki_install *install, struct pki_report *report)
{
    pki_report_note(report, "Next", PKI_TONE_PLAIN, "Next: start Fulcio with them:");
    pki_report_line(report, "Next", PKI_TONE_PLAIN,
                    "  fulcio serve --ca fileca --fileca-cert %s/%s \\", install->to,
                    install->files[PKI_INSTALL_CHAIN].name);
    pki_report_line(report, "Next", PKI_TONE_PLAIN,
                    "      --fileca-key %s/%s --fileca-key-passwd ...", install->to,
                    install->files[PKI_INSTALL_KEY].name);
}

static void tell_switch(const struct pki_install *install, struct pki_report *report)
{
    bool known = install->environment[0] && install->purpose[0];
    char now[PKI_TIME_TEXT];

    pki_report_next(report, "cellar cutover %s %s --at %s --proof bundle.json",
                    known ? install->environment : "ENV", known ? install->purpose : "PURPOSE",
                    pki_time_format(pki_seam_now(), now));
}

bool pki_install_write(struct pki_install *install, struct pki_report *report,
                       struct pki_error *err)
{
    PKI_CONTEXT(err, "install");

    if (!pki_install_put(install, err))
        return false;
    PKI_CONTEXT(err, "both files are in place, but");
    pki_install_describe(install, report);
    tell_proof(install, report);
    if (install->files[PKI_INSTALL_CHAIN].exists)
        tell_switch(install, report);
    else
        tell_start(install, report);
    return pki_report_ok(report, err);
}
