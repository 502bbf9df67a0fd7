/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What network.csv tells of the layers of an arm, and the streams of its residual blocks. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

enum { LAYER_LIMIT = 100000 };

static const char *const kind_names[INS_LAYER_KINDS] = {
    [INS_KIND_DENSE] = "dense",         [INS_KIND_CONV] = "conv",
    [INS_KIND_RECURRENT] = "recurrent", [INS_KIND_ATTENTION] = "attention",
    [INS_KIND_EMBEDDING] = "embedding", [INS_KIND_NORM] = "norm",
    [INS_KIND_OTHER] = "other"};

/* The cells of network.csv; NULL: there is no such column. */
typedef struct graph_cells {
    const double *run, *layer, *units, *fan_in, *fan_out, *parameters, *trainable;
    const char *const *name, *const *kind, *const *block, *const *activation, *const *inputs;
} graph_cells;

typedef struct grapher {
    const ins_study *study;
    graph_cells cells;
    ins_row_map seen; /* arm and layer, to the row that told first */
    ins_row_map runs; /* a run's number, to the run */
    ins_error *error;
} grapher;

static graph_cells cells_of(const ins_table *table)
{
    return (graph_cells){.run = ins_table_numbers(table, INS_NETWORK_RUN),
                         .layer = ins_table_numbers(table, INS_NETWORK_LAYER),
                         .units = ins_table_numbers(table, INS_NETWORK_UNITS),
                         .fan_in = ins_table_numbers(table, INS_NETWORK_FAN_IN),
                         .fan_out = ins_table_numbers(table, INS_NETWORK_FAN_OUT),
                         .parameters = ins_table_numbers(table, INS_NETWORK_PARAMETERS),
                         .trainable = ins_table_numbers(table, INS_NETWORK_TRAINABLE),
                         .name = ins_table_texts(table, INS_NETWORK_NAME),
                         .kind = ins_table_texts(table, INS_NETWORK_KIND),
                         .block = ins_table_texts(table, INS_NETWORK_BLOCK),
                         .activation = ins_table_texts(table, INS_NETWORK_ACTIVATION),
                         .inputs = ins_table_texts(table, INS_NETWORK_INPUTS)};
}

/* --- Reading --------------------------------------------------------------------- */

/* What others call them; without a word it is a layer like those of a log without network.csv. */
static const struct {
    const char *word;
    ins_logged_kind kind;
} other_words[] = {{"", INS_KIND_DENSE},        {"linear", INS_KIND_DENSE},
                   {"conv1d", INS_KIND_CONV},   {"conv2d", INS_KIND_CONV},
                   {"conv3d", INS_KIND_CONV},   {"rnn", INS_KIND_RECURRENT},
                   {"gru", INS_KIND_RECURRENT}, {"lstm", INS_KIND_RECURRENT}};

static ins_logged_kind kind_of(const char *name)
{
    unsigned kind = 0;
    for (size_t i = 0; i < sizeof other_words / sizeof other_words[0]; i++)
        if (strcmp(other_words[i].word, name) == 0) return other_words[i].kind;
    while (kind < INS_KIND_OTHER && strcmp(kind_names[kind], name) != 0) kind++;
    return (ins_logged_kind)kind;
}

/* Numbers of layers separated by blanks; false: something else. input may be NULL: they are only
 * counted. */
static bool read_inputs(const char *text, size_t *input, size_t *count)
{
    *count = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        long long number;
        if (!ins_parse_integer(text, length, 0, LAYER_LIMIT, &number)) return false;
        if (input != NULL) input[*count] = (size_t)number;
        (*count)++;
        text += length;
    }
    return true;
}

static double number_at(const double *cells, size_t row)
{
    return cells != NULL ? cells[row] : (double)NAN;
}

static bool same_number(const double *cells, size_t a, size_t b)
{
    return cells == NULL || cells[a] == cells[b] || (isnan(cells[a]) && isnan(cells[b]));
}

