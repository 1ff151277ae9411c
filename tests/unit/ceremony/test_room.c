#include "ceremony/room.h"

#include <sys/stat.h>

#include "test.h"

#define QUIET FIXTURES "/rooms/quiet"
#define NOON  INT64_C(1772366400) /* 2026-03-01T12:00:00Z */

static struct pki_room_policy strict(void)
{
    struct pki_room_policy policy;

    pki_room_policy_default(&policy);
    return policy;
}

/* --- what is found ------------------------------------------------------------------------- */

/* One file of a room in which nothing else is, as a kernel writes it; NULL: it is not there. */
static const struct {
    enum pki_room_fact_id fact;
    const char *file, *content;
    enum pki_room_state state;
    const char *detail;
} rooms[] = {
    {PKI_ROOM_INTERFACES, "sys/class/net/lo/operstate", "unknown\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_INTERFACES, "sys/class/net/wlan0/operstate", "up\n", PKI_ROOM_FOUND, "wlan0"},
    {PKI_ROOM_INTERFACES, "sys/class/net/wlan0/operstate", "dormant\n", PKI_ROOM_FOUND, "wlan0"},
    {PKI_ROOM_INTERFACES, "sys/class/net/wlan0/operstate", "down\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_INTERFACES, "sys/class/net/tun0/carrier", "1\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_INTERFACES, "none", NULL, PKI_ROOM_UNKNOWN, "/sys/class/net cannot be read"},
    {PKI_ROOM_INTERFACES, "sys/class/net/e\033[1m0/operstate", "up\n", PKI_ROOM_FOUND, "e?[1m0"},
    {PKI_ROOM_ROUTES, "proc/net/route", "Iface\tDestination\tGateway\tFlags\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_ROUTES, "proc/net/route",
     "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t010200C0\t0003\neth0\t000200C0\t0\t0001\n"
     "eth10\t000300C0\t0\t0001\n",
     PKI_ROOM_FOUND, "over eth0, over eth10"},
    {PKI_ROOM_ROUTES, "proc/net/route", "lo\t0\t0\t0001\n*\t0000000A\t0\t0200\n", PKI_ROOM_GOOD,
     ""},
    {PKI_ROOM_ROUTES, "none", NULL, PKI_ROOM_UNKNOWN, "/proc/net/route cannot be read"},
    {PKI_ROOM_RADIOS, "none", NULL, PKI_ROOM_GOOD, ""}, /* a kernel without radios */
    {PKI_ROOM_RADIOS, "sys/class/rfkill/rfkill0/type", "wlan\n", PKI_ROOM_FOUND, "wlan (rfkill0)"},
    {PKI_ROOM_RADIOS, "sys/class/rfkill/rfkill0/hard", "1\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_RADIOS, "sys/class/rfkill/rfkill0/soft", "1\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_RADIOS, "sys/class/rfkill/rfkill0/soft", "0\n", PKI_ROOM_FOUND, "radio (rfkill0)"},
    {PKI_ROOM_SWAP, "proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_SWAP, "proc/swaps", "Filename\tType\n/dev/dm-1  partition 1 0 -2\n", PKI_ROOM_FOUND,
     "/dev/dm-1"},
    {PKI_ROOM_SWAP, "none", NULL, PKI_ROOM_UNKNOWN, "/proc/swaps cannot be read"},
    {PKI_ROOM_CORE_PATTERN, "proc/sys/kernel/core_pattern", "core.%p\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_CORE_PATTERN, "proc/sys/kernel/core_pattern", "|/usr/share/apport/apport %p\n",
     PKI_ROOM_FOUND, "|/usr/share/apport/apport %p"},
    {PKI_ROOM_CORE_PATTERN, "none", NULL, PKI_ROOM_UNKNOWN,
     "/proc/sys/kernel/core_pattern cannot be read"},
    {PKI_ROOM_DEBUGGER, "proc/self/status", "Name:\tx\nTracerPid:\t0\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_DEBUGGER, "proc/self/status", "Name:\tx\nTracerPid:\t4711\n", PKI_ROOM_FOUND,
     "process 4711"},
    {PKI_ROOM_DEBUGGER, "proc/self/status", "Name:\tTracerPid: 0\n", PKI_ROOM_UNKNOWN,
     "/proc/self/status does not say"},
    {PKI_ROOM_DEBUGGER, "none", NULL, PKI_ROOM_UNKNOWN, "/proc/self/status cannot be read"},
    {PKI_ROOM_ENTROPY, "proc/sys/kernel/random/entropy_avail", "256\n", PKI_ROOM_GOOD, ""},
    {PKI_ROOM_ENTROPY, "proc/sys/kernel/random/entropy_avail", "12\n", PKI_ROOM_FOUND,
     "the kernel has 12 bits"},
    {PKI_ROOM_ENTROPY, "none", NULL, PKI_ROOM_UNKNOWN,
     "/proc/sys/kernel/random/entropy_avail cannot be read"},
    {PKI_ROOM_MEDIA, "proc/self/mountinfo", "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n", PKI_ROOM_GOOD,
     ""},
    {PKI_ROOM_MEDIA, "proc/self/mountinfo",
     "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 8:17 / /media/A rw shared:1 - vfat /dev/sdb1 rw\n"
     "29 27 7:1 / /snap ro - squashfs /dev/loop1 ro\n30 27 0:51 / /net rw - nfs4 host:/x rw\n",
     PKI_ROOM_FOUND, "/dev/sdb1 on /media/A (vfat), host:/x on /net (nfs4)"},
    {PKI_ROOM_IMAGE, "none", NULL, PKI_ROOM_UNKNOWN, "it was not read"},
    {PKI_ROOM_IMAGE, "proc/cmdline", "BOOT_IMAGE=/live/vmlinuz boot=live quiet\n", PKI_ROOM_UNKNOWN,
     "it was not read, a live system"},
};

static void make_file(const char *root, const char *file, const char *content)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", root, file);
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        (void)mkdir(path, 0700);
        *at = '/';
    }
    FILE *made = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    (void)fputs(content, made);
    CU_ASSERT_EQUAL(fclose(made), 0);
}

