/*
 * Countersignatures of a ceremony's head. A witness signs head.txt with a key of
 * their own, on their own machine, and the signature is laid into the record as
 * witness-NAME.sig:
 *
 *   ssh-keygen -Y sign -f KEY -n root-cellar-ceremony <head.txt >witness-ann.sig
 *   minisign -S -s KEY -m head.txt -x witness-ann.sig
 *
 * Head and script of the ceremony stand in that text, so it is none of another
 * one. Who checks brings the public keys: the record's own word for who signed
 * counts for nothing.
 */
#ifndef PKI_OPS_WITNESS_H
#define PKI_OPS_WITNESS_H

#include "pki/report.h"
#include "crypto/minisign.h"
#include "crypto/ssh.h"

#define PKI_WITNESS_PRINT PKI_SSH_FINGERPRINT /* the longer of the two */

struct pki_witness {
    enum pki_witness_tool {
        PKI_WITNESS_SSH,
        PKI_WITNESS_MINISIGN
    } tool;
    struct pki_ssh_key ssh; /* that of the tool; the other is empty */
    struct pki_minisign_key minisign;
    char print[PKI_WITNESS_PRINT];
    char name[80]; /* as the file of keys has it; not safe to print */
    bool has_signed;
};

struct pki_witnesses {
    struct pki_witness *list;
    size_t n;
};
void pki_witnesses_clear(struct pki_witnesses *witnesses);

/**
 * Public keys, a line each: `TYPE BASE64 COMMENT` as in OpenSSH's KEY.pub, `RW...` as in
 * minisign's; with a name in front as in a file of allowed signers. Empty lines, those with "#" in
 * front and minisign's untrusted comments are left out. Adds to those that are there.
 *
 * Fails: PKI_E_USAGE names the line; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_witnesses_parse(const char *file, struct pki_bytes text,
                                     struct pki_witnesses *witnesses, struct pki_error *err);
/** The same from a file. Fails: PKI_E_USAGE, PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_witnesses_read(const char *file, struct pki_witnesses *witnesses,
                                    struct pki_error *err);

/* One of a record's files. */
struct pki_countersignature {
    char print[PKI_WITNESS_PRINT]; /* of the key that it names */
    const struct pki_witness *by;  /* whose key verified it; NULL: none of those given */
};

/**
 * Check one against the keys, and note who has signed.
 *
 * Fails: PKI_E_INTEGRITY it is none, or none of this head by the key that it names, where that is
 *        one of those given
 */
PKI_CHECKED bool pki_witnesses_verify(struct pki_witnesses *witnesses, struct pki_bytes head,
                                      struct pki_bytes text, struct pki_countersignature *found,
                                      struct pki_error *err);

/**
 * Check all that lie in a record, and tell of each.
 *
 * Fails: PKI_E_INTEGRITY as above, or a key that was given has not signed; PKI_E_USAGE, PKI_E_IO
 */
PKI_CHECKED bool pki_witnesses_check(int dir, struct pki_bytes head,
                                     struct pki_witnesses *witnesses, struct pki_report *report,
                                     struct pki_error *err);

#endif
