/* Accuracy and loss over epochs. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "layered.h"
#include "lines.h"
#include "phrases.h"

static size_t diverged_of(const ins_part *part)
{
    size_t diverged = 0;
    for (size_t a = 0; a < part->study->arms; a++)
        diverged += part->analysis->arm[a].outcome.diverged;
    return diverged;
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms, known = 0;
    bool *learned = ins_no_arms(flow), *failed = ins_no_arms(flow);
    for (size_t a = 0; a < arms; a++) {
        learned[a] = ins_has_verdict(&part->analysis->arm[a], INS_VERDICT_LEARNED);
        failed[a] = ins_has_verdict(&part->analysis->arm[a], INS_VERDICT_DID_NOT_LEARN);
        known += learned[a] || failed[a];
    }
    size_t good = ins_count_arms(part, learned);
    if (known == 0) return "Accuracy and loss over the epochs";
    if (diverged_of(part) == part->study->runs) return "No initializer learns: every run diverges";
    if (good == arms) {
        return arms == 1
                   ? "The network learns"
                   : ins_flow_format(flow, "All %s initializers learn; the curves show how fast",
                                     ins_say_count(flow, arms));
    }
    const char *of = ins_flow_format(flow, "%s of %s initializers learn%s",
                                     ins_capital(flow, ins_say_count(flow, good)),
                                     ins_say_count(flow, arms), good == 1 ? "s" : "");
    if (good == 0) of = "No initializer learns";
    return ins_flow_format(flow, "%s; %s %s no better than chance", of,
                           ins_say_arms(flow, failed, 2),
                           ins_count_arms(part, failed) == 1 ? "does" : "do");
}

/* The curves of a column of epochs.csv: mean, interval and single seeds. */
static ins_lines *curves_of(ins_flow *flow, ins_column_id column, bool log_scale)
{
    const ins_study *study = flow->part->study;
    size_t most = flow->part->many ? 50 : 150, points, seeds = 0;
    const ins_epoch_index *epoch = ins_choose_epochs(flow, most, &points);
    for (size_t a = 0; a < study->arms; a++) {
        if (study->arm[a].runs > seeds) seeds = study->arm[a].runs;
    }
    if (flow->part->many && seeds > 10) seeds = 10;
    double *x = ins_arena_get(flow->arena, points, sizeof *x, "figure");
    for (size_t i = 0; i < points; i++) x[i] = (double)ins_epoch_number(study, epoch[i]);
    ins_lines *lines = ins_lines_new(flow, NULL, x, points, seeds);
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t i = 0; i < points; i++) {
            ins_interval value = ins_seeds_at(study, a, log_scale ? INS_GEOMETRIC : INS_MEAN,
                                              column, (ins_site){.epoch = epoch[i]})
                                     .interval;
            lines->point[a * points + i] = (ins_curve_point){value.mean, value.lower, value.upper};
            for (size_t s = 0; s < seeds; s++) {
                lines->seed[(a * seeds + s) * points + i] =
                    s < study->arm[a].runs
                        ? ins_number(study, column,
                                     (ins_site){.run = study->arm[a].run[s], .epoch = epoch[i]})
                        : (double)NAN;
            }
        }
    }
    lines->horizontal =
        ins_axis_whole(flow->arena, study->epoch[0], study->epoch[study->epochs - 1], 4);
    lines->x_name = lines->x_title = "epoch";
    return lines;
}

static const double most_loss = 20; /* times ln C; what lies above is cut */

/* Seeds that are exact zeros or not finite have no place on a logarithmic axis; the range follows
 * the means and seeds, not intervals that reach far beyond them. */
