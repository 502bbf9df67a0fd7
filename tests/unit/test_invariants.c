/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds exactly, whatever the data: twin channels stay twins, branches that start at zero are
 * the identity, a stack whose gammas are zero is dead, the deltas before a batch norm sum to
 * nothing. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "check_tap.h"
#include "network_fixture.h"

enum { ROWS = 24, FEATURES = 60, STEPS = 20 };

typedef struct subject {
    ins_samples samples;
    ins_network *network;
} subject;

static subject subject_of(const char *text, const char *residual, const char *init,
                          const char *optimizer)
{
    subject s = {.samples = random_samples(ROWS, FEATURES, 4)};
    ins_design design = text_design(text, &s.samples, "relu", residual);
    const ins_choice weights = choose(&ins_initializers, init);
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_initialization start = {
        .hidden = &weights, .output = &weights, .bias = &zeros, .seed = 3};
    ins_error error = {0};

    design.optimizer = choose(&ins_optimizers, optimizer);
    design.learning_rate = 0.01;
    ck_assert_msg(ins_network_new(&design, &s.network, &error) == INS_OK, "%s", error.line[0]);
    ck_assert_int_eq(ins_network_initialize(s.network, &start, &error), INS_OK);
    ins_design_free(&design);
    return s;
}

static void subject_free(subject *s)
{
    ins_network_free(s->network);
    samples_free(&s->samples);
}

static void step(subject *s)
{
    ins_network_forward(s->network, s->samples.x, ROWS, INS_PASS_TRAIN);
    ins_network_backward(s->network, targets_of(&s->samples));
}

static double largest(const real *x, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, fabs((double)x[i]));
    return most;
}

/* Channels with equal weights in and out, whatever the optimizer, the kernel and the norm between
 * (Fukumizu & Amari 2000). */
START_TEST(test_twins)
{
    static const char *const texts[] = {
        "input(6,5,2),conv(6,3),act,conv(4,3),act,gmean",
        "input(6,5,2),conv(6,3,bias=no),bn,act,maxpool(2),conv(4,2,pad=valid),act,flatten",
        "input(12,5),conv(6,3,stride=2),act,conv(4,3),act,gmean"};
    static const char *const optimizers[] = {"sgd", "adam"};
    subject s = subject_of(texts[_i % 3], "none", "he_normal", optimizers[_i / 3]);
    const ins_matrix_view first = ins_network_matrix(s.network, 1);
    const ins_matrix_view second = ins_network_matrix(s.network, 2);
    real *in = first.tensor[0].value, *out = second.tensor[0].value;
    const size_t channels = first.units, taps = second.inputs / channels;

    memcpy(in + first.inputs, in, first.inputs * sizeof *in);
    for (size_t i = 0; i < second.units * taps; i++) out[i * channels + 1] = out[i * channels];
    const real before = in[0];
    for (size_t t = 0; t < STEPS; t++) {
        step(&s);
        ins_network_update(s.network);
    }
    ck_assert(in[0] != before);
    ck_assert_mem_eq(in, in + first.inputs, first.inputs * sizeof *in);
    for (size_t i = 0; i < second.units * taps; i++)
        ck_assert(out[i * channels + 1] == out[i * channels]);
    ck_assert(memcmp(in, in + 2 * first.inputs, first.inputs * sizeof *in) != 0);
    subject_free(&s);
}
END_TEST

/* A constant start: all channels the same for ever, but not all taps. */
START_TEST(test_constant)
{
    subject s = subject_of("input(6,5,2),conv(5,3),act,gmean", "none", "constant(0.1)", "adam");
    const ins_matrix_view view = ins_network_matrix(s.network, 1);
    const real *w = view.tensor[0].value;

    for (size_t t = 0; t < STEPS; t++) {
        step(&s);
        ins_network_update(s.network);
    }
    for (size_t u = 1; u < view.units; u++)
        ck_assert_mem_eq(w, w + u * view.inputs, view.inputs * sizeof *w);
    ck_assert(w[0] != w[8]); /* the corner and the centre */
    ck_assert(w[0] != w[1]);
    subject_free(&s);
}
END_TEST

