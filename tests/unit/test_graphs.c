/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that are no chains of dense layers: own gains, streams, what their verdicts leave out,
 * and what the text of a network foretells. Every rule is tried on both sides. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "make_graph.h"

static ins_study study;
static ins_analysis analysis;
static made_graph arm;

static void setup(void)
{
    scratch_setup();
    arm = plain_graph;
}

static void read_arms(const made_graph *arms, size_t count)
{
    made_graph_write(arms, count, 3);
    made_read(&study, &analysis);
}

static void done(void)
{
    made_free(&study, &analysis);
}

static bool has(ins_verdict verdict)
{
    return ins_has_verdict(&analysis.arm[0], verdict);
}

static void expect_close(double value, double expected)
{
    ck_assert_double_eq_tol(value, expected, 1e-12 * fmax(fabs(expected), 1));
}

static const char *evidence_of(const char *rule)
{
    const ins_finding *finding = made_finding(&analysis, rule);
    ck_assert_msg(finding != NULL, "%s is not found", rule);
    return ins_analysis_plain(&analysis, finding->evidence);
}

static const char *claim_of(const char *rule)
{
    const ins_finding *finding = made_finding(&analysis, rule);
    ck_assert_msg(finding != NULL, "%s is not found", rule);
    return ins_analysis_plain(&analysis, finding->claim);
}

/* A residual network of so many blocks. */
static made_graph residual(size_t blocks)
{
    made_graph graph = plain_graph;
    graph.blocks = blocks;
    graph.adds = 1;
    graph.network = "v2=input(8,8,1),conv(8,3),4xres(bn,act,conv(8,3),bn,act,conv(8,3)),gmean";
    return graph;
}

/* --- Own gains -------------------------------------------------------------------------- */

/* What a layer reads is its input row, or the activation of the one layer that it reads. */
START_TEST(own_gain_is_of_what_a_layer_reads)
{
    arm = residual(3);
    arm.gain = 1.5;
    read_arms(&arm, 1);
    expect_close(ins_own_gain(&study, 0, 1), 1);
    expect_close(ins_own_gain(&study, 0, 2), 1.5); /* its input row */
    expect_close(ins_own_gain(&study, 0, 3), 1.5); /* the activation of layer 2 */
    /* Layer 4 reads two, layer 1 is read by two: no way back of their own. */
    ck_assert(isnan(ins_own_error_gain(&study, 0, 4)));
    ck_assert(isnan(ins_own_error_gain(&study, 0, 2)));
    expect_close(ins_own_error_gain(&study, 0, 3), 2);
    ck_assert(isnan(ins_own_error_gain(&study, 0, 1)));
    ins_gains gains = ins_gains_of_arm(&study, 0, INS_FORWARD);
    ck_assert_uint_eq(gains.layers, 8);
    expect_close(gains.mean, pow(1.5, 7.0 / 8));
    expect_close(gains.least, 1);
    expect_close(gains.most, 1.5);
    ck_assert_uint_eq(ins_gains_of_arm(&study, 0, INS_BACKWARD).layers, 3);
    done();
}
END_TEST

