/* Forward and backward recursions along the layers of a design, one row a kind. */
#include <config.h>

#include "initscope/prediction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/correlation.h"
#include "initscope/gaussian.h"
#include "initscope/memory.h"
#include "softmax_start.h"

/* What is carried at the output of a layer. */
typedef struct signal {
    double square;   /* E[x^2] of its elements x */
    double distance; /* E[(x - x')^2] / 2 of those of two rows: square (1 - c) */
    double lengths;  /* the part of it that is left when both point the same way: E[(r - r')^2] / 2
                        of their root mean squares */
    double inward; /* E[x t] of the outputs and the inputs t of the network, where they are alike */
    double gain;   /* E[(d loss / d x)^2] = gain delta: delta is that of the next matrix, */
    double delta;  /* and gain what the layers between do to it */
    double along;  /* E[x d loss / d x]: of a loss that answers to its own output, what goes back
                      is not independent of x */
    ins_expectation phi; /* of an activation */
} signal;

/* A layer on its way: its output, what it reads, and the prediction of the matrix that it has or
 * follows. */
typedef struct stage {
    const ins_layer_plan *plan;
    const ins_choice *weight, *bias;    /* initializers */
    const ins_inputs *inputs;           /* of the network */
    const ins_layer_prediction *mirror; /* of the matrix whose transpose the weights are; or NULL */
    bool facing;                        /* which is the one just before */
    signal *at, *in[INS_LAYER_INPUTS];
    ins_layer_prediction *out;
} stage;

/* forward: from in to at->square and distance. backward: from at to gain and delta of in. Both fill
 * in out. */
typedef struct theory {
    const char *kind; /* of layers */
    void (*forward)(const stage *s);
    void (*backward)(const stage *s);
} theory;

static ins_moment_pair centred(double second_moment)
{
    return (ins_moment_pair){second_moment, second_moment};
}

static ins_moment_pair around(double mean, double second_moment)
{
    double variance = second_moment - mean * mean;
    return (ins_moment_pair){second_moment, variance < 0 ? 0 : variance}; /* but for rounding */
}

static double centred_variance(const ins_choice *choice, ins_tensor_place place)
{
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->mean(choice->value, place) == 0) return row->variance(choice->value, place);
    return NAN;
}

/* The variance to which the initializer rescales any large one by its first adaptation. */
static double adapted_variance(const ins_choice *choice)
{
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->adapt == NULL) return NAN;
    double large = 1e6, factor = row->adapt(choice->value, large, 0);
    return factor == 1 ? NAN : large * factor * large * factor;
}

/* The bias comes from the weights' own row where that has a say, else from the bias initializer. */
static double bias_variance(const ins_choice *weight, ins_tensor_place w, const ins_choice *bias,
                            ins_tensor_place b)
{
    const ins_choice *choice =
        ((const ins_initializer *)weight->entry)->fill_bias != NULL ? weight : bias;
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->fill_bias == NULL) return centred_variance(choice, b);
    return row->bias_variance != NULL ? row->bias_variance(choice->value, w) : NAN;
}

/* The first layer, whose moment the caller knows, and layers that change nothing when training is
 * off. */
static void same_forward(const stage *s)
{
    if (s->plan->kind->reads == 0) return;
    s->at->square = s->in[0]->square;
    s->at->distance = s->in[0]->distance;
    s->at->lengths = s->in[0]->lengths;
    s->at->phi = s->in[0]->phi;
}

static void same_backward(const stage *s)
{
    if (s->plan->kind->reads == 0) return;
    s->in[0]->gain = s->at->gain;
    s->in[0]->delta = s->at->delta;
    s->in[0]->along = s->at->along;
}

/* The mean over all pairs of rows, those of a row with itself included. */
static double over_rows(const ins_inputs *inputs, double distance)
{
    return distance * (1 - 1 / (double)inputs->rows);
}

/* Half the squared difference of root mean squares r, where the square of r grows to after, by
 * growth for each unit of it: d r' / d r = growth r / r'. */
static double length_part(const signal *before, double after, double growth)
{
    if (before->lengths == 0) return 0;
    return before->lengths * growth * growth * before->square / after;
}

