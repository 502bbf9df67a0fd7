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

typedef struct outcome {
    ins_column_id column;
    const char *title;
    bool loss;
} outcome;

static void draw_outcome(ins_tell *tell, ins_chart *chart, const outcome *of)
{
    const ins_study *study = tell->study;
    ins_panel *panel = ins_chart_panel(chart, of->title);
    for (size_t a = 0; a < study->arms; a++) {
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_series *series =
            ins_panel_series(chart, panel, INS_SERIES_LINE, mark->name, mark->colour, mark->ink);
        series->label = mark->name;
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site at = {.epoch = ins_epoch_at(e)};
            ins_seeds seeds =
                ins_seeds_at(study, a, of->loss ? INS_GEOMETRIC : INS_MEAN, of->column, at);
            ins_interval value = seeds.interval;
            /* A share does not leave what was seen. */
            if (!of->loss) {
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
    if (of->loss) {
        if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
        panel->y = ins_axis_log(tell->arena, low, high);
        if (isfinite(tell->analysis->facts.classes))
            panel->horizontal = log(tell->analysis->facts.classes);
        if (panel->horizontal < panel->y.low || panel->horizontal > panel->y.high)
            panel->horizontal = NAN;
    } else {
        panel->y = ins_axis_linear(tell->arena, 0, 1, 5, true);
        panel->horizontal = tell->analysis->facts.chance;
    }
}

void ins_draw_learning(ins_tell *tell)
{
    static const outcome outcomes[] = {{INS_EPOCHS_TEST_ACCURACY, "Test accuracy", false},
                                       {INS_EPOCHS_TRAIN_LOSS, "Training loss, log scale", true}};
    if (tell->colours == 0 || tell->study->arms > tell->colours || tell->study->epochs < 2) return;
    ins_chart *chart =
        ins_chart_new(tell->arena, "learning", "Accuracy and loss by epoch", INS_SHAPE_NORMAL);
    chart->across = 2;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        draw_outcome(tell, chart, &outcomes[i]);
    if (ins_chart_prune(chart) == 0) return;
    const ins_facts *facts = &tell->analysis->facts;
    const char *dashed =
        isfinite(facts->classes)
            ? INS_TELL(" Dashed: chance, and ln %.0f = %s, the loss of giving every class the same "
                       "probability.",
                       facts->classes, ins_say(tell->arena, log(facts->classes)))
            : "";
    ins_add_chart(tell->document, chart,
                  INS_TELL("Learning: means over seeds (of the loss geometric), bands their 95 %% "
                           "intervals.%s",
                           dashed));
}