/* Six convolutions: 5 own gains of g, and a half each that ReLU passes on. */
START_TEST(layers_in_a_row_multiply)
{
    static const struct {
        double gain;
        const char *network;
        ins_grade grade;
    } rows[] = {{2, "6x(conv(8,3),act),gmean", INS_GRADE_PRESERVING},
                {0.5, "6x(conv(8,3),act),gmean", INS_GRADE_VANISHING}, /* 4^-5 */
                {8, "6x(conv(8,3),act),gmean", INS_GRADE_EXPLODING},   /* 4^5 */
                /* Norms undo it, branches pass it by, and of the rest nothing is known. */
                {0.5, "6x(conv(8,3),bn,act),gmean", INS_GRADE_NOT_KNOWN},
                {0.5, "6xres(conv(8,3),act),gmean", INS_GRADE_NOT_KNOWN},
                {0.5, "", INS_GRADE_NOT_KNOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm.gain = rows[i].gain;
        arm.network = rows[i].network;
        read_arms(&arm, 1);
        ck_assert_int_eq(analysis.arm[0].grade[INS_FORWARD], rows[i].grade);
        ck_assert_int_eq(analysis.arm[0].grade[INS_BACKWARD], INS_GRADE_NOT_KNOWN);
        if (i == 1) {
            expect_close(analysis.run[0].total[INS_FORWARD], pow(0.25, 5));
            ck_assert_str_eq(claim_of("vanishing_forward"), "The signal vanishes with a.");
            ck_assert_ptr_nonnull(strstr(evidence_of("vanishing_forward"),
                                         "Over 6 hidden layers the own gains of a multiply to "));
        }
        ck_assert(!has(INS_VERDICT_PRESERVING));
        done();
    }
}
END_TEST

/* --- Streams ----------------------------------------------------------------------------- */

START_TEST(a_stream_that_doubles_explodes)
{
    arm = residual(10);
    arm.grows = 2;
    read_arms(&arm, 1);
    expect_close(analysis.run[0].stream_growth, 2);
    ck_assert(has(INS_VERDICT_EXPLODING_STREAM));
    ck_assert_str_eq(claim_of("exploding_stream"), "The stream explodes with a.");
    ck_assert_ptr_nonnull(strstr(evidence_of("exploding_stream"),
                                 "Over 10 residual blocks its second moment goes from 2 to "));
    ck_assert_ptr_nonnull(strstr(evidence_of("exploding_stream"), "by a factor of 2 a block"));
    done();
}
END_TEST

/* 1 + l: from (l + 1) to (l + 2) is a large factor while there are few blocks, and no explosion. */
START_TEST(a_stream_that_adds_does_not)
{
    for (size_t blocks = 1; blocks <= 12; blocks++) {
        arm = residual(blocks);
        read_arms(&arm, 1);
        ck_assert(!has(INS_VERDICT_EXPLODING_STREAM));
        ck_assert(!has(INS_VERDICT_IDENTITY_START));
        if (blocks > 1)
            expect_close(analysis.run[0].stream_growth, analysis.run[0].stream_linear);
        else
            ck_assert(isnan(analysis.run[0].stream_growth));
        ck_assert_ptr_null(made_finding(&analysis, "exploding_stream"));
        done();
        arm.grows = 2;
        read_arms(&arm, 1);
        ck_assert(has(INS_VERDICT_EXPLODING_STREAM) == (blocks > 1));
        done();
    }
    arm = residual(8);
    arm.grows = 1.2; /* below 1.25 */
    read_arms(&arm, 1);
    ck_assert(!has(INS_VERDICT_EXPLODING_STREAM));
    done();
}
END_TEST

/* Where no way from the first layer to the last is known, the layers by themselves are told of when
 * they are off by more than a factor of 10 on the mean. */
START_TEST(layers_that_change_the_size)
{
    arm = residual(4);
    arm.gain = 30; /* of 8 of 10 layers; that of the others is 1 */
    read_arms(&arm, 1);
    ck_assert_str_eq(
        claim_of("own_gain"),
        "The layers of a change the size of what they read by more than a factor of 10.");
    ck_assert_ptr_nonnull(strstr(evidence_of("own_gain"), "from 1 to 30 in"));
    done();
    arm.gain = 1.0 / 30;
    read_arms(&arm, 1);
    ck_assert_ptr_nonnull(made_finding(&analysis, "own_gain"));
    done();
    arm.gain = 2;
    read_arms(&arm, 1);
    ck_assert_ptr_null(made_finding(&analysis, "own_gain"));
    done();
    arm = plain_graph; /* a total is known */
    arm.network = "6x(conv(8,3),act),gmean";
    arm.gain = 30;
    read_arms(&arm, 1);
    ck_assert_ptr_null(made_finding(&analysis, "own_gain"));
    done();
}
END_TEST

START_TEST(zero_branches_are_an_identity_and_no_symmetry)
{
    arm = residual(4);
    arm.zero_last = true;
    read_arms(&arm, 1);
    ck_assert(has(INS_VERDICT_IDENTITY_START));
    ck_assert(!has(INS_VERDICT_SYMMETRIC));
    ck_assert_uint_eq(analysis.run[0].duplicates, 0);
    for (unsigned v = INS_VERDICT_VANISHING_FORWARD; v <= INS_VERDICT_UNDECIDED_BACKWARD; v++)
        ck_assert(!has((ins_verdict)v));
    ck_assert_str_eq(claim_of("identity_start"), "a starts as the identity.");
    ck_assert_ptr_nonnull(strstr(evidence_of("identity_start"),
                                 "none of the 4 residual blocks adds anything to what they read"));
    ck_assert_ptr_null(made_finding(&analysis, "symmetric"));
    done();
    arm = residual(1);
    arm.zero_last = true;
    read_arms(&arm, 1);
    ck_assert_ptr_nonnull(
        strstr(evidence_of("identity_start"), "its residual block adds nothing to what it reads"));
    done();
}
END_TEST

/* A branch that is 0 throughout stays so: neither an identity to begin with, nor exempt. */
START_TEST(branches_of_zeros_alone_are_symmetric)
{
    arm = residual(4);
    arm.zero_last = arm.zero_first = true;
    read_arms(&arm, 1);
    ck_assert(!has(INS_VERDICT_IDENTITY_START));
    ck_assert(has(INS_VERDICT_SYMMETRIC));
    ck_assert_uint_eq(analysis.run[0].duplicates, 4);
    done();
}
END_TEST

/* The last layer of a branch does not say what the output layer reads; one behind it does. */
START_TEST(a_branch_does_not_collapse_the_network)
{
    arm = residual(2);
    read_arms(&arm, 1);
    ck_assert(isnan(analysis.run[0].rank) && isnan(analysis.run[0].alikeness));
    done();
    arm = plain_graph;
    read_arms(&arm, 1);
    expect_close(analysis.run[0].rank, 4);
    ck_assert(isfinite(analysis.run[0].alikeness));
    done();
}
END_TEST

static const char *answer_to(const made_graph *graph)
{
    static char kept[128];
    arm = *graph;
    arm.untrained = true;
    read_arms(&arm, 1);
    snprintf(kept, sizeof kept, "%s", ins_analysis_plain(&analysis, analysis.answer.claim));
    done();
    return kept;
}

/* Nothing was trained: streams answer, else the signal. */
START_TEST(untrained_networks_answer_by_what_is_known)
{
    made_graph graph = residual(6);
    ck_assert_str_eq(answer_to(&graph), "No stream explodes.");
    graph.grows = 2;
    ck_assert_str_eq(answer_to(&graph), "The stream explodes with a.");
    graph = plain_graph;
    ck_assert_str_eq(answer_to(&graph),
                     "On the mean no layer changes the size of what it reads by more than a factor "
                     "of 10.");
    graph.gain = 30;
    ck_assert_str_eq(answer_to(&graph),
                     "With a layers change the size of what they read by more than a factor of "
                     "10.");
    graph = plain_graph;
    graph.network = "6x(conv(8,3),act)";
    ck_assert_str_eq(answer_to(&graph), "a keeps the signal.");
    graph.gain = 0.5;
    ck_assert_str_eq(answer_to(&graph), "It does not keep the signal.");
}
END_TEST

/* --- What verdicts leave out --------------------------------------------------------------- */

/* Equal units of layer 2, in bits: a fault of a convolution, none of a norm and of what is not
 * trained. */
START_TEST(norms_and_frozen_layers_are_not_symmetric)
{
    static const struct {
        const char *kind;
        bool frozen, symmetric;
    } rows[] = {{"conv", false, true},
                {"dense", false, true},
                {"norm", false, false},
                {"embedding", false, false},
                {"conv", true, false}};
    arm.alike = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm.kind = rows[i].kind;
        arm.frozen = rows[i].frozen;
        made_graph_write(&arm, 1, 3);
        ck_assert_int_eq(remove(at("symmetry.csv")), 0);
        made_read(&study, &analysis);
        ck_assert_msg(has(INS_VERDICT_SYMMETRIC) == rows[i].symmetric, "%s", rows[i].kind);
        done();
    }
}
END_TEST

