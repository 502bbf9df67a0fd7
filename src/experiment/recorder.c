/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A network's layers, shown to the instrument. */
#include <config.h>

#include "recorder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/trace.h"
#include "initscope/vector.h"

/* Most probe rows at which the Jacobian is taken. */
enum { JACOBIANS = 4 };

struct ins_recorder {
    ins_recorder_trial subject;
    double *product, *next; /* (outputs, most units of a layer): a Jacobian on its way */
    ins_trace *trace;
};

/* The logs that not every recorded epoch has, and the setting that says which. */
static const struct {
    ins_log_file file;
    size_t epochs; /* an ins_epochs of ins_settings */
} selected[] = {{INS_LOG_SYMMETRY, offsetof(ins_settings, symmetry)},
                {INS_LOG_HISTOGRAMS, offsetof(ins_settings, histograms)},
                {INS_LOG_SPECTRUM, offsetof(ins_settings, spectrum)}};

enum { SELECTED = sizeof selected / sizeof selected[0] };

static const ins_epochs *epochs_of(const ins_settings *settings, size_t i)
{
    return (const void *)((const char *)settings + selected[i].epochs);
}

/* Those of some epoch. */
static ins_log_set logs_of(const ins_settings *settings)
{
    ins_log_set logs = INS_EVERY_LOG;
    for (size_t i = 0; i < SELECTED; i++)
        if (ins_epochs_most(epochs_of(settings, i), SIZE_MAX) == 0)
            logs &= ~(1u << selected[i].file);
    return logs;
}

static ins_log_set logs_at(const ins_settings *settings, const ins_recorder_epoch *epoch)
{
    ins_log_set logs = INS_EVERY_LOG;
    for (size_t i = 0; i < SELECTED; i++)
        if (!ins_epochs_have(epochs_of(settings, i), epoch->epoch, epoch->last))
            logs &= ~(1u << selected[i].file);
    return logs;
}

/* Whether the layer whose matrix this is reads what no other matrix shows as its activation. */
static bool reads_its_own(const ins_design *design, size_t layer)
{
    const ins_layer_plan *read = &design->layer[design->layer[layer].input[0]];
    return !read->shown;
}

/* What the layer at index shows, among those of the matrices (depth + 1). */
static void show_plan(const ins_design *design, size_t index, ins_trace_shape *shape)
{
    const ins_layer_plan *plan = &design->layer[index];
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(plan, list);
    for (size_t t = 0; t < tensors; t++) {
        const ins_tensor_place *place = &list[t].place;
        if (!ins_role_is_matrix(place->role)) continue;
        shape[place->layer].units = place->units;
        shape[place->layer].fan_in = place->inputs;
        if (place->role == INS_ROLE_WEIGHT && place->gates > 0)
            shape[place->layer].steps = plan->reads[0].extent[0];
        if (place->inner)
            shape[place->layer].features = plan->shape.channels;
        else if (place->role != INS_ROLE_RECURRENT && reads_its_own(design, index))
            shape[place->layer].features = plan->reads[0].channels;
    }
    size_t *features = &shape[plan->number].features;
    if (plan->kind->reads > 1 && plan->shape.channels > *features) *features = plan->shape.channels;
}

static size_t most_positions(const ins_design *design)
{
    size_t most = 1;
    for (size_t i = 0; i < design->layers; i++) {
        const size_t positions = ins_positions(design->layer[i].shape);
        if (positions > most) most = positions;
    }
    return most;
}

/* Whether positions look at each other: then it is recorded how alike they are. */
static bool has_attention(const ins_design *design)
{
    for (size_t i = 0; i < design->layers; i++)
        if (design->layer[i].kind->attention != NULL) return true;
    return false;
}

/* The rows of the probe whose Jacobian is recorded: the first ones, and of chains alone. */
static size_t jacobians_of(const ins_design *design, size_t rows)
{
    if (!ins_design_is_chain(design)) return 0;
    return rows < JACOBIANS ? rows : JACOBIANS;
}

