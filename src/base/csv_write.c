/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of CSV out (RFC 4180). */
#include <config.h>

#include <string.h>

#include "initscope/csv.h"

/* Every cell brings the comma after it, which the end of the row turns into a newline: so an empty
 * first cell needs no memory of its own. */
static void end_cell(ins_text *out)
{
    ins_text_add_bytes(out, ",", 1);
}

void ins_csv_integer(ins_text *out, long long value)
{
    char number[INS_NUMBER_SIZE];

    ins_text_add_bytes(out, number, ins_format_integer(number, value));
    end_cell(out);
}

void ins_csv_number(ins_text *out, double value)
{
    char number[INS_NUMBER_SIZE];

    ins_text_add_bytes(out, number, ins_format_number(number, value));
    end_cell(out);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Blanks at the ends are quoted too, because readers trim them. */
static bool needs_quotes(const char *value, size_t length)
{
    if (length == 0) return false;
    return is_blank(value[0]) || is_blank(value[length - 1]) || strpbrk(value, ",\"\r\n");
}

void ins_csv_text(ins_text *out, const char *value)
{
    size_t length = strlen(value);

    if (!needs_quotes(value, length)) {
        ins_text_add_bytes(out, value, length);
        end_cell(out);
        return;
    }
    ins_text_add_bytes(out, "\"", 1);
    for (const char *quote; (quote = strchr(value, '"')); value = quote + 1) {
        ins_text_add_bytes(out, value, (size_t)(quote - value) + 1);
        ins_text_add_bytes(out, "\"", 1);
    }
    ins_text_add(out, value);
    ins_text_add_bytes(out, "\"", 1);
    end_cell(out);
}

/* True for any number of apostrophes and then what starts a formula. */
static bool is_formula(const char *text, size_t length)
{
    size_t start = 0;

    while (start < length && text[start] == '\'') start++;
    return start < length && text[start] != '\0' && strchr("=+-@\t\r", text[start]);
}

void ins_csv_name(ins_text *out, const char *value)
{
    ins_text guarded = {0};

    if (!is_formula(value, strlen(value))) {
        ins_csv_text(out, value);
        return;
    }
    ins_text_add(&guarded, "'");
    ins_text_add(&guarded, value);
    ins_csv_text(out, guarded.data);
    ins_text_free(&guarded);
}

size_t ins_csv_guard(const char *cell, size_t length)
{
    return length > 0 && cell[0] == '\'' && is_formula(cell, length);
}

void ins_csv_empty(ins_text *out)
{
    end_cell(out);
}

void ins_csv_end_row(ins_text *out)
{
    if (out->length > 0 && out->data[out->length - 1] == ',')
        out->data[out->length - 1] = '\n';
    else
        ins_text_add_bytes(out, "\n", 1);
}
