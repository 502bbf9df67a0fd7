/* The thresholds, the verdicts and the rules that lead from one to the other. Every threshold
 * stands here once: the table, the printed rules and the code read the same definition. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>

#define CONFIDENCE 0.95
#define GAIN_LOWER 0.8
#define GAIN_UPPER 1.25
#define TOTAL 10
#define SATURATED 0.5
#define DEAD 0.5
#define DEAD_UNITS 0.75
#define FROZEN 5
#define HEALTHY_LOWER 4
#define HEALTHY_UPPER 2
#define LEARNED_LOSS 0.9
#define TARGET_SHARE 0.95
#define TARGET_STEP 0.05
#define CONFIDENT_LOSS 0.5
#define SMALL_CHANGE 0.5
#define FEW_UPDATES 200
#define INPUT_LOWER 0.5
#define INPUT_UPPER 2
#define SHALLOW 4
#define CRITICAL 0.02
#define SEEDS_TO_CLAIM 3
#define SIGNIFICANT 0.05

#define QUOTE(value) #value
#define TEXT(value) QUOTE(value)

const ins_threshold_row ins_threshold_table[INS_THRESHOLDS] = {
    [INS_THRESHOLD_CONFIDENCE] = {"confidence", CONFIDENCE, "level of every interval over seeds"},
    [INS_THRESHOLD_GAIN_LOWER] = {"gain_lower", GAIN_LOWER,
                                  "a gain per layer below it shrinks the signal"},
    [INS_THRESHOLD_GAIN_UPPER] = {"gain_upper", GAIN_UPPER,
                                  "a gain per layer above it lets the signal grow"},
    [INS_THRESHOLD_TOTAL] = {"total", TOTAL,
                             "factor over the depth from which a signal vanishes or explodes"},
    [INS_THRESHOLD_SATURATED] = {"saturated", SATURATED,
                                 "share of a layer's activations beyond the knee"},
    [INS_THRESHOLD_DEAD_UNITS] = {"dead_units", DEAD_UNITS,
                                  "share of a hidden layer's units that are 0 on every probe row"},
    [INS_THRESHOLD_DEAD] =
        {"dead", DEAD,
         "where units were not counted: share of runs with a hidden layer that is 0 on every probe "
         "row"},
    [INS_THRESHOLD_UPDATE_FROZEN] = {"update_frozen", -FROZEN,
                                     "log10 of rms update / rms weight below which nothing moves"},
    [INS_THRESHOLD_UPDATE_HEALTHY_LOWER] = {"update_healthy_lower", -HEALTHY_LOWER,
                                            "lower end of the healthy range of the same"},
    [INS_THRESHOLD_UPDATE_HEALTHY_UPPER] = {"update_healthy_upper", -HEALTHY_UPPER,
                                            "upper end of the healthy range of the same"},
    [INS_THRESHOLD_LEARNED_LOSS] =
        {"learned_loss", LEARNED_LOSS,
         "share of ln C below which the training loss shows learning when the majority share is "
         "unknown"},
    [INS_THRESHOLD_TARGET_SHARE] = {"target_share", TARGET_SHARE,
                                    "share of the best arm's mean accuracy that sets the target"},
    [INS_THRESHOLD_TARGET_STEP] = {"target_step", TARGET_STEP,
                                   "the target accuracy is a multiple of it, rounded down"},
    [INS_THRESHOLD_CONFIDENT_LOSS] = {"confident_loss", CONFIDENT_LOSS,
                                      "excess of the loss at epoch 0 over ln C worth a finding"},
    [INS_THRESHOLD_SMALL_CHANGE] =
        {"small_change", SMALL_CHANGE,
         "change of the weights, relative to their start, that counts as small"},
    [INS_THRESHOLD_FEW_UPDATES] = {"few_updates", FEW_UPDATES,
                                   "updates up to which training counts as short"},
    [INS_THRESHOLD_INPUT_LOWER] = {"input_lower", INPUT_LOWER,
                                   "second moment of an input below which its scale is small"},
    [INS_THRESHOLD_INPUT_UPPER] = {"input_upper", INPUT_UPPER,
                                   "second moment of an input above which its scale is large"},
    [INS_THRESHOLD_SHALLOW] = {"shallow", SHALLOW,
                               "hidden layers up to which a network counts as shallow"},
    [INS_THRESHOLD_CRITICAL] =
        {"critical", CRITICAL,
         "distance of χ₁ from 1 up to which a network lies on the edge of chaos"},
    [INS_THRESHOLD_SEEDS_TO_CLAIM] = {"seeds_to_claim", SEEDS_TO_CLAIM,
                                      "seeds needed to call one arm better than another"},
    [INS_THRESHOLD_SIGNIFICANT] = {"significant", SIGNIFICANT,
                                   "Holm-adjusted p value of a claimed difference"},
};

double ins_threshold_of(ins_threshold threshold)
{
    return ins_threshold_table[threshold].value;
}

#define GAIN_RULE(side, bound, total)                                                 \
    "a forward or backward gain per hidden layer whose interval lies " side " " bound \
    " at epoch 0, and " total " over the depth (one seed: the gain itself)"

const ins_verdict_row ins_verdict_table[INS_VERDICTS] = {
    [INS_VERDICT_DIVERGED] = {"diverged", "some run ended with numbers that are not finite", true},
    [INS_VERDICT_SYMMETRIC] = {"symmetric",
                               "some hidden layer has duplicate units (equal incoming weights and "
                               "bias) at the end of every run; without symmetry.csv: a "
                               "between-unit variance of exactly 0, of W and of z",
                               true},
    [INS_VERDICT_NO_SIGNAL] = {"no signal",
                               "the variance of the last hidden activation is exactly 0 at epoch 0 "
                               "in every run",
                               true},
    [INS_VERDICT_VANISHING] = {"vanishing",
                               GAIN_RULE("below", TEXT(GAIN_LOWER), "less than 1/" TEXT(TOTAL)),
                               true},
    [INS_VERDICT_EXPLODING] =
        {"exploding",
         GAIN_RULE("above", TEXT(GAIN_UPPER),
                   "more than " TEXT(
                       TOTAL)) ";"
                               " or numbers in a hidden layer at epoch 0 that are not finite",
         true},
    [INS_VERDICT_SATURATED] =
        {"saturated",
         "more than " TEXT(
             SATURATED) " of the activations of some hidden layer are beyond the knee "
                        "(tanh: |a| > 0.97, sigmoid: a < 0.03 or a > 0.97), at epoch 0 or "
                        "at the end",
         true},
    [INS_VERDICT_DEAD] = {"dead",
                          "at least " TEXT(
                              DEAD_UNITS) " of the units of some hidden layer are 0 on every probe "
                                          "row, though z is not, at epoch 0 or at the end, in the "
                                          "mean over seeds; without symmetry.csv: a whole hidden "
                                          "layer is, in at least " TEXT(DEAD) " of the runs",
                          true},
    [INS_VERDICT_NOT_MOVING] = {"not moving",
                                "the median of log10(rms update / rms weight before) over recorded "
                                "epochs and layers is below −" TEXT(FROZEN) " (healthy: −" TEXT(
                                    HEALTHY_LOWER) " to −" TEXT(HEALTHY_UPPER) ")",
                                true},
    [INS_VERDICT_PRESERVING] = {"preserving",
                                "none of the above, and both gains per hidden layer lie from " TEXT(
                                    GAIN_LOWER) " to " TEXT(GAIN_UPPER),
                                false},
    [INS_VERDICT_LEARNED] = {"learned",
                             "after training, not every run diverged, and the interval of the test "
                             "accuracy lies above the majority share (one seed: the accuracy; "
                             "majority share unknown: the interval of the training loss lies "
                             "below " TEXT(LEARNED_LOSS) " ln C)",
                             false},
    [INS_VERDICT_DID_NOT_LEARN] = {"did not learn", "the opposite of learned, after training",
                                   true},
};

ins_grade ins_grade_of(const ins_signal *signal)
{
    ins_interval gain = signal->gain;
    double lower = isnan(gain.lower) ? gain.mean : gain.lower;
    double upper = isnan(gain.upper) ? gain.mean : gain.upper;
    if (gain.n == 0) return INS_GRADE_UNKNOWN;
    if (upper < GAIN_LOWER && signal->total * TOTAL < 1) return INS_GRADE_VANISHES;
    if (lower > GAIN_UPPER && signal->total > TOTAL) return INS_GRADE_EXPLODES;
    if (gain.mean < GAIN_LOWER) return INS_GRADE_SHRINKS;
    if (gain.mean > GAIN_UPPER) return INS_GRADE_GROWS;
    return INS_GRADE_KEPT;
}

static bool preserves(const ins_arm_analysis *arm)
{
    const ins_signal *back = &arm->signal[INS_BACKWARD];
    ins_grade backward = ins_grade_of(back);
    return ins_grade_of(&arm->signal[INS_FORWARD]) == INS_GRADE_KEPT &&
           (backward == INS_GRADE_KEPT || (backward == INS_GRADE_UNKNOWN && !back->silent));
}

static bool either(const ins_arm_analysis *arm, ins_grade grade)
{
    return ins_grade_of(&arm->signal[INS_FORWARD]) == grade ||
           ins_grade_of(&arm->signal[INS_BACKWARD]) == grade;
}

/* 1 learned, 0 did not, -1 nothing to tell by. A share that is the same in all seeds comes back
 * from the mean with a rounding error, which is no learning. */
