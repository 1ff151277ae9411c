#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define LEFT  30 /* where explanations start */
#define RIGHT 79

/* Words from `text`, from column LEFT to RIGHT, the first line's left part printed already. */
static void print_wrapped(const char *text)
{
    size_t column = LEFT;

    while (*text) {
        size_t length = strcspn(text, " ");
        if (column > LEFT && column + 1 + length > RIGHT) {
            (void)printf("\n%*s", LEFT, "");
            column = LEFT;
        }
        (void)printf("%s%.*s", column > LEFT ? " " : "", (int)length, text);
        column += length + (column > LEFT);
        text += length + (text[length] == ' ');
    }
    (void)putchar('\n');
}

static void print_row(const char *left, const char *text)
{
    if (strlen(left) + 2 >= LEFT)
        (void)printf("  %s\n%*s", left, LEFT, "");
    else
        (void)printf("  %-*s", LEFT - 2, left);
    print_wrapped(text);
}

static void print_option(const struct cli_option *option)
{
    char left[80];
    const char *value = option->value ? option->value : "";

    if (option->letter) {
        (void)snprintf(left, sizeof(left), "-%c, --%s%s%s", option->letter, option->name,
                       *value ? " " : "", value);
    } else if (option->name[0]) {
        (void)snprintf(left, sizeof(left), "    --%s%s%s", option->name, *value ? " " : "", value);
    } else {
        (void)snprintf(left, sizeof(left), "%s", value);
    }
    print_row(left, option->help);
}

/* Every line of `lines` behind a prefix. */
static void print_lines(const char *prefix, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        (void)printf("%s%.*s\n", prefix, (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void cli_print_help(const struct cli_tool *tool)
{
    const char *program = cli_program(tool->id);
    char prefix[64];

    /* "cellar-issue" is typed as "cellar issue". */
    (void)snprintf(prefix, sizeof(prefix), "  cellar %s ", program + strlen("cellar-"));
    (void)printf("%s: %s\n\nUsage:\n", program, cli_summary(tool->id));
    print_lines(prefix, tool->verbs ? "" : tool->synopsis);
    for (const struct cli_verb *verb = tool->verbs; verb && verb->name; verb++)
        print_lines(prefix, verb->synopsis);
    (void)printf("\nOptions:\n");
    for (const struct cli_option *o = tool->options; o->name; o++)
        print_option(o);
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        if (cli_option_applies(tool, o) && strcmp(o->name, "spec") != 0)
            print_option(o);
    (void)printf("\nExamples:\n");
    print_lines("  ", tool->examples);
    (void)printf("\nExit status: 0 done, 1 failed, 2 usage or unreadable input, 3 problems found,\n"
                 "4 refused, 5 integrity broken, 6 stopped by the operator, 7 cellar locked,\n"
                 "8 no such cellar. Manual: man %s\n",
                 program);
}

static void print_spec_row(const struct cli_option *option)
{
    char letter[2] = {option->letter, 0};

    (void)printf("%s\t%s\t%s\t%s\t%s\n", option->name[0] ? "option" : "operand", letter,
                 option->name, option->value ? option->value : "", option->help);
}

void cli_print_spec(const struct cli_tool *tool)
{
    (void)printf("tool\t%s\t%s\n", cli_program(tool->id), cli_summary(tool->id));
    for (const struct cli_option *o = tool->options; o->name; o++)
        print_spec_row(o);
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        if (cli_option_applies(tool, o))
            print_spec_row(o);
}