/* Blocks that start at zero: what they give is what they read, bit for bit. Only what is zero has a
 * gradient at the first step, and everything at the second. */
static const struct {
    const char *text, *start;
} zero_starts[] = {
    {"input(6,5,2),conv(4,3),act,5xres(conv(4,3),act,conv(4,3)),gmean", "zero_last"},
    {"input(6,5,2),conv(4,3),act,5xres(conv(4,3,bias=no),bn,act,conv(4,3,bias=no),bn),gmean",
     "zero_gamma"},
    {"12,5xres(dense(12),act,dense(12))", "skipinit"},
    {"12,5xres(dense(12),act,dense(12))", "rezero"},
    {"input(6,5,2),conv(4,3),act,5xres(conv(4,3),act,conv(4,3)),gmean", "fixup"},
};

enum { ZERO_STARTS = sizeof zero_starts / sizeof zero_starts[0] };

/* A tensor that the start has made zero, or whose layer's factor it has. */
static bool is_zeroed(const ins_learned *tensor)
{
    return largest(tensor->value, tensor->count) == 0 && tensor->place.role != INS_ROLE_BIAS &&
           strcmp(tensor->name, "beta") != 0;
}

START_TEST(test_zero_start)
{
    subject s = subject_of(zero_starts[_i].text, zero_starts[_i].start, "he_normal", "sgd");
    const bool fixup = strcmp(zero_starts[_i].start, "fixup") == 0;
    size_t count, zeroed = 0, branches = 0;
    const ins_learned *tensor = ins_network_tensors(s.network, &count);
    bool was_zero[100] = {false};

    ck_assert_uint_lt(count, 100);
    step(&s);
    const ins_matrix_view stem = ins_network_matrix(s.network, 1);
    for (size_t l = 2; l <= ins_network_depth(s.network); l++) {
        const ins_matrix_view view = ins_network_matrix(s.network, l);
        const size_t elements = ROWS * ins_positions(view.streamed) * view.streamed.channels;
        if (view.stream != NULL)
            ck_assert_mem_eq(view.stream, stem.activation, elements * sizeof(real));
        branches += view.stream != NULL;
    }
    ck_assert_uint_eq(branches, 5);
    for (size_t t = 0; t < count; t++) {
        const double gradient = largest(tensor[t].gradient, tensor[t].count);
        was_zero[t] = is_zeroed(&tensor[t]);
        zeroed += was_zero[t];
        if (tensor[t].place.block == 0 || !ins_role_is_matrix(tensor[t].place.role)) continue;
        if (!was_zero[t]) ck_assert(gradient == 0);
        if (was_zero[t] && !fixup) ck_assert(gradient > 0);
    }
    ck_assert_uint_eq(zeroed, fixup ? 6 : 5);
    /* Below an output of zeros the branches wait one step more. */
    for (size_t t = 0; t < (fixup ? 2 : 1); t++) {
        ins_network_update(s.network);
        step(&s);
    }
    for (size_t t = 0; t < count; t++)
        if (ins_role_is_matrix(tensor[t].place.role))
            ck_assert(largest(tensor[t].gradient, tensor[t].count) > 0);
    subject_free(&s);
}
END_TEST

/* With gamma 0 in every norm of a plain stack nothing but the output's bias ever learns. */
START_TEST(test_dead_norms)
{
    subject s = subject_of("3x(dense(12,bias=no),bn,act)", "none", "he_normal", "adam");
    size_t count;
    const ins_learned *tensor = ins_network_tensors(s.network, &count);

    for (size_t t = 0; t < count; t++)
        if (strcmp(tensor[t].name, "gamma") == 0)
            memset(tensor[t].value, 0, tensor[t].count * sizeof(real));
    for (size_t i = 0; i < STEPS; i++) {
        step(&s);
        for (size_t t = 0; t + 1 < count; t++)
            ck_assert(largest(tensor[t].gradient, tensor[t].count) == 0);
        ck_assert(largest(tensor[count - 1].gradient, tensor[count - 1].count) > 0);
        ins_network_update(s.network);
    }
    subject_free(&s);
}
END_TEST

