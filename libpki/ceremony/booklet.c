#include "ceremony/booklet.h"

#include "pki/time.h"
#include "base/text.h"
#include "ceremony/frames.h"

#define EXCEPTION_SHEETS 4

const char *const pki_booklet_initials[] = {"Time (UTC)", "Administrator", "Witness", NULL};

void pki_booklet_free(struct pki_booklet *booklet)
{
    if (!booklet)
        return;
    for (size_t i = 0; i < booklet->n; i++) {
        free(booklet->parts[i].label);
        free(booklet->parts[i].text);
    }
    free(booklet->parts);
    free(booklet->title);
    free(booklet);
}

/* --- parts --------------------------------------------------------------------------------- */

/* What people wrote, on one line: a script's folded texts keep their words only. */
static char *line_of(struct pki_booklet *booklet, const char *text)
{
    char *line = text ? strdup(text) : NULL;

    booklet->failed = booklet->failed || (text && !line);
    for (char *at = line; at && *at; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    return line;
}

static void add(struct pki_booklet *booklet, enum pki_booklet_kind kind, const char *label,
                const char *text, unsigned lines)
{
    struct pki_booklet_part *parts =
        realloc(booklet->parts, (booklet->n + 1) * sizeof(*booklet->parts));

    if (!parts) {
        booklet->failed = true;
        return;
    }
    booklet->parts = parts;
    parts[booklet->n++] = (struct pki_booklet_part){.kind = kind,
                                                    .label = line_of(booklet, label),
                                                    .text = line_of(booklet, text),
                                                    .lines = lines};
}

static void add_text(struct pki_booklet *booklet, enum pki_booklet_kind kind, const char *text)
{
    add(booklet, kind, NULL, text, 0);
}

static void add_blank(struct pki_booklet *booklet, const char *label, unsigned lines)
{
    add(booklet, PKI_BOOKLET_BLANK, label, NULL, lines);
}

static void add_value(struct pki_booklet *booklet, const char *label, const char *format, ...)
    PKI_PRINTF(3, 4);

static void add_value(struct pki_booklet *booklet, const char *label, const char *format, ...)
{
    pki_scope(pki_buf) text = {0};
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(&text, format, args);
    va_end(args);
    pki_buf_byte(&text, 0);
    booklet->failed = booklet->failed || text.failed;
    if (!text.failed)
        add(booklet, PKI_BOOKLET_VALUE, label, (const char *)text.data, 0);
}

static void add_digest(struct pki_booklet *booklet, const uint8_t sha256[PKI_SHA256_SIZE])
{
    const struct pki_bytes bytes = {sha256, PKI_SHA256_SIZE};
    pki_scope(pki_buf) hex = {0};
    pki_scope(pki_buf) words = {0};

    pki_hex_grouped(&hex, bytes);
    pki_words(&words, bytes);
    add_value(booklet, "SHA-256", "%.*s", (int)hex.size, (const char *)hex.data);
    add_value(booklet, "As words", "%.*s", (int)words.size, (const char *)words.data);
}

/* For a scanner, beside hex and words. */
static void add_code(struct pki_booklet *booklet, const uint8_t sha256[PKI_SHA256_SIZE])
{
    const struct pki_bytes bytes = {sha256, PKI_SHA256_SIZE};
    struct pki_frames frames = {.n = 0};
    struct pki_error ignored = {0};

    if (pki_frames_split(PKI_FRAME_FINGERPRINT, bytes, &frames, &ignored))
        add(booklet, PKI_BOOKLET_CODE, "As a code", frames.texts[0], 0);
    else
        booklet->failed = true;
}

/* --- the first pages ----------------------------------------------------------------------- */

static void add_front(struct pki_booklet *booklet, const struct pki_script *script)
{
    char from[PKI_TIME_TEXT];
    char until[PKI_TIME_TEXT];

    add_text(booklet, PKI_BOOKLET_PAGE, script->title);
    add_value(booklet, "Ceremony", "%s", script->id);
    add_value(booklet, "Type", "%s", pki_script_type_name(script->type));
    add_value(booklet, "Valid", "%s to %s", pki_time_format(script->valid_from, from),
              pki_time_format(script->valid_until, until));
    add_value(booklet, "Expected", "%zu steps, %u minutes", script->n_steps, script->minutes);
    add_text(booklet, PKI_BOOKLET_HEADING, "The script that this booklet was printed from");
    add_digest(booklet, script->sha256);
    add_code(booklet, script->sha256);
    add_text(booklet, PKI_BOOKLET_TEXT,
             "Before the ceremony both compare this digest with that of the file that is run.");
    add_text(booklet, PKI_BOOKLET_HEADING, "This ceremony");
    add_text(booklet, PKI_BOOKLET_BOX, "is a rehearsal");
    add_text(booklet, PKI_BOOKLET_BOX, "is for real");
    add_blank(booklet, "Date and place", 1);
    add_blank(booklet, "Began, ended (UTC)", 1);
    add_text(booklet, PKI_BOOKLET_TEXT,
             "Commands work in the cellar that CELLAR_DIR names. Nothing is done that is not in a "
             "step; what goes another way is written on an exception sheet, at the end.");
}

static void add_role(struct pki_booklet *booklet, const struct pki_script_role *role)
{
    pki_scope(pki_buf) apart = {0};

    for (size_t i = 0; i < role->not_same_as.n; i++)
        pki_buf_printf(&apart, "%s%s", i == 0 ? "; not the same person as " : ", ",
                       role->not_same_as.list[i].text);
    add_value(booklet, role->name, "%u present, %u acting%.*s", role->minimum, role->quorum,
              apart.failed ? 0 : (int)apart.size, (const char *)apart.data);
    add_blank(booklet, "Name, initials", role->minimum);
}

static void add_material(struct pki_booklet *booklet, const struct pki_script_material *material)
{
    add_value(booklet, material->id, "%s%s%s%s%s%s", material->kind, material->label ? ", " : "",
              material->label ? material->label : "", material->colour ? ", " : "",
              material->colour ? material->colour : "", material->bag ? ", in a bag" : "");
    if (material->has_sha256)
        add_digest(booklet, material->sha256);
    add_blank(booklet, "Serial number", 1);
    if (material->bag)
        add_blank(booklet, "Bag opened, closed", 1);
}

/* Which findings of the room lead to what. */
static void add_findings(struct pki_booklet *booklet, const char *label,
                         const struct pki_room_policy *policy, enum pki_room_verdict verdict)
{
    pki_scope(pki_buf) text = {0};

    for (size_t i = 0; i < PKI_ROOM_FACTS; i++) {
        if (policy->of[i] == verdict)
            pki_buf_printf(&text, "%s%s", text.size == 0 ? "" : ", ", pki_room_fact_name(i));
    }
    if (text.size > 0)
        add_value(booklet, label, "%.*s", (int)text.size, (const char *)text.data);
}

static void add_room(struct pki_booklet *booklet, const struct pki_room_policy *policy)
{
    add_text(booklet, PKI_BOOKLET_HEADING, "The room");
    add_findings(booklet, "Stop the ceremony", policy, PKI_ROOM_STOP);
    add_findings(booklet, "Are noted", policy, PKI_ROOM_NOTE);
    add_value(booklet, "Second clock", "within %u s", policy->clock_within);
}

static void add_people_and_things(struct pki_booklet *booklet, const struct pki_script *script)
{
    add_text(booklet, PKI_BOOKLET_PAGE, "People and things");
    add_text(booklet, PKI_BOOKLET_HEADING, "Roles");
    for (size_t i = 0; i < script->n_roles; i++)
        add_role(booklet, &script->roles[i]);
    if (script->n_materials > 0)
        add_text(booklet, PKI_BOOKLET_HEADING, "Materials");
    for (size_t i = 0; i < script->n_materials; i++)
        add_material(booklet, &script->materials[i]);
    add_room(booklet, &script->room);
    if (script->facts.n > 0)
        add_text(booklet, PKI_BOOKLET_HEADING, "At the start");
    for (size_t i = 0; i < script->facts.n; i++)
        add_value(booklet, script->facts.list[i].name, "%s", script->facts.list[i].value);
}

/* --- steps --------------------------------------------------------------------------------- */

static void add_facts(struct pki_booklet *booklet, const char *label,
                      const struct pki_script_facts *facts)
{
    pki_scope(pki_buf) text = {0};

    for (size_t i = 0; i < facts->n; i++)
        pki_buf_printf(&text, "%s%s is %s", i == 0 ? "" : ", ", facts->list[i].name,
                       facts->list[i].value);
    if (text.size > 0)
        add_value(booklet, label, "%.*s", (int)text.size, (const char *)text.data);
}

static void add_words(struct pki_booklet *booklet, const char *label,
                      const struct pki_script_words *words)
{
    pki_scope(pki_buf) text = {0};

    for (size_t i = 0; i < words->n; i++)
        pki_buf_printf(&text, "%s%s", i == 0 ? "" : ", ", words->list[i].text);
    if (text.size > 0)
        add_value(booklet, label, "%.*s", (int)text.size, (const char *)text.data);
}

static void add_command(struct pki_booklet *booklet, const struct pki_script_do *act)
{
    pki_scope(pki_buf) text = {0};

    pki_duty_command(act->duty, act->values, act->cellar, &text);
    pki_buf_byte(&text, 0);
    booklet->failed = booklet->failed || text.failed;
    if (!text.failed)
        add_text(booklet, PKI_BOOKLET_COMMAND, (const char *)text.data);
}

static void add_check(struct pki_booklet *booklet, const struct pki_script *script,
                      const struct pki_script_do *act)
{
    const struct pki_script_material *material =
        act->of ? pki_script_material(script, act->of) : NULL;

    add_text(booklet, PKI_BOOKLET_TEXT, act->check->sentence);
    if (material && material->label)
        add_value(booklet, material->id, "%s", material->label);
    if (material && material->has_sha256)
        add_digest(booklet, material->sha256);
}

static void add_question(struct pki_booklet *booklet, const struct pki_script_do *act)
{
    add_text(booklet, PKI_BOOKLET_TEXT, act->question);
    for (size_t i = 0; i < act->choices.n; i++)
        add_text(booklet, PKI_BOOKLET_BOX, act->choices.list[i].text);
    if (act->choices.n == 0)
        add_blank(booklet, "Answer", 1);
}

static void add_do(struct pki_booklet *booklet, const struct pki_script *script,
                   const struct pki_script_do *act)
{
    if (act->kind == PKI_SCRIPT_DUTY)
        add_command(booklet, act);
    else if (act->kind == PKI_SCRIPT_CHECK)
        add_check(booklet, script, act);
    else
        add_question(booklet, act);
}

static const char *failure(enum pki_script_failure on_failure)
{
    static const char *const texts[] = {
        [PKI_SCRIPT_STOP] = "the ceremony stops",
        [PKI_SCRIPT_EXCEPTION] = "exception sheet, then the next step",
        [PKI_SCRIPT_RETRY] = "again, until it holds",
    };

    return texts[on_failure];
}

static void add_step(struct pki_booklet *booklet, const struct pki_script *script, size_t index)
{
    const struct pki_script_step *step = &script->steps[index];
    char place[96]; /* an id has 40 characters at most */

    (void)snprintf(place, sizeof(place), "Step %zu of %zu (%s)", index + 1, script->n_steps,
                   step->id);
    add(booklet, PKI_BOOKLET_STEP, place, step->title, 0);
    add_value(booklet, "Who", "%s, %u min", step->role, step->minutes);
    add_facts(booklet, "Only if", &step->requires);
    if (step->read_aloud)
        add_text(booklet, PKI_BOOKLET_SAY, step->read_aloud);
    add_do(booklet, script, &step->act);
    if (step->confirm_type)
        add_value(booklet, "Typed", "%s", step->confirm_type);
    add_words(booklet, "Typed by", &step->confirm_by);
    for (size_t i = 0; i < step->record.n; i++) {
        const struct pki_script_record *record = pki_script_record_find(step->record.list[i].text);
        add_blank(booklet, record->label, record->lines);
    }
    add_words(booklet, "Kept", &step->evidence);
    add_facts(booklet, "From here on", &step->sets);
    add_value(booklet, "If it fails", "%s", failure(step->on_failure));
    add(booklet, PKI_BOOKLET_INITIALS, NULL, NULL, 0);
}

/* --- the last pages ------------------------------------------------------------------------ */

static void add_signatures(struct pki_booklet *booklet)
{
    add_blank(booklet, "Administrator", 1);
    add_blank(booklet, "Witness", 1);
}

static void add_end(struct pki_booklet *booklet)
{
    add_text(booklet, PKI_BOOKLET_PAGE, "The end");
    add_blank(booklet, "Head of the journal, in words", 6);
    add_blank(booklet, "How many exception sheets", 1);
    add_text(booklet, PKI_BOOKLET_TEXT,
             "The steps were done as they stand here, but for those "
             "that are on an exception sheet.");
    add_signatures(booklet);
    for (unsigned i = 0; i < EXCEPTION_SHEETS; i++) {
        add_text(booklet, PKI_BOOKLET_PAGE, "Exception sheet");
        add_blank(booklet, "Number, step, time (UTC)", 1);
        add_blank(booklet, "Expected", 3);
        add_blank(booklet, "Happened", 5);
        add_blank(booklet, "Decided", 3);
        add_text(booklet, PKI_BOOKLET_BOX, "goes on with the same step");
        add_text(booklet, PKI_BOOKLET_BOX, "goes on with the next step");
        add_text(booklet, PKI_BOOKLET_BOX, "is stopped");
        add_signatures(booklet);
    }
}

bool pki_booklet_build(const struct pki_script *script, struct pki_booklet **booklet,
                       struct pki_error *err)
{
    pki_auto(pki_booklet) made = calloc(1, sizeof(*made));
    const uint8_t *d = script->sha256;

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->title = line_of(made, script->title);
    (void)snprintf(made->foot, sizeof(made->foot), "%s, script %02x%02x %02x%02x %02x%02x %02x%02x",
                   script->id, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
    add_front(made, script);
    add_people_and_things(made, script);
    add_text(made, PKI_BOOKLET_PAGE, "Steps");
    for (size_t i = 0; i < script->n_steps; i++)
        add_step(made, script, i);
    add_end(made);
    if (made->failed)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    *booklet = PKI_TAKE(made);
    return true;
}
