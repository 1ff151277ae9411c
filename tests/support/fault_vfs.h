/*
 * What SQLite asks of the system counts, and fails, with the calls of fault.h:
 * every open, write, truncate, sync and removal of a file of its own, and the
 * sync of the directory behind a removal.
 */
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

#include <stdbool.h>

/** Before the first connection. */
void fault_vfs_install(void);

/** Whether, after the call that failed, every other fails too, as when power or medium is gone;
 *  until fault_stop. */
void fault_vfs_stay_down(bool down);

#endif
