/* Verdicts: each rule on either side of its threshold, the sentences that say them, and the
 * thresholds in the printed rules. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

static ins_study study;
static ins_analysis analysis;

static unsigned verdicts_of(made_arm arm, size_t hidden, double chance)
{
    made_log log = {.arm = &arm,
                    .arms = 1,
                    .hidden = hidden,
                    .seeds = 3,
                    .epochs = 2,
                    .chance = chance,
                    .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    unsigned verdicts = analysis.arm[0].verdicts;
    made_free(&study, &analysis);
    return verdicts;
}

#define BIT(verdict) (1U << INS_VERDICT_##verdict)

START_TEST(verdicts_of_signals)
{
    made_arm arm = plain;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(PRESERVING) | BIT(LEARNED));
    arm.forward = 0.5;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(VANISHING) | BIT(LEARNED));
    ck_assert_uint_eq(verdicts_of(arm, 3, 0.4), BIT(LEARNED)); /* a quarter is not a tenth */
    arm.forward = 0.85;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(PRESERVING) | BIT(LEARNED));
    arm.forward = 0.79;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(LEARNED));                  /* 0.79^9 = 0.12 */
    ck_assert_uint_eq(verdicts_of(arm, 11, 0.4), BIT(VANISHING) | BIT(LEARNED)); /* 0.095 */
    arm.forward = 1.3;
    ck_assert_uint_eq(verdicts_of(arm, 11, 0.4), BIT(EXPLODING) | BIT(LEARNED)); /* 1.3^10 = 13.8 */
    ck_assert_uint_eq(verdicts_of(arm, 9, 0.4), BIT(LEARNED));                   /* 1.3^8 = 8.2 */
    arm.forward = 1;
    arm.backward = 2;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(EXPLODING) | BIT(LEARNED));
    arm.backward = 0.5;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(VANISHING) | BIT(LEARNED));
    arm.forward = 2;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(VANISHING) | BIT(EXPLODING) | BIT(LEARNED));
    arm = plain;
    arm.forward = arm.backward = -1;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(NO_SIGNAL) | BIT(LEARNED));
    ck_assert_uint_eq(verdicts_of(plain, 1, 0.4), BIT(LEARNED)); /* one layer has no gain */
}
END_TEST

/* The verdicts of the plain arm, three seeds of five layers, when its last hidden layer is counted
 * at the end as given; it starts with distinct units. */
static unsigned verdicts_counted(double distinct, double dead)
{
    made_arm arm = plain;
    made_log log = {.arm = &arm, .arms = 1, .hidden = 5, .seeds = 3, .epochs = 2, .chance = 0.4};
    log.input = 1;
    made_log_write(&log);
    FILE *file = made_file("symmetry.csv");
    fprintf(file, "run,epoch,layer,units,distinct_units,dead_units\n");
    for (int run = 1; run <= 3; run++) {
        fprintf(file, "%d,0,5,8,8,0\n%d,2,5,8,%g,%g\n", run, run, distinct, dead);
    }
    fclose(file);
    made_read(&study, &analysis);
    return analysis.arm[0].verdicts;
}

START_TEST(verdicts_of_counted_units)
{
    ck_assert_uint_eq(verdicts_counted(8, 5), BIT(PRESERVING) | BIT(LEARNED));
    ck_assert(analysis.arm[0].units.counted);
    ck_assert(analysis.arm[0].units.distinct == 8 && analysis.arm[0].units.all == 8);
    ck_assert_uint_eq(analysis.arm[0].units.symmetric_layers_end, 0);
    made_free(&study, &analysis);
    ck_assert_uint_eq(verdicts_counted(7, 0), BIT(SYMMETRIC) | BIT(LEARNED));
    ck_assert_uint_eq(analysis.arm[0].units.symmetric_layers_start, 0);
    ck_assert_uint_eq(analysis.arm[0].units.symmetric_layers_end, 1);
    ck_assert(analysis.arm[0].units.distinct == 7);
    ck_assert_ptr_nonnull(strstr(analysis.arm[0].sentence,
                                 "1 of 5 hidden layers still has identical units at the end, down "
                                 "to 7 distinct of 8"));
    ck_assert_ptr_nonnull(strstr(made_finding(&analysis, "symmetric")->evidence,
                                 "With a 1 of 5 hidden layers have identical units after the last "
                                 "epoch in every run, down to 7 distinct of 8 (3 seeds)"));
    made_free(&study, &analysis);
    ck_assert_uint_eq(verdicts_counted(8, 6), BIT(DEAD) | BIT(LEARNED)); /* three of four units */
    ck_assert(analysis.arm[0].units.dead_share == 0.75);
    ck_assert_ptr_nonnull(
        strstr(analysis.arm[0].sentence, "75.0% of the units of a hidden layer are dead"));
    ck_assert_str_eq(made_finding(&analysis, "dead")->claim,
                     "Most units of a layer are dead with a.");
    made_free(&study, &analysis);
}
END_TEST

