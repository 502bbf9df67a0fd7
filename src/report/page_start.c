/* The scale of the data, and what the untrained network says. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "dots.h"
#include "phrases.h"

enum { MOST_FEATURES = 14, FEWEST_FEATURES = 4 };

static double row_of_dots(const ins_part *part)
{
    size_t arms = part->study->arms;
    return arms <= 5 ? 9 : arms <= 8 ? 7 : arms <= 20 ? 5.2 : 4.3;
}

/* Features that are listed, so that both figures below still fit on the page. */
static size_t listed_features(const ins_flow *flow)
{
    const double row = 6.4, around = 24, figure = 40;
    double arms = (double)flow->part->study->arms;
    double room = ins_flow_left(flow) - around - 2 * (figure + arms * row_of_dots(flow->part));
    size_t all = flow->part->study->features.rows;
    size_t rows = room > FEWEST_FEATURES * row ? (size_t)(room / row) : FEWEST_FEATURES;
    if (rows > MOST_FEATURES) rows = MOST_FEATURES;
    return rows < all ? rows : all;
}

static double second_moment(double mean, double variance)
{
    return variance + mean * mean;
}

/* The arm whose loss at epoch 0 is farthest above ln C; arms: none is known. */
static size_t worst_start(const ins_part *part, double guess, double *excess)
{
    size_t worst = part->study->arms;
    *excess = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        double over = part->analysis->arm[a].outcome.initial_loss.mean - guess;
        if (over > *excess) {
            *excess = over;
            worst = a;
        }
    }
    return worst;
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    double guess = log(part->analysis->classes), excess;
    if (!ins_is_recorded(part->study->start)) return "What goes in";
    if (!isfinite(guess)) return "What goes in, and the loss before the first update";
    size_t worst = worst_start(part, guess, &excess);
    if (worst == part->study->arms || excess < 0.05 * guess) {
        return "Before the first update every network is as good as guessing";
    }
    return ins_flow_format(flow,
                           "Before the first update, %s already has a loss %s above that of "
                           "guessing",
                           part->prose[worst], ins_say(flow, excess));
}

static const double *numbers(const ins_study *study, ins_column_id column)
{
    return ins_table_numbers(&study->features, column);
}

/* Smallest and largest second moment of the scaled features, in words. */
static const char *scale_sentence(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    const double *mean = numbers(study, INS_FEATURES_SCALED_MEAN),
                 *variance = numbers(study, INS_FEATURES_SCALED_VARIANCE);
    if (mean == NULL || variance == NULL) return "";
    double low = NAN, high = NAN;
    for (size_t f = 0; f < study->features.rows; f++) {
        double moment = second_moment(mean[f], variance[f]);
        if (moment < 1e-12) continue; /* a constant feature */
        low = fmin(low, moment);
        high = fmax(high, moment);
    }
    if (isnan(low)) return "";
    const char *fits = low >= ins_threshold_of(INS_THRESHOLD_INPUT_LOWER) &&
                               high <= ins_threshold_of(INS_THRESHOLD_INPUT_UPPER)
                           ? "near the 1 that the formulas of initializers assume"
                           : "not the 1 that the formulas of initializers assume, and the first "
                             "layer’s variance is off by the same factor";
    const char *range =
        ins_flow_format(flow, "between %s and %s", ins_say(flow, low), ins_say(flow, high));
    if (high - low < 0.005 * high) range = ins_say(flow, high);
    return ins_flow_format(
        flow, " After scaling, the second moment E[x^{2}] of the features is %s: %s.", range, fits);
}

