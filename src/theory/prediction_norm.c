/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms: y = gamma (x - m) / sqrt(v + eps), m and v of a set of numbers (Yang et al. 2019). Sets
 * that grow with width have the m and v that are expected of them; those of batch norm, the rows
 * and positions of a unit, too. */
#include <config.h>

#include <math.h>

#include "initscope/residual.h"

#include "norm_sets.h"
#include "prediction_rows.h"

/* Factors start at 1, unless the residual block has a say. */
static double gamma_of(const ins_layer_plan *plan)
{
    if (plan->start == NULL || !plan->last_norm) return 1;
    return ((const ins_residual_start *)plan->start->entry)->zero_norm ? 0 : 1;
}

static double eps_of(const ins_stage *s)
{
    return ins_parameter_of(&s->plan->choice, "eps");
}

/* What all norms keep. */
static void begin(const ins_stage *s)
{
    ins_forget_forward(s);
    s->at->gaussian = s->in[0]->gaussian;
    s->at->fresh = s->in[0]->fresh;
    s->at->way = ins_stage_numbers(s, ins_positions(s->plan->shape));
}

/* --- Vectors ---------------------------------------------------------------------------------- */

/* square and distance are those of x - m, v what it is divided by, back E[dx^2] / E[dy^2] but for
 * gamma. */
static void settle(const ins_stage *s, double square, double distance, double v, double back)
{
    const double gamma = gamma_of(s->plan);
    const double scale = gamma == 0 ? 0 : gamma * gamma / (v + eps_of(s));
    s->at->square = square * scale;
    s->at->distance = distance * scale;
    s->at->lengths = 0;
    s->at->mean = 0;
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
    s->at->way[0] = gamma == 0 ? 0 : gamma * gamma * back;
}

static void batch_norm_vector(const ins_stage *s)
{
    const ins_signal *x = s->in[0];
    const double v = ins_over_rows(s->inputs, x->distance);
    settle(s, v, x->distance, v, 1 / (v + eps_of(s)));
    if (x->square > 0) s->at->lengths = x->lengths / x->square * s->at->square;
}

/* Of x as far as rows differ in direction: they get one length. */
static double turned(const ins_signal *x)
{
    const double share = x->square > 0 ? x->lengths / x->square : 0;
    return share < 1 ? (x->distance - x->lengths) / (1 - share) : 0;
}

/* Sets of count of the elements. */
static void centred_vector(const ins_stage *s, double count)
{
    const ins_signal *x = s->in[0];
    const double variance = ins_not_below_zero(x->square - x->mean * x->mean), own = 1 - 1 / count;
    settle(s, variance * own, turned(x) * own, variance * own,
           ins_norm_back(true, count, variance, eps_of(s)));
}

static void rms_vector(const ins_stage *s, double count)
{
    const ins_signal *x = s->in[0];
    settle(s, x->square, turned(x), x->square, ins_norm_back(false, count, x->square, eps_of(s)));
    if (s->at->square > 0) s->at->mean = x->mean * sqrt(s->at->square / x->square);
}

/* --- Maps and sequences ----------------------------------------------------------------------- */

/* E[(x - m)(x' - m')] = (product - offset(p) offset(p') - cut(p) - cut(p') + common) kept, of pairs
 * of a row and of two, and then times scale(p) scale(p'). */
typedef struct affine {
    double *offset, *cut, *other_cut, *scale; /* (positions) */
    double common, other_common, kept;
    double turned; /* products of two rows first get this factor: where sets lie in a row, all rows
                      get one length */
} affine;

static affine affine_new(const ins_stage *s)
{
    const size_t positions = s->in[0]->field->positions;
    return (affine){.offset = ins_stage_numbers(s, positions),
                    .cut = ins_stage_numbers(s, positions),
                    .other_cut = ins_stage_numbers(s, positions),
                    .scale = ins_stage_numbers(s, positions),
                    .kept = 1,
                    .turned = s->plan->kind->couples ? 1 : 1 / ins_signal_shorter(s->in[0])};
}

