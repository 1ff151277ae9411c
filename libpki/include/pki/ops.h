/*
 * The duties of a cellar, one function or one prepare-sign pair each.
 *
 * A signing duty runs in steps that a person sees: prepare makes a draft (the
 * to-be-signed bodies, built and linted; nothing signed, nothing reserved);
 * the tool shows it and asks for the name; pki_draft_sign reserves, signs
 * exactly those bytes, checks, records; pki_draft_abandon records that it was
 * declined. A draft can be neither changed nor signed twice.
 *
 *   pki_auto(pki_draft) draft = NULL;
 *   if (!pki_issue_prepare(session, &request, &draft, err)) ...
 *   pki_draft_describe(draft, report, err); ask for pki_draft_name(draft)
 *   pki_draft_sign(session, PKI_TAKE(draft), report, err)
 *
 * Every duty fills a report for its result: what was made, fingerprints in hex
 * and words, files, and "Next": the command that usually follows.
 */
#ifndef PKI_OPS_H
#define PKI_OPS_H

#include "pki/session.h"

/* --- drafts ---------------------------------------------------------------------------------- */

struct pki_draft;
void pki_draft_free(struct pki_draft *draft);
PKI_DEFINE_AUTO(pki_draft)
/** The name that must be typed to confirm: the first subject's common name, or what stands for
 *  it; borrowed from the draft. */
const char *pki_draft_name(const struct pki_draft *draft);

/** Everything that will be signed: each body's fields, key fingerprint in hex and words, digest of
 *  the body, what a request asked for (not copied), lint findings below error. */
PKI_CHECKED bool pki_draft_describe(const struct pki_draft *draft, struct pki_report *report,
                                    struct pki_error *err);

/** Write each body as a certificate under a throw-away key (PEM), for other linters.
 *  Fails: PKI_E_EXISTS */
PKI_CHECKED bool pki_draft_review(const struct pki_draft *draft, const char *path,
                                  struct pki_error *err);

/**
 * Reserve, sign, check, record; consumes the draft also on failure.
 *
 * Effects: key files of fresh keys, written, read back and test-signed before the certificate is
 *          signed; one durable transaction for the reservations, one for the records
 * Fails:   PKI_E_STATE the cellar has moved on since the draft; PKI_E_PASSPHRASE; PKI_E_CRYPTO;
 *          PKI_E_IO; PKI_E_INTEGRITY an issuer's file differs from the record. What was reserved
 *          is then recorded as abandoned
 */
PKI_CHECKED bool pki_draft_sign(struct pki_session *session, struct pki_draft *draft,
                                struct pki_report *report, struct pki_error *err);

/** Record that the draft was declined; consumes it. */
PKI_CHECKED bool pki_draft_abandon(struct pki_session *session, struct pki_draft *draft,
                                   const char *why, struct pki_error *err);

/** The root's key and self-signed certificate. Fails: PKI_E_NOTFOUND no such root in the
 *  hierarchy; PKI_E_STATE it exists; PKI_E_POLICY network, clock, lint */
PKI_CHECKED bool pki_root_prepare(struct pki_session *session, const char *root,
                                  struct pki_draft **draft, struct pki_error *err);

/** Its successor, with a cross-certificate by the root before it where a line below signs code or
 *  stamps time. That root retires. Fails: as above; PKI_E_STATE there is none to succeed */
PKI_CHECKED bool pki_root_succeed(struct pki_session *session, const char *root,
                                  struct pki_draft **draft, struct pki_error *err);

struct pki_issue_request {
    const char *environment;
    const char *purpose;

    /* Requests for keys made elsewhere. Without leaf: up to two, for G1 then G2; what has none gets
       a fresh key. A time-stamping line's are for its TSA leaves, whose keys are the ones that are
       used elsewhere: the intermediates sign those leaves here and now. With leaf: one. */
    const char *const *csrs;
    size_t n_csrs;

    /* An end entity under the line's active authority: profile name and typed names. */
    const char *leaf;
    const char *common_name;
    const char *const *dns, *const *ip, *const *email, *const *uri;
    size_t n_dns, n_ip, n_email, n_uri;
    const char *validity; /* period; NULL: the line's leaf_life, or the profile's maximum if less */
};

