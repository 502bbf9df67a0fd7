/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors in, rows out, for callers who show them one by one. */
#include <config.h>

#include "recording.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "host_array.h"
#include "initscope/activation.h"
#include "initscope/chain.h"
#include "initscope/log_row.h"
#include "initscope/memory.h"
#include "initscope/text.h"
#include "initscope/trace.h"

_Static_assert((int)INITSCOPE_WEIGHT == (int)INS_WEIGHT && (int)INITSCOPE_BIAS == (int)INS_BIAS &&
                   (int)INITSCOPE_PREACTIVATION == (int)INS_PREACTIVATION &&
                   (int)INITSCOPE_ACTIVATION == (int)INS_ACTIVATION &&
                   (int)INITSCOPE_DELTA == (int)INS_DELTA &&
                   (int)INITSCOPE_GRADIENT == (int)INS_GRADIENT &&
                   (int)INITSCOPE_UPDATE == (int)INS_UPDATE &&
                   (int)INITSCOPE_INPUT == (int)INS_INPUT &&
                   (int)INITSCOPE_STREAM == (int)INS_STREAM,
               "a role has the number of its tensor");

/* BINS of a histogram; singular values of a matrix whose spectrum is not too dear. */
enum { BINS = 60, MOST_SINGULAR = 2048, MOST_LAYERS = 1000000 };

/* The weights of a layer, kept for the update and the symmetry, in the type that they need. */
typedef struct kept_matrix {
    float *narrow;
    double *wide; /* one of both */
    size_t units, length;
} kept_matrix;

/* What theory asks of a tensor. */
typedef struct extent {
    size_t units, length;
    double square, minimum, maximum;
} extent;

typedef struct layer {
    char *name, *kind, *block, *activation, *inputs;
    ins_choice choice;              /* of the activation */
    const ins_activation *function; /* NULL: none, or none of the table */
    long long units, fan_in, fan_out, parameters;
    bool frozen, follows; /* it reads the layer before it alone */
    kept_matrix weight;
    extent start[INS_RECORDED_TENSORS]; /* at the first moment */

    /* Of this moment. */
    bool shown[INS_RECORDED_TENSORS];
    double *bias; /* (biases) */
    size_t biases;
    ins_output_symmetry outputs;
    size_t output_units;
    ins_log_rows rows;
} layer;

struct ins_recording {
    char *initializer;
    ins_run_factor *factor; /* of the identity, own copies */
    ins_run_identity identity;
    ins_arena *arena; /* of the choices */
    layer *layer;     /* (layers), the network's input first */
    ins_chain_inputs inputs;
    size_t layers, capacity;
    bool closed; /* no more layers: a tensor has come */

    initscope_moment moment;
    size_t moments; /* begun so far */
    bool begun;     /* the last of them is not over */
    bool graded;    /* gradients were given at this moment */
    double squares; /* of them */
};

/* --- Making ------------------------------------------------------------------ */

static char *copy_text(const char *text)
{
    return ins_duplicate(text != NULL ? text : "");
}

static layer *new_layer(ins_recording *recording)
{
    if (recording->layers == recording->capacity) {
        recording->capacity = recording->capacity > 0 ? 2 * recording->capacity : 16;
        recording->layer = ins_reallocate(recording->layer, recording->capacity,
                                          sizeof *recording->layer, "layers");
    }
    layer *new = &recording->layer[recording->layers++];
    *new = (layer){.outputs = {NAN, NAN}};
    return new;
}

ins_recording *ins_recording_new(const ins_run_identity *identity)
{
    ins_recording *recording = ins_allocate(1, sizeof *recording, "a run");
    recording->arena = ins_arena_new();
    recording->initializer = ins_duplicate(identity->initializer);
    recording->factor = ins_allocate(identity->factors + 1, sizeof *recording->factor, "factors");
    for (size_t i = 0; i < identity->factors; i++)
        recording->factor[i] = (ins_run_factor){ins_duplicate(identity->factor[i].name),
                                                ins_duplicate(identity->factor[i].value)};
    recording->identity = (ins_run_identity){recording->initializer, identity->seed,
                                             recording->factor, identity->factors};
    layer *input = new_layer(recording);
    input->name = copy_text("input");
    input->kind = copy_text("input");
    input->block = copy_text(NULL);
    input->activation = copy_text(NULL);
    input->inputs = copy_text(NULL);
    return recording;
}

