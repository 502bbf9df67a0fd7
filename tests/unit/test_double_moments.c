/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Certified values of the univariate data sets of the NIST Statistical Reference Datasets
 * (https://www.itl.nist.gov/div898/strd/): mean and sample standard deviation to 15 digits. */
#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "check_tap.h"
#include "initscope/moments.h"

_Static_assert(sizeof(real) == sizeof(double), "to be built with -DINS_REAL_DOUBLE");

static const double lew[] = {
    -213, -564, -35,  -15,  141,  115,  -420, -360, 203,  -338, -431, 194,  -220, -513, 154,  -125,
    -559, 92,   -21,  -579, -52,  99,   -543, -175, 162,  -457, -346, 204,  -300, -474, 164,  -107,
    -572, -8,   83,   -541, -224, 180,  -420, -374, 201,  -236, -531, 83,   27,   -564, -112, 131,
    -507, -254, 199,  -311, -495, 143,  -46,  -579, -90,  136,  -472, -338, 202,  -287, -477, 169,
    -124, -568, 17,   48,   -568, -135, 162,  -430, -422, 172,  -74,  -577, -13,  92,   -534, -243,
    194,  -355, -465, 156,  -81,  -578, -64,  139,  -449, -384, 193,  -198, -538, 110,  -44,  -577,
    -6,   66,   -552, -164, 161,  -460, -344, 205,  -281, -504, 134,  -28,  -576, -118, 156,  -437,
    -381, 200,  -220, -540, 83,   11,   -568, -160, 172,  -414, -408, 188,  -125, -572, -32,  139,
    -492, -321, 205,  -262, -504, 142,  -83,  -574, 0,    48,   -571, -106, 137,  -501, -266, 190,
    -391, -406, 194,  -186, -553, 83,   -13,  -577, -49,  103,  -515, -280, 201,  300,  -506, 131,
    -45,  -578, -80,  138,  -462, -361, 201,  -211, -554, 32,   74,   -533, -235, 187,  -372, -442,
    182,  -147, -566, 25,   68,   -535, -244, 194,  -351, -463, 174,  -125, -570, 15,   72,   -550,
    -190, 172,  -424, -385, 198,  -218, -536, 96};
static const double lottery[] = {
    162, 671, 933, 414, 788, 730, 817, 33,  536, 875, 670, 236, 473, 167, 877, 980, 316, 950, 456,
    92,  517, 557, 956, 954, 104, 178, 794, 278, 147, 773, 437, 435, 502, 610, 582, 780, 689, 562,
    964, 791, 28,  97,  848, 281, 858, 538, 660, 972, 671, 613, 867, 448, 738, 966, 139, 636, 847,
    659, 754, 243, 122, 455, 195, 968, 793, 59,  730, 361, 574, 522, 97,  762, 431, 158, 429, 414,
    22,  629, 788, 999, 187, 215, 810, 782, 47,  34,  108, 986, 25,  644, 829, 630, 315, 567, 919,
    331, 207, 412, 242, 607, 668, 944, 749, 168, 864, 442, 533, 805, 372, 63,  458, 777, 416, 340,
    436, 140, 919, 350, 510, 572, 905, 900, 85,  389, 473, 758, 444, 169, 625, 692, 140, 897, 672,
    288, 312, 860, 724, 226, 884, 508, 976, 741, 476, 417, 831, 15,  318, 432, 241, 114, 799, 955,
    833, 358, 935, 146, 630, 830, 440, 642, 356, 373, 271, 715, 367, 393, 190, 669, 8,   861, 108,
    795, 269, 590, 326, 866, 64,  523, 862, 840, 219, 382, 998, 4,   628, 305, 747, 247, 34,  747,
    729, 645, 856, 974, 24,  568, 24,  694, 608, 480, 410, 729, 947, 293, 53,  930, 223, 203, 677,
    227, 62,  455, 387, 318, 562, 242, 428, 968};
static const double mavro[] = {
    2.0018, 2.0017, 2.0018, 2.0019, 2.0018, 2.0017, 2.0015, 2.0014, 2.0015, 2.0015,
    2.0017, 2.0018, 2.0018, 2.0019, 2.0019, 2.0021, 2.0020, 2.0016, 2.0014, 2.0013,
    2.0013, 2.0015, 2.0015, 2.0016, 2.0015, 2.0014, 2.0013, 2.0014, 2.0015, 2.0014,
    2.0015, 2.0016, 2.0015, 2.0016, 2.0019, 2.0020, 2.0020, 2.0021, 2.0022, 2.0023,
    2.0024, 2.0025, 2.0027, 2.0026, 2.0026, 2.0026, 2.0027, 2.0026, 2.0025, 2.0024};
static const double michelso[] = {
    299.85, 299.74, 299.90, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98, 299.88, 300.00, 299.98,
    299.93, 299.65, 299.76, 299.81, 300.00, 300.00, 299.96, 299.96, 299.96, 299.94, 299.96, 299.94,
    299.88, 299.80, 299.85, 299.88, 299.90, 299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83,
    299.80, 299.79, 299.76, 299.80, 299.88, 299.88, 299.88, 299.86, 299.72, 299.72, 299.62, 299.86,
    299.97, 299.95, 299.88, 299.91, 299.85, 299.87, 299.84, 299.84, 299.85, 299.84, 299.84, 299.84,
    299.89, 299.81, 299.81, 299.82, 299.80, 299.77, 299.76, 299.74, 299.75, 299.76, 299.91, 299.92,
    299.89, 299.86, 299.88, 299.72, 299.84, 299.85, 299.85, 299.78, 299.89, 299.84, 299.78, 299.81,
    299.76, 299.81, 299.79, 299.81, 299.82, 299.85, 299.87, 299.87, 299.81, 299.74, 299.81, 299.94,
    299.95, 299.80, 299.81, 299.87};
static const double numacc1[] = {10000001, 10000003, 10000002};

/* NumAcc2 to 4: one value, then 500 pairs around it. */
typedef struct certified {
    const char *name;
    size_t n;
    const double *data; /* NULL: first, then low and high in turn */
    double first, low, high;
    double mean, deviation;
} certified;

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const certified sets[] = {
    {"Lew", COUNT(lew), lew, 0, 0, 0, -177.435000000000, 277.332168044316},
    {"Lottery", COUNT(lottery), lottery, 0, 0, 0, 518.958715596330, 291.699727470969},
    {"Mavro", COUNT(mavro), mavro, 0, 0, 0, 2.00185600000000, 0.000429123454003053},
    {"Michelso", COUNT(michelso), michelso, 0, 0, 0, 299.852400000000, 0.0790105478190518},
    {"NumAcc1", COUNT(numacc1), numacc1, 0, 0, 0, 10000002, 1},
    {"NumAcc2", 1001, NULL, 1.2, 1.1, 1.3, 1.2, 0.1},
    {"NumAcc3", 1001, NULL, 1000000.2, 1000000.1, 1000000.3, 1000000.2, 0.1},
    {"NumAcc4", 1001, NULL, 10000000.2, 10000000.1, 10000000.3, 10000000.2, 0.1},
};

enum { LONGEST = 1001, UNITS = 19 };

static double element(const certified *set, size_t i)
{
    if (set->data != NULL) return set->data[i];
    return i == 0 ? set->first : i % 2 ? set->low : set->high;
}

/* The mean to all 15 digits, the deviation to 14. It cannot be nearer than the rounding of the data
 * to double lets it: an ulp of the mean is that share of the deviation. */
static void check(const certified *set, const ins_moments *m)
{
    double n = (double)set->n, deviation = sqrt(m->second * n / (n - 1));
    double rounding = 0x1p-53 * fabs(set->mean) / set->deviation;
    ck_assert(m->count == n && m->nonfinite == 0);
    ck_assert_msg(fabs(m->mean - set->mean) <= 1e-15 * fabs(set->mean), "%s: mean %.17g", set->name,
                  m->mean);
    ck_assert_msg(fabs(deviation / set->deviation - 1) <= 1e-14 + rounding, "%s: deviation %.17g",
                  set->name, deviation);
}

/* Each data set as rows, and as columns between others, forward and backward. */
START_TEST(certified_values)
{
    const certified *set = &sets[_i];
    double *x = malloc(UNITS * LONGEST * sizeof *x);
    ins_moments m[UNITS];
    const ins_bounds none = {-INFINITY, INFINITY};
    ck_assert_ptr_nonnull(x);
    for (size_t u = 0; u < UNITS; u++)
        for (size_t i = 0; i < set->n; i++)
            x[u * set->n + i] = element(set, u % 2 ? set->n - 1 - i : i);
    ins_moments_of_rows(x, UNITS, set->n, none, m);
    for (size_t u = 0; u < UNITS; u++) check(set, &m[u]);
    for (size_t u = 0; u < UNITS; u++)
        for (size_t i = 0; i < set->n; i++)
            x[i * UNITS + u] = element(set, u % 2 ? set->n - 1 - i : i);
    ins_moments_of_columns(x, set->n, UNITS, none, m);
    for (size_t u = 0; u < UNITS; u++) check(set, &m[u]);
    ins_layer_statistics s = ins_layer_statistics_of(m, UNITS);
    ck_assert(s.count == (double)(UNITS * set->n));
    ck_assert(fabs(s.mean - set->mean) <= 1e-15 * fabs(set->mean));
    free(x);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("double_moments");
    TCase *nist = tcase_create("NIST StRD");
    tcase_add_loop_test(nist, certified_values, 0, (int)COUNT(sets));
    suite_add_tcase(suite, nist);
    return ins_run_suite(suite);
}
