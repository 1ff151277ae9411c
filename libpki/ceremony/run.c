#include "ceremony/run.h"

#include <fcntl.h>

#include "pki/time.h"
#include "base/file.h"
#include "ceremony/script_lint.h"

static void leave_step(struct pki_run *run)
{
    (void)json_array_clear(run->lines);
    run->due++;
}

static bool end(struct pki_run *run, const char *how)
{
    return pki_run_note(run, PKI_TRANSCRIPT_END, NULL, NULL, how);
}

static void say_next(struct pki_run *run, const char *id, const char *what)
{
    if (run->due < run->script->n_steps)
        pki_run_say(run, "Step %s %s. Next: %s.", id, what, pki_run_step_due(run)->title);
    else
        pki_run_say(run, "Step %s %s. It was the last one.", id, what);
}

static bool go_on(struct pki_run *run, bool *stopped)
{
    const char *id = pki_run_step_due(run)->id;

    switch (pki_run_step(run)) {
    case PKI_RUN_ON:
        leave_step(run);
        say_next(run, id, "is done");
        return true;
    case PKI_RUN_AGAIN:
        (void)json_array_clear(run->lines);
        return true;
    case PKI_RUN_LEAVE:
        if (!pki_run_note(run, PKI_TRANSCRIPT_SKIP, NULL, NULL, NULL))
            return false;
        leave_step(run);
        say_next(run, id, "is left out");
        return true;
    case PKI_RUN_STOP:
        *stopped = true;
        return end(run, "stopped");
    case PKI_RUN_FAIL:
        break;
    }
    return false;
}

static bool tell(const struct pki_run *run, struct pki_report *report, struct pki_error *err)
{
    struct pki_transcript_summary summary = {0};

    /* What was just written is checked as somebody outside would. */
    if (!pki_transcript_check(run->dir, false, &summary, err))
        return false;
    pki_report_text(report, "Ceremony", "%s", summary.id);
    if (summary.rehearsal)
        pki_report_toned(report, "Rehearsal", PKI_TONE_WARN, "yes: its keys are thrown away");
    pki_report_text(report, "Record", "%s", run->request->record);
    pki_report_integer(report, "Steps", (int64_t)summary.steps);
    pki_report_integer(report, "Steps done", (int64_t)summary.steps_done);
    pki_report_integer(report, "Exceptions", summary.exceptions);
    pki_report_integer(report, "Lines", summary.lines);
    pki_report_integer(report, "Evidence files", summary.files);
    pki_report_integer(report, "Minutes", (summary.ended - summary.began) / 60);
    if (summary.rehearsal)
        pki_answers_unused(run->request->answers, report);
    pki_report_fingerprint(report, "Head", summary.head);
    pki_report_note(report, "Read aloud", PKI_TONE_PLAIN,
                    "The words of the head are read aloud; everybody writes them down.");
    pki_report_note(report, "To seal", PKI_TONE_PLAIN, "Now, or when a root's key is opened next:");
    pki_report_line(report, "To seal", PKI_TONE_PLAIN, "  cellar audit --seal --ceremony %s -C %s",
                    run->request->record, run->request->cellar);
    pki_report_note(report, "To countersign", PKI_TONE_PLAIN,
                    "On the machine of a witness, who lays the file into the record:");
    pki_report_line(report, "To countersign", PKI_TONE_PLAIN,
                    "  ssh-keygen -Y sign -f KEY -n " PKI_TRANSCRIPT_SPACE " <head.txt "
                    ">" PKI_TRANSCRIPT_WITNESS "NAME" PKI_TRANSCRIPT_WITNESS_END);
    pki_report_line(report, "To countersign", PKI_TONE_PLAIN,
                    "  minisign -S -s KEY -m head.txt -x " PKI_TRANSCRIPT_WITNESS
                    "NAME" PKI_TRANSCRIPT_WITNESS_END);
    pki_report_next(report, "cellar verify --ceremony %s", run->request->record);
    return pki_report_ok(report, err);
}