static bool same_text(const char *const *cells, size_t a, size_t b)
{
    return cells == NULL || strcmp(cells[a], cells[b]) == 0;
}

static bool same_layer(const graph_cells *of, size_t a, size_t b)
{
    return same_text(of->name, a, b) && same_text(of->kind, a, b) && same_text(of->block, a, b) &&
           same_text(of->activation, a, b) && same_text(of->inputs, a, b) &&
           same_number(of->units, a, b) && same_number(of->fan_in, a, b) &&
           same_number(of->fan_out, a, b) && same_number(of->parameters, a, b) &&
           same_number(of->trainable, a, b);
}

/* A word of others for what scales each unit by itself, as norms do: of one input, and of no more
 * numbers than a weight and a bias a unit. */
static bool scales_alone(const ins_graph_layer *of, const char *word)
{
    bool known = of->kind != INS_KIND_OTHER || strcmp(word, kind_names[INS_KIND_OTHER]) == 0;
    return !known && (of->fan_in == 1 || of->parameters <= 2 * of->units);
}

static ins_graph_layer layer_of(const grapher *g, size_t row)
{
    const graph_cells *of = &g->cells;
    ins_graph_layer out = {.number = (size_t)of->layer[row],
                           .name = of->name != NULL ? of->name[row] : "",
                           .kind = of->kind != NULL ? kind_of(of->kind[row]) : INS_KIND_DENSE,
                           .block = of->block != NULL ? of->block[row] : "",
                           .activation = of->activation != NULL ? of->activation[row] : NULL,
                           .units = number_at(of->units, row),
                           .fan_in = number_at(of->fan_in, row),
                           .fan_out = number_at(of->fan_out, row),
                           .parameters = number_at(of->parameters, row),
                           .frozen = number_at(of->trainable, row) == 0,
                           .row = row};
    if (of->kind != NULL && scales_alone(&out, of->kind[row])) out.kind = INS_KIND_NORM;
    const char *inputs = of->inputs != NULL ? of->inputs[row] : "";
    size_t *input = ins_arena_get(g->study->index->arena, strlen(inputs) + 1, sizeof *input,
                                  "a network's layers");
    read_inputs(inputs, input, &out.inputs);
    out.input = input;
    return out;
}

/* The arm of a row that is about a layer that the arm has; ROW_NONE: of none. */
static size_t arm_of(const grapher *g, const ins_arm *arm, const ins_run *run, size_t row)
{
    const graph_cells *of = &g->cells;
    size_t count;
    if (!ins_is_whole(of->run[row], -WHOLE_LIMIT, WHOLE_LIMIT)) return ROW_NONE;
    size_t r = ins_row_map_find(&g->runs, (uint64_t)(long long)of->run[row]);
    if (r == ROW_NONE) return ROW_NONE;
    if (!ins_is_whole(of->layer[row], 1, LAYER_LIMIT)) {
        ins_study_bad_cell(g->error, g->study, INS_LOG_NETWORK, row,
                           "layer is not a whole number from 1 to 100000", of->layer[row]);
        return ROW_NONE;
    }
    if (of->inputs != NULL && !read_inputs(of->inputs[row], NULL, &count)) {
        ins_error_add(g->error, INS_DATA,
                      "%s/%s: data row %zu: inputs are not numbers of layers separated by blanks",
                      g->study->directory, ins_log_tables[INS_LOG_NETWORK].file, row + 1);
        return ROW_NONE;
    }
    return of->layer[row] > (double)arm[run[r].arm].layers ? ROW_NONE : run[r].arm;
}

/* Two runs of one arm are one network: what differs between them is a factor. */
static void contradict(const grapher *g, size_t row, size_t first)
{
    ins_error_add(g->error, INS_DATA,
                  "%s/%s: data row %zu is another layer than data row %zu, of the same number and "
                  "the same factors; what differs between runs belongs in factors.csv",
                  g->study->directory, ins_log_tables[INS_LOG_NETWORK].file, row + 1, first + 1);
}

