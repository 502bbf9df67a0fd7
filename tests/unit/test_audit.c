/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rule drew a tensor: tensors drawn by this program's own initializers, as they are, in half
 * precision, and moved. The environment variable AUDIT_TENSORS asks for more of them than make
 * check takes, and for the figures: AUDIT_TENSORS=1000 tests/unit/test_audit. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/audit.h"

#include "check_tap.h"
#include "initializer_fixture.h"

/* Rules without a free parameter, and structures. */
static const struct {
    const char *call;
    ins_family family;
} kinds[] = {
    {"glorot_uniform", INS_FAMILY_UNIFORM},
    {"glorot_normal", INS_FAMILY_TRUNCATED},
    {"xavier_normal", INS_FAMILY_NORMAL},
    {"he_uniform", INS_FAMILY_UNIFORM},
    {"he_normal", INS_FAMILY_TRUNCATED},
    {"kaiming_normal", INS_FAMILY_NORMAL},
    {"kaiming_normal(mode=fan_out)", INS_FAMILY_NORMAL},
    {"lecun_uniform", INS_FAMILY_UNIFORM},
    {"lecun_normal", INS_FAMILY_TRUNCATED},
    {"variance_scaling(distribution=untruncated_normal)", INS_FAMILY_NORMAL},
    {"torch_default", INS_FAMILY_UNIFORM},
    {"random_normal(stddev=0.02)", INS_FAMILY_NORMAL},
    {"random_normal(stddev=0.01)", INS_FAMILY_NORMAL},
    {"random_normal", INS_FAMILY_NORMAL},
    {"random_normal(stddev=1)", INS_FAMILY_NORMAL},
    {"random_uniform", INS_FAMILY_UNIFORM},
    {"random_uniform(minval=-0.1,maxval=0.1)", INS_FAMILY_UNIFORM},
    {"truncated_normal", INS_FAMILY_TRUNCATED},
    {"truncated_normal(stddev=0.02)", INS_FAMILY_TRUNCATED},
    {"orthogonal", INS_FAMILY_ORTHOGONAL},
    {"sparse", INS_FAMILY_SPARSE},
    {"constant", INS_FAMILY_CONSTANT},
    {"identity", INS_FAMILY_IDENTITY},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], RULES = 19 };

static ins_choice relu;

static void setup(void)
{
    initializer_setup();
    relu = choose(&ins_activations, "relu");
}

/* W (units, inputs) of a row, as float32 in doubles. */
static double *draw_weights(const ins_choice *choice, size_t units, size_t inputs, uint32_t seed)
{
    const size_t count = units * inputs;
    real *w = calloc(count, sizeof *w);
    double *x = calloc(count, sizeof *x);
    fill(choice, place_of(units, inputs), seed, w);
    for (size_t i = 0; i < count; i++) x[i] = (double)(float)w[i];
    free(w);
    return x;
}

static ins_weights weights_of(const char *name, const double *x, size_t units, size_t inputs)
{
    return (ins_weights){.name = name, .dimensions = 2, .shape = {units, inputs}, .wide = x};
}

/* An audit of one tensor, before the vote. */
static ins_audit *audit_one(const ins_weights *weights)
{
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    ins_audit_add(audit, weights);
    ck_assert_uint_eq(ins_audit_count(audit), 1);
    return audit;
}

static bool names(const ins_origin *origin, const char *rule)
{
    if (origin->rule != NULL && strcmp(origin->rule, rule) == 0) return true;
    for (const char *const *also = origin->also; *also != NULL; also++)
        if (strcmp(*also, rule) == 0) return true;
    return false;
}

/* --- As drawn --------------------------------------------------------------------------------- */

/* By the number of elements: up to 1k, up to 16k, up to 1M. */
typedef struct tally {
    size_t tensors, family, drawn, first, named, passed;
} tally;
static const char *const classes[] = {"64-1k", "1k-16k", "16k-1M"};

