/* The analysis: gains, intervals, comparisons, and the tables of them.
 *
 * Expected values that are not plain arithmetic were computed by numpy and scipy; the calls stand
 * beside them. GSL's t quantiles agree with scipy's to 11 digits. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

static ins_study study;
static ins_analysis analysis;

static void put(const char *name, const char *text)
{
    scratch_file(name, text, strlen(text));
}

static void close_to(double value, double expected)
{
    ck_assert_msg(fabs(value - expected) <= 1e-9 * fabs(expected), "%.17g is not %.17g", value,
                  expected);
}

static void interval_is(ins_interval value, size_t n, double mean, double lower, double upper)
{
    ck_assert_uint_eq(value.n, n);
    close_to(value.mean, mean);
    close_to(value.lower, lower);
    close_to(value.upper, upper);
}

/* Four hidden layers, three seeds: Var z going forward, Var delta. */
static const double z[3][4] = {{1, .3, .2, .05}, {2, .5, .4, .11}, {1.5, .35, .3, .04}};
static const double delta[3][4] = {{.01, .02, .1, .3}, {.02, .03, .15, .2}, {.01, .04, .2, .5}};

/* spoiled: the variance of z of seed 1, layer 2, as text instead; NULL: none. */
static void write_gains(const char *spoiled)
{
    FILE *layers = made_file("layers.csv");
    fprintf(layers, "initializer,seed,epoch,layer,tensor,units,variance\n");
    for (size_t s = 0; s < 3; s++) {
        for (size_t l = 0; l < 4; l++) {
            if (spoiled != NULL && s == 0 && l == 1) {
                fprintf(layers, "a,1,0,2,preactivation,8,%s\n", spoiled);
            } else {
                fprintf(layers, "a,%zu,0,%zu,preactivation,8,%.17g\n", s + 1, l + 1, z[s][l]);
            }
            fprintf(layers, "a,%zu,0,%zu,delta,8,%.17g\n", s + 1, l + 1, delta[s][l]);
        }
        fprintf(layers, "a,%zu,0,5,preactivation,3,100\n", s + 1);
    }
    fclose(layers);
    put("epochs.csv", "initializer,seed,epoch,train_loss,test_accuracy\na,1,0,0.1,0.9\n"
                      "a,2,0,0.2,0.95\na,3,0,0.15,0.85\n");
}

START_TEST(gains_are_least_squares_slopes)
{
    write_gains(NULL);
    made_read(&study, &analysis);
    /* g = [exp(polyfit(arange(1, 5), log(v), 1)[0]) for v in z], l = log(g), exp of
     * scipy.stats.t.interval(.95, 2, mean(l), sem(l)); the output layer's 100 is not in it. */
    interval_is(analysis.arm[0].signal[INS_FORWARD].gain, 3, 0.3760092600875854, 0.2858228853926593,
                0.4946523560469399);
    /* exp(mean(log(v[3] / v[0]))) */
    close_to(analysis.arm[0].signal[INS_FORWARD].total, 0.04185690785479638);
    /* The same of delta with the slope's sign turned. */
    interval_is(analysis.arm[0].signal[INS_BACKWARD].gain, 3, 0.32545719243071153,
                0.17632599830794468, 0.6007190381528025);
    close_to(analysis.arm[0].signal[INS_BACKWARD].total, 0.040548013303822655);
    ck_assert(ins_threshold_of(INS_THRESHOLD_GAIN_LOWER) == 0.8);
    ck_assert_uint_eq(analysis.arm[0].verdicts & 1U << INS_VERDICT_VANISHING,
                      1U << INS_VERDICT_VANISHING);
    /* exp of t.interval over log([.1, .2, .15]) */
    interval_is(analysis.arm[0].outcome.train_loss, 3, 0.14422495703074084, 0.060721904154347535,
                0.3425590570685316);
    /* t.interval over [.9, .95, .85] */
    interval_is(analysis.arm[0].outcome.accuracy, 3, 0.9, 0.7757931144078124, 1.0242068855921875);
    close_to(analysis.arm[0].outcome.initial_loss.mean, 0.14422495703074084);
    ck_assert(analysis.classes == 3); /* the units of the last layer */
    ck_assert(isnan(analysis.chance));
    made_free(&study, &analysis);
}
END_TEST