/* Deltas of z that feeds a batch norm sum to 0 over rows and positions, and the scale of a unit's
 * weights changes nothing behind it but through eps. */
START_TEST(test_balanced_deltas)
{
    subject s =
        subject_of("input(6,5,2),conv(4,3),bn(eps=0),act,gmean", "none", "he_normal", "sgd");
    const ins_matrix_view view = ins_network_matrix(s.network, 1);
    const size_t places = ROWS * ins_positions(view.shape);

    step(&s);
    for (size_t u = 0; u < view.units; u++) {
        double sum = 0, size = 0, along = 0, length = 0;
        for (size_t i = 0; i < places; i++) {
            sum += (double)view.delta[i * view.units + u];
            size += fabs((double)view.delta[i * view.units + u]);
        }
        for (size_t i = 0; i < view.inputs; i++) {
            const double w = (double)view.tensor[0].value[u * view.inputs + i];
            const double g = (double)view.tensor[0].gradient[u * view.inputs + i];
            along += w * g;
            length += fabs(w * g);
        }
        ck_assert_double_gt(size, 0);
        ck_assert_double_lt(fabs(sum), 1e-5 * size);
        ck_assert_double_lt(fabs(along), 1e-4 * length);
    }
    subject_free(&s);
}
END_TEST

/* A kernel that is orthogonal at its centre keeps the length at every position, dirac everything.
 */
START_TEST(test_isometries)
{
    static const char *const inits[] = {"delta_orthogonal", "dirac"};
    subject s =
        subject_of("input(6,5,2),conv(2,3),tanh,conv(2,3),tanh,gmean", "none", inits[_i], "sgd");

    step(&s);
    const ins_matrix_view view = ins_network_matrix(s.network, 2);
    for (size_t i = 0; i < ROWS * 30; i++) {
        const real *a = view.input + 2 * i, *z = view.preactivation + 2 * i;
        const double before = hypot((double)a[0], (double)a[1]);
        ck_assert_double_gt(before, 0);
        ck_assert_double_lt(fabs(hypot((double)z[0], (double)z[1]) - before), 1e-6 * before);
        if (_i == 1) ck_assert(z[0] == a[0] && z[1] == a[1]);
    }
    subject_free(&s);
}
END_TEST

/* Constant logits are added to by nothing: what a mean or a maximum over windows that do not
 * overlap passes back sums to what it got. */
START_TEST(test_pools_conserve)
{
    static const char *const texts[] = {"input(6,5,2),conv(4,3),meanpool(2x5),gmean",
                                        "input(6,5,2),conv(4,3),maxpool(2x5),gmean",
                                        "input(6,5,2),conv(4,3),gmax"};
    subject s = subject_of(texts[_i], "none", "he_normal", "sgd");
    const ins_matrix_view view = ins_network_matrix(s.network, 1);
    const ins_matrix_view output = ins_network_matrix(s.network, 2);

    step(&s);
    for (size_t n = 0; n < ROWS; n++)
        for (size_t u = 0; u < 4; u++) {
            double back = 0, got = 0;
            for (size_t p = 0; p < 30; p++) back += (double)view.delta[(n * 30 + p) * 4 + u];
            for (size_t k = 0; k < 3; k++)
                got += (double)output.delta[n * 3 + k] * (double)output.tensor[0].value[k * 4 + u];
            ck_assert_double_lt(fabs(back - got), 1e-6);
            ck_assert_double_gt(fabs(got), 0);
        }
    subject_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invariants");
    TCase *cases = tcase_create("exact");

    tcase_add_checked_fixture(cases, network_setup, fixture_teardown);
    tcase_add_loop_test(cases, test_twins, 0, 6);
    tcase_add_test(cases, test_constant);
    tcase_add_loop_test(cases, test_zero_start, 0, ZERO_STARTS);
    tcase_add_test(cases, test_dead_norms);
    tcase_add_test(cases, test_balanced_deltas);
    tcase_add_loop_test(cases, test_isometries, 0, 2);
    tcase_add_loop_test(cases, test_pools_conserve, 0, 3);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
