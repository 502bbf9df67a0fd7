/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward and backward recursions along the layers of a design, one row a kind. */
#include <config.h>

#include "initscope/prediction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/size.h"

#include "prediction_rows.h"
#include "signal.h"
#include "softmax_start.h"

/* Whether a layer asks for the units of the first layer that it reads. */
typedef enum asking { ASKS_NEVER, ASKS_IF_ASKED, ASKS } asking;

typedef struct theory {
    const char *kind; /* of layers */
    void (*forward)(const ins_stage *s);
    void (*backward)(const ins_stage *s);
    bool transparent; /* who reads it may have to do with what it reads: keep that */
    asking asks;
} theory;

/* The first layer: what the caller knows. */
static void input_forward(const ins_stage *s)
{
    const ins_inputs *inputs = s->inputs;
    const size_t positions = ins_positions(s->plan->shape);
    s->at->gaussian = true;
    s->at->square = inputs->square;
    s->at->distance = inputs->square * inputs->apart;
    s->at->lengths = inputs->square * inputs->lengths;
    s->at->mean = inputs->mean;
    s->at->within = ins_over_rows(inputs, s->at->distance);
    if (!ins_has_positions(s->plan)) return;
    ins_forget_forward(s);
    if (positions > INS_FIELD_POSITIONS) return;
    const bool measured = inputs->field != NULL && inputs->field->positions == positions;
    ins_signal_settle(s, measured ? ins_field_copy(inputs->field)
                                  : ins_field_white(positions, inputs->square, inputs->apart));
    s->at->lengths = s->at->square * (measured ? inputs->field->lengths : inputs->lengths);
}

static void input_backward(const ins_stage *s)
{
    (void)s;
}

/* Layers that change nothing when training is off. */
static void same_forward(const ins_stage *s)
{
    ins_field *field = s->in[0]->field;
    const bool asked = s->at->asked;
    *s->at = *s->in[0];
    s->at->inward = 0;
    s->at->asked = asked;
    s->at->same = ins_signal_itself(s->in[0]);
    s->at->units = NULL;
    s->at->slopes = NULL;
    s->at->field = field != NULL ? ins_field_copy(field) : NULL;
}

static void same_backward(const ins_stage *s)
{
    *s->back = s->at->back;
}

static void unknown_forward(const ins_stage *s)
{
    ins_forget_forward(s);
}

static const theory kinds[] = {
    {"input", input_forward, input_backward, false, ASKS_NEVER},
    {"dense", ins_matrix_forward, ins_matrix_backward, false, ASKS_NEVER},
    {"conv", ins_matrix_forward, ins_matrix_backward, false, ASKS_NEVER},
    {"depthwise", ins_matrix_forward, ins_matrix_backward, false, ASKS_NEVER},
    {"rnn", ins_recurrent_predict_forward, ins_recurrent_predict_backward, false, ASKS_NEVER},
    {"lstm", ins_recurrent_predict_forward, ins_recurrent_predict_backward, false, ASKS_NEVER},
    {"gru", ins_recurrent_predict_forward, ins_recurrent_predict_backward, false, ASKS_NEVER},
    {"embed", ins_embed_predict_forward, ins_embed_predict_backward, false, ASKS_NEVER},
    {"positions", ins_positions_predict_forward, ins_positions_predict_backward, false, ASKS_NEVER},
    {"attention", ins_attention_predict_forward, ins_attention_predict_backward, false, ASKS_NEVER},
    {"act", ins_activation_predict_forward, ins_activation_predict_backward, true, ASKS},
    {"maxpool", ins_largest_forward, ins_largest_backward, true, ASKS_NEVER},
    {"meanpool", ins_average_forward, ins_average_backward, false, ASKS_NEVER},
    {"gmean", ins_average_forward, ins_average_backward, false, ASKS_NEVER},
    {"gmax", ins_largest_forward, ins_largest_backward, true, ASKS_NEVER},
    {"flatten", ins_flatten_forward, ins_flatten_backward, false, ASKS_NEVER},
    {"bn", ins_batch_norm_predict_forward, ins_norm_predict_backward, false, ASKS_NEVER},
    {"ln", ins_layer_norm_predict_forward, ins_norm_predict_backward, false, ASKS_IF_ASKED},
    {"gn", ins_group_norm_predict_forward, ins_norm_predict_backward, false, ASKS_IF_ASKED},
    {"rms", ins_rms_norm_predict_forward, ins_norm_predict_backward, false, ASKS_IF_ASKED},
    {"dropout", same_forward, same_backward, true, ASKS_IF_ASKED},
    {"alpha_dropout", same_forward, same_backward, true, ASKS_IF_ASKED},
    {"res", ins_sum_forward, ins_sum_backward, false, ASKS_IF_ASKED},
};
static const theory unknown = {NULL, unknown_forward, ins_forget_backward, false, ASKS_NEVER};

