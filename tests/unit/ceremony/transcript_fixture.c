#include "transcript_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* As short as a script can be, so that each of its bytes can be changed in turn. */
const char transcript_script[] =
    "ceremony: 1\nid: s\ntitle: S\ntype: crl\nvalid_from: 2026-01-01\n"
    "valid_until: 2026-12-31\nexpect_minutes: 5\nroles:\n"
    "  administrator:\n    minimum: 1\nsteps:\n  - id: a\n    title: A\n"
    "    role: administrator\n    minutes: 5\n    do:\n      duty: status\n"
    "    record:\n      - head\n    confirm:\n      type: X\n      by:\n"
    "        - witness\n    evidence:\n      - output\n    on_failure: exception\n  - id: b\n    "
    "title: B\n    role: witness\n"
    "    minutes: 1\n    do:\n      ask: C?\n      choices:\n        - yes\n";

int transcript_directory(void)
{
    static unsigned n;
    char path[128];

    snprintf(path, sizeof(path), "%s/t%u", test_directory(), n++);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    return open(path, O_DIRECTORY | O_CLOEXEC);
}

struct pki_transcript_entry transcript_entry(enum pki_transcript_event event, const char *step)
{
    return (struct pki_transcript_entry){
        .event = event, .step = step, .at = AT, .monotonic_ms = 1000};
}

void transcript_add(struct pki_transcript *transcript, enum pki_transcript_event event,
                    const char *step, const char *who, const char *what, const char *answer)
{
    struct pki_transcript_entry line = transcript_entry(event, step);
    struct pki_error err = {0};

    line.who = who;
    line.what = what;
    line.answer = answer;
    EXPECT_OK(pki_transcript_add(transcript, &line, &err), err);
}

struct pki_transcript *transcript_begin(int dir)
{
    struct pki_transcript_entry first = transcript_entry(PKI_TRANSCRIPT_BEGIN, NULL);
    struct pki_transcript *transcript = NULL;
    struct pki_error err = {0};

    EXPECT_OK(
        pki_transcript_begin(dir, fixture_bytes(transcript_script), &first, &transcript, &err),
        err);
    return transcript;
}

static void initial(struct pki_transcript *transcript, const char *step)
{
    transcript_add(transcript, PKI_TRANSCRIPT_INITIALS, step, "administrator", NULL, "AB");
    transcript_add(transcript, PKI_TRANSCRIPT_INITIALS, step, "witness", NULL, "CD");
}

/* Which part of the first step is left out, by its letter; 0: none. */
void transcript_do_first(struct pki_transcript *transcript, int dir, char without)
{
    struct pki_transcript_file file = {
        .use = "kept", .path = "out.txt", .evidence = "output", .size = 3};
    struct pki_transcript_entry duty = transcript_entry(PKI_TRANSCRIPT_DUTY, "a");
    uint8_t head[PKI_SHA256_SIZE] = {7};
    pki_scope_fd int evidence = openat(dir, PKI_TRANSCRIPT_EVIDENCE, O_DIRECTORY | O_CLOEXEC);
    struct pki_error err = {0};

    transcript_add(transcript, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    if (without != 'r')
        transcript_add(transcript, PKI_TRANSCRIPT_RECORD, "a", NULL, "head", "words");
    if (without != 'c')
        transcript_add(transcript, PKI_TRANSCRIPT_CONFIRM, "a", "witness", NULL,
                       without == 'n' ? "Y" : "X");
    if (without != 't')
        transcript_add(transcript, PKI_TRANSCRIPT_INTEND, "a", NULL,
                       without == 'v' ? "cellar root evil" : "cellar status", NULL);
    EXPECT_OK(pki_file_write_new(evidence, "out.txt", 0600, fixture_bytes("out"), &err), err);
    pki_sha256(fixture_bytes("out"), file.sha256);
    duty.what = without == 'w' ? "cellar root evil" : "cellar status";
    if (without == 'e')
        file.evidence = NULL;
    duty.answer = without == 's' ? "1" : without == 'f' ? "3" : "0";
    duty.tool = "cellar-status";
    duty.tool_version = "0.1.0";
    duty.tool_sha256 = head;
    duty.files = &file;
    duty.n_files = 1;
    duty.journal_entry = 4;
    duty.journal_head = head;
    if (without != 'd')
        EXPECT_OK(pki_transcript_add(transcript, &duty, &err), err);
    if (without != 'i')
        initial(transcript, "a");
    transcript_add(transcript, PKI_TRANSCRIPT_DONE, "a", NULL, NULL, NULL);
}

void transcript_do_second(struct pki_transcript *transcript)
{
    transcript_add(transcript, PKI_TRANSCRIPT_STEP, "b", NULL, NULL, NULL);
    transcript_add(transcript, PKI_TRANSCRIPT_ANSWER, "b", "witness", NULL, "yes");
    initial(transcript, "b");
    transcript_add(transcript, PKI_TRANSCRIPT_DONE, "b", NULL, NULL, NULL);
}

void transcript_end(struct pki_transcript *transcript, const char *how)
{
    struct pki_transcript_entry last = transcript_entry(PKI_TRANSCRIPT_END, NULL);
    struct pki_error err = {0};

    last.answer = how;
    EXPECT_OK(pki_transcript_end(transcript, &last, &err), err);
}

int transcript_whole(void)
{
    int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);

    transcript_do_first(transcript, dir, 0);
    transcript_do_second(transcript);
    transcript_end(transcript, "finished");
    return dir;
}

void transcript_differs(int dir, const char *text)
{
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_transcript_check(dir, false, &summary, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT(text);
}
