/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: every option's default, what is taken and refused, precedence, and that the written
 * experiment is the experiment. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/settings.h"

#include "check_tap.h"
#include "scratch.h"

static ins_settings settings;
static ins_error error;

static void start(void)
{
    scratch_setup();
    ins_error_clear(&error);
    ins_settings_start(&settings);
}

static void finish(void)
{
    ins_settings_free(&settings);
    scratch_teardown();
}

static ins_status set(const char *key, const char *value)
{
    ins_source source = {.where = "here"};
    const ins_option *option = ins_option_find(key);
    ck_assert_ptr_nonnull(option);
    return ins_settings_set(&settings, option, value, &source, &error);
}

/* The line of the written experiment that belongs to key. */
static const char *written(const char *key)
{
    static char line[20000];
    char start_of[64];
    ins_text text = {0};
    ins_settings_write(&settings, &text);
    snprintf(start_of, sizeof start_of, "%s =", key);
    const char *found = text.data;
    while (found && strncmp(found, start_of, strlen(start_of)) != 0) {
        found = strchr(found, '\n');
        if (found) found++;
    }
    ck_assert_ptr_nonnull(found);
    found += strlen(start_of);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(found, "\n"), found);
    ins_text_free(&text);
    return line[0] == ' ' ? line + 1 : line;
}

static void takes(const char *key, const char *value, const char *canonical)
{
    ck_assert_int_eq(set(key, value), INS_OK);
    ck_assert_str_eq(written(key), canonical);
}

static void refuses(const char *key, const char *value)
{
    char before[20000];
    snprintf(before, sizeof before, "%s", written(key));
    ck_assert_msg(set(key, value) == INS_USAGE, "%s = %s is taken", key, value);
    ck_assert_uint_ge(error.count, 1);
    ck_assert_int_eq(strncmp(error.line[0], "here: ", 6), 0);
    ck_assert_ptr_nonnull(strstr(error.line[0], "(got \""));
    ck_assert_str_eq(written(key), before);
    ins_error_clear(&error);
}

START_TEST(test_table)
{
    size_t rows = 0;
    for (const ins_option *option = ins_options; option->key; option++, rows++) {
        ck_assert_ptr_eq(ins_option_find(option->key), option);
        ck_assert_ptr_nonnull(option->argument);
        ck_assert_ptr_nonnull(option->fallback);
        ck_assert(option->range || option->kind->range);
        ck_assert_ptr_nonnull(option->help);
        ck_assert(option == ins_options || option->group >= option[-1].group);
    }
    ck_assert_uint_eq(rows, INS_OPTIONS); /* no identifier without a row */
    ck_assert_ptr_null(ins_option_find("epoch"));
}
END_TEST

static void expect_range(ins_option_id option, const char *expected)
{
    ins_text range = {0};
    ins_option_range(&ins_options[option], &range);
    ck_assert_str_eq(range.data, expected);
    ins_text_free(&range);
}

START_TEST(test_ranges)
{
    expect_range(INS_OPTION_INIT, "initializers, see `initscope list initializers`");
    expect_range(INS_OPTION_LEARNING_RATE, "a finite number above 0, or default");
    expect_range(INS_OPTION_DROPOUT, "a number from 0 to below 1");
    expect_range(INS_OPTION_WEIGHT_DECAY, "a finite number from 0 up");
    expect_range(INS_OPTION_TEST_FRACTION, "a number from 0 to below 1");
    expect_range(INS_OPTION_BATCH, "an integer from 1 to 2147483647, or full (all training rows)");
    expect_range(INS_OPTION_SEED, "an integer from 0 to 4294967295");
    expect_range(INS_OPTION_OUTPUT_INIT, "an initializer, or same (that of the hidden layers)");
    expect_range(INS_OPTION_DELIMITER, "auto, comma, semicolon or tab");
    expect_range(INS_OPTION_SHUFFLE, "yes or no"); /* its own words */
    expect_range(INS_OPTION_SPECTRUM,
                 "none, all, or a list of last and of epochs from 0 to 1000000, each once");
    expect_range(INS_OPTION_THREADS, "an integer from 1 to 10000, or all");
}
END_TEST

START_TEST(test_defaults)
{
    for (const ins_option *option = ins_options; option->key; option++)
        ck_assert_msg(set(option->key, option->fallback) == INS_OK, "%s", error.line[0]);
    ins_settings_free(&settings);
    ins_settings_start(&settings);
    ck_assert_uint_eq(settings.init.count, 4);
    ck_assert_str_eq(settings.init.item[3].label, "he_uniform");
    ck_assert_uint_eq(settings.network.item[0].layers.count, 4); /* with activations */
    ck_assert(settings.network.item[0].layers.item[2]->choice.value[0] == 64);
    ck_assert(isnan(settings.learning_rate.item[0]));
    ck_assert_uint_eq(settings.batch.item[0], 32);
    ck_assert_ptr_null(settings.output_init.entry);
    ck_assert_str_eq(settings.bias_init.label, "zeros");
    ck_assert_uint_eq(settings.epochs, 10);
    ck_assert_uint_eq(settings.seeds, 5);
    ck_assert_uint_eq(settings.seed, 1);
    ck_assert_uint_eq(settings.split_seed, 42);
    ck_assert_double_eq(settings.test_fraction, 0.2);
    ck_assert_uint_eq(settings.shuffle, 1);
    ck_assert_uint_eq(settings.threads, 0);
    ck_assert_str_eq(ins_settings_where(&settings, INS_OPTION_EPOCHS), "--epochs");
}
END_TEST