/* An initializer that rescales W to the data promises the variance of the preactivation instead of
 * that of W. The biases are the same for all rows: they add to the square and not to the distance.
 */
static void dense_forward(const stage *s)
{
    ins_learned list[INS_LAYER_TENSORS];
    ins_plan_tensors(s->plan, list);
    const ins_tensor_place w = list[0].place, b = list[1].place;
    double weight = s->mirror != NULL ? s->mirror->weight.variance : centred_variance(s->weight, w);
    double input = s->in[0]->square;
    double bias = bias_variance(s->weight, w, s->bias, b);
    double adapted = adapted_variance(s->weight), q = w.fan_in * weight * input + bias;
    if (!isnan(adapted)) {
        q = adapted;
        weight = bias <= q ? (q - bias) / (w.fan_in * input) : NAN;
    }
    /* y = W^T phi(W x) has the part fan_in Var(W) E[phi'] x of x itself, beside that of independent
     * weights. */
    double own = s->mirror != NULL && s->facing ? w.fan_in * weight * s->in[0]->phi.slope : 0;
    s->at->inward = own * s->inputs->square;
    q += own * s->at->inward;
    double distance =
        w.fan_in * weight * s->in[0]->distance + own * own * s->inputs->square * s->inputs->apart;
    *s->out = (ins_layer_prediction){.fan_in = w.fan_in,
                                     .weight = centred(weight),
                                     .bias = centred(bias),
                                     .preactivation = centred(q),
                                     .activation = centred(q),
                                     .signal = centred(over_rows(s->inputs, distance)),
                                     .slope_square = 1};
    s->at->square = q;
    s->at->distance = distance;
    s->at->lengths = length_part(s->in[0], q, w.fan_in * weight);
}

/* Only the part W a of z passes anything on. Of weights that were used before, in the other
 * direction, no more can be said of what they pass back. */
static void dense_backward(const stage *s)
{
    const double z = s->out->preactivation.second_moment;
    const double own = z > 0 ? 1 - s->out->bias.second_moment / z : 0;
    s->out->delta = centred(s->at->gain * s->at->delta);
    s->out->gradient = centred(s->out->delta.second_moment * s->in[0]->square);
    s->in[0]->gain = s->mirror != NULL ? NAN : (double)s->plan->units * s->out->weight.variance;
    s->in[0]->delta = s->out->delta.second_moment;
    s->in[0]->along = (double)s->plan->units / (double)s->plan->inputs[0] * s->at->along * own;
}

/* Of an activation at two rows of one length, as far as they differ in direction; 0 where all of z
 * is 0. */
static double turned_distance(const ins_choice *activation, const signal *z)
{
    const double square = z->square - z->lengths, distance = z->distance - z->lengths;
    if (square == 0) return 0;
    if (!(square > 0) || !isfinite(square) || isnan(distance)) return NAN;
    ins_correlator correlator;
    ins_correlator_start(&correlator, activation, square);
    return ins_correlate_apart(&correlator, fmin(fmax(distance / square, 0), 2)).distance;
}

static void activation_forward(const stage *s)
{
    const ins_expectation at = ins_expect(&s->plan->choice, s->in[0]->square);
    s->at->lengths = length_part(s->in[0], at.square, at.square_growth);
    s->at->distance = s->at->lengths + turned_distance(&s->plan->choice, s->in[0]);
    s->out->activation = around(at.value, at.square);
    s->out->slope_square = at.slope_square;
    s->at->square = at.square;
    s->at->phi = at;
}

/* Given z, W^T delta is share a + noise, the noise independent of z:
 *
 *   E delta'^2 = share^2 E[phi'^2 phi^2] + E[phi'^2] E noise^2,   E[z delta'] = share E[z phi' phi]
 *
 * of which classes, at their start, have the second term alone. */
static void activation_backward(const stage *s)
{
    const ins_expectation *phi = &s->at->phi;
    const double share = s->at->along != 0 ? s->at->along / s->at->square : 0;
    s->in[0]->gain = s->at->gain * phi->slope_square;
    s->in[0]->delta = s->at->delta;
    s->in[0]->along = share * s->in[0]->square * phi->square_growth;
    if (share != 0) s->in[0]->gain += share * share * phi->turned_square / s->at->delta;
}