/** A line's first two generations, or an end entity. Fails: PKI_E_NOTFOUND, PKI_E_STATE,
 *  PKI_E_POLICY, PKI_E_FORMAT a request */
PKI_CHECKED bool pki_issue_prepare(struct pki_session *session,
                                   const struct pki_issue_request *request,
                                   struct pki_draft **draft, struct pki_error *err);

/* --- life: rotation, cut-over, revocation, CRLs ------------------------------------------------
 */

struct pki_rotate_request {
    const char *environment, *purpose;
    bool promote_only;       /* no new next: needs no root key */
    bool revert;             /* take the last promotion back; only until its cut-over is recorded */
    bool now;                /* before the next was published for the line's lead time */
    const char *const *csrs; /* for the new next's key made elsewhere; as in pki_issue_request */
    size_t n_csrs;
};

/**
 * Promote the line's next authority, retire the active one, issue a new next.
 *
 * The draft's name is that of the authority that becomes active. Nothing is signed when the draft
 * only promotes or reverts, or when a further next waits already; it is confirmed all the same.
 *
 * Fails: PKI_E_STATE no next (the text names the command that issues one), or not published for
 *        publish_lead yet (the text says from when on, and --now); PKI_E_POLICY
 */
PKI_CHECKED bool pki_rotate_prepare(struct pki_session *session,
                                    const struct pki_rotate_request *request,
                                    struct pki_draft **draft, struct pki_error *err);

struct pki_due_line {
    char environment[48], purpose[48];
};

struct pki_due_lines {
    struct pki_due_line *list;
    size_t n;
};
void pki_due_lines_clear(struct pki_due_lines *lines);

/** The lines whose rotation is due by now, in the hierarchy's order. */
PKI_CHECKED bool pki_rotate_due(struct pki_session *session, struct pki_due_lines *lines,
                                struct pki_error *err);

struct pki_cutover_request {
    const char *environment, *purpose;
    int64_t at;
    const char *proof; /* Fulcio's trust bundle (JSON) or a PEM chain, or NULL */
};

/**
 * Record when the outside switched to the line's active authority: the windows of trust of the
 * ones before it end leaf_life and slack later. A draft that signs nothing: it cannot be taken
 * back, so it is shown and confirmed.
 *
 * Fails: PKI_E_STATE nothing to switch from, or recorded already; PKI_E_POLICY a time before the
 *        promotion or in the future; PKI_E_INVALID the proof shows another authority; PKI_E_FORMAT
 */
PKI_CHECKED bool pki_cutover_prepare(struct pki_session *session,
                                     const struct pki_cutover_request *request,
                                     struct pki_draft **draft, struct pki_error *err);

struct pki_revoke_request {
    const char *what;        /* serial or fingerprint in hex; or NULL: certificate */
    const char *certificate; /* file: also of a certificate that others issued under our key */
    const char *reason;      /* "keyCompromise", ... */
    bool has_invalid_since;
    int64_t invalid_since;
    const char *treatment; /* "drop", "end"; NULL: by the reason */
    bool promote_next;     /* the line's next becomes active in the same transaction */
};

/** A draft without signatures: shows what is revoked, what it means for trust files, which CRL is
 *  then due. Sign it with pki_draft_sign. Fails: PKI_E_NOTFOUND, PKI_E_STATE, PKI_E_POLICY a
 *  reason or treatment that does not suit */
PKI_CHECKED bool pki_revoke_prepare(struct pki_session *session,
                                    const struct pki_revoke_request *request,
                                    struct pki_draft **draft, struct pki_error *err);

/** An authority's CRL; shows the difference to the last one. @authority its name
 *  Fails: PKI_E_NOTFOUND, PKI_E_STATE retired, or its key is elsewhere */
PKI_CHECKED bool pki_crl_prepare(struct pki_session *session, const char *authority,
                                 struct pki_draft **draft, struct pki_error *err);

