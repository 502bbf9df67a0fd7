/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings are rules over numbers: they fire when the numbers say so, turn over with the data, and
 * claim nothing of pure noise. The answer to an experiment's question is one of them. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

static ins_study study;
static ins_analysis analysis;
static made_arm arms[8];
static made_log made;

/* Two arms that differ in nothing but noise. */
static void setup(void)
{
    scratch_setup();
    for (size_t a = 0; a < 8; a++) {
        arms[a] = plain;
        arms[a].rank = 6;
        arms[a].spread = 0.02;
        arms[a].change = 0.3;
        arms[a].learning_rate = 0.01;
    }
    arms[0].initializer = "alpha";
    arms[1].initializer = "bravo";
    made = made_whole(arms, 2, 3, 200, 12345);
}

static void read_made(void)
{
    made_log_write(&made);
    made_read(&study, &analysis);
}

static void done(void)
{
    made_free(&study, &analysis);
}

static const char *plain_text(const char *markup)
{
    return ins_analysis_plain(&analysis, markup);
}

static void claims(const char *rule, const char *claim)
{
    const ins_finding *finding = made_finding(&analysis, rule);
    if (claim == NULL) {
        ck_assert_msg(finding == NULL, "%s is found: %s", rule,
                      finding == NULL ? "" : plain_text(finding->claim));
        return;
    }
    ck_assert_msg(finding != NULL, "%s is not found", rule);
    ck_assert_str_eq(plain_text(finding->claim), claim);
}

static void has_evidence(const char *rule, const char *piece)
{
    const ins_finding *finding = made_finding(&analysis, rule);
    ck_assert_msg(finding != NULL, "%s is not found", rule);
    const char *text = plain_text(finding->evidence);
    ck_assert_msg(strstr(text, piece) != NULL, "\"%s\" is not in \"%s\"", piece, text);
}

static void answers(const char *claim, const char *evidence)
{
    ck_assert_str_eq(plain_text(analysis.answer.claim), claim);
    const char *text = plain_text(analysis.answer.evidence);
    ck_assert_msg(strstr(text, evidence) != NULL, "\"%s\" is not in \"%s\"", evidence, text);
}

START_TEST(nothing_is_found_in_noise)
{
    for (uint32_t noise = 1; noise <= 20; noise++) {
        made.noise = noise;
        read_made();
        ck_assert_uint_eq(analysis.findings, 0);
        done();
    }
}
END_TEST

/* What is wrong with one arm. */
static void spoil(const char *rule, made_arm *arm)
{
    if (strcmp(rule, "symmetric") == 0) arm->distinct = 1;
    if (strcmp(rule, "one_function") == 0) arm->rank_end = 1.01;
    if (strcmp(rule, "diverged") == 0) arm->diverged = true;
    if (strcmp(rule, "held_up") == 0) arm->signal = 0.5;
    if (strcmp(rule, "vanishing") == 0) arm->forward = arm->backward = 0.5;
    if (strcmp(rule, "vanishing_forward") == 0) arm->forward = 0.5;
    if (strcmp(rule, "vanishing_backward") == 0) arm->backward = 0.5;
    if (strcmp(rule, "exploding") == 0) arm->forward = arm->backward = 2;
    if (strcmp(rule, "exploding_forward") == 0) arm->forward = 2;
    if (strcmp(rule, "exploding_backward") == 0) arm->backward = 2;
    if (strcmp(rule, "collapsed") == 0) arm->rank = 1.5, arm->rank_end = 6;
    if (strcmp(rule, "off_centre") == 0) arm->mean = 0.4;
    if (strcmp(rule, "dead") == 0) arm->dead_end = 6;
    if (strcmp(rule, "saturated") == 0) arm->saturated = 0.6;
    if (strcmp(rule, "confidently_wrong") == 0) arm->loss = 1.2;
    if (strcmp(rule, "not_moving") == 0) arm->change = 1e-7;
}