/* The activations are beyond a knee, of a layer that has an activation. */
START_TEST(without_activation_none_is_saturated)
{
    read_arms(&arm, 1);
    ck_assert(has(INS_VERDICT_SATURATED));
    done();
    arm.activation = "";
    read_arms(&arm, 1);
    ck_assert(!has(INS_VERDICT_SATURATED));
    done();
}
END_TEST

/* Weights around 0.25 over 0: of a norm that is what they are for. */
START_TEST(frozen_layers_do_not_move_and_should_not)
{
    read_arms(&arm, 1);
    ck_assert(isfinite(analysis.run[0].pace));
    done();
    arm.frozen = true;
    read_arms(&arm, 1);
    ck_assert(isnan(analysis.run[0].pace));
    ck_assert(!has(INS_VERDICT_NOT_MOVING));
    done();
}
END_TEST

/* --- What the text of a network foretells --------------------------------------------------- */

static bool finds(const char *network, const char *rule)
{
    arm.network = network;
    read_arms(&arm, 1);
    bool found = made_finding(&analysis, rule) != NULL;
    done();
    return found;
}

/* Of 3 x 3 kernels on 8 x 8 the mean of q after 1, 2, 5, 10 convolutions over that without a
 * border: .840278 .741512 .545653 .353025, and after 10 on 14 x 14 .589912. */
