/* Which differences are larger than the noise of the seeds, and who is fast. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/axis.h"
#include "initscope/csv.h"
#include "phrases.h"

enum { MOST_WITH_NUMBERS = 10, MOST_WITH_SIGNS = 30 };

static bool differs(const ins_pair *pair)
{
    return pair->adjusted_p < ins_threshold_of(INS_THRESHOLD_SIGNIFICANT) &&
           pair->accuracy.difference.n >= (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_CLAIM) &&
           fabs(pair->accuracy.difference.mean) > 0;
}

static const char *title_of(ins_flow *flow)
{
    const ins_analysis *analysis = flow->part->analysis;
    size_t distinct = 0, known = 0;
    for (size_t i = 0; i < analysis->pairs; i++) {
        known += isfinite(analysis->pair[i].adjusted_p);
        distinct += differs(&analysis->pair[i]);
    }
    if (known == 0) return "One seed cannot tell a difference from noise";
    const char *of = ins_flow_format(flow, "%s of %s pairs differ%s",
                                     ins_capital(flow, ins_say_count(flow, distinct)),
                                     ins_say_count(flow, known), distinct == 1 ? "s" : "");
    if (distinct == 0) return "No difference in accuracy is larger than the noise of the seeds";
    if (distinct == known) {
        return known == 1 ? "The two differ by more than the noise of the seeds"
                          : "All pairs differ by more than the noise of the seeds";
    }
    return ins_flow_format(flow, "%s by more than the noise of the seeds", of);
}

static const char *points(ins_flow *flow, double share)
{
    double value = round(share * 1000) / 10;
    const char *sign = value > 0 ? "+" : value < 0 ? "−" : "";
    return ins_flow_format(flow, "%s%.1f", sign, fabs(value));
}

static const char *interval_text(ins_flow *flow, ins_interval difference)
{
    if (!isfinite(difference.lower)) return "";
    if (difference.upper - difference.lower < 1e-9) return "no spread";
    const char *ends[2];
    const double value[2] = {difference.lower, difference.upper};
    for (size_t i = 0; i < 2; i++) {
        double rounded = round(value[i] * 1000) / 10;
        ends[i] = ins_flow_format(flow, "%s%.1f", rounded < 0 ? "−" : "", fabs(rounded));
    }
    return ins_flow_format(flow, "[%s, %s]", ends[0], ends[1]);
}

/* Pairs that the seeds tell apart, and the others. */
static void count_cells(const ins_analysis *analysis, ins_figure *figure)
{
    size_t distinct = 0;
    for (size_t i = 0; i < analysis->pairs; i++) distinct += differs(&analysis->pair[i]);
    ins_figure_count(figure, "DISTINCT", distinct);
    ins_figure_count(figure, "SAME", analysis->pairs - distinct);
}

static void write_cells(ins_flow *flow, ins_figure *figure)
{
    enum { BETTER = 0xCFE8DA, WORSE = 0xFBDcc0, SAME = 0xF3F5F7 };
    static const char *const columns[] = {"row",      "column",     "rgb",
                                          "distinct", "difference", "interval"};
    const ins_analysis *analysis = flow->part->analysis;
    size_t arms = flow->part->study->arms;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        ins_csv_text(&figure->data, columns[c]);
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < analysis->pairs; i++) {
        const ins_pair *pair = &analysis->pair[i];
        ins_interval difference = pair->accuracy.difference;
        bool clear = differs(pair);
        const char *text = points(flow, difference.mean), *below = interval_text(flow, difference);
        if (difference.n == 0) text = "–";
        if (arms > MOST_WITH_NUMBERS) {
            text = !clear ? " " : difference.mean > 0 ? "+" : "−";
            below = " ";
        }
        ins_csv_integer(&figure->data, (long long)pair->a + 1);
        ins_csv_integer(&figure->data, (long long)pair->b + 1);
        ins_csv_integer(&figure->data, !clear ? SAME : difference.mean > 0 ? BETTER : WORSE);
        ins_csv_integer(&figure->data, clear);
        ins_csv_text(&figure->data, text);
        ins_csv_text(&figure->data, *below != '\0' ? below : " ");
        ins_csv_end_row(&figure->data);
    }
}

