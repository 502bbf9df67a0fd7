/* What training does to the spread of the weights. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "layered.h"
#include "lines.h"
#include "phrases.h"

static double variance_at(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer)
{
    return ins_seeds_at(flow->part->study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                        (ins_site){.epoch = epoch, .layer = layer, .tensor = INS_WEIGHT})
        .interval.mean;
}

/* Var W of a layer of a run now over Var W at epoch 0. */
static double change_of(const ins_study *study, size_t run, const void *now)
{
    ins_site site = *(const ins_site *)now;
    site.run = run;
    double variance = ins_number(study, INS_LAYERS_VARIANCE, site);
    site.epoch = study->start;
    return variance / ins_number(study, INS_LAYERS_VARIANCE, site);
}

/* Geometric mean over seeds, each by its own start. */
static double change_at(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer)
{
    ins_site now = {.epoch = epoch, .layer = layer, .tensor = INS_WEIGHT};
    return ins_over_seeds(flow->part->study, arm, INS_GEOMETRIC, change_of, &now).interval.mean;
}

/* The largest factor, up or down, over the arms' layers at the last epoch. */
static double largest_change(ins_flow *flow, size_t *arm, size_t *layer)
{
    const ins_study *study = flow->part->study;
    double largest = 1;
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 1; l <= study->arm[a].layers; l++) {
            double factor = change_at(flow, a, ins_last_epoch(study), l);
            if (!isfinite(factor) || fabs(log(factor)) <= fabs(log(largest))) continue;
            largest = factor;
            *arm = a;
            *layer = l;
        }
    }
    return largest;
}

static const char *layer_name(ins_flow *flow, size_t arm, size_t layer)
{
    bool output = layer == flow->part->study->arm[arm].layers;
    return output ? "the output layer" : ins_flow_format(flow, "layer %zu", layer);
}

static const char *factor_words(ins_flow *flow, double factor)
{
    if (factor >= 2) return ins_flow_format(flow, "grows by a factor of %s", ins_say(flow, factor));
    if (factor <= 0.5) {
        return ins_flow_format(flow, "falls by a factor of %s", ins_say(flow, 1 / factor));
    }
    return ins_flow_format(flow, "%s by %s", factor > 1 ? "grows" : "falls",
                           ins_say_percent(flow, fabs(factor - 1)));
}

/* Marks the arms with a layer whose variance at the last epoch is a number above 0 though it was
 * exactly 0 at epoch 0; *known: some variance is a number at the last epoch. */
static bool *grown_from_zero(ins_flow *flow, bool *known)
{
    const ins_study *study = flow->part->study;
    bool *grown = ins_no_arms(flow);
    *known = false;
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 1; l <= study->arm[a].layers; l++) {
            ins_seeds start =
                ins_seeds_at(study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                             (ins_site){.epoch = study->start, .layer = l, .tensor = INS_WEIGHT});
            ins_seeds end = ins_seeds_at(
                study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                (ins_site){.epoch = ins_last_epoch(study), .layer = l, .tensor = INS_WEIGHT});
            *known = *known || end.interval.n + end.zeros > 0;
            grown[a] = grown[a] || (start.interval.n == 0 && start.zeros > 0 && end.interval.n);
        }
    }
    return grown;
}

/* True when the weights of arm change by more than those of every other arm, beyond chance: by the
 * largest factor over a run's layers, paired by seed. */
static bool changes_most(ins_flow *flow, size_t arm)
{
    const ins_study *study = flow->part->study;
    double *most = ins_arena_get(flow->arena, study->runs, sizeof *most, "page");
    for (size_t run = 0; run < study->runs; run++) {
        most[run] = NAN;
        for (size_t l = 1; l <= study->arm[study->run[run].arm].layers; l++) {
            double now = ins_number(study, INS_LAYERS_VARIANCE,
                                    (ins_site){run, ins_last_epoch(study), l, INS_WEIGHT});
            double size = fabs(log(now / ins_number(study, INS_LAYERS_VARIANCE,
                                                    (ins_site){run, study->start, l, INS_WEIGHT})));
            if (isfinite(size)) most[run] = fmax(most[run], size);
        }
    }
    size_t pairs;
    const ins_pair *pair = ins_compare_arms(study, most, 0, flow->arena, &pairs);
    for (size_t other = 0; other < study->arms; other++) {
        if (other == arm || ins_pair_of(pair, arm, other).accuracy.difference.n == 0) continue;
        if (!ins_exceeds(pair, arm, other)) return false;
    }
    return true;
}

static const char *title_of(ins_flow *flow)
{
    size_t arm = 0, layer = 0;
    double factor = largest_change(flow, &arm, &layer);
    if (layer == 0) {
        bool known;
        const bool *grown = grown_from_zero(flow, &known);
        if (!known) return "After training no weight is a finite number";
        if (ins_count_arms(flow->part, grown) == 0) {
            return "The variance of the weights does not change in training";
        }
        return ins_flow_format(flow, "Weights without spread gain one in training with %s",
                               ins_say_arms(flow, grown, 3));
    }
    if (!changes_most(flow, arm)) {
        return ins_flow_format(flow, "Training changes the variance of the weights by %s%s at most",
                               fabs(log(factor)) >= log(2) ? "a factor of " : "",
                               fabs(log(factor)) >= log(2)
                                   ? ins_say(flow, exp(fabs(log(factor))))
                                   : ins_say_percent(flow, fabs(factor - 1)));
    }
    return ins_flow_format(flow, "The weight variance changes most with %s: %s %s",
                           flow->part->prose[arm], layer_name(flow, arm, layer),
                           factor_words(flow, factor));
}

