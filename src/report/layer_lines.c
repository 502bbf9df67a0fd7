/* Variances by layer. */
#include <config.h>

#include "layer_lines.h"

#include <math.h>

#include "layer_axis.h"
#include "phrases.h"

/* Tics at layers: "input", hidden layers, "output". */
static ins_axis layer_axis(ins_flow *flow, size_t first, size_t last, bool output)
{
    double margin = fmax(0.12, 0.02 * (double)(last - first));
    bool narrow = flow->part->many;
    const ins_layer_axis layers = {.first = first,
                                   .last = last,
                                   .first_name = first > 0 ? NULL
                                                 : narrow  ? "in"
                                                           : "input",
                                   .last_name = !output  ? NULL
                                                : narrow ? "out"
                                                         : "output",
                                   .steps = narrow ? 3 : 8,
                                   .crowd = narrow ? 0.2 : 0.09};
    ins_axis axis = ins_layer_axis_tics(flow->arena, &layers);
    axis.low = (double)first - margin;
    axis.high = (double)last + margin;
    return axis;
}

static ins_curve_point point_of(const ins_study *study, size_t arm, ins_epoch_index epoch,
                                size_t layer, ins_tensor tensor, ins_column_id column)
{
    ins_seeds profile = ins_seeds_at(study, arm, INS_GEOMETRIC, column,
                                     (ins_site){.epoch = epoch, .layer = layer, .tensor = tensor});
    if (profile.interval.n == 0) return (ins_curve_point){NAN, NAN, NAN};
    return (ins_curve_point){profile.interval.mean, profile.minimum, profile.maximum};
}

/* Layers in which all values are exactly 0. */
static size_t zero_layers(const ins_study *study, size_t arm, ins_epoch_index epoch,
                          ins_tensor tensor, ins_column_id column)
{
    size_t layers = 0;
    for (size_t l = 1; l <= study->arm[arm].layers; l++) {
        ins_seeds profile = ins_seeds_at(study, arm, INS_GEOMETRIC, column,
                                         (ins_site){.epoch = epoch, .layer = l, .tensor = tensor});
        layers += profile.zeros > 0 && profile.interval.n == 0;
    }
    return layers;
}

/* The variance predicted for a layer, geometric mean over runs; NAN: none, or exactly 0. */
static double predicted(const ins_study *study, size_t arm, size_t layer, ins_tensor tensor)
{
    ins_site site = {.layer = layer, .tensor = tensor};
    ins_seeds theory = ins_seeds_at(study, arm, INS_GEOMETRIC, INS_THEORY_VARIANCE, site);
    return theory.zeros > 0 ? (double)NAN : exp(theory.sum / (double)theory.interval.n);
}

static void predict(ins_flow *flow, ins_layer_lines *all, ins_tensor tensor)
{
    const ins_study *study = flow->part->study;
    ins_lines *lines = all->lines;
    size_t points = lines->points;
    ins_lines_predict(flow, lines);
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t i = 0; i < points; i++) {
            if (!isfinite(lines->point[a * points + i].middle)) continue;
            double value = predicted(study, a, (size_t)lines->x[i], tensor);
            lines->theory[a * points + i] = value;
            all->predicted = all->predicted || isfinite(value);
        }
    }
    if (!all->predicted) lines->theory = NULL;
}

ins_layer_lines ins_layer_lines_of(ins_flow *flow, ins_tensor tensor, ins_column_id column,
                                   ins_epoch_index epoch)
{
    const ins_study *study = flow->part->study;
    ins_layer_lines all = {
        .dropped = ins_no_arms(flow), .zero = ins_no_arms(flow), .partly = ins_no_arms(flow)};
    all.input = tensor == INS_PREACTIVATION &&
                isfinite(point_of(study, 0, epoch, 0, INS_ACTIVATION, column).middle);
    size_t first = 1 - all.input, points = study->layers + all.input;
    double *x = ins_arena_get(flow->arena, points, sizeof *x, "figure");
    for (size_t i = 0; i < points; i++) x[i] = (double)(first + i);
    ins_lines *lines = ins_lines_new(flow, NULL, x, points, 0);
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t i = 0; i < points; i++) {
            size_t layer = first + i;
            lines->point[a * points + i] =
                point_of(study, a, epoch, layer, layer == 0 ? INS_ACTIVATION : tensor, column);
        }
        size_t zeros = zero_layers(study, a, epoch, tensor, column);
        all.zero[a] = zeros > 0 && zeros == study->arm[a].layers;
        all.partly[a] = zeros > 0 && !all.zero[a];
        /* The input alone, the same for all, is no curve. */
        if (all.zero[a] && all.input) lines->point[a * points].middle = NAN;
    }
    all.lines = lines;
    if (column == INS_LAYERS_VARIANCE && ins_is_recorded(epoch) &&
        ins_same_epoch(epoch, study->start))
        predict(flow, &all, tensor);
    ins_lines_drop_empty(lines, all.dropped);
    lines->horizontal = layer_axis(flow, first, study->layers, ins_same_depth(study));
    double minimum, maximum;
    if (ins_lines_range(lines, true, &minimum, &maximum)) {
        lines->vertical = ins_axis_log(flow->arena, fmin(minimum, 1), fmax(maximum, 1));
        lines->reference = 1;
    }
    lines->x_name = "layer";
    lines->x_title = "layer  (1 is the hidden layer nearest the input)";
    lines->y_title = "Variance of the pre-activations z, log scale";
    return all;
}