static void matrix(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms, size = arms - 1;
    bool numbers = arms <= MOST_WITH_NUMBERS;
    double left = 44, right = INS_TEXT_WIDTH - 1;
    double cell = fmin((right - left) / (double)size, 34);
    double row = numbers ? 11.5 : fmax(4.2, 110 / (double)size);
    right = left + cell * (double)size;
    const char **names = ins_arena_get(flow->arena, arms, sizeof *names, "figure");
    const char **heads = ins_arena_get(flow->arena, arms, sizeof *heads, "figure");
    for (size_t a = 0; a < arms; a++) {
        names[a] = ins_elide(flow->arena, part->name[a], INS_BOLD, 8, left - 4);
        heads[a] = numbers ? ins_elide(flow->arena, part->name[a], INS_BOLD, 7.4, cell - 1)
                           : ins_flow_format(flow, "%zu", a + 1);
        if (!numbers) {
            names[a] = ins_flow_format(
                flow, "%s  %zu", ins_elide(flow->arena, part->name[a], INS_BOLD, 8, left - 10),
                a + 1);
        }
    }
    ins_figure *figure = ins_flow_figure(flow, "matrix", "comparison",
                                         "Differences in test accuracy, row minus column.",
                                         6 + row * (double)size + 1);
    ins_figure_count(figure, "SIZE", size);
    ins_figure_number(figure, "LEFT", left);
    ins_figure_number(figure, "RIGHT", right);
    ins_figure_number(figure, "TOP", 6);
    ins_figure_number(figure, "BOTTOM", 6 + row * (double)size);
    ins_figure_number(figure, "SHIFT", numbers ? 0.13 : 0);
    ins_figure_number(figure, "BIG", numbers ? 9 : 8);
    ins_figure_number(figure, "SMALL", size <= 7 ? 7 : 6);
    ins_figure_names(figure, "NAME", names, arms);
    ins_figure_names(figure, "HEAD", heads, arms);
    ins_figure_colours(figure, "TEXT", part->ink, arms);
    count_cells(part->analysis, figure);
    write_cells(flow, figure);
    ins_flow_caption(
        flow, figure,
        ins_flow_format(flow,
                        "Row minus column, in percentage points%s, paired by seed. "
                        "Green: the row is better, orange: worse, both with a "
                        "Holm-adjusted p below %s (comparisons: %zu); grey: the "
                        "seeds cannot tell them apart. All numbers and p values are in "
                        "comparisons.csv.",
                        numbers ? ", with the 95% interval of the single comparison below" : "",
                        ins_say(flow, ins_threshold_of(INS_THRESHOLD_SIGNIFICANT)),
                        part->analysis->pairs));
}

static void write_epochs(ins_flow *flow, ins_figure *figure, double never)
{
    static const char *const columns[] = {"name", "seed", "row", "epoch", "reached", "rgb"};
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        ins_csv_text(&figure->data, columns[c]);
    }
    ins_csv_end_row(&figure->data);
    for (size_t a = 0; a < study->arms; a++) {
        size_t runs = study->arm[a].runs;
        for (size_t s = 0; s < runs; s++) {
            size_t run = study->arm[a].run[s];
            double epoch = ins_epoch_of_target(study, run, part->analysis->target);
            double spread = runs > 1 ? 0.74 * ((double)s / (double)(runs - 1) - 0.5) : 0;
            ins_csv_name(&figure->data, part->name[a]);
            ins_csv_integer(&figure->data, study->run[run].seed);
            ins_figure_value(figure, (double)a + 1 + spread);
            ins_figure_value(figure, isnan(epoch) ? never : epoch);
            ins_csv_integer(&figure->data, !isnan(epoch));
            ins_csv_integer(&figure->data, part->colour[a]);
            ins_csv_end_row(&figure->data);
        }
    }
}

static const char *speed_sentence(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const char *text = "";
    size_t listed = 0;
    for (size_t a = 0; a < part->study->arms && listed < 6; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        if (of->outcome.reached_target == 0) continue;
        text = ins_flow_format(flow, "%s%s%s %s", text, listed > 0 ? ", " : "", part->prose[a],
                               ins_say(flow, of->outcome.epochs_to_target.mean));
        if (of->outcome.reached_target < part->study->arm[a].runs) {
            text = ins_flow_format(flow, "%s (%zu of %zu runs)", text, of->outcome.reached_target,
                                   part->study->arm[a].runs);
        }
        listed++;
    }
    return listed > 0 ? ins_flow_format(flow, " Mean of the runs that arrive: %s.", text) : "";
}

static const char *no_target(const ins_part *part)
{
    for (size_t a = 0; a < part->study->arms; a++) {
        if (part->analysis->arm[a].outcome.trained) {
            return "No initializer does better than the majority class: there is no target whose "
                   "epochs could be counted.";
        }
    }
    return "No run was trained: there are no epochs to count.";
}

