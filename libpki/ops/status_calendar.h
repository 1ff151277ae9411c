/*
 * What has to be done, as an iCalendar (RFC 5545): an event each, with the
 * command to run. An event's UID is made of the cellar, the duty and whom it is
 * about: a calendar that reads the next edition moves the event, and does not
 * show it twice.
 */
#ifndef PKI_OPS_STATUS_CALENDAR_H
#define PKI_OPS_STATUS_CALENDAR_H

#include "base/buf.h"
#include "ops/session.h"
#include "ops/status_due.h"

PKI_CHECKED bool pki_status_calendar_write(struct pki_session *session, const struct pki_dues *dues,
                                           struct pki_buf *out, struct pki_error *err);

#endif