/* A kernel without IPv6 and without radios says nothing of them: that is good. */
static void test_each_fact_is_found_where_the_kernel_tells_it(void)
{
    for (size_t i = 0; i < PKI_COUNT(rooms); i++) {
        char root[300];
        struct pki_room_finding finding;
        const struct pki_room_place place = {.root = root};

        snprintf(root, sizeof(root), "%s/room%zu", test_directory(), i);
        CU_ASSERT_EQUAL(mkdir(root, 0700), 0);
        if (rooms[i].content)
            make_file(root, rooms[i].file, rooms[i].content);
        pki_room_look(&place, rooms[i].fact, &finding);
        if (finding.state != rooms[i].state || strcmp(finding.detail, rooms[i].detail) != 0)
            fprintf(stderr, "\n%s %s: %s, %s\n", rooms[i].file, finding.fact->name,
                    pki_room_state_name(finding.state), finding.detail);
        CU_ASSERT_EQUAL(finding.state, rooms[i].state);
        CU_ASSERT_STRING_EQUAL(finding.detail, rooms[i].detail);
    }
}

static void test_an_interface_of_unknown_state_is_up_when_it_has_a_carrier(void)
{
    char root[300];
    struct pki_room_finding finding;
    const struct pki_room_place place = {.root = root};

    snprintf(root, sizeof(root), "%s/carrier", test_directory());
    make_file(root, "sys/class/net/usb0/operstate", "unknown\n");
    make_file(root, "sys/class/net/usb0/carrier", "1\n");
    pki_room_look(&place, PKI_ROOM_INTERFACES, &finding);
    CU_ASSERT_STRING_EQUAL(finding.detail, "usb0");
    make_file(root, "sys/class/net/usb0/carrier", "0\n");
    pki_room_look(&place, PKI_ROOM_INTERFACES, &finding);
    CU_ASSERT_EQUAL(finding.state, PKI_ROOM_GOOD);
}

static void test_a_quiet_room_is_good_but_for_the_image_that_nobody_read(void)
{
    const struct pki_room_policy policy = strict();
    const struct pki_room_place place = {.root = QUIET, .free = INT64_MAX};
    struct pki_error err = {0};
    struct pki_room room;

    pki_room_look_around(&place, &room);
    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++) {
        CU_ASSERT_PTR_EQUAL(room.findings[i].fact, pki_room_fact_get(i));
        CU_ASSERT_EQUAL(room.findings[i].state == PKI_ROOM_GOOD, i != PKI_ROOM_IMAGE);
    }
    CU_ASSERT_STRING_EQUAL(room.findings[PKI_ROOM_IMAGE].detail,
                           "it was not read, a live system, booted from /dev/sr0");
    EXPECT_OK(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err);
}

static void test_what_cannot_be_looked_at_is_not_good(void)
{
    const struct pki_room_policy policy = strict();
    const struct pki_room_place place = {.root = "/nowhere", .free = -1};
    struct pki_error err = {0};
    struct pki_room room;

    pki_room_look_around(&place, &room);
    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++)
        CU_ASSERT_EQUAL(room.findings[i].state, PKI_ROOM_UNKNOWN);
    EXPECT_FAILS(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("interfaces: /sys/class/net cannot be read (7 of its findings stop)");
}

