/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that differ in their width alone: slopes against the width, the sentences on them, and
 * whether one learning rate serves every width. Every sentence is tried on both sides. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "make_log.h"

enum { WIDTHS = 4, RATES = 3, SEEDS = 5 };
static const double units[WIDTHS] = {16, 32, 64, 128};
static const char *const rates[RATES] = {"0.01", "0.1", "1"};

/* An initializer: the second moment of the outputs is width^start before training and width^end
 * after it; and its scores (rate, width). */
typedef struct made_rule {
    const char *name;
    double start, end;
    double score[RATES][WIDTHS];
} made_rule;

static const made_rule steady = {
    "steady", -1, 0, {{0.7, 0.7, 0.7, 0.7}, {0.9, 0.9, 0.9, 0.9}, {0.8, 0.8, 0.8, 0.8}}};
static const made_rule growing = {
    "growing", 0, 1, {{0.7, 0.7, 0.8, 0.9}, {0.8, 0.8, 0.9, 0.7}, {0.9, 0.9, 0.8, 0.7}}};

static ins_study study;
static ins_analysis analysis;
static double jitter,
    third; /* noise of ln of the sizes; units of the third layer over the others */
static size_t seeds, rates_used, diverges;

static void setup(void)
{
    scratch_setup();
    jitter = 0.1;
    third = 1;
    seeds = SEEDS;
    rates_used = RATES;
    diverges = 0;
}

/* Of mean 0 over 5 seeds, and another for each width. */
static double noise_of(size_t seed, size_t width)
{
    static const double of[SEEDS] = {-1, -0.5, 0, 0.5, 1};
    return of[(seed + 2 * width) % SEEDS] * (width % 2 == 0 ? 1 : 0.5);
}

static void write_run(FILE *runs, FILE *epochs, FILE *layers, const made_rule *rule, size_t run,
                      size_t rate, size_t width, size_t seed)
{
    bool lost = run == diverges;
    fprintf(runs, "%zu,%s,relu,\"%g,%g,%g\",sgd,%s,%zu,%s\n", run, rule->name, units[width],
            units[width], width == 2 ? third * units[width] : units[width], rates[rate], seed + 1,
            lost ? "diverged" : "completed");
    for (size_t e = 0; e < 2; e++) {
        double score =
            e == 0 ? 0.3
                   : rule->score[rate][width] + 0.002 * noise_of(seed + rate * (seed + 1), width);
        double size = pow(units[width], e == 0 ? rule->start : rule->end) *
                      exp(jitter * noise_of(seed, width));
        fprintf(epochs, "%zu,%zu,%zu,%zu,1,%.17g,%.17g\n", run, seed + 1, e, 5 * e, score, score);
        for (size_t l = 1; l <= 4; l++) {
            double wide = l == 3 && width == 2 ? third * units[width] : l == 4 ? 3 : units[width];
            double z = l == 4 ? size : 1;
            fprintf(layers, "%zu,%zu,%zu,%zu,weight,%g,64,0.25,0.25\n", run, seed + 1, e, l, wide);
            fprintf(layers, "%zu,%zu,%zu,%zu,preactivation,%g,64,%.17g,%.17g\n", run, seed + 1, e,
                    l, wide, z, z);
        }
    }
}

static void read_rules(const made_rule *rule, size_t rules)
{
    FILE *runs = made_file("runs.csv"), *epochs = made_file("epochs.csv"),
         *layers = made_file("layers.csv"), *environment = made_file("environment.csv");
    size_t run = 0;
    fprintf(runs, "run,initializer,activation,hidden,optimizer,learning_rate,seed,status\n");
    fprintf(epochs, "run,seed,epoch,updates,train_loss,train_accuracy,test_accuracy\n");
    fprintf(layers, "run,seed,epoch,layer,tensor,units,count,variance,second_moment\n");
    fprintf(environment, "key,value\nclasses,3\nmajority_share,0.4\ntest_rows,500\ntrain_rows,500\n"
                         "features,4\n");
    for (size_t i = 0; i < rules; i++)
        for (size_t rate = 0; rate < rates_used; rate++)
            for (size_t width = 0; width < WIDTHS; width++)
                for (size_t seed = 0; seed < seeds; seed++)
                    write_run(runs, epochs, layers, &rule[i], ++run, rate, width, seed);
    FILE *files[] = {runs, epochs, layers, environment};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) fclose(files[i]);
    made_read(&study, &analysis);
}