static const theory *theory_of(const ins_layer_kind *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, kind->entry.name) == 0) return &kinds[i];
    }
    return &unknown;
}

bool ins_is_predicted(const ins_layer_kind *kind)
{
    return theory_of(kind) != &unknown;
}

/* --- The loss --------------------------------------------------------------------------------- */

/* Where the loss stands: the last activation, and E[(d loss / d z)^2] and E[z d loss / d z] of the
 * outputs z, with their second moment. Returns the loss. */
static double cross_entropy_start(ins_signal *z, size_t classes, const ins_inputs *inputs,
                                  ins_layer_prediction *out)
{
    (void)inputs;
    const ins_softmax_start start = ins_softmax_expect(z->square, classes);
    const double mean = 1 / (double)classes;
    out->activation = ins_around(mean, start.probability_square / (double)classes);
    z->back.delta = start.delta_square;
    return start.cross_entropy;
}

/* Outputs that know nothing of the targets yet, but for what they have of the inputs. */
static double mse_start(ins_signal *z, size_t units, const ins_inputs *inputs,
                        ins_layer_prediction *out)
{
    (void)out;
    const double factor = 2 / (double)units;
    const double known = inputs->own_targets ? z->inward : 0;
    const double loss = z->square - 2 * known + inputs->target_square;
    z->back.delta = factor * factor * loss;
    z->back.along = factor * (z->square - known);
    return loss;
}

static const struct {
    const char *loss;
    double (*start)(ins_signal *z, size_t units, const ins_inputs *inputs,
                    ins_layer_prediction *out);
} losses[] = {{"cross_entropy", cross_entropy_start}, {"mse", mse_start}};

static double loss_start(const ins_loss *loss, ins_signal *z, size_t units,
                         const ins_inputs *inputs, ins_layer_prediction *out)
{
    z->back = (ins_back){.gain = 1, .delta = NAN, .whole = true};
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        if (strcmp(losses[i].loss, loss->entry.name) == 0)
            return losses[i].start(z, units, inputs, out);
    }
    return NAN;
}

/* --- The walk --------------------------------------------------------------------------------- */

typedef struct walk {
    const ins_design *design;
    const ins_initialization *start;
    const ins_inputs *inputs;
    ins_signal *signal;                /* (layers) */
    size_t *needed;                    /* (layers) the last layer that asks for its field */
    ins_layer_prediction *out, before; /* before: of what follows no matrix */
    ins_arena *arena;
    ins_draws *draws;
    const double *prescribed; /* (depth) deviations of the matrices; NULL: none */
    double *found;            /* (depth) the same, while they are looked for; NULL: they are not */
    ins_keep keep;            /* what for */
} walk;

static ins_stage stage_of(walk *w, size_t layer, ins_back *back)
{
    const ins_design *design = w->design;
    const ins_layer_plan *plan = &design->layer[layer];
    ins_stage made = {.design = design,
                      .index = layer,
                      .plan = plan,
                      .weight = ins_weights_of(design, layer, w->start),
                      .bias = w->start->bias,
                      .recurrent = ins_recurrent_of(design, layer, w->start),
                      .forget = ins_forget_of(design, layer, w->start),
                      .inputs = w->inputs,
                      .at = &w->signal[layer],
                      .back = back,
                      .out = plan->follows > 0 ? &w->out[plan->follows - 1] : &w->before,
                      .numbered = plan->number > 0 ? &w->out[plan->number - 1] : &w->before,
                      .arena = w->arena,
                      .draws = &w->draws};
    for (size_t k = 0; k < plan->kind->reads; k++) made.in[k] = &w->signal[plan->input[k]];
    if (w->prescribed != NULL && plan->number > 0)
        made.prescribed = w->prescribed[plan->number - 1];
    const size_t opposite = design->depth + 1 - plan->number;
    if (((const ins_initializer *)made.weight->entry)->tied && opposite < plan->number) {
        made.mirror = &w->out[opposite - 1];
        made.facing = opposite + 1 == plan->number;
    }
    return made;
}