static void count(tally *of, const ins_origin *origin, size_t kind, const char *rule)
{
    of->tensors++;
    of->family += origin->family == kinds[kind].family;
    if (kind >= RULES) return;
    of->drawn++;
    of->first += origin->rule != NULL && strcmp(origin->rule, rule) == 0;
    of->named += names(origin, rule);
    of->passed += origin->standing == INS_STANDING_DRAWN;
}

static size_t side(void)
{
    return (size_t)lround(pow(2, 3 + 9 * ins_random_uniform(rng)));
}

/* Sides from 8 to 4096, at most 2^20 elements; orthogonal matrices, which take long to make, at
 * most 2^16. */
static void choose_shape(size_t kind, size_t *units, size_t *inputs)
{
    const size_t most = kinds[kind].family == INS_FAMILY_ORTHOGONAL ? 1 << 16 : 1 << 20;
    do {
        *units = side();
        *inputs = side();
    } while (*units * *inputs > most);
}

static double share(size_t part, size_t all)
{
    return all > 0 ? 100 * (double)part / (double)all : 100;
}

START_TEST(rules_are_found)
{
    const char *asked = getenv("AUDIT_TENSORS");
    const size_t tensors = asked != NULL ? (size_t)atol(asked) : 138;
    tally all = {0}, tallies[3] = {{0}};
    ins_random_seed(rng, 7);
    for (size_t t = 0; t < tensors; t++) {
        const size_t kind = t % KINDS;
        size_t units, inputs;
        const ins_choice choice = choose(&ins_initializers, kinds[kind].call);
        gsl_rng *kept = rng;
        choose_shape(kind, &units, &inputs);
        rng = gsl_rng_alloc(gsl_rng_mt19937);
        double *x = draw_weights(&choice, units, inputs, (uint32_t)t);
        gsl_rng_free(rng);
        rng = kept;
        const ins_weights weights = weights_of("x.weight", x, units, inputs);
        ins_audit *audit = audit_one(&weights);
        const ins_origin *origin = ins_audit_at(audit, 0);
        const size_t elements = units * inputs;
        count(&tallies[elements < 1024 ? 0 : elements < 16384 ? 1 : 2], origin, kind, choice.label);
        count(&all, origin, kind, choice.label);
        if (asked != NULL && !names(origin, choice.label) && kind < RULES)
            printf("# %s (%zu, %zu): %s\n", choice.label, units, inputs, origin->rule);
        ins_audit_free(audit);
        free(x);
    }
    for (size_t c = 0; asked != NULL && c < 3; c++)
        printf("# %s: %zu tensors, family %.1f %%, rule first %.1f %%, among those named %.1f %%, "
               "passes %.1f %% of %zu\n",
               classes[c], tallies[c].tensors, share(tallies[c].family, tallies[c].tensors),
               share(tallies[c].first, tallies[c].drawn), share(tallies[c].named, tallies[c].drawn),
               share(tallies[c].passed, tallies[c].drawn), tallies[c].drawn);
    fflush(stdout);
    ck_assert_uint_gt(all.drawn, 100);
    ck_assert_uint_eq(all.family, all.tensors);
    ck_assert_double_ge(share(all.first, all.drawn), 97);
    ck_assert_double_ge(share(all.named, all.drawn), 99.5);
    ck_assert_double_ge(share(all.passed, all.drawn), 96);
}
END_TEST

/* x rounded to so many binary digits, to even. */
static void round_all(double *x, size_t count, int digits)
{
    for (size_t i = 0; i < count; i++) {
        int exponent;
        const double part = frexp(x[i], &exponent);
        x[i] = ldexp(nearbyint(ldexp(part, digits)), exponent - digits);
    }
}

/* The bound of a uniform law is exceeded by rounding, or missed: 12 laws with an edge and without,
 * as float16 and as bfloat16. */
