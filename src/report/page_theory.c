/* What mean-field theory predicts for each initializer, next to what was measured. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "layer_lines.h"
#include "phrases.h"

static double theory_of(const ins_study *study, size_t arm, size_t layer, ins_tensor tensor)
{
    return ins_number(study, INS_THEORY_VARIANCE,
                      (ins_site){.run = study->arm[arm].run[0], .layer = layer, .tensor = tensor});
}

/* The theory gives the arm no number at all. */
static bool is_silent(const ins_study *study, size_t arm)
{
    return isnan(theory_of(study, arm, ins_typical_layer(&study->arm[arm]), INS_WEIGHT)) &&
           isnan(theory_of(study, arm, ins_typical_layer(&study->arm[arm]), INS_PREACTIVATION));
}

/* Weights whose mean is no accident of sampling: it carries a tenth of their mean square. */
static bool has_common_mean(const ins_study *study, size_t arm)
{
    size_t layer = ins_typical_layer(&study->arm[arm]), run = study->arm[arm].run[0];
    double mean =
        ins_number(study, INS_LAYERS_MEAN, (ins_site){run, study->start, layer, INS_WEIGHT});
    double square = ins_number(study, INS_LAYERS_SECOND_MOMENT,
                               (ins_site){run, study->start, layer, INS_WEIGHT});
    return mean * mean > 0.1 * square;
}

static double measured_variance(const ins_study *study, size_t arm, size_t layer, ins_tensor tensor)
{
    ins_seeds point =
        ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                     (ins_site){.epoch = study->start, .layer = layer, .tensor = tensor});
    return point.interval.n > 0 ? point.interval.mean : point.zeros > 0 ? 0 : (double)NAN;
}

typedef enum fit { UNKNOWN, INSIDE, OUTSIDE } fit;

/* Whether the prediction lies in the interval of what was measured. */
static fit fit_of(double theory, ins_interval measured)
{
    if (isnan(theory) || isnan(measured.lower)) return UNKNOWN;
    return theory >= measured.lower && theory <= measured.upper ? INSIDE : OUTSIDE;
}

/* Constants have no spread to predict: a gain of nothing. */
static const char *predicted_gain(ins_flow *flow, size_t arm, double gain, ins_tensor tensor)
{
    if (!isnan(gain)) return ins_say(flow, gain);
    return theory_of(flow->part->study, arm, 1, tensor) == 0 ? "no signal" : "n/a";
}

static ins_cell measured_gain(ins_flow *flow, const ins_signal *signal)
{
    ins_text text = {0};
    if (signal->silent) return (ins_cell){.text = "no signal", .bad = true};
    if (signal->gain.n == 0) return (ins_cell){.text = "–"};
    ins_prose_interval(&text, signal->gain);
    ins_cell cell = {.text = ins_flow_escape(flow, text.data)};
    ins_text_free(&text);
    return cell;
}

static ins_cell fit_cell(fit found)
{
    static const char *const words[] = {"–", "yes", "no"};
    return (ins_cell){.text = words[found], .bold = found == OUTSIDE};
}

static void gains_row(ins_flow *flow, size_t a, ins_direction direction, ins_cell *row)
{
    const ins_signal *signal = &flow->part->analysis->arm[a].signal[direction];
    ins_tensor tensor = direction == INS_BACKWARD ? INS_DELTA : INS_PREACTIVATION;
    row[0].text = predicted_gain(flow, a, signal->theory, tensor);
    row[1] = measured_gain(flow, signal);
    row[2] = fit_cell(fit_of(signal->theory, signal->gain));
    row[3].text = signal->silent ? "–" : ins_say(flow, signal->total);
}

