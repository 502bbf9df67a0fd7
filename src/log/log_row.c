/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells that are checked against their columns. */
#include <config.h>

#include "initscope/log_row.h"

#include <math.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/error.h"

ins_row ins_row_begin(ins_text *out, ins_log_file file)
{
    return (ins_row){out, ins_log_tables[file].columns, (int)ins_column_at(file, 0)};
}

ins_row ins_row_begin_table(ins_text *out, const ins_column *columns)
{
    return (ins_row){out, columns, 0};
}

/* The next cell is of this column. */
static const ins_column *take(ins_row *row, int column)
{
    if (row->next->name == NULL)
        ins_die("internal error: a cell after the last column of a row (column %d)", column);
    if (column != row->due)
        ins_die("internal error: a cell of column %d where \"%s\" (%d) is due", column,
                row->next->name, row->due);
    row->due++;
    return row->next++;
}

/* type: any of those with the name of the column's. */
static void take_typed(ins_row *row, int column, ins_column_type type)
{
    const ins_column *taken = take(row, column);
    if (strcmp(ins_column_rules[taken->type].name, ins_column_rules[type].name) != 0)
        ins_die("internal error: column \"%s\" has another type than its cell", taken->name);
}

void ins_row_integer(ins_row *row, int column, long long value)
{
    take_typed(row, column, INS_COLUMN_INTEGER);
    ins_csv_integer(row->out, value);
}

void ins_row_number(ins_row *row, int column, double value)
{
    take_typed(row, column, INS_COLUMN_NUMBER);
    ins_csv_number(row->out, value);
}

void ins_row_text(ins_row *row, int column, const char *value)
{
    take_typed(row, column, INS_COLUMN_TEXT);
    ins_csv_text(row->out, value);
}

void ins_row_name(ins_row *row, int column, const char *value)
{
    take_typed(row, column, INS_COLUMN_TEXT);
    ins_csv_name(row->out, value);
}

void ins_row_empty(ins_row *row, int column)
{
    take(row, column);
    ins_csv_empty(row->out);
}

void ins_row_optional(ins_row *row, int column, double value)
{
    if (isnan(value)) {
        ins_row_empty(row, column);
    } else {
        ins_row_number(row, column, value);
    }
}

void ins_row_end(ins_row *row)
{
    if (row->next->name != NULL)
        ins_die("internal error: a row without its cell \"%s\"", row->next->name);
    ins_csv_end_row(row->out);
}

ins_row ins_row_begin_epoch(ins_text *out, ins_log_file file, const ins_run_labels *labels,
                            size_t epoch)
{
    ins_row row = ins_row_begin(out, file);
    ins_row_integer(&row, row.due, (long long)labels->run);
    ins_row_text(&row, row.due, labels->initializer);
    ins_row_integer(&row, row.due, labels->seed);
    ins_row_integer(&row, row.due, (long long)epoch);
    return row;
}

void ins_row_header(const ins_column *columns, ins_text *out)
{
    for (; columns->name != NULL; columns++) ins_csv_text(out, columns->name);
    ins_csv_end_row(out);
}
