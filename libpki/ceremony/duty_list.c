#include "pki/ceremony.h"

#include "ceremony/duty.h"

/* The command with each value as its name stands in a script: "cellar crl AUTHORITY". */
static void describe_command(const struct pki_duty *duty, struct pki_report *row)
{
    char names[PKI_DUTY_PARAMS][40] = {""};
    const char *values[PKI_DUTY_PARAMS] = {NULL};
    pki_scope(pki_buf) command = {0};

    for (size_t i = 0; i < PKI_DUTY_PARAMS && duty->params[i].name; i++) {
        const char *name = duty->params[i].name;
        for (size_t n = 0; name[n] && n + 1 < sizeof(names[i]); n++)
            names[i][n] = (char)(name[n] >= 'a' && name[n] <= 'z' ? name[n] - 'a' + 'A' : name[n]);
        values[i] = names[i];
    }
    pki_duty_command(duty, values, NULL, &command);
    pki_report_text(row, "Command", "%.*s", command.failed ? 0 : (int)command.size,
                    (const char *)command.data);
}

static void describe_params(const struct pki_duty *duty, bool required, struct pki_report *list)
{
    for (size_t i = 0; i < PKI_DUTY_PARAMS && duty->params[i].name; i++)
        if (duty->params[i].required == required)
            pki_report_item(list, "%s", duty->params[i].name);
}

static void describe_duty(const struct pki_duty *duty, struct pki_report *row)
{
    pki_report_text(row, "Duty", "%s", duty->name);
    describe_command(duty, row);
    describe_params(duty, true, pki_report_list(row, "Needs"));
    describe_params(duty, false, pki_report_list(row, "May have"));
    struct pki_report *list = pki_report_list(row, "In ceremonies of type");
    for (size_t type = 0; type < PKI_SCRIPT_TYPES; type++)
        if (duty->types & 1u << type)
            pki_report_item(list, "%s", pki_script_type_name((enum pki_script_type)type));
    pki_report_text(row, "Evidence", "%s", duty->evidence);
    pki_report_truth(row, "Severe", duty->severe);
    pki_report_truth(row, "Can be approved", duty->prepared);
}

static void describe_check(const struct pki_script_check *check, struct pki_report *row)
{
    pki_report_text(row, "Check", "%s", check->name);
    pki_report_text(row, "Of a material", "%s", check->of_material ? "yes" : "no");
    pki_report_text(row, "Records", "%s", check->record ? check->record : "");
    pki_report_text(row, "Meaning", "%s", check->sentence);
}

bool pki_ceremony_duties(struct pki_report *report, struct pki_error *err)
{
    struct pki_report *duties = pki_report_table(report, "Duties");
    struct pki_report *checks = pki_report_table(report, "Checks");
    struct pki_report *records = pki_report_table(report, "Records");

    for (size_t n = 0; pki_duty_get(n); n++)
        describe_duty(pki_duty_get(n), pki_report_row(duties));
    for (size_t n = 0; pki_script_check_get(n); n++)
        describe_check(pki_script_check_get(n), pki_report_row(checks));
    for (size_t n = 0; pki_script_record_get(n); n++) {
        struct pki_report *row = pki_report_row(records);
        pki_report_text(row, "Record", "%s", pki_script_record_get(n)->name);
        pki_report_text(row, "Label", "%s", pki_script_record_get(n)->label);
    }
    return pki_report_ok(report, err);
}
