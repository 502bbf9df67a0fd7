/* Findings: a bold claim and one measured sentence each, from rules over the analysis.
 *
 * No rule knows an initializer by name. A rule that does not apply says nothing; the order of the
 * table is the order of strength. */
#include <config.h>

#include "findings.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct finding_row {
    double priority;
    const char *name;
    ins_finding_rule find;
} finding_row;

static const finding_row rules[] = {
    {100, "best", ins_find_best},
    {98, "few seeds", ins_find_seeds},
    {96, "symmetric", ins_find_symmetric},
    {94, "vanishing", ins_find_vanishing},
    {92, "exploding", ins_find_exploding},
    {90, "tie", ins_find_tie},
    {88, "diverged", ins_find_diverged},
    {86, "outcome", ins_find_outcome},
    {84, "preserving", ins_find_preserving},
    {82, "factor", ins_find_factor},
    {80, "activation", ins_find_activation},
    {78, "adaptive", ins_find_adaptive},
    {76, "speed", ins_find_speed},
    {74, "loss", ins_find_loss},
    {72, "few updates", ins_find_few_updates},
    {70, "initial loss", ins_find_initial_loss},
    {68, "saturated", ins_find_saturated},
    {66, "dead", ins_find_dead},
    {64, "not moving", ins_find_not_moving},
    {62, "input scale", ins_find_input_scale},
    {60, "shallow", ins_find_shallow},
};

enum { RULES = sizeof rules / sizeof rules[0] };

/* Arms compared by the logarithm of their loss, and by how soon they reach the target. */
static void compare_more(ins_finder *f)
{
    const ins_study *study = f->study;
    double *value = ins_allocate(study->runs + 1, sizeof *value, "values to compare");
    size_t count;
    for (size_t run = 0; run < study->runs; run++) {
        double loss = ins_final(study, run, INS_EPOCHS_TRAIN_LOSS);
        value[run] = loss > 0 && isfinite(loss) ? log(loss) : NAN;
    }
    f->loss = ins_compare_arms(study, value, 0, f->arena, &count);
    for (size_t run = 0; run < study->runs; run++) {
        value[run] = ins_epoch_of_target(study, run, f->analysis->target);
    }
    f->speed = ins_compare_arms(study, value, 1, f->arena, &count);
    free(value);
}

const ins_finding *ins_find(const ins_analysis *analysis, ins_arena *arena, size_t *count)
{
    const ins_study *study = analysis->study;
    ins_finding *finding = ins_arena_get(arena, RULES, sizeof *finding, "the findings");
    ins_finder f = {.analysis = analysis, .study = study, .arena = arena};
    f.which = ins_allocate(study->arms + 1, sizeof *f.which, "arms of a finding");
    compare_more(&f);
    *count = 0;
    for (size_t r = 0; r < RULES; r++) {
        ins_text_clear(&f.claim);
        ins_text_clear(&f.evidence);
        for (size_t a = 0; a < study->arms; a++) f.which[a] = false;
        if (!rules[r].find(&f)) continue;
        finding[(*count)++] =
            (ins_finding){.priority = rules[r].priority,
                          .rule = rules[r].name,
                          .claim = ins_arena_copy(arena, f.claim.data, f.claim.length),
                          .evidence = ins_arena_copy(arena, f.evidence.data, f.evidence.length)};
    }
    free(f.which);
    ins_text_free(&f.claim);
    ins_text_free(&f.evidence);
    return finding;
}
