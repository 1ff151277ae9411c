/*
 * The peak of a program's memory, in KiB, into a file: peak FILE PROGRAM ARGUMENT...
 *
 * A process of its own, as a child's peak counts what it was before it became the program.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage = {0};
    FILE *file = argc > 2 ? fopen(argv[1], "w") : NULL;
    pid_t child = file ? fork() : -1;

    if (child == 0) {
        (void)execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, NULL, 0, &usage) != child)
        return 1;
    return fprintf(file, "%ld\n", usage.ru_maxrss) > 0 && fclose(file) == 0 ? 0 : 1;
}