/* The predicted gain is fitted as the measured one is: variances 8, 4, 2, 1 make 1/2 a layer toward
 * the output, and so do 2, 4, 8, 16 toward the input. */
START_TEST(predicted_gains)
{
    put("epochs.csv", "run,epoch\n1,0\n2,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,5,weight,1\n2,0,5,weight,1\n");
    FILE *theory = made_file("theory.csv");
    fprintf(theory, "run,layer,tensor,variance\n");
    for (int l = 1; l <= 4; l++) {
        fprintf(theory, "1,%d,preactivation,%g\n1,%d,delta,%g\n", l, pow(2, 4 - l), l, pow(2, l));
        fprintf(theory, "2,%d,preactivation,%s\n2,%d,delta,%d\n", l, l == 2 ? "nan" : "1", l,
                l - 1);
    }
    fclose(theory);
    made_read(&study, &analysis);
    close_to(analysis.arm[0].signal[INS_FORWARD].theory, 0.5);
    close_to(analysis.arm[0].signal[INS_BACKWARD].theory, 0.5);
    ck_assert(isnan(analysis.arm[1].signal[INS_FORWARD].theory)); /* the theory does not apply */
    ck_assert(
        isnan(analysis.arm[1].signal[INS_BACKWARD].theory)); /* a variance of 0 has no logarithm */
    made_free(&study, &analysis);
}
END_TEST

START_TEST(a_layer_without_variance_has_no_gain)
{
    const char *const spoilers[] = {"0", "inf", "nan", ""};
    write_gains(spoilers[_i]);
    made_read(&study, &analysis);
    ck_assert_uint_eq(analysis.arm[0].signal[INS_FORWARD].gain.n, 2);
    ck_assert_uint_eq(analysis.arm[0].signal[INS_BACKWARD].gain.n, 3);
    ck_assert(!analysis.arm[0].signal[INS_FORWARD].silent);
    ck_assert_uint_eq(analysis.arm[0].signal[INS_FORWARD].stops, 0);
    ck_assert_uint_eq(analysis.arm[0].overflowed, _i == 1 ? 1 : 0);
    made_free(&study, &analysis);
}
END_TEST

static double seed_of(const ins_study *of, size_t run, const void *shift)
{
    return (double)of->run[run].seed + *(const double *)shift;
}

START_TEST(reductions_over_seeds)
{
    write_gains("0");
    made_read(&study, &analysis);
    ins_site site = {.epoch = study.start, .layer = 2, .tensor = INS_PREACTIVATION};
    ins_seeds got = ins_seeds_at(&study, 0, INS_GEOMETRIC, INS_LAYERS_VARIANCE, site);
    ck_assert_uint_eq(got.interval.n, 2);
    close_to(got.interval.mean, sqrt(0.5 * 0.35));
    close_to(got.sum, log(0.5) + log(0.35));
    ck_assert(got.minimum == 0.35 && got.maximum == 0.5);
    ck_assert_uint_eq(got.zeros, 1);
    ck_assert_uint_eq(got.missing, 0);
    /* Where the mean is not geometric a 0 counts. */
    got = ins_seeds_at(&study, 0, INS_MEAN, INS_LAYERS_VARIANCE, site);
    ck_assert_uint_eq(got.interval.n, 3);
    close_to(got.interval.mean, 0.85 / 3);
    close_to(got.sum, 0.85);
    ck_assert(got.minimum == 0 && got.maximum == 0.5);
    ck_assert_uint_eq(got.zeros, 1);
    ck_assert_uint_eq(got.missing, 0);
    site.tensor = INS_WEIGHT;
    got = ins_seeds_at(&study, 0, INS_GEOMETRIC, INS_LAYERS_VARIANCE, site);
    ck_assert_uint_eq(got.missing, 3);
    ck_assert(isnan(got.interval.mean) && isnan(got.minimum));
    site = (ins_site){.epoch = study.start};
    interval_is(ins_seeds_at(&study, 0, INS_MEAN, INS_EPOCHS_TEST_ACCURACY, site).interval, 3, 0.9,
                0.7757931144078124, 1.0242068855921875);
    interval_is(ins_seeds_at(&study, 0, INS_GEOMETRIC, INS_EPOCHS_TRAIN_LOSS, site).interval, 3,
                0.14422495703074084, 0.060721904154347535, 0.3425590570685316);
    /* Seeds 1, 2, 3 less 2: one below 0, one at it, one above. */
    double shift = -2;
    ck_assert_int_eq(study.run[study.arm[0].run[0]].seed, 1);
    got = ins_over_seeds(&study, 0, INS_GEOMETRIC, seed_of, &shift);
    ck_assert_uint_eq(got.interval.n, 1);
    ck_assert(got.interval.mean == 1 && isnan(got.interval.lower));
    ck_assert_uint_eq(got.zeros, 1);
    ck_assert_uint_eq(got.missing, 1);
    made_free(&study, &analysis);
}
END_TEST

