/* What the numbers of a study say: everything that is derived once. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

static double environment_number(const ins_study *study, const char *key)
{
    const char *text = ins_pairs_get(&study->environment, key);
    double value;
    if (text == NULL || ins_parse_number(text, strlen(text), &value) != INS_NUMBER_FINITE)
        return NAN;
    return value;
}

/* As the log says, else the units of the last layer. */
static double classes_of(const ins_study *study)
{
    double classes = environment_number(study, "classes");
    for (size_t a = 0; a < study->arms && isnan(classes); a++) {
        const ins_arm *arm = &study->arm[a];
        size_t run = arm->run[0];
        ins_epoch_index epoch = study->run[run].last_layers;
        for (unsigned tensor = 0; tensor < INS_TENSORS && isnan(classes); tensor++) {
            classes = ins_number(study, INS_LAYERS_UNITS,
                                 (ins_site){run, epoch, arm->layers, (ins_tensor)tensor});
        }
    }
    return classes >= 2 && isfinite(classes) ? classes : NAN;
}

/* The highest multiple of the step that a good share of the best mean accuracy reaches, when it is
 * better than chance. */
static double target_of(const ins_study *study, const ins_arm_analysis *arm, double chance)
{
    double best = NAN, step = ins_threshold_of(INS_THRESHOLD_TARGET_STEP);
    for (size_t a = 0; a < study->arms; a++) {
        if (arm[a].outcome.trained) best = fmax(best, arm[a].outcome.accuracy.mean);
    }
    double target =
        floor(best * ins_threshold_of(INS_THRESHOLD_TARGET_SHARE) / step + 1e-9) / (1 / step);
    return target > 0 && target <= 1 && !(target <= chance) ? target : NAN;
}

/* The accuracy of one test row: as the log says, else the smallest distance between two recorded
 * accuracies; 0 when there are not two. */
static double accuracy_of_a_row(const ins_study *study)
{
    const double rounding = 1e-9;
    double rows = environment_number(study, "test_rows"), least = INFINITY;
    if (rows >= 1) return 1 / rows;
    size_t n = 0;
    double *value = ins_allocate(ins_multiply(study->runs, study->epochs, "accuracies") + 1,
                                 sizeof *value, "accuracies");
    for (size_t run = 0; run < study->runs; run++) {
        for (size_t e = 0; e < study->epochs; e++) {
            double accuracy = ins_number(study, INS_EPOCHS_TEST_ACCURACY,
                                         (ins_site){.run = run, .epoch = ins_epoch_at(e)});
            if (isfinite(accuracy)) value[n++] = accuracy;
        }
    }
    gsl_sort(value, 1, n);
    for (size_t i = 1; i < n; i++) {
        double gap = value[i] - value[i - 1];
        if (gap > rounding) least = fmin(least, gap);
    }
    free(value);
    return isinf(least) ? 0 : least;
}

static void compare_accuracies(ins_analysis *analysis)
{
    const ins_study *study = analysis->study;
    double *final = ins_allocate(study->runs + 1, sizeof *final, "final accuracies");
    for (size_t run = 0; run < study->runs; run++)
        final[run] = ins_final(study, run, INS_EPOCHS_TEST_ACCURACY);
    analysis->pair =
        ins_compare_arms(study, final, accuracy_of_a_row(study), analysis->arena, &analysis->pairs);
    free(final);
}

void ins_analyse(const ins_study *study, ins_analysis *analysis)
{
    ins_arena *arena = ins_arena_new();
    ins_arm_analysis *arm = ins_arena_get(arena, study->arms + 1, sizeof *arm, "the arms");
    *analysis = (ins_analysis){.study = study, .arm = arm, .arena = arena, .seeds = SIZE_MAX};
    analysis->chance = environment_number(study, "majority_share");
    analysis->classes = classes_of(study);
    for (size_t a = 0; a < study->arms; a++) {
        ins_measure_arm(study, a, &arm[a]);
        if (study->arm[a].runs < analysis->seeds) analysis->seeds = study->arm[a].runs;
    }
    if (study->arms == 0) analysis->seeds = 0;
    analysis->target = target_of(study, arm, analysis->chance);
    compare_accuracies(analysis);
    for (size_t a = 0; a < study->arms; a++) {
        ins_measure_speed(study, a, analysis->target, &arm[a].outcome);
        arm[a].verdicts =
            ins_verdicts_of(&arm[a], study->arm[a].runs, analysis->chance, analysis->classes);
    }
    for (size_t a = 0; a < study->arms; a++) {
        arm[a].sentence = ins_arm_sentence(analysis, a, arena);
    }
    analysis->finding = ins_find(analysis, arena, &analysis->findings);
}

void ins_analysis_free(ins_analysis *analysis)
{
    ins_arena_free(analysis->arena);
    *analysis = (ins_analysis){0};
}
