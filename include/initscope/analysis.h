/* What the numbers of a study say: gains, intervals, verdicts, findings. Rules and thresholds are
 * data in one table. */
#ifndef INITSCOPE_ANALYSIS_H
#define INITSCOPE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/inference.h"
#include "initscope/memory.h"
#include "initscope/seeds.h"
#include "initscope/study.h"
#include "initscope/text.h"

/* Verdicts, one bit each; an arm may have several. */
typedef enum ins_verdict {
    INS_VERDICT_DIVERGED,
    INS_VERDICT_SYMMETRIC,
    INS_VERDICT_NO_SIGNAL,
    INS_VERDICT_VANISHING,
    INS_VERDICT_EXPLODING,
    INS_VERDICT_SATURATED,
    INS_VERDICT_DEAD,
    INS_VERDICT_NOT_MOVING,
    INS_VERDICT_PRESERVING,
    INS_VERDICT_LEARNED,
    INS_VERDICT_DID_NOT_LEARN,
    INS_VERDICTS
} ins_verdict;

typedef struct ins_verdict_row {
    const char *name; /* "no signal" */
    const char *rule; /* printed in the appendix, with its thresholds */
    bool bad;         /* shown in red */
} ins_verdict_row;

extern const ins_verdict_row ins_verdict_table[INS_VERDICTS];

/* The numbers by which rules decide, and sentences and figures with them. */
typedef enum ins_threshold {
    INS_THRESHOLD_CONFIDENCE,
    INS_THRESHOLD_GAIN_LOWER,
    INS_THRESHOLD_GAIN_UPPER,
    INS_THRESHOLD_TOTAL,
    INS_THRESHOLD_SATURATED,
    INS_THRESHOLD_DEAD_UNITS,
    INS_THRESHOLD_DEAD,
    INS_THRESHOLD_UPDATE_FROZEN,
    INS_THRESHOLD_UPDATE_HEALTHY_LOWER,
    INS_THRESHOLD_UPDATE_HEALTHY_UPPER,
    INS_THRESHOLD_LEARNED_LOSS,
    INS_THRESHOLD_TARGET_SHARE,
    INS_THRESHOLD_TARGET_STEP,
    INS_THRESHOLD_CONFIDENT_LOSS,
    INS_THRESHOLD_SMALL_CHANGE,
    INS_THRESHOLD_FEW_UPDATES,
    INS_THRESHOLD_INPUT_LOWER,
    INS_THRESHOLD_INPUT_UPPER,
    INS_THRESHOLD_SHALLOW,
    INS_THRESHOLD_CRITICAL,
    INS_THRESHOLD_SEEDS_TO_CLAIM,
    INS_THRESHOLD_SIGNIFICANT,
    INS_THRESHOLDS
} ins_threshold;

typedef struct ins_threshold_row {
    const char *name; /* "gain_lower" */
    double value;
    const char *meaning;
} ins_threshold_row;

extern const ins_threshold_row ins_threshold_table[INS_THRESHOLDS];

double ins_threshold_of(ins_threshold threshold);

/* Gain per hidden layer at epoch 0, counted toward the output or the input: exp of the
 * least-squares slope of ln Var over the hidden layers. NAN unless there are two of them and each
 * has a finite variance above 0. */
typedef enum ins_direction { INS_FORWARD, INS_BACKWARD, INS_DIRECTIONS } ins_direction;

double ins_run_gain(const ins_study *study, size_t run, ins_tensor tensor, ins_direction direction);

/* The geometric mean over seeds of a gain, and of what theory.csv predicts for it. */
ins_interval ins_gain(const ins_study *study, size_t arm, ins_tensor tensor,
                      ins_direction direction);
double ins_theory_gain(const ins_study *study, size_t arm, ins_tensor tensor,
                       ins_direction direction);

/* The root of the second moment of a tensor, which foreign logs may leave out: then from variance
 * and mean, and from the variance alone where there is no mean. */
double ins_layer_rms(const ins_study *study, ins_site site);

