/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The factors of factors.csv, and networks as labels. */
#include <config.h>

#include "study_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/text.h"

/* --- factors.csv -------------------------------------------------------------- */

/* A factor is something that is crossed or compared: nobody has more of them. */
enum { MOST_NAMED = 64 };

typedef struct namer {
    const ins_study *study;
    const found_rows *found;
    named_factors *out;
    ins_error *error;
} namer;

/* "learning-rate" and "learning_rate" are one name. */
static bool same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) return false;
    return *a == *b;
}

/* The column of runs.csv that has the factor already. */
static ins_column_id own_column(const char *name)
{
    const ins_column *columns = ins_log_tables[INS_LOG_RUNS].columns;
    for (size_t c = 0; columns[c].name != NULL; c++)
        if (same_name(columns[c].name, name)) return ins_column_at(INS_LOG_RUNS, c);
    return INS_NO_COLUMN;
}

static bool is_number(const char *text, double value)
{
    double number;
    return ins_parse_number(text, strlen(text), &number) == INS_NUMBER_FINITE && number == value;
}

/* What runs.csv says of the factor: whether it does, and whether it is the same. */
static bool is_told(const namer *n, const char *name, const char *value, size_t run, bool *same)
{
    const ins_table *runs = &n->study->runs_table;
    ins_column_id column = own_column(name);
    size_t row = n->found->run[run].runs_row;
    const char *const *text = ins_table_texts(runs, column);
    const double *number = ins_table_numbers(runs, column);
    if (row == ROW_NONE) return false;
    if (text != NULL && text[row][0] != '\0') {
        *same = strcmp(text[row], value) == 0;
        return true;
    }
    if (number != NULL && !isnan(number[row])) {
        *same = is_number(value, number[row]);
        return true;
    }
    return false;
}

static void complain(const namer *n, size_t row, const char *what)
{
    ins_error_add(n->error, INS_DATA, "%s/%s: data row %zu %s", n->study->directory,
                  ins_log_tables[INS_LOG_FACTORS].file, row + 1, what);
}

/* Its place; MOST_NAMED: there are too many. */
static size_t place_of(namer *n, const char *name)
{
    named_factors *out = n->out;
    ins_arena *arena = n->study->index->arena;
    size_t f = 0;
    while (f < out->count && !same_name(out->name[f], name)) f++;
    if (f < out->count || f == MOST_NAMED) return f;
    out->name[f] = name;
    out->value[f] = ins_arena_get(arena, n->found->runs + 1, sizeof *out->value[f], "factors");
    out->count++;
    return f;
}

static void take(namer *n, size_t row, const char *name, const char *value, size_t run)
{
    bool same;
    if (is_told(n, name, value, run, &same)) {
        if (!same) complain(n, row, "has another value than the run's own column of runs.csv");
        return;
    }
    size_t f = place_of(n, name);
    if (f == MOST_NAMED) {
        complain(n, row, "is of a factor beyond the 64 that are read");
        return;
    }
    const char **known = &n->out->value[f][run];
    if (*known != NULL && strcmp(*known, value) != 0)
        complain(n, row, "gives a factor of a run another value than a row before it");
    else
        *known = value;
}

