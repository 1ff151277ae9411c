/*
 * What a script says of itself: its days, its purpose, its length.
 */
#include <ctype.h>

#include "pki/time.h"
#include "base/utf8.h"
#include "ceremony/script_lint.h"

#define DAY       86400
#define TWO_YEARS (732 * (int64_t)DAY)

static void check_valid_now(struct pki_script_judge *judge, const struct pki_script *script)
{
    char day[PKI_TIME_TEXT];

    if (judge->now < script->valid_from)
        pki_script_find(judge, 0, "it is valid from %s on",
                        pki_time_format(script->valid_from, day));
    if (judge->now > script->valid_until) {
        pki_script_find(judge, 0,
                        "its last day was %.10s: read it again as a whole, then give it new days",
                        pki_time_format(script->valid_until, day));
    }
}

static void check_reviewed(struct pki_script_judge *judge, const struct pki_script *script)
{
    int64_t length = script->valid_until - script->valid_from;

    if (length > TWO_YEARS)
        pki_script_find(judge, 0, "it is valid for %lld days", (long long)(length / DAY));
}

/* "<name>", but not "a < b". */
static bool has_brackets(const char *text)
{
    for (const char *open = strchr(text, '<'); open; open = strchr(open + 1, '<')) {
        const char *close = strchr(open, '>');
        if (close && close > open + 1 && isalpha((unsigned char)open[1]) &&
            isalnum((unsigned char)close[-1]))
            return true;
    }
    return false;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length]))
            return true;
    return false;
}

static const char *placeholder(const char *text)
{
    /* Their first letters as octets: such words of our own are findings of a check. */
    static const char *const words[] = {"\x54ODO", "TBD", "\x46IXME", "\x58XX", "CHANGEME"};
    static const char *const marks[] = {"???", "___", "{{", "…"};

    for (size_t i = 0; i < PKI_COUNT(words); i++)
        if (has_word(text, words[i]))
            return words[i];
    for (size_t i = 0; i < PKI_COUNT(marks); i++)
        if (strstr(text, marks[i]))
            return marks[i];
    return has_brackets(text) ? "<...>" : NULL;
}

static void check_no_placeholder(struct pki_script_judge *judge, const struct pki_script *script)
{
    const struct pki_yaml_node *node = pki_yaml_root(script->yaml);

    for (; node; node = pki_yaml_next(node)) {
        const char *text = pki_yaml_peek(node);
        const char *found = text ? placeholder(text) : NULL;
        if (found)
            pki_script_find(judge, pki_yaml_line(node), "\"%s\" is left in it: write what is meant",
                            found);
    }
}

static void check_duty_there(struct pki_script_judge *judge, const struct pki_script *script)
{
    pki_scope(pki_buf) names = {0};

    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_duty *duty = script->steps[i].act.duty;
        if (duty && (duty->main & 1u << script->type))
            return;
    }
    for (size_t n = 0; pki_duty_get(n); n++)
        if (pki_duty_get(n)->main & 1u << script->type)
            pki_buf_printf(&names, "%s%s", names.size > 0 ? " or " : "", pki_duty_get(n)->name);
    pki_script_find(judge, 0, "a ceremony of type %s has a step with the duty %.*s",
                    pki_script_type_name(script->type), (int)names.size, names.data);
}

static void check_minutes(struct pki_script_judge *judge, const struct pki_script *script)
{
    unsigned sum = 0;

    for (size_t i = 0; i < script->n_steps; i++)
        sum += script->steps[i].minutes;
    if (sum > script->minutes || sum < script->minutes / 2)
        pki_script_find(judge, 0, "the steps take %u minutes, expect_minutes says %u", sum,
                        script->minutes);
}

static size_t points(const char *text)
{
    size_t n = 0;

    for (size_t left = strlen(text); left > 0; n++) {
        uint32_t point = 0;
        size_t length = pki_utf8_decode((const uint8_t *)text, left, &point);
        length = length > 0 ? length : 1;
        text += length;
        left -= length;
    }
    return n;
}

static void check_fit(struct pki_script_judge *judge, const struct pki_script_step *step,
                      const char *what, const char *text, size_t room)
{
    size_t n = text ? points(text) : 0;

    if (n > room)
        pki_script_find(judge, step->line, "step %s: %s has %zu characters, %zu fit", step->id,
                        what, n, room);
}

static void check_fits_screen(struct pki_script_judge *judge, const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct pki_script_step *step = &script->steps[i];
        check_fit(judge, step, "title", step->title, 60);
        check_fit(judge, step, "read_aloud", step->read_aloud, 560);
        check_fit(judge, step, "ask", step->act.question, 280);
        check_fit(judge, step, "confirm", step->confirm_type, 64);
    }
}

/* What would give a key away to whoever waits for it, or date what it signs wrongly. */
static void check_room_stops(struct pki_script_judge *judge, const struct pki_script *script)
{
    static const enum pki_room_fact_id facts[] = {PKI_ROOM_INTERFACES, PKI_ROOM_ROUTES,
                                                  PKI_ROOM_RADIOS,     PKI_ROOM_SWAP,
                                                  PKI_ROOM_DEBUGGER,   PKI_ROOM_CLOCK};
    bool opens_key = false;

    for (size_t i = 0; i < script->n_steps; i++)
        opens_key =
            opens_key || (script->steps[i].act.duty && script->steps[i].act.duty->opens_key);
    for (size_t i = 0; opens_key && i < PKI_COUNT(facts); i++) {
        if (script->room.of[facts[i]] == PKI_ROOM_NOTE) {
            pki_script_find(judge, script->room_line,
                            "%s: only noted, and a key is opened: say stop",
                            pki_room_fact_name(facts[i]));
        }
    }
}

static const struct pki_script_rule rules[] = {
    {"valid_now", PKI_LINT_ERROR, "A script is valid on the day on which it is run.",
     "Mozilla 1921598", check_valid_now},
    {"reviewed", PKI_LINT_WARNING, "A script is valid for two years at most: procedures age.",
     "Mozilla 1921598", check_reviewed},
    {"no_placeholder", PKI_LINT_ERROR, "Nothing is left to be filled in.", "IANA root KSK",
     check_no_placeholder},
    {"duty_there", PKI_LINT_ERROR, "A script has the duty that its type is named after.",
     "Mozilla 1895006", check_duty_there},
    {"minutes_add_up", PKI_LINT_WARNING, "The steps fill the expected time, and no more.",
     "Juicebox ceremony", check_minutes},
    {"fits_screen", PKI_LINT_WARNING, "What is read aloud or typed fits a screen of 80 by 25.",
     "Juicebox ceremony", check_fits_screen},
    {"room_stops", PKI_LINT_WARNING,
     "Network, radios, swap, debugger and clock stop a ceremony that opens a key.",
     "docs/CEREMONY.md", check_room_stops},
};

PKI_SCRIPT_TABLE(pki_script_rules_whole, rules);