static const struct {
    const char *rule, *claim; /* %s: the arm */
    const char *evidence;     /* a piece of it */
} rules[] = {
    {"symmetric", "%s stays symmetric.",
     "In all 5 runs units are equal in bits after training, in 1 of 10 hidden layers"},
    {"one_function", "%s: units distinct in bits, one in function.", "span 1.01 directions"},
    {"diverged", "%s diverges.",
     "In all 5 runs the numbers are not finite any more, from epoch 3 on. "},
    {"held_up", "The size lasts, the signal does not, with %s.",
     "is 1 of the first layer's, but what differs between rows only 0.00195"},
    {"vanishing", "Signal and error vanish with %s.", "0.00195"},
    {"vanishing_forward", "The signal vanishes with %s.", "(0.5 a layer)"},
    {"vanishing_backward", "The error vanishes with %s.", "of the last hidden layer's error"},
    {"exploding", "Signal and error explode with %s.", "brings 512"},
    {"exploding_forward", "The signal explodes with %s.", "(2 a layer)"},
    {"exploding_backward", "The error explodes with %s.", "Over 10 hidden layers"},
    {"collapsed", "The signal lasts and the rank collapses with %s.",
     "spans 1.5 directions at the start, where 2 are needed"},
    {"off_centre", "The weights of %s do not lie around 0.",
     "have mean 0.4 and standard deviation 0.5: over 8 inputs"},
    {"dead", "Units die in training with %s.",
     "in all 5 runs at the end, in none before training; up to 75.0 % of a layer. 5 of these "
     "learned."},
    {"saturated", "The activations of %s are saturated.", "In all 5 runs more than half"},
    {"confidently_wrong", "%s ends confidently wrong.", "above the 1.10 of giving every class"},
    {"not_moving", "The weights of %s do not move.", "In all 5 runs the median update"},
};

/* The rule fires of the arm that is spoilt, whichever it is, and no rule of the table but it. */
START_TEST(rules_fire_of_the_arm_at_fault)
{
    for (size_t at_fault = 0; at_fault < 2; at_fault++) {
        char claim[128];
        snprintf(claim, sizeof claim, rules[_i].claim, arms[at_fault].initializer);
        made_arm sound = arms[at_fault];
        spoil(rules[_i].rule, &arms[at_fault]);
        read_made();
        claims(rules[_i].rule, claim);
        has_evidence(rules[_i].rule, rules[_i].evidence);
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
            bool with = strcmp(rules[_i].rule, "held_up") == 0 &&
                        strcmp(rules[i].rule, "vanishing_forward") == 0;
            if (i != (size_t)_i && !with) claims(rules[i].rule, NULL);
        }
        done();
        arms[at_fault] = sound;
    }
}
END_TEST

START_TEST(both_arms_are_named)
{
    for (size_t a = 0; a < 2; a++) spoil(rules[_i].rule, &arms[a]);
    read_made();
    const ins_finding *finding = made_finding(&analysis, rules[_i].rule);
    ck_assert_ptr_nonnull(finding);
    ck_assert_ptr_nonnull(strstr(plain_text(finding->claim), "alpha and bravo"));
    ck_assert_ptr_null(strstr(plain_text(finding->claim), "bravo diverges"));
    ck_assert_ptr_null(strstr(plain_text(finding->claim), "bravo stays"));
    ck_assert_ptr_null(strstr(plain_text(finding->claim), "bravo ends"));
    done();
}
END_TEST

/* The example is the arm that is furthest from 1. */
START_TEST(the_worst_is_the_example)
{
    arms[0].forward = 0.5;
    arms[1].forward = 0.4;
    read_made();
    has_evidence("vanishing_forward", "bravo brings");
    has_evidence("vanishing_forward", "(0.4 a layer)");
    done();
    arms[0].forward = 4;
    arms[1].forward = 2;
    read_made();
    has_evidence("exploding_forward", "alpha brings");
    has_evidence("exploding_forward", "(4 a layer)");
    done();
}
END_TEST