START_TEST(zero_padding_takes_its_share)
{
    arm.network = "input(8,8,1),10x(conv(8,3),act),gmean";
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("border"), "Zero padding takes 64.7 % of the signal in theory.");
    ck_assert_ptr_nonnull(strstr(evidence_of("border"), "10 convolutions, the last on a "
                                                        "map of 8 × 8, leave 35.3 %"));
    done();
    ck_assert(!finds("input(8,8,1),5x(conv(8,3),act),gmean", "border"));
    ck_assert(finds("NAME=input(8,8,1),6x(conv(8,3,bias=no),act),gmean", "border"));
    ck_assert(!finds("input(14,14,1),10x(conv(8,3),act),gmean", "border"));
    ck_assert(!finds("input(8,8,1),10x(conv(8,3,pad=valid),act),gmean", "border"));
    ck_assert(!finds("input(8,8,1),10x(conv(8,1),act),gmean", "border"));
    ck_assert(!finds("input(8,8,1),10x(conv(8,3),bn,act),gmean", "border"));
    ck_assert(!finds("input(8,8,1),10xres(conv(8,3),act),gmean", "border"));
    ck_assert(!finds("10x(conv(8,3),act),gmean", "border")); /* on what map? */
    ck_assert(finds("input(8,8,1),2x(5x(conv(8,3),act)),gmean", "border"));
    ck_assert(finds("input(6,3),10x(conv(8,3),act),gmean", "border"));
    /* Pooling leaves a smaller map, of which the border is more. */
    ck_assert(!finds("input(8,8,1),4x(conv(8,3),act),gmean", "border"));
    ck_assert(finds("input(8,8,1),2x(conv(8,3),act),maxpool(2),2x(conv(8,3),act),gmean", "border"));
    arm.initializer = "delta_orthogonal";
    ck_assert(!finds("input(8,8,1),10x(conv(8,3),act),gmean", "border"));
}
END_TEST

/* 1.4669^18 is 990, 1.4669^19 is 1452. */
START_TEST(norms_without_skips_explode)
{
    ck_assert(!finds("18x(64,bn)", "exploding_norm"));
    ck_assert(!finds("18x(dense(64),bn,act)", "exploding_norm"));
    ck_assert(!finds("30xres(dense(64),bn,act)", "exploding_norm"));
    ck_assert(!finds("30x(dense(64),ln,act)", "exploding_norm"));
    ck_assert(finds("30x(dense(64),act,ln)", "exploding_norm"));
    ck_assert(finds("19x(dense(64),act,ln)", "exploding_norm"));
    ck_assert(!finds("18x(dense(64),act,ln)", "exploding_norm"));
    ck_assert(!finds("30x(dense(64),act,rms)", "exploding_norm"));
    ck_assert(!finds("30x(dense(64),rms,act)", "exploding_norm"));
    arm.network = "deep=19x(dense(64),bn,act)";
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("exploding_norm"), "The error explodes through the norms of a.");
    ck_assert_ptr_nonnull(strstr(evidence_of("exploding_norm"),
                                 "by 1.47 a layer in theory, over 19 of them by 1450"));
    /* From layer 6 to layer 1 of the log the error doubles each time. */
    ck_assert_ptr_nonnull(strstr(evidence_of("exploding_norm"), "the first it is 32 before"));
    done();
}
END_TEST