/* Whatever keeps people from going on, the record gets its end: what was done, and why no more. */
static bool abandon(struct pki_run *run, struct pki_report *report)
{
    if (run->due == run->script->n_steps)
        return pki_fail(run->err, PKI_E_STATE, "every step is done: without --abandon it ends");
    return pki_run_abandon(run) == PKI_RUN_ON && end(run, "stopped") && tell(run, report, run->err);
}

static bool go_through(struct pki_run *run, struct pki_report *report)
{
    bool stopped = false;

    if (run->request->abandon)
        return abandon(run, report);

    while (!stopped && run->due < run->script->n_steps)
        if (!go_on(run, &stopped))
            return false;
    if (!stopped && !end(run, "finished"))
        return false;
    if (!tell(run, report, run->err))
        return false;
    return !stopped ||
           pki_fail(run->err, PKI_E_CANCELLED, "the ceremony was stopped before its last step");
}

static bool load(struct pki_run *run, struct pki_buf *text)
{
    const char *path = run->request->script;

    return pki_file_read(AT_FDCWD, path, PKI_SCRIPT_LIMIT, text, run->err) &&
           pki_script_parse(path, pki_buf_view(text), &run->script, run->err);
}

/* By the day on which it begins: what goes on after midnight is the same ceremony. */
static bool judge(struct pki_run *run)
{
    pki_scope(pki_script_judge) judge = {.now = run->hands->now(run->hands->context)};
    struct pki_transcript_summary summary = {0};
    struct pki_error none = {0};
    pki_scope_fd int dir = open(run->request->record, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    bool begun = dir >= 0 && pki_transcript_check(dir, true, &summary, &none);
    if (begun)
        judge.now = summary.began;
    if (run->request->abandon) /* whatever is wrong with the script by now */
        return begun || pki_fail(run->err, PKI_E_NOTFOUND, "%s: no ceremony that can be abandoned",
                                 run->request->record);
    return pki_script_lint(run->script, &judge, run->err) &&
           pki_script_refuse(&judge, run->request->script, run->err);
}

static void say_valid(struct pki_run *run)
{
    char began[PKI_TIME_TEXT];
    char last[PKI_TIME_TEXT];

    if (run->hands->now(run->hands->context) <= run->script->valid_until)
        return;
    pki_run_say(run,
                "The script was valid until %.10s. The ceremony began on %.10s, by which it is "
                "judged: it goes on.",
                pki_time_format(run->script->valid_until, last),
                pki_time_format(run->began, began));
}

static bool makes_cellar(const struct pki_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++)
        if (script->steps[i].act.duty && strcmp(script->steps[i].act.duty->name, "init") == 0)
            return true;
    return false;
}

static bool name_record(const struct pki_run *run, struct pki_buf *record)
{
    const struct pki_ceremony_run_request *request = run->request;

    if (!request->record && makes_cellar(run->script)) {
        return pki_fail(run->err, PKI_E_USAGE,
                        "--record DIR is missing: this ceremony makes the cellar that its record "
                        "would lie in");
    }
    if (request->record)
        pki_buf_text(record, request->record);
    else
        pki_buf_printf(record, "%s/ceremonies/%s", request->cellar, run->script->id);
    pki_buf_byte(record, 0);
    return pki_buf_ok(record, run->err);
}

static bool run_all(struct pki_run *run, struct pki_ceremony_run_request *named,
                    struct pki_report *report)
{
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) record = {0};

    if (!load(run, &text) || !name_record(run, &record) || !pki_run_approve(run))
        return false;
    named->record = (const char *)record.data;
    bool opened = judge(run) && pki_run_open(run, pki_buf_view(&text)) && pki_run_check_sheets(run);
    if (opened)
        say_valid(run);
    return opened && go_through(run, report);
}

bool pki_ceremony_run(const struct pki_ceremony_run_request *request,
                      const struct pki_ceremony_hands *hands, struct pki_report *report,
                      struct pki_error *err)
{
    struct pki_ceremony_run_request named = *request; /* its record, too */
    struct pki_run run = {.request = &named, .hands = hands, .dir = -1, .err = err};
    bool done = run_all(&run, &named, report);

    json_decref(run.lines);
    json_decref(run.duties);
    pki_transcript_free(run.transcript);
    pki_script_free(run.script);
    pki_fd_close_(&run.dir);
    return done;
}