/* What will be shown of a network of this design; the shapes are to be freed. */
static ins_trace_plan plan_of(const ins_design *design, const ins_settings *settings,
                              ins_trace_shape **shapes)
{
    size_t layers = design->depth + 1; /* with the input */
    ins_trace_shape *shape = ins_allocate(layers, sizeof *shape, "shapes of layers");
    shape[0].units = design->layer[0].shape.channels;
    for (size_t i = 0; i < design->layers; i++) show_plan(design, i, shape);
    *shapes = shape;
    size_t rows = settings->probe < design->capacity ? settings->probe : design->capacity;
    return (ins_trace_plan){.layer = shape,
                            .layers = layers,
                            .rows = rows * most_positions(design),
                            .bins = settings->bins,
                            .tokens = has_attention(design) ? design->depth : 0,
                            .jacobians = jacobians_of(design, rows),
                            .jacobian_rows = ins_design_outputs(design),
                            .jacobian_columns = ins_design_inputs(design),
                            .logs = logs_of(settings),
                            .updates = true};
}

static ins_recorder *lay_out(const ins_design *design, const ins_settings *settings,
                             ins_carver *carver)
{
    ins_trace_shape *shape;
    ins_trace_plan plan = plan_of(design, settings, &shape);
    ins_recorder *recorder = ins_carve(carver, 1, sizeof *recorder), layout = {.trace = NULL};
    if (plan.logs >> INS_LOG_SPECTRUM & 1) {
        size_t outputs = plan.jacobian_rows, widest = 0;
        for (size_t l = 0; l < plan.layers; l++)
            if (shape[l].units > widest) widest = shape[l].units;
        layout.product = ins_carve_matrix(carver, outputs, widest, sizeof(double));
        layout.next = ins_carve_matrix(carver, outputs, widest, sizeof(double));
    }
    layout.trace = ins_trace_lay_out(&plan, carver);
    free(shape);
    if (recorder != NULL) *recorder = layout;
    return recorder;
}

ins_status ins_recorder_size(const ins_design *design, const ins_settings *settings, size_t *bytes,
                             ins_error *error)
{
    ins_carver counted = {0};
    lay_out(design, settings, &counted);
    if (counted.overflow)
        return ins_error_add(error, INS_USAGE, "the network is too large to be recorded");
    *bytes = counted.used;
    return INS_OK;
}

bool ins_recorder_text_size(const ins_design *design, const ins_settings *settings, size_t records,
                            size_t *bytes)
{
    ins_trace_shape *shape;
    ins_trace_plan plan = plan_of(design, settings, &shape);
    size_t moments[INS_LOG_FILES];
    for (size_t file = 0; file < INS_LOG_FILES; file++) moments[file] = records;
    for (size_t i = 0; i < SELECTED; i++)
        moments[selected[i].file] = ins_epochs_most(epochs_of(settings, i), records);
    bool fits = ins_trace_text_size(&plan, moments, bytes);
    free(shape);
    return fits;
}

ins_recorder *ins_recorder_new(const ins_recorder_trial *subject, const ins_design *design)
{
    ins_carver carver = {0};
    lay_out(design, subject->settings, &carver);
    ins_carver_allocate(&carver, "a recorder");
    ins_recorder *recorder = lay_out(design, subject->settings, &carver);
    recorder->subject = *subject;
    return recorder;
}

void ins_recorder_free(ins_recorder *recorder)
{
    free(recorder); /* the start of its one block */
}