/* Layer 3 reads a max pool that raises what comes by so much. */
START_TEST(max_pooling_is_named)
{
    arm.pooled = 3;
    arm.raises = 2;
    arm.network = "2x(conv(8,3),act),maxpool(2),4x(conv(8,3),act),gmean";
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("pool"), "Max pooling raises the signal.");
    ck_assert_str_eq(evidence_of("pool"),
                     "Before training the second moment of what conv3 reads is 2 times that before "
                     "the pool. No initializer does that: the own gain of conv3, 2, is taken from "
                     "behind the pool.");
    done();
    ck_assert(!finds("2x(conv(8,3),act),meanpool(2),4x(conv(8,3),act),gmean", "pool"));
    ck_assert(!finds("2x(conv(8,3),act),bn,maxpool(2),4x(conv(8,3),act),gmean", "pool"));
    ck_assert(!finds("2x(conv(8,3),act),maxpool(2),bn,4x(conv(8,3),act),gmean", "pool"));
    ck_assert(!finds("3x(conv(8,3),act),maxpool(2),3x(conv(8,3),act),gmean", "pool")); /* by 1 */
    ck_assert(!finds("2x(conv(8,3),act),maxpool(2),3x(conv(8,3),act),gmean", "pool")); /* too few */
    arm.raises = 1.51;
    ck_assert(finds("conv(8,3),act,8,maxpool(2),flatten,4x(conv(8,3),act),gmean", "pool"));
    arm.raises = 1.49;
    ck_assert(!finds("2x(conv(8,3),act),maxpool(2),4x(conv(8,3),act),gmean", "pool"));
}
END_TEST

/* All z have a variance of 1. */
START_TEST(a_norm_reads_more_than_its_eps)
{
    ck_assert(!finds("6x(conv(8,3),bn,act),gmean", "norm_eps"));
    ck_assert(!finds("6x(conv(8,3),bn(0.099),act),gmean", "norm_eps"));
    ck_assert(finds("6x(conv(8,3),bn(eps=0.101),act),gmean", "norm_eps"));
    ck_assert(!finds("6x(conv(8,3),ln(eps=0.101),act),gmean", "norm_eps"));
    ck_assert(!finds("6x(conv(8,3),act,maxpool(2),bn(0.101)),gmean", "norm_eps"));
    ck_assert(!finds("5x(conv(8,3),bn(0.101),act),gmean", "norm_eps")); /* of 6 */
    /* Behind ReLU it is a half. */
    ck_assert(finds("6x(conv(8,3),act,bn(0.051)),gmean", "norm_eps"));
    ck_assert(!finds("6x(conv(8,3),act,bn(0.049)),gmean", "norm_eps"));
    arm.network = "6x(conv(8,3),dropout(0.2),bn,act),gmean";
    arm.spread = 0.002;
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("norm_eps"), "The eps of batch norm is not small.");
    ck_assert_str_eq(evidence_of("norm_eps"),
                     "Before training conv1 of a brings it a variance of 0.002, to which eps adds "
                     "0.001: what it passes on has 0.667, not 1.");
    done();
}
END_TEST