START_TEST(some_runs_only)
{
    arms[1].diverged = true;
    arms[1].faulty = 2;
    read_made();
    has_evidence("diverged", "In 2 of 5 runs");
    has_evidence("diverged", "bravo keeps its signals at the start, so it is the step that is too "
                             "large: the learning rate is 0.01.");
    done();
    arms[1].forward = 2; /* then it may be the signal */
    read_made();
    const char *evidence = plain_text(made_finding(&analysis, "diverged")->evidence);
    ck_assert_ptr_null(strstr(evidence, "learning rate"));
    done();
    arms[1] = arms[0];
    arms[1].initializer = "bravo";
    arms[1].dead_start = arms[1].dead_end = 8;
    arms[1].faulty = 1;
    arms[1].spared = 1;
    arms[1].spared_accuracy = 0.4;
    read_made();
    claims("dead", "Units are dead from the start with bravo.");
    has_evidence("dead", "in 1 of 5 runs; up to 100 % of a layer. That run did not learn.");
    done();
}
END_TEST

/* Nothing is said of training that did not take place. */
START_TEST(before_training)
{
    made.epochs = 0;
    read_made();
    answers("alpha and bravo keep signal and error.", "Nothing was trained. 2 of 2 preserve both.");
    ck_assert_uint_eq(analysis.findings, 0);
    done();
    arms[1].forward = 0.5;
    read_made();
    answers("alpha keeps signal and error.", "1 of 2 preserve both.");
    done();
    arms[0].forward = 0.5;
    read_made();
    answers("None keeps both signal and error over the depth.", "0 of 2 preserve both.");
    done();
    made.arms = 1;
    read_made();
    answers("It does not keep both signal and error over the depth.", "Nothing was trained.");
    ck_assert_str_eq(plain_text(analysis.answer.evidence), "Nothing was trained.");
    done();
    made.epochs = 3;
    made.chance = NAN;
    ck_assert_int_eq(remove(at("environment.csv")), 0);
    read_made();
    answers("It does not keep both signal and error over the depth.", "The logs do not tell");
    done();
}
END_TEST

/* One hidden layer has no total: nothing is said of the depth. */
START_TEST(before_training_of_one_layer)
{
    made.epochs = 0;
    made.hidden = 1;
    read_made();
    answers("How signal and error change over the depth is not known.", "Nothing was trained.");
    ck_assert_str_eq(plain_text(analysis.answer.evidence), "Nothing was trained.");
    done();
}
END_TEST

START_TEST(too_few_test_rows)
{
    made.test_rows = 5; /* 0.4^5 = 0.0102 */
    read_made();
    claims("few_rows", "Too few test rows to say whether a run learned.");
    has_evidence("few_rows", "5 test rows; 6 would do.");
    answers("The test rows are too few to say which learned.", "chance is 40.0 %");
    done();
    made.test_rows = 6;
    read_made();
    claims("few_rows", NULL);
    done();
    made.test_rows = 1;
    read_made();
    has_evidence("few_rows", "1 test row; 6 would do.");
    done();
}
END_TEST

/* --- Over settings --------------------------------------------------------------------- */

/* alpha and bravo with relu, tanh, sigmoid and gelu. */
static void cross(size_t activations)
{
    static const char *const names[] = {"relu", "tanh", "sigmoid", "gelu"};
    made.arms = 2 * activations;
    for (size_t a = 0; a < made.arms; a++) {
        arms[a].initializer = a % 2 == 0 ? "alpha" : "bravo";
        arms[a].activation = names[a / 2];
    }
}

/* Whichever of the two stands first in the comparison. */
static void expect_lead_in_its_interval(void)
{
    double mean, lower, upper;
    const char *by = plain_text(made_finding(&analysis, "main_effect")->evidence);
    ck_assert_int_eq(sscanf(by, "By %lf points [%lf, %lf]", &mean, &lower, &upper), 3);
    ck_assert_double_lt(lower, mean);
    ck_assert_double_gt(upper, mean);
    ck_assert_ptr_null(strstr(by, "not told apart")); /* there is no third */
}