/* Fields are large: each one is kept no longer than somebody asks for it. */
static void find_needs(walk *w)
{
    for (size_t i = w->design->layers; i-- > 0;) {
        const ins_layer_plan *plan = &w->design->layer[i];
        if (w->needed[i] < i) w->needed[i] = i;
        const theory *own = theory_of(plan->kind);
        const size_t until = own->transparent ? w->needed[i] : i;
        const bool asks = own->asks == ASKS || (own->asks == ASKS_IF_ASKED && w->signal[i].asked);
        if (plan->kind->reads > 0) w->signal[plan->input[0]].asked |= asks;
        for (size_t k = 0; k < plan->kind->reads; k++) {
            size_t *needed = &w->needed[plan->input[k]];
            if (*needed < until) *needed = until;
        }
    }
}

static void free_large(walk *w, size_t layer)
{
    for (size_t i = 0; i <= layer; i++) {
        ins_signal *signal = &w->signal[i];
        if (w->needed[i] > layer) continue;
        ins_field_free(signal->field);
        ins_units_free(signal->units);
        signal->field = NULL;
        signal->units = NULL;
    }
}

/* What a matrix reads that no other one shows as its activation. */
static void show_input(const ins_stage *s)
{
    const ins_design *design = s->design;
    if (s->plan->kind->reads != 1 || design->layer[s->plan->input[0]].shown) return;
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(s->plan, list);
    for (size_t t = 0; t < tensors; t++)
        if (ins_role_is_matrix(list[t].place.role))
            s->numbered->input = ins_around(s->in[0]->mean, s->in[0]->square);
}

/* The activation that the matrix' output goes through with nothing on the way that gives it another
 * scale; NULL: there is none. */
static const ins_choice *activation_behind(const ins_design *design, size_t layer)
{
    const size_t number = design->layer[layer].number;
    for (size_t i = layer + 1; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        if (plan->follows != number || plan->kind->norm) continue;
        if (plan->kind->activates && plan->shown) return &plan->choice;
    }
    return NULL;
}

/* E[z^2], or the signal, that the scale of this matrix is to give. The last of a residual branch
 * gets its share of what makes the stream twice as large over all blocks. */
static double wanted(const walk *w, size_t layer)
{
    const ins_layer_plan *plan = &w->design->layer[layer];
    if (plan->position > 0 && plan->position == plan->matrices) return 1 / (double)plan->blocks;
    const ins_choice *phi = activation_behind(w->design, layer);
    if (w->keep == INS_KEEP_SIGNAL || phi == NULL) return 1;
    const double q = ins_size_at(phi, 1);
    return isfinite(q) ? q : 1;
}

/* Once more, with the scale for what is wanted; of what nothing is known, that of LeCun et al. */
static void find_deviation(walk *w, size_t layer)
{
    ins_back back[INS_LAYER_INPUTS];
    ins_stage s = stage_of(w, layer, back);
    ins_learned list[INS_LAYER_TENSORS];
    if (s.plan->kind->inside != NULL || ins_plan_tensors(s.plan, list) == 0 ||
        !ins_role_is_matrix(list[0].place.role) ||
        !((const ins_initializer *)s.weight->entry)->prescribed)
        return;
    double *deviation = &w->found[s.plan->number - 1];
    const double fan_in = list[0].place.fan_in;
    const double has =
        w->keep == INS_KEEP_SIGNAL ? s.at->within : s.at->square - s.out->bias.second_moment;
    const double asked = w->keep == INS_KEEP_SIGNAL ? wanted(w, layer)
                                                    : wanted(w, layer) - s.out->bias.second_moment;
    const double factor = sqrt(asked / has);
    *deviation *= isfinite(factor) && factor > 0 ? factor : 1;
    if (!(*deviation > 0)) *deviation = 1 / sqrt(fan_in);
    ins_field_free(s.at->field);
    s.at->field = NULL;
    s = stage_of(w, layer, back);
    theory_of(s.plan->kind)->forward(&s);
}

static void go_forward(walk *w)
{
    for (size_t i = 0; i < w->design->layers; i++) {
        ins_back back[INS_LAYER_INPUTS];
        const ins_stage s = stage_of(w, i, back);
        theory_of(s.plan->kind)->forward(&s);
        if (w->found != NULL) find_deviation(w, i);
        show_input(&s);
        free_large(w, i);
    }
}

static double total(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum;
}

/* Of units one by one the mean, weighed by what there is of both. */
static void add_units(walk *w, ins_back *back, double had, const ins_back *more, double got)
{
    const double *a = back->units, *b = more->units;
    if ((a == NULL && b == NULL) || !(had + got > 0)) return;
    double *sum = ins_arena_get(w->arena, INS_UNITS, sizeof *sum, "units of the theory");
    for (size_t i = 0; i < INS_UNITS; i++)
        sum[i] = ((a != NULL ? a[i] : 1) * had + (b != NULL ? b[i] : 1) * got) / (had + got);
    back->units = sum;
}

