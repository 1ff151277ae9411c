/*
 * What the kernel says of this machine: files of proc and sys (proc(5),
 * Documentation/ABI of Linux), below whatever root the place names.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/duty.h"
#include "ceremony/room.h"

#define SPACE_LEAST   (INT64_C(64) * 1024 * 1024)
#define ENTROPY_LEAST 128
#define RTF_REJECT_   0x0200 /* linux/route.h: such a route leads nowhere */

struct look {
    int root;
    const struct pki_room_place *place;
    enum pki_room_fact_id fact;
    struct pki_room_finding *finding;
};

/* --- what is said of it -------------------------------------------------------------------- */

/* A list parted by ", ". */
static bool lists(const char *list, const char *item)
{
    size_t length = strlen(item);

    for (const char *at = strstr(list, item); at; at = strstr(at + 1, item))
        if ((at == list || at[-1] == ' ') && (at[length] == 0 || at[length] == ','))
            return true;
    return false;
}

/* Appends to the detail what fits and is not there yet, and then once that there is more. */
static void say(struct pki_room_finding *finding, const char *format, va_list args)
{
    static const char more[] = ", ...";
    char text[160];
    char *detail = finding->detail;
    size_t used = strlen(detail);
    const char *between = used > 0 ? ", " : "";

    (void)vsnprintf(text, sizeof(text), format, args);
    pki_text_tame(text);
    if (lists(detail, text) || strstr(detail, more))
        return;
    bool fits = used + strlen(between) + strlen(text) + sizeof(more) <= PKI_ROOM_DETAIL;
    (void)snprintf(detail + used, PKI_ROOM_DETAIL - used, "%s%s", fits ? between : "",
                   fits ? text : more);
}

static void find(const struct look *look, const char *format, ...) PKI_PRINTF(2, 3);
static void find(const struct look *look, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(look->finding, format, args);
    va_end(args);
    look->finding->state = PKI_ROOM_FOUND;
}

static void not_known(const struct look *look, const char *format, ...) PKI_PRINTF(2, 3);
static void not_known(const struct look *look, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(look->finding, format, args);
    va_end(args);
    if (look->finding->state == PKI_ROOM_GOOD)
        look->finding->state = PKI_ROOM_UNKNOWN;
}

/* --- reading ------------------------------------------------------------------------------- */

/* Each line of a file, without its end; false where it cannot be read. */
static bool each_line(const struct look *look, const char *path,
                      void (*take)(const struct look *look, char *line))
{
    int fd = openat(look->root, path, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    char *line = NULL;
    size_t room = 0;

    if (!file) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = 0;
        take(look, line);
    }
    bool whole = !ferror(file);
    free(line);
    (void)fclose(file);
    return whole;
}

static void must_read(const struct look *look, const char *path,
                      void (*take)(const struct look *look, char *line))
{
    if (!each_line(look, path, take))
        not_known(look, "/%s cannot be read", path);
}

