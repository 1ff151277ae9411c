#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ceremony.h"

struct args {
    const char *script, *to, *image, *second_clock, *record, *answers, *hierarchy;
    struct cli_texts approved, sheets;
    struct cli_time at;
    bool abandon;
};

static const struct cli_option options[] = {
    CLI_TIME(0, "at", at, "the day that the script is to be valid on"),
    CLI_TEXT(0, "to", to, "FILE|DIR",
             "booklet or report: a new file, .txt, .html or .pdf; of a rehearsal: a new directory"),
    CLI_TEXT(0, "hierarchy", hierarchy, "FILE", "what is rehearsed with, instead of the example"),
    CLI_TEXT(0, "image", image, "DEVICE|FILE", "the boot medium, to be digested"),
    CLI_TEXT(0, "second-clock", second_clock, "TIME", "what another clock says now; UTC"),
    CLI_TEXT(0, "record", record, "DIR",
             "where its record lies (default: in the cellar, ceremonies/ID)"),
    CLI_TEXT(0, "answers", answers, "FILE", "what is answered, instead of asking"),
    CLI_TEXTS(0, "approved", approved, "[STEP=]WORDS",
              "sign only what was prepared, of a step; words or hex of approve.txt"),
    CLI_TEXTS(0, "sheet", sheets, "FILE", "the approve.txt that was approved, to be kept"),
    CLI_FLAG(0, "abandon", abandon, "with run: write why it is not gone on with, and end it"),
    CLI_OPTIONAL(script, "SCRIPT|DIR", "the script of a ceremony; what a ceremony left"),
    CLI_END,
};

static int64_t day(const struct args *args)
{
    return args->at.given ? args->at.seconds : pki_session_now(NULL);
}

static bool lint(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    return pki_ceremony_lint(args->script, day(args), cli->report, err);
}

static bool print(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_ceremony_print_request request = {
        .script = args->script,
        .to = args->to,
        .at = day(args),
        .dry_run = cli->common.dry_run,
    };

    return pki_ceremony_print(&request, cli->report, err);
}

static bool room(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_ceremony_room_request request = {
        .directory = cli_directory(cli),
        .script = args->script,
        .image = args->image,
        .second_clock = args->second_clock,
        .progress = &cli_progress,
    };

    return pki_ceremony_room(&request, cli->report, err);
}

static bool report(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_ceremony_report_request request = {
        .directory = args->script,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    return pki_ceremony_report(&request, cli->report, err);
}

static bool load_answers(const struct args *args, struct pki_answers **answers,
                         struct pki_error *err)
{
    return !args->answers || pki_answers_load(args->answers, args->script, answers, err);
}

/* Every path is one of its directory. */
static char *below(const char *directory, const char *name, struct pki_error *err)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);

    if (path)
        (void)snprintf(path, size, "%s/%s", directory, name);
    else
        (void)pki_fail(err, PKI_E_MEMORY, "out of memory");
    return path;
}

struct places {
    char *cellar, *record, *tree, *passphrase, *shares;
};

static void free_places(struct places *places)
{
    free(places->cellar);
    free(places->record);
    free(places->tree);
    free(places->passphrase);
    free(places->shares);
}

static bool find_places(const char *to, struct places *places, struct pki_error *err)
{
    places->cellar = below(to, PKI_REHEARSAL_CELLAR, err);
    places->record = places->cellar ? below(to, PKI_REHEARSAL_RECORD, err) : NULL;
    places->tree = places->record ? below(to, PKI_REHEARSAL_TREE, err) : NULL;
    places->passphrase = places->tree ? below(to, PKI_REHEARSAL_PASSPHRASE, err) : NULL;
    places->shares = places->passphrase ? below(to, PKI_REHEARSAL_SHARES, err) : NULL;
    return places->shares != NULL;
}

/* Shares are for their custodians' eyes: only those of throw-away keys may be answered. */
static bool find_shares(struct pki_answers *answers, bool rehearsal, bool *as_shown,
                        struct pki_error *err)
{
    const char *answer = NULL;

    if (!pki_answers_give(answers, "", "shares", &answer, err))
        return false;
    *as_shown = answer && *answer;
    if (!*as_shown)
        return true;
    if (!rehearsal) {
        return pki_fail(err, PKI_E_USAGE,
                        "shares are answered in a rehearsal only: here custodians type them, or "
                        "--share-file gives them");
    }
    return strcmp(answer, CLI_AS_SHOWN) == 0 ||
           pki_fail(err, PKI_E_USAGE, "shares: \"" CLI_AS_SHOWN "\" is the only answer");
}

