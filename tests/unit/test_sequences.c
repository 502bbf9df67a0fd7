/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent networks and transformers: how far back errors reach, how states grow, how alike tokens
 * become, how peaked attention is. Every rule is tried on both sides. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "make_sequence.h"

#include "initscope/check.h"
#include "initscope/sequence.h"

static ins_study study;
static ins_analysis analysis;
static made_sequence arm;

static void setup(void)
{
    scratch_setup();
    arm = plain_cell;
}

static void read_arms(const made_sequence *arms, size_t count)
{
    made_sequence_write(arms, count, 5);
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
    ck_assert_double_eq_tol(value, expected, 1e-9 * fmax(fabs(expected), 1));
}

static const char *plain_text(const char *markup)
{
    return ins_analysis_plain(&analysis, markup);
}

static void expect_claim(const char *rule, const char *claim, const char *evidence)
{
    const ins_finding *finding = made_finding(&analysis, rule);
    ck_assert_msg(finding != NULL, "%s is not found", rule);
    ck_assert_str_eq(plain_text(finding->claim), claim);
    ck_assert_msg(strstr(plain_text(finding->evidence), evidence) != NULL, "%s",
                  plain_text(finding->evidence));
}

/* The line of check. */
static void expect_line(ins_verdict verdict, const char *expected)
{
    ins_text out = {0};
    ins_verdict_line(&analysis, 0, verdict, &out);
    ck_assert_str_eq(out.data, expected);
    ins_text_free(&out);
}

/* --- Cells ------------------------------------------------------------------------------ */

START_TEST(gates_and_kernels_are_one_cell)
{
    ins_step_cell cell[4];
    ins_arena *arena = ins_arena_new();
    arm.cells = 2;
    read_arms(&arm, 1);
    ck_assert_uint_eq(ins_step_cells_of(&study, 0, cell, 4), 2);
    ck_assert_uint_eq(cell[0].first, 1);
    ck_assert_uint_eq(cell[0].last, 8);
    ck_assert_uint_eq(cell[1].first, 9);
    ck_assert_uint_eq(cell[1].last, 16);
    ck_assert_uint_eq(cell[1].steps, 20);
    ck_assert_str_eq(ins_step_cell_name(arena, &study.arm[0], &cell[1]), "lstm2");
    ck_assert(ins_step_cell_forgets(&study.arm[0], &cell[0]));
    /* z of gates 1, 2, 3 and 4; there is one state. */
    expect_close(
        ins_step_cell_at(&study, 0, &cell[0], INS_STEPS_SECOND_MOMENT, INS_STEP_PREACTIVATION, 3),
        2.5);
    expect_close(ins_step_cell_at(&study, 0, &cell[0], INS_STEPS_VARIANCE, INS_STEP_STATE, 3), 0.4);
    ck_assert(isnan(ins_step_cell_at(&study, 0, &cell[0], INS_STEPS_THEORY, INS_STEP_DELTA, 3)));
    done();
    arm.cell = "rnn";
    arm.theory = 0.25;
    read_arms(&arm, 1);
    ck_assert_uint_eq(ins_step_cells_of(&study, 0, cell, 4), 2);
    ck_assert_uint_eq(cell[0].last, 2);
    ck_assert(!ins_step_cell_forgets(&study.arm[0], &cell[0]));
    expect_close(ins_step_cell_at(&study, 0, &cell[0], INS_STEPS_THEORY, INS_STEP_DELTA, 18),
                 0.0625);
    done();
    ins_arena_free(arena);
}
END_TEST

START_TEST(memory_is_in_steps)
{
    read_arms(&arm, 1); /* 0.5 a step */
    const ins_sequence *of = &analysis.run[0].sequence;
    ck_assert_uint_eq(of->steps, 20);
    expect_close(of->kept, pow(0.5, 19));
    /* Not below a half after one step, and ln is a line from there. */
    expect_close(of->half, 1);
    ck_assert(isinf(of->seen)); /* 1e-6 would take 19.93 */
    expect_close(of->step_growth, 1);
    ck_assert(!has(INS_VERDICT_VANISHING_STEPS));
    ck_assert_ptr_null(made_finding(&analysis, "vanishing_steps"));
    done();
    arm.back = 0.4;
    read_arms(&arm, 1);
    of = &analysis.run[0].sequence;
    expect_close(of->half, log(0.5) / log(0.4));
    expect_close(of->seen, log(1e-6) / log(0.4));
    ck_assert(has(INS_VERDICT_VANISHING_STEPS));
    expect_claim("vanishing_steps", "a cannot see 20 steps back.",
                 "2.7·10⁻⁸ of the error at the last step is left at the first with a: it halves "
                 "in 0.756 steps, and 15.1 steps back a share of 10⁻⁶ is left. A forget gate with "
                 "a bias of 4.06 would let half of it pass through 20 steps.");
    expect_line(INS_VERDICT_VANISHING_STEPS,
                "vanishing_steps: the error at the first of 20 steps is 2.75e-08 of that at the "
                "last (5 of 5 runs)");
    done();
    arm.cell = "rnn"; /* it has no forget gate */
    read_arms(&arm, 1);
    const ins_finding *finding = made_finding(&analysis, "vanishing_steps");
    ck_assert_ptr_nonnull(finding);
    ck_assert_ptr_null(strstr(finding->evidence, "forget"));
    done();
}
END_TEST

