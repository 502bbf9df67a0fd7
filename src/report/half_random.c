/* Equal hidden units below an output layer that is random: what it breaks, and what it cannot. */
#include <config.h>

#include "half_random.h"

#include "phrases.h"

static double distinct_at(const ins_study *study, size_t arm, size_t epoch, size_t layer)
{
    return ins_least_symmetry(study, arm, epoch, layer, "distinct_units");
}

/* All hidden layers are one unit many times over, while the output layer's weights differ. */
static bool is_half_random(const ins_study *study, size_t arm, size_t first)
{
    size_t hidden = ins_hidden_of(&study->arm[arm]);
    for (size_t l = 1; l <= hidden; l++) {
        if (distinct_at(study, arm, first, l) != 1 ||
            !(ins_least_symmetry(study, arm, first, l, "units") > 1))
            return false;
    }
    return hidden > 0 &&
           ins_profile(study, arm, first, hidden + 1, INS_WEIGHT, "within_unit_variance")
                   .geometric.n > 0;
}

/* "32 in layer 8, 1 in layers 1 to 7" */
static const char *counts_of(ins_flow *flow, size_t arm, size_t epoch)
{
    const ins_study *study = flow->part->study;
    size_t hidden = ins_hidden_of(&study->arm[arm]);
    const char *text = "";
    for (size_t l = 1; l <= hidden;) {
        double distinct = distinct_at(study, arm, epoch, l);
        size_t end = l;
        while (end < hidden && distinct_at(study, arm, epoch, end + 1) == distinct) end++;
        const char *where = end == l ? ins_flow_format(flow, "layer %zu", l)
                                     : ins_flow_format(flow, "layers %zu to %zu", l, end);
        text = ins_flow_format(flow, "%s%s%.0f in %s", text, l > 1 ? ", " : "", distinct, where);
        l = end + 1;
    }
    return text;
}

static bool is_broken(const ins_study *study, size_t arm, size_t epoch, size_t layer)
{
    return distinct_at(study, arm, epoch, layer) > 1;
}

static const char *half_random_outcome(ins_flow *flow, size_t arm, size_t last)
{
    const ins_study *study = flow->part->study;
    size_t hidden = ins_hidden_of(&study->arm[arm]);
    for (size_t l = 1; l < hidden; l++) {
        if (is_broken(study, arm, last, l)) {
            return "layers below it too, so that something else than the gradient broke the tie";
        }
    }
    if (is_broken(study, arm, last, hidden)) return "the last hidden layer alone";
    bool mute = ins_profile(study, arm, last, hidden, INS_GRADIENT, "second_moment").zeros ==
                study->arm[arm].runs;
    return mute ? "no layer, for the gradient of the last hidden one is exactly 0" : "no layer";
}

static const char derivation[] =
    "The error sent back to unit j of the last hidden layer is φ′(z_{j}) Σ_{k} V_{kj} δ_{k}, with "
    "V "
    "the output weights. Where the columns of V differ it differs between the units, and so do the "
    "gradients of their incoming weights: *one update tells them apart*. One layer down, unit i "
    "receives Σ_{j} W_{ji} δ_{j}. Its units were equal, so were their outputs, and row j of W had "
    "the same gradient δ_{j} a in every column: W_{ji} stays the same for all i, hence the sum, "
    "and "
    "these units are *never* told apart, nor is any layer below. The last hidden layer gains as "
    "many units as its width, all of them functions of a single number.";

/* Shown for arms of this kind, those first in which the output layer breaks anything. */
void ins_draw_half_random(ins_flow *flow, size_t first, size_t last)
{
    enum { MOST = 2 };
    const ins_part *part = flow->part;
    const ins_study *study = part->study;
    size_t shown[MOST], count = 0;
    for (int broken = 1; broken >= 0; broken--) {
        for (size_t a = 0; a < study->arms && count < MOST; a++) {
            bool breaks = is_broken(study, a, last, ins_hidden_of(&study->arm[a]));
            if (is_half_random(study, a, first) && breaks == broken) shown[count++] = a;
        }
    }
    if (count == 0) return;
    ins_flow_heading(flow, "Equal hidden units below a random output layer");
    ins_flow_paragraph(flow, derivation);
    for (size_t i = 0; i < count; i++) {
        ins_flow_item(flow, "·",
                      ins_flow_format(flow,
                                      "*%s*, distinct units at epoch %lld: %s. Told apart: "
                                      "%s.",
                                      part->prose[shown[i]], study->epoch[last],
                                      counts_of(flow, shown[i], last),
                                      half_random_outcome(flow, shown[i], last)));
    }
}