/* Three arms by three seeds; b's seeds stand in another order, and b and c have one more that no
 * other arm has. */
static void write_pairs(void)
{
    put("layers.csv", "initializer,seed,epoch,layer,tensor,variance\na,1,0,1,weight,1\n");
    put("epochs.csv", "initializer,seed,epoch,test_accuracy\na,1,1,0.9\na,2,1,0.95\na,3,1,0.85\n"
                      "b,3,1,0.82\nb,1,1,0.8\nb,2,1,0.9\nb,0,1,0.99\n"
                      "c,1,1,0.3\nc,2,1,0.35\nc,3,1,0.31\nc,9,1,0.99\n");
    made_read(&study, &analysis);
}

START_TEST(pairs_are_compared_by_seed)
{
    write_pairs();
    ck_assert_uint_eq(analysis.pairs, 3);
    ck_assert_uint_eq(analysis.seeds, 3);
    /* scipy.stats.ttest_rel(row, column): pvalue, mean, confidence_interval(.95) */
    const ins_pair *pair = analysis.pair;
    ck_assert(pair[0].a == 1 && pair[0].b == 0 && pair[2].a == 2 && pair[2].b == 1);
    interval_is(pair[0].accuracy.difference, 3, -0.06, -0.14956685895366434, 0.029566858953664378);
    close_to(pair[0].accuracy.p, 0.10224159750313036);
    interval_is(pair[1].accuracy.difference, 3, -0.58, -0.6660530545982256, -0.4939469454017746);
    close_to(pair[1].accuracy.p, 0.0011869440384785612);
    interval_is(pair[2].accuracy.difference, 3, -0.52, -0.5857241060797561, -0.4542758939202439);
    close_to(pair[2].accuracy.p, 0.0008618037919723508);
    /* Holm by hand: 3 times the least, at least that for the second, once the last. */
    close_to(pair[0].adjusted_p, 0.10224159750313036);
    close_to(pair[1].adjusted_p, 0.0025854113759170524);
    close_to(pair[2].adjusted_p, 0.0025854113759170524);
    made_free(&study, &analysis);
}
END_TEST

