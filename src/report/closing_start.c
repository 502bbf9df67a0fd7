/* Answers four and five: what to draw the weights from. */
#include <config.h>

#include "closing.h"
#include "pages.h"

#include <math.h>
#include <stdint.h>

#include "phrases.h"

/* Arms with identical units in some hidden layer at the start: how many keep them in all of these,
 * and the best and worst that came of it. */
static void zeros_wrong(ins_closing *c)
{
    size_t start = 0, kept = 0, freed = 0;
    ins_spot stuck = ins_nowhere, broken = ins_nowhere;
    for (size_t e = 0; e < c->count; e++) {
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            const ins_arm_analysis *arm = ins_closing_at(c, (ins_spot){e, a});
            if (arm->units.symmetric_layers_start == 0) continue;
            bool keeps = arm->units.symmetric_layers_end == arm->units.symmetric_layers_start;
            ins_spot here = {e, a};
            start++;
            *(keeps ? &kept : &freed) += 1;
            if (keeps &&
                (stuck.arm == SIZE_MAX ||
                 arm->outcome.accuracy.mean > ins_closing_at(c, stuck)->outcome.accuracy.mean))
                stuck = here;
            if (!keeps &&
                (broken.arm == SIZE_MAX ||
                 arm->outcome.accuracy.mean > ins_closing_at(c, broken)->outcome.accuracy.mean))
                broken = here;
        }
    }
    if (start == 0) return;
    const char *text = ins_flow_format(
        c->flow,
        "In %s setting%s some hidden layer starts with units that are all alike; in %s of them as "
        "many layers are alike after training. Equal units receive equal gradients: that is an "
        "exact saddle, not a local minimum.",
        ins_say_count(c->flow, start), start == 1 ? "" : "s",
        kept == start ? "all" : ins_say_count(c->flow, kept));
    if (stuck.arm != SIZE_MAX) {
        text = ins_flow_format(c->flow, "%s The best of these is %s with %s.", text,
                               ins_closing_spot(c, stuck), ins_closing_accuracy(c, stuck));
        ins_closing_cite(c, stuck.experiment, "Breaking symmetry");
    }
    if (broken.arm != SIZE_MAX) {
        text = ins_flow_format(c->flow,
                               "%s In the other%s random output weights or dropout tell units "
                               "apart: %s ends at %s.",
                               text, freed == 1 ? "" : "s", ins_closing_spot(c, broken),
                               ins_closing_accuracy(c, broken));
        ins_closing_cite(c, broken.experiment, "Breaking symmetry");
    }
    ins_closing_say(c, text);
}

/* Biases that all start at 0, as layers.csv shows. */
static void zeros_right(ins_closing *c)
{
    size_t settings = 0, learned = 0;
    for (size_t e = 0; e < c->count; e++) {
        const ins_study *study = &c->experiment[e].study;
        for (size_t a = 0; a < study->arms; a++) {
            size_t run = study->arm[a].run[0], layers = study->arm[a].layers;
            bool zero = layers > 0;
            for (size_t l = 1; zero && l <= layers; l++)
                zero = ins_number(study, INS_LAYERS_SECOND_MOMENT,
                                  (ins_site){run, study->start, l, INS_BIAS}) == 0;
            settings += zero;
            learned += zero && ins_closing_has(c, e, a, INS_VERDICT_LEARNED);
        }
    }
    if (settings == 0) return;
    ins_closing_say(
        c, ins_flow_format(c->flow,
                           "Zeros are right where the weights around them tell units apart: every "
                           "bias starts at exactly 0 in %zu settings, and %zu of these learn.",
                           settings, learned));
}

void ins_answer_zeros(ins_closing *c)
{
    zeros_wrong(c);
    zeros_right(c);
}

/* The deepest experiment that varies nothing but the initializer. */
static size_t plain_experiment(const ins_closing *c)
{
    size_t found = SIZE_MAX, depth = 0;
    for (size_t e = 0; e < c->count; e++) {
        const ins_study *study = &c->experiment[e].study;
        bool fits = c->factors[e].count == 0 && study->arms > 1 && study->arms <= INS_MOST_ARMS;
        if (!fits || study->layers <= depth) continue;
        depth = study->layers;
        found = e;
    }
    return found;
}