static int learned(const ins_outcome *outcome, size_t runs, double chance, double classes)
{
    const double rounding = 1e-9;
    ins_interval accuracy = outcome->accuracy, loss = outcome->train_loss;
    if (!outcome->trained) return -1;
    if (outcome->diverged == runs) return 0;
    if (accuracy.n > 0 && !isnan(chance)) {
        return (isnan(accuracy.lower) ? accuracy.mean : accuracy.lower) > chance + rounding;
    }
    if (loss.n > 0 && !isnan(classes)) {
        return (isnan(loss.upper) ? loss.mean : loss.upper) < LEARNED_LOSS * log(classes);
    }
    return -1;
}

/* By the counted units, else by the layers that are shut as a whole. */
static bool dead(const ins_unit_counts *units, size_t runs)
{
    if (!isnan(units->dead_share)) return units->dead_share >= DEAD_UNITS;
    return runs > 0 && (double)units->dead_runs >= DEAD * (double)runs;
}

unsigned ins_verdicts_of(const ins_arm_analysis *arm, size_t runs, double chance, double classes)
{
    int outcome = learned(&arm->outcome, runs, chance, classes);
    const bool holds[INS_VERDICTS] = {
        [INS_VERDICT_DIVERGED] = arm->outcome.diverged > 0,
        [INS_VERDICT_SYMMETRIC] = arm->units.symmetric_layers_end > 0,
        [INS_VERDICT_NO_SIGNAL] = arm->signal[INS_FORWARD].silent,
        [INS_VERDICT_VANISHING] = either(arm, INS_GRADE_VANISHES),
        [INS_VERDICT_EXPLODING] = either(arm, INS_GRADE_EXPLODES) || arm->overflowed > 0,
        [INS_VERDICT_SATURATED] = arm->units.saturated_share > SATURATED,
        [INS_VERDICT_DEAD] = dead(&arm->units, runs),
        [INS_VERDICT_NOT_MOVING] = arm->outcome.update_log10 < -FROZEN,
        [INS_VERDICT_LEARNED] = outcome == 1,
        [INS_VERDICT_DID_NOT_LEARN] = outcome == 0,
    };
    unsigned verdicts = 0, faults = 0;
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if (holds[v]) verdicts |= 1U << v;
        if (v < INS_VERDICT_PRESERVING && holds[v]) faults |= 1U << v;
    }
    if (faults == 0 && preserves(arm)) verdicts |= 1U << INS_VERDICT_PRESERVING;
    return verdicts;
}