/* The same difference in each of three seeds: one test row of 30 proves nothing, twenty do. */
START_TEST(differences_without_spread)
{
    put("layers.csv", "initializer,seed,epoch,layer,tensor,variance\na,1,0,1,weight,1\n");
    put("epochs.csv",
        "initializer,seed,epoch,test_accuracy\n"
        "a,1,0,0.3\na,2,0,0.3\na,3,0,0.3\n"
        "b,1,0,0.3333333333333333\nb,2,0,0.3333333333333333\nb,3,0,0.3333333333333333\n"
        "c,1,0,0.9666666666666667\nc,2,0,0.9666666666666667\nc,3,0,0.9666666666666667\n"
        "d,1,0,0.3\nd,2,0,0.3\nd,3,0,0.3\n");
    made_read(&study, &analysis);
    /* 2 * scipy.stats.t.sf(k * sqrt(3), 2) for k = 1 and k = 20 rows */
    ck_assert_double_eq_tol(analysis.pair[0].accuracy.p, 0.22540333075851657, 1e-9);
    ck_assert_double_eq_tol(analysis.pair[1].accuracy.p, 0.0008322931113192287, 1e-9);
    ck_assert(analysis.pair[3].accuracy.p == 1); /* a and d */
    made_free(&study, &analysis);
    /* Of 60 rows the first difference is two: 2 * t.sf(2 * sqrt(3), 2) */
    put("environment.csv", "key,value\ntest_rows,60\n");
    made_read(&study, &analysis);
    ck_assert_double_eq_tol(analysis.pair[0].accuracy.p, 0.07417990022744853, 1e-9);
    made_free(&study, &analysis);
}
END_TEST

