#include <unistd.h>

#include "cli/cli.h"

struct args {
    struct cli_texts files;
    const char *frames_to, *to;
    bool frames, fingerprint, from_frames;
};

static const struct cli_option options[] = {
    CLI_FLAG(0, "frames", frames, "show the file as QR codes, one a screen"),
    CLI_TEXT(0, "frames-to", frames_to, "F.svg", "the same as a picture: a new file"),
    CLI_FLAG(0, "fingerprint", fingerprint, "frames of its SHA-256 alone"),
    CLI_FLAG(0, "from-frames", from_frames, "the files are frames as a scanner read them"),
    CLI_TEXT(0, "to", to, "FILE", "what the frames bring, PEM: a new file"),
    CLI_OPERANDS(files, "FILE", "certificate, request, CRL, bundle or key file, PEM or DER"),
    CLI_END,
};

/* At a terminal each frame is a screen, until Enter; else all come one after another. */
static bool show_frames(struct cli *cli, const struct pki_frames *frames, struct pki_error *err)
{
    size_t n = pki_frames_count(frames);
    bool paged = cli_may_page(cli);

    for (size_t i = 0; i < n; i++) {
        if (!pki_frames_show(frames, i, cli->report, err))
            return false;
        if (paged && i + 1 < n && !cli_turn_page(cli, "Enter for the next frame: ", err))
            return false;
    }
    return true;
}

static bool make_frames(struct cli *cli, const struct args *args, struct pki_error *err)
{
    pki_auto(pki_frames) frames = NULL;

    if (args->files.n != 1)
        return pki_fail(err, PKI_E_USAGE, "frames are made of one file at a time");
    if (!pki_frames_load(args->files.list[0], args->fingerprint, &frames, err))
        return false;
    if (args->frames_to)
        return pki_frames_write(frames, args->frames_to, cli->common.dry_run, cli->report, err);
    return show_frames(cli, frames, err);
}

static bool read_frames(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_frames_read_request request = {
        .paths = args->files.list,
        .n_paths = args->files.n,
        .to = args->to,
        .now = pki_session_now(NULL),
        .dry_run = cli->common.dry_run,
    };

    return pki_frames_read(&request, cli->report, err);
}

static bool describe(struct cli *cli, const struct args *args, struct pki_error *err)
{
    int64_t now = pki_session_now(NULL);

    if (args->files.n == 1)
        return pki_describe_file(args->files.list[0], now, cli->report, err);
    /* Of several each is a row: in JSON their fields have the same names. */
    struct pki_report *files = pki_report_table(cli->report, "Files");
    for (size_t i = 0; i < args->files.n; i++)
        if (!pki_describe_file(args->files.list[i], now, pki_report_row(files), err))
            return false;
    return true;
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    bool makes = args->frames || args->frames_to;

    if (args->frames + args->from_frames + (args->frames_to != NULL) > 1)
        return pki_fail(err, PKI_E_USAGE, "one of --frames, --frames-to and --from-frames");
    if (args->fingerprint && !makes)
        return pki_fail(err, PKI_E_USAGE, "--fingerprint goes with --frames or --frames-to");
    if (args->to && !args->from_frames)
        return pki_fail(err, PKI_E_USAGE, "--to goes with --from-frames");
    if (makes)
        return make_frames(cli, args, err);
    return args->from_frames ? read_frames(cli, args, err) : describe(cli, args, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_SHOW,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_DRY_RUN,
        .synopsis =
            "FILE...\n--frames [--fingerprint] FILE\n--frames-to F.svg [--fingerprint] FILE\n"
            "--from-frames [--to FILE] FILE...",
        .examples = "cellar show exports/prod/anchors.pem\ncellar show --json request.csr\n"
                    "cellar show --frames request.csr\n"
                    "cellar show --from-frames scanned.txt --to request.csr",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
