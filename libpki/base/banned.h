/*
 * Calls that this project does not make; force-included into every source.
 * Each has a counterpart that knows its bounds or reports its failure.
 */
#ifndef PKI_BASE_BANNED_H
#define PKI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#pragma GCC poison gets strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison atoi atol atoll atof system popen tmpnam mktemp tempnam
#pragma GCC poison setenv putenv rand srand srandom gmtime localtime ctime asctime

/* gnutls.h has a parameter of this name, so the word itself cannot be poisoned. */
long random(void) __attribute__((__deprecated__("see crypto/random.h")));

#endif
