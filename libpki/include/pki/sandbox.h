/*
 * What every tool does before it reads its first argument.
 *
 * pki_harden: no core dumps, not dumpable, no new privileges, umask 077.
 * pki_sandbox_enter: a seccomp filter under which making a network socket, or
 * running another program, ends the process (SIGSYS). UNIX sockets are denied
 * too; a later PKCS#11 mode has a filter of its own. A build with the leak
 * sanitizer keeps ptrace, which that sanitizer needs.
 *
 * Fails: PKI_E_IO when the kernel refuses; a tool then ends, it never runs bare.
 */
#ifndef PKI_SANDBOX_H
#define PKI_SANDBOX_H

#include "pki/error.h"

PKI_CHECKED bool pki_harden(struct pki_error *err);
PKI_CHECKED bool pki_sandbox_enter(struct pki_error *err);

/** The same for `cellar` and for the runner of ceremonies, whose duty is to run their siblings: no
 *  network, but execve. */
PKI_CHECKED bool pki_sandbox_enter_front(struct pki_error *err);

#endif
