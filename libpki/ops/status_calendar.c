#include "ops/status_calendar.h"

#include <stdio.h>

#include "pki/session.h"
#include "base/ical.h"
#include "base/text.h"

struct calendar {
    char cellar[33]; /* its id in hex */
    const char *organization;
    int64_t now;
    struct pki_buf *out;
};

static void write_uid(const struct calendar *calendar, const struct pki_due *due)
{
    char uid[2 * PKI_NAME_MAX + 64];

    (void)snprintf(uid, sizeof(uid), "%s-%s@%s", due->what, due->name, calendar->cellar);
    for (char *at = uid; *at; at++)
        if (*at == ' ')
            *at = '-';
    pki_ical_text(calendar->out, "UID", uid);
}

/* A week ahead: time to fetch the laptop from its safe. */
static void write_alarm(const struct calendar *calendar, const char *summary)
{
    pki_ical_plain(calendar->out, "BEGIN", "VALARM");
    pki_ical_plain(calendar->out, "ACTION", "DISPLAY");
    pki_ical_plain(calendar->out, "TRIGGER", "-P7D");
    pki_ical_text(calendar->out, "DESCRIPTION", summary);
    pki_ical_plain(calendar->out, "END", "VALARM");
}

static void write_event(const struct calendar *calendar, const struct pki_due *due,
                        struct pki_buf *scratch)
{
    char summary[2 * PKI_NAME_MAX + 64];

    scratch->size = 0;
    pki_buf_printf(scratch, "%s: %s of %s, by now at the latest.\nRun: %s", calendar->organization,
                   due->what, due->name, due->command);
    pki_buf_byte(scratch, 0);
    (void)snprintf(summary, sizeof(summary), "%s of %s", due->what, due->name);
    pki_ical_plain(calendar->out, "BEGIN", "VEVENT");
    write_uid(calendar, due);
    pki_ical_time(calendar->out, "DTSTAMP", calendar->now);
    pki_ical_time(calendar->out, "DTSTART", due->when);
    pki_ical_text(calendar->out, "SUMMARY", summary);
    pki_ical_text(calendar->out, "DESCRIPTION", scratch->data ? (const char *)scratch->data : "");
    pki_ical_plain(calendar->out, "TRANSP", "TRANSPARENT"); /* nobody is busy by it */
    if (due->when > calendar->now)
        write_alarm(calendar, summary);
    pki_ical_plain(calendar->out, "END", "VEVENT");
}

static bool describe_cellar(struct pki_session *session, struct calendar *calendar,
                            struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_cellar_row cellar = {0};
    pki_scope(pki_buf) hex = {0};

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_store_cellar(session->store, &cellar, err))
        return false;
    pki_hex(&hex, (struct pki_bytes){cellar.id, sizeof(cellar.id)});
    if (!pki_buf_ok(&hex, err))
        return false;
    (void)snprintf(calendar->cellar, sizeof(calendar->cellar), "%.*s", (int)hex.size,
                   (const char *)hex.data);
    calendar->organization = hierarchy->organization;
    calendar->now = pki_session_now(session);
    return true;
}

bool pki_status_calendar_write(struct pki_session *session, const struct pki_dues *dues,
                               struct pki_buf *out, struct pki_error *err)
{
    struct calendar calendar = {.out = out};
    pki_scope(pki_buf) scratch = {0};

    if (!describe_cellar(session, &calendar, err))
        return false;
    pki_ical_plain(out, "BEGIN", "VCALENDAR");
    pki_ical_plain(out, "VERSION", "2.0");
    pki_ical_plain(out, "PRODID", "-//Root Cellar//cellar-status//EN");
    for (size_t i = 0; i < dues->n; i++)
        write_event(&calendar, &dues->list[i], &scratch);
    pki_ical_plain(out, "END", "VCALENDAR");
    return pki_buf_ok(&scratch, err) && pki_buf_ok(out, err);
}
