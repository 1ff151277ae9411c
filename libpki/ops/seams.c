/*
 * The shipped set: the real clock, the real room, the full cost of a key.
 */
#include "ops/seams.h"

#include <dirent.h>
#include <fcntl.h>

#include "crypto/envelope.h"
#include "ops/build_id.h"

int64_t pki_seam_now(void)
{
    return (int64_t)time(NULL);
}

int64_t pki_seam_build_date(void)
{
    return PKI_BUILD_DATE;
}

unsigned pki_seam_rounds(void)
{
    return PKI_ENVELOPE_ROUNDS;
}

/* First word of a small file of /sys; empty when there is none. */
static void read_word(int dir, const char *interface, const char *file, char word[32])
{
    char path[320];
    int length = snprintf(path, sizeof(path), "%s/%s", interface, file);
    int fd = length < (int)sizeof(path) ? openat(dir, path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = fd < 0 ? 0 : read(fd, word, 31);

    if (fd >= 0)
        close(fd);
    word[size > 0 ? size : 0] = 0;
    word[strcspn(word, " \n")] = 0;
}

/* Drivers that do not know their state say "unknown"; then a carrier decides. */
static bool is_up(int dir, const char *interface)
{
    char state[32];
    char carrier[32];

    read_word(dir, interface, "operstate", state);
    read_word(dir, interface, "carrier", carrier);
    return strcmp(state, "up") == 0 || (strcmp(state, "unknown") == 0 && strcmp(carrier, "1") == 0);
}

bool pki_seam_interface_up(char name[64])
{
    DIR *interfaces = opendir("/sys/class/net");
    const struct dirent *entry = NULL;

    /* Who cannot look does not know; that is no air gap. */
    (void)snprintf(name, 64, "%s", interfaces ? "" : "any (/sys/class/net cannot be read)");
    while (interfaces && !name[0] && (entry = readdir(interfaces))) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "lo") != 0 &&
            is_up(dirfd(interfaces), entry->d_name))
            (void)snprintf(name, 64, "%.63s", entry->d_name);
    }
    if (interfaces)
        closedir(interfaces);
    return name[0] != 0;
}