START_TEST(test_integers)
{
    takes("epochs", "0", "0");
    takes("epochs", " 1000000 ", "1000000");
    takes("seed", "4294967295", "4294967295");
    takes("batch", "full,1", "full 1");
    static const char *const bad[] = {"-1", "+1", "0x1", "1.0", "1e3", "", "1000001", "1 2", NULL};
    for (const char *const *value = bad; *value; value++) refuses("epochs", *value);
    refuses("seed", "4294967296");
    refuses("seeds", "0");
    refuses("batch", "0");
    refuses("batch", "full full");
    ck_assert_int_eq(set("threads", "3"), INS_OK);
    ck_assert_uint_eq(settings.threads, 3);
    ck_assert_int_eq(set("threads", "0"), INS_USAGE);
}
END_TEST

START_TEST(test_shards)
{
    ck_assert_uint_eq(settings.shard.index, 1);
    ck_assert_uint_eq(settings.shard.of, 1);
    ck_assert_int_eq(set("shard", " 7/1000000 "), INS_OK);
    ck_assert_uint_eq(settings.shard.index, 7);
    ck_assert_uint_eq(settings.shard.of, 1000000);
    static const char *const bad[] = {"",    "1",    "/",    "1/",    "/1",        "0/1", "2/1",
                                      "1/0", "-1/2", "1 /2", "1/2/3", "1/1000001", NULL};
    for (const char *const *value = bad; *value; value++) {
        ck_assert_int_eq(set("shard", *value), INS_USAGE);
        ck_assert_uint_eq(settings.shard.index, 7);
    }
}
END_TEST

/* Names of columns may have blanks, and in quotes commas and quotes. */
START_TEST(test_names)
{
    takes("drop", "", "");
    takes("drop", " a , petal length,c ", "a,petal length,c");
    takes("drop", "\"a, b\",\"say \"\"hi\"\"\",it\"s", "\"a, b\",say \"hi\",it\"s");
    takes("drop", "\"\"\"q\", \"\", \" x\"", "\"\"\"q\",\"\",\" x\"");
    takes("label", "features", "features");
    static const char *const bad[] = {",",   "a,",      "a,,b", "\"a", "\"a\"b",
                                      "a,a", "a,\"a\"", "a\nb", NULL};
    for (const char *const *value = bad; *value; value++) refuses("features", *value);
}
END_TEST

START_TEST(test_numbers)
{
    takes("learning-rate", "1e-3 0.10 default", "0.001 0.1 default");
    takes("learning-rate", "1e300", "1e300");
    takes("dropout", "0,0.5", "0 0.5");
    takes("test-fraction", ".25", "0.25");
    refuses("learning-rate", "0");
    refuses("learning-rate", "-1");
    refuses("learning-rate", "nan");
    refuses("learning-rate", "inf");
    refuses("learning-rate", "0.1 0.10");
    refuses("dropout", "1");
    refuses("dropout", "-0.1");
    refuses("weight-decay", "-1");
    takes("test-fraction", "0", "0");
    refuses("test-fraction", "-0.1");
    refuses("test-fraction", "1");
    refuses("test-fraction", "default");
}
END_TEST

START_TEST(test_shapes)
{
    takes("network", "64,64", "64,64");
    takes("network", "20x256", "20x256");
    takes("network", "128,4x64", "128,4x64");
    takes("network", "7,7,7,2x8 5", "3x7,8,8 5");
    ck_assert_uint_eq(settings.network.count, 2);
    ck_assert_uint_eq(settings.network.item[0].layers.count, 10);
    ck_assert(settings.network.item[0].layers.item[8]->choice.value[0] == 8);
    takes("network", "10000x1", "10000x1");
    takes("network", "1000000", "1000000");
    static const char *const bad[] = {
        "",        "0",   "4,", ",4",  "4,,4",    "x4",      "4x",
        "0x4",     "4x0", "-4", "1e3", "20002x1", "1000001", "9999x1,2x1,1x9999",
        "8,8 2x8", NULL};
    for (const char *const *value = bad; *value; value++) refuses("network", *value);
}
END_TEST