START_TEST(verdicts_of_faults)
{
    made_arm arm = plain;
    arm.symmetric = true;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(SYMMETRIC) | BIT(LEARNED));
    arm = plain;
    arm.dead = true;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(DEAD) | BIT(LEARNED));
    arm.forward = -1; /* all of z is 0: nothing was shut */
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(NO_SIGNAL) | BIT(LEARNED));
    arm = plain;
    arm.saturated = 0.51;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(SATURATED) | BIT(LEARNED));
    arm.saturated = 0.5;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(PRESERVING) | BIT(LEARNED));
    arm.saturated = -1; /* empty cells: the rule does not apply */
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(PRESERVING) | BIT(LEARNED));
    arm = plain;
    arm.change = 0.9e-5;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(NOT_MOVING) | BIT(LEARNED));
    arm.change = 1.1e-5;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(PRESERVING) | BIT(LEARNED));
    arm.change = 0; /* log10(0) is far below -5, and no reason to stop */
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(NOT_MOVING) | BIT(LEARNED));
    arm = plain;
    arm.diverged = true; /* every run: a network of nan answers something, but knows nothing */
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.4), BIT(DIVERGED) | BIT(DID_NOT_LEARN));
}
END_TEST

/* Before training nothing is learned, nor is it a failure; and nothing claims that training did or
 * did not do something. */
START_TEST(verdicts_before_training)
{
    made_arm arms[] = {plain, plain};
    arms[1].initializer = "b";
    arms[1].symmetric = true;
    arms[1].backward = 0.5;
    arms[0].optimizer = arms[1].optimizer = "adam";
    arms[1].accuracy = 0.5;
    made_log log = {.arm = arms, .arms = 2, .hidden = 10, .seeds = 3, .chance = 0.4, .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_uint_eq(analysis.arm[0].verdicts, BIT(PRESERVING));
    ck_assert_uint_eq(analysis.arm[1].verdicts, BIT(SYMMETRIC) | BIT(VANISHING));
    ck_assert(isnan(analysis.target));
    static const char *const silent[] = {"best", "tie", "loss", "outcome", "speed", "adaptive"};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        ck_assert_msg(made_finding(&analysis, silent[i]) == NULL, "%s", silent[i]);
    }
    ck_assert_str_eq(made_finding(&analysis, "symmetric")->claim,
                     "Some units start identical with b.");
    ck_assert_str_eq(made_finding(&analysis, "symmetric")->evidence,
                     "With b the units of 10 of 10 hidden layers are identical before training in "
                     "every run (3 seeds).");
    ck_assert_ptr_nonnull(
        strstr(analysis.arm[1].sentence, "the units of 10 of 10 hidden layers are identical"));
    ck_assert_ptr_null(strstr(analysis.arm[1].sentence, "at the end"));
    made_free(&study, &analysis);
}
END_TEST

START_TEST(verdicts_of_outcomes)
{
    made_arm arm = plain;
    arm.accuracy = 0.3;
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.3), BIT(PRESERVING) | BIT(DID_NOT_LEARN));
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.299), BIT(PRESERVING) | BIT(LEARNED));
    arm.spread = 0.2; /* the interval now reaches below */
    ck_assert_uint_eq(verdicts_of(arm, 10, 0.299), BIT(PRESERVING) | BIT(DID_NOT_LEARN));
    /* Majority share unknown: the loss against 0.9 ln 8 = 1.87 of the 8 units of the last layer.
     * environment.csv of the last call is in the way. */
    ins_error error = {0};
    ck_assert_int_eq(ins_directory_remove(scratch, &error), INS_OK);
    ck_assert_int_eq(ins_directory_make(scratch, &error), INS_OK);
    arm = plain;
    arm.loss = 1.8;
    ck_assert_uint_eq(verdicts_of(arm, 10, NAN), BIT(PRESERVING) | BIT(LEARNED));
    arm.loss = 1.9;
    ck_assert_uint_eq(verdicts_of(arm, 10, NAN), BIT(PRESERVING) | BIT(DID_NOT_LEARN));
}
END_TEST

