/*
 * A cellar for tests of the duties: a real one in a directory of its own, made
 * by pki_init, with the seams as plain variables.
 *
 *   const char *cellar = fixture_cellar("issue");   init only
 *   fixture_root(cellar);                           and its root
 *   pki_auto(pki_session) session = fixture_open(cellar);
 */
#ifndef OPS_FIXTURE_H
#define OPS_FIXTURE_H

#include "pki/init.h"
#include "pki/ops.h"
#include "ops/session.h"
#include "test.h"

/* 2027-01-01T00:00:00Z */
#define FIXTURE_NOW INT64_C(1798761600)

/* What the seams answer; fixture_room_reset puts all back. */
struct fixture_room {
    int64_t now;
    int64_t build_date;
    const char *root; /* below which proc and sys lie */
};
extern struct fixture_room fixture_room;
#define FIXTURE_WIRED FIXTURES "/rooms/wired"
void fixture_room_reset(void);

/* How the next passphrases are answered. */
struct fixture_answers {
    const char *only;    /* answer just this key's; NULL: all */
    const char *instead; /* what is answered, for that key or for all; NULL: its own */
    bool cancel;         /* the operator walks away */
    char asked[2000];    /* names in order, "fresh" behind a new one: "root-g1 x-g1+ " */
};
extern struct fixture_answers fixture_answers;
struct pki_prompts fixture_prompts(void);

/** Write a file into the test's directory; its path, kept. */
const char *fixture_file(const char *name, const char *text);

/** The hierarchy that the tests use, with one text replaced by another ("" and "": as it is). */
const char *fixture_hierarchy(const char *part, const char *instead);

/** A new cellar of this name; its path, kept. */
const char *fixture_cellar(const char *name);
/** The same from a hierarchy with a part replaced. */
const char *fixture_cellar_with(const char *name, const char *part, const char *instead);

struct pki_session *fixture_open(const char *cellar);
struct pki_session *fixture_open_with(const char *cellar, const char *override);
struct pki_session *fixture_read(const char *cellar);

/** Sign the root, and a line, and look that it worked. */
void fixture_root(const char *cellar);
void fixture_line(const char *cellar, const char *environment, const char *purpose);

/** Make a key elsewhere; the path of its request, kept. */
const char *fixture_request(const char *name, const char *algorithm);

/** A report as text; malloc'd. */
char *fixture_text(const struct pki_report *report);

/** Entries in the journal, and reservations that are open. */
int64_t fixture_entries(const char *cellar);
size_t fixture_reserved(const char *cellar);

#endif
