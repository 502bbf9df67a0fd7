/* Curves of learning, and axes. */
#include <config.h>

#include "curves.h"

#include <math.h>

ins_axis ins_layers_axis(ins_tell *tell, size_t first, size_t last)
{
    return ins_axis_whole(tell->arena, (long long)first, (long long)last, 8);
}

ins_axis ins_epochs_axis(ins_tell *tell)
{
    const ins_study *study = tell->study;
    return ins_axis_whole(tell->arena, study->epoch[0], study->epoch[study->epochs - 1], 6);
}

void ins_share_axis(ins_chart *chart, bool logarithmic)
{
    double low = INFINITY, high = -INFINITY;
    ins_panel *const *panels = chart->panels.items;
    for (size_t i = 0; i < chart->panels.count; i++) {
        double minimum, maximum;
        if (!ins_panel_range(panels[i], false, logarithmic, &minimum, &maximum)) continue;
        low = fmin(low, minimum);
        high = fmax(high, maximum);
    }
    if (!(low <= high)) low = high = 1;
    for (size_t i = 0; i < chart->panels.count; i++)
        panels[i]->y = logarithmic ? ins_axis_log(chart->arena, low, high)
                                   : ins_axis_linear(chart->arena, low, high, 5, false);
}

/* Of what the panels hold; of scores alone. */
static void scores_range(const ins_chart *chart, double *low, double *high)
{
    ins_panel *const *panels = chart->panels.items;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < chart->panels.count; i++) {
        double minimum, maximum;
        if (!ins_panel_range(panels[i], false, false, &minimum, &maximum)) continue;
        *low = fmin(*low, minimum);
        *high = fmax(*high, maximum);
    }
}

static const double lowest = -1; /* of R^2 that is drawn */

ins_axis ins_score_axis(ins_tell *tell, const ins_chart *chart, size_t steps)
{
    double low, high;
    ins_score_kind kind = ins_tell_score(tell)->kind;
    if (kind == INS_SCORE_ACCURACY) return ins_axis_linear(tell->arena, 0, 1, steps, true);
    scores_range(chart, &low, &high);
    if (!(low <= high)) low = 0, high = 1;
    if (kind == INS_SCORE_OTHER) return ins_axis_linear(tell->arena, low, high, steps, false);
    return ins_axis_linear(tell->arena, fmax(fmin(low, 0), lowest), 1, steps, false);
}

const char *ins_score_cut(const ins_tell *tell, const ins_chart *chart)
{
    double low, high;
    scores_range(chart, &low, &high);
    return ins_tell_score(tell)->kind == INS_SCORE_R2 && low < lowest
               ? " What lies below −1 is cut off."
               : "";
}

static void draw_outcome(ins_tell *tell, ins_chart *chart, bool loss)
{
    const ins_study *study = tell->study;
    const ins_score *score = ins_tell_score(tell);
    ins_panel *panel = ins_chart_panel(chart, loss ? "Training loss, log scale"
                                                   : ins_say_score_title(tell->arena, score));
    for (size_t a = 0; a < study->arms; a++) {
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_series *series =
            ins_panel_series(chart, panel, INS_SERIES_LINE, mark->name, mark->colour, mark->ink);
        series->label = mark->name;
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site at = {.epoch = ins_epoch_at(e)};
            ins_seeds seeds = loss
                                  ? ins_seeds_at(study, a, INS_GEOMETRIC, INS_EPOCHS_TRAIN_LOSS, at)
                                  : ins_seeds_at(study, a, INS_MEAN, score->test, at);
            ins_interval value = seeds.interval;
            /* A score does not leave what was seen. */
            if (!loss) {
                value.lower = fmax(value.lower, seeds.minimum);
                value.upper = fmin(value.upper, seeds.maximum);
            }
            ins_series_add(chart, series,
                           (ins_point){.x = (double)study->epoch[e],
                                       .y = value.n > 0 ? value.mean : (double)NAN,
                                       .lower = value.n > 2 ? value.lower : (double)NAN,
                                       .upper = value.n > 2 ? value.upper : (double)NAN});
        }
    }
    double low, high;
    panel->x = ins_epochs_axis(tell);
    panel->x_title = "epoch";
    if (loss) {
        if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
        panel->y = ins_axis_log(tell->arena, low, high);
        panel->horizontal = tell->analysis->facts.constant_loss;
        if (panel->horizontal < panel->y.low || panel->horizontal > panel->y.high)
            panel->horizontal = NAN;
    } else {
        panel->y = ins_score_axis(tell, chart, 5);
        panel->horizontal = tell->analysis->facts.chance;
    }
}

void ins_draw_learning(ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    const char *name = ins_say_capital(tell->arena, facts->score.name);
    if (tell->colours == 0 || tell->study->arms > tell->colours || tell->study->epochs < 2) return;
    ins_chart *chart = ins_chart_new(tell->arena, "learning",
                                     INS_TELL("%s and loss by epoch", name), INS_SHAPE_NORMAL);
    chart->across = 2;
    draw_outcome(tell, chart, false);
    const char *cut = ins_score_cut(tell, chart);
    draw_outcome(tell, chart, true);
    if (ins_chart_prune(chart) == 0) return;
    const char *loss = ins_say(tell->arena, facts->constant_loss);
    const char *dashed = "";
    if (facts->score.kind == INS_SCORE_R2)
        dashed = isfinite(facts->constant_loss)
                     ? INS_TELL(" Dashed: always answering the mean, R² %s and loss %s.",
                                facts->chance == 0
                                    ? "0"
                                    : ins_say_score(tell->arena, &facts->score, facts->chance),
                                loss)
                     : ins_tell_dashed(tell);
    else if (isfinite(facts->classes))
        dashed = INS_TELL(" Dashed: chance, and ln %.0f = %s, the loss of giving every class the "
                          "same probability.",
                          facts->classes, loss);
    ins_add_chart(tell->document, chart,
                  INS_TELL("Learning: means over seeds (of the loss geometric), bands their 95 %% "
                           "intervals.%s%s",
                           dashed, cut));
}