START_TEST(a_factor_decides)
{
    cross(2);
    arms[3].accuracy = 0.4; /* bravo, tanh */
    read_made();
    claims("contrast", "The activation decides for bravo.");
    has_evidence("contrast", "With relu it learned in all 5 runs (");
    has_evidence("contrast", ", with tanh in none of 5 runs, everything else being equal.");
    claims("main_effect", "Over all settings, alpha is ahead of bravo.");
    has_evidence("main_effect", "averaged over 2 settings, one value a seed");
    expect_lead_in_its_interval();
    done();
    arms[1].accuracy = 0.4; /* nowhere: the activation makes no difference */
    read_made();
    claims("contrast", NULL);
    done();
    arms[0].accuracy = arms[2].accuracy = 0.4;
    arms[1].accuracy = arms[3].accuracy = 0.9;
    read_made();
    claims("main_effect", "Over all settings, bravo is ahead of alpha.");
    expect_lead_in_its_interval();
    done();
}
END_TEST

/* Accuracy follows the rank while the total is noise, or the total while the rank is. */
START_TEST(what_carries_the_accuracy)
{
    cross(4);
    static const double noise[] = {5, 3, 7, 4, 6, 2.5, 3.5, 5.5};
    for (size_t a = 0; a < 8; a++) {
        arms[a].accuracy = 0.5 + 0.05 * (double)a;
        arms[a].spread = 0;
        arms[a].rank = 3 + 0.5 * (double)a;
        arms[a].forward = 1 + 0.01 * noise[a];
    }
    read_made();
    claims("carries", "Accuracy goes with the rank, not with the variance alone.");
    has_evidence("carries", "rank correlation with the effective rank of the last hidden layer at "
                            "the start is 1,");
    done();
    for (size_t a = 0; a < 8; a++) {
        arms[a].rank = noise[a];
        arms[a].forward = 0.99 - 0.01 * (double)(8 - a);
    }
    read_made();
    claims("carries", "Accuracy goes with how much of the signal is lost.");
    done();
    for (size_t a = 0; a < 8; a++) arms[a].forward = 1 + 0.01 * noise[7 - a];
    for (size_t a = 0; a < 8; a++) arms[a].accuracy = 0.9 + 0.001 * noise[(3 * a) % 8];
    read_made();
    claims("carries", NULL);
    done();
}
END_TEST

/* --- Of numbers ----------------------------------------------------------------------------- */

/* The constant loss is the targets' mean square, 1 here. */
START_TEST(numbers_and_the_mean)
{
    made.targets = 1;
    read_made();
    claims("confidently_wrong", NULL);
    claims("starts_above", NULL); /* 1.1 */
    done();
    arms[1].initial_loss = 1.51;
    arms[1].loss = 1.1;
    read_made();
    claims("confidently_wrong", "bravo ends worse than the mean as an answer.");
    has_evidence("confidently_wrong", "of bravo ends at 1.1");
    has_evidence("confidently_wrong", ", above the 1 of always answering the mean.");
    claims("starts_above", "bravo starts worse than the mean as an answer.");
    has_evidence("starts_above", "Before training the loss of bravo is 1.51, that of always "
                                 "answering the mean 1: smaller weights");
    done();
    arms[1].initial_loss = 1.49;
    arms[1].loss = 1;
    read_made();
    claims("confidently_wrong", NULL);
    claims("starts_above", NULL);
    done();
    made.constant_loss = 0.5; /* half of the targets are constant */
    read_made();
    claims("confidently_wrong", "bravo ends worse than the mean as an answer.");
    claims("starts_above", "alpha and bravo start worse than the mean as an answer.");
    done();
    made.targets = 0; /* of classes ln 3 is the start of every network that knows nothing */
    arms[0].initial_loss = arms[1].initial_loss = 2;
    read_made();
    claims("starts_above", NULL);
    done();
}
END_TEST

