/*
 * What crosses an air gap as codes: a thing of some hundred octets as numbered
 * texts, each of which fits a QR code that fits a console (docs/FRAMES.md):
 *
 *   RC1 CERT 3/9 7QK3ZD5A GIYTCMJS... WX2P
 *   |   |    |   |        |           first characters of the digest of what is before it
 *   |   |    |   |        octets of this frame, base32
 *   |   |    |   first characters of the digest of kind and whole
 *   |   |    number of this frame, and of how many
 *   |   what the whole is
 *   the format
 *
 * The texts come back in any order, some of them twice. What is damaged,
 * missing or of something else is named. The digests find accidents: who can
 * write frames can write good ones.
 */
#ifndef PKI_CEREMONY_FRAMES_H
#define PKI_CEREMONY_FRAMES_H

#include "base/buf.h"

#define PKI_FRAME_TEXT   122 /* characters: QR version 5 at level M */
#define PKI_FRAME_OCTETS 55  /* of the whole, in each frame but the last */
#define PKI_FRAMES_MAX   99
#define PKI_FRAME_DIGEST 8 /* characters */

enum pki_frame_kind {
    PKI_FRAME_CERTIFICATE, /* DER */
    PKI_FRAME_REQUEST,     /* DER */
    PKI_FRAME_CRL,         /* DER */
    PKI_FRAME_FINGERPRINT, /* 32 octets: a SHA-256 */
    PKI_FRAME_HEAD,        /* 32 octets: of a journal or a transcript */
    PKI_FRAME_KINDS
};
/** What the whole is, for people: "certificate". */
const char *pki_frame_kind_title(enum pki_frame_kind kind);

struct pki_frames {
    enum pki_frame_kind kind;
    char digest[PKI_FRAME_DIGEST + 1];
    char texts[PKI_FRAMES_MAX][PKI_FRAME_TEXT + 1];
    size_t n;
};

/** Fails: PKI_E_USAGE nothing, or more than PKI_FRAMES_MAX frames hold */
PKI_CHECKED bool pki_frames_split(enum pki_frame_kind kind, struct pki_bytes whole,
                                  struct pki_frames *frames, struct pki_error *err);

/* What has come back so far; zero-initialised. */
struct pki_frames_back {
    enum pki_frame_kind kind;
    char digest[PKI_FRAME_DIGEST + 1];
    size_t of; /* 0: none came yet */
    size_t sizes[PKI_FRAMES_MAX];
    uint8_t parts[PKI_FRAMES_MAX][PKI_FRAME_OCTETS];
};

/**
 * Take in lines, one frame each, as a scanner printed them ("QR-Code:" before it is left out).
 *
 * @name   shown in errors
 * Fails:  PKI_E_FORMAT "NAME:LINE: ..." no frame, damaged, of another thing than those before
 */
PKI_CHECKED bool pki_frames_take(struct pki_frames_back *back, const char *name,
                                 struct pki_bytes lines, struct pki_error *err);

/** The whole, once every frame is there. Fails: PKI_E_FORMAT which are missing, or that the whole
 *  is not the one that was split; PKI_E_MEMORY */
PKI_CHECKED bool pki_frames_join(const struct pki_frames_back *back, struct pki_buf *whole,
                                 struct pki_error *err);

#endif