/* The first recorded epoch of a run with test accuracy >= target; NAN: never. */
double ins_epoch_of_target(const ins_study *study, size_t run, double target);

/* A hidden layer whose fan_in is that of a hidden layer below it, when there is one. */
size_t ins_typical_layer(const ins_arm *arm);

/* Inputs and units of a layer; NAN when they were not recorded. */
double ins_fan_in(const ins_study *study, size_t arm, size_t layer);
double ins_units(const ins_study *study, size_t arm, size_t layer);

/* Measured Var W at epoch 0, geometric mean over seeds; 0 when it is exactly 0, NAN when it is
 * unknown. */
double ins_drawn_variance(const ins_study *study, size_t arm, size_t layer);

/* Layers through which two inputs stay apart and a gradient keeps its scale: six times the shorter
 * of the two depth scales of depth.csv (Schoenholz et al. 2017). INFINITY on the edge of chaos, NAN
 * when they are not known. */
double ins_reach(const ins_study *study, size_t arm);

/* What goes through the hidden layers at epoch 0: Var z toward the output, Var delta toward the
 * input. */
typedef struct ins_signal {
    ins_interval gain; /* ins_gain */
    double theory;     /* ins_theory_gain; NAN: none, or the theory does not apply */
    double total;      /* the variance of the last hidden layer on the way over that of the first,
                          geometric mean over seeds */
    bool silent;       /* exactly 0 in every seed: forward the last hidden activation, backward
                          delta of the first hidden layer */
    size_t stops;      /* the first hidden layer on the way whose variance is exactly 0 in every
                          seed; 0: none */
} ins_signal;

/* What a gain and its total over the depth amount to. */
typedef enum ins_grade {
    INS_GRADE_UNKNOWN,
    INS_GRADE_VANISHES,
    INS_GRADE_SHRINKS, /* less than the threshold a layer, but the depth or the evidence is lacking
                        */
    INS_GRADE_KEPT,
    INS_GRADE_GROWS,
    INS_GRADE_EXPLODES
} ins_grade;

ins_grade ins_grade_of(const ins_signal *signal);

/* Which units of the hidden layers are alike, beyond the knee or shut. */
typedef struct ins_unit_counts {
    /* Hidden layers (of several units) with duplicate units in every seed, at epoch 0 and at the
     * end; where they were not counted, those whose between-unit variance of W and of z is exactly
     * 0. */
    size_t symmetric_layers_start, symmetric_layers_end;
    bool counted;           /* symmetry.csv counts the units of this arm */
    bool symmetry_known;    /* it does, or layers.csv has between-unit variances of it */
    double distinct, all;   /* at the end, of the hidden layer with the smallest share of distinct
                                 units in any seed; NAN: not counted */
    double dead_share;      /* units that are 0 on every probe row though their z is not: largest
                               over hidden layers at epoch 0 or at the end, mean over seeds; NAN: not
                               counted */
    size_t dead_runs;       /* runs with a whole hidden layer of rectifiers 0 on every probe row */
    double saturated_share; /* largest over hidden layers at epoch 0 or at the end, mean over seeds;
                               NAN: rule does not apply */
} ins_unit_counts;

/* How training went. */
typedef struct ins_outcome {
    bool trained;          /* some run has a recorded epoch after 0 */
    size_t diverged;       /* runs */
    ins_interval accuracy; /* test accuracy at the last epoch of each run, diverged runs included */
    ins_interval train_loss;   /* geometric, finite ones */
    ins_interval initial_loss; /* the same at epoch 0 */
    double updates;            /* of the longest run; NAN when not recorded */
    double update_log10; /* median over recorded epochs and layers of log10(rms update / rms weight
                            before), mean over seeds; NAN: none */
    double relative_change; /* most, over layers, that the weights can have moved in relation to
                               their rms at epoch 0, mean over seeds; NAN: none */
    ins_interval epochs_to_target; /* first recorded epoch at which test accuracy >= target, of the
                                      runs that reached it */
    size_t reached_target;         /* runs that reached it */
} ins_outcome;

