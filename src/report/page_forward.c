/* How the variance of the signal changes from layer to layer before any training. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "layer_lines.h"
#include "lines.h"
#include "phrases.h"

static ins_grade grade_of(const ins_part *part, size_t a)
{
    const ins_arm_analysis *of = &part->analysis->arm[a];
    return ins_grade_of(&of->signal[INS_FORWARD]);
}

/* The arm that loses, or gains, most over the depth; arms when there is none. */
static size_t extreme(const ins_part *part, bool smallest)
{
    size_t found = part->study->arms;
    double best = 0;
    for (size_t a = 0; a < part->study->arms; a++) {
        double total = log10(part->analysis->arm[a].signal[INS_FORWARD].total);
        if (!isfinite(total)) continue;
        if (found == part->study->arms || (smallest ? total < best : total > best)) {
            found = a;
            best = total;
        }
    }
    return found;
}

static const char *kept_clause(ins_flow *flow, const bool *kept)
{
    size_t count = ins_count_arms(flow->part, kept);
    if (count == 0) return NULL;
    return ins_flow_format(flow, "%s keep%s the signal’s size", ins_say_arms(flow, kept, 2),
                           count == 1 ? "s" : "");
}

static const char *lost_clause(ins_flow *flow)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms, low = extreme(part, true), high = extreme(part, false);
    if (low == arms) return NULL;
    double loss = -log10(part->analysis->arm[low].signal[INS_FORWARD].total);
    double growth = log10(part->analysis->arm[high].signal[INS_FORWARD].total);
    size_t worst = loss >= growth ? low : high;
    double orders = fmax(loss, growth);
    if (orders < log10(1.5)) return NULL;
    const char *verb = loss >= growth ? "loses" : "gains";
    const char *name = part->prose[worst];
    if (orders >= 1.95) {
        return ins_flow_format(flow, "%s %s %.0f orders of magnitude", name, verb, orders);
    }
    return ins_flow_format(flow, "%s %s a factor of %s", name, verb,
                           ins_say(flow, pow(10, orders)));
}

static const char *title_of(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *kept = ins_no_arms(flow), *silent = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        double orders = fabs(log10(part->analysis->arm[a].signal[INS_FORWARD].total));
        kept[a] = grade_of(part, a) == INS_GRADE_KEPT &&
                  orders < log10(ins_threshold_of(INS_THRESHOLD_TOTAL));
        silent[a] = part->analysis->arm[a].signal[INS_FORWARD].silent;
    }
    const char *first = kept_clause(flow, kept), *second = lost_clause(flow);
    size_t mute = ins_count_arms(part, silent);
    if (mute > 0 && first == NULL) {
        first = ins_flow_format(flow, "%s let%s no signal through", ins_say_arms(flow, silent, 3),
                                mute == 1 ? "s" : "");
    }
    if (first == NULL) first = second != NULL ? "No initializer keeps the signal’s size" : NULL;
    if (first == NULL) return "The signal passes the layers without large changes";
    if (second == NULL) return ins_capital(flow, first);
    return ins_flow_format(flow, "%s; %s", ins_capital(flow, first), second);
}

/* The sentence that names the gain of each arm, as far as they fit. */
static const char *gains(ins_flow *flow)
{
    const ins_part *part = flow->part;
    const char *text = "";
    size_t listed = 0;
    for (size_t a = 0; a < part->study->arms && listed < 6; a++) {
        ins_interval gain = part->analysis->arm[a].signal[INS_FORWARD].gain;
        if (!isfinite(gain.mean)) continue;
        text = ins_flow_format(flow, "%s%s%s %s", text, listed > 0 ? ", " : "", part->prose[a],
                               ins_say_interval(flow, gain));
        listed++;
    }
    if (listed == 0) return "";
    return ins_flow_format(flow, " Measured gain per hidden layer: %s.", text);
}

/* The axis of ratios: 1 in it, and cut where far curves would flatten the near ones. */
static bool ratio_axis(ins_flow *flow, ins_lines *lines)
{
    const double lowest = 1e-4, highest = 1e4;
    double minimum, maximum;
    ins_lines_drop_empty(lines, ins_no_arms(flow));
    if (!ins_lines_range(lines, true, &minimum, &maximum)) return false;
    minimum = fmax(fmin(minimum, 0.8), lowest);
    maximum = fmin(fmax(maximum, 1.25), highest);
    lines->vertical = ins_axis_log(flow->arena, minimum, maximum);
    lines->reference = 1;
    return true;
}

/* A deep network: where the curves have drifted to. A shallow one: what each single layer does. */
static void deviation(ins_flow *flow, const ins_layer_lines *all)
{
    const size_t shallow = 3;
    bool single = flow->part->study->layers - 1 <= shallow;
    ins_lines *lines = ins_layer_lines_ratios(flow, all, single);
    if (lines->points == 0 || !ratio_axis(flow, lines)) return;
    lines->y_title = single ? "Var z of a layer over the variance of the layer before, log scale"
                            : "Var z over that of the first hidden layer, log scale";
    if (flow->part->many) ins_flow_page(flow);
    ins_flow_room(flow, 70);
    ins_flow_heading(flow, single ? "Deviation from 1, layer by layer"
                                  : "Deviation from 1 since the first hidden layer");
    double height = fmin(80, ins_flow_left(flow) - 18);
    if (flow->part->many) height = ins_multiples_fit(flow, lines->curves, 1, 2, 12, 40);
    ins_figure *figure = ins_lines_draw(flow, lines, "forward-ratio",
                                        "Ratios of the variances of the pre-activations, epoch 0.",
                                        height, flow->part->many);
    ins_flow_caption(
        flow, figure,
        single ? "The factor that each layer applies, on a zoomed axis; the first one is over the "
                 "variance of the input. On the dashed line a layer passes on what it receives. "
                 "Line: geometric mean of the seeds’ own ratios; band: their range."
               : "The same data on a zoomed axis, each seed divided by its own first hidden layer, "
                 "so that preserving initializers lie on the dashed line whatever their level. "
                 "Curves are cut at 10^{−4} and 10^{4}.");
}

void ins_page_forward(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    ins_flow_title(flow, page->kicker, title_of(flow));
    ins_flow_paragraph(
        flow,
        ins_flow_format(
            flow,
            "The variance of the pre-activations z on the probe batch, before any update. "
            "A horizontal line is the ideal: the signal neither fades nor grows. On this "
            "logarithmic axis the slope is the logarithm of the gain per layer, so that equal "
            "slopes mean equal gains wherever the curves start.%s",
            gains(flow)));
    ins_layer_lines all =
        ins_layer_lines_of(flow, INS_PREACTIVATION, INS_LAYERS_VARIANCE, part->study->start);
    const char *absent = ins_layer_lines_absent(flow, &all);
    double height = part->many ? ins_multiples_fit(flow, all.lines->curves, 1, 6, 12, 40) : 88;
    if (all.lines->curves > 0) {
        ins_figure *figure = ins_lines_draw(flow, all.lines, "forward",
                                            "Variance of the pre-activations by layer, epoch 0.",
                                            height, part->many);
        ins_flow_caption(flow, figure,
                         ins_flow_format(flow,
                                         "Geometric mean over %s (line) and the range of single "
                                         "seeds (band). “input” is the variance of the scaled "
                                         "features. Thin dashed line: variance 1.%s%s",
                                         ins_say_seeds(flow), ins_layer_lines_dashed(&all),
                                         absent));
        deviation(flow, &all);
    } else {
        ins_flow_note(flow, ins_flow_format(flow, "Nothing can be drawn.%s", absent));
    }
}