static void speed(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    double target = part->analysis->target;
    if (isnan(target)) {
        ins_flow_note(flow, no_target(flow->part));
        return;
    }
    double row = study->arms <= 8 ? 8.4 : 4.6;
    ins_flow_room(flow, row * (double)study->arms + 40);
    ins_flow_heading(flow, ins_flow_format(flow, "Epochs needed to reach %s test accuracy",
                                           ins_say_percent(flow, target)));
    ins_figure *figure = ins_flow_figure(flow, "target", "epochs-to-target",
                                         "Epochs to the target accuracy, one mark a run.",
                                         row * (double)study->arms + 11);
    double last = (double)study->epoch[study->epochs - 1], room = fmax(0.13 * last, 0.16);
    const char **names = ins_arena_get(flow->arena, study->arms, sizeof *names, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        names[a] = ins_elide(flow->arena, part->name[a], INS_BOLD, 8.4, 46);
    }
    ins_axis axis = ins_axis_whole(flow->arena, 0, (long long)last, 8);
    axis.high = last + room;
    axis.low = -0.02 * last;
    ins_figure_count(figure, "ROWS", study->arms);
    ins_figure_number(figure, "LEFT", 50);
    ins_figure_number(figure, "RIGHT", INS_TEXT_WIDTH - 3);
    ins_figure_number(figure, "TOP", 0);
    ins_figure_number(figure, "BOTTOM", row * (double)study->arms);
    ins_axis_write(&axis, figure, "X");
    ins_figure_number(figure, "X_END", last + 0.35 * room);
    ins_figure_names(figure, "NAME", names, study->arms);
    ins_figure_colours(figure, "TEXT", part->ink, study->arms);
    ins_figure_number(figure, "MARK", part->analysis->seeds > 8 ? 0.36 : 0.6);
    write_epochs(flow, figure, last + 0.7 * room);
    ins_flow_caption(flow, figure,
                     ins_flow_format(flow,
                                     "One mark a run; runs are set apart vertically. Triangles are "
                                     "runs that never reached the target within %lld epochs: "
                                     "censored, not a value.%s",
                                     study->epoch[study->epochs - 1], speed_sentence(flow)));
}

/* "91.3%" over "[87.6, 95.0]" */
static const char *percent_interval(ins_flow *flow, ins_interval share)
{
    if (!isfinite(share.mean)) return "–";
    if (!isfinite(share.lower)) return ins_say_percent(flow, share.mean);
    return ins_flow_format(flow, "%s  [%.1f, %.1f]", ins_say_percent(flow, share.mean),
                           100 * fmax(share.lower, 0), 100 * fmin(share.upper, 1));
}

static void final_figures(ins_flow *flow)
{
    enum { COLUMNS = 5 };
    static const ins_table_column column[COLUMNS] = {{"At the end", 46, INS_LEFT},
                                                     {"test accuracy", 40, INS_RIGHT},
                                                     {"training loss", 41, INS_RIGHT},
                                                     {"reached target", 25, INS_RIGHT},
                                                     {"diverged", 18, INS_RIGHT}};
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        ins_cell *row = cell + a * COLUMNS;
        ins_interval loss = of->outcome.train_loss;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        row[1].text = percent_interval(flow, of->outcome.accuracy);
        row[2].text = isfinite(loss.lower)
                          ? ins_flow_format(flow, "%s  [%s, %s]", ins_say(flow, loss.mean),
                                            ins_say(flow, loss.lower), ins_say(flow, loss.upper))
                          : ins_say(flow, loss.mean);
        row[3].text = isnan(part->analysis->target)
                          ? "–"
                          : ins_flow_format(flow, "%zu of %zu", of->outcome.reached_target,
                                            study->arm[a].runs);
        row[4].text = ins_flow_format(flow, "%zu of %zu", of->outcome.diverged, study->arm[a].runs);
        row[4].bad = of->outcome.diverged > 0;
    }
    ins_table_layout table = {.column = column,
                              .columns = COLUMNS,
                              .rows = study->arms,
                              .cell = cell,
                              .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "How the runs ended, with 95% intervals");
    ins_flow_table(flow, &table);
}

void ins_page_comparison(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow, ins_flow_format(
                  flow,
                  "Runs of the same seed share the split, the order of the minibatches and the "
                  "random stream behind the weights; their difference is what the initializer "
                  "does. Each cell is the mean of these differences in final test accuracy.%s",
                  part->analysis->pairs == 1
                      ? ""
                      : ins_flow_format(flow,
                                        " With %zu comparisons some would look significant by "
                                        "chance: Holm’s correction accounts for that.",
                                        part->analysis->pairs)));
    if (part->analysis->seeds < 2) {
        ins_flow_note(flow,
                      "With one seed there is a difference but no interval: run more seeds to "
                      "learn which of them would come back.");
    }
    if (part->study->arms <= MOST_WITH_SIGNS) {
        matrix(flow);
    } else {
        ins_flow_note(flow, "With so many initializers the matrix is left to comparisons.csv.");
    }
    speed(flow);
    final_figures(flow);
}
