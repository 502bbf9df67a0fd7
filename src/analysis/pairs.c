/* All pairs of arms, compared by seed: for one seed, every initializer saw the same split, the same
 * order of rows and the same random streams, so the difference is the initializer's. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

/* The seeds that both arms have: x and y get their values. Both lists are in order of seed. */
static size_t match(const ins_study *study, const ins_arm *a, const ins_arm *b, const double *value,
                    double *x, double *y)
{
    size_t n = 0, i = 0, j = 0;
    while (i < a->runs && j < b->runs) {
        long long left = study->run[a->run[i]].seed, right = study->run[b->run[j]].seed;
        if (left == right && isfinite(value[a->run[i]]) && isfinite(value[b->run[j]])) {
            x[n] = value[a->run[i]];
            y[n++] = value[b->run[j]];
        }
        i += left <= right;
        j += right <= left;
    }
    return n;
}

/* The same difference in every seed has no spread to be tested against. It is known no better than
 * the resolution of the values, though, so that is taken for its standard deviation: two seeds that
 * differ by one test row alike prove nothing. */
static double p_without_spread(double difference, size_t n, double resolution)
{
    double t = fabs(difference) / resolution * sqrt((double)n);
    return 2 * gsl_cdf_tdist_Q(t, (double)(n - 1));
}

static ins_comparison compare(const double *x, const double *y, size_t n, double resolution)
{
    ins_comparison result = ins_compare_paired(x, y, n, ins_threshold_of(INS_THRESHOLD_CONFIDENCE));
    double width = result.difference.upper - result.difference.lower;
    double size = fabs(result.difference.mean);
    if (n > 1 && size > 1e-9 && width <= 1e-9 * size && resolution > 0) {
        result.p = p_without_spread(size, n, resolution);
    }
    return result;
}

ins_pair *ins_compare_arms(const ins_study *study, const double *value, double resolution,
                           ins_arena *arena, size_t *count)
{
    size_t arms = study->arms, most = arms > 1 ? ins_multiply(arms, arms - 1, "pairs") / 2 : 0;
    ins_pair *pair = ins_arena_get(arena, most + 1, sizeof *pair, "pairs of arms");
    double *p = ins_allocate(most + 1, sizeof *p, "p values");
    double *x = ins_allocate(study->runs + 1, sizeof *x, "values to compare");
    double *y = ins_allocate(study->runs + 1, sizeof *y, "values to compare");
    size_t at = 0;
    for (size_t a = 1; a < arms; a++) {
        for (size_t b = 0; b < a; b++, at++) {
            size_t n = match(study, &study->arm[a], &study->arm[b], value, x, y);
            pair[at] = (ins_pair){.a = a, .b = b, .accuracy = compare(x, y, n, resolution)};
            p[at] = pair[at].accuracy.p;
        }
    }
    ins_holm(p, most);
    for (size_t i = 0; i < most; i++) pair[i].adjusted_p = p[i];
    free(p);
    free(x);
    free(y);
    *count = most;
    return pair;
}

ins_pair ins_pair_of(const ins_pair *pairs, size_t first, size_t second)
{
    size_t a = first > second ? first : second, b = first > second ? second : first;
    ins_pair pair = pairs[a * (a - 1) / 2 + b];
    if (first > second) return pair;
    ins_interval given = pair.accuracy.difference;
    pair.a = first;
    pair.b = second;
    pair.accuracy.difference = (ins_interval){given.n, -given.mean, -given.upper, -given.lower};
    return pair;
}

bool ins_exceeds(const ins_pair *pairs, size_t first, size_t second)
{
    if (first == second) return false;
    ins_pair pair = ins_pair_of(pairs, first, second);
    return pair.accuracy.difference.n >= (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_CLAIM) &&
           pair.accuracy.difference.mean > 0 &&
           pair.adjusted_p < ins_threshold_of(INS_THRESHOLD_SIGNIFICANT);
}
