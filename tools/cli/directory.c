/* Apart from sessions: who only names a cellar links no SQLite. */
#include <stdlib.h>

#include "cli/cli.h"

static const char *named_directory(const struct cli *cli)
{
    const char *environment = getenv("CELLAR_DIR");

    if (cli->common.directory)
        return cli->common.directory;
    return environment && *environment ? environment : NULL;
}

bool cli_names_cellar(const struct cli *cli)
{
    return named_directory(cli) != NULL;
}

const char *cli_directory(const struct cli *cli)
{
    const char *named = named_directory(cli);

    return named ? named : ".";
}
