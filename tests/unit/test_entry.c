/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The call syntax that picks a row of a table, and its messages, whole. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/initializer.h"
#include "initscope/optimizer.h"

#include "check_tap.h"
#include "network_fixture.h"

/* A call and its canonical label. */
static const struct {
    const ins_entries *table;
    const char *text, *label;
} good[] = {
    {&ins_initializers, "zeros", "zeros"},
    {&ins_initializers, "  zeros ( ) ", "zeros"},
    {&ins_initializers, "constant(0.1)", "constant(value=0.1)"},
    {&ins_initializers, "constant(value = 5e-2)", "constant"},
    {&ins_initializers, "random_normal(stddev=0.01)", "random_normal(stddev=0.01)"},
    {&ins_initializers, "random_normal(0,1)", "random_normal(stddev=1)"},
    {&ins_initializers, "random_normal(0.0, stddev=0.050)", "random_normal"},
    {&ins_initializers, "random_uniform(-1,1)", "random_uniform(minval=-1,maxval=1)"},
    {&ins_initializers, "variance_scaling(scale=2,mode=fan_in,distribution=uniform)",
     "variance_scaling(scale=2,distribution=uniform)"},
    {&ins_initializers, "variance_scaling(distribution=uniform,mode=fan_avg)",
     "variance_scaling(mode=fan_avg,distribution=uniform)"},
    {&ins_initializers, "orthogonal(gain=relu)", "orthogonal(gain=relu)"},
    {&ins_initializers, "orthogonal(gain=leaky_relu(slope=0.2))",
     "orthogonal(gain=leaky_relu(slope=0.2))"},
    {&ins_initializers, "orthogonal(1.4142135623730951)", "orthogonal(gain=1.4142135623730951)"},
    {&ins_initializers, "file(out/a=1, b)", "file(out/a=1, b)"},
    {&ins_initializers, "file(path=weights)", "file(weights)"},
    {&ins_initializers, "lsuv(max_iterations=3)", "lsuv(max_iterations=3)"},
    {&ins_activations, "leaky_relu(0.2)", "leaky_relu(slope=0.2)"},
    {&ins_activations, "leaky_relu(slope=0.01)", "leaky_relu"},
    {&ins_optimizers, "sgd(momentum=0.9)", "sgd(momentum=0.9)"},
    {&ins_initializers, "xavier", "glorot_uniform"},
    {&ins_initializers, "kaiming(nonlinearity=relu)", "kaiming_normal(nonlinearity=relu)"},
    {&ins_activations, "swish", "silu"},
    {&ins_optimizers, "nag(0.5)", "nesterov(momentum=0.5)"},
    {&ins_optimizers, "adam(0.8,epsilon=1e-8)", "adam(beta1=0.8,epsilon=1e-8)"},
};

START_TEST(test_label)
{
    const ins_choice choice = choose(good[_i].table, good[_i].text);

    ck_assert_str_eq(choice.label, good[_i].label);
    /* The label is a call of the same row with the same values. */
    const ins_choice again = choose(good[_i].table, choice.label);
    ck_assert_ptr_eq(again.entry, choice.entry);
    ck_assert_str_eq(again.label, choice.label);
    for (size_t i = 0; i < INS_PARAMETERS; i++)
        ck_assert(again.value[i] == choice.value[i] ||
                  (isnan(again.value[i]) && isnan(choice.value[i])));
}
END_TEST

#define OPTIMIZERS "valid: sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw"

static const struct {
    const ins_entries *table;
    const char *text, *message;
} bad[] = {
    {&ins_optimizers, "nestrov",
     "--x: unknown optimizer (got \"nestrov\"); did you mean nesterov? " OPTIMIZERS},
    {&ins_optimizers, "", "--x: unknown optimizer (got \"\"); " OPTIMIZERS},
    {&ins_optimizers, "Sgd9\n",
     "--x: unknown optimizer (got \"Sgd9\"); did you mean sgd? " OPTIMIZERS},
    {&ins_initializers, "random_normal(std=1)",
     "--x: unknown parameter of random_normal (got \"std\"); did you mean stddev? valid: mean, "
     "stddev"},
    {&ins_initializers, "random_normal(stdev=1)",
     "--x: unknown parameter of random_normal (got \"stdev\"); did you mean stddev? valid: mean, "
     "stddev"},
    {&ins_initializers, "zeros(1)", "--x: zeros takes no parameters (got \"1\")"},
    {&ins_initializers, "zeros(value=1)", "--x: zeros takes no parameters (got \"value\")"},
    {&ins_initializers, "constant(1,2)", "--x: constant takes no further value (got \"2\")"},
    {&ins_initializers, "constant(abc)", "--x: constant: value must be a number (got \"abc\")"},
    {&ins_initializers, "constant()x",
     "--x: the closing parenthesis is missing (got \"constant()x\")"},
    {&ins_initializers, "constant(1",
     "--x: the closing parenthesis is missing (got \"constant(1\")"},
    {&ins_initializers, "constant(0x10)", "--x: constant: value must be a number (got \"0x10\")"},
    {&ins_initializers, "constant(inf)",
     "--x: constant: value must be in (-inf, inf) (got \"inf\")"},
    {&ins_initializers, "random_normal(stddev=0)",
     "--x: random_normal: stddev must be in (0, inf) (got \"0\")"},
    {&ins_initializers, "random_normal(stddev=nan)",
     "--x: random_normal: stddev must be in (0, inf) (got \"nan\")"},
    {&ins_initializers, "random_normal(stddev=)",
     "--x: random_normal: stddev must be a number (got \"\")"},
    {&ins_initializers, "random_normal(1,)",
     "--x: random_normal: stddev must be a number (got \"\")"},
    {&ins_initializers, "random_normal(1,mean=2)",
     "--x: random_normal: mean must be given once (got \"2\")"},
    {&ins_initializers, "random_normal(stddev=1,2)",
     "--x: a value without a name follows a named one (got \"2\")"},
    {&ins_initializers, "random_uniform(1,1)",
     "--x: minval must be below maxval (got \"random_uniform(minval=1,maxval=1)\")"},
    {&ins_initializers, "variance_scaling(mode=fan)",
     "--x: variance_scaling: unknown mode (got \"fan\"); did you mean fan_in? valid: fan_in, "
     "fan_out, fan_avg"},
    {&ins_initializers, "sparse(1.5)", "--x: sparse: sparsity must be in [0, 1] (got \"1.5\")"},
    {&ins_initializers, "lsuv(max_iterations=2.5)",
     "--x: lsuv: max_iterations must be an integer in [0, 1000] (got \"2.5\")"},
    {&ins_initializers, "orthogonal(gain=)",
     "--x: orthogonal: gain must be a number or the name of an activation (got \"\")"},
    {&ins_initializers, "file", "--x: file: path must be given (got \"\")"},
    {&ins_initializers, "file( )", "--x: file: path must be given (got \" \")"},
    {&ins_optimizers, "sgd(momentum=1)", "--x: sgd: momentum must be in [0, 1) (got \"1\")"},
    {&ins_optimizers, "adam(epsilon=0)", "--x: adam: epsilon must be in [1e-30, 1] (got \"0\")"},
};