static void unknown_forward(const stage *s)
{
    s->at->square = s->at->distance = s->at->lengths = NAN;
}

static void unknown_backward(const stage *s)
{
    for (size_t k = 0; k < s->plan->kind->reads; k++) s->in[k]->gain = NAN;
}

static const theory kinds[] = {
    {"input", same_forward, same_backward},
    {"dense", dense_forward, dense_backward},
    {"act", activation_forward, activation_backward},
    {"dropout", same_forward, same_backward},
};
static const theory unknown = {NULL, unknown_forward, unknown_backward};

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

/* Where the loss stands: the last activation, and E[(d loss / d z)^2] and E[z d loss / d z] of the
 * outputs z, with their second moment. Returns the loss. */
static double cross_entropy_start(signal *z, size_t classes, const ins_inputs *inputs,
                                  ins_layer_prediction *out)
{
    (void)inputs;
    const ins_softmax_start start = ins_softmax_expect(z->square, classes);
    const double mean = 1 / (double)classes;
    out->activation = around(mean, start.probability_square / (double)classes);
    z->delta = start.delta_square;
    return start.cross_entropy;
}

/* Outputs that know nothing of the targets yet, but for what they have of the inputs. */
static double mse_start(signal *z, size_t units, const ins_inputs *inputs,
                        ins_layer_prediction *out)
{
    (void)out;
    const double factor = 2 / (double)units;
    const double known = inputs->own_targets ? z->inward : 0;
    const double loss = z->square - 2 * known + inputs->target_square;
    z->delta = factor * factor * loss;
    z->along = factor * (z->square - known);
    return loss;
}

static const struct {
    const char *loss;
    double (*start)(signal *z, size_t units, const ins_inputs *inputs, ins_layer_prediction *out);
} losses[] = {{"cross_entropy", cross_entropy_start}, {"mse", mse_start}};

static double loss_start(const ins_loss *loss, signal *z, size_t units, const ins_inputs *inputs,
                         ins_layer_prediction *out)
{
    z->gain = 1;
    z->delta = NAN;
    z->along = 0;
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        if (strcmp(losses[i].loss, loss->entry.name) == 0)
            return losses[i].start(z, units, inputs, out);
    }
    return NAN;
}

/* before stands for the prediction of a layer that follows no matrix. */
static stage stage_of(const ins_design *design, const ins_initialization *start,
                      const ins_inputs *inputs, size_t layer, signal *signals,
                      ins_layer_prediction *before, ins_layer_prediction *out)
{
    const ins_layer_plan *plan = &design->layer[layer];
    stage made = {.plan = plan,
                  .weight = ins_weights_of(design, layer, start),
                  .bias = start->bias,
                  .inputs = inputs,
                  .at = &signals[layer],
                  .out = plan->follows > 0 ? &out[plan->follows - 1] : before};
    for (size_t k = 0; k < plan->kind->reads; k++) made.in[k] = &signals[plan->input[k]];
    const size_t opposite = design->depth + 1 - plan->number;
    if (((const ins_initializer *)made.weight->entry)->tied && opposite < plan->number) {
        made.mirror = &out[opposite - 1];
        made.facing = opposite + 1 == plan->number;
    }
    return made;
}

double ins_predict(const ins_design *design, const ins_initialization *start,
                   const ins_inputs *inputs, ins_layer_prediction *out)
{
    const size_t layers = design->layers;
    signal *signals = ins_allocate(layers, sizeof *signals, "layers of the theory");
    ins_layer_prediction before = {0};
    signals[0].square = inputs->square;
    signals[0].distance = inputs->square * inputs->apart;
    signals[0].lengths = inputs->square * inputs->lengths;
    for (size_t i = 0; i < layers; i++) {
        const stage s = stage_of(design, start, inputs, i, signals, &before, out);
        theory_of(s.plan->kind)->forward(&s);
    }
    const double loss =
        loss_start(design->loss, &signals[layers - 1], design->layer[layers - 1].units, inputs,
                   &out[design->depth - 1]);
    for (size_t i = layers; i-- > 0;) {
        const stage s = stage_of(design, start, inputs, i, signals, &before, out);
        theory_of(s.plan->kind)->backward(&s);
    }
    free(signals);
    return loss;
}