START_TEST(few_rows_are_noise_to_batch_norm)
{
    ck_assert(!finds("6x(conv(8,3),bn,act),gmean", "norm_rows")); /* how many? */
    arm.batch = 16;
    ck_assert(!finds("6x(conv(8,3),bn,act),gmean", "norm_rows"));
    arm.batch = 15;
    ck_assert(finds("6x(conv(8,3),bn,act),gmean", "norm_rows"));
    ck_assert(finds("6xres(conv(8,3),bn,act),gmean", "norm_rows"));
    ck_assert(!finds("6x(conv(8,3),ln,act),gmean", "norm_rows"));
    ck_assert(!finds("6x(conv(8,3),act),gmean", "norm_rows"));
    arm.batch = 8;
    arm.kind = "dense";
    arm.network = "6x(dense(8),bn,act)";
    made_graph both[2] = {arm, arm};
    both[1].initializer = "b";
    both[1].batch = 64;
    read_arms(both, 2);
    ck_assert_str_eq(claim_of("norm_rows"), "Batches of 8 rows are small for batch norm with a.");
    ck_assert_str_eq(evidence_of("norm_rows"),
                     "A standard deviation over 8 rows is off by 26.7 % from batch to batch, and "
                     "every unit is divided by it.");
    done();
}
END_TEST

/* 0.99^40 is .669, 0.99^298 is .0500, 0.99^299 .0495. */
START_TEST(moving_averages_need_updates)
{
    arm.updates = 40;
    arm.network = "6x(conv(8,3),bn,act),gmean";
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("moving_average"), "Test figures use unfinished moving averages.");
    ck_assert_str_eq(evidence_of("moving_average"),
                     "Those of batch norm keep 0.99 of themselves in an update: after 40 updates "
                     "they still hold 66.9 % of their start, after 299 it would be 5.0 %.");
    done();
    ck_assert(!finds("6x(conv(8,3),ln,act),gmean", "moving_average"));
    ck_assert(!finds("6x(conv(8,3),bn(momentum=0.9),act),gmean", "moving_average")); /* .0148 */
    ck_assert(finds("3x(conv(8,3),bn(momentum=0.9),act),3x(conv(8,3),bn,act)", "moving_average"));
    arm.updates = 299;
    ck_assert(!finds("6xres(conv(8,3),bn,act),gmean", "moving_average"));
    arm.updates = 298;
    ck_assert(finds("6xres(conv(8,3),bn,act),gmean", "moving_average"));
    arm.untrained = true;
    ck_assert(!finds("6xres(conv(8,3),bn,act),gmean", "moving_average"));
}
END_TEST

/* Of 3 x 3 kernels, the second layer by channel: 8 channels make 72 inputs of 9. */
START_TEST(keras_counts_fans_that_are_not_there)
{
    arm.initializer = "keras_default";
    arm.special = 2;
    arm.fan_in = arm.fan_out = 9;
    arm.network = "conv(8,3),act,depthwise(3),act,4x(conv(8,3),act),gmean";
    read_arms(&arm, 1);
    ck_assert_str_eq(claim_of("fans"), "keras_default takes conv2 for more than it is.");
    ck_assert_str_eq(evidence_of("fans"),
                     "The rule counts 72 inputs and 9 outputs of a unit, which has 9 and 9: before "
                     "training the own gain of conv2 is 2 [2, 2], with the true numbers it would "
                     "be 9.");
    done();
    ck_assert(!finds("6x(conv(8,3),act),gmean", "fans"));
    /* In 4 groups of 8 channels 18 inputs and 18 outputs are taken for 18 and 72: 2.5; in 2, 1.5.
     */
    arm.fan_in = arm.fan_out = 18;
    ck_assert(finds("conv(8,3),act,conv(8,3,groups=4),act,4x(conv(8,3),act),gmean", "fans"));
    arm.fan_in = arm.fan_out = 36;
    ck_assert(!finds("conv(8,3),act,conv(8,3,groups=2),act,4x(conv(8,3),act),gmean", "fans"));
    arm.fan_in = arm.fan_out = 9;
    ck_assert(!finds("conv(8,3),act,depthwise(3),act,3x(conv(8,3),act),gmean", "fans"));
    arm.initializer = "he_normal";
    ck_assert(!finds("conv(8,3),act,depthwise(3),act,4x(conv(8,3),act),gmean", "fans"));
}
END_TEST

/* --- Answers ------------------------------------------------------------------------------- */

