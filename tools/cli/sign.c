/* What all signing tools do with a draft. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static bool show_draft(struct cli *cli, const struct pki_draft *draft, struct pki_error *err)
{
    pki_auto(pki_report) report = pki_report_new();

    if (!pki_draft_describe(draft, report, err) || !pki_report_ok(report, err) ||
        !cli_show(cli, report, err))
        return false;
    if (!cli->common.json)
        (void)fputc('\n', stderr); /* on a terminal the question, or the result, stands below */
    return true;
}

/* The refusal goes into the journal; what is reported stays the refusal. */
static void record_refusal(struct cli *cli, struct pki_draft *draft, const struct pki_error *err)
{
    struct pki_error ignored = {0};

    if (!pki_draft_abandon(cli->session, draft, err->text, &ignored))
        pki_report_note(cli->report, "Warning", PKI_TONE_WARN,
                        "the refusal could not be recorded: %s", ignored.text);
}

static bool try_out(struct cli *cli, const struct pki_draft *draft, struct pki_error *err)
{
    const char *review = cli->common.review;

    if (review && !pki_draft_review(draft, review, err))
        return false;
    cli_tell_dry_run(
        cli, "Nothing was reserved or signed. To sign what follows, add:", pki_draft_name(draft));
    if (review)
        pki_report_text(cli->report, "To review", "%s", review);
    return pki_draft_describe(draft, cli->report, err);
}

bool cli_sign_one_of_all(struct cli *cli, struct pki_draft *draft, struct pki_error *err)
{
    if (cli->common.prepare || cli->common.approved) {
        pki_draft_free(draft);
        return pki_fail(err, PKI_E_USAGE, "--prepare and --approved are for one at a time");
    }
    const char *confirm = cli->common.confirm;

    if (confirm && strcmp(confirm, CLI_CONFIRM_ALL) == 0)
        cli->common.confirm = pki_draft_name(draft);
    bool done = cli_sign(cli, draft, err);
    cli->common.confirm = confirm;
    return done;
}

static bool check_options(const struct cli *cli, struct pki_error *err)
{
    if (cli->common.review && !cli->common.dry_run)
        return pki_fail(err, PKI_E_USAGE, "--review needs --dry-run: it ends before signing");
    return !cli->common.prepare || (!cli->common.approved && !cli->common.dry_run) ||
           pki_fail(err, PKI_E_USAGE,
                    "--prepare is the first half and --approved the second; neither half of "
                    "preparing is a dry run");
}

bool cli_sign(struct cli *cli, struct pki_draft *draft, struct pki_error *err)
{
    pki_auto(pki_draft) owned = draft;
    const char *prepare = cli->common.prepare;

    if (!check_options(cli, err) || !pki_draft_check_approval(cli->session, owned, err))
        return false;
    if (cli->common.dry_run)
        return try_out(cli, owned, err);
    if (!show_draft(cli, owned, err))
        return false;
    if (!cli_confirm(cli, prepare ? "prepare this" : "sign this", pki_draft_name(owned), err)) {
        record_refusal(cli, PKI_TAKE(owned), err);
        return false;
    }
    if (prepare) {
        if (!pki_draft_prepare(cli->session, PKI_TAKE(owned), prepare, cli->report, err))
            return false;
        cli->stands = "what was prepared is in place";
        return true;
    }
    return pki_draft_sign(cli->session, PKI_TAKE(owned), cli->report, err);
}