static void apply_to(const affine *a, const double *in, double factor, const double *cut,
                     double common, size_t positions, double *out)
{
    for (size_t p = 0; p < positions; p++) {
        for (size_t i = 0; i < positions; i++) {
            const double product = factor * in[p * positions + i] - a->offset[p] * a->offset[i];
            out[p * positions + i] =
                (product - cut[p] - cut[i] + common) * a->kept * a->scale[p] * a->scale[i];
        }
    }
}

/* mean (positions) of x - m, before it is scaled; NULL: 0. */
static void apply(const ins_stage *s, const affine *a, const double *mean)
{
    const ins_field *x = s->in[0]->field;
    ins_field *field = ins_field_reserve(x->positions);
    apply_to(a, x->same, 1, a->cut, a->common, x->positions, field->same);
    apply_to(a, x->other, a->turned, a->other_cut, a->other_common, x->positions, field->other);
    for (size_t p = 0; p < x->positions; p++)
        field->mean[p] = mean != NULL ? mean[p] * a->scale[p] : 0;
    ins_signal_settle(s, field);
    s->at->lengths = 0;
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum / (double)count;
}

static double at_one(const ins_field *x, size_t p)
{
    return x->same[p * (x->positions + 1)];
}

static double mean_square(const ins_field *x)
{
    double sum = 0;
    for (size_t p = 0; p < x->positions; p++) sum += at_one(x, p);
    return sum / (double)x->positions;
}

/* The same at all positions. */
static void scale_all(const ins_stage *s, const affine *a, double v, double back)
{
    const double gamma = gamma_of(s->plan);
    for (size_t p = 0; p < s->in[0]->field->positions; p++) {
        a->scale[p] = gamma == 0 ? 0 : gamma / sqrt(v + eps_of(s));
        s->at->way[p] = gamma == 0 ? 0 : gamma * gamma * back;
    }
}

/* m is the mean over all rows and positions. */
static void batch_norm_map(const ins_stage *s)
{
    const ins_field *x = s->in[0]->field;
    const size_t positions = x->positions;
    const double rows = (double)s->inputs->rows, mean = mean_of(x->mean, positions);
    affine a = affine_new(s);
    double *rest = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) {
        a.cut[p] = mean_of(x->same + p * positions, positions) / rows +
                   mean_of(x->other + p * positions, positions) * (1 - 1 / rows);
        rest[p] = x->mean[p] - mean;
    }
    a.other_cut = a.cut;
    a.common = a.other_common = mean_of(a.cut, positions);
    const double v = ins_not_below_zero(mean_square(x) - a.common);
    scale_all(s, &a, v, 1 / (v + eps_of(s)));
    apply(s, &a, rest);
    s->at->lengths = s->at->square * (1 - ins_signal_shorter(s->in[0]));
}

/* m is the mean over the channels of a position. */
static void layer_norm_map(const ins_stage *s)
{
    const ins_field *x = s->in[0]->field;
    const double count = (double)s->plan->shape.channels, gamma = gamma_of(s->plan);
    affine a = affine_new(s);
    a.kept = 1 - 1 / count;
    for (size_t p = 0; p < x->positions && gamma != 0; p++) {
        const double v = ins_not_below_zero(at_one(x, p) - x->mean[p] * x->mean[p]);
        a.offset[p] = x->mean[p];
        a.scale[p] = gamma / sqrt(v * a.kept + eps_of(s));
        s->at->way[p] = gamma * gamma * ins_norm_back(true, count, v, eps_of(s));
    }
    apply(s, &a, NULL);
}

static void rms_norm_map(const ins_stage *s)
{
    const ins_field *x = s->in[0]->field;
    const double count = (double)s->plan->shape.channels, gamma = gamma_of(s->plan);
    affine a = affine_new(s);
    for (size_t p = 0; p < x->positions && gamma != 0; p++) {
        a.scale[p] = gamma / sqrt(at_one(x, p) + eps_of(s));
        s->at->way[p] = gamma * gamma * ins_norm_back(false, count, at_one(x, p), eps_of(s));
    }
    apply(s, &a, x->mean);
}