START_TEST(numbers_of_too_few_rows)
{
    made.targets = 1;
    made.arms = 1;
    arms[0].spread = 0;
    arms[0].accuracy = 0.17;
    made.test_rows = 30;
    read_made();
    claims("few_rows", "Too few test rows to say whether a run learned.");
    has_evidence("few_rows", "30 test rows; 54 would do.");
    answers("The test rows are too few to say which learned.",
            "On the test rows R² is at most 0.170 on average; always answering the mean has R² 0.");
    done();
    arms[0].accuracy = 0.18;
    read_made();
    claims("few_rows", NULL);
    done();
    made.arms = 3; /* one that learned, one of which it is not known, one that did not */
    arms[0].accuracy = 0.9;
    arms[1].accuracy = 0.17;
    arms[2].accuracy = -0.1;
    arms[1].spread = arms[2].spread = 0;
    arms[2].initializer = "charlie";
    read_made();
    answers("charlie does not learn; alpha learned in all 5 runs; of bravo the rows are too few to "
            "tell.",
            "alpha has R² 0.900");
    done();
    arms[1].spared = 2; /* some of its runs did learn */
    arms[1].spared_accuracy = 0.9;
    read_made();
    ck_assert(ins_has_verdict(&analysis.arm[1], INS_VERDICT_LEARNING_UNDECIDED));
    done();
    arms[1].spared = 3;
    read_made();
    ck_assert(ins_has_verdict(&analysis.arm[1], INS_VERDICT_LEARNED));
    done();
    made.arms = 1;
    arms[0].accuracy = 0.05;
    read_made();
    claims("few_rows", NULL);
    answers("It did not learn.", "R² is at most 0.050 on average");
    done();
    arms[0].accuracy = -1e8;
    read_made();
    answers("It did not learn.", "R² is at most −10⁸ on average");
    done();
}
END_TEST

START_TEST(numbers_are_said_as_numbers)
{
    made.targets = 1;
    arms[0].spread = arms[1].spread = 0.01;
    arms[1].accuracy = 0.7;
    read_made();
    answers("alpha is ahead of the others.", "alpha has R² 0.9");
    const char *text = plain_text(analysis.answer.evidence);
    ck_assert_ptr_nonnull(strstr(text, " on the test rows, chosen among 2; that is 0.2"));
    ck_assert_ptr_nonnull(strstr(text, "more than bravo. Always answering the mean has R² 0."));
    done();
    cross(2);
    arms[3].accuracy = -0.2;
    read_made();
    has_evidence("contrast", "it learned in all 5 runs (R² 0.");
    has_evidence("main_effect", " of R² over bravo");
    answers("alpha is among the best in both settings.", "The best has R² 0.9");
    done();
}
END_TEST

/* --- The answer of one setting ----------------------------------------------------------- */

START_TEST(answers_of_one_setting)
{
    arms[0].spread = arms[1].spread = 0.01;
    read_made();
    answers("alpha and bravo are not told apart.", "chosen among 2");
    ck_assert_ptr_nonnull(strstr(plain_text(analysis.answer.evidence), " (not told apart)."));
    done();
    arms[1].accuracy = 0.7;
    read_made();
    answers("alpha is ahead of the others.", "points");
    ck_assert_ptr_null(strstr(plain_text(analysis.answer.evidence), "not told apart"));
    ck_assert_ptr_nonnull(strstr(plain_text(analysis.answer.evidence), "more than bravo"));
    ck_assert_ptr_nonnull(strstr(plain_text(analysis.answer.evidence), "Chance is 40.0 %."));
    done();
    arms[1].accuracy = 0.9;
    arms[0].accuracy = 0.7;
    read_made();
    answers("bravo is ahead of the others.", "more than alpha");
    done();
    made.seeds = 4;
    read_made();
    answers("bravo has the highest mean, from too few seeds to tell.", "bravo is right on ");
    done();
    made.seeds = 5;
    arms[0].accuracy = 0.4;
    read_made();
    answers("alpha does not learn; bravo alone does.", "bravo is right on ");
    ck_assert_ptr_null(strstr(plain_text(analysis.answer.evidence), "than alpha"));
    done();
    arms[0].spared = 2;
    arms[0].spared_accuracy = 0.9;
    read_made();
    answers("alpha rarely learns; bravo alone learned in most of its runs.", "bravo is right on ");
    done();
    arms[0].spared = 0;
    arms[1].accuracy = 0.4;
    read_made();
    answers("None of them learned.", "chance is 40.0 %");
    done();
    arms[1].spared = 2;
    arms[1].spared_accuracy = 0.9;
    read_made();
    answers("Only bravo learned, in 2 of 5 runs.", "chance is 40.0 %");
    done();
}
END_TEST