ins_status ins_study_named_factors(const ins_study *study, const found_rows *found,
                                   named_factors *named, ins_error *error)
{
    const ins_table *table = &study->index->file[INS_LOG_FACTORS].table;
    ins_arena *arena = study->index->arena;
    *named =
        (named_factors){.name = ins_arena_get(arena, MOST_NAMED, sizeof *named->name, "factors"),
                        .value = ins_arena_get(arena, MOST_NAMED, sizeof *named->value, "factors")};
    if (table->rows == 0 || !found->by_number) return INS_OK;
    const double *number = ins_table_numbers(table, INS_FACTORS_RUN);
    const char *const *name = ins_table_texts(table, INS_FACTORS_FACTOR);
    const char *const *value = ins_table_texts(table, INS_FACTORS_VALUE);
    if (!ins_study_has_column(study, INS_FACTORS_RUN, error) ||
        !ins_study_has_column(study, INS_FACTORS_FACTOR, error) ||
        !ins_study_has_column(study, INS_FACTORS_VALUE, error))
        return error->status;
    namer n = {.study = study, .found = found, .out = named, .error = error};
    ins_row_map runs;
    ins_row_map_start(&runs, found->runs, UINT64_MAX);
    for (size_t r = 0; r < found->runs; r++)
        ins_row_map_put(&runs, (uint64_t)found->run[r].number, r);
    for (size_t row = 0; row < table->rows; row++) {
        if (!ins_is_whole(number[row], -WHOLE_LIMIT, WHOLE_LIMIT)) continue;
        size_t run = ins_row_map_find(&runs, (uint64_t)(long long)number[row]);
        if (run != ROW_NONE && *name[row] != '\0') take(&n, row, name[row], value[row], run);
    }
    ins_row_map_free(&runs);
    return error->status;
}

/* --- Networks as labels --------------------------------------------------------- */

bool ins_is_shape(const char *network)
{
    return strspn(network, "0123456789,x") == strlen(network);
}

/* The length of "NAME" in "NAME=...", 0: it has none. */
static size_t name_length(const char *network)
{
    size_t length = 0;
    while (isalnum((unsigned char)network[length]) || strchr("_.-", network[length]) != NULL) {
        if (network[length] == '\0') return 0;
        length++;
    }
    return network[length] == '=' ? length : 0;
}

static void add_shape(ins_text *out, const char *hidden)
{
    while (*hidden != '\0') {
        size_t length = strcspn(hidden, ",");
        size_t times = 0;
        const char *next = hidden;
        while (strncmp(next, hidden, length) == 0 &&
               (next[length] == ',' || next[length] == '\0')) {
            times++;
            next += length;
            if (*next == '\0') break;
            next++;
        }
        if (out->length > 0) ins_text_add(out, "-");
        if (times > 1) ins_text_add_format(out, "%zux", times);
        ins_text_add_bytes(out, hidden, length);
        if (*next == '\0' || next == hidden) break;
        hidden = next;
    }
}

/* The first layers, as many as a label has room for; commas between layers become hyphens. The
 * shape of the input says nothing of the network. */
static void add_layers(ins_text *out, const char *network)
{
    enum { LONGEST = 30 };
    size_t depth = 0;
    if (strncmp(network, "input(", 6) == 0 && strstr(network, "),") != NULL)
        network = strstr(network, "),") + 2;
    while (*network != '\0') {
        size_t length = 0;
        for (; network[length] != '\0' && (depth > 0 || network[length] != ','); length++) {
            depth += network[length] == '(';
            depth -= network[length] == ')' && depth > 0;
        }
        depth = 0;
        if (out->length > 0) ins_text_add(out, "-");
        if (out->length + length > LONGEST) {
            size_t part = out->length < LONGEST / 2 ? LONGEST - out->length : 0;
            while (part > 0 && (network[part] & 0xC0) == 0x80) part--;
            ins_text_add_bytes(out, network, part < length ? part : length);
            ins_text_add(out, "…");
            return;
        }
        ins_text_add_bytes(out, network, length);
        network += length;
        if (*network == ',') network++;
    }
}

const char *ins_shape_label(ins_arena *arena, const char *hidden)
{
    if (strchr(hidden, ',') == NULL) return hidden;
    ins_text out = {0};
    add_shape(&out, hidden);
    const char *label = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return label;
}

const char *ins_network_label(ins_arena *arena, const char *network)
{
    size_t name = name_length(network);
    if (name == 0 && ins_is_shape(network)) return ins_shape_label(arena, network);
    ins_text out = {0};
    ins_text_add(&out, "");
    if (name > 0)
        ins_text_add_bytes(&out, network, name);
    else
        add_layers(&out, network);
    const char *label = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return label;
}
