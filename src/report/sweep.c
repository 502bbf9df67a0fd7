/* Measuring a grid of a factor and the initializers. */
#include <config.h>

#include "sweep.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "phrases.h"

/* So many combinations of other factors still have a block each; beyond, they are averaged over. */
enum { MOST_BLOCKS = 6, MOST_CELLS = 20 };

/* Share of the way from the majority share to 100% that a run must have gone to have learned. */
static const double learned_share = 0.1;

static const char *others_of(ins_flow *flow, const ins_sweep *sweep, size_t arm)
{
    const char *text = "";
    for (size_t f = 0; f < sweep->factors->count; f++) {
        const ins_study_factor *factor = &sweep->factors->factor[f];
        if (factor == sweep->factor) continue;
        const char *level = ins_factor_phrase(flow->arena, factor, factor->of[arm]);
        text = ins_flow_format(flow, "%s%s%s", text, *text != '\0' ? ", " : "", level);
    }
    return text;
}

static void make_blocks(ins_flow *flow, ins_sweep *sweep)
{
    size_t arms = flow->part->study->arms;
    sweep->block = ins_arena_get(flow->arena, arms, sizeof *sweep->block, "grid");
    sweep->block_of = ins_arena_get(flow->arena, arms, sizeof *sweep->block_of, "grid");
    for (size_t a = 0; a < arms; a++) {
        const char *name = others_of(flow, sweep, a);
        size_t b = 0;
        while (b < sweep->blocks && strcmp(sweep->block[b], name) != 0) b++;
        if (b == sweep->blocks) sweep->block[sweep->blocks++] = name;
        sweep->block_of[a] = b;
    }
    if (sweep->blocks <= MOST_BLOCKS && sweep->blocks * sweep->columns <= MOST_CELLS) return;
    sweep->averaged = true;
    sweep->blocks = 1;
    sweep->block[0] = "";
    for (size_t a = 0; a < arms; a++) sweep->block_of[a] = 0;
}

static double final_accuracy(const ins_study *study, size_t run)
{
    return ins_number(study, INS_EPOCHS_TEST_ACCURACY,
                      (ins_site){.run = run, .epoch = study->run[run].last});
}

/* True when the arm belongs to the cell. */
static bool inside(const ins_sweep *sweep, size_t arm, size_t block, size_t row, size_t column)
{
    return sweep->block_of[arm] == block && sweep->factors->initializer_of[arm] == row &&
           sweep->factor->of[arm] == column;
}

/* The run of an arm with the seed of the sweep's number s; SIZE_MAX: none. */
static size_t run_of(const ins_study *study, const ins_sweep *sweep, size_t arm, size_t s)
{
    const ins_arm *of = &study->arm[arm];
    for (size_t i = 0; i < of->runs; i++) {
        if (study->run[of->run[i]].seed == sweep->seed[s]) return of->run[i];
    }
    return SIZE_MAX;
}

/* Accuracy by seed: the mean over the arms of the cell. value (seeds), NAN where there is none. */
static void by_seed(ins_flow *flow, const ins_sweep *sweep, size_t block, size_t row, size_t column,
                    double *value)
{
    const ins_study *study = flow->part->study;
    for (size_t s = 0; s < sweep->seeds; s++) {
        double sum = 0;
        size_t count = 0;
        for (size_t a = 0; a < study->arms; a++) {
            if (!inside(sweep, a, block, row, column)) continue;
            size_t run = run_of(study, sweep, a, s);
            double accuracy = run == SIZE_MAX ? (double)NAN : final_accuracy(study, run);
            if (isfinite(accuracy)) sum += accuracy, count++;
        }
        value[s] = count > 0 ? sum / (double)count : (double)NAN;
    }
}

static bool has_learned(double accuracy, double chance)
{
    return accuracy - chance > learned_share * (1 - chance);
}

static ins_sweep_cell measure(ins_flow *flow, const ins_sweep *sweep, size_t block, size_t row,
                              size_t column)
{
    const ins_study *study = flow->part->study;
    const ins_analysis *analysis = flow->part->analysis;
    ins_sweep_cell cell = {.gain = NAN, .reach = NAN};
    double logs = 0;
    size_t gains = 0, silent = 0, n = 0;
    for (size_t a = 0; a < study->arms; a++) {
        if (!inside(sweep, a, block, row, column)) continue;
        double gain = analysis->arm[a].signal[INS_FORWARD].gain.mean;
        if (gain > 0 && isfinite(gain)) logs += log(gain), gains++;
        silent += analysis->arm[a].signal[INS_FORWARD].silent;
        cell.reach = fmin(cell.reach, ins_reach(study, a));
        cell.arms++;
        cell.runs += study->arm[a].runs;
        for (size_t s = 0; s < study->arm[a].runs; s++) {
            double accuracy = final_accuracy(study, study->arm[a].run[s]);
            cell.learned += has_learned(accuracy, analysis->chance);
        }
    }
    if (gains > 0) cell.gain = exp(logs / (double)gains);
    if (silent > 0 && silent == cell.arms) cell.gain = 0;
    double *value = ins_arena_get(flow->arena, sweep->seeds, sizeof *value, "grid");
    by_seed(flow, sweep, block, row, column, value);
    for (size_t s = 0; s < sweep->seeds; s++) {
        if (isfinite(value[s])) value[n++] = value[s];
    }
    cell.accuracy = ins_interval_of_mean(value, n, ins_threshold_of(INS_THRESHOLD_CONFIDENCE));
    return cell;
}