static void table(ins_flow *flow, ins_direction direction)
{
    enum { COLUMNS = 7 };
    const ins_table_column column[COLUMNS] = {
        {"Initializer", 37, INS_LEFT},
        {"Var W, theory", 21, INS_RIGHT},
        {"measured", 16, INS_RIGHT},
        {"gain, theory", 20, INS_RIGHT},
        {"measured, 95% interval", 43, INS_RIGHT},
        {"inside", 12, INS_RIGHT},
        {direction == INS_BACKWARD ? "first / last" : "last / first", 21, INS_RIGHT}};
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t first =
        direction == INS_BACKWARD ? 1 : 0; /* the weights stand in the forward table only */
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        size_t layer = ins_typical_layer(&study->arm[a]);
        ins_cell *row = cell + a * COLUMNS;
        double theory = theory_of(study, a, layer, INS_WEIGHT);
        row[0].text = ins_flow_escape(flow, part->name[a]);
        if (first == 0) {
            row[1].text = isnan(theory) ? "n/a" : ins_say(flow, theory);
            row[2].text = ins_say(flow, measured_variance(study, a, layer, INS_WEIGHT));
        }
        gains_row(flow, a, direction, row + 3);
    }
    ins_table_column shown[COLUMNS];
    memcpy(shown, column, sizeof shown);
    if (direction == INS_BACKWARD) shown[1].title = shown[2].title = "";
    ins_table_layout layout = {.column = shown,
                               .columns = COLUMNS,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, direction == INS_BACKWARD
                               ? "Backward: gain of Var δ per layer toward the input"
                               : "Forward: gain of Var z per layer toward the output");
    ins_flow_table(flow, &layout);
}

/* The gain farthest from its prediction. */
static const char *farthest(ins_flow *flow)
{
    const ins_part *part = flow->part;
    double most = 0;
    const char *text = "";
    for (size_t a = 0; a < part->study->arms; a++) {
        for (ins_direction d = 0; d < INS_DIRECTIONS; d++) {
            const ins_signal *signal = &part->analysis->arm[a].signal[d];
            double off = fabs(log(signal->gain.mean / signal->theory));
            if (!(off > most)) continue;
            most = off;
            text = ins_flow_format(flow,
                                   " Farthest from its prediction is the %s gain of %s: %s where "
                                   "the theory has %s.",
                                   d == INS_BACKWARD ? "backward" : "forward", part->prose[a],
                                   ins_say(flow, signal->gain.mean), ins_say(flow, signal->theory));
        }
    }
    return text;
}

/* Why the mean of logarithms lies below the logarithm of the mean, in numbers of this network. */
static const char *finite_width(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    for (size_t a = 0; a < study->arms; a++) {
        const ins_arm *arm = &study->arm[a];
        size_t hidden = ins_hidden_layers(arm);
        double sum = 0;
        if (arm->activation == NULL || strcmp(arm->activation, "relu") != 0) continue;
        for (size_t l = 1; l < hidden; l++) {
            sum += 1 / ins_number(study, INS_LAYERS_UNITS,
                                  (ins_site){arm->run[0], study->start, l, INS_WEIGHT});
        }
        if (!(sum > 0 && isfinite(sum))) continue;
        return ins_flow_format(
            flow,
            " For one input and independent ReLU weights the mean of the logarithm lies below the "
            "logarithm of the mean by about 5/(2n) a layer of n units, with these widths a factor "
            "of %s a layer; orthogonal matrices and many inputs lose less.",
            ins_say(flow, exp(-2.5 * sum / (double)(hidden - 1))));
    }
    return "";
}

static void outside_theory(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *mean = ins_no_arms(flow), *other = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        if (!is_silent(part->study, a)) continue;
        bool common = has_common_mean(part->study, a);
        mean[a] = common;
        other[a] = !common;
    }
    if (ins_count_arms(part, mean) > 0) {
        ins_flow_note(
            flow, ins_flow_format(flow,
                                  "The theory does not apply to %s: it assumes weights of mean 0, "
                                  "and here E[W] is not 0. A common mean adds up over all inputs "
                                  "of a unit and drives all units in one direction.",
                                  ins_say_arms(flow, mean, 5)));
    }
    if (ins_count_arms(part, other) > 0) {
        ins_flow_note(
            flow, ins_flow_format(flow,
                                  "The theory does not apply to %s: the weights are not drawn "
                                  "from a law that is known beforehand, but fitted to the data or "
                                  "read from a file.",
                                  ins_say_arms(flow, other, 5)));
    }
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t inside = 0, known = 0, close = 0, predicted = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        for (ins_direction d = 0; d < INS_DIRECTIONS; d++) {
            const ins_signal *signal = &part->analysis->arm[a].signal[d];
            fit found = fit_of(signal->theory, signal->gain);
            known += found != UNKNOWN;
            inside += found == INSIDE;
            double off = fabs(log(signal->gain.mean / signal->theory));
            predicted += !isnan(off);
            close += off < log(1.25);
        }
    }
    if (predicted == 0) return "What theory says of these initializers";
    if (known > 0 && inside == known) {
        return ins_flow_format(flow,
                               "All %zu predicted gains lie in the interval of the measured "
                               "ones",
                               known);
    }
    return ins_flow_format(flow, "%zu of %zu measured gains are within 25%% of their prediction",
                           close, predicted);
}