struct pki_due_crl {
    char authority[128];
    int64_t when; /* the last moment */
};
struct pki_due_crls {
    struct pki_due_crl *list;
    size_t n;
};
void pki_due_crls_clear(struct pki_due_crls *crls);

/** Whose CRL is due within so many seconds; always who revoked what its last one does not hold. */
PKI_CHECKED bool pki_crl_due(struct pki_session *session, int64_t within, struct pki_due_crls *crls,
                             struct pki_error *err);

/** Name of a line's active authority. Fails: PKI_E_NOTFOUND no such line; PKI_E_STATE none is */
PKI_CHECKED bool pki_line_active(struct pki_session *session, const char *environment,
                                 const char *purpose, char name[128], struct pki_error *err);

/* --- export ---------------------------------------------------------------------------------- */

struct pki_export_request {
    const char *environment; /* NULL: every one */
    const char *purpose;     /* NULL: every one */
    const char *consumer;    /* --for: "fulcio", "timestamp-server", ...; NULL: the whole set */
    bool with_key;           /* hand the key over; needs consumer, environment, purpose and to */
    const char *leaf;        /* serial or fingerprint of an end entity: its certificate in front of
                                its chain; needs to */
    const char *to;          /* directory; NULL: the cellar's exports/ */
    bool replace;
    bool has_as_of;
    int64_t as_of;
    const char *logs; /* file: a trusted root whose log keys are merged; NULL */
    bool dry_run;
    const char *cellar; /* the cellar's directory as it was typed, for the report; NULL: "." */
};

/**
 * Write what verifiers need: complete, read back, verified, then named.
 *
 * @report    what was written
 * @warnings  what a user of the files must know: formats that do not separate environments
 * Fails:     PKI_E_STATE nothing, or (after all others) not of an environment; PKI_E_EXISTS;
 *            PKI_E_NOTFOUND; PKI_E_USAGE options do not go together; PKI_E_INTEGRITY as read back
 */
PKI_CHECKED bool pki_export(struct pki_session *session, const struct pki_export_request *request,
                            struct pki_report *report, struct pki_report *warnings,
                            struct pki_error *err);

/* --- status, show, audit --------------------------------------------------------------------- */

/** What there is, what is due within so many seconds, what was left half done; due tells whether
 *  anything is. */
PKI_CHECKED bool pki_status(struct pki_session *session, int64_t within, struct pki_report *report,
                            bool *due, struct pki_error *err);

/** What the journal holds after an entry, with the certificates (PEM) and CRL files that came of
 * it; 0: all of it. Fails: PKI_E_NOTFOUND the journal ends before that entry */
PKI_CHECKED bool pki_status_since(struct pki_session *session, int64_t entry,
                                  struct pki_report *report, struct pki_error *err);

/** All that has to be done, due or not, as an iCalendar (RFC 5545): one verbatim text. */
PKI_CHECKED bool pki_status_calendar(struct pki_session *session, struct pki_report *report,
                                     struct pki_error *err);

/**
 * The report for auditors: one page of HTML with hierarchy and timeline drawn, what there is and
 * what is due within a year, the ceremonies whose records lie in it, fingerprints and head with
 * their codes, lines to sign. Equal state and time give equal bytes.
 *
 * @to    a new file, .html
 * Fails: PKI_E_USAGE another name; PKI_E_EXISTS; PKI_E_IO
 */
PKI_CHECKED bool pki_cellar_report(struct pki_session *session, const char *to, bool dry_run,
                                   struct pki_report *report, struct pki_error *err);

/** Describe an authority or certificate of the inventory by name, serial or fingerprint. */
PKI_CHECKED bool pki_show_record(struct pki_session *session, const char *what,
                                 struct pki_report *report, struct pki_error *err);

/**
 * Verify journal, rows, every signature, every key file and export against the inventory, and
 * re-lint every certificate by today's rules.
 *
 * @head   words of a head that was written down, or NULL
 * Fails:  PKI_E_INTEGRITY something differs: the report lists what; PKI_E_IO
 */
PKI_CHECKED bool pki_audit(struct pki_session *session, const char *head, struct pki_report *report,
                           struct pki_error *err);

#endif