static double scale_of(const ins_study *study, size_t arm)
{
    size_t layer = ins_typical_layer(&study->arm[arm]);
    return ins_fan_in(study, arm, layer) * ins_drawn_variance(study, arm, layer);
}

/* Arms by fan_in Var W, the unknown ones last. */
static size_t *by_scale(ins_closing *c, size_t experiment)
{
    const ins_study *study = &c->experiment[experiment].study;
    size_t *order = ins_arena_get(c->flow->arena, study->arms, sizeof *order, "table");
    for (size_t i = 0; i < study->arms; i++) {
        size_t k = i;
        double scale = scale_of(study, i);
        for (; k > 0; k--) {
            double before = scale_of(study, order[k - 1]);
            if (before <= scale || isnan(scale)) break;
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
    return order;
}

static ins_cell gain_cell(ins_closing *c, const ins_signal *signal)
{
    return signal->silent ? (ins_cell){.text = "no signal", .bad = true}
                          : (ins_cell){.text = ins_say(c->flow, signal->gain.mean)};
}

/* The scale that keeps the signal lies between the largest that loses and the smallest that grows.
 */
static void scale_sentence(ins_closing *c, size_t e)
{
    const ins_study *study = &c->experiment[e].study;
    double below = NAN, above = NAN;
    for (size_t a = 0; a < study->arms; a++) {
        double gain = ins_closing_at(c, (ins_spot){e, a})->signal[INS_FORWARD].gain.mean,
               scale = scale_of(study, a);
        if (gain < ins_threshold_of(INS_THRESHOLD_GAIN_LOWER)) below = fmax(below, scale);
        if (gain > ins_threshold_of(INS_THRESHOLD_GAIN_UPPER)) above = fmin(above, scale);
    }
    const char *text = ins_flow_format(
        c->flow,
        "A standard deviation says little by itself: what counts is fan_in·Var W, and the "
        "activation behind it. In %s, %zu hidden layers deep:",
        ins_closing_title(c, e), study->layers - 1);
    if (below < above)
        text = ins_flow_format(
            c->flow,
            "A standard deviation says little by itself: what counts is fan_in·Var W, and the "
            "activation behind it. In %s, %zu hidden layers deep, the signal is lost up to %s, and "
            "it grows from %s on:",
            ins_closing_title(c, e), study->layers - 1, ins_say(c->flow, below),
            ins_say(c->flow, above));
    ins_closing_say(c, text);
}

void ins_answer_scale(ins_closing *c)
{
    enum { COLUMNS = 6 };
    static const ins_table_column column[COLUMNS] = {
        {"Initializer", 58, INS_LEFT},    {"sd W", 20, INS_RIGHT},
        {"fan_in·Var W", 24, INS_RIGHT},  {"forward gain", 22, INS_RIGHT},
        {"backward gain", 24, INS_RIGHT}, {"accuracy", 22, INS_RIGHT}};
    size_t e = plain_experiment(c);
    if (e == SIZE_MAX) return;
    ins_flow *flow = c->flow;
    const ins_study *study = &c->experiment[e].study;
    const size_t *order = by_scale(c, e);
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t i = 0; i < study->arms; i++) {
        size_t a = order[i];
        const ins_arm_analysis *arm = ins_closing_at(c, (ins_spot){e, a});
        double variance = ins_drawn_variance(study, a, ins_typical_layer(&study->arm[a]));
        ins_cell *row = cell + i * COLUMNS;
        row[0].text = ins_flow_escape(flow, c->experiment[e].part.name[a]);
        row[1].text = ins_say(flow, sqrt(variance));
        row[2].text = ins_say(flow, scale_of(study, a));
        row[3] = gain_cell(c, &arm->signal[INS_FORWARD]);
        row[4] = gain_cell(c, &arm->signal[INS_BACKWARD]);
        row[5] = (ins_cell){.text = ins_say_percent(flow, arm->outcome.accuracy.mean),
                            .bold = ins_closing_has(c, e, a, INS_VERDICT_LEARNED)};
    }
    scale_sentence(c, e);
    ins_table_layout table = {
        .column = column, .columns = COLUMNS, .rows = study->arms, .cell = cell};
    ins_closing_table(c, &table);
    ins_closing_cite(c, e, "Forward signal");
    ins_closing_cite(c, e, "Weights over time");
}