/* Where along the depth theory and measurement part. */
static void deviation(ins_flow *flow, ins_lines *lines, bool forward, double height)
{
    if (lines->curves == 0) return;
    lines->y_title = forward ? "Measured Var z over its prediction, log scale"
                             : "Measured Var δ over its prediction, log scale";
    ins_figure *figure =
        ins_lines_draw(flow, lines, forward ? "theory-forward" : "theory-backward",
                       "Measured variance over its prediction.", height, flow->part->many);
    ins_flow_caption(
        flow, figure,
        forward
            ? "Each seed’s own variance over what the theory predicts for the layer: geometric "
              "mean and range. On the dashed line the prediction is right, level and gain "
              "alike; a slope is a gain that differs. In a layer of few units, as the output, "
              "the variance about their own mean is smaller than the second moment that theory "
              "follows."
            : "The same for δ, which starts at the output (right) with an error that the theory "
              "takes from the spread of the class scores.");
}

/* Both directions here or on a page of their own, or the forward one alone below the tables. */
static void deviations(ins_flow *flow)
{
    const double least = 46, most = 84, caption = 17, least_panel = 14;
    ins_lines *forward = ins_layer_lines_over_theory(flow, INS_PREACTIVATION);
    ins_lines *backward = ins_layer_lines_over_theory(flow, INS_DELTA);
    size_t curves = forward->curves > backward->curves ? forward->curves : backward->curves;
    double left = ins_flow_left(flow), height = fmin(most, left / 2 - caption);
    bool many = flow->part->many, alone = !many && height < least && left > 56 + caption;
    if (curves == 0) return;
    if (many) height = ins_multiples_fit(flow, curves, 2, 2, 0, 40);
    if (alone) height = fmin(most, left - caption);
    if (height < (many ? least_panel : least)) {
        ins_flow_page(flow);
        height = many ? ins_multiples_fit(flow, curves, 2, 6, least_panel, 40) : most;
    }
    deviation(flow, forward, true, height);
    if (!alone) deviation(flow, backward, false, height);
}

void ins_page_theory(ins_flow *flow, const ins_page *page)
{
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow,
        "Mean-field theory follows the second moment of z from layer to layer, taking z for a "
        "Gaussian of that size, and the error back in the same way. It knows the law of the "
        "weights, the widths, the activation and the second moment of the inputs, and nothing of "
        "what was measured. Its gain per layer is fitted to its variances just as the measured "
        "gain is to the measured ones.");
    table(flow, INS_FORWARD);
    table(flow, INS_BACKWARD);
    ins_flow_note(flow, "Var W of hidden layer 2 (of layer 1 when there is only one). Inside: the "
                        "prediction lies in the interval. Last / first: measured Var z of the last "
                        "hidden layer over that of the first, and for δ the other way round. "
                        "n/a: the theory makes no statement.");
    outside_theory(flow);
    ins_flow_paragraph(
        flow,
        ins_flow_format(flow,
                        "An interval that misses its prediction is no contradiction: the theory "
                        "is exact in the limit of infinite width, takes the layers’ weights as "
                        "independent of what they multiply, and speaks of means where the "
                        "measurement takes means of logarithms.%s%s",
                        finite_width(flow), farthest(flow)));
    deviations(flow);
}