START_TEST(half_precision_is_no_movement)
{
    const int digits = _i % 2 == 0 ? 11 : 8;
    const ins_choice choice = choose(&ins_initializers, kinds[_i / 2].call);
    double *x = draw_weights(&choice, 160, 96, (uint32_t)_i + 100);
    round_all(x, 160 * 96, digits);
    const ins_weights weights = weights_of("x.weight", x, 160, 96);
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_str_eq(origin->rule, choice.label);
    ck_assert_int_eq(origin->family, kinds[_i / 2].family);
    ck_assert_int_eq(origin->standing, INS_STANDING_DRAWN);
    ck_assert_double_eq(origin->trained, 0);
    ins_audit_free(audit);
    free(x);
}
END_TEST

START_TEST(floats_and_doubles_are_one)
{
    enum { UNITS = 40, INPUTS = 30 };
    const ins_choice choice = choose(&ins_initializers, "he_normal");
    double *x = draw_weights(&choice, UNITS, INPUTS, 1);
    float narrow[UNITS * INPUTS];
    for (size_t i = 0; i < UNITS * INPUTS; i++) narrow[i] = (float)x[i];
    const ins_weights wide = weights_of("x.weight", x, UNITS, INPUTS);
    ins_weights single = wide;
    single.wide = NULL;
    single.narrow = narrow;
    ins_audit *one = audit_one(&wide), *other = audit_one(&single);
    ins_text rows[2] = {{0}};
    ins_origin_row(ins_audit_at(one, 0), "f", &rows[0]);
    ins_origin_row(ins_audit_at(other, 0), "f", &rows[1]);
    ck_assert_str_eq(rows[0].data, rows[1].data);
    ck_assert_ptr_nonnull(strstr(rows[0].data, ",he_normal,"));
    ins_text_free(&rows[0]);
    ins_text_free(&rows[1]);
    ins_audit_free(one);
    ins_audit_free(other);
    free(x);
}
END_TEST

/* --- Moved ------------------------------------------------------------------------------------ */

/* Adds noise of so many lengths of x. */
static void move(double *x, size_t count, double by)
{
    double square = 0;
    for (size_t i = 0; i < count; i++) square += x[i] * x[i] / (double)count;
    for (size_t i = 0; i < count; i++) x[i] += by * sqrt(square) * ins_random_normal(rng);
}

/* A network of three layers, each moved by so much: the vote finds what it began as, and how far.
 */
static const struct {
    const char *call;
    double moved;
} trained[] = {
    {"torch_default", 0.03},  {"torch_default", 0.1},  {"torch_default", 0.3},
    {"he_normal", 0.03},      {"he_normal", 0.1},      {"he_normal", 0.3},
    {"glorot_uniform", 0.03}, {"glorot_uniform", 0.1}, {"glorot_uniform", 0.3},
};

START_TEST(movement_is_measured)
{
    static const size_t shapes_of[][2] = {{256, 64}, {128, 256}, {10, 128}};
    const ins_choice choice = choose(&ins_initializers, trained[_i].call);
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    for (size_t l = 0; l < 3; l++) {
        const size_t units = shapes_of[l][0], inputs = shapes_of[l][1];
        double *x = draw_weights(&choice, units, inputs, (uint32_t)l);
        move(x, units * inputs, trained[_i].moved);
        const ins_weights weights = weights_of("x.weight", x, units, inputs);
        ins_audit_add(audit, &weights);
        free(x);
    }
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_str_eq(vote.rule, choice.label);
    ck_assert(vote.certain);
    ck_assert_uint_eq(vote.drawn + vote.began, 3);
    ck_assert_double_eq_tol(vote.moved, trained[_i].moved, 0.55 * trained[_i].moved);
    ck_assert_str_eq(ins_audit_at(audit, 0)->rule, choice.label);
    ins_audit_free(audit);
}
END_TEST