static int by_number(const void *left, const void *right)
{
    const ins_graph_layer *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

/* The arm that each row adds a layer to, ROW_NONE: to none, for another run told it already. */
static void place_rows(grapher *g, ins_arm *arm, const ins_run *run, size_t *owner, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        size_t a = owner[row] = arm_of(g, arm, run, row);
        if (a == ROW_NONE) continue;
        uint64_t key = (uint64_t)a * (LAYER_LIMIT + 1) + (uint64_t)g->cells.layer[row];
        size_t first = ins_row_map_put(&g->seen, key, row);
        if (first == row) {
            arm[a].listed++;
            continue;
        }
        if (!same_layer(&g->cells, first, row)) contradict(g, row, first);
        owner[row] = ROW_NONE;
    }
}

/* Where no row tells what its layer reads, each reads the one before, as without network.csv. */
static void chain_up(const grapher *g, ins_graph_layer *layer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (layer[i].inputs > 0) return;
    for (size_t i = 0; i < count; i++) {
        size_t *input =
            ins_arena_get(g->study->index->arena, 1, sizeof *input, "a network's layers");
        *input = layer[i].number - 1;
        layer[i].inputs = 1;
        layer[i].input = input;
    }
}

static void fill(const grapher *g, ins_arm *arm, const size_t *owner, size_t rows)
{
    ins_arena *arena = g->study->index->arena;
    ins_graph_layer **next =
        ins_allocate(g->study->arms + 1, sizeof(ins_graph_layer *), "a network's layers");
    for (size_t a = 0; a < g->study->arms; a++) {
        next[a] = ins_arena_get(arena, arm[a].listed + 1, sizeof **next, "a network's layers");
        arm[a].graph = next[a];
    }
    for (size_t row = 0; row < rows; row++)
        if (owner[row] != ROW_NONE) *next[owner[row]]++ = layer_of(g, row);
    for (size_t a = 0; a < g->study->arms; a++) {
        ins_graph_layer *first = next[a] - arm[a].listed;
        qsort(first, arm[a].listed, sizeof *first, by_number);
        chain_up(g, first, arm[a].listed);
    }
    free(next);
}

/* Every layer is told, dense, in no block, and reads the one before it. */
static bool is_chain(const ins_arm *arm)
{
    if (arm->listed == 0) return true;
    for (size_t i = 0; i < arm->listed; i++) {
        const ins_graph_layer *layer = &arm->graph[i];
        if (layer->kind != INS_KIND_DENSE || layer->block[0] != '\0' || layer->number != i + 1)
            return false;
        if (layer->inputs != 1 || layer->input[0] != i) return false;
    }
    return arm->listed == arm->layers;
}

ins_status ins_study_read_graph(const ins_study *study, ins_arm *arm, const ins_run *run,
                                const found_rows *found, ins_error *error)
{
    const ins_table *table = &study->index->file[INS_LOG_NETWORK].table;
    grapher g = {.study = study, .cells = cells_of(table), .error = error};
    if (table->rows > 0 && found->by_number &&
        ins_study_has_column(study, INS_NETWORK_RUN, error) &&
        ins_study_has_column(study, INS_NETWORK_LAYER, error)) {
        size_t *owner = ins_allocate(table->rows, sizeof *owner, "a network's layers");
        ins_row_map_start(&g.seen, table->rows, UINT64_MAX);
        ins_row_map_start(&g.runs, found->runs, UINT64_MAX);
        for (size_t r = 0; r < found->runs; r++)
            ins_row_map_put(&g.runs, (uint64_t)found->run[r].number, r);
        place_rows(&g, arm, run, owner, table->rows);
        fill(&g, arm, owner, table->rows);
        ins_row_map_free(&g.runs);
        ins_row_map_free(&g.seen);
        free(owner);
    }
    for (size_t a = 0; a < study->arms; a++) arm[a].chain = is_chain(&arm[a]);
    return error->status;
}

