/*
 * What all tools share: options from one table, sandbox before arguments,
 * prompts with their flag twins, a report printed as text or JSON, one exit
 * status from the error's code.
 *
 * A tool is a struct cli_tool: its options, what it opens, and a run function
 * that makes one library call and fills cli->report. cli_main does the rest:
 *
 *   harden, sandbox -> options -> open -> run -> print -> exit status
 *
 * Results go to stdout, everything else to stderr; with --json exactly one
 * object is printed, also for errors (docs/JSON.md). help, man pages and
 * completion come from the same table by --help and --spec.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>

#include "pki.h"

enum cli_tool_id {
#define CLI_TOOL(id, program, group, summary) CLI_TOOL_##id,
#include "tools.def"
#undef CLI_TOOL
    CLI_TOOLS,
};

enum cli_kind {
    CLI_KIND_FLAG,    /* bool */
    CLI_KIND_TEXT,    /* const char * */
    CLI_KIND_TEXTS,   /* struct cli_texts */
    CLI_KIND_TIME,    /* struct cli_time */
    CLI_KIND_PERIOD,  /* struct cli_period */
    CLI_KIND_OPERAND, /* const char *, must be there */
    CLI_KIND_OPTIONAL_OPERAND,
    CLI_KIND_OPERANDS, /* struct cli_texts, one at least */
    CLI_KIND_OPTIONAL_OPERANDS,
};

#define CLI_TEXTS_MAX 64

struct cli_texts {
    const char *list[CLI_TEXTS_MAX];
    size_t n;
};

struct cli_time {
    bool given;
    int64_t seconds;
};

struct cli_period {
    bool given;
    struct pki_period period;
};

struct cli_option {
    const char *name;  /* long name; NULL ends the table */
    const char *value; /* what stands for the value in help: "FILE" */
    const char *help;
    enum cli_kind kind;
    char letter;    /* short form, or 0 */
    unsigned tools; /* of a common option: the bit of the tools that take it; 0: all */
    size_t offset;
};

/* Rows of a tool's table; `field` is a member of its struct args. */
#define CLI_ROW(letter_, name_, kind_, field, value_, help_)                                     \
    {                                                                                            \
        .name = (name_), .value = (value_), .help = (help_), .kind = kind_, .letter = (letter_), \
        .offset = offsetof(struct args, field)                                                   \
    }
#define CLI_FLAG(letter, name, field, help) CLI_ROW(letter, name, CLI_KIND_FLAG, field, NULL, help)
#define CLI_TEXT(letter, name, field, value, help) \
    CLI_ROW(letter, name, CLI_KIND_TEXT, field, value, help)
#define CLI_TEXTS(letter, name, field, value, help) \
    CLI_ROW(letter, name, CLI_KIND_TEXTS, field, value, help)
#define CLI_TIME(letter, name, field, help) \
    CLI_ROW(letter, name, CLI_KIND_TIME, field, "TIME", help)
#define CLI_PERIOD(letter, name, field, help) \
    CLI_ROW(letter, name, CLI_KIND_PERIOD, field, "PERIOD", help)
#define CLI_OPERAND(field, value, help) CLI_ROW(0, "", CLI_KIND_OPERAND, field, value, help)
#define CLI_OPTIONAL(field, value, help) \
    CLI_ROW(0, "", CLI_KIND_OPTIONAL_OPERAND, field, value, help)
#define CLI_OPERANDS(field, value, help) CLI_ROW(0, "", CLI_KIND_OPERANDS, field, value, help)
#define CLI_OPTIONALS(field, value, help) \
    CLI_ROW(0, "", CLI_KIND_OPTIONAL_OPERANDS, field, value, help)
#define CLI_END      \
    {                \
        .name = NULL \
    }