START_TEST(test_choices)
{
    takes("init", "random_normal( stddev = 0.01 ),zeros", "random_normal(stddev=0.01) zeros");
    takes("optimizer", "sgd(momentum=0.9)", "sgd(momentum=0.9)");
    takes("output-init", "he_normal", "he_normal");
    takes("output-init", "same", "same");
    ck_assert_ptr_null(settings.output_init.entry);
    refuses("init", "he_norml");
    refuses("init", "");
    refuses("init", "zeros zeros");
    refuses("init", "same");
    refuses("bias-init", "same");
    refuses("activation", "relu(");
}
END_TEST

/* The gain that keeps the second moment is sqrt 2 for ReLU (He et al. 2015). */
START_TEST(test_gains)
{
    ck_assert_int_eq(set("init", "xavier_normal(gain=relu),xavier_normal(gain=3)"), INS_OK);
    ck_assert(isnan(settings.init.item[0].value[0]));
    ins_settings_check(&settings, &error);
    ck_assert_double_eq_tol(settings.init.item[0].value[0], sqrt(2), 1e-9);
    ck_assert_double_eq(settings.init.item[1].value[0], 3);
    ck_assert_str_eq(written("init"), "xavier_normal(gain=relu) xavier_normal(gain=3)");
    ins_error_clear(&error);
    ck_assert_int_eq(set("bias-init", "xavier_normal(gain=rel)"), INS_OK);
    ck_assert_int_eq(ins_settings_check(&settings, &error), INS_USAGE);
    ck_assert_int_eq(strncmp(error.line[0], "here: unknown activation (got \"rel\")", 36), 0);
}
END_TEST

START_TEST(test_texts)
{
    takes("title", "  A \"title\", # = and so on ", "A \"title\", # = and so on");
    takes("question", "", "");
    takes("question", "Does it, or = not?", "Does it, or = not?");
    refuses("question", "two\nlines");
    takes("note", "", "");
    refuses("title", "two\nlines");
    refuses("title", "a ; b");
    refuses("title", ";");
    takes("shuffle", "no", "no");
    takes("scale", "minmax", "minmax");
    takes("delimiter", "tab", "tab");
    refuses("shuffle", "maybe");
    refuses("data", "");
}
END_TEST

/* What is written reads back as the same, key by key; where tells the line. */
START_TEST(test_file)
{
    static const char text[] = "seeds = 7\n# comment\nhidden = 3x8 4\nnote = n\nepochs=2\n";
    const char *path = scratch_file("my.ini", text, sizeof text - 1);
    char where[1100];
    ck_assert_int_eq(ins_settings_read(&settings, path, &error), INS_OK);
    ck_assert_uint_eq(settings.seeds, 7);
    ck_assert_str_eq(settings.title, "my");
    const char *epochs = ins_settings_where(&settings, INS_OPTION_EPOCHS);
    snprintf(where, sizeof where, "%s", epochs);
    ck_assert_str_eq(where + strlen(where) - 2, ":5");
    ck_assert_int_eq(set("seeds", "2"), INS_OK);
    ck_assert_uint_eq(settings.seeds, 2);

    ins_text first = {0}, second = {0};
    ins_settings_write(&settings, &first);
    path = scratch_file("again.ini", first.data, first.length);
    ins_settings again;
    ins_settings_start(&again);
    ck_assert_int_eq(ins_settings_read(&again, path, &error), INS_OK);
    ins_settings_write(&again, &second);
    ck_assert_str_eq(first.data, second.data);
    ck_assert_ptr_null(strstr(first.data, "threads"));
    ck_assert_ptr_null(strstr(first.data, "output ="));
    ins_settings_free(&again);
    ins_text_free(&first);
    ins_text_free(&second);
}
END_TEST

START_TEST(test_seeds_together)
{
    ck_assert_int_eq(set("seed", "4294967295"), INS_OK);
    ck_assert_int_eq(set("seeds", "1"), INS_OK);
    ins_settings_check(&settings, &error);
    ck_assert(error.count == 0 || !strstr(error.line[0], "seeds from"));
    ins_error_clear(&error);
    ck_assert_int_eq(set("seeds", "2"), INS_OK);
    ck_assert_int_eq(ins_settings_check(&settings, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], "here: 2 seeds from 4294967295 on pass the largest seed, "
                                    "4294967295 (got \"4294967295\")");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *cases = tcase_create("settings");
    tcase_add_checked_fixture(cases, start, finish);
    tcase_add_test(cases, test_table);
    tcase_add_test(cases, test_ranges);
    tcase_add_test(cases, test_defaults);
    tcase_add_test(cases, test_integers);
    tcase_add_test(cases, test_shards);
    tcase_add_test(cases, test_names);
    tcase_add_test(cases, test_numbers);
    tcase_add_test(cases, test_shapes);
    tcase_add_test(cases, test_choices);
    tcase_add_test(cases, test_gains);
    tcase_add_test(cases, test_texts);
    tcase_add_test(cases, test_file);
    tcase_add_test(cases, test_seeds_together);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