/* --- Streams ----------------------------------------------------------------------- */

typedef struct stream_end {
    size_t arm, layer;
} stream_end;

static int by_arm_and_layer(const void *left, const void *right)
{
    const stream_end *a = left, *b = right;
    if (a->arm != b->arm) return a->arm < b->arm ? -1 : 1;
    return (a->layer > b->layer) - (a->layer < b->layer);
}

void ins_study_list_streams(ins_study *study, const ins_run *run, const found_rows *found)
{
    struct ins_study_index *index = study->index;
    size_t rows = index->file[INS_LOG_LAYERS].table.rows, ends = 0, kept = 0;
    for (size_t row = 0; row < rows; row++) ends += found->layers[row].tensor == INS_STREAM;
    stream_end *end = ins_allocate(ends + 1, sizeof *end, "streams");
    ends = 0;
    for (size_t row = 0; row < rows; row++) {
        const row_place *place = &found->layers[row];
        if (place->tensor == INS_STREAM && place->run != UINT32_MAX)
            end[ends++] = (stream_end){run[place->run].arm, place->layer};
    }
    qsort(end, ends, sizeof *end, by_arm_and_layer);
    index->stream = ins_arena_get(index->arena, ends + 1, sizeof *index->stream, "streams");
    index->streams =
        ins_arena_get(index->arena, study->arms + 2, sizeof *index->streams, "streams");
    for (size_t i = 0, a = 0; a < study->arms; a++) {
        for (; i < ends && end[i].arm == a; i++)
            if (kept == index->streams[a] || index->stream[kept - 1] != end[i].layer)
                index->stream[kept++] = end[i].layer;
        index->streams[a + 1] = kept;
    }
    free(end);
}

size_t ins_streams(const ins_study *study, size_t arm, const size_t **layer)
{
    const struct ins_study_index *index = study->index;
    *layer = index->stream + index->streams[arm];
    return index->streams[arm + 1] - index->streams[arm];
}

/* --- Asking -------------------------------------------------------------------------- */

const ins_graph_layer *ins_layer_at(const ins_arm *arm, size_t layer)
{
    const ins_graph_layer wanted = {.number = layer};
    return arm->listed == 0
               ? NULL
               : bsearch(&wanted, arm->graph, arm->listed, sizeof *arm->graph, by_number);
}

size_t ins_layer_inputs(const ins_arm *arm, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(arm, layer);
    if (of != NULL) return of->inputs;
    return arm->listed == 0 && layer > 0 ? 1 : 0;
}

size_t ins_layer_input(const ins_arm *arm, size_t layer, size_t i)
{
    const ins_graph_layer *of = ins_layer_at(arm, layer);
    return of != NULL ? of->input[i] : layer - 1;
}

size_t ins_only_input(const ins_arm *arm, size_t layer)
{
    return ins_layer_inputs(arm, layer) == 1 ? ins_layer_input(arm, layer, 0) : SIZE_MAX;
}

bool ins_is_only_reader(const ins_arm *arm, size_t layer, size_t input)
{
    for (size_t i = 0; i < arm->listed; i++)
        for (size_t k = 0; k < arm->graph[i].inputs; k++)
            if (arm->graph[i].input[k] == input && arm->graph[i].number != layer) return false;
    return true;
}

bool ins_has_product(const ins_arm *arm, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(arm, layer);
    if (of == NULL) return true;
    return of->kind != INS_KIND_NORM && of->kind != INS_KIND_EMBEDDING;
}

size_t ins_hidden_products(const ins_arm *arm)
{
    size_t count = 0;
    for (size_t l = 1; l <= ins_hidden_layers(arm); l++) count += ins_has_product(arm, l);
    return count;
}

const char *ins_layer_name(ins_arena *arena, const ins_arm *arm, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(arm, layer);
    return of != NULL && of->name[0] != '\0' ? of->name : ins_arena_format(arena, "%zu", layer);
}