static void done(void)
{
    made_free(&study, &analysis);
}

static void expect_answer(const char *claim, const char *evidence)
{
    ck_assert_str_eq(ins_analysis_plain(&analysis, analysis.answer.claim), claim);
    ck_assert_str_eq(ins_analysis_plain(&analysis, analysis.answer.evidence), evidence);
}

static const char *said(bool claim)
{
    const ins_finding *finding = made_finding(&analysis, "width");
    if (finding == NULL) return "";
    return ins_analysis_plain(&analysis, claim ? finding->claim : finding->evidence);
}

/* Without noise the slopes are the powers; the change is their difference. */
START_TEST(slopes_are_the_powers)
{
    jitter = 0;
    read_rules((made_rule[]){steady, growing}, 2);
    const ins_widths *of = &analysis.widths;
    ck_assert_uint_eq(of->widths, WIDTHS);
    ck_assert_uint_eq(of->curves, 2 * RATES);
    for (size_t i = 0; i < WIDTHS; i++) ck_assert_double_eq(of->width[i], units[i]);
    for (size_t c = 0; c < of->curves; c++) {
        const made_rule *rule = of->curve[c].initializer == 0 ? &steady : &growing;
        const double powers[] = {rule->start, rule->end, rule->end - rule->start};
        for (size_t m = 0; m < INS_WIDTH_MOMENTS; m++) {
            ck_assert_double_eq_tol(of->curve[c].slope[INS_WIDTH_OUTPUT][m].difference.mean,
                                    powers[m], 1e-12);
            ck_assert_double_eq_tol(of->curve[c].slope[INS_WIDTH_HIDDEN][m].difference.mean, 0,
                                    1e-12);
        }
    }
    done();
}
END_TEST

START_TEST(growth_is_told_and_turns_over)
{
    made_rule rule[] = {steady, growing};
    read_rules(rule, 2);
    ck_assert_str_eq(said(true), "With growing the logits after training grow with the width, with "
                                 "steady they are not seen to change.");
    ck_assert_ptr_nonnull(strstr(said(false), "With steady their second moment goes with the width "
                                              "to the power of "));
    ck_assert_ptr_nonnull(strstr(said(false), "]: not told from 0. With growing it goes with the "
                                              "width to the power of 1"));
    ck_assert_ptr_nonnull(strstr(said(false), "]: the larger, the wider the network. Means over 3 "
                                              "settings, one value a seed."));
    /* What starts alike is one observation of the family: 2 initializers, 1 start and 3 others each
     * for the outputs, and hidden layers that are all the same. */
    ck_assert(analysis.widths.curve[0].slope[INS_WIDTH_OUTPUT][INS_WIDTH_START].told_apart);
    done();
    rule[0].name = "growing";
    rule[1].name = "steady";
    read_rules(rule, 2);
    ck_assert_str_eq(said(true), "With steady the logits after training grow with the width, with "
                                 "growing they are not seen to change.");
    done();
    rule[1].end = -1;
    read_rules(rule, 2);
    ck_assert_str_eq(said(true), "With steady the logits after training shrink with the width, "
                                 "with growing they are not seen to change.");
    done();
    read_rules(rule + 1, 1);
    ck_assert_str_eq(said(true), "The logits after training shrink with the width.");
    done();
}
END_TEST