START_TEST(one_seed_is_judged_by_its_gain)
{
    made_arm arm = plain;
    arm.forward = 0.5;
    made_log log = {
        .arm = &arm, .arms = 1, .hidden = 10, .seeds = 1, .epochs = 1, .chance = 0.4, .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_uint_eq(analysis.arm[0].verdicts, BIT(VANISHING) | BIT(LEARNED));
    ck_assert(isnan(analysis.arm[0].signal[INS_FORWARD].gain.lower));
    ck_assert_str_eq(analysis.arm[0].sentence,
                     "The forward signal vanishes (gain 0.5, a factor of 0.00195 over 10 hidden "
                     "layers), the backward signal keeps its size (gain 1) and 90.0% of the test "
                     "rows are right (one seed: no interval).");
    made_free(&study, &analysis);
}
END_TEST

START_TEST(sentences_of_arms)
{
    made_arm arms[4] = {plain, plain, plain, plain};
    arms[1].initializer = "b";
    arms[1].forward = arms[1].backward = 0.5;
    arms[1].diverged = true;
    arms[2].initializer = "c";
    arms[2].forward = arms[2].backward = -1;
    arms[2].symmetric = true;
    arms[2].accuracy = 0.4;
    arms[3].initializer = "d";
    arms[3].backward = 2;
    arms[3].saturated = 0.75;
    made_log log = {
        .arm = arms, .arms = 4, .hidden = 10, .seeds = 5, .epochs = 1, .chance = 0.4, .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_str_eq(analysis.arm[0].sentence,
                     "Both signals keep their size (gain 1.00 [1.00, 1.00] forward, 1.00 [1.00, "
                     "1.00] backward) and 90.0% [90.0%, 90.0%] of the test rows are right.");
    ck_assert_str_eq(analysis.arm[1].sentence,
                     "Both signals vanish (gain 0.500 [0.500, 0.500] forward, 0.500 [0.500, 0.500] "
                     "backward; factors of 0.00195 and 0.00195 over 10 hidden layers); 5 of 5 runs "
                     "end with numbers that are not finite; and 90.0% [90.0%, 90.0%] of the test "
                     "rows are right, against 40.0% for always naming the most frequent class.");
    ck_assert_str_eq(
        analysis.arm[2].sentence,
        "No signal gets through: the variance of z is exactly 0 in every hidden layer, "
        "and no gradient comes back; the units of 10 of 10 hidden layers are still "
        "identical at the end; and 40.0% [40.0%, 40.0%] of the test rows are right, "
        "against 40.0% for always naming the most frequent class.");
    ck_assert_str_eq(analysis.arm[3].sentence,
                     "The forward signal keeps its size (gain 1.00 [1.00, 1.00]), the backward "
                     "signal explodes (gain 2.00 [2.00, 2.00], a factor of 512 over 10 hidden "
                     "layers); 75.0% of a hidden layer is saturated; and 90.0% [90.0%, 90.0%] of "
                     "the test rows are right.");
    made_free(&study, &analysis);
}
END_TEST

/* Every threshold that a rule prints is the table's. */
START_TEST(rules_print_the_thresholds)
{
    const struct {
        ins_verdict verdict;
        ins_threshold threshold;
        const char *format;
    } printed[] = {{INS_VERDICT_VANISHING, INS_THRESHOLD_GAIN_LOWER, "below %g"},
                   {INS_VERDICT_VANISHING, INS_THRESHOLD_TOTAL, "less than 1/%g"},
                   {INS_VERDICT_EXPLODING, INS_THRESHOLD_GAIN_UPPER, "above %g"},
                   {INS_VERDICT_EXPLODING, INS_THRESHOLD_TOTAL, "more than %g"},
                   {INS_VERDICT_SATURATED, INS_THRESHOLD_SATURATED, "more than %g"},
                   {INS_VERDICT_DEAD, INS_THRESHOLD_DEAD, "at least %g"},
                   {INS_VERDICT_PRESERVING, INS_THRESHOLD_GAIN_UPPER, "to %g"},
                   {INS_VERDICT_LEARNED, INS_THRESHOLD_LEARNED_LOSS, "below %g ln C"}};
    for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, printed[i].format, ins_threshold_of(printed[i].threshold));
        ck_assert_ptr_nonnull(strstr(ins_verdict_table[printed[i].verdict].rule, text));
    }
    ck_assert(ins_threshold_of(INS_THRESHOLD_UPDATE_FROZEN) == -5);
    ck_assert_ptr_nonnull(strstr(ins_verdict_table[INS_VERDICT_NOT_MOVING].rule, "below −5"));
    for (size_t i = 0; i < INS_THRESHOLDS; i++) { /* every identifier has its row */
        ck_assert_ptr_nonnull(ins_threshold_table[i].name);
        ck_assert_ptr_nonnull(ins_threshold_table[i].meaning);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verdicts");
    TCase *logs = tcase_create("logs");
    tcase_add_checked_fixture(logs, scratch_setup, scratch_teardown);
    tcase_add_test(logs, verdicts_of_signals);
    tcase_add_test(logs, verdicts_of_faults);
    tcase_add_test(logs, verdicts_of_counted_units);
    tcase_add_test(logs, verdicts_before_training);
    tcase_add_test(logs, verdicts_of_outcomes);
    tcase_add_test(logs, one_seed_is_judged_by_its_gain);
    tcase_add_test(logs, sentences_of_arms);
    suite_add_tcase(suite, logs);
    TCase *table = tcase_create("table");
    tcase_add_test(table, rules_print_the_thresholds);
    suite_add_tcase(suite, table);
    return ins_run_suite(suite);
}