START_TEST(errors_and_states_that_explode)
{
    arm.back = 2;
    read_arms(&arm, 1); /* 2^19 */
    ck_assert(isinf(analysis.run[0].sequence.half));
    ck_assert(!has(INS_VERDICT_EXPLODING_STEPS));
    done();
    arm.back = 2.1; /* 1.3e6 */
    read_arms(&arm, 1);
    ck_assert(has(INS_VERDICT_EXPLODING_STEPS));
    expect_claim("exploding_steps", "The error explodes with a over the time steps.",
                 "at the first of 20 steps, 1.3·10⁶ times what it is at the last.");
    done();
    arm.back = 0.9;
    arm.forward = 2.1;
    read_arms(&arm, 1);
    ck_assert(has(INS_VERDICT_EXPLODING_STEPS));
    expect_claim("exploding_steps", "The state explodes with a over the time steps.",
                 "grows by a factor of 2.1 a step: over 20 steps that is 1.3·10⁶.");
    expect_line(INS_VERDICT_EXPLODING_STEPS,
                "exploding_steps: the state times 2.1 a step (5 of 5 runs)");
    done();
    /* A first input of next to nothing is none. */
    arm.forward = 1.1;
    arm.input = 1e-9;
    read_arms(&arm, 1);
    expect_close(analysis.run[0].sequence.step_growth, 1.1);
    ck_assert(!has(INS_VERDICT_EXPLODING_STEPS));
    done();
}
END_TEST

START_TEST(states_that_grow)
{
    arm.forward = 1.05;
    read_arms(&arm, 1); /* 1.63 over ten steps */
    ck_assert_ptr_null(made_finding(&analysis, "growing_state"));
    done();
    arm.forward = 1.07;
    read_arms(&arm, 1);
    expect_claim("growing_state", "The state grows with time with a.",
                 "its second moment grows 1.97 times over the later half of 20 steps with a");
    done();
    arm.forward = 2.1; /* that explodes */
    read_arms(&arm, 1);
    ck_assert_ptr_null(made_finding(&analysis, "growing_state"));
    done();
}
END_TEST

/* Weights of the identity lie off their centre, and share nothing. */
START_TEST(the_identity_is_no_common_part)
{
    arm.cell = "rnn";
    arm.kernel_zeros = 31.0 / 32;
    read_arms(&arm, 1);
    ck_assert(analysis.run[0].off_centre == 0);
    ck_assert_ptr_null(made_finding(&analysis, "off_centre"));
    done();
    arm.kernel_zeros = 30.0 / 32;
    read_arms(&arm, 1);
    expect_close(analysis.run[0].off_centre, sqrt(32.0 / 31));
    ck_assert_ptr_nonnull(made_finding(&analysis, "off_centre"));
    done();
}
END_TEST

/* Of two arms the answer is which sees further. */
START_TEST(the_answer_tells_memories)
{
    made_sequence arms[2] = {arm, arm};
    arms[0].back = 0.4;
    arms[1].back = 0.7;
    arms[1].initializer = "b";
    read_arms(arms, 2);
    ck_assert_str_eq(plain_text(analysis.answer.claim),
                     "Going back in time the error halves in 1.94 steps with b, and in 0.756 steps "
                     "with a.");
    ck_assert_ptr_nonnull(strstr(plain_text(analysis.answer.evidence),
                                 "0.00114 of the error at the last of 20 steps is left at the "
                                 "first with the one, 2.7·10⁻⁸ of 20 with the other."));
    done();
    arms[0].back = 1;
    read_arms(arms, 2);
    ck_assert_str_eq(plain_text(analysis.answer.claim),
                     "Going back in time the error halves in more than 19 steps with a, and in "
                     "1.94 steps with b.");
    done();
    arms[0].back = 0.705;
    read_arms(arms, 2);
    ck_assert_str_eq(plain_text(analysis.answer.claim),
                     "Going back in time the error halves in 1.98 steps with all of them.");
    done();
}
END_TEST