static void free_kept(kept_matrix *kept)
{
    free(kept->narrow);
    free(kept->wide);
    *kept = (kept_matrix){0};
}

void ins_recording_free(ins_recording *recording)
{
    if (recording == NULL) return;
    for (size_t l = 0; l < recording->layers; l++) {
        layer *of = &recording->layer[l];
        free(of->name);
        free(of->kind);
        free(of->block);
        free(of->activation);
        free(of->inputs);
        free(of->bias);
        free_kept(&of->weight);
        ins_log_rows_free(&of->rows);
    }
    for (size_t i = 0; i < recording->identity.factors; i++) {
        free((char *)recording->factor[i].name);
        free((char *)recording->factor[i].value);
    }
    free(recording->factor);
    ins_arena_free(recording->arena);
    free(recording->initializer);
    free(recording->layer);
    free(recording);
}

const ins_run_identity *ins_recording_identity(const ins_recording *recording)
{
    return &recording->identity;
}

/* --- Layers ------------------------------------------------------------------ */

static ins_status check_name(const char *what, const char *text, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    for (const char *p = text != NULL ? text : ""; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return ins_error_add(error, INS_USAGE,
                                 "layer: its %s has a control character (got "
                                 "\"%s\")",
                                 what, ins_display(shown, text, strlen(text)));
    return INS_OK;
}

static ins_status check_layer(const ins_recording *recording, const initscope_layer *given,
                              ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    if (recording->closed)
        return ins_error_add(error, INS_USAGE,
                             "layer: all are declared before the first tensor of the run");
    if (recording->layers > MOST_LAYERS)
        return ins_error_add(error, INS_USAGE, "layer: there are %d already", MOST_LAYERS);
    if (given->name == NULL || given->name[0] == '\0')
        return ins_error_add(error, INS_USAGE, "layer: has no name");
    ins_status status = check_name("name", given->name, error);
    status = ins_status_first(status, check_name("kind", given->kind, error));
    status = ins_status_first(status, check_name("block", given->block, error));
    status = ins_status_first(status, check_name("activation", given->activation, error));
    if (status != INS_OK) return status;
    for (size_t l = 1; l < recording->layers; l++)
        if (strcmp(recording->layer[l].name, given->name) == 0)
            return ins_error_add(error, INS_USAGE,
                                 "layer: the run has one of this name (got "
                                 "\"%s\")",
                                 ins_display(shown, given->name, strlen(given->name)));
    for (size_t i = 0; i < given->input_count; i++)
        if (given->inputs == NULL || given->inputs[i] < 0 ||
            (size_t)given->inputs[i] >= recording->layers)
            return ins_error_add(error, INS_USAGE, "layer \"%s\": an input is no layer before it",
                                 ins_display(shown, given->name, strlen(given->name)));
    if (given->units < 0 || given->fan_in < 0 || given->fan_out < 0 || given->parameters < 0)
        return ins_error_add(error, INS_USAGE, "layer \"%s\": a count is negative",
                             ins_display(shown, given->name, strlen(given->name)));
    return INS_OK;
}

/* Numbers separated by blanks. */
static char *list_inputs(const initscope_layer *given, size_t number)
{
    ins_text text = {0};
    if (given->inputs == NULL) ins_text_add_format(&text, "%zu", number - 1);
    for (size_t i = 0; given->inputs != NULL && i < given->input_count; i++)
        ins_text_add_format(&text, "%s%d", i > 0 ? " " : "", given->inputs[i]);
    return text.data != NULL ? text.data : ins_duplicate("");
}

/* One of the program's own activations, with its parameters. */
static const ins_activation *find_function(ins_recording *recording, const char *name,
                                           ins_choice *choice)
{
    if (name == NULL || name[0] == '\0') return NULL;
    if (ins_choice_parse(&ins_activations, name, "", recording->arena, choice, NULL) != INS_OK)
        return NULL;
    return (const ins_activation *)choice->entry;
}

ins_status ins_recording_add_layer(ins_recording *recording, const initscope_layer *given,
                                   int *number, ins_error *error)
{
    initscope_layer own;
    ins_status status = ins_door_take(&own, sizeof own, given, "layer", error);
    if (status == INS_OK) status = check_layer(recording, &own, error);
    if (status != INS_OK) return status;
    const size_t place = recording->layers;
    layer *new = new_layer(recording);
    new->name = copy_text(own.name);
    new->kind = copy_text(own.kind != NULL && own.kind[0] != '\0' ? own.kind : "dense");
    new->block = copy_text(own.block);
    new->activation = copy_text(own.activation);
    new->inputs = list_inputs(&own, place);
    new->function = find_function(recording, own.activation, &new->choice);
    new->follows = own.inputs == NULL || (own.input_count == 1 && own.inputs[0] == (int)place - 1);
    new->units = own.units;
    new->fan_in = own.fan_in;
    new->fan_out = own.fan_out;
    new->parameters = own.parameters;
    new->frozen = own.flags &INITSCOPE_FROZEN;
    *number = (int)place;
    return INS_OK;
}

/* --- Moments ----------------------------------------------------------------- */

ins_status ins_recording_begin(ins_recording *recording, const initscope_moment *moment,
                               ins_error *error)
{
    initscope_moment own;
    const ins_status status = ins_door_take(&own, sizeof own, moment, "moment", error);
    if (status != INS_OK) return status;
    if (own.time < 0 || own.updates < 0)
        return ins_error_add(error, INS_USAGE,
                             "moment: time and updates are 0 or more (got "
                             "\"%lld\", \"%lld\")",
                             (long long)own.time, (long long)own.updates);
    if (recording->moments > 0 && own.time <= recording->moment.time)
        return ins_error_add(error, INS_USAGE,
                             "moment: time is larger than at the moment before, %lld (got "
                             "\"%lld\")",
                             (long long)recording->moment.time, (long long)own.time);
    recording->moment = own;
    recording->moments++;
    recording->begun = true;
    recording->graded = false;
    recording->squares = 0;
    return INS_OK;
}

static ins_trace_moment moment_of(const ins_recording *recording, ins_log_set logs)
{
    const initscope_moment *at = &recording->moment;
    const bool summed = isnan(at->gradient_norm) && recording->graded;
    return (ins_trace_moment){.run = {0, recording->initializer, recording->identity.seed},
                              .epoch = (size_t)at->time,
                              .updates = (size_t)at->updates,
                              .train_loss = at->train_loss,
                              .test_loss = at->test_loss,
                              .train_score = at->train_score,
                              .test_score = at->test_score,
                              .train_accuracy = NAN,
                              .test_accuracy = NAN,
                              .gradient_norm =
                                  summed ? sqrt(recording->squares) : at->gradient_norm,
                              .logs = logs};
}

static ins_log_set one(ins_log_file file)
{
    return (ins_log_set)1 << file;
}

/* --- Tensors ----------------------------------------------------------------- */

static extent extent_of(const ins_matrix *matrix)
{
    const size_t count = matrix->units * matrix->length;
    extent of = {matrix->units, matrix->length, 0, matrix->x[0], matrix->x[0]};
    for (size_t i = 0; i < count; i++) {
        of.square += matrix->x[i] * matrix->x[i] / (double)count;
        of.minimum = fmin(of.minimum, matrix->x[i]);
        of.maximum = fmax(of.maximum, matrix->x[i]);
    }
    return of;
}

/* The mean product of two different rows, from the sums over the rows. */
static ins_chain_inputs inputs_of(const ins_matrix *matrix, double square)
{
    const double rows = (double)matrix->length;
    double products = 0;
    for (size_t u = 0; u < matrix->units; u++) {
        double sum = 0, squares = 0;
        for (size_t r = 0; r < matrix->length; r++) {
            const double x = matrix->x[r * matrix->units + u];
            sum += x;
            squares += x * x;
        }
        products += (sum * sum - squares) / (rows * (rows - 1)) / (double)matrix->units;
    }
    return (ins_chain_inputs){rows, square, rows > 1 ? square - products : 0};
}

/* What is compared unit by unit: kinds that are no products of weights are not. */
static bool has_units(const layer *of)
{
    return strcmp(of->kind, "norm") != 0 && strcmp(of->kind, "embedding") != 0;
}

static void take_outputs(layer *of, const ins_matrix *matrix)
{
    ins_carver carver = {0};
    ins_symmetry_lay_out(matrix->units, 0, matrix->length, &carver);
    ins_carver_allocate(&carver, "symmetry");
    ins_symmetry_workspace *workspace =
        ins_symmetry_lay_out(matrix->units, 0, matrix->length, &carver);
    ins_door_quiet_gsl();
    of->outputs = ins_symmetry_of_outputs(workspace, matrix->x, matrix->length, matrix->units);
    ins_door_restore_gsl();
    of->output_units = matrix->units;
    free(workspace);
}

static void keep_weight(layer *of, const ins_matrix *matrix)
{
    kept_matrix *kept = &of->weight;
    const size_t count = matrix->units * matrix->length;
    if (kept->units * kept->length != count || (kept->narrow != NULL) != matrix->narrow)
        free_kept(kept);
    if (matrix->narrow && kept->narrow == NULL)
        kept->narrow = ins_reserve(count, sizeof *kept->narrow, "weights");
    if (!matrix->narrow && kept->wide == NULL)
        kept->wide = ins_reserve(count, sizeof *kept->wide, "weights");
    kept->units = matrix->units;
    kept->length = matrix->length;
    for (size_t i = 0; i < count; i++)
        if (matrix->narrow)
            kept->narrow[i] = (float)matrix->x[i];
        else
            kept->wide[i] = matrix->x[i];
}

/* (units, length), to be freed. */
static double *kept_as_double(const kept_matrix *kept)
{
    const size_t count = kept->units * kept->length;
    double *x = ins_reserve(count, sizeof *x, "weights");
    for (size_t i = 0; i < count; i++)
        x[i] = kept->wide != NULL ? kept->wide[i] : (double)kept->narrow[i];
    return x;
}

static ins_trace_tensor tensor_of(const ins_matrix *matrix)
{
    return (ins_trace_tensor){.x = matrix->x, .units = matrix->units, .length = matrix->length};
}

/* The rows of layers.csv, histograms.csv and spectrum.csv; the matrix may be scaled afterwards. */
static void show(ins_recording *recording, size_t number, ins_tensor kind, ins_matrix *matrix,
                 ins_log_set others)
{
    layer *of = &recording->layer[number];
    ins_trace_layer shown = {.number = number};
    shown.tensor[kind] = tensor_of(matrix);
    if (others != 0) {
        const ins_trace_moment moment = moment_of(recording, others);
        ins_door_quiet_gsl();
        ins_trace_show_once(&moment, &shown, BINS, &of->rows);
        ins_door_restore_gsl();
    }
    ins_bounds knees;
    shown.tensor[kind].exponent = ins_matrix_scale(matrix);
    if (kind == INS_ACTIVATION && of->function != NULL) {
        const double scale = ldexp(1, -shown.tensor[kind].exponent);
        knees = (ins_bounds){of->function->saturated_below * scale,
                             of->function->saturated_above * scale};
        if (!isinf(knees.lower) || !isinf(knees.upper)) shown.tensor[kind].saturation = &knees;
    }
    const ins_trace_moment moment = moment_of(recording, one(INS_LOG_LAYERS));
    ins_trace_show_once(&moment, &shown, BINS, &of->rows);
}

/* The rows of what the weight has changed by since it was kept. */
static void show_update(ins_recording *recording, size_t number, const ins_matrix *weight)
{
    layer *of = &recording->layer[number];
    ins_matrix update = *weight;
    update.x = kept_as_double(&of->weight);
    for (size_t i = 0; i < update.units * update.length; i++)
        update.x[i] = weight->x[i] - update.x[i];
    show(recording, number, INS_UPDATE, &update, 0);
    of->shown[INS_UPDATE] = true;
    free(update.x);
}

/* The logs beside layers.csv that want this tensor now. */
static ins_log_set logs_for(const ins_recording *recording, ins_tensor kind,
                            const ins_matrix *matrix)
{
    const unsigned record = recording->moment.record;
    const size_t rank = matrix->units < matrix->length ? matrix->units : matrix->length;
    ins_log_set logs = 0;
    if (record & INITSCOPE_HISTOGRAMS) logs |= one(INS_LOG_HISTOGRAMS);
    if (record & INITSCOPE_SPECTRUM && kind == INS_WEIGHT &&
        (rank <= MOST_SINGULAR || record & INITSCOPE_EVERY_SPECTRUM))
        logs |= one(INS_LOG_SPECTRUM);
    return logs;
}

static void take(ins_recording *recording, size_t number, ins_tensor kind, ins_matrix *matrix)
{
    layer *of = &recording->layer[number];
    const unsigned record = recording->moment.record;
    const bool same = of->weight.units == matrix->units && of->weight.length == matrix->length;
    const size_t count = matrix->units * matrix->length;
    const ins_log_set logs = logs_for(recording, kind, matrix);
    of->shown[kind] = true;
    if (recording->moments == 1) {
        of->start[kind] = extent_of(matrix);
        if (number == 0) recording->inputs = inputs_of(matrix, of->start[kind].square);
    }
    if (kind == INS_WEIGHT) {
        if (!(record & INITSCOPE_NO_UPDATE) && same && !of->shown[INS_UPDATE])
            show_update(recording, number, matrix);
        if (!(record & INITSCOPE_NO_UPDATE) || record & INITSCOPE_SYMMETRY)
            keep_weight(of, matrix);
        else
            free_kept(&of->weight);
        if (of->units == 0) of->units = (long long)matrix->units;
    } else if (kind == INS_GRADIENT) {
        recording->graded = true;
        for (size_t i = 0; i < count; i++) recording->squares += matrix->x[i] * matrix->x[i];
    } else if (kind == INS_ACTIVATION && record & INITSCOPE_SYMMETRY && number > 0 &&
               has_units(of)) {
        take_outputs(of, matrix);
    }
    if (kind == INS_PREACTIVATION && of->units == 0) of->units = (long long)matrix->units;
    if (kind == INS_BIAS) {
        of->bias = ins_reallocate(of->bias, count, sizeof *of->bias, "biases");
        memcpy(of->bias, matrix->x, count * sizeof *of->bias);
        of->biases = count;
    }
    show(recording, number, kind, matrix, logs);
}

static ins_status check_tensor(const ins_recording *recording, int number, initscope_role role,
                               ins_tensor *kind, ins_error *error)
{
    if (!recording->begun) return ins_error_add(error, INS_USAGE, "tensor: no moment has begun");
    if (number < 0 || (size_t)number >= recording->layers)
        return ins_error_add(error, INS_USAGE, "tensor: no layer of that number (got \"%d\")",
                             number);
    if ((int)role < 0 || role > INITSCOPE_STREAM)
        return ins_error_add(error, INS_USAGE, "tensor: no role of that number (got \"%d\")",
                             (int)role);
    *kind = number == 0 && role == INITSCOPE_INPUT ? INS_ACTIVATION : (ins_tensor)role;
    if (number == 0 && *kind != INS_ACTIVATION)
        return ins_error_add(error, INS_USAGE,
                             "tensor: of layer 0, the network's input, there is an input alone "
                             "(got \"%s\")",
                             ins_tensor_table[*kind].name);
    if (recording->layer[number].shown[*kind])
        return ins_error_add(error, INS_USAGE, "tensor: the %s of layer %d was given already",
                             ins_tensor_table[*kind].name, number);
    return INS_OK;
}

ins_status ins_recording_show(ins_recording *recording, int number, initscope_role role,
                              const initscope_array *array, ins_error *error)
{
    ins_tensor kind = INS_WEIGHT;
    ins_matrix matrix;
    ins_status status = check_tensor(recording, number, role, &kind, error);
    if (status == INS_OK)
        status = ins_matrix_of(array, !ins_tensor_table[kind].by_sample, &matrix, error);
    if (status != INS_OK) return status;
    recording->closed = true;
    take(recording, (size_t)number, kind, &matrix);
    free(matrix.x);
    return INS_OK;
}

/* --- The end of a moment ------------------------------------------------------ */

static void add_symmetry(ins_recording *recording, size_t number)
{
    layer *of = &recording->layer[number];
    if (!of->shown[INS_WEIGHT] || !has_units(of)) return;
    if (of->output_units != of->weight.units) of->outputs = (ins_output_symmetry){NAN, NAN};
    ins_matrix weight = {.units = of->weight.units, .length = of->weight.length};
    weight.x = kept_as_double(&of->weight);
    ins_matrix_scale(&weight); /* equality and angles stay */
    ins_trace_layer shown = {.number = number,
                             .outputs = &of->outputs,
                             .rectifier = of->function != NULL && of->function->rectifier};
    shown.tensor[INS_WEIGHT] = tensor_of(&weight);
    if (of->shown[INS_BIAS] && of->biases == weight.units)
        shown.tensor[INS_BIAS] =
            (ins_trace_tensor){.x = of->bias, .units = of->biases, .length = 1};
    const ins_trace_moment moment = moment_of(recording, one(INS_LOG_SYMMETRY));
    ins_trace_show_once(&moment, &shown, BINS, &of->rows);
    free(weight.x);
}

static void add_network(const ins_recording *recording, ins_text *out)
{
    for (size_t l = 1; l < recording->layers; l++) {
        const layer *of = &recording->layer[l];
        ins_row row = ins_row_begin(out, INS_LOG_NETWORK);
        ins_row_integer(&row, INS_NETWORK_RUN, 0);
        ins_row_integer(&row, INS_NETWORK_LAYER, (long long)l);
        ins_row_name(&row, INS_NETWORK_NAME, of->name);
        ins_row_name(&row, INS_NETWORK_KIND, of->kind);
        ins_row_name(&row, INS_NETWORK_BLOCK, of->block);
        ins_row_name(&row, INS_NETWORK_ACTIVATION, of->activation);
        ins_row_text(&row, INS_NETWORK_INPUTS, of->inputs);
        if (of->units > 0)
            ins_row_integer(&row, INS_NETWORK_UNITS, of->units);
        else
            ins_row_empty(&row, INS_NETWORK_UNITS);
        ins_row_integer(&row, INS_NETWORK_FAN_IN, of->fan_in);
        ins_row_integer(&row, INS_NETWORK_FAN_OUT, of->fan_out);
        ins_row_integer(&row, INS_NETWORK_PARAMETERS, of->parameters);
        ins_row_integer(&row, INS_NETWORK_TRAINABLE, !of->frozen);
        ins_row_end(&row);
    }
}

/* --- Theory ------------------------------------------------------------------- */

/* Whether what the layer hands on is the function of what it puts out, and nothing has come between
 * them, as a norm that is no layer: their largest elements tell. */
static bool is_plain(const layer *of)
{
    const extent *z = &of->start[INS_PREACTIVATION], *a = &of->start[INS_ACTIVATION];
    if (z->units == 0 || a->units != z->units || a->length != z->length) return false;
    const double expected = of->function->value(z->maximum, of->choice.value);
    return fabs(a->maximum - expected) <= 1e-3 * fmax(fabs(expected), fabs(z->maximum));
}

/* A chain of dense layers with functions that are known, of which all that theory asks for was
 * shown before anything was updated. */
static bool is_chain(const ins_recording *recording)
{
    const size_t last = recording->layers - 1;
    if (last < 1 || recording->moment.time != 0 || !(recording->inputs.rows > 1)) return false;
    size_t before = recording->layer[0].start[INS_ACTIVATION].units;
    for (size_t l = 1; l <= last; l++) {
        const layer *of = &recording->layer[l];
        const extent *weight = &of->start[INS_WEIGHT];
        if (strcmp(of->kind, "dense") != 0 || !of->follows) return false;
        if (weight->units == 0 || weight->length != before) return false;
        if (l < last && (of->function == NULL || !is_plain(of))) return false;
        before = weight->units;
    }
    return true;
}

static void add_prediction(const ins_recording *recording, size_t number, const char *tensor,
                           double second_moment, double variance, ins_text *out)
{
    ins_row row = ins_row_begin(out, INS_LOG_THEORY);
    ins_row_integer(&row, INS_THEORY_RUN, 0);
    ins_row_name(&row, INS_THEORY_INITIALIZER, recording->initializer);
    ins_row_integer(&row, INS_THEORY_LAYER, (long long)number);
    ins_row_text(&row, INS_THEORY_TENSOR, tensor);
    ins_row_number(&row, INS_THEORY_SECOND_MOMENT, second_moment);
    ins_row_number(&row, INS_THEORY_VARIANCE, variance);
    ins_row_end(&row);
}

/* From the variances that the weights and biases have, and delta of the outputs. */
static void add_theory(const ins_recording *recording, ins_text *out)
{
    if (!is_chain(recording)) return;
    const size_t layers = recording->layers - 1;
    ins_chain_layer *chain = ins_allocate(layers, sizeof *chain, "a chain");
    ins_chain_prediction *of = ins_allocate(layers, sizeof *of, "a chain");
    for (size_t l = 0; l < layers; l++) {
        const layer *here = &recording->layer[l + 1];
        chain[l] = (ins_chain_layer){(double)here->start[INS_WEIGHT].units,
                                     (double)here->start[INS_WEIGHT].length,
                                     here->start[INS_WEIGHT].square, here->start[INS_BIAS].square,
                                     here->function != NULL ? &here->choice : NULL};
    }
    ins_door_quiet_gsl();
    ins_chain_predict(&recording->inputs, chain, layers, of);
    ins_door_restore_gsl();
    const double outputs = recording->layer[layers].start[INS_DELTA].square;
    for (size_t l = 0; l < layers; l++) {
        const double z = of[l].preactivation, delta = of[l].delta_ratio * outputs;
        add_prediction(recording, l + 1, ins_tensor_table[INS_PREACTIVATION].name, z, z, out);
        if (chain[l].activation != NULL)
            add_prediction(recording, l + 1, ins_tensor_table[INS_ACTIVATION].name,
                           of[l].activation, of[l].activation_variance, out);
        if (outputs > 0)
            add_prediction(recording, l + 1, ins_tensor_table[INS_DELTA].name, delta, delta, out);
        add_prediction(recording, l + 1, ins_tensor_table[INS_SIGNAL].name, of[l].signal,
                       of[l].signal, out);
        add_prediction(recording, l + 1, "delta_ratio", of[l].delta_ratio, of[l].delta_ratio, out);
    }
    free(chain);
    free(of);
}

static void add_layer_rows(layer *of, ins_log_rows *rows)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        ins_text *text = &of->rows.file[file];
        if (text->length == 0) continue;
        ins_text_add_bytes(&rows->file[file], text->data, text->length);
        ins_text_clear(text);
    }
}

