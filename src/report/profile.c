/* The figure of a profile card. */
#include <config.h>

#include "profile.h"

#include <math.h>
#include <stdio.h>

#include "colour.h"
#include "initscope/csv.h"
#include "layer_axis.h"
#include "layered.h"
#include "phrases.h"

enum { PANELS = 4, MOST_POINTS = 100 };

static const ins_tensor tensors[2] = {INS_PREACTIVATION, INS_DELTA};

/* Places of the panels, in the two layouts. */
static const double panel_top = 8.5, below = 9, between = 17;
static const double lefts[2][PANELS] = {{11, 98, 11, 98}, {9.5, 54, 98, 140.5}};
static const double widths[2] = {64, 26.4};

static const char *name_of(ins_profile_measure measure)
{
    static const char *const name[INS_PROFILE_MEASURES] = {
        [INS_PROFILE_ZERO] = "Outputs at 0",
        [INS_PROFILE_SATURATED] = "Saturated outputs",
        [INS_PROFILE_LOSS] = "Training loss",
    };
    return name[measure];
}

double ins_profile_value(const ins_study *study, size_t run, ins_epoch_index epoch,
                         ins_profile_measure measure)
{
    if (measure == INS_PROFILE_LOSS)
        return ins_number(study, INS_EPOCHS_TRAIN_LOSS, (ins_site){.run = run, .epoch = epoch});
    ins_column_id column =
        measure == INS_PROFILE_ZERO ? INS_LAYERS_ZERO_FRACTION : INS_LAYERS_SATURATED_FRACTION;
    size_t hidden = ins_hidden_layers(&study->arm[study->run[run].arm]), count = 0;
    double sum = 0;
    for (size_t l = 1; l <= hidden; l++) {
        double share = ins_number(study, column, (ins_site){run, epoch, l, INS_ACTIVATION});
        if (isfinite(share)) sum += share, count++;
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

/* A knee is known where a saturated share is recorded; zeros are the business of rectifiers. */
static ins_profile_measure measure_of(const ins_study *study, size_t arm)
{
    const ins_arm *of = &study->arm[arm];
    const ins_epoch_index first = ins_epoch_at(0);
    bool zeros = false;
    for (size_t i = 0; i < of->runs; i++) {
        if (isfinite(ins_profile_value(study, of->run[i], first, INS_PROFILE_SATURATED))) {
            return INS_PROFILE_SATURATED;
        }
        zeros = zeros || ins_profile_value(study, of->run[i], first, INS_PROFILE_ZERO) > 0;
    }
    return zeros ? INS_PROFILE_ZERO : INS_PROFILE_LOSS;
}

/* What ins_profile_value is asked for. */
typedef struct value_at {
    ins_epoch_index epoch;
    ins_profile_measure measure;
} value_at;

static double value_of(const ins_study *study, size_t run, const void *context)
{
    const value_at *at = context;
    return ins_profile_value(study, run, at->epoch, at->measure);
}

ins_interval ins_profile_mean(const ins_study *study, size_t arm, ins_epoch_index epoch,
                              ins_profile_measure measure)
{
    ins_average average = measure == INS_PROFILE_LOSS ? INS_GEOMETRIC : INS_MEAN;
    return ins_over_seeds(study, arm, average, value_of, &(value_at){epoch, measure}).interval;
}

/* The first two epochs, for much happens between them, then ever farther apart to the last. */
static void choose_epochs(const ins_study *study, ins_profiles *out)
{
    size_t last = study->epochs - 1;
    if (study->epochs <= INS_PROFILE_EPOCHS) {
        out->epochs = study->epochs;
        for (size_t i = 0; i < out->epochs; i++) out->epoch[i] = ins_epoch_at(i);
        return;
    }
    out->epochs = INS_PROFILE_EPOCHS;
    out->epoch[0] = ins_epoch_at(0);
    out->epoch[1] = ins_epoch_at(1);
    for (size_t i = 2; i < INS_PROFILE_EPOCHS; i++) {
        out->epoch[i] = ins_epoch_at((size_t)lround(pow((double)last, (double)(i - 1) / 3)));
    }
}

static double variance(const ins_study *study, size_t arm, ins_epoch_index epoch, size_t layer,
                       size_t which)
{
    ins_seeds point =
        ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                     (ins_site){.epoch = epoch, .layer = layer, .tensor = tensors[which]});
    bool drawn = point.interval.n > 0 && point.interval.mean > 0;
    return drawn ? point.interval.mean : (double)NAN;
}

static ins_axis variance_axis(ins_flow *flow, const ins_profiles *profiles, size_t which)
{
    const ins_study *study = flow->part->study;
    double low = NAN, high = NAN;
    for (size_t a = 0; a < study->arms; a++) {
        for (size_t e = 0; e < profiles->epochs; e++) {
            for (size_t l = 1; l <= study->layers; l++) {
                double value = variance(study, a, profiles->epoch[e], l, which);
                low = fmin(low, value);
                high = fmax(high, value);
            }
        }
    }
    return isnan(low) ? ins_axis_log(flow->arena, 0.1, 10) : ins_axis_log(flow->arena, low, high);
}

static ins_axis layer_axis(ins_flow *flow, bool compact)
{
    const ins_study *study = flow->part->study;
    double last = (double)study->layers, margin = fmax(0.12, 0.03 * last);
    const ins_layer_axis layers = {.first = 1,
                                   .last = study->layers,
                                   .last_name = ins_layer_name(flow, study->layers),
                                   .steps = compact ? 4 : 8,
                                   .crowd = 0.1};
    ins_axis axis = ins_layer_axis_tics(flow->arena, &layers);
    axis.low = 1 - margin;
    axis.high = last + margin;
    return axis;
}

static ins_axis loss_axis(ins_flow *flow, const ins_profiles *profiles)
{
    double low = NAN, high = NAN;
    const ins_study *study = flow->part->study;
    for (size_t i = 0; i < study->arms * profiles->points; i++) {
        double value = profiles->measured[i].mean;
        if (profiles->measure[i / profiles->points] != INS_PROFILE_LOSS || !(value > 0)) continue;
        low = fmin(low, value);
        high = fmax(high, value);
    }
    return isnan(low) ? ins_axis_log(flow->arena, 0.1, 10)
                      : ins_axis_log(flow->arena, fmax(low, high * 1e-6), high);
}

ins_profiles ins_profiles_new(ins_flow *flow, bool compact)
{
    const ins_study *study = flow->part->study;
    ins_profiles out = {.compact = compact};
    choose_epochs(study, &out);
    out.point = ins_choose_epochs(flow, MOST_POINTS, &out.points);
    size_t cells = ins_multiply(study->arms, out.points, "figure");
    out.measure = ins_arena_get(flow->arena, study->arms, sizeof *out.measure, "figure");
    out.accuracy = ins_arena_get(flow->arena, cells, sizeof *out.accuracy, "figure");
    out.measured = ins_arena_get(flow->arena, cells, sizeof *out.measured, "figure");
    for (size_t a = 0; a < study->arms; a++) {
        if (study->arm[a].runs > out.runs) out.runs = study->arm[a].runs;
        out.measure[a] = measure_of(study, a);
        for (size_t i = 0; i < out.points; i++) {
            size_t at = a * out.points + i;
            out.accuracy[at] = ins_seeds_at(study, a, INS_MEAN, INS_EPOCHS_TEST_ACCURACY,
                                            (ins_site){.epoch = out.point[i]})
                                   .interval;
            out.measured[at] = ins_profile_mean(study, a, out.point[i], out.measure[a]);
        }
    }
    out.layers = layer_axis(flow, compact);
    out.time = ins_axis_whole(flow->arena, study->epoch[0], study->epoch[study->epochs - 1],
                              compact ? 3 : 6);
    out.z = variance_axis(flow, &out, 0);
    out.delta = variance_axis(flow, &out, 1);
    out.share = (ins_axis){.high = 1,
                           .tics = 5,
                           .position = {0, 0.25, 0.5, 0.75, 1},
                           .label = {"0", "25%", "50%", "75%", "100%"}};
    out.loss = loss_axis(flow, &out);
    return out;
}

double ins_profile_height(const ins_profiles *profiles, double panel)
{
    return panel_top + panel + (profiles->compact ? 0 : between + panel) + below;
}

/* ---- data */

static void write_header(ins_flow *flow, ins_figure *figure, const ins_profiles *profiles,
                         size_t arm)
{
    static const char *const parts[] = {"", " lower", " upper"};
    const ins_part *part = flow->part;
    const char *names[2] = {"accuracy", name_of(profiles->measure[arm])};
    ins_csv_text(&figure->data, "layer");
    for (size_t i = 0; i < 2 * profiles->epochs; i++) {
        long long epoch = ins_epoch_number(part->study, profiles->epoch[i % profiles->epochs]);
        ins_csv_name(&figure->data, ins_flow_format(flow, "%s epoch %lld",
                                                    i < profiles->epochs ? "z" : "delta", epoch));
    }
    ins_csv_text(&figure->data, "epoch");
    for (size_t m = 0; m < 2; m++) {
        for (size_t a = 0; a < part->study->arms; a++) {
            if (a == arm) continue;
            ins_csv_name(&figure->data, ins_flow_format(flow, "%s %s", part->name[a], names[m]));
        }
        for (size_t i = 0; i < 3; i++) {
            ins_csv_text(&figure->data, ins_flow_format(flow, "%s%s", names[m], parts[i]));
        }
        for (size_t s = 0; s < profiles->runs; s++) {
            ins_csv_text(&figure->data, ins_flow_format(flow, "%s run %zu", names[m], s + 1));
        }
    }
    ins_csv_end_row(&figure->data);
}

/* One measure at one epoch: the others that have it, the arm's own, its runs. */
static void write_curve(ins_flow *flow, ins_figure *figure, const ins_profiles *profiles,
                        size_t arm, size_t row, bool second)
{
    const ins_study *study = flow->part->study;
    const ins_interval *value = second ? profiles->measured : profiles->accuracy;
    const ins_interval none = {0, NAN, NAN, NAN};
    bool there = row < profiles->points;
    for (size_t a = 0; a < study->arms; a++) {
        bool same = !second || profiles->measure[a] == profiles->measure[arm];
        if (a != arm) {
            ins_figure_value(figure,
                             there && same ? value[a * profiles->points + row].mean : (double)NAN);
        }
    }
    ins_interval own = there ? value[arm * profiles->points + row] : none;
    ins_figure_value(figure, own.mean);
    ins_figure_value(figure, own.lower);
    ins_figure_value(figure, own.upper);
    for (size_t s = 0; s < profiles->runs; s++) {
        double one = NAN;
        if (there && s < study->arm[arm].runs) {
            size_t run = study->arm[arm].run[s];
            ins_epoch_index epoch = profiles->point[row];
            one = second ? ins_profile_value(study, run, epoch, profiles->measure[arm])
                         : ins_number(study, INS_EPOCHS_TEST_ACCURACY,
                                      (ins_site){.run = run, .epoch = epoch});
        }
        ins_figure_value(figure, one);
    }
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_profiles *profiles, size_t arm)
{
    const ins_study *study = flow->part->study;
    size_t rows = study->layers > profiles->points ? study->layers : profiles->points;
    write_header(flow, figure, profiles, arm);
    for (size_t r = 0; r < rows; r++) {
        bool layer = r < study->layers, there = r < profiles->points;
        ins_figure_value(figure, layer ? (double)(r + 1) : (double)NAN);
        for (size_t i = 0; i < 2 * profiles->epochs; i++) {
            ins_epoch_index epoch = profiles->epoch[i % profiles->epochs];
            ins_figure_value(figure, layer
                                         ? variance(study, arm, epoch, r + 1, i / profiles->epochs)
                                         : (double)NAN);
        }
        ins_figure_value(figure,
                         there ? (double)ins_epoch_number(study, profiles->point[r]) : (double)NAN);
        write_curve(flow, figure, profiles, arm, r, false);
        write_curve(flow, figure, profiles, arm, r, true);
        ins_csv_end_row(&figure->data);
    }
}

/* ---- labels and colours */

/* Curves from pale to dark; their numbers are dark enough to read all along. */
static void write_shades(ins_figure *figure, const ins_part *part, const ins_profiles *profiles,
                         size_t arm)
{
    unsigned shade[INS_PROFILE_EPOCHS], text[INS_PROFILE_EPOCHS];
    unsigned pale = ins_mix(part->colour[arm], 0xFFFFFF, 0.55);
    unsigned dark = ins_mix(part->ink[arm], 0x000000, 0.5);
    for (size_t e = 0; e < profiles->epochs; e++) {
        double t = profiles->epochs > 1 ? (double)e / (double)(profiles->epochs - 1) : 1;
        shade[e] = ins_mix(pale, dark, t);
        text[e] = ins_mix(ins_mix(part->ink[arm], 0xFFFFFF, 0.2), dark, t);
    }
    ins_figure_colours(figure, "SHADE", shade, profiles->epochs);
    ins_figure_colours(figure, "TEXT", text, profiles->epochs);
}

/* Where the curves of the first two panels end, and where their epochs stand beside them. */
static void write_labels(ins_flow *flow, ins_figure *figure, const ins_profiles *profiles,
                         size_t arm, double panel)
{
    const ins_study *study = flow->part->study;
    double end_x[2 * INS_PROFILE_EPOCHS], end_y[2 * INS_PROFILE_EPOCHS];
    double label_y[2 * INS_PROFILE_EPOCHS], number[INS_PROFILE_EPOCHS], label_x[2];
    size_t layers = study->arm[arm].layers, n = profiles->epochs;
    for (size_t p = 0; p < 2; p++) {
        const ins_axis *axis = p == 0 ? &profiles->z : &profiles->delta;
        double places[INS_PROFILE_EPOCHS], left = lefts[profiles->compact][p];
        double width = widths[profiles->compact];
        size_t drawn = 0;
        for (size_t e = 0; e < n; e++) {
            size_t at = p * n + e, last = layers;
            while (last > 0 && isnan(variance(study, arm, profiles->epoch[e], last, p))) last--;
            end_x[at] = end_y[at] = label_y[at] = NAN;
            if (last == 0) continue;
            double up = ins_axis_share(axis, variance(study, arm, profiles->epoch[e], last, p));
            end_x[at] = left + width * ins_axis_share(&profiles->layers, (double)last) + 0.6;
            end_y[at] = panel_top + panel * (1 - fmin(fmax(up, 0), 1));
            places[drawn++] = end_y[at];
        }
        ins_dodge(places, drawn, 3.1, panel_top + 1.2, panel_top + panel - 0.5);
        for (size_t e = 0, d = 0; e < n; e++) {
            if (!isnan(end_y[p * n + e])) label_y[p * n + e] = places[d++];
        }
        label_x[p] = left + width + 3;
    }
    for (size_t e = 0; e < n; e++) number[e] = (double)ins_epoch_number(study, profiles->epoch[e]);
    ins_figure_numbers(figure, "END_X", end_x, 2 * n);
    ins_figure_numbers(figure, "END_Y", end_y, 2 * n);
    ins_figure_numbers(figure, "LABEL_Y", label_y, 2 * n);
    ins_figure_numbers(figure, "LABEL_X", label_x, 2);
    ins_figure_numbers(figure, "NUMBER", number, n);
}

static void write_panels(ins_flow *flow, ins_figure *figure, const ins_profiles *profiles,
                         size_t arm, double panel)
{
    const ins_analysis *analysis = flow->part->analysis;
    bool loss = profiles->measure[arm] == INS_PROFILE_LOSS;
    ins_axis axes[PANELS] = {profiles->z, profiles->delta, profiles->share,
                             loss ? profiles->loss : profiles->share};
    double tops[PANELS], log_scale[PANELS], reference[PANELS] = {1, NAN, analysis->chance, NAN};
    char name[8];
    for (size_t p = 0; p < PANELS; p++) {
        bool lower = p >= 2 && !profiles->compact;
        tops[p] = panel_top + (lower ? panel + between : 0);
        log_scale[p] = axes[p].log;
        ins_axis_thin(&axes[p], panel < 50 ? 5 : 8);
        snprintf(name, sizeof name, "X%zu", p + 1);
        ins_axis_write(p < 2 ? &profiles->layers : &profiles->time, figure, name);
        snprintf(name, sizeof name, "Y%zu", p + 1);
        ins_axis_write(&axes[p], figure, name);
    }
    const size_t points = profiles->points, stride = sizeof(ins_interval) / sizeof(double);
    const double alone[2] = {
        ins_figure_alone(&profiles->accuracy[arm * points].mean, points, stride),
        ins_figure_alone(&profiles->measured[arm * points].mean, points, stride)};
    ins_figure_numbers(figure, "ALONE", alone, 2);
    if (profiles->z.low > 1 || profiles->z.high < 1) reference[0] = NAN;
    ins_figure_numbers(figure, "PANEL_LEFT", lefts[profiles->compact], PANELS);
    ins_figure_numbers(figure, "PANEL_TOP", tops, PANELS);
    ins_figure_numbers(figure, "Y_LOG", log_scale, PANELS);
    ins_figure_numbers(figure, "REFERENCE", reference, PANELS);
    ins_figure_number(figure, "PANEL_WIDTH", widths[profiles->compact]);
    ins_figure_number(figure, "PANEL_HEIGHT", panel);
    ins_figure_number(figure, "TITLE_SHIFT", profiles->compact ? 8 : 10);
    ins_figure_words(figure, "TITLE_FONT", profiles->compact ? ",8" : ",8.8");
    ins_figure_words(figure, "TITLE_1",
                     profiles->compact ? "Variance of z" : "Variance of z by layer");
    ins_figure_words(figure, "TITLE_2",
                     profiles->compact ? "Variance of δ" : "Variance of δ by layer");
    ins_figure_words(figure, "TITLE_3", "Test accuracy");
    ins_figure_words(figure, "TITLE_4", name_of(profiles->measure[arm]));
}

ins_figure *ins_profile_draw(ins_flow *flow, const ins_profiles *profiles, size_t arm, double panel)
{
    ins_figure *figure =
        ins_flow_figure(flow, "profile", ins_flow_format(flow, "profile-%zu", arm + 1),
                        "The profile of one initializer.", ins_profile_height(profiles, panel));
    ins_figure_count(figure, "EPOCHS", profiles->epochs);
    ins_figure_count(figure, "OTHERS", flow->part->study->arms - 1);
    ins_figure_count(figure, "RUNS", profiles->runs);
    ins_figure_colours(figure, "OWN", &flow->part->colour[arm], 1);
    write_panels(flow, figure, profiles, arm, panel);
    write_shades(figure, flow->part, profiles, arm);
    write_labels(flow, figure, profiles, arm, panel);
    write_data(flow, figure, profiles, arm);
    return figure;
}