/* What five seeds of each answer. */
static void expect_answer(const made_graph *arms, size_t count, const char *claim,
                          const char *evidence)
{
    made_graph_write(arms, count, 5);
    made_read(&study, &analysis);
    ck_assert_str_eq(ins_analysis_plain(&analysis, analysis.answer.claim), claim);
    const char *said = ins_analysis_plain(&analysis, analysis.answer.evidence);
    ck_assert_msg(strncmp(said, evidence, strlen(evidence)) == 0, "%s", said);
    done();
}

/* Starts of one network: the levels are compared, and said which of them are the identity. */
START_TEST(starts_are_compared)
{
    made_graph start[3] = {residual(4), residual(4), residual(4)};
    start[0].start = "none";
    start[1].start = "zero_last";
    start[1].zero_last = true;
    start[2].start = "depth_scaled";
    start[0].accuracy = 0.6;
    start[1].accuracy = 0.8;
    start[2].accuracy = 0.7;
    expect_answer(start, 3,
                  "Of the 3 levels of residual init zero_last learns best, and it starts as the "
                  "identity.",
                  "Accuracy on the test rows: none 60.4 %, zero_last 80.4 % and depth_scaled 70.4 "
                  "%. As the identity starts zero_last: before training no block adds anything.");
    start[0].accuracy = 0.9;
    expect_answer(start, 3, "Of the 3 levels of residual init none learns best.",
                  "Accuracy on the test rows: none 90.4 %");
    start[0].accuracy = start[2].accuracy = 0.8;
    expect_answer(start, 3,
                  "The residual init does not matter: none, zero_last and depth_scaled are not "
                  "told apart.",
                  "Accuracy on the test rows: ");
}
END_TEST

/* Networks by name and depth: how deep each may be. */
START_TEST(depths_are_limits)
{
    made_graph of[4] = {plain_graph, plain_graph, residual(2), residual(4)};
    of[0].network = "plain4=4x(conv(8,3),act),gmean";
    of[0].layers = 4;
    of[1].network = "plain8=8x(conv(8,3),act),gmean";
    of[1].layers = 8;
    of[2].network = "skip2=conv(8,3),2xres(act,conv(8,3),act,conv(8,3))";
    of[3].network = "skip4=conv(8,3),4xres(act,conv(8,3),act,conv(8,3))";
    for (size_t a = 0; a < 4; a++) of[a].accuracy = 0.9;
    of[1].accuracy = 0.33;
    expect_answer(of, 4,
                  "Networks named plain learn with 4 hidden layers, not with 8; skip at every "
                  "depth, up to 9.",
                  "At its greatest depth each reaches, with its best initializer, 33.4 % with "
                  "plain and 90.4 % with skip.");
    of[1].accuracy = 0.9;
    of[2].accuracy = of[3].accuracy = 0.33;
    expect_answer(of, 4,
                  "Networks named plain learn at every depth, up to 8 hidden layers; skip at no "
                  "depth, from 5 on.",
                  "At its greatest depth");
    of[3].network = "other=conv(8,3),4xres(act,conv(8,3),act,conv(8,3))"; /* two of one depth */
    made_graph_write(of, 4, 5);
    made_read(&study, &analysis);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "Networks named"));
    done();
}
END_TEST

/* The error doubles a layer in one of two networks. */
START_TEST(norms_multiply_the_error)
{
    made_graph of[2] = {plain_graph, plain_graph};
    of[0].network = "none=6x(conv(8,3),act)";
    of[1].network = "bn=6x(conv(8,3),bn,act)";
    of[0].back = 1;
    expect_answer(of, 2,
                  "A layer multiplies the error by 1 without a norm and 2 with batch norm on its "
                  "way back.",
                  "From the last hidden layer back to the second the error is multiplied, at the "
                  "extreme, by 1 with none and 16 with bn.");
    of[0].back = 2;
    of[1].back = 0.5;
    of[1].network = "ln=6x(conv(8,3),act,ln)";
    expect_answer(of, 2,
                  "A layer multiplies the error by 2 without a norm and 0.5 with layer norm behind "
                  "the activation on its way back.",
                  "From the last");
    of[1].network = "res=6xres(conv(8,3),bn,act)";
    made_graph_write(of, 2, 5);
    made_read(&study, &analysis);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "multiplies"));
    done();
}
END_TEST

