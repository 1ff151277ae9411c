#include "ceremony/room.h"

#include "pki/time.h"

#define CLOCK_WITHIN 60

static const struct pki_room_fact facts[PKI_ROOM_FACTS] = {
    [PKI_ROOM_INTERFACES] = {.name = "interfaces",
                             .sentence = "No network interface but loopback is up.",
                             .network = true},
    [PKI_ROOM_ROUTES] = {.name = "routes",
                         .sentence = "No route leads out of this machine.",
                         .network = true},
    [PKI_ROOM_RADIOS] = {.name = "radios",
                         .sentence = "Every radio (WLAN, Bluetooth, ...) is blocked.",
                         .network = true},
    [PKI_ROOM_SWAP] = {.name = "swap", .sentence = "No memory is written to a disk."},
    [PKI_ROOM_CORE_PATTERN] = {.name = "core_pattern",
                               .sentence = "Memory of a crashed program goes to no other program.",
                               .otherwise = PKI_ROOM_NOTE},
    [PKI_ROOM_MEDIA] = {.name = "media",
                        .sentence = "Nothing is mounted but the system itself.",
                        .otherwise = PKI_ROOM_NOTE},
    [PKI_ROOM_IMAGE] = {.name = "image",
                        .sentence = "The boot medium has the digest that the script names.",
                        .otherwise = PKI_ROOM_NOTE},
    [PKI_ROOM_DEBUGGER] = {.name = "debugger", .sentence = "Nothing traces this program."},
    [PKI_ROOM_SPACE] = {.name = "space",
                        .sentence = "There are 64 MiB free where the ceremony is recorded."},
    [PKI_ROOM_ENTROPY] = {.name = "entropy",
                          .sentence = "The kernel's generator has been seeded (128 bits)."},
    [PKI_ROOM_CLOCK] = {.name = "clock", .sentence = "The clock agrees with a second one."},
};

static const char *const verdicts[] = {[PKI_ROOM_STOP] = "stop", [PKI_ROOM_NOTE] = "note"};

const struct pki_room_fact *pki_room_fact_get(size_t n)
{
    return n < PKI_ROOM_FACTS ? &facts[n] : NULL;
}

const char *pki_room_fact_name(size_t n)
{
    return n < PKI_ROOM_FACTS ? facts[n].name : NULL;
}

const char *pki_room_verdict_name(size_t n)
{
    return n < PKI_COUNT(verdicts) ? verdicts[n] : NULL;
}

const char *pki_room_state_name(enum pki_room_state state)
{
    static const char *const names[] = {
        [PKI_ROOM_GOOD] = "good", [PKI_ROOM_FOUND] = "found", [PKI_ROOM_UNKNOWN] = "unknown"};

    return names[state];
}

void pki_room_policy_default(struct pki_room_policy *policy)
{
    for (size_t i = 0; i < PKI_ROOM_FACTS; i++)
        policy->of[i] = facts[i].otherwise;
    policy->clock_within = CLOCK_WITHIN;
}

enum pki_room_verdict pki_room_judge(const struct pki_room_finding *finding,
                                     const struct pki_room_policy *policy)
{
    bool differs = finding->fact == &facts[PKI_ROOM_IMAGE] && finding->state == PKI_ROOM_FOUND;

    return differs ? PKI_ROOM_STOP : policy->of[finding->fact - facts];
}

bool pki_room_refuse(const struct pki_room *room, const struct pki_room_policy *policy,
                     enum pki_room_part part, struct pki_error *err)
{
    const struct pki_room_finding *first = NULL;
    size_t stops = 0;

    for (size_t i = 0; i < PKI_ROOM_LOOKS; i++) {
        const struct pki_room_finding *finding = &room->findings[i];
        if (finding->state == PKI_ROOM_GOOD ||
            (part == PKI_ROOM_NETWORK && !finding->fact->network))
            continue;
        if (pki_room_judge(finding, policy) != PKI_ROOM_STOP)
            continue;
        first = first ? first : finding;
        stops++;
    }
    return !first || pki_fail(err, PKI_E_INVALID, "the room: %s: %s (%zu of its findings stop%s)",
                              first->fact->name, first->detail, stops, stops == 1 ? "s" : "");
}

bool pki_room_compare_clocks(const char *typed, int64_t ours, const struct pki_room_policy *policy,
                             struct pki_room_clock *clock, struct pki_error *err)
{
    char here[PKI_TIME_TEXT];
    char there[PKI_TIME_TEXT];
    int64_t second = 0;

    if (!pki_time_parse(typed, &second, err))
        return false;
    int64_t ahead = ours - second;
    int64_t apart = ahead < 0 ? -ahead : ahead;
    *clock = (struct pki_room_clock){
        .second = second, .ours = ours, .ahead = ahead, .near = apart <= policy->clock_within};
    (void)snprintf(clock->detail, sizeof(clock->detail), "second clock %s, this one %s, %lld s %s",
                   pki_time_format(second, there), pki_time_format(ours, here), (long long)apart,
                   ahead < 0 ? "behind" : "ahead");
    return clock->near || policy->of[PKI_ROOM_CLOCK] == PKI_ROOM_NOTE ||
           pki_fail(err, PKI_E_INVALID,
                    "the clock: %s; %u s are allowed: set this machine's clock (UTC), or type the "
                    "second one's time again",
                    clock->detail, policy->clock_within);
}
