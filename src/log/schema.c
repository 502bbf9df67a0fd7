/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers of the CSV files, and schema.json, both from the column table. */
#include <config.h>

#include "initscope/log_writer.h"

#include <math.h>
#include <string.h>

#include "initscope/log_row.h"

void ins_log_header(ins_log_file file, ins_text *out)
{
    ins_row_header(ins_log_tables[file].columns, out);
}

/* A JSON string. */
static void add_string(ins_text *out, const char *text)
{
    ins_text_add(out, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            ins_text_add_format(out, "\\%c", c);
        else if (c < 0x20)
            ins_text_add_format(out, "\\u%04x", c);
        else
            ins_text_add_bytes(out, text, 1);
    }
    ins_text_add(out, "\"");
}

static void add_member(ins_text *out, const char *indent, const char *name, const char *value)
{
    ins_text_add_format(out, "%s\"%s\": ", indent, name);
    add_string(out, value);
}

static void add_constraints(ins_text *out, const ins_column_rule *rule)
{
    if (rule->range == NULL) return;
    ins_text_add_format(out, ", \"constraints\": {\"minimum\": %g", rule->minimum);
    if (isfinite(rule->maximum)) ins_text_add_format(out, ", \"maximum\": %g", rule->maximum);
    ins_text_add(out, "}");
}

static void add_field(ins_text *out, const ins_column *column)
{
    ins_text_add(out, "            {");
    add_member(out, "", "name", column->name);
    add_member(out, ", ", "type", ins_column_rules[column->type].name);
    add_constraints(out, &ins_column_rules[column->type]);
    if (column->unit[0] != '\0') add_member(out, ", ", "unit", column->unit);
    add_member(out, ", ", "description", column->description);
    ins_text_add(out, "}");
}

static void add_resource(ins_text *out, const ins_log_table *table)
{
    ins_text name = {0};
    ins_text_add_bytes(&name, table->file, strcspn(table->file, "."));
    ins_text_add(out, "    {\n");
    add_member(out, "      ", "name", name.data);
    add_member(out, ",\n      ", "path", table->file);
    add_member(out, ",\n      ", "description", table->description);
    ins_text_add(out, ",\n      \"profile\": \"tabular-data-resource\",\n"
                      "      \"format\": \"csv\",\n"
                      "      \"mediatype\": \"text/csv\",\n"
                      "      \"encoding\": \"utf-8\",\n"
                      "      \"schema\": {\n"
                      "        \"fields\": [\n");
    for (const ins_column *column = table->columns; column->name != NULL; column++) {
        add_field(out, column);
        ins_text_add(out, column[1].name != NULL ? ",\n" : "\n");
    }
    ins_text_add(out, "        ],\n"
                      "        \"missingValues\": [\"\", \"nan\"]\n"
                      "      }\n"
                      "    }");
    ins_text_free(&name);
}

void ins_log_schema(const bool *present, ins_text *out)
{
    ins_text_add(out, "{\n"
                      "  \"profile\": \"tabular-data-package\",\n"
                      "  \"name\": \"initscope-run\",\n"
                      "  \"description\": \"Variance of weights, activations and gradients through "
                      "training, by initializer. An empty cell is not applicable, nan is not "
                      "defined, infinite numbers are inf and -inf; every other number has the "
                      "shortest digits that read back as the same double.\",\n"
                      "  \"resources\": [\n");
    const char *separator = "";
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (present != NULL && !present[file]) continue;
        ins_text_add(out, separator);
        add_resource(out, &ins_log_tables[file]);
        separator = ",\n";
    }
    ins_text_add(out, "\n  ]\n}\n");
}