typedef struct ins_arm_analysis {
    ins_signal signal[INS_DIRECTIONS];
    size_t overflowed; /* runs with numbers that are not finite in a hidden layer at epoch 0 */
    ins_unit_counts units;
    ins_outcome outcome;
    unsigned verdicts;    /* bits 1u << ins_verdict */
    const char *sentence; /* one measured sentence: the verdict in words */
} ins_arm_analysis;

static inline bool ins_has_verdict(const ins_arm_analysis *arm, ins_verdict verdict)
{
    return (arm->verdicts >> verdict & 1U) != 0;
}

/* A claim with its evidence, strongest first. */
typedef struct ins_finding {
    double priority;
    const char *rule;     /* name of the rule that fired */
    const char *claim;    /* "Gradient descent alone never breaks symmetry." in plain UTF-8 */
    const char *evidence; /* one measured sentence */
} ins_finding;

/* Difference in final test accuracy of two arms, row minus column, paired by seed, Holm-adjusted
 * over all pairs. */
typedef struct ins_pair {
    size_t a, b; /* a > b */
    ins_comparison accuracy;
    double adjusted_p;
} ins_pair;

typedef struct ins_analysis {
    const ins_study *study;
    const ins_arm_analysis *arm; /* (study->arms) */
    double chance;  /* test share of the most frequent training class; NAN when unknown */
    double classes; /* number of classes, NAN when unknown */
    double target;  /* test accuracy that counts as reached, from the thresholds and the best arm;
                       NAN  when no arm is better than chance */
    size_t seeds;   /* runs of the arm with the fewest */
    size_t pairs;
    const ins_pair *pair;
    size_t findings;
    const ins_finding *finding;
    ins_arena *arena;
} ins_analysis;

void ins_analyse(const ins_study *study, ins_analysis *analysis);
void ins_analysis_free(ins_analysis *analysis);

/* All pairs of arms a > b, paired by seed, of one value a run (NAN: left out),
 * Holm-adjusted. resolution is the smallest difference that values can have; 0: they are
 * continuous. *count = arms * (arms - 1) / 2. */
ins_pair *ins_compare_arms(const ins_study *study, const double *value, double resolution,
                           ins_arena *arena, size_t *count);

/* The pair of two arms with its sign turned so that the difference is first minus second. */
ins_pair ins_pair_of(const ins_pair *pairs, size_t first, size_t second);

/* True when first is better than second (a higher value) beyond chance, after Holm's correction. */
bool ins_exceeds(const ins_pair *pairs, size_t first, size_t second);

/* summary.csv, comparisons.csv, findings.csv */
void ins_analysis_summary(const ins_analysis *analysis, ins_text *out);
void ins_analysis_comparisons(const ins_analysis *analysis, ins_text *out);
void ins_analysis_findings(const ins_analysis *analysis, ins_text *out);

/* Numbers for prose and tables, at most three significant digits: "0.499", "2.6·10⁻²⁴", or with
 * markup "2.6·10^{−24}". U+2212 for minus; "–" for NAN. */
enum { INS_PROSE_SIZE = 64 };
const char *ins_prose(char out[INS_PROSE_SIZE], double value, bool markup);
const char *ins_prose_percent(char out[INS_PROSE_SIZE], double share); /* "92.1%" */

/* "1.02 [0.97, 1.07]", without the bracket when there is no interval; the same in percent, the
 * bounds cut to 0% and 100%. */
void ins_prose_interval(ins_text *out, ins_interval value);
void ins_prose_percent_interval(ins_text *out, ins_interval share);

/* An arm in running text, "he_normal" or "he_normal (tanh, 20x32)", very long names with an
 * ellipsis in the middle; and several of them with commas and "and", the arms whose place in which
 * (study->arms) is true, after the fifth "and N more". */
void ins_prose_arm(ins_text *out, const ins_arm *arm);
void ins_prose_arms(ins_text *out, const ins_study *study, const bool *which);

#endif