static bool rehearse(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    __attribute__((__cleanup__(free_places))) struct places places = {NULL};
    pki_auto(pki_answers) answers = NULL;
    const char *to = args->to ? args->to : "rehearsal";
    struct cli_texts *files = &cli->common.passphrase_files;
    bool as_shown = false;

    if (!find_places(to, &places, err) || !load_answers(args, &answers, err) ||
        !find_shares(answers, true, &as_shown, err))
        return false;
    files->list[files->n++] = places.passphrase;
    struct cli_ceremony ceremony = {
        .cli = cli, .cellar = places.cellar, .answers = answers, .rehearsal = true};
    const struct pki_ceremony_hands hands = cli_ceremony_hands(&ceremony);
    const struct pki_ceremony_rehearsal rehearsal = {
        .script = args->script, .hierarchy = args->hierarchy, .to = to};
    const struct pki_ceremony_run_request request = {.script = args->script,
                                                     .cellar = places.cellar,
                                                     .record = places.record,
                                                     .answers = answers,
                                                     .below = places.tree,
                                                     .shares = as_shown ? places.shares : NULL};
    bool done = pki_ceremony_prepare(&rehearsal, &hands, err) &&
                pki_ceremony_run(&request, &hands, cli->report, err);
    files->n = 0;
    return done;
}

static bool run_script(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    pki_auto(pki_answers) answers = NULL;
    bool as_shown = false;

    if (!load_answers(args, &answers, err) || !find_shares(answers, false, &as_shown, err))
        return false;
    const struct pki_ceremony_run_request request = {.script = args->script,
                                                     .cellar = cli_directory(cli),
                                                     .record = args->record,
                                                     .image = args->image,
                                                     .answers = answers,
                                                     .approved = args->approved.list,
                                                     .n_approved = args->approved.n,
                                                     .abandon = args->abandon,
                                                     .sheets = args->sheets.list,
                                                     .n_sheets = args->sheets.n};
    struct cli_ceremony ceremony = {.cli = cli, .cellar = request.cellar, .answers = answers};
    const struct pki_ceremony_hands hands = cli_ceremony_hands(&ceremony);
    return pki_ceremony_run(&request, &hands, cli->report, err);
}

static bool duties(struct cli *cli, const void *parsed, struct pki_error *err)
{
    (void)parsed;
    return pki_ceremony_duties(cli->report, err);
}

/* No clock but the room's, no dry run but a rehearsal, and no descriptor, which is read once where
   a ceremony opens keys more often. */
static const struct cli_verb verbs[] = {
    {.name = "lint",
     .synopsis = "lint SCRIPT [--at TIME]",
     .takes = "at",
     .operand = CLI_MUST,
     .run = lint},
    {.name = "print",
     .synopsis = "print SCRIPT --to FILE [--at TIME]",
     .needs = "to",
     .takes = "at dry-run",
     .operand = CLI_MUST,
     .run = print},
    {.name = "room",
     .synopsis = "room [SCRIPT] [--image DEVICE|FILE] [--second-clock TIME]",
     .takes = "cellar image second-clock",
     .operand = CLI_MAY,
     .run = room},
    {.name = "rehearse",
     .synopsis = "rehearse SCRIPT [--to DIR] [--hierarchy FILE] [--answers FILE]",
     .takes = "to hierarchy answers",
     .operand = CLI_MUST,
     .run = rehearse},
    {.name = "run",
     .synopsis = "run SCRIPT [-C DIR] [--record DIR] [--answers F] [--image F]\n"
                 "run SCRIPT [-C DIR] --approved [STEP=]WORDS [--sheet FILE]\n"
                 "run SCRIPT [-C DIR] [--record DIR] --abandon",
     .takes = "cellar record answers image approved sheet abandon passphrase-file share-file",
     .operand = CLI_MUST,
     .run = run_script},
    {.name = "report",
     .synopsis = "report DIR --to F.html",
     .needs = "to",
     .takes = "dry-run",
     .operand = CLI_MUST,
     .run = report},
    {.name = "duties", .synopsis = "duties", .run = duties},
    {.name = NULL},
};

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_CEREMONY,
        .options = options,
        .verbs = verbs,
        .args_size = sizeof(struct args),
        .runs_siblings = true,
        .examples = "cellar ceremony lint ceremony/scripts/root-genesis.yaml\n"
                    "cellar ceremony print script.yaml --to booklet.pdf\n"
                    "cellar ceremony room script.yaml --second-clock 2026-03-01T12:00:00Z\n"
                    "cellar ceremony rehearse quarterly-rotation.yaml\n"
                    "cellar ceremony run quarterly-rotation.yaml -C /media/cellar\n"
                    "cellar ceremony report root-genesis --to root-genesis.html\n"
                    "cellar ceremony duties",
    };

    return cli_main(&tool, argc, argv);
}