/* "+12%", or "×3.4" beyond a factor of two. */
static const char *change_cell(ins_flow *flow, double factor)
{
    if (!isfinite(factor)) return "–";
    if (factor > 3 || factor < 1 / 3.0) return ins_flow_format(flow, "×%s", ins_say(flow, factor));
    const char *sign = factor >= 1.0005 ? "+" : factor <= 0.9995 ? "−" : "";
    return ins_flow_format(flow, "%s%s", sign, ins_say_percent(flow, fabs(factor - 1)));
}

static const char *column_title(ins_flow *flow, size_t layer, const char *what)
{
    const ins_study *study = flow->part->study;
    if (layer == study->layers && ins_same_depth(study)) {
        return ins_flow_format(flow, "output, %s", what);
    }
    return ins_flow_format(flow, "layer %zu, %s", layer, what);
}

static void table(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t layers;
    const size_t *layer = ins_choose(flow, 1, study->layers, 3, &layers);
    size_t columns = 1 + 2 * layers;
    ins_table_column *column = ins_arena_get(flow->arena, columns, sizeof *column, "table");
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * columns, sizeof *cell, "table");
    double width = layers == 3 ? 21 : 28;
    column[0] =
        (ins_table_column){"Initializer", INS_TEXT_WIDTH - width * 2 * (double)layers, INS_LEFT};
    for (size_t l = 0; l < layers; l++) {
        column[1 + 2 * l] =
            (ins_table_column){column_title(flow, layer[l], "start"), width, INS_RIGHT};
        column[2 + 2 * l] = (ins_table_column){"change", width, INS_RIGHT};
    }
    for (size_t a = 0; a < study->arms; a++) {
        ins_cell *row = cell + a * columns;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        for (size_t l = 0; l < layers; l++) {
            ins_seeds start = ins_seeds_at(
                study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                (ins_site){.epoch = study->start, .layer = layer[l], .tensor = INS_WEIGHT});
            bool zero = start.interval.n == 0 && start.zeros > 0;
            row[1 + 2 * l].text = zero ? "0" : ins_say(flow, start.interval.mean);
            row[2 + 2 * l].text =
                change_cell(flow, change_at(flow, a, ins_last_epoch(study), layer[l]));
        }
    }
    ins_table_layout layout = {.column = column,
                               .columns = columns,
                               .rows = study->arms,
                               .cell = cell,
                               .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, ins_flow_format(flow, "Var W at the start, and its change by epoch %lld",
                                           study->epoch[study->epochs - 1]));
    ins_flow_table(flow, &layout);
}

static const double most_growth = 1e3; /* beyond it a curve is cut */

static double largest_start(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    double largest = NAN;
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t l = 1; l <= study->arm[a].layers; l++) {
            largest = fmax(largest, variance_at(flow, a, study->start, l));
        }
    }
    return largest;
}

static void draw_variance(ins_flow *flow, double height)
{
    ins_layered layered = ins_layered_new(flow, 1, variance_at);
    double minimum, maximum;
    if (!ins_layered_range(flow, &layered, &minimum, &maximum)) return;
    /* A run that diverges must not flatten all others. */
    maximum = fmin(maximum, most_growth * largest_start(flow));
    layered.vertical = ins_axis_log(flow->arena, fmin(minimum, maximum), maximum);
    layered.y_title = "Variance of the weights W, log scale";
    ins_figure *figure = ins_layered_draw(flow, &layered, "weights",
                                          "Variance of the weights by layer over epochs.", height);
    ins_flow_caption(flow, figure,
                     "Geometric mean over seeds, one curve a layer, pale near the input and dark "
                     "at the output, with the layer’s number at its end. Weights that are exactly "
                     "0 have no place on a logarithmic axis; what grows more than a "
                     "thousandfold is cut.");
}

static bool has_later(const ins_layered *layered, const ins_flow *flow)
{
    size_t curves = flow->part->study->arms * layered->layers;
    for (size_t c = 0; c < curves; c++) {
        for (size_t e = 1; e < layered->epochs; e++) {
            if (isfinite(layered->value[c * layered->epochs + e])) return true;
        }
    }
    return false;
}

static void draw_change(ins_flow *flow, double height)
{
    ins_layered layered = ins_layered_new(flow, 1, change_at);
    double minimum, maximum;
    /* That every layer is once itself at epoch 0 is not worth a figure. */
    if (!ins_layered_range(flow, &layered, &minimum, &maximum) || !has_later(&layered, flow))
        return;
    layered.vertical = ins_axis_log(flow->arena, fmax(fmin(minimum, 0.9), 1 / most_growth),
                                    fmin(fmax(maximum, 1.1), most_growth));
    layered.reference = 1;
    layered.y_title = "Var W relative to epoch 0, log scale";
    ins_figure *figure = ins_layered_draw(flow, &layered, "weights-change",
                                          "Variance of the weights relative to epoch 0.", height);
    ins_flow_caption(flow, figure,
                     "The same, each seed divided by its own value at epoch 0. Dashed: unchanged.");
}

void ins_page_weights(ins_flow *flow, const ins_page *page)
{
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow, "An initializer chooses the variance of the weights once; training then moves it. "
              "Where the curves stay flat, the network that is tested at the end still has the "
              "spread it was given, and the choice of the initializer is the choice of the spread. "
              "A small start that grows is a network that has to find its scale by training.");
    size_t arms = flow->part->study->arms;
    /* Both figures and the table on one page, or a page each. */
    double height = flow->part->many ? ins_multiples_fit(flow, arms, 1, 4, 12, 40)
                                     : ins_multiples_fit(flow, arms, 2, 24 + 6.4 * (double)arms,
                                                         arms <= 4 ? 30 : 20, 56);
    draw_variance(flow, height);
    draw_change(flow, height);
    table(flow);
}
