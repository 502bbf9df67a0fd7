/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs by their factors, in runs.csv and factors.csv. */
#include <config.h>

#include "initscope/run_identity.h"

#include <math.h>
#include <string.h>

#include "initscope/log_reader.h"
#include "initscope/log_row.h"

/* The factors that have a column. */
static const ins_column_id columns[] = {
    INS_RUNS_ACTIVATION,    INS_RUNS_HIDDEN,  INS_RUNS_NETWORK,      INS_RUNS_OPTIMIZER,
    INS_RUNS_LEARNING_RATE, INS_RUNS_DROPOUT, INS_RUNS_WEIGHT_DECAY, INS_RUNS_BATCH};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const ins_column *column_of(ins_column_id id)
{
    return &ins_log_tables[INS_LOG_RUNS].columns[ins_column_place(id)];
}

static bool is_text(ins_column_id id)
{
    return column_of(id)->type == INS_COLUMN_TEXT;
}

/* The column of a factor, or INS_NO_COLUMN. */
static ins_column_id column_named(const char *name)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(column_of(columns[i])->name, name) == 0) return columns[i];
    return INS_NO_COLUMN;
}

static const char *value_of(const ins_run_identity *identity, const char *name)
{
    for (size_t i = 0; i < identity->factors; i++)
        if (strcmp(identity->factor[i].name, name) == 0) return identity->factor[i].value;
    return NULL;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) return true;
    return false;
}

static ins_status check_text(const char *what, const char *text, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    if (!has_control(text)) return INS_OK;
    return ins_error_add(error, INS_USAGE, "%s: has a control character (got \"%s\")", what,
                         ins_display(shown, text, strlen(text)));
}

/* *value is written where the column has numbers. */
static ins_status read_number(ins_column_id id, const char *text, double *value, ins_error *error)
{
    const ins_column_rule *rule = &ins_column_rules[column_of(id)->type];
    const bool whole = strcmp(rule->name, "integer") == 0;
    char shown[INS_DISPLAY_SIZE];
    double number;
    if (ins_parse_number(text, strlen(text), &number) == INS_NUMBER_FINITE &&
        number >= rule->minimum && number <= rule->maximum && (!whole || number == trunc(number))) {
        *value = number;
        return INS_OK;
    }
    return ins_error_add(error, INS_USAGE, "%s: must be a %s%s%s (got \"%s\")", column_of(id)->name,
                         whole ? "whole number" : "number", rule->range != NULL ? ", " : "",
                         rule->range != NULL ? rule->range : "",
                         ins_display(shown, text, strlen(text)));
}

static ins_status check_factor(const ins_run_identity *identity, size_t i, ins_error *error)
{
    const ins_run_factor *factor = &identity->factor[i];
    const ins_column_id id = column_named(factor->name);
    ins_status status = check_text("a factor", factor->name, error);
    status = ins_status_first(status, check_text("a factor's value", factor->value, error));
    if (status != INS_OK) return status;
    if (factor->name[0] == '\0') return ins_error_add(error, INS_USAGE, "a factor has no name");
    for (size_t j = 0; j < i; j++)
        if (strcmp(identity->factor[j].name, factor->name) == 0)
            return ins_error_add(error, INS_USAGE, "a factor is given twice (got \"%s\")",
                                 factor->name);
    if (id != INS_NO_COLUMN) {
        double value;
        return is_text(id) ? INS_OK : read_number(id, factor->value, &value, error);
    }
    for (const ins_column *c = ins_log_tables[INS_LOG_RUNS].columns; c->name != NULL; c++)
        if (strcmp(c->name, factor->name) == 0)
            return ins_error_add(error, INS_USAGE,
                                 "a factor has the name of a figure of runs.csv (got \"%s\")",
                                 factor->name);
    return INS_OK;
}

ins_status ins_run_identity_check(const ins_run_identity *identity, ins_error *error)
{
    ins_status status = check_text("initializer", identity->initializer, error);
    for (size_t i = 0; status == INS_OK && i < identity->factors; i++)
        status = check_factor(identity, i, error);
    return status;
}

static void add_cell(const ins_run_identity *identity, ins_column_id id, ins_row *row)
{
    const char *text = value_of(identity, column_of(id)->name);
    double value = NAN;
    if (text == NULL)
        ins_row_empty(row, (int)id);
    else if (is_text(id))
        ins_row_name(row, (int)id, text);
    else if (read_number(id, text, &value, NULL) != INS_OK)
        ins_row_empty(row, (int)id);
    else if (strcmp(ins_column_rules[column_of(id)->type].name, "integer") == 0)
        ins_row_integer(row, (int)id, (long long)value);
    else
        ins_row_number(row, (int)id, value);
}