static void features(ins_flow *flow)
{
    static const struct {
        const char *title;
        ins_column_id column;
    } columns[] = {{"mean", INS_FEATURES_MEAN},
                   {"variance", INS_FEATURES_VARIANCE},
                   {"minimum", INS_FEATURES_MINIMUM},
                   {"maximum", INS_FEATURES_MAXIMUM},
                   {"mean, scaled", INS_FEATURES_SCALED_MEAN},
                   {"variance, scaled", INS_FEATURES_SCALED_VARIANCE}};
    enum { COLUMNS = sizeof columns / sizeof columns[0] };
    const ins_study *study = flow->part->study;
    const char *const *names = ins_table_texts(&study->features, INS_FEATURES_FEATURE);
    size_t rows = listed_features(flow);
    ins_table_column column[COLUMNS + 1] = {{"Feature", 44, INS_LEFT}};
    ins_cell *cell = ins_arena_get(flow->arena, rows * (COLUMNS + 1), sizeof *cell, "table");
    for (size_t c = 0; c < COLUMNS; c++) {
        const double *values = numbers(study, columns[c].column);
        column[c + 1] = (ins_table_column){columns[c].title, c < 4 ? 18.5 : 26, INS_RIGHT};
        for (size_t r = 0; r < rows; r++) {
            double value = values != NULL ? values[r] : (double)NAN;
            /* What standardising leaves of the mean is rounding. */
            if (fabs(value) < 1e-6) value = 0;
            cell[r * (COLUMNS + 1) + c + 1].text = ins_say(flow, value);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        cell[r * (COLUMNS + 1)].text =
            names != NULL ? ins_flow_escape(flow, names[r]) : ins_flow_format(flow, "%zu", r + 1);
    }
    ins_table_layout table = {.column = column, .columns = COLUMNS + 1, .rows = rows, .cell = cell};
    ins_flow_heading(flow, "The features of the training rows");
    ins_flow_table(flow, &table);
    if (rows < study->features.rows) {
        ins_flow_note(flow, ins_flow_format(flow,
                                            "The first %zu of %zu features; all of them are in "
                                            "features.csv.",
                                            rows, study->features.rows));
    }
}

/* The variance of the class scores that the untrained output layer gives. */
static void initial_scores(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    double minimum, maximum;
    ins_dots dots = ins_dots_new(flow, 0, study->arms);
    for (size_t a = 0; a < study->arms; a++) {
        const ins_arm *arm = &study->arm[a];
        dots.mean[a] = ins_seeds_at(study, a, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                                    (ins_site){.epoch = study->start,
                                               .layer = arm->layers,
                                               .tensor = INS_PREACTIVATION})
                           .interval;
        for (size_t s = 0; s < arm->runs; s++) {
            double value =
                ins_number(study, INS_LAYERS_VARIANCE,
                           (ins_site){arm->run[s], study->start, arm->layers, INS_PREACTIVATION});
            dots.seed[a * dots.seeds + s] = value > 0 ? value : (double)NAN;
        }
    }
    dots.reference = 1;
    if (!ins_dots_range(&dots, &minimum, &maximum)) return;
    dots.axis = ins_axis_log(flow->arena, minimum, maximum);
    dots.left = 52;
    dots.right = INS_TEXT_WIDTH - 4;
    dots.row = row_of_dots(part);
    dots.names = true;
    dots.x_title = "variance of the class scores at epoch 0, log scale";
    dots.reference_label = "dashed: 1";
    ins_flow_room(flow, ins_dots_height(&dots) + 24);
    ins_flow_heading(flow, "What comes out: the scale of the class scores");
    ins_figure *figure =
        ins_dots_draw(flow, &dots, "initial-scores", "Variance of the class scores at epoch 0.");
    ins_flow_caption(
        flow, figure,
        "The pre-activations of the output layer, before softmax. Dot: geometric mean over "
        "seeds; bar: its 95% t-interval; crosses: single seeds. Far below 1 all classes "
        "get nearly the same probability; far above it the network is sure of its guesses. "
        "A row without a mark has scores that are exactly 0.");
}

static void initial_loss(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    double guess = log(part->analysis->classes), minimum, maximum;
    ins_dots dots = ins_dots_new(flow, 0, study->arms);
    for (size_t a = 0; a < study->arms; a++) {
        dots.mean[a] = part->analysis->arm[a].outcome.initial_loss;
        for (size_t s = 0; s < study->arm[a].runs; s++) {
            dots.seed[a * dots.seeds + s] =
                ins_number(study, INS_EPOCHS_TRAIN_LOSS,
                           (ins_site){.run = study->arm[a].run[s], .epoch = study->start});
        }
    }
    dots.reference = guess;
    if (!ins_dots_range(&dots, &minimum, &maximum)) return;
    bool wide = minimum > 0 && maximum / minimum > 30;
    dots.axis = wide ? ins_axis_log(flow->arena, minimum, maximum)
                     : ins_axis_linear(flow->arena, fmin(0, minimum), maximum, 6, false);
    dots.left = 52;
    dots.right = INS_TEXT_WIDTH - 4;
    dots.row = row_of_dots(part);
    dots.names = true;
    dots.x_title = wide ? "training loss at epoch 0, log scale" : "training loss at epoch 0";
    if (isfinite(guess)) dots.reference_label = ins_flow_format(flow, "dashed: ln C = %.3g", guess);
    ins_flow_room(flow, ins_dots_height(&dots) + 24);
    ins_flow_heading(flow, "The loss before the first update");
    ins_figure *figure = ins_dots_draw(flow, &dots, "initial-loss", "Training loss at epoch 0.");
    ins_flow_caption(flow, figure,
                     "Dot: mean over seeds; bar: 95% t-interval; crosses: single seeds. A network "
                     "that gives every class the same score has the loss ln C (dashed, C classes). "
                     "A loss above it means confident and wrong answers, which the first updates "
                     "are spent on undoing.");
}

void ins_page_start(ins_flow *flow, const ins_page *page)
{
    const ins_study *study = flow->part->study;
    bool started = ins_is_recorded(study->start);
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow, ins_flow_format(
                  flow,
                  "The variance that a first layer produces is fan_in · Var W · E[x^{2}]: the "
                  "scale of the data enters it as much as the initializer’s.%s The output "
                  "layer has no activation after it, so that the factor 2 of He’s formula is "
                  "not due there: class scores of variance 2 are bets made before anything "
                  "was learned%s.",
                  study->features.rows > 0 ? scale_sentence(flow) : "",
                  started ? ", and the loss at epoch 0 shows their price" : ""));
    if (study->features.rows > 0) {
        features(flow);
    } else {
        ins_flow_note(flow, "The run directory has no features.csv: the features are not shown.");
    }
    if (started) {
        initial_loss(flow);
        initial_scores(flow);
    } else {
        ins_flow_note(flow,
                      "Epoch 0 was not recorded: neither the loss nor the class scores of the "
                      "untrained networks are known.");
    }
}