/* Both readers pass the parts share x + noise of independent noises back. */
static void add_vector(walk *w, ins_signal *read, const ins_back *more)
{
    ins_back *back = &read->back;
    const double had = ins_back_whole(back, read->square);
    const double got = ins_back_whole(more, read->square);
    double sum = had + got;
    if (back->along != 0 && more->along != 0) sum += 2 * back->along * more->along / read->square;
    add_units(w, back, had, more, got);
    back->balanced &= more->balanced;
    back->gain = sum;
    back->delta = 1;
    back->whole = true;
    back->along += more->along;
}

static void add_map(walk *w, ins_signal *read, const ins_back *more, size_t positions)
{
    ins_back *back = &read->back;
    if (back->at == NULL || more->at == NULL) {
        back->at = NULL;
        return;
    }
    const double had = total(back->at, positions), got = total(more->at, positions);
    add_units(w, back, had, more, got);
    back->balanced &= more->balanced;
    for (size_t p = 0; p < positions; p++) back->at[p] += more->at[p];
    if (had + got > 0) back->alike = (had * back->alike + got * more->alike) / (had + got);
}

/* Paths that part and meet again add up, as deltas do. */
static void take_back(walk *w, const ins_stage *s)
{
    for (size_t k = s->plan->kind->reads; k-- > 0;) {
        const ins_layer_plan *plan = &w->design->layer[s->plan->input[k]];
        ins_signal *read = s->in[k];
        if (!read->claimed)
            read->back = s->back[k];
        else if (ins_has_positions(plan))
            add_map(w, read, &s->back[k], ins_positions(plan->shape));
        else
            add_vector(w, read, &s->back[k]);
        read->claimed = true;
    }
}

static void go_back(walk *w)
{
    for (size_t i = w->design->layers; i-- > 0;) {
        ins_back back[INS_LAYER_INPUTS] = {{0}};
        const ins_stage s = stage_of(w, i, back);
        theory_of(s.plan->kind)->backward(&s);
        take_back(w, &s);
    }
}

static walk begin(const ins_design *design, const ins_initialization *start,
                  const ins_inputs *inputs, ins_layer_prediction *out)
{
    walk w = {.design = design,
              .start = start,
              .inputs = inputs,
              .out = out,
              .arena = ins_arena_new(),
              .prescribed = start->prescribed};
    w.signal = ins_arena_get(w.arena, design->layers, sizeof *w.signal, "layers of the theory");
    w.needed = ins_arena_get(w.arena, design->layers, sizeof *w.needed, "layers of the theory");
    for (size_t l = 0; l < design->depth; l++) out[l] = ins_nothing_predicted();
    find_needs(&w);
    return w;
}

static void end(walk *w)
{
    for (size_t i = 0; i < w->design->layers; i++) ins_recurring_free(w->signal[i].recurring);
    ins_draws_free(w->draws);
    ins_arena_free(w->arena);
}

void ins_prescribe(const ins_design *design, const ins_initialization *start,
                   const ins_inputs *inputs, ins_keep keep, double *deviation)
{
    ins_layer_prediction *out =
        ins_allocate(design->depth, sizeof *out, "predictions of the theory");
    walk w = begin(design, start, inputs, out);
    for (size_t l = 0; l < design->depth; l++)
        deviation[l] = 1 / sqrt(ins_design_place(design, l + 1).fan_in);
    w.prescribed = w.found = deviation;
    w.keep = keep;
    go_forward(&w);
    free_large(&w, design->layers - 1);
    end(&w);
    free(out);
}

static void tell_steps(const walk *w, ins_step_listener *listener, void *context)
{
    for (size_t i = 0; i < w->design->layers; i++)
        if (w->signal[i].recurring != NULL)
            ins_recurring_tell(w->signal[i].recurring, w->design->layer[i].number, listener,
                               context);
}

double ins_predict_steps(const ins_design *design, const ins_initialization *start,
                         const ins_inputs *inputs, ins_layer_prediction *out,
                         ins_step_listener *listener, void *context)
{
    const size_t last = design->layers - 1;
    walk w = begin(design, start, inputs, out);
    go_forward(&w);
    const double loss = loss_start(design->loss, &w.signal[last], design->layer[last].units, inputs,
                                   &out[design->depth - 1]);
    go_back(&w);
    if (listener != NULL) tell_steps(&w, listener, context);
    end(&w);
    return loss;
}

double ins_predict(const ins_design *design, const ins_initialization *start,
                   const ins_inputs *inputs, ins_layer_prediction *out)
{
    return ins_predict_steps(design, start, inputs, out, NULL, NULL);
}