/* product (outputs, units) becomes product diag(phi'(z)) W (outputs, fan_in). */
INS_VECTORIZED static void multiply_layer(ins_recorder *recorder, const ins_matrix_view *view,
                                          const real *z, size_t outputs)
{
    const ins_activation *phi =
        view->function != NULL ? (const ins_activation *)view->function->entry : NULL;
    memset(recorder->next, 0, outputs * view->inputs * sizeof(double));
    for (size_t u = 0; u < view->units; u++) {
        double slope = phi != NULL ? phi->slope((double)z[u], view->function->value) : 1;
        const real *restrict weight = view->tensor[0].value + u * view->inputs;
        for (size_t c = 0; c < outputs; c++) {
            const double factor = recorder->product[c * view->units + u] * slope;
            double *restrict next = recorder->next + c * view->inputs;
#pragma omp simd
            for (size_t i = 0; i < view->inputs; i++) next[i] += factor * (double)weight[i];
        }
    }
    double *swap = recorder->product;
    recorder->product = recorder->next;
    recorder->next = swap;
}

/* The Jacobian of the outputs by the inputs at a probe row, (outputs, features):
 *
 *   d z_{L+1} / d x = W_{L+1} diag(phi'(z_L)) W_L ... diag(phi'(z_1)) W_1
 *
 * in double, because the product of many layers may leave the range of float. */
static const double *make_jacobian(void *context, size_t row)
{
    ins_recorder *recorder = context;
    const ins_network *network = recorder->subject.network;
    size_t depth = ins_network_depth(network);
    ins_matrix_view output = ins_network_matrix(network, depth);
    for (size_t i = 0; i < output.units * output.inputs; i++)
        recorder->product[i] = (double)output.tensor[0].value[i];
    for (size_t l = depth; --l > 0;) {
        ins_matrix_view view = ins_network_matrix(network, l);
        multiply_layer(recorder, &view, view.preactivation + row * view.units, output.units);
    }
    return recorder->product;
}

/* Of so many rows, each of its positions counting as one. */
static ins_trace_tensor by_position(const real *x, ins_shape shape, size_t rows)
{
    return (ins_trace_tensor){
        .x = x, .units = shape.channels, .length = rows * ins_positions(shape)};
}

static void show_inputs(ins_recorder *recorder)
{
    const ins_samples *probe = recorder->subject.probe;
    const ins_design *design = ins_network_design(recorder->subject.network);
    ins_trace_layer layer = {.number = 0};
    layer.tensor[INS_ACTIVATION] = by_position(probe->x, design->layer[0].shape, probe->rows);
    const size_t jacobians = jacobians_of(design, probe->rows);
    if (jacobians > 0)
        layer.jacobian = (ins_trace_matrices){.count = jacobians,
                                              .rows = probe->outputs,
                                              .columns = probe->features,
                                              .make = make_jacobian,
                                              .context = recorder};
    ins_trace_show(recorder->trace, &layer);
}

/* The stream where the matrix ends a block, else what attention gives. */
static ins_trace_tokens tokens_of(const ins_network *network, const ins_matrix_view *view,
                                  size_t rows)
{
    const ins_attention_pass *pass = &view->attention;
    const ins_shape shape = view->stream != NULL ? view->streamed : view->shape;
    if (shape.axes != 1 || (view->stream == NULL && pass->heads == 0) ||
        !has_attention(ins_network_design(network)))
        return (ins_trace_tokens){.x = NULL};
    return (ins_trace_tokens){.x = view->stream != NULL ? view->stream : view->preactivation,
                              .rows = rows,
                              .positions = ins_positions(shape),
                              .units = shape.channels,
                              .heads = pass->heads,
                              .causal = pass->causal,
                              .share = pass->share};
}

/* Of each head all pairs of the rows. */
static void show_attention(const ins_attention_pass *pass, size_t rows, ins_trace_layer *layer)
{
    const size_t length = rows * ins_attention_pairs(pass);
    layer->tensor[INS_LOGIT] =
        (ins_trace_tensor){.x = pass->logit, .units = pass->heads, .length = length};
    layer->tensor[INS_ATTENTION] =
        (ins_trace_tensor){.x = pass->share, .units = pass->heads, .length = length};
}

/* What the theory says of a gate before training. */
static void add_forecast(const ins_forecast *forecast, ins_trace_layer *layer)
{
    layer->expected_z = ins_forecast_steps_of(forecast, layer->number, "preactivation");
    layer->expected_delta = ins_forecast_steps_of(forecast, layer->number, "delta");
    layer->expected_state = ins_forecast_steps_of(forecast, layer->number, "state");
}