/* First word of a small file; empty when there is none. */
static void read_word(int dir, const char *name, const char *file, char word[64])
{
    char path[320];
    int length = snprintf(path, sizeof(path), "%s/%s", name, file);
    pki_scope_fd int fd = length < (int)sizeof(path) ? openat(dir, path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = fd < 0 ? 0 : read(fd, word, 63);

    word[size > 0 ? size : 0] = 0;
    word[strcspn(word, " \n")] = 0;
}

/* The n-th word of a line, from 0 on; "" where there is none. */
static const char *word_of(const char *line, size_t n, char word[128])
{
    line += strspn(line, " \t");
    for (; n > 0 && *line; n--) {
        line += strcspn(line, " \t");
        line += strspn(line, " \t");
    }
    (void)snprintf(word, 128, "%.*s", (int)strcspn(line, " \t"), line);
    return word;
}

/* --- the network --------------------------------------------------------------------------- */

/* Drivers that do not know their state say "unknown"; then a carrier decides. */
static bool take_interface(void *context, int dir, const char *name, struct pki_error *err)
{
    const struct look *look = context;
    char state[64];
    char carrier[64];

    (void)err;
    if (name[0] == '.' || strcmp(name, "lo") == 0)
        return true;
    read_word(dir, name, "operstate", state);
    read_word(dir, name, "carrier", carrier);
    if (strcmp(state, "up") == 0 || strcmp(state, "dormant") == 0 ||
        (strcmp(state, "unknown") == 0 && strcmp(carrier, "1") == 0))
        find(look, "%s", name);
    return true;
}

static void look_at_interfaces(const struct look *look)
{
    struct pki_error why = {0};

    if (!pki_dir_each(look->root, "sys/class/net", take_interface, (void *)look, &why))
        not_known(look, "/sys/class/net cannot be read");
}

/* Iface Destination Gateway Flags ..., in hex */
static void take_route(const struct look *look, char *line)
{
    char interface[128];
    char flags[128];

    word_of(line, 0, interface);
    if (!*interface || strcmp(interface, "Iface") == 0 || strcmp(interface, "lo") == 0 ||
        strtoul(word_of(line, 3, flags), NULL, 16) & RTF_REJECT_)
        return;
    find(look, "over %s", interface);
}

/* destination length source length gateway metric references use flags interface, in hex */
static void take_route6(const struct look *look, char *line)
{
    char interface[128];

    word_of(line, 9, interface);
    if (*interface && strcmp(interface, "lo") != 0)
        find(look, "over %s (IPv6)", interface);
}

/* A kernel without IPv6 has no list of its routes. */
static void look_at_routes(const struct look *look)
{
    must_read(look, "proc/net/route", take_route);
    if (!each_line(look, "proc/net/ipv6_route", take_route6) && errno != ENOENT)
        not_known(look, "/proc/net/ipv6_route cannot be read");
}

static bool take_radio(void *context, int dir, const char *name, struct pki_error *err)
{
    const struct look *look = context;
    char type[64];
    char soft[64];
    char hard[64];

    (void)err;
    if (name[0] == '.')
        return true;
    read_word(dir, name, "type", type);
    read_word(dir, name, "soft", soft);
    read_word(dir, name, "hard", hard);
    if (strcmp(soft, "1") != 0 && strcmp(hard, "1") != 0)
        find(look, "%s (%s)", *type ? type : "radio", name);
    return true;
}

/* Where there is no such directory there is no radio that the kernel knows of. */
static void look_at_radios(const struct look *look)
{
    static const char radios[] = "sys/class/rfkill";
    struct pki_error why = {0};
    bool there = false;

    if (!pki_dir_holds(look->root, radios, &there, &why) ||
        (there && !pki_dir_each(look->root, radios, take_radio, (void *)look, &why)))
        not_known(look, "/sys/class/rfkill cannot be read");
}

/* --- memory -------------------------------------------------------------------------------- */

static void take_swap(const struct look *look, char *line)
{
    char name[128];

    if (*word_of(line, 0, name) && strcmp(name, "Filename") != 0)
        find(look, "%s", name);
}

/* No tool of ours leaves a core dump; but a program behind a pipe is started whatever its limit. */
static void take_core_pattern(const struct look *look, char *line)
{
    if (line[0] == '|')
        find(look, "%s", line);
}

static void take_tracer(const struct look *look, char *line)
{
    char word[128];

    if (strncmp(line, "TracerPid:", 10) != 0)
        return;
    look->finding->state = PKI_ROOM_GOOD;
    if (strcmp(word_of(line, 1, word), "0") != 0)
        find(look, "process %s", word);
}

static void look_at_debugger(const struct look *look)
{
    look->finding->state = PKI_ROOM_UNKNOWN; /* until the line is there */
    must_read(look, "proc/self/status", take_tracer);
    if (look->finding->state == PKI_ROOM_UNKNOWN && !look->finding->detail[0])
        not_known(look, "/proc/self/status does not say");
}

static void take_entropy(const struct look *look, char *line)
{
    if (strtoul(line, NULL, 10) < ENTROPY_LEAST)
        find(look, "the kernel has %.20s bits", line);
}

/* --- media --------------------------------------------------------------------------------- */

static bool is_of_network(const char *type)
{
    return pki_script_lists("9p afs ceph cifs fuse.sshfs nfs nfs4 smb3 virtiofs", type);
}

static bool is_of_system(const char *point)
{
    return strcmp(point, "/") == 0 || strcmp(point, "/boot") == 0 ||
           strncmp(point, "/boot/", 6) == 0 || strncmp(point, "/run/live/", 10) == 0;
}

/*
 * id parent major:minor root point options [optional ...] - type source options. Files that are
 * mounted (loop, major 7) lie on a medium that is listed itself, or in memory.
 */
static void take_mount(const struct look *look, char *line)
{
    char device[128];
    char point[128];
    char type[128];
    char source[128];
    const char *rest = strstr(line, " - ");

    word_of(line, 2, device);
    word_of(line, 4, point);
    word_of(rest ? rest + 3 : "", 0, type);
    word_of(rest ? rest + 3 : "", 1, source);
    bool block = strncmp(source, "/dev/", 5) == 0 && strncmp(device, "7:", 2) != 0 &&
                 strncmp(device, "0:", 2) != 0;
    if ((block && !is_of_system(point)) || is_of_network(type))
        find(look, "%s on %s (%s)", source, point, type);
}

/* --- what it was booted from --------------------------------------------------------------- */

/* live-boot says so on the kernel's command line, and mounts its medium there. */
static void take_command_line(const struct look *look, char *line)
{
    char word[128];

    for (size_t n = 0; *word_of(line, n, word); n++)
        if (strcmp(word, "boot=live") == 0)
            not_known(look, "a live system");
}

static void take_live_medium(const struct look *look, char *line)
{
    char point[128];
    char source[128];
    const char *rest = strstr(line, " - ");

    word_of(line, 4, point);
    word_of(rest ? rest + 3 : "", 1, source);
    if (strcmp(point, "/run/live/medium") == 0)
        not_known(look, "booted from %s", source);
}

static void look_at_image(const struct look *look)
{
    const struct pki_room_image *image = look->place->image;

    if (!image || !image->path || !image->expected) {
        not_known(look, image && image->path ? "the script names no digest" : "it was not read");
        (void)each_line(look, "proc/cmdline", take_command_line);
        (void)each_line(look, "proc/self/mountinfo", take_live_medium);
        return;
    }
    if (memcmp(image->sha256, image->expected, PKI_SHA256_SIZE) != 0)
        find(look, "%s has another digest than the script names", image->path);
}

static void look_at_space(const struct look *look)
{
    if (look->place->free < 0)
        not_known(look, "the file system does not say");
    else if (look->place->free < SPACE_LEAST)
        find(look, "%lld KiB", (long long)look->place->free / 1024);
}

/* --- all of it ----------------------------------------------------------------------------- */

/* Facts that one file tells, line by line. */
static void look_at_file(const struct look *look)
{
    static const struct {
        const char *path;
        void (*take)(const struct look *look, char *line);
    } files[PKI_ROOM_LOOKS] = {
        [PKI_ROOM_SWAP] = {"proc/swaps", take_swap},
        [PKI_ROOM_CORE_PATTERN] = {"proc/sys/kernel/core_pattern", take_core_pattern},
        [PKI_ROOM_MEDIA] = {"proc/self/mountinfo", take_mount},
        [PKI_ROOM_ENTROPY] = {"proc/sys/kernel/random/entropy_avail", take_entropy},
    };

    must_read(look, files[look->fact].path, files[look->fact].take);
}

void pki_room_look(const struct pki_room_place *place, enum pki_room_fact_id fact,
                   struct pki_room_finding *finding)
{
    static void (*const looks[])(const struct look *look) = {
        [PKI_ROOM_INTERFACES] = look_at_interfaces, [PKI_ROOM_ROUTES] = look_at_routes,
        [PKI_ROOM_RADIOS] = look_at_radios,         [PKI_ROOM_SWAP] = look_at_file,
        [PKI_ROOM_CORE_PATTERN] = look_at_file,     [PKI_ROOM_MEDIA] = look_at_file,
        [PKI_ROOM_IMAGE] = look_at_image,           [PKI_ROOM_DEBUGGER] = look_at_debugger,
        [PKI_ROOM_SPACE] = look_at_space,           [PKI_ROOM_ENTROPY] = look_at_file,
    };
    pki_scope_fd int root = open(place->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct look look = {.root = root, .place = place, .fact = fact, .finding = finding};

    *finding = (struct pki_room_finding){.fact = pki_room_fact_get(fact)};
    looks[fact](&look);
}

void pki_room_look_around(const struct pki_room_place *place, struct pki_room *room)
{
    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++)
        pki_room_look(place, (enum pki_room_fact_id)i, &room->findings[i]);
}
