/*
 * A cellar, a backup of it, and what the world saw after the backup was taken.
 */
#ifndef BACKUP_FIXTURE_H
#define BACKUP_FIXTURE_H

#include "pki/backup.h"
#include "rotation_fixture.h"

/** A path in the test's directory; kept. */
const char *fixture_path(const char *a, const char *b);

/** The same as a directory that is made; kept. */
const char *fixture_directory(const char *name);

/** Back a cellar up; the generation's directory, kept. */
const char *fixture_backup(const char *cellar, const char *medium);

/** Restore with nothing seen, or with one manifest; the first failure is in err. */
bool fixture_restore(const char *from, const char *to, const char *seen, struct pki_error *err);

#endif