START_TEST(what_moved_beyond_has_no_law)
{
    const ins_choice choice = choose(&ins_initializers, "torch_default");
    double *x = draw_weights(&choice, 128, 128, 1);
    for (size_t i = 0; i < 128 * 128; i++) x[i] = x[i] * x[i] * x[i] * 100 + (i % 3 == 0 ? 0.3 : 0);
    const ins_weights weights = weights_of("x.weight", x, 128, 128);
    ins_audit *audit = audit_one(&weights);
    const ins_vote vote = ins_audit_end(audit);
    ins_text text = {0};
    ck_assert_int_eq(ins_audit_at(audit, 0)->standing, INS_STANDING_TRAINED);
    ins_vote_say(&vote, "relu", &text);
    ck_assert_str_eq(text.data, "network: trained: no law\n");
    ins_text_free(&text);
    ins_audit_free(audit);
    free(x);
}
END_TEST

static double mean_square(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i] * x[i];
    return sum / (double)count;
}

/* Gives x the tails of a power, and so many times its root mean square. */
static void stretch_all(double *x, size_t count, double by, double power)
{
    const double before = mean_square(x, count);
    for (size_t i = 0; i < count; i++) x[i] = copysign(pow(fabs(x[i]), power), x[i]);
    const double factor = by * sqrt(before / mean_square(x, count));
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

/* Adds three layers of a rule to the audit of a network, stretched and moved. */
static void add_layers(ins_audit *audit, const char *call, double stretch, double power,
                       double moved)
{
    static const size_t shapes_of[][2] = {{256, 64}, {128, 256}, {64, 128}};
    const ins_choice choice = choose(&ins_initializers, call);
    for (size_t l = 0; l < 3; l++) {
        const size_t units = shapes_of[l][0], inputs = shapes_of[l][1];
        double *x = draw_weights(&choice, units, inputs, (uint32_t)l);
        stretch_all(x, units * inputs, stretch, power);
        move(x, units * inputs, moved);
        const ins_weights weights = weights_of("x.weight", x, units, inputs);
        ins_audit_add(audit, &weights);
        free(x);
    }
}

/* The likeliest of many wrong rules is no beginning: layers with heavy tails, as training leaves
 * them, and a normal law that is a fifth wider than a rule's. */
START_TEST(no_beginning_is_claimed_of_what_only_comes_nearest)
{
    static const double stretches[] = {1.03, 1.2}, powers[] = {2, 1};
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    add_layers(audit, "kaiming_normal", stretches[_i], powers[_i], 0);
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_uint_eq(vote.tensors, 3);
    ck_assert_uint_eq(vote.began, 0);
    ck_assert_uint_eq(vote.drawn, 0);
    ins_audit_free(audit);
}
END_TEST

/* One layer that may have begun by the rule that comes nearest to three others does not tell of
 * them all. */
START_TEST(a_minority_is_no_network)
{
    const ins_choice rule = choose(&ins_initializers, "he_normal");
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    double *x = draw_weights(&rule, 300, 200, 9);
    move(x, 300 * 200, 0.3);
    const ins_weights weights = weights_of("x.weight", x, 300, 200);
    add_layers(audit, "he_normal", 1, _i == 0 ? 2 : 1, 0);
    ins_audit_add(audit, &weights);
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_double_gt(vote.log_odds, 20);
    ck_assert_uint_eq(vote.began, _i);
    ck_assert_uint_eq(vote.drawn, 3 * (size_t)_i);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* 320 elements look like many rules: of a network that has moved they are not said to be drawn by
 * another one than the rest. */
START_TEST(few_elements_of_a_network_that_has_moved_are_doubted)
{
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    const ins_choice other = choose(&ins_initializers, "random_normal(stddev=0.5)");
    add_layers(audit, "torch_default", 1, 1, _i == 0 ? 0.2 : 0);
    double *x = draw_weights(&other, 10, 32, 1);
    for (size_t i = 0; i < 320; i++) x[i] *= 0.02 / 0.5;
    const ins_weights weights = weights_of("x.weight", x, 10, 32);
    ins_audit_add(audit, &weights);
    ins_audit_end(audit);
    ck_assert_str_eq(ins_audit_at(audit, 3)->rule, "random_normal(stddev=0.02)");
    ck_assert_int_eq(ins_audit_at(audit, 3)->standing,
                     _i == 0 ? INS_STANDING_TRAINED : INS_STANDING_DRAWN);
    ins_audit_free(audit);
    free(x);
}
END_TEST

START_TEST(orthogonal_is_seen_behind_noise)
{
    static const double by[] = {0.05, 0.2, 0.5};
    const ins_choice choice = choose(&ins_initializers, "orthogonal");
    double *x = draw_weights(&choice, 96, 160, 1);
    move(x, 96 * 160, by[_i]);
    const ins_weights weights = weights_of("x.weight", x, 96, 160);
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_int_eq(origin->family, INS_FAMILY_ORTHOGONAL);
    ck_assert_double_eq_tol(origin->trained, by[_i], 0.1 * by[_i]);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* --- Networks --------------------------------------------------------------------------------- */

/* glorot_uniform and lecun_uniform are one law of a square matrix: another layer tells. */
START_TEST(square_layers_are_settled_by_the_network)
{
    const ins_choice choice = choose(&ins_initializers, "lecun_uniform");
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    for (size_t l = 0; l < 2; l++) {
        const size_t units = l == 0 ? 64 : 200;
        double *x = draw_weights(&choice, units, 64, (uint32_t)l);
        const ins_weights weights = weights_of("x.weight", x, units, 64);
        ins_audit_add(audit, &weights);
        free(x);
    }
    const ins_origin *square = ins_audit_at(audit, 0);
    ck_assert_str_eq(square->rule, "glorot_uniform");
    ck_assert_str_eq(square->also[0], "lecun_uniform");
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_str_eq(vote.rule, "lecun_uniform");
    ck_assert_str_eq(square->rule, "lecun_uniform");
    ck_assert_uint_eq(vote.drawn, 2);
    ins_audit_free(audit);
}
END_TEST

/* One layer of another rule does not outvote three. */
START_TEST(a_layer_that_disagrees_is_outvoted)
{
    const ins_choice rule = choose(&ins_initializers, "torch_default");
    const ins_choice other = choose(&ins_initializers, "random_normal(stddev=0.02)");
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    for (size_t l = 0; l < 4; l++) {
        double *x = draw_weights(l == 0 ? &other : &rule, 300, 200, (uint32_t)l);
        const ins_weights weights = weights_of("x.weight", x, 300, 200);
        ins_audit_add(audit, &weights);
        free(x);
    }
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_str_eq(vote.rule, "torch_default");
    ck_assert_uint_eq(vote.drawn, 3);
    ck_assert_uint_eq(vote.other, 1);
    ck_assert_str_eq(ins_audit_at(audit, 0)->rule, other.label);
    ins_audit_free(audit);
}
END_TEST

/* E[phi^2] and E[phi'^2] of relu are half of what they read: fan_in Var W / 2, fan_out Var W / 2.
 */
START_TEST(gains_are_those_of_theory)
{
    const ins_choice choice = choose(&ins_initializers, "random_normal(stddev=0.1)");
    double *x = draw_weights(&choice, 50, 400, 3), square = 0;
    for (size_t i = 0; i < 50 * 400; i++) square += x[i] * x[i] / (50 * 400);
    const ins_weights weights = weights_of("x.weight", x, 50, 400);
    ins_audit *audit = audit_one(&weights);
    ins_audit_add(audit, &weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_double_eq_tol(origin->square, square, 1e-12);
    ck_assert_double_eq_tol(origin->forward_gain, 400 * square / 2, 1e-9);
    ck_assert_double_eq_tol(origin->backward_gain, 50 * square / 2, 1e-9);
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_uint_eq(vote.layers, 2);
    ck_assert_double_eq_tol(vote.forward, pow(200 * square, 2), 1e-9);
    ck_assert_double_eq_tol(vote.backward, pow(25 * square, 2), 1e-9);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* --- Units and structure ---------------------------------------------------------------------- */

START_TEST(units_that_are_equal_or_zero)
{
    enum { UNITS = 20, INPUTS = 12 };
    const ins_choice choice = choose(&ins_initializers, "he_uniform");
    double *x = draw_weights(&choice, UNITS, INPUTS, 1);
    memcpy(x + 7 * INPUTS, x + 3 * INPUTS, INPUTS * sizeof *x);
    memcpy(x + 9 * INPUTS, x + 3 * INPUTS, INPUTS * sizeof *x);
    memset(x + 4 * INPUTS, 0, 2 * INPUTS * sizeof *x);
    ins_weights weights = weights_of("x.weight", x, UNITS, INPUTS);
    ins_audit *audit = audit_one(&weights);
    ck_assert_double_eq(ins_audit_at(audit, 0)->duplicate_pairs, 3);
    ck_assert_double_eq(ins_audit_at(audit, 0)->zero_units, 2);
    ck_assert_str_eq(ins_audit_at(audit, 0)->rule, "he_uniform");
    ck_assert(ins_audit_end(audit).symmetric);
    ins_audit_free(audit);
    weights.name = "token_embedding.weight";
    audit = audit_one(&weights);
    ck_assert_double_eq(ins_audit_at(audit, 0)->duplicate_pairs, 3);
    ck_assert(!ins_audit_end(audit).symmetric);
    ins_audit_free(audit);
    x[5] = NAN;
    weights.name = "x.weight";
    audit = audit_one(&weights);
    ck_assert_int_eq(ins_audit_at(audit, 0)->family, INS_FAMILY_NONFINITE);
    ck_assert_double_eq(ins_audit_at(audit, 0)->nonfinite, 1);
    ck_assert(ins_audit_end(audit).nonfinite);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* Of one input and 8 digits many units agree by chance. */
START_TEST(chance_is_no_symmetry)
{
    const ins_choice choice = choose(&ins_initializers, "torch_default");
    double *x = draw_weights(&choice, 256, 1, 1);
    round_all(x, 256, 8);
    const ins_weights weights = weights_of("x.weight", x, 256, 1);
    ins_audit *audit = audit_one(&weights);
    ck_assert_double_eq(ins_audit_at(audit, 0)->duplicate_pairs, 0);
    ins_audit_free(audit);
    free(x);
}
END_TEST

static const struct {
    const char *call, *rule;
    double scale;
} structures[] = {
    {"zeros", "zeros", 0},
    {"ones", "ones", 1},
    {"constant(value=0.25)", "constant(value=0.25)", 0.25},
    {"identity(gain=2)", "identity(gain=2)", 2},
    {"orthogonal(gain=3)", "orthogonal(gain=3)", 3},
    {"sparse(sparsity=0.25, stddev=0.5)", "sparse(sparsity=0.25, stddev=0.5)", 0.5},
};

START_TEST(structure_has_a_name_that_init_takes)
{
    const ins_choice choice = choose(&ins_initializers, structures[_i].call);
    double *x = draw_weights(&choice, 40, 400, 1);
    const ins_weights weights = weights_of("x.weight", x, 40, 400);
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_int_eq(origin->standing, INS_STANDING_MADE);
    ck_assert_double_le(fabs(origin->scale - structures[_i].scale), 0.02 * structures[_i].scale);
    const ins_choice found = choose(&ins_initializers, origin->rule);
    ck_assert_ptr_eq(found.entry, choice.entry);
    if (structures[_i].scale != 0.5) ck_assert_str_eq(origin->rule, structures[_i].rule);
    ck_assert_double_eq(origin->duplicate_pairs,
                        origin->family == INS_FAMILY_CONSTANT && structures[_i].scale != 0 ? 780
                                                                                           : 0);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* --- Names and shapes ------------------------------------------------------------------------- */

/* As the frameworks count: torch.nn.init._calculate_fan_in_and_fan_out 1.13,
 * keras.initializers 2.11 compute_fans, transformers' Conv1D. */
static const struct {
    const char *name;
    size_t dimensions, shape[4];
    ins_kernel_kind kind;
    double units, fan_in, fan_out; /* fan_in 0: an embedding has none */
} fans[] = {
    {"fc.weight", 2, {30, 20}, INS_KERNEL_DENSE, 30, 20, 30},
    {"dense/kernel:0", 2, {20, 30}, INS_KERNEL_DENSE, 30, 20, 30},
    {"params.Dense_0.kernel", 2, {20, 30}, INS_KERNEL_DENSE, 30, 20, 30},
    {"layer01.W", 2, {30, 20}, INS_KERNEL_DENSE, 30, 20, 30},
    {"conv1.weight", 4, {32, 16, 3, 3}, INS_KERNEL_CONV, 32, 144, 288},
    {"conv2d/kernel:0", 4, {3, 3, 16, 32}, INS_KERNEL_CONV, 32, 144, 288},
    {"h.0.mlp.c_fc.weight", 2, {64, 256}, INS_KERNEL_DENSE, 256, 64, 256},
    {"h.0.mlp.c_proj.weight", 2, {256, 64}, INS_KERNEL_DENSE, 64, 256, 64},
    {"h.0.attn.c_attn.weight", 2, {64, 192}, INS_KERNEL_ATTENTION, 192, 64, 64},
    {"blocks.0.attn.qkv.weight", 2, {192, 64}, INS_KERNEL_ATTENTION, 192, 64, 64},
    {"attn/query/kernel", 3, {64, 4, 16}, INS_KERNEL_ATTENTION, 64, 64, 64},
    {"rnn.weight_hh_l0", 2, {192, 48}, INS_KERNEL_RECURRENT, 192, 48, 48},
    {"rnn.weight_hh_l1_reverse", 2, {144, 48}, INS_KERNEL_RECURRENT, 144, 48, 48},
    {"lstm/lstm_cell/recurrent_kernel:0", 2, {48, 192}, INS_KERNEL_RECURRENT, 192, 48, 48},
    {"wte.weight", 2, {100, 64}, INS_KERNEL_EMBEDDING, 100, 0, 0},
    {"patch_embed.proj.weight", 4, {64, 3, 4, 4}, INS_KERNEL_CONV, 64, 48, 1024},
};

START_TEST(fans_are_those_of_the_frameworks)
{
    enum { MOST = 32 * 1024 };
    static double x[MOST];
    ins_weights weights = {.name = fans[_i].name, .dimensions = fans[_i].dimensions, .wide = x};
    ins_random_seed(rng, 5);
    for (size_t i = 0; i < MOST; i++) x[i] = 0.02 * ins_random_normal(rng);
    for (size_t i = 0; i < weights.dimensions; i++) weights.shape[i] = fans[_i].shape[i];
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_int_eq(origin->kind, fans[_i].kind);
    ck_assert_uint_eq(origin->units, (size_t)fans[_i].units);
    ck_assert_str_eq(origin->rule, "random_normal(stddev=0.02)");
    if (fans[_i].fan_in > 0) {
        ck_assert_double_eq(origin->fan_in, fans[_i].fan_in);
        ck_assert_double_eq(origin->fan_out, fans[_i].fan_out);
    } else {
        ck_assert(isnan(origin->fan_in));
        ck_assert(isnan(origin->forward_gain));
    }
    ins_audit_free(audit);
}
END_TEST

/* torch.nn 1.13, reset_parameters of each: an LSTM counts its units whatever it reads, a
 * MultiheadAttention the stack of three by Glorot and Bengio, an embedding nothing. */
static const struct {
    const char *name;
    size_t units, inputs;
    const char *law;
} packed[] = {
    {"lstm.weight_ih_l0", 192, 20, "random_uniform(minval=-0.14433756,maxval=0.14433756)"},
    {"gru.weight_ih_l0", 144, 20, "random_uniform(minval=-0.14433756,maxval=0.14433756)"},
    {"attention.in_proj_weight", 192, 64, "random_uniform(minval=-0.15309310,maxval=0.15309310)"},
    {"embedding.weight", 192, 64, "random_normal(stddev=1)"},
};

START_TEST(packed_kernels_have_defaults_of_their_own)
{
    const ins_choice law = choose(&ins_initializers, packed[_i].law);
    double *x = draw_weights(&law, packed[_i].units, packed[_i].inputs, 1);
    const ins_weights weights = weights_of(packed[_i].name, x, packed[_i].units, packed[_i].inputs);
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert(names(origin, "torch_default"));
    ck_assert_int_eq(origin->standing, INS_STANDING_DRAWN);
    ins_audit_free(audit);
    free(x);
}
END_TEST

/* Where the name tells nothing the likelihood does: the fans that it was drawn by. */
START_TEST(layout_is_found_by_likelihood)
{
    const bool keras = _i == 1;
    const ins_choice choice = choose(&ins_initializers, "he_normal");
    double *x = draw_weights(&choice, 200, 50, 1); /* fan_in 50 */
    const ins_weights weights =
        keras ? weights_of("arr_0", x, 50, 200) : weights_of("arr_0", x, 200, 50);
    ins_audit *audit = audit_one(&weights);
    const ins_origin *origin = ins_audit_at(audit, 0);
    ck_assert_str_eq(origin->rule, "he_normal");
    ck_assert_uint_eq(origin->units, 200);
    ck_assert_double_eq(origin->fan_in, 50);
    ins_audit_free(audit);
    free(x);
}
END_TEST

static const char *const not_weights[] = {"bn1.weight",   "fc.bias",   "encoder.LayerNorm.weight",
                                          "dense/bias:0", "attn.bias", "layer01.b"};

START_TEST(biases_and_norms_are_counted)
{
    static const double x[64];
    ins_weights weights = weights_of(not_weights[_i], x, 8, 8);
    ins_audit *audit = ins_audit_new(INS_LAYOUT_AUTO, &relu);
    ins_audit_add(audit, &weights);
    weights = (ins_weights){.name = "x", .dimensions = 1, .shape = {64}, .wide = x};
    ins_audit_add(audit, &weights);
    weights = (ins_weights){.name = "x.weight", .dimensions = 2, .shape = {0, 64}, .wide = x};
    ins_audit_add(audit, &weights);
    ck_assert_uint_eq(ins_audit_count(audit), 0);
    const ins_vote vote = ins_audit_end(audit);
    ck_assert_uint_eq(vote.biases + vote.norms, 2);
    ck_assert_ptr_null(vote.rule);
    ins_audit_free(audit);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tests = tcase_create("audit");
    tcase_add_checked_fixture(tests, setup, initializer_teardown);
    tcase_add_test(tests, rules_are_found);
    tcase_add_loop_test(tests, half_precision_is_no_movement, 0, 24);
    tcase_add_test(tests, floats_and_doubles_are_one);
    tcase_add_loop_test(tests, movement_is_measured, 0, ROWS(trained));
    tcase_add_test(tests, what_moved_beyond_has_no_law);
    tcase_add_loop_test(tests, no_beginning_is_claimed_of_what_only_comes_nearest, 0, 2);
    tcase_add_loop_test(tests, a_minority_is_no_network, 0, 2);
    tcase_add_loop_test(tests, few_elements_of_a_network_that_has_moved_are_doubted, 0, 2);
    tcase_add_loop_test(tests, orthogonal_is_seen_behind_noise, 0, 3);
    tcase_add_test(tests, square_layers_are_settled_by_the_network);
    tcase_add_test(tests, a_layer_that_disagrees_is_outvoted);
    tcase_add_test(tests, gains_are_those_of_theory);
    tcase_add_test(tests, units_that_are_equal_or_zero);
    tcase_add_test(tests, chance_is_no_symmetry);
    tcase_add_loop_test(tests, structure_has_a_name_that_init_takes, 0, ROWS(structures));
    tcase_add_loop_test(tests, fans_are_those_of_the_frameworks, 0, ROWS(fans));
    tcase_add_loop_test(tests, packed_kernels_have_defaults_of_their_own, 0, ROWS(packed));
    tcase_add_loop_test(tests, layout_is_found_by_likelihood, 0, 2);
    tcase_add_loop_test(tests, biases_and_norms_are_counted, 0, ROWS(not_weights));
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