void ins_recording_finish(ins_recording *recording, bool scored, ins_log_rows *rows)
{
    if (!recording->begun) return;
    if (recording->moments == 1) {
        add_network(recording, &rows->file[INS_LOG_NETWORK]);
        ins_run_identity_factors(&recording->identity, 0, &rows->file[INS_LOG_FACTORS]);
        add_theory(recording, &rows->file[INS_LOG_THEORY]);
    }
    for (size_t l = 0; l < recording->layers; l++) {
        layer *of = &recording->layer[l];
        if (recording->moment.record & INITSCOPE_SYMMETRY) add_symmetry(recording, l);
        add_layer_rows(of, rows);
        memset(of->shown, 0, sizeof of->shown);
        of->outputs = (ins_output_symmetry){NAN, NAN};
        of->output_units = 0;
    }
    ins_trace_moment moment = moment_of(recording, one(INS_LOG_EPOCHS));
    if (scored) {
        moment.train_accuracy = moment.train_score;
        moment.test_accuracy = moment.test_score;
    }
    ins_trace_show_once(&moment, NULL, BINS, rows);
    const ins_run_figures state = ins_recording_state(recording, "interrupted", scored);
    ins_run_identity_row(&recording->identity, 0, &state, &rows->file[INS_LOG_RUNS]);
    recording->begun = false;
}

ins_run_figures ins_recording_state(const ins_recording *recording, const char *status, bool scored)
{
    const initscope_moment *at = &recording->moment;
    return (ins_run_figures){.status = status,
                             .epoch = (size_t)at->time,
                             .updates = (size_t)at->updates,
                             .train_loss = at->train_loss,
                             .train_accuracy = scored ? at->train_score : NAN,
                             .test_loss = at->test_loss,
                             .test_accuracy = scored ? at->test_score : NAN,
                             .train_score = at->train_score,
                             .test_score = at->test_score};
}