START_TEST(test_message)
{
    ins_error error = {0};
    ins_choice choice = {.label = "untouched"};

    ck_assert_int_eq(
        ins_choice_parse(bad[_i].table, bad[_i].text, "--x", fixture_arena, &choice, &error),
        INS_USAGE);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_str_eq(error.line[0], bad[_i].message);
    ck_assert_str_eq(choice.label, "untouched");
}
END_TEST

START_TEST(test_values)
{
    const ins_choice scaling = choose(&ins_initializers, "variance_scaling(2,fan_avg)");
    const ins_choice gain = choose(&ins_initializers, "orthogonal(gain=tanh)");
    const ins_choice file = choose(&ins_initializers, "file(a/b)");

    ck_assert(scaling.value[0] == 2 && scaling.value[1] == 2 && scaling.value[2] == 0);
    ck_assert_ptr_null(scaling.word[1]);
    ck_assert(isnan(gain.value[0]));
    ck_assert_str_eq(gain.word[0], "tanh");
    ck_assert_str_eq(file.word[0], "a/b");
    ck_assert_ptr_eq(file.entry, ins_entry_find(&ins_initializers, "file"));
    ck_assert_ptr_null(ins_entry_find(&ins_initializers, "fil"));
}
END_TEST

/* Names are unique, every row is documented, and every default lies in its own range. */
static void check_table(const ins_entries *table)
{
    ck_assert_uint_gt(table->count, 0);
    for (size_t i = 0; i < table->count; i++) {
        const ins_entry *entry = ins_entry_at(table, i);
        ck_assert_ptr_eq(ins_entry_find(table, entry->name), entry);
        for (size_t j = 0; entry->aliases != NULL && j < table->count; j++)
            ck_assert(!ins_is_word_of(ins_entry_at(table, j)->name, entry->aliases));
        ck_assert_ptr_nonnull(entry->source);
        ck_assert_uint_gt(strlen(entry->formula), 0);
        ck_assert_uint_gt(strlen(entry->source), 0);
        for (size_t j = 0; j < INS_PARAMETERS && entry->parameters[j].name != NULL; j++) {
            const ins_parameter *p = &entry->parameters[j];
            ck_assert_uint_gt(strlen(p->meaning), 0);
            if (p->kind == INS_PARAMETER_PATH) continue;
            if (p->kind == INS_PARAMETER_WORD) {
                ck_assert_ptr_nonnull(p->words[(size_t)p->fallback]);
            } else {
                ck_assert_msg(p->fallback >= p->minimum && p->fallback <= p->maximum, "%s %s",
                              entry->name, p->name);
            }
        }
    }
}

START_TEST(test_tables)
{
    check_table(&ins_initializers);
    check_table(&ins_activations);
    check_table(&ins_optimizers);
}
END_TEST

START_TEST(test_list)
{
    char **items;

    ck_assert_uint_eq(
        ins_list_split(" zeros he_normal,random_normal( 0, 1 ) ,, lsuv", fixture_arena, &items), 4);
    ck_assert_str_eq(items[0], "zeros");
    ck_assert_str_eq(items[1], "he_normal");
    ck_assert_str_eq(items[2], "random_normal( 0, 1 )");
    ck_assert_str_eq(items[3], "lsuv");
    ck_assert_uint_eq(ins_list_split("", fixture_arena, &items), 0);
    ck_assert_uint_eq(ins_list_split(" , \t\n", fixture_arena, &items), 0);
    ck_assert_uint_eq(ins_list_split("a)b,c(d", fixture_arena, &items), 2);
    ck_assert_str_eq(items[0], "a)b");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("entry");
    TCase *entry = tcase_create("entry");

    tcase_add_checked_fixture(entry, fixture_setup, fixture_teardown);
    tcase_add_loop_test(entry, test_label, 0, sizeof good / sizeof good[0]);
    tcase_add_loop_test(entry, test_message, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(entry, test_values);
    tcase_add_test(entry, test_tables);
    tcase_add_test(entry, test_list);
    suite_add_tcase(suite, entry);
    return ins_run_suite(suite);
}