static void test_a_long_list_says_that_there_is_more(void)
{
    char root[300];
    char file[80];
    struct pki_room_finding finding;
    const struct pki_room_place place = {.root = root};

    snprintf(root, sizeof(root), "%s/many", test_directory());
    for (unsigned i = 0; i < 60; i++) {
        snprintf(file, sizeof(file), "sys/class/net/enp%us0f0/operstate", i);
        make_file(root, file, "up\n");
    }
    pki_room_look(&place, PKI_ROOM_INTERFACES, &finding);
    CU_ASSERT_EQUAL(finding.state, PKI_ROOM_FOUND);
    CU_ASSERT_TRUE(strlen(finding.detail) < PKI_ROOM_DETAIL);
    CU_ASSERT_STRING_EQUAL(finding.detail + strlen(finding.detail) - 5, ", ...");
}

static void test_little_space_is_found(void)
{
    struct pki_room_finding finding;
    struct pki_room_place place = {.root = QUIET, .free = INT64_C(64) * 1024 * 1024};

    pki_room_look(&place, PKI_ROOM_SPACE, &finding);
    CU_ASSERT_EQUAL(finding.state, PKI_ROOM_GOOD);
    place.free--;
    pki_room_look(&place, PKI_ROOM_SPACE, &finding);
    CU_ASSERT_EQUAL(finding.state, PKI_ROOM_FOUND);
    CU_ASSERT_STRING_EQUAL(finding.detail, "65535 KiB");
}

/* --- the image ----------------------------------------------------------------------------- */

