/* What an initializer has to do, in formulas, next to what was drawn. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "phrases.h"

static ins_cell number(ins_flow *flow, double value)
{
    return (ins_cell){.text = isfinite(value) ? ins_say(flow, value) : "–"};
}

static ins_cell gain(ins_flow *flow, const ins_signal *signal)
{
    if (signal->silent) return (ins_cell){.text = "no signal", .bad = true};
    return number(flow, signal->gain.mean);
}

/* fan_in Var W of what was drawn, next to the gains that followed. */
static void drawn(ins_flow *flow)
{
    enum { COLUMNS = 7 };
    static const ins_table_column column[COLUMNS] = {
        {"Initializer", 41, INS_LEFT},    {"fan_in → fan_out", 25, INS_RIGHT},
        {"Var W", 17, INS_RIGHT},         {"fan_in·Var W", 20, INS_RIGHT},
        {"fan_out·Var W", 22, INS_RIGHT}, {"forward gain", 21, INS_RIGHT},
        {"backward gain", 24, INS_RIGHT}};
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    ins_cell *cell = ins_arena_get(flow->arena, study->arms * COLUMNS, sizeof *cell, "table");
    for (size_t a = 0; a < study->arms; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        size_t layer = ins_typical_layer(&study->arm[a]);
        double in = ins_fan_in(study, a, layer), out = ins_units(study, a, layer);
        double variance = ins_drawn_variance(study, a, layer);
        ins_cell *row = cell + a * COLUMNS;
        row[0].text = ins_flow_escape(flow, part->name[a]);
        row[1].text = isfinite(in) ? ins_flow_format(flow, "%.0f → %.0f", in, out) : "–";
        row[2] = number(flow, variance);
        row[3] = number(flow, in * variance);
        row[4] = number(flow, out * variance);
        row[5] = gain(flow, &of->signal[INS_FORWARD]);
        row[6] = gain(flow, &of->signal[INS_BACKWARD]);
    }
    ins_table_layout table = {.column = column,
                              .columns = COLUMNS,
                              .rows = study->arms,
                              .cell = cell,
                              .swatch = part->many ? NULL : part->colour};
    ins_flow_heading(flow, "Drawn and measured, epoch 0");
    ins_flow_table(flow, &table);
    ins_flow_note(flow,
                  "Weights of hidden layer 2 (of layer 1 when there is only one), geometric "
                  "mean over seeds; gains over all hidden layers. With ReLU units expect a "
                  "forward gain of ½ fan_in·Var W and a backward gain of ½ fan_out·Var W; with "
                  "tanh a little less than fan_in·Var W, as long as the units do not saturate. "
                  "Constant weights have a variance of 0 but a common mean, for which these "
                  "formulas do not hold.");
}

static void symmetry(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *stuck = ins_no_arms(flow), *partly = ins_no_arms(flow);
    for (size_t a = 0; a < part->study->arms; a++) {
        size_t layers = part->analysis->arm[a].units.symmetric_layers_end;
        stuck[a] = layers > 0 && layers == ins_hidden_layers(&part->study->arm[a]);
        partly[a] = layers > 0 && !stuck[a];
    }
    size_t count = ins_count_arms(part, stuck), parts = ins_count_arms(part, partly);
    const char *measured =
        count == 0 ? parts == 0 ? "In this run every initializer breaks the tie." : "In this run"
                   : ins_flow_format(flow, "In this run %s never break%s the tie%s",
                                     ins_say_arms(flow, stuck, 4), count == 1 ? "s" : "",
                                     parts == 0 ? "." : ", and");
    if (parts > 0) {
        measured = ins_flow_format(flow, "%s %s break%s it in some layers only.", measured,
                                   ins_say_arms(flow, partly, 4), parts == 1 ? "s" : "");
    }
    ins_flow_heading(flow, "1  Break symmetry");
    ins_flow_paragraph(
        flow,
        ins_flow_format(
            flow,
            "Units of a layer that start with the same incoming and outgoing weights compute "
            "the same activation and receive the same gradient, so that every update keeps "
            "them equal: the layer works as if it had *one* unit. This is an exact invariant "
            "of gradient descent, a saddle rather than a local minimum. Any asymmetry breaks "
            "it; random weights are the usual one. It is measured as the variance between the "
            "means of the units, which is exactly 0 for identical units. %s Zeros are right "
            "where no symmetry depends on them: for biases.",
            measured));
}

void ins_page_background(ins_flow *flow, const ins_page *page)
{
    static const char *const formulas[] = {
        "Var z_{l}  =  fan_in · Var W · E[a_{l−1}^{2}]",
        "Var δ_{l−1}  =  fan_out · Var W · E[φ′^{2}] · Var δ_{l}"};
    ins_flow_title(flow, page->kicker, "Two things an initializer must do");
    ins_flow_paragraph(flow,
                       "Layer l computes z_{l} = W_{l} a_{l−1} + b_{l} and a_{l} = φ(z_{l}). "
                       "Before the first update the only freedom is the distribution of W. That "
                       "choice settles two separate questions, and this report measures both.");
    symmetry(flow);
    ins_flow_heading(flow, "2  Preserve variance");
    ins_flow_paragraph(flow,
                       "For independent weights of mean 0, one layer multiplies the signal on its "
                       "way forward, and the error δ on its way back, by a factor:");
    ins_flow_formula(flow, formulas, 2);
    ins_flow_paragraph(
        flow,
        "fan_in counts the inputs of a unit, fan_out the units that an input feeds. Keeping the "
        "forward factor at 1 asks for Var W = 1/fan_in, the backward one for 1/fan_out; *Glorot* "
        "(Xavier) takes 2/(fan_in + fan_out), between the two, derived for units that act "
        "linearly near 0. A *ReLU* passes half of a symmetric z: E[a^{2}] = ½ Var z, and *He* "
        "makes up for it with Var W = 2/fan_in. The factor 2 is due between hidden ReLU layers, "
        "not at the first layer, whose inputs no ReLU has halved, nor at the output. A factor g a "
        "layer is g^{L} over L layers: ½ becomes 10^{−6} after 20.");
    if (ins_is_recorded(flow->part->study->start)) {
        drawn(flow);
    } else {
        ins_flow_note(flow,
                      "Epoch 0 was not recorded: what was drawn for the weights is not known.");
    }
    ins_flow_paragraph(
        flow,
        "Three different numbers are called *gain* elsewhere: the one that keeps the variance of "
        "a, 1/sd(φ); the one that keeps its second moment, 1/√E[φ^{2}], which for ReLU is He’s "
        "√2; and the one that keeps the error, 1/√E[φ′^{2}]. For ReLU they are 1.71, 1.41 and "
        "1.41, for tanh 1.59, 1.59 and 1.47. In this report a gain is always a measured factor "
        "of variance from one layer to the next.");
    ins_flow_paragraph(
        flow,
        "Recorded in every layer: the *weights* W and *biases* b; on a fixed probe batch with "
        "dropout off the *pre-activations* z, the *activations* a (of layer 0: the scaled "
        "inputs), *δ* = ∂loss/∂z of each sample’s own loss, and the *gradient* of the mean loss "
        "with respect to W; and the *update*, W now minus W at the recorded epoch before. Page "
        "“Method” has their exact shapes.");
}