static void show_layer(ins_recorder *recorder, size_t number, size_t epoch)
{
    static const ins_learned none = {.value = NULL}; /* which is not shown */
    const ins_network *network = recorder->subject.network;
    ins_matrix_view view = ins_network_matrix(network, number);
    size_t units = view.units, fan_in = view.inputs, rows = recorder->subject.probe->rows;
    const ins_learned *weight = &view.tensor[0];
    const ins_learned *bias = ins_matrix_tensor(&view, INS_ROLE_BIAS);
    if (bias == NULL) bias = &none;
    const ins_activation *phi =
        view.function != NULL ? (const ins_activation *)view.function->entry : NULL;
    const ins_bounds knees = {phi != NULL ? phi->saturated_below : -INFINITY,
                              phi != NULL ? phi->saturated_above : INFINITY};
    bool saturates = !isinf(knees.lower) || !isinf(knees.upper);
    bool output = number == ins_network_depth(network);
    ins_trace_layer layer = {
        .number = number,
        .tensor = {[INS_WEIGHT] = {.x = weight->value, .units = units, .length = fan_in},
                   [INS_BIAS] = {.x = bias->value, .units = units, .length = 1},
                   [INS_GRADIENT] = {.x = weight->gradient, .units = units, .length = fan_in}},
        .bias_gradient = {.x = bias->gradient, .units = units, .length = 1},
        .steps = view.steps,
        .state = by_position(view.state, view.shape, rows),
        .rectifier = phi != NULL && phi->rectifier};
    layer.tensor[INS_PREACTIVATION] = by_position(view.preactivation, view.shape, rows);
    layer.tensor[INS_DELTA] = by_position(view.delta, view.shape, rows);
    if (phi != NULL || output)
        layer.tensor[INS_ACTIVATION] = by_position(view.activation, view.activated, rows);
    if (saturates) layer.tensor[INS_ACTIVATION].saturation = &knees;
    if (!view.shown) layer.tensor[INS_INPUT] = by_position(view.input, view.reads, rows);
    if (view.stream != NULL)
        layer.tensor[INS_STREAM] = by_position(view.stream, view.streamed, rows);
    if (view.attention.heads > 0) show_attention(&view.attention, rows, &layer);
    layer.tokens = tokens_of(network, &view, rows);
    if (epoch == 0 && recorder->subject.forecast != NULL)
        add_forecast(recorder->subject.forecast, &layer);
    ins_trace_show(recorder->trace, &layer);
}

void ins_recorder_record(ins_recorder *recorder, const ins_recorder_epoch *epoch,
                         ins_log_rows *rows)
{
    const ins_recorder_trial *subject = &recorder->subject;
    const ins_trial *trial = subject->trial;
    ins_network_show(subject->network, subject->probe->x, subject->probe->rows);
    ins_network_backward(subject->network, ins_targets_of(subject->probe, 0));
    ins_trace_moment moment = {.run = {trial->run, trial->init->label, trial->seed},
                               .epoch = epoch->epoch,
                               .updates = ins_network_updates(subject->network),
                               .train_loss = epoch->train.loss,
                               .train_accuracy = ins_accuracy_of(subject->network, &epoch->train),
                               .train_score = epoch->train.score,
                               .test_loss = epoch->test.loss,
                               .test_accuracy = ins_accuracy_of(subject->network, &epoch->test),
                               .test_score = epoch->test.score,
                               .gradient_norm = NAN,
                               .logs = logs_at(subject->settings, epoch)};
    ins_trace_begin(recorder->trace, &moment, rows);
    show_inputs(recorder);
    for (size_t l = 1; l <= ins_network_depth(subject->network); l++)
        show_layer(recorder, l, epoch->epoch);
    ins_trace_end(recorder->trace);
}