/* --- Tokens ------------------------------------------------------------------------------- */

START_TEST(tokens_become_alike)
{
    arm = plain_tokens;
    read_arms(&arm, 1);
    expect_close(analysis.run[0].sequence.first_alike, 0.1);
    expect_close(analysis.run[0].sequence.last_alike, 0.4);
    ck_assert(!has(INS_VERDICT_ALIKE_TOKENS));
    done();
    arm.last = 0.97;
    read_arms(&arm, 1);
    ck_assert(has(INS_VERDICT_ALIKE_TOKENS));
    expect_claim("alike_tokens", "The tokens become alike with a.",
                 "correlate by 0.1 in the first layer of a, and by 0.97 in the last");
    expect_line(INS_VERDICT_ALIKE_TOKENS, "alike_tokens: tokens correlate by 0.1 in the first "
                                          "layer, 0.97 in the last (5 of 5 runs)");
    done();
    arm.first = 0.92; /* they were before */
    read_arms(&arm, 1);
    ck_assert(!has(INS_VERDICT_ALIKE_TOKENS));
    done();
}
END_TEST

START_TEST(attention_is_peaked_or_uniform)
{
    static const struct {
        const char *network;
        bool masked;
        double peaked, ratio;
        bool is_peaked, is_uniform;
    } rows[] = {{"", false, 1.5, 1.5, false, false},
                {"", false, 1.005, 1.005, false, true},
                /* That of 16 tokens under a mask is 3.38 times the uniform one without. */
                {"", true, 1.005, 1.005, false, true},
                {"", true, 2.1, 2.1, true, false},
                {"", false, 3, 3, true, false},
                {"", false, 5, 5 / 3.380728993228993, false, false}, /* as it may be under one */
                {"input(16,4),3xres(attention(4))", false, 3, 3, true, false},
                {"input(16,4),3xres(attention(4))", false, 1.9, 1.9, false, false},
                {"input(16,4),3xres(attention(4,causal=yes))", true, 1.005, 1.005, false, true},
                {"input(16,4),3xres(attention(4,causal=yes))", true, 2.1, 2.1, true, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm = plain_tokens;
        arm.network = rows[i].network;
        arm.masked = rows[i].masked;
        arm.peaked = rows[i].peaked;
        read_arms(&arm, 1);
        expect_close(analysis.run[0].sequence.peaked, rows[i].ratio);
        expect_close(analysis.run[0].sequence.least_peaked, 1);
        ck_assert_msg(has(INS_VERDICT_PEAKED_ATTENTION) == rows[i].is_peaked, "row %zu", i);
        ck_assert_msg(has(INS_VERDICT_UNIFORM_ATTENTION) == rows[i].is_uniform, "row %zu", i);
        done();
    }
}
END_TEST

START_TEST(attention_is_told_by_the_tokens_it_looks_at)
{
    arm = plain_tokens;
    arm.network = "input(16,4),3xres(attention(4))";
    arm.peaked = 4;
    read_arms(&arm, 1);
    expect_claim("peaked_attention", "Attention starts peaked with a.",
                 "In attention3.q of a the sum of squares of a row of attention is 0.25, as of one "
                 "that looks at 4 of 16 tokens alike");
    expect_line(INS_VERDICT_PEAKED_ATTENTION,
                "peaked_attention: sum of squares 4 times that of uniform attention in layer 12 "
                "(attention3.q) (5 of 5 runs)");
    done();
    arm.peaked = 1;
    read_arms(&arm, 1);
    ck_assert_ptr_null(made_finding(&analysis, "peaked_attention"));
    expect_claim("uniform_attention", "Attention starts as a mean over all tokens with a.",
                 "16 of 16 tokens alike: no layer is further from uniform.");
    done();
}
END_TEST

START_TEST(positions_drown_small_tokens)
{
    static const struct {
        const char *network;
        double moment;
        bool drowned;
    } rows[] = {{"input(16,4),8,positions(sine),3xres(attention(4)),gmean", 0.02, true},
                {"input(16,4),8,positions(sine),3xres(attention(4)),gmean", 0.03, false},
                /* Not added to the first layer, and none at all. */
                {"input(16,4),8,8,positions(sine),3xres(attention(4)),gmean", 0.02, false},
                {"input(16,4),8,3xres(attention(4)),gmean", 0.02, false},
                /* Layer 2 is no embedding: what a learned one has is not known. */
                {"input(16,4),8,positions(learned),3xres(attention(4)),gmean", 0.02, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm = plain_tokens;
        arm.network = rows[i].network;
        arm.embedded = rows[i].moment;
        read_arms(&arm, 1);
        if (rows[i].drowned)
            expect_claim("drowned_tokens", "Positions drown the tokens.",
                         "dense1 of a gives a token a second moment of 0.02, and its position adds "
                         "0.5: of the sum the token is 3.8 %.");
        else
            ck_assert_ptr_null(made_finding(&analysis, "drowned_tokens"));
        done();
    }
}
END_TEST

START_TEST(the_answer_tells_where_norms_stand)
{
    made_sequence arms[2] = {plain_tokens, plain_tokens};
    arms[0].network = "pre=input(16,4),8,3x(res(ln,attention(4)),res(ln,8)),ln,gmean";
    arms[1].network = "post=input(16,4),8,3x(res(attention(4)),ln,res(8),ln),gmean";
    arms[1].last = 0.8;
    arms[0].accuracy = 0.9;
    arms[1].accuracy = 0.331;
    read_arms(arms, 2);
    ck_assert_str_eq(plain_text(analysis.answer.claim),
                     "Before training tokens correlate by 0.4 with norms before the blocks and by "
                     "0.8 with norms behind them.");
    ck_assert_ptr_nonnull(strstr(plain_text(analysis.answer.evidence),
                                 "Of the settings learned 1 of 1 before and 0 of 1 behind."));
    done();
    arms[1].last = 0.41;
    read_arms(arms, 2);
    ck_assert_ptr_nonnull(strstr(analysis.answer.claim, "correlate alike, by 0.4"));
    done();
    arms[1].network = "other=input(16,4),8,3x(res(ln,attention(4)),res(ln,8)),ln,gmean";
    read_arms(arms, 2);
    ck_assert_ptr_null(strstr(analysis.answer.claim, "norms behind"));
    done();
}
END_TEST

START_TEST(norms_behind_want_a_warmup)
{
    made_sequence arms[4] = {plain_tokens, plain_tokens, plain_tokens, plain_tokens};
    arms[0].network = "post=input(16,4),8,3x(res(attention(4)),ln,res(8),ln),gmean";
    arms[1].network = "deep=input(16,4),8,6x(res(attention(4)),ln,res(8),ln),gmean";
    arms[2].network = "pre=input(16,4),8,3x(res(ln,attention(4)),res(ln,8)),ln,gmean";
    arms[3].network = "deeper=input(16,4),8,6x(res(ln,attention(4)),res(ln,8)),ln,gmean";
    arms[1].blocks = arms[3].blocks = 6;
    arms[0].gradient = arms[2].gradient = 0.04;
    arms[1].gradient = 0.0289;
    arms[3].gradient = 0.01;
    read_arms(arms, 4);
    expect_claim("warmup",
                 "With norms behind the blocks the gradient of the last block does not fall with "
                 "depth.",
                 "that of deep is 0.85 times that of post; with norms before the blocks deeper has "
                 "0.5 times that of pre");
    done();
    arms[1].gradient = 0.0225; /* 0.75 */
    read_arms(arms, 4);
    ck_assert_ptr_null(made_finding(&analysis, "warmup"));
    done();
    arms[1] = arms[0]; /* of the same depth */
    arms[1].network = "twin=input(16,4),8,3x(res(attention(4)),ln,res(16),ln),gmean";
    read_arms(arms, 4);
    ck_assert_ptr_null(made_finding(&analysis, "warmup"));
    done();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sequences");
    TCase *cases = tcase_create("sequences");
    tcase_add_checked_fixture(cases, setup, scratch_teardown);
    tcase_add_test(cases, gates_and_kernels_are_one_cell);
    tcase_add_test(cases, memory_is_in_steps);
    tcase_add_test(cases, errors_and_states_that_explode);
    tcase_add_test(cases, states_that_grow);
    tcase_add_test(cases, the_identity_is_no_common_part);
    tcase_add_test(cases, the_answer_tells_memories);
    tcase_add_test(cases, tokens_become_alike);
    tcase_add_test(cases, attention_is_peaked_or_uniform);
    tcase_add_test(cases, attention_is_told_by_the_tokens_it_looks_at);
    tcase_add_test(cases, positions_drown_small_tokens);
    tcase_add_test(cases, the_answer_tells_where_norms_stand);
    tcase_add_test(cases, norms_behind_want_a_warmup);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