static void test_an_image_is_compared_with_the_digest_of_the_script(void)
{
    const struct pki_room_policy policy = strict();
    const uint8_t other[PKI_SHA256_SIZE] = {0};
    struct pki_room_image image = {.path = "boot.img", .expected = image.sha256};
    const struct pki_room_place place = {.root = QUIET, .free = INT64_MAX, .image = &image};
    struct pki_error err = {0};
    struct pki_room room;

    memset(image.sha256, 7, sizeof(image.sha256));
    pki_room_look_around(&place, &room);
    CU_ASSERT_EQUAL(room.findings[PKI_ROOM_IMAGE].state, PKI_ROOM_GOOD);
    image.expected = other;
    pki_room_look_around(&place, &room);
    CU_ASSERT_EQUAL(room.findings[PKI_ROOM_IMAGE].state, PKI_ROOM_FOUND);
    CU_ASSERT_EQUAL(policy.of[PKI_ROOM_IMAGE], PKI_ROOM_NOTE);
    EXPECT_FAILS(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("image: boot.img has another digest");
    image.expected = NULL;
    pki_room_look_around(&place, &room);
    CU_ASSERT_EQUAL(room.findings[PKI_ROOM_IMAGE].state, PKI_ROOM_UNKNOWN);
}

static void test_a_medium_is_digested_as_far_as_its_image_goes(void)
{
    struct pki_error err = {0};
    uint8_t expected[PKI_SHA256_SIZE];
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[300];

    make_file(test_directory(), "medium", "abcdef");
    snprintf(path, sizeof(path), "%s/medium", test_directory());
    pki_sha256((struct pki_bytes){(const uint8_t *)"abcdef", 6}, expected);
    EXPECT_OK(pki_room_digest_image(path, 0, NULL, sha256, &err), err);
    CU_ASSERT_EQUAL(memcmp(sha256, expected, sizeof(sha256)), 0);
    pki_sha256((struct pki_bytes){(const uint8_t *)"abc", 3}, expected);
    EXPECT_OK(pki_room_digest_image(path, 3, NULL, sha256, &err), err);
    CU_ASSERT_EQUAL(memcmp(sha256, expected, sizeof(sha256)), 0);
    EXPECT_FAILS(pki_room_digest_image(path, 7, NULL, sha256, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("has 6 octets, and the image has 7");
    EXPECT_FAILS(pki_room_digest_image("/dev/null", 0, NULL, sha256, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("neither a file nor a medium");
    EXPECT_FAILS(pki_room_digest_image("/nowhere", 0, NULL, sha256, &err), err, PKI_E_USAGE);
}

static bool stop(void *context, const struct pki_work *work)
{
    (void)context;
    return work->done == 0;
}

static void end(void *context)
{
    (void)context;
}

static void test_reading_a_medium_can_be_stopped(void)
{
    const struct pki_progress progress = {.look = stop, .end = end};
    struct pki_error err = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[300];

    make_file(test_directory(), "long", "abcdef");
    snprintf(path, sizeof(path), "%s/long", test_directory());
    EXPECT_FAILS(pki_room_digest_image(path, 0, &progress, sha256, &err), err, PKI_E_CANCELLED);
}

/* --- the policy ---------------------------------------------------------------------------- */

static void test_the_policy_says_what_stops(void)
{
    struct pki_room_policy policy = strict();
    const struct pki_room_place place = {.root = FIXTURES "/rooms/wired", .free = 0};
    struct pki_error err = {0};
    struct pki_room room;

    pki_room_look_around(&place, &room);
    EXPECT_FAILS(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("the room: interfaces: eth0 (3 of its findings stop)");
    EXPECT_FAILS(pki_room_refuse(&room, &policy, PKI_ROOM_NETWORK, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("(2 of its findings stop)");
    policy.of[PKI_ROOM_INTERFACES] = PKI_ROOM_NOTE;
    policy.of[PKI_ROOM_ROUTES] = PKI_ROOM_NOTE;
    EXPECT_OK(pki_room_refuse(&room, &policy, PKI_ROOM_NETWORK, &err), err);
    EXPECT_FAILS(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("space: 0 KiB (1 of its findings stops)");
    policy.of[PKI_ROOM_SPACE] = PKI_ROOM_NOTE;
    EXPECT_OK(pki_room_refuse(&room, &policy, PKI_ROOM_ALL, &err), err);
}

/* --- clocks -------------------------------------------------------------------------------- */

static void test_clocks_within_the_bound_agree_and_the_difference_is_kept(void)
{
    const struct pki_room_policy policy = strict();
    struct pki_error err = {0};
    struct pki_room_clock clock;

    EXPECT_OK(pki_room_compare_clocks("2026-03-01T12:00:00Z", NOON + 60, &policy, &clock, &err),
              err);
    CU_ASSERT_EQUAL(clock.ahead, 60);
    CU_ASSERT_STRING_EQUAL(clock.detail, "second clock 2026-03-01T12:00:00Z, this one "
                                         "2026-03-01T12:01:00Z, 60 s ahead");
    EXPECT_OK(pki_room_compare_clocks("2026-03-01T12:00:00Z", NOON - 60, &policy, &clock, &err),
              err);
    CU_ASSERT_EQUAL(clock.ahead, -60);
    CU_ASSERT_PTR_NOT_NULL(strstr(clock.detail, "60 s behind"));
}

static void test_clocks_that_are_apart_are_refused_unless_that_is_noted(void)
{
    struct pki_room_policy policy = strict();
    struct pki_error err = {0};
    struct pki_room_clock clock;

    EXPECT_FAILS(pki_room_compare_clocks("2026-03-01T12:00:00Z", NOON + 61, &policy, &clock, &err),
                 err, PKI_E_INVALID);
    EXPECT_TEXT("61 s ahead; 60 s are allowed");
    EXPECT_FAILS(pki_room_compare_clocks("2026-03-01T13:00:00Z", NOON, &policy, &clock, &err), err,
                 PKI_E_INVALID);
    CU_ASSERT_EQUAL(clock.ahead, -3600);
    policy.of[PKI_ROOM_CLOCK] = PKI_ROOM_NOTE;
    EXPECT_OK(pki_room_compare_clocks("2026-03-01T13:00:00Z", NOON, &policy, &clock, &err), err);
    CU_ASSERT_EQUAL(clock.ahead, -3600);
    EXPECT_FAILS(pki_room_compare_clocks("noon", NOON, &policy, &clock, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo look[] = {
        {"each fact is found where the kernel tells it",
         test_each_fact_is_found_where_the_kernel_tells_it},
        {"an interface of unknown state is up when it has a carrier",
         test_an_interface_of_unknown_state_is_up_when_it_has_a_carrier},
        {"a quiet room is good but for the image that nobody read",
         test_a_quiet_room_is_good_but_for_the_image_that_nobody_read},
        {"what cannot be looked at is not good", test_what_cannot_be_looked_at_is_not_good},
        {"a long list says that there is more", test_a_long_list_says_that_there_is_more},
        {"little space is found", test_little_space_is_found},
        CU_TEST_INFO_NULL,
    };
    CU_TestInfo image[] = {
        {"an image is compared with the digest of the script",
         test_an_image_is_compared_with_the_digest_of_the_script},
        {"a medium is digested as far as its image goes",
         test_a_medium_is_digested_as_far_as_its_image_goes},
        {"reading a medium can be stopped", test_reading_a_medium_can_be_stopped},
        CU_TEST_INFO_NULL,
    };
    CU_TestInfo policy[] = {
        {"the policy says what stops", test_the_policy_says_what_stops},
        {"clocks within the bound agree and the difference is kept",
         test_clocks_within_the_bound_agree_and_the_difference_is_kept},
        {"clocks that are apart are refused unless that is noted",
         test_clocks_that_are_apart_are_refused_unless_that_is_noted},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "look", .pTests = look},
                             {.pName = "image", .pTests = image},
                             {.pName = "policy", .pTests = policy},
                             CU_SUITE_INFO_NULL};

    return test_run(suites);
}