/* m is the mean over a group of channels, at all positions of a row. */
static void group_norm_map(const ins_stage *s, double group)
{
    const ins_field *x = s->in[0]->field;
    const size_t positions = x->positions;
    const double mean = mean_of(x->mean, positions), others = 1 - 1 / group;
    affine a = affine_new(s);
    double *rest = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) {
        const double product = others * x->mean[p] * mean;
        a.cut[p] = mean_of(x->same + p * positions, positions) / group + product;
        a.other_cut[p] = a.turned * mean_of(x->other + p * positions, positions) / group + product;
        rest[p] = x->mean[p] - mean;
    }
    a.common = mean_of(a.cut, positions);
    a.other_common = mean_of(a.other_cut, positions);
    const double v = ins_not_below_zero(mean_square(x) - a.common),
                 count = group * (double)positions;
    scale_all(s, &a, v, ins_norm_back(true, count, v * count / fmax(count - 1, 1), eps_of(s)));
    apply(s, &a, rest);
}

/* --- The rows --------------------------------------------------------------------------------- */

/* Whether there is a field to do it to. */
static bool has_field(const ins_stage *s)
{
    return ins_has_positions(s->plan) && s->in[0]->field != NULL;
}

void ins_batch_norm_predict_forward(const ins_stage *s)
{
    begin(s);
    if (!ins_has_positions(s->plan))
        batch_norm_vector(s);
    else if (has_field(s))
        batch_norm_map(s);
}

/* Units one by one: all of a row get the same shift and scale. Those of batch norm have means of
 * their own to lose; what is left is taken for Gaussian. */
static void normalize_units(const ins_stage *s, double less)
{
    if (!s->at->asked || s->in[0]->gaussian || !(s->at->square > 0)) return;
    s->at->units = ins_units_normalize(ins_stage_units(s, 0), less, s->at->square);
}

void ins_layer_norm_predict_forward(const ins_stage *s)
{
    begin(s);
    if (!ins_has_positions(s->plan))
        centred_vector(s, (double)s->plan->shape.channels);
    else if (has_field(s))
        layer_norm_map(s);
    normalize_units(s, s->in[0]->mean);
}

void ins_rms_norm_predict_forward(const ins_stage *s)
{
    begin(s);
    if (!ins_has_positions(s->plan))
        rms_vector(s, (double)s->plan->shape.channels);
    else if (has_field(s))
        rms_norm_map(s);
    normalize_units(s, 0);
}

void ins_group_norm_predict_forward(const ins_stage *s)
{
    const double groups = ins_parameter_of(&s->plan->choice, "groups");
    const double group = (double)s->plan->shape.channels / groups;
    begin(s);
    if (!ins_has_positions(s->plan))
        centred_vector(s, group);
    else if (has_field(s))
        group_norm_map(s, group);
    normalize_units(s, s->in[0]->mean);
}

/* Rows and positions that share a mean share their delta's, which is 0. */
static void balance(const ins_stage *s)
{
    s->back->balanced = s->plan->kind->couples;
    if (s->plan->kind->couples) s->back->units = NULL;
}

/* Of delta the part along the output is lost on the way, but for what eps is of the scale. */
static void vector_backward(const ins_stage *s)
{
    const ins_back *at = &s->at->back;
    const double y = s->at->square, left = y < 1 ? 1 - y : 0;
    double square = ins_back_rest(at, y);
    if (at->along != 0 && y > 0) square += at->along * at->along / y * left * left;
    *s->back = (ins_back){.gain = square * s->at->way[0],
                          .delta = 1,
                          .along = at->along * left,
                          .whole = true,
                          .units = at->units};
}

void ins_norm_predict_backward(const ins_stage *s)
{
    const ins_back *at = &s->at->back;
    if (!ins_has_positions(s->plan)) {
        vector_backward(s);
        balance(s);
        return;
    }
    ins_forget_backward(s);
    if (at->at == NULL || isnan(s->at->square)) return;
    const size_t positions = ins_positions(s->plan->shape);
    double *to = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) to[p] = at->at[p] * s->at->way[p];
    *s->back = (ins_back){.at = to, .alike = at->alike, .units = at->units};
    balance(s);
}
