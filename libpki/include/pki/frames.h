/*
 * What crosses an air gap as QR codes: a certificate, a request, a CRL, a
 * fingerprint, a head of a journal or a ceremony; cut into frames, each of
 * which fits a console of 80 by 25 (docs/FRAMES.md).
 *
 *   pki_auto(pki_frames) frames = NULL;
 *   if (!pki_frames_load("root.crt", false, &frames, err))
 *       return false;
 *   for (size_t i = 0; i < pki_frames_count(frames); i++)
 *       if (!pki_frames_show(frames, i, report, err))
 *           return false;
 *
 * A private key is never shown so. Frames are for carrying, not for trusting:
 * what they bring is compared as if it had come on a medium.
 */
#ifndef PKI_FRAMES_H
#define PKI_FRAMES_H

#include "pki/report.h"

struct pki_frames;

/**
 * The frames of a file: one certificate, request or CRL, PEM or DER; or the head in a ceremony's
 * head.txt or in a seal.
 *
 * @fingerprint  only the SHA-256 of its DER, one frame
 * Fails:  PKI_E_FORMAT none of these, or more than one; PKI_E_USAGE it cannot be read, or is too
 *         large for frames; PKI_E_POLICY a private key
 */
PKI_CHECKED bool pki_frames_load(const char *path, bool fingerprint, struct pki_frames **frames,
                                 struct pki_error *err);
size_t pki_frames_count(const struct pki_frames *frames);
void pki_frames_free(struct pki_frames *frames);
PKI_DEFINE_AUTO(pki_frames)

/** Frame `index`, from 0 on: drawn on paper, its text in JSON. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_frames_show(const struct pki_frames *frames, size_t index,
                                 struct pki_report *report, struct pki_error *err);

/** All of them as one picture. @to  a new file, .svg. Fails: PKI_E_USAGE another name; as
 *  pki_file_write_new */
PKI_CHECKED bool pki_frames_write(const struct pki_frames *frames, const char *to, bool dry_run,
                                  struct pki_report *report, struct pki_error *err);

struct pki_frames_read_request {
    const char *const *paths; /* files of frames, one a line, in any order */
    size_t n_paths;
    const char *to; /* a new file for what they bring, PEM; or NULL */
    int64_t now;    /* to say whether it is valid */
    bool dry_run;
};

/**
 * Put frames together again, describe what they bring, and write it.
 *
 * Fails:  PKI_E_FORMAT with file and line: no frame, damaged, missing, of two things, not what
 *         they say; PKI_E_USAGE a fingerprint or head is not written; PKI_E_EXISTS; PKI_E_IO
 */
PKI_CHECKED bool pki_frames_read(const struct pki_frames_read_request *request,
                                 struct pki_report *report, struct pki_error *err);

#endif