/* rms weight 0.5, update 1e-3 of it, 3 epochs of 5 updates. */
START_TEST(updates_and_speed)
{
    const made_arm arms[] = {plain,
                             {.initializer = "slow",
                              .activation = "relu",
                              .hidden = "10x8",
                              .optimizer = "sgd",
                              .forward = 1,
                              .backward = 1,
                              .initial_loss = 2,
                              .loss = 1,
                              .accuracy = 0.5,
                              .change = 0.1,
                              .reached = 2}};
    made_log log = {
        .arm = arms, .arms = 2, .hidden = 3, .seeds = 4, .epochs = 3, .chance = 0.4, .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    close_to(analysis.arm[0].outcome.update_log10, -3);
    close_to(analysis.arm[0].outcome.relative_change, 3e-3);
    close_to(analysis.arm[1].outcome.relative_change, 0.3);
    ck_assert(analysis.arm[0].outcome.updates == 15);
    /* 0.95 of the best, 0.9, is 0.855: the multiple of 0.05 below is 0.85. */
    ck_assert(analysis.target == 0.85);
    ck_assert_uint_eq(analysis.arm[0].outcome.reached_target, 4);
    ck_assert(analysis.arm[0].outcome.epochs_to_target.mean == 0);
    ck_assert_uint_eq(analysis.arm[1].outcome.reached_target, 0);
    ck_assert_uint_eq(analysis.arm[1].outcome.epochs_to_target.n, 0);
    made_free(&study, &analysis);
}
END_TEST

/* Three arms; the accuracies of the last one by seed. */
static void write_accuracies(const char *last)
{
    scratch_file("layers.csv", "initializer,seed,epoch,layer,tensor,variance\na,1,0,1,weight,1\n",
                 60);
    FILE *file = made_file("epochs.csv");
    fprintf(file, "initializer,seed,epoch,test_accuracy\n");
    fprintf(file, "a,1,1,0.80\na,2,1,0.83\na,3,1,0.81\na,4,1,0.84\n");
    fprintf(file, "b,1,1,0.82\nb,2,1,0.80\nb,3,1,0.83\nb,4,1,0.82\n%s", last);
    fclose(file);
    made_read(&study, &analysis);
}

/* scipy.stats.ttest_rel(c, a).pvalue is 0.0305, times 3 comparisons 0.091: neither a difference nor
 * a tie with a; ttest_rel(c, b).pvalue is 0.0351. */
START_TEST(nearly_a_difference)
{
    write_accuracies("c,1,1,0.83\nc,2,1,0.84\nc,3,1,0.85\nc,4,1,0.86\n");
    ck_assert_double_lt(analysis.pair[1].accuracy.p, 0.05);
    ck_assert_double_lt(analysis.pair[2].accuracy.p, 0.05);
    ck_assert_double_gt(analysis.pair[1].adjusted_p, 0.05);
    ck_assert_ptr_null(made_finding(&analysis, "best"));
    ck_assert_str_eq(made_finding(&analysis, "tie")->claim,
                     "No difference in accuracy survives the number of comparisons.");
    made_free(&study, &analysis);
}
END_TEST

/* The earlier arm is the better one: the pair's sign is turned. 100 times the mean and the
 * confidence_interval(.95) of scipy.stats.ttest_rel(a, c). */
START_TEST(evidence_of_the_best)
{
    write_accuracies("c,1,1,0.3\nc,2,1,0.38\nc,3,1,0.31\nc,4,1,0.33\n");
    ck_assert_str_eq(made_finding(&analysis, "best")->claim, "a is right more often than c.");
    ck_assert_str_eq(
        made_finding(&analysis, "best")->evidence,
        "82.0% [79.1%, 84.9%] of the test rows are right, 49.0 [44.7, 53.3] percentage "
        "points more than with c (paired by seed, 4 seeds, p < 0.001 after Holm's "
        "correction for 3 comparisons). After this correction not told apart from it: "
        "b.");
    made_free(&study, &analysis);
}
END_TEST

START_TEST(tables)
{
    write_pairs();
    ins_text out = {0};
    ins_analysis_comparisons(&analysis, &out);
    ck_assert_ptr_eq(strstr(out.data, "arm_a,arm_b,seeds,difference,lower,upper,p,p_holm\n"),
                     out.data);
    ck_assert_ptr_nonnull(strstr(out.data, "\nc,b,3,-0.52"));
    ins_text_clear(&out);
    ins_analysis_summary(&analysis, &out);
    const char *const pieces[] = {
        "arm,initializer,runs,diverged,forward_gain,forward_gain_lower,forward_gain_upper,"
        "backward_gain,backward_gain_lower,backward_gain_upper,forward_total,backward_total,"
        "accuracy,accuracy_lower,accuracy_upper,train_loss,train_loss_lower,train_loss_upper,"
        "initial_loss,symmetric_layers,distinct_units,units,dead_share,forward_theory,"
        "backward_theory,target,reached_target,epochs_to_target,epochs_to_target_lower,"
        "epochs_to_target_upper,verdicts,sentence\na,a,3,0,,,,,,,,,0.9,",
        ",,,,,,,,,,0.85,3,1,1,1,,\"90.0% [77.6%, 100.0%] of the test rows are "
        "right.\"\nb,b,4,0,,,,,,,,,0.8775,",
        ",,,,,,,,,,0.85,2,1,1,1,,\"87.8% [74.0%, 100.0%] of the test rows are "
        "right.\"\nc,c,4,0,,,,,,,,,0.4875,",
        ",,,,,,,,,,0.85,1,1,,,,\"48.8% [0.0%, 100.0%] of the test rows are right.\"\n"};
    const char *at = out.data;
    for (size_t i = 0; i < 4; i++) {
        const char *found = strstr(at, pieces[i]);
        ck_assert_msg(found != NULL, "no \"%s\" in \"%s\"", pieces[i], at);
        at = found + strlen(pieces[i]);
    }
    ck_assert_str_eq(at, "");
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("analysis");
    TCase *logs = tcase_create("logs");
    tcase_add_checked_fixture(logs, scratch_setup, scratch_teardown);
    tcase_add_test(logs, gains_are_least_squares_slopes);
    tcase_add_test(logs, predicted_gains);
    tcase_add_loop_test(logs, a_layer_without_variance_has_no_gain, 0, 4);
    tcase_add_test(logs, reductions_over_seeds);
    tcase_add_test(logs, pairs_are_compared_by_seed);
    tcase_add_test(logs, differences_without_spread);
    tcase_add_test(logs, updates_and_speed);
    tcase_add_test(logs, nearly_a_difference);
    tcase_add_test(logs, evidence_of_the_best);
    tcase_add_test(logs, tables);
    suite_add_tcase(suite, logs);
    return ins_run_suite(suite);
}