/* Which of the common options a tool takes; bits of cli_tool.common. */
#define CLI_CELLAR      (1u << 0) /* -C */
#define CLI_PASSPHRASES (1u << 1) /* --passphrase-file, --passphrase-fd, --share-file */
#define CLI_CONFIRMS    (1u << 2) /* --confirm */
#define CLI_DRY_RUN     (1u << 3) /* --dry-run */
#define CLI_OVERRIDES   (1u << 4) /* --override */
#define CLI_REVIEWS     (1u << 5) /* --review */
#define CLI_SEES        (1u << 6) /* --seen */
#define CLI_DICE        (1u << 7) /* --dice, --dice-file: it makes keys */
#define CLI_APPROVES    (1u << 8) /* --prepare, --approved */
#define CLI_WRITES      (CLI_CELLAR | CLI_DRY_RUN)
#define CLI_SIGNS \
    (CLI_WRITES | CLI_PASSPHRASES | CLI_CONFIRMS | CLI_OVERRIDES | CLI_REVIEWS | CLI_SEES)

struct cli_common {
    const char *directory;
    struct cli_texts passphrase_files, passphrase_fds, share_files;
    struct cli_texts overrides;
    struct cli_texts seen;
    const char *confirm;
    const char *review;
    const char *prepare, *approved;
    struct cli_time clock;
    const char *dice, *dice_file;
    bool no_input, json, dry_run, no_colour, help, version, spec;
};

struct cli {
    const struct cli_tool *tool;
    const struct cli_verb *verb; /* of a tool that has them */
    struct cli_common common;
    struct pki_session *session; /* NULL unless the tool opens one */
    struct pki_prompts prompts;
    struct pki_report *report; /* the result; printed by cli_main */
    int64_t recorded;          /* the journal entry that the tool made, or 0 */
    const char *stands;        /* what it did without a journal; or NULL */
    char command_line[256];
    struct pki_secret *secrets[2 * CLI_TEXTS_MAX]; /* read once: of files, then of descriptors */
    bool share_used[CLI_TEXTS_MAX];                /* each --share-file serves once */
    const char *share_last;                        /* the one that was read last; or NULL */
};

/* Whether an operand follows a verb. */
enum cli_operand {
    CLI_NONE,
    CLI_MAY,
    CLI_MUST,
};

/* What the first operand of a tool may be, what goes with it, and what it does. Options are long
   names, parted by spaces; those of every tool go with every verb. */
struct cli_verb {
    const char *name;     /* NULL ends the table */
    const char *synopsis; /* what follows the program's name; lines parted by \n */
    const char *needs, *takes;
    enum cli_operand operand;
    bool (*open)(struct cli *cli, const void *args, struct pki_error *err); /* or NULL */
    bool (*run)(struct cli *cli, const void *args, struct pki_error *err);
};

struct cli_tool {
    enum cli_tool_id id;
    const struct cli_option *options;
    const struct cli_verb *verbs; /* instead of synopsis, common, open and run; or NULL */
    size_t args_size;
    unsigned common;
    bool runs_siblings;   /* a duty is another program; without it none can be run */
    const char *synopsis; /* what follows the program's name; lines parted by \n */
    const char *examples; /* lines parted by \n */
    bool (*open)(struct cli *cli, const void *args, struct pki_error *err); /* or NULL */
    void (*close)(struct cli *cli);                                         /* or NULL */
    bool (*run)(struct cli *cli, const void *args, struct pki_error *err);
};

int cli_main(const struct cli_tool *tool, int argc, char **argv);

/* --- for .open and .close ------------------------------------------------------------------- */

/** Open the cellar of -C, $CELLAR_DIR or the current directory, to read or to write. */
PKI_CHECKED bool cli_open_to_read(struct cli *cli, const void *args, struct pki_error *err);
/** As to read, also where the head of the journal is wrong, so that what is wrong can be named. */
PKI_CHECKED bool cli_open_to_audit(struct cli *cli, const void *args, struct pki_error *err);
PKI_CHECKED bool cli_open_to_write(struct cli *cli, const void *args, struct pki_error *err);
/** To write, where one is named: a file alone needs no cellar. */
PKI_CHECKED bool cli_write_if_named(struct cli *cli, const void *args, struct pki_error *err);
void cli_close(struct cli *cli);

/** Whether -C or $CELLAR_DIR names one: what works on a file alone opens no other. */
bool cli_names_cellar(const struct cli *cli);
/** -C, $CELLAR_DIR or ".". */
const char *cli_directory(const struct cli *cli);