/* p of the difference between two cells of a column, paired by seed; NAN when it cannot be known.
 */
static double p_of(ins_flow *flow, const ins_sweep *sweep, size_t block, size_t column, size_t best,
                   size_t other)
{
    const double rounding = 1e-9, resolved = 0.05;
    double *x = ins_arena_get(flow->arena, sweep->seeds, sizeof *x, "grid");
    double *y = ins_arena_get(flow->arena, sweep->seeds, sizeof *y, "grid");
    size_t n = 0;
    by_seed(flow, sweep, block, best, column, x);
    by_seed(flow, sweep, block, other, column, y);
    for (size_t s = 0; s < sweep->seeds; s++) {
        if (isnan(x[s]) || isnan(y[s])) continue;
        x[n] = x[s];
        y[n++] = y[s];
    }
    ins_comparison found = ins_compare_paired(x, y, n, ins_threshold_of(INS_THRESHOLD_CONFIDENCE));
    double width = found.difference.upper - found.difference.lower;
    /* The same small difference in every seed has no spread to be tested against. */
    if (width < rounding && found.difference.mean < resolved) return 1;
    return found.p;
}

static ins_sweep_best find_best(ins_flow *flow, const ins_sweep *sweep, size_t block, size_t column)
{
    ins_sweep_best best = {.row = SIZE_MAX};
    double *p = ins_arena_get(flow->arena, sweep->rows, sizeof *p, "grid"), most = -1;
    best.tied = ins_arena_get(flow->arena, sweep->rows, sizeof *best.tied, "grid");
    for (size_t r = 0; r < sweep->rows; r++) {
        ins_interval accuracy = sweep->cell[ins_sweep_at(sweep, block, r, column)].accuracy;
        if (accuracy.n > 0 && accuracy.mean > most) {
            most = accuracy.mean;
            best.row = r;
        }
    }
    if (best.row == SIZE_MAX) return best;
    double chance = flow->part->analysis->chance;
    best.learned = isnan(chance) || has_learned(most, chance);
    for (size_t r = 0; r < sweep->rows; r++) {
        p[r] = r == best.row ? (double)NAN : p_of(flow, sweep, block, column, best.row, r);
    }
    ins_holm(p, sweep->rows);
    for (size_t r = 0; r < sweep->rows; r++) {
        double mean = sweep->cell[ins_sweep_at(sweep, block, r, column)].accuracy.mean;
        bool learns = isnan(chance) || has_learned(mean, chance);
        best.tied[r] =
            r == best.row || (learns && p[r] >= ins_threshold_of(INS_THRESHOLD_SIGNIFICANT));
    }
    return best;
}

/* The seeds of the arm with the most. */
static void list_seeds(ins_flow *flow, ins_sweep *sweep)
{
    const ins_study *study = flow->part->study;
    const ins_arm *most = &study->arm[0];
    for (size_t a = 1; a < study->arms; a++) {
        if (study->arm[a].runs > most->runs) most = &study->arm[a];
    }
    sweep->seeds = most->runs;
    sweep->seed = ins_arena_get(flow->arena, most->runs, sizeof *sweep->seed, "grid");
    for (size_t s = 0; s < most->runs; s++) sweep->seed[s] = study->run[most->run[s]].seed;
}

ins_sweep ins_sweep_of(ins_flow *flow, const ins_study_factors *factors, size_t factor)
{
    ins_sweep out = {.factors = factors,
                     .factor = &factors->factor[factor],
                     .rows = factors->initializers,
                     .columns = factors->factor[factor].levels};
    make_blocks(flow, &out);
    list_seeds(flow, &out);
    size_t heads = ins_multiply(out.blocks, out.columns, "grid");
    out.cell =
        ins_arena_get(flow->arena, ins_multiply(heads, out.rows, "grid"), sizeof *out.cell, "grid");
    out.best = ins_arena_get(flow->arena, heads, sizeof *out.best, "grid");
    for (size_t b = 0; b < out.blocks; b++) {
        for (size_t c = 0; c < out.columns; c++) {
            for (size_t r = 0; r < out.rows; r++) {
                out.cell[ins_sweep_at(&out, b, r, c)] = measure(flow, &out, b, r, c);
            }
            out.best[b * out.columns + c] = find_best(flow, &out, b, c);
        }
    }
    return out;
}