/* Weights have a second moment of 1/4 and 8 inputs, the first layer 4: a gain of 2 is all of it. */
START_TEST(borders_take_from_even_taps)
{
    made_graph of[2] = {plain_graph, plain_graph};
    for (size_t a = 0; a < 2; a++) {
        of[a].network = "input(8,8,1),6x(conv(8,3),act),gmean";
        of[a].special = 1;
        of[a].fan_in = 4;
        of[a].fan_out = 8;
    }
    of[0].gain = 1.6; /* 0.8^5 is 0.328 */
    of[1].initializer = "dirac";
    expect_answer(of, 2, "Zero padding takes 67.2 % with a; dirac loses nothing.",
                  "Of the second moment over 6 convolutions, before training, geometric means over "
                  "seeds and settings; in theory kernels with even taps lose 50.");
    of[0].initializer = "dirac";
    of[1].initializer = "a";
    expect_answer(of, 2, "Zero padding takes 67.2 % with dirac; a loses nothing.", "Of the");
    of[1].gain = 1.6;
    made_graph_write(of, 2, 5);
    made_read(&study, &analysis);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "Zero padding"));
    done();
}
END_TEST

/* Texts that are no network are nothing to judge by. */
START_TEST(odd_texts_are_no_networks)
{
    static const char *const odd[] = {"(((((",
                                      ")))",
                                      "999999x999999x999999x(999999x(conv(8,3)))",
                                      "input(8,8,1),conv",
                                      "input(99999999,1,1),conv(8,3)",
                                      "input(8,8,1),conv(8,99999999999999999999)",
                                      "input(8,8,1),conv(8,3,stride=0),maxpool(0),maxpool(9)",
                                      "a=b=c=,,,,=",
                                      "res",
                                      "res(",
                                      "x",
                                      "3x"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        ck_assert(!finds(odd[i], "border"));
        ck_assert(!finds(odd[i], "exploding_norm"));
        ck_assert(!finds(odd[i], "norm_eps"));
        ck_assert(!finds(odd[i], "pool"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graphs");
    TCase *cases = tcase_create("graphs");
    tcase_add_checked_fixture(cases, setup, scratch_teardown);
    tcase_add_test(cases, own_gain_is_of_what_a_layer_reads);
    tcase_add_test(cases, layers_in_a_row_multiply);
    tcase_add_test(cases, a_stream_that_doubles_explodes);
    tcase_add_test(cases, a_stream_that_adds_does_not);
    tcase_add_test(cases, layers_that_change_the_size);
    tcase_add_test(cases, zero_branches_are_an_identity_and_no_symmetry);
    tcase_add_test(cases, untrained_networks_answer_by_what_is_known);
    tcase_add_test(cases, branches_of_zeros_alone_are_symmetric);
    tcase_add_test(cases, a_branch_does_not_collapse_the_network);
    tcase_add_test(cases, norms_and_frozen_layers_are_not_symmetric);
    tcase_add_test(cases, without_activation_none_is_saturated);
    tcase_add_test(cases, frozen_layers_do_not_move_and_should_not);
    tcase_add_test(cases, zero_padding_takes_its_share);
    tcase_add_test(cases, norms_without_skips_explode);
    tcase_add_test(cases, max_pooling_is_named);
    tcase_add_test(cases, a_norm_reads_more_than_its_eps);
    tcase_add_test(cases, few_rows_are_noise_to_batch_norm);
    tcase_add_test(cases, moving_averages_need_updates);
    tcase_add_test(cases, keras_counts_fans_that_are_not_there);
    tcase_add_test(cases, starts_are_compared);
    tcase_add_test(cases, depths_are_limits);
    tcase_add_test(cases, norms_multiply_the_error);
    tcase_add_test(cases, borders_take_from_even_taps);
    tcase_add_test(cases, odd_texts_are_no_networks);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