void ins_run_identity_row(const ins_run_identity *identity, size_t run,
                          const ins_run_figures *state, ins_text *out)
{
    ins_row row = ins_row_begin(out, INS_LOG_RUNS);
    ins_row_integer(&row, INS_RUNS_RUN, (long long)run);
    ins_row_name(&row, INS_RUNS_INITIALIZER, identity->initializer);
    for (size_t i = 0; i < COLUMNS; i++) add_cell(identity, columns[i], &row);
    ins_row_integer(&row, INS_RUNS_SEED, identity->seed);
    ins_row_text(&row, INS_RUNS_STATUS, state->status);
    ins_row_integer(&row, INS_RUNS_STOPPED_EPOCH, (long long)state->epoch);
    ins_row_integer(&row, INS_RUNS_UPDATES, (long long)state->updates);
    ins_row_number(&row, INS_RUNS_TRAIN_LOSS, state->train_loss);
    ins_row_optional(&row, INS_RUNS_TRAIN_ACCURACY, state->train_accuracy);
    ins_row_number(&row, INS_RUNS_TEST_LOSS, state->test_loss);
    ins_row_optional(&row, INS_RUNS_TEST_ACCURACY, state->test_accuracy);
    ins_row_number(&row, INS_RUNS_TRAIN_SCORE, state->train_score);
    ins_row_number(&row, INS_RUNS_TEST_SCORE, state->test_score);
    ins_row_end(&row);
}

void ins_run_identity_factors(const ins_run_identity *identity, size_t run, ins_text *out)
{
    for (size_t i = 0; i < identity->factors; i++) {
        if (column_named(identity->factor[i].name) != INS_NO_COLUMN) continue;
        ins_row row = ins_row_begin(out, INS_LOG_FACTORS);
        ins_row_integer(&row, INS_FACTORS_RUN, (long long)run);
        ins_row_name(&row, INS_FACTORS_FACTOR, identity->factor[i].name);
        ins_row_name(&row, INS_FACTORS_VALUE, identity->factor[i].value);
        ins_row_end(&row);
    }
}

/* Reading back. */

static bool same_cell(const ins_run_identity *identity, const ins_table *runs, size_t r,
                      ins_column_id id)
{
    const char *text = value_of(identity, column_of(id)->name);
    if (is_text(id)) return strcmp(ins_table_texts(runs, id)[r], text != NULL ? text : "") == 0;
    const double cell = ins_table_numbers(runs, id)[r];
    double value = NAN;
    if (text != NULL && read_number(id, text, &value, NULL) != INS_OK) return false;
    return isnan(value) ? isnan(cell) : value == cell;
}

/* The row r of runs.csv is of the identity, as far as that file tells, and came to its end. */
static bool same_run(const ins_run_identity *identity, const ins_table *runs, size_t r)
{
    if (strcmp(ins_table_texts(runs, INS_RUNS_STATUS)[r], "interrupted") == 0 ||
        ins_table_numbers(runs, INS_RUNS_SEED)[r] != identity->seed ||
        strcmp(ins_table_texts(runs, INS_RUNS_INITIALIZER)[r], identity->initializer) != 0)
        return false;
    for (size_t i = 0; i < COLUMNS; i++)
        if (!same_cell(identity, runs, r, columns[i])) return false;
    return true;
}

/* factors.csv has the identity's for that run, and no other. */
static bool same_factors(const ins_run_identity *identity, const ins_table *factors, double run)
{
    size_t wanted = 0, found = 0;
    for (size_t i = 0; i < identity->factors; i++)
        wanted += column_named(identity->factor[i].name) == INS_NO_COLUMN;
    const double *runs = ins_table_numbers(factors, INS_FACTORS_RUN);
    for (size_t r = 0; r < factors->rows; r++) {
        if (runs[r] != run) continue;
        const char *value = value_of(identity, ins_table_texts(factors, INS_FACTORS_FACTOR)[r]);
        if (value == NULL || strcmp(ins_table_texts(factors, INS_FACTORS_VALUE)[r], value) != 0)
            return false;
        found++;
    }
    return found == wanted;
}

ins_status ins_run_identity_find(const ins_run_identity *identity, const char *directory,
                                 bool *found, ins_error *error)
{
    ins_table runs, factors;
    bool present;
    *found = false;
    ins_status status = ins_table_read(directory, INS_LOG_RUNS, false, &runs, &present, error);
    if (status != INS_OK || !present) return status;
    status = ins_table_read(directory, INS_LOG_FACTORS, false, &factors, &present, error);
    for (size_t r = 0; status == INS_OK && !*found && r < runs.rows; r++)
        *found = same_run(identity, &runs, r) &&
                 same_factors(identity, &factors, ins_table_numbers(&runs, INS_RUNS_RUN)[r]);
    if (status == INS_OK && present) ins_table_free(&factors);
    ins_table_free(&runs);
    return status;
}