/* Four seeds have an interval and no test. */
START_TEST(few_seeds_tell_nothing)
{
    seeds = 4;
    read_rules((made_rule[]){steady, growing}, 2);
    ck_assert_ptr_null(made_finding(&analysis, "width"));
    ck_assert(!isnan(analysis.widths.curve[0].slope[INS_WIDTH_OUTPUT][0].difference.lower));
    ck_assert(!analysis.widths.told);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "serves"));
    done();
}
END_TEST

/* A run that diverged has no size at the end: its seed has no slope there. */
START_TEST(diverged_runs_have_no_slope)
{
    diverges = 7;
    read_rules(&growing, 1);
    const ins_width_slope *of = analysis.widths.curve[0].slope[INS_WIDTH_OUTPUT];
    ck_assert_uint_eq(of[INS_WIDTH_START].difference.n, SEEDS);
    ck_assert_uint_eq(of[INS_WIDTH_END].difference.n, SEEDS - 1);
    done();
}
END_TEST

START_TEST(other_networks_are_no_widths)
{
    third = 2;
    read_rules(&growing, 1);
    ck_assert_uint_eq(analysis.widths.widths, 0);
    ck_assert_ptr_null(made_finding(&analysis, "width"));
    done();
}
END_TEST

START_TEST(one_rate_serves_or_none)
{
    made_rule rule[] = {steady, growing};
    read_rules(rule, 2);
    expect_answer("One learning rate serves every width with steady, not with growing.",
                  "With steady 0.1 is among the best at all 4 widths; with growing none of the 3 "
                  "is: 1 up to 32, 0.1 at 64 and 0.01 at 128.");
    done();
    rule[0].name = "growing";
    rule[1].name = "steady";
    read_rules(rule, 2);
    expect_answer("One learning rate serves every width with growing, not with steady.",
                  "With growing 0.1 is among the best at all 4 widths; with steady none of the 3 "
                  "is: 1 up to 32, 0.1 at 64 and 0.01 at 128.");
    done();
    read_rules(&growing, 1);
    expect_answer("None of 3 learning rates serves every width.",
                  "With growing none of the 3 learning rates is among the best at every width: 1 "
                  "up to 32, 0.1 at 64 and 0.01 at 128.");
    done();
    rule[0] = steady;
    for (size_t width = 0; width < WIDTHS; width++) rule[0].score[2][width] = 0.95;
    read_rules(rule, 1);
    expect_answer("One learning rate serves every width.",
                  "With steady 1, the largest tried, is among the best at all 4 widths.");
    done();
    /* A width at which nothing learned has no best rate. */
    for (size_t rate = 0; rate < RATES; rate++) rule[0].score[rate][3] = 0.3;
    read_rules(rule, 1);
    expect_answer("None of 3 learning rates serves every width.",
                  "With steady none of the 3 learning rates is among the best at every width: 1 "
                  "up to 64 and nothing learned at 128.");
    done();
}
END_TEST

/* Rates that are not told apart from the best serve as well. */
START_TEST(equal_rates_serve_both)
{
    made_rule rule = steady;
    memcpy(rule.score[0], rule.score[1], sizeof rule.score[0]);
    read_rules(&rule, 1);
    expect_answer("One learning rate serves every width.",
                  "With steady 0.01 and 0.1 are among the best at all 4 widths.");
    done();
    rates_used = 1;
    read_rules(&rule, 1);
    ck_assert_uint_eq(analysis.widths.rates, 0);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "serves"));
    done();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("widths");
    TCase *cases = tcase_create("widths");
    tcase_add_checked_fixture(cases, setup, scratch_teardown);
    tcase_add_test(cases, slopes_are_the_powers);
    tcase_add_test(cases, growth_is_told_and_turns_over);
    tcase_add_test(cases, few_seeds_tell_nothing);
    tcase_add_test(cases, diverged_runs_have_no_slope);
    tcase_add_test(cases, other_networks_are_no_widths);
    tcase_add_test(cases, one_rate_serves_or_none);
    tcase_add_test(cases, equal_rates_serve_both);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