START_TEST(answers_of_one_initializer)
{
    made.arms = 1;
    read_made();
    answers("alpha learned in all 5 runs.", "alpha is right on ");
    ck_assert_ptr_null(strstr(plain_text(analysis.answer.evidence), "chosen"));
    done();
    arms[0].spared = 1;
    arms[0].spared_accuracy = 0.4;
    read_made();
    answers("alpha learned in 4 of 5 runs.", "alpha is right on ");
    done();
    arms[0].spared_accuracy = 0.5; /* a sixth of the way from chance */
    read_made();
    answers("alpha learned in 4 of 5 runs, barely in 1.", "alpha is right on ");
    done();
    arms[0].accuracy = 0.5;
    read_made();
    answers("alpha barely learned, in all 5 runs.", "alpha is right on ");
    done();
    arms[0].accuracy = 0.9;
    arms[0].spread = 0;
    arms[0].spared = 0;
    read_made();
    answers("alpha learned in all 5 runs.", "90.0 % of the test rows, all 5 runs alike");
    done();
    arms[0].accuracy = 0.4;
    read_made();
    answers("It did not learn.", "At most 40.0 % of the test rows are right");
    done();
    arms[0].diverged = true;
    read_made();
    answers("It did not learn.", "No run ended with finite numbers; chance is 40.0 %.");
    done();
}
END_TEST

START_TEST(answers_of_a_sweep)
{
    cross(2);
    for (size_t a = 0; a < 4; a++) arms[a].accuracy = a % 2 == 0 ? 0.9 : 0.7;
    read_made();
    answers("alpha is among the best in both settings.", "The best is right on ");
    done();
    arms[2].accuracy = 0.9; /* among the best as well, with the lower mean */
    arms[3].accuracy = 0.91;
    read_made();
    ck_assert_uint_eq(analysis.comparisons.setting[1].best, 3);
    answers("alpha is among the best in both settings.", "The best is right on ");
    done();
    arms[2].accuracy = 0.7;
    arms[3].accuracy = 0.9;
    read_made();
    answers(
        "It depends on the activation: alpha and bravo are each among the best in 1 of 2 settings.",
        "");
    done();
    for (size_t a = 0; a < 4; a++) arms[a].accuracy = 0.4;
    read_made();
    answers("No setting has an initializer that learned.", "2 settings, 20 runs.");
    done();
}
END_TEST

int main(void)
{
    const int count = (int)(sizeof rules / sizeof rules[0]);
    Suite *suite = suite_create("findings");
    TCase *found = tcase_create("rules"), *answered = tcase_create("answers");
    tcase_add_checked_fixture(found, setup, scratch_teardown);
    tcase_add_checked_fixture(answered, setup, scratch_teardown);
    tcase_add_test(found, nothing_is_found_in_noise);
    tcase_add_loop_test(found, rules_fire_of_the_arm_at_fault, 0, count);
    tcase_add_loop_test(found, both_arms_are_named, 0, count);
    tcase_add_test(found, the_worst_is_the_example);
    tcase_add_test(found, some_runs_only);
    tcase_add_test(found, too_few_test_rows);
    tcase_add_test(found, a_factor_decides);
    tcase_add_test(found, what_carries_the_accuracy);
    tcase_add_test(found, numbers_and_the_mean);
    tcase_add_test(found, numbers_of_too_few_rows);
    tcase_add_test(answered, numbers_are_said_as_numbers);
    tcase_add_test(answered, before_training);
    tcase_add_test(answered, before_training_of_one_layer);
    tcase_add_test(answered, answers_of_one_setting);
    tcase_add_test(answered, answers_of_one_initializer);
    tcase_add_test(answered, answers_of_a_sweep);
    suite_add_tcase(suite, found);
    suite_add_tcase(suite, answered);
    return ins_run_suite(suite);
}