/* --- for run -------------------------------------------------------------------------------- */

/** Print a report on stderr now: what will happen, before it is confirmed. Not with --json. */
PKI_CHECKED bool cli_show(const struct cli *cli, const struct pki_report *report,
                          struct pki_error *err);

/** A person reads page after page: at a terminal, not with --json or --no-input. */
bool cli_may_page(const struct cli *cli);
/** Print the report so far on stdout, wait for Enter, and begin an empty one. */
PKI_CHECKED bool cli_turn_page(struct cli *cli, const char *prompt, struct pki_error *err);

/**
 * Have the name typed, or given by --confirm.
 *
 * Fails: PKI_E_POLICY not confirmed: --no-input, no terminal, or --confirm with another name (text
 *        says the name to give); PKI_E_CANCELLED something else was typed
 */
PKI_CHECKED bool cli_confirm(struct cli *cli, const char *what, const char *name,
                             struct pki_error *err);

/** Say in the report that this was a dry run, and which name would have confirmed it. */
void cli_tell_dry_run(const struct cli *cli, const char *note, const char *name);

/** Show a draft, have it confirmed, sign it; with --dry-run only show. What all signing tools do.
 */
PKI_CHECKED bool cli_sign(struct cli *cli, struct pki_draft *draft, struct pki_error *err);
/** The same for one of several in a run, where --confirm CLI_CONFIRM_ALL stands for the name of
 * each.
 */
#define CLI_CONFIRM_ALL "ALL"
PKI_CHECKED bool cli_sign_one_of_all(struct cli *cli, struct pki_draft *draft,
                                     struct pki_error *err);

/* --- inside tools/cli ------------------------------------------------------------------------ */

extern const struct cli_option cli_common_options[];
const char *cli_program(enum cli_tool_id id);
const char *cli_summary(enum cli_tool_id id);
bool cli_option_applies(const struct cli_tool *tool, const struct cli_option *option);
PKI_CHECKED bool cli_parse(struct cli *cli, void *args, int argc, char **argv,
                           struct pki_error *err);
void cli_print_help(const struct cli_tool *tool);
void cli_print_spec(const struct cli_tool *tool);
/** Print result and error; the value is the exit status. */
int cli_finish(struct cli *cli, struct pki_error *err);
bool cli_colour(const struct cli *cli, int fd);
unsigned cli_width(int fd);
/** For sessions: drawn on stderr where that is a terminal; stopped by Ctrl-C. */
extern const struct pki_progress cli_progress;
PKI_CHECKED bool cli_ask_passphrase(void *context, const struct pki_passphrase_ask *ask,
                                    struct pki_secret **secret, struct pki_error *err);
PKI_CHECKED bool cli_ask_share(void *context, const struct pki_share_ask *ask,
                               struct pki_secret **words, struct pki_error *err);
PKI_CHECKED bool cli_show_share(void *context, const char *title, struct pki_secret *words,
                                struct pki_error *err);
PKI_CHECKED bool cli_ask_dice(void *context, unsigned wanted, struct pki_secret **rolls,
                              struct pki_error *err);
/** How many rolls --dice and --dice-file want; 0: none. Fails: PKI_E_USAGE */
PKI_CHECKED bool cli_dice_wanted(const struct cli *cli, unsigned *wanted, struct pki_error *err);
/** Somebody sits at a terminal, and --no-input was not given. */
bool cli_may_ask(const struct cli *cli);
/** "KEY=FILE" for this key, or "FILE" for every key; NULL: for another. */
const char *cli_value_for(const char *source, const char *name, bool *named);
PKI_CHECKED bool cli_read_secret_line(const char *prompt, struct pki_secret **secret,
                                      struct pki_error *err);
/** Signals that would end the process wait while somebody holds them, but for prompts, which they
 *  end: whoever changed the terminal puts it right before they do. */
void cli_signals_hold(void);
void cli_signals_release(void);
PKI_CHECKED bool cli_read_line(const char *prompt, char *line, size_t size, struct pki_error *err);

#endif