/* A quotient of variances at epoch 0, one a seed. */
typedef struct quotient {
    size_t layer, to; /* to: the layer whose z divides, 0 is the input; not used with the theory */
    ins_tensor tensor;
} quotient;

/* NAN unless it is a number above 0. */
static double positive(double value)
{
    return isfinite(value) && value > 0 ? value : (double)NAN;
}

/* Var z of a layer over that of an earlier one. */
static double over_earlier(const ins_study *study, size_t run, const void *context)
{
    const quotient *of = context;
    ins_site above = {run, study->start, of->layer, INS_PREACTIVATION}, below = above;
    below.layer = of->to;
    if (of->to == 0) below.tensor = INS_ACTIVATION;
    return positive(ins_number(study, INS_LAYERS_VARIANCE, above) /
                    ins_number(study, INS_LAYERS_VARIANCE, below));
}

/* The measured variance over the predicted one. */
static double over_theory(const ins_study *study, size_t run, const void *context)
{
    const quotient *of = context;
    ins_site site = {run, study->start, of->layer, of->tensor};
    return positive(ins_number(study, INS_LAYERS_VARIANCE, site) /
                    ins_number(study, INS_THEORY_VARIANCE, site));
}

/* Geometric mean and range over seeds. */
static ins_curve_point point_over(const ins_study *study, size_t arm, ins_value_of_run *value,
                                  quotient of)
{
    ins_seeds seeds = ins_over_seeds(study, arm, INS_GEOMETRIC, value, &of);
    return (ins_curve_point){seeds.interval.mean, seeds.minimum, seeds.maximum};
}

ins_lines *ins_layer_lines_ratios(ins_flow *flow, const ins_layer_lines *all, bool to_previous)
{
    const ins_study *study = flow->part->study;
    size_t first = to_previous && all->input == 0 ? 2 : 1;
    size_t last = to_previous ? study->layers : study->layers - 1;
    size_t points = last >= first ? last - first + 1 : 0;
    bool *shown = ins_no_arms(flow);
    for (size_t a = 0; a < study->arms; a++) shown[a] = !all->dropped[a];
    double *x = ins_arena_get(flow->arena, points, sizeof *x, "figure");
    for (size_t i = 0; i < points; i++) x[i] = (double)(first + i);
    ins_lines *lines = ins_lines_new(flow, shown, x, points, 0);
    for (size_t a = 0, c = 0; a < study->arms; a++) {
        if (!shown[a]) continue;
        for (size_t i = 0; i < points; i++) {
            lines->point[c * points + i] =
                point_over(study, a, over_earlier,
                           (quotient){.layer = first + i, .to = to_previous ? first + i - 1 : 1});
        }
        c++;
    }
    bool output = to_previous && ins_same_depth(study);
    lines->horizontal = layer_axis(flow, first, last > first ? last : first + 1, output);
    lines->x_name = "layer";
    lines->x_title = to_previous ? "layer" : "hidden layer";
    return lines;
}

ins_lines *ins_layer_lines_over_theory(ins_flow *flow, ins_tensor tensor)
{
    const ins_study *study = flow->part->study;
    double *x = ins_arena_get(flow->arena, study->layers, sizeof *x, "figure"), minimum, maximum;
    for (size_t i = 0; i < study->layers; i++) x[i] = (double)(i + 1);
    ins_lines *lines = ins_lines_new(flow, NULL, x, study->layers, 0);
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t i = 0; i < study->layers; i++) {
            lines->point[a * study->layers + i] =
                point_over(study, a, over_theory, (quotient){.layer = i + 1, .tensor = tensor});
        }
    }
    ins_lines_drop_empty(lines, ins_no_arms(flow));
    lines->horizontal = layer_axis(flow, 1, study->layers, ins_same_depth(study));
    lines->x_name = "layer";
    lines->x_title = "layer";
    lines->reference = 1;
    if (ins_lines_range(lines, true, &minimum, &maximum)) {
        lines->vertical = ins_axis_log(flow->arena, fmin(minimum, 0.8), fmax(maximum, 1.25));
    }
    return lines;
}

const char *ins_layer_lines_dashed(const ins_layer_lines *all)
{
    return all->predicted ? " Dashed curves: what mean-field theory predicts from the initializer, "
                            "the widths and the second moment of the inputs alone."
                          : "";
}

const char *ins_layer_lines_absent(ins_flow *flow, const ins_layer_lines *all)
{
    const ins_part *part = flow->part;
    bool *zero = ins_no_arms(flow), *unknown = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        zero[a] = all->dropped[a] && all->zero[a];
        unknown[a] = all->dropped[a] && !all->zero[a];
    }
    size_t zeros = ins_count_arms(part, zero), unknowns = ins_count_arms(part, unknown);
    const char *text = "";
    if (zeros > 0) {
        text = ins_flow_format(flow,
                               " %s %s not drawn: all values are exactly 0, which a logarithmic "
                               "axis cannot show.",
                               ins_capital(flow, ins_say_arms(flow, zero, 5)),
                               zeros == 1 ? "is" : "are");
    }
    if (unknowns > 0) {
        text = ins_flow_format(flow, "%s %s %s not drawn: no finite positive value was recorded.",
                               text, ins_say_arms(flow, unknown, 5), unknowns == 1 ? "is" : "are");
    }
    size_t parts = ins_count_arms(part, all->partly);
    if (parts > 0) {
        text = ins_flow_format(flow, "%s %s %s exactly 0 in some layers: nothing is drawn there.",
                               text, ins_say_arms(flow, all->partly, 5), parts == 1 ? "is" : "are");
    }
    return text;
}