static bool loss_axis(ins_flow *flow, ins_lines *lines)
{
    double low = NAN, high = NAN, least_high = INFINITY, most_low = 0;
    for (size_t c = 0; c < lines->curves; c++) {
        double minimum = INFINITY, maximum = 0; /* of this curve */
        for (size_t i = c * lines->points; i < (c + 1) * lines->points; i++) {
            double value = lines->point[i].middle;
            if (!isfinite(value) || value <= 0) continue;
            minimum = fmin(minimum, value);
            maximum = fmax(maximum, value);
        }
        if (maximum == 0) continue;
        low = fmin(low, minimum);
        high = fmax(high, maximum);
        most_low = fmax(most_low, minimum);
        least_high = fmin(least_high, maximum);
    }
    for (size_t i = 0; i < lines->curves * lines->seeds * lines->points; i++) {
        double value = lines->seed[i];
        if (!isfinite(value) || value <= 0) continue;
        low = fmin(low, value);
        high = fmax(high, value);
    }
    if (isnan(low)) return false;
    /* Cut, but not so that a panel is left empty. */
    double guess = log(flow->part->analysis->classes), cut = fmax(most_loss * guess, most_low);
    if (isfinite(guess)) {
        low = fmin(low, guess);
        high = fmax(fmin(high, cut), guess);
    }
    lines->vertical = ins_axis_log(flow->arena, fmax(low, fmin(high * 1e-12, least_high)), high);
    return true;
}

static void accuracy(ins_flow *flow, double height)
{
    ins_lines *lines = curves_of(flow, INS_EPOCHS_TEST_ACCURACY, false);
    bool *dropped = ins_no_arms(flow);
    ins_lines_drop_empty(lines, dropped);
    if (lines->curves == 0) return;
    lines->vertical = (ins_axis){.low = 0,
                                 .high = 1,
                                 .tics = 5,
                                 .position = {0, 0.25, 0.5, 0.75, 1},
                                 .label = {"0", "25%", "50%", "75%", "100%"}};
    lines->reference = flow->part->analysis->chance;
    lines->y_title = "Test accuracy";
    ins_figure *figure =
        ins_lines_draw(flow, lines, "accuracy", "Test accuracy over epochs.", height, true);
    const char *chance = "";
    if (isfinite(lines->reference)) {
        chance = ins_flow_format(flow, " Dashed: the share of the most frequent class, %s.",
                                 ins_say_percent(flow, lines->reference));
    }
    ins_flow_caption(flow, figure,
                     ins_flow_format(flow,
                                     "%s. A seed fixes the initial weights and the order of "
                                     "the minibatches.%s",
                                     ins_capital(flow, ins_say_seeds(flow)), chance));
}

static void loss(ins_flow *flow, double height)
{
    ins_lines *lines = curves_of(flow, INS_EPOCHS_TRAIN_LOSS, true);
    bool *dropped = ins_no_arms(flow);
    ins_lines_drop_empty(lines, dropped);
    if (lines->curves == 0 || !loss_axis(flow, lines)) return;
    lines->y_title = "Training loss (cross-entropy), log scale";
    if (isfinite(flow->part->analysis->classes)) {
        lines->reference = log(flow->part->analysis->classes);
    }
    ins_figure *figure =
        ins_lines_draw(flow, lines, "loss", "Training loss over epochs.", height, true);
    const char *guess = "";
    if (isfinite(lines->reference)) {
        guess = ins_flow_format(
            flow, " Dashed: ln %s = %s, the loss of guessing; losses above 20 times that are cut.",
            ins_say(flow, flow->part->analysis->classes), ins_say(flow, lines->reference));
    }
    ins_flow_caption(flow, figure,
                     ins_flow_format(flow,
                                     "Mean and interval are computed on the logarithm of the "
                                     "loss, over the whole training set with dropout off.%s",
                                     guess));
}

void ins_page_learning(ins_flow *flow, const ins_page *page)
{
    size_t diverged = diverged_of(flow->part);
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow, ins_flow_format(
                  flow,
                  "Thin lines are single seeds, the thick line is their mean, and the "
                  "band is its 95%% t-interval. In each panel the other initializers "
                  "are drawn in grey, so that a panel can be read alone and against "
                  "the rest. %s",
                  diverged == 0
                      ? "No run diverged."
                      : ins_flow_format(flow,
                                        "%s diverged; where the loss ceases "
                                        "to be finite a seed’s curve ends, "
                                        "and the mean goes on over the rest.",
                                        ins_capital(flow, ins_say_plural(flow, diverged, "run")))));
    bool many = flow->part->many; /* then a page each */
    double height = ins_multiples_fit(flow, flow->part->study->arms, many ? 1 : 2, 2, 12, 74);
    accuracy(flow, height);
    loss(flow, height);
}
