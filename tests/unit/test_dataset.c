/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets: reading, class labels, the split of scikit-learn, scaling. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/dataset.h"

#include "check_tap.h"
#include "scratch.h"

static const char *iris(void)
{
    static char path[1024];
    const char *directory = getenv("srcdir");

    snprintf(path, sizeof path, "%s/data/iris.csv", directory ? directory : ".");
    return path;
}

static ins_status read_text(const char *text, const char *label, ins_dataset *dataset,
                            ins_error *error)
{
    const ins_reading reading = {.path = scratch_file("d.csv", text, strlen(text)),
                                 .label = {label != NULL, &label}};
    return ins_dataset_read(&reading, dataset, error);
}

START_TEST(test_iris)
{
    ins_dataset d;
    ins_error error = {0};

    ck_assert_int_eq(ins_dataset_read(&(ins_reading){.path = iris()}, &d, &error), INS_OK);
    ck_assert_uint_eq(d.rows, 150);
    ck_assert_uint_eq(d.features, 4);
    ck_assert_uint_eq(d.classes, 3);
    ck_assert_str_eq(d.label_name, "species");
    ck_assert_str_eq(d.feature_names[3], "petal_width_cm");
    ck_assert_str_eq(d.class_names[0], "setosa");
    ck_assert_str_eq(d.class_names[2], "virginica");
    ck_assert(d.x[0] == 5.1 && d.x[3] == 0.2 && d.x[149 * 4 + 3] == 1.8);
    for (size_t i = 0; i < 150; i++) ck_assert_int_eq(d.y[i], (int)(i / 50));
    ck_assert_uint_eq(d.warnings.length, 0);
    ins_dataset_free(&d);
}
END_TEST

/* The same numbers whatever the file's dialect, and another hash when anything differs. */
START_TEST(test_dialects_and_hash)
{
    static const char *const same[] = {"a,b,y\n1,2,p\n3,4,q\n", "a,b,y\r\n1,2,p\r\n3,4,q",
                                       "\xEF\xBB\xBF\"a\",b,y\n1.0, 2,\"p\"\n\n3,4e0,q\n",
                                       "a;b;y\n1;2;p\n3;4;q\n", "a\tb\ty\n1\t2\tp\n3\t4\tq\n"};
    static const char *const different[] = {"a,b,y\n1,2,p\n3,5,q\n", "a,b,y\n1,2,q\n3,4,p\n",
                                            "a,c,y\n1,2,p\n3,4,q\n", "a,b,z\n1,2,p\n3,4,q\n",
                                            "a,b,y\n1,2,p\n3,4,r\n"};
    ins_error error = {0};
    ins_dataset first, d;

    ck_assert_int_eq(read_text(same[0], NULL, &first, &error), INS_OK);
    for (size_t i = 1; i < 5; i++) {
        ck_assert_int_eq(read_text(same[i], NULL, &d, &error), INS_OK);
        ck_assert_uint_eq(d.hash, first.hash);
        ck_assert_int_eq(memcmp(d.x, first.x, 4 * sizeof *d.x), 0);
        ins_dataset_free(&d);
    }
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(read_text(different[i], NULL, &d, &error), INS_OK);
        ck_assert_uint_ne(d.hash, first.hash);
        ins_dataset_free(&d);
    }
    ins_dataset_free(&first);
}
END_TEST

/* Rows of one feature with these labels, and the class names in order. */
static const struct {
    const char *labels[6], *classes[6], *warnings;
} orders[] = {
    {{"10", "9", "-1", "1e1x"}, {"-1", "10", "1e1x", "9"}, ""},
    {{"10", "9", "-1", "25"}, {"-1", "9", "10", "25"}, ""},
    {{"b", "B", "\xC3\xA4", "a"},
     {"B", "a", "b", "\xC3\xA4"},
     ": classes that differ in case or blanks only: \"b\" and \"B\"\n"},
    {{"1", "1.0", "0"},
     {"0", "1", "1.0"},
     ": labels 1 and 1.0 are the same number but two classes\n"},
    {{"x", "", "z", "x", "NaN", "z"},
     {"x", "z"},
     ": rows without a label, left out: 2 of 6 (lines 3, 6)\n"},
    {{"9007199254740993", "9007199254740992"},
     {"9007199254740992", "9007199254740993"},
     ": labels 9007199254740992 and 9007199254740993 are the same number but two classes\n"},
};

START_TEST(test_class_order)
{
    ins_text text = {0}, warnings = {0};
    ins_error error = {0};
    ins_dataset d;

    ins_text_add(&text, "y,x\n");
    for (size_t i = 0; i < 6 && orders[_i].labels[i]; i++)
        ins_text_add_format(&text, "%s,1\n", orders[_i].labels[i]);
    ck_assert_int_eq(read_text(text.data, "y", &d, &error), INS_OK);
    for (size_t i = 0; i < d.classes; i++)
        ck_assert_str_eq(d.class_names[i], orders[_i].classes[i]);
    ck_assert(d.classes == 6 || orders[_i].classes[d.classes] == NULL);
    for (size_t i = 0, row = 0; i < 6 && orders[_i].labels[i]; i++) {
        const char *label = orders[_i].labels[i];
        if (label[0] == '\0' || strcmp(label, "NaN") == 0) continue;
        ck_assert_str_eq(d.class_names[d.y[row++]], label);
    }
    if (orders[_i].warnings[0])
        ins_text_add_format(&warnings, "%s%s", at("d.csv"), orders[_i].warnings);
    ck_assert_str_eq(d.warnings.data ? d.warnings.data : "", warnings.data ? warnings.data : "");
    ins_dataset_free(&d);
    ins_text_free(&text);
    ins_text_free(&warnings);
}
END_TEST

/* A file, and its problems: what stands after the path. */
static const struct {
    const char *text, *label;
    ins_status status;
    const char *problems[4];
} bad[] = {
    {"a,y\n", NULL, INS_DATA, {":1: no data rows after the header"}},
    {"a,petal_w,y\n1,2,p\n1,abc,q\n1,,q\n",
     NULL,
     INS_DATA,
     {": column \"petal_w\": 1 of 2 cells no number (line 3, got \"abc\"): mend, or add --drop "
      "petal_w"}},
    {"a,b,c,y\n1e999,nan,1,p\n3.5e38,-inf,3.5e38,q\n",
     NULL,
     INS_DATA,
     {": column \"a\": 1 of 2 cells not finite (line 2): mend, or add --drop a",
      ": column \"b\": 1 of 1 cells not finite (line 3): mend, or add --drop b",
      ": column \"c\": 1 of 2 cells do not fit float32 (line 3): mend, or add --drop c"}},
    {"a,b,a,\n1,2,3,p\n1,2,4,q\n",
     NULL,
     INS_DATA,
     {":1:3: columns 1 and 3 have the same name: add --drop x3 (got \"a\")"}},
    {"a,,b,y\n1,2,3,p\n1,7,4,q\n",
     NULL,
     INS_DATA,
     {":1:2: column without a name: name it, or add --drop x2"}},
    {"a,y\n1,p\n2,p\n", NULL, INS_DATA, {": column \"y\": all 2 rows have one label (got \"p\")"}},
    {"a,b\nx,p\ny,q\nz,r\n",
     NULL,
     INS_DATA,
     {":1: the names of the columns, or a row of data? Add --header yes or --header no (got "
      "\"a,b\")"}},
    {"5.1,3.5,setosa\n4,3,virginica\n",
     "setosa",
     INS_USAGE,
     {":1: --label: no such column (got \"setosa\"); columns: x1, x2, x3"}},
    {"a\n1\n",
     NULL,
     INS_DATA,
     {":1: only 1 column; something to learn from and something to predict are needed, separated "
      "by comma, semicolon or tab "
      "(got \"a\")"}},
    {"width,length,kind\n1,2,p\n",
     "kid",
     INS_USAGE,
     {":1: --label: no such column (got \"kid\"); did you mean kind? columns: width, length, "
      "kind"}},
};

START_TEST(test_problems)
{
    ins_error error = {0};
    ins_dataset d = {.rows = 99};
    size_t count = 0;

    ck_assert_int_eq(read_text(bad[_i].text, bad[_i].label, &d, &error), bad[_i].status);
    for (; count < 4 && bad[_i].problems[count]; count++) {
        const char *path = at("d.csv");
        ck_assert_int_eq(strncmp(error.line[count], path, strlen(path)), 0);
        ck_assert_str_eq(error.line[count] + strlen(path), bad[_i].problems[count]);
    }
    ck_assert_uint_eq(error.count, count);
    ck_assert_uint_eq(d.rows, 99);
}
END_TEST

/* Numbers above numbers are data, whose columns have numbers, unless they are said to be names. */
START_TEST(test_numeric_header)
{
    const char *path = scratch_file("d.csv", "1,2,3\n4,5,6\n7,8,9\n", 18), *label = "2";
    ins_reading reading = {.path = path, .label = {1, &label}};
    ins_error error = {0};
    ins_dataset d;

    ck_assert_int_eq(ins_dataset_read(&reading, &d, &error), INS_USAGE);
    error = (ins_error){0};
    reading.header = INS_HEADER_YES;
    ck_assert_int_eq(ins_dataset_read(&reading, &d, &error), INS_OK);
    ck_assert_uint_eq(d.rows, 2);
    ck_assert_str_eq(d.feature_names[1], "3");
    ck_assert(d.x[0] == 4 && d.x[1] == 6);
    ins_dataset_free(&d);
    label = "x2";
    reading.header = INS_HEADER_AUTO;
    ck_assert_int_eq(ins_dataset_read(&reading, &d, &error), INS_OK);
    ck_assert_uint_eq(d.rows, 3);
    ck_assert_str_eq(d.feature_names[1], "x3");
    ck_assert(d.x[0] == 1 && d.x[1] == 3 && d.x[5] == 9);
    ck_assert_str_eq(d.class_names[0], "2");
    ins_dataset_free(&d);
}
END_TEST

/* Blanks around a name, which quotes keep, are cut; bytes that are no UTF-8, were it only the last,
 * are counted and kept. */
START_TEST(test_names)
{
    ins_error error = {0};
    ins_dataset d;
    char expected[1200];

    ck_assert_int_eq(read_text("\"  a b \",caf\xE9,y\n1,2,p\n3,4,q\n", NULL, &d, &error), INS_OK);
    ck_assert_str_eq(d.feature_names[0], "a b");
    ck_assert_str_eq(d.feature_names[1], "caf\xE9");
    snprintf(expected, sizeof expected, "%s: names that are not UTF-8, kept as they are: 1\n",
             at("d.csv"));
    ck_assert_str_eq(d.warnings.data, expected);
    ins_dataset_free(&d);
}
END_TEST

START_TEST(test_many_labels)
{
    ins_text text = {0};
    ins_error error = {0};
    ins_dataset d;

    ins_text_add(&text, "x,price\n");
    for (int i = 0; i < 3609; i++) ins_text_add_format(&text, "%d,%d\n", i % 7, i % 1203);
    ck_assert_int_eq(read_text(text.data, NULL, &d, &error), INS_DATA);
    expect_problem(&error, INS_DATA, "d.csv",
                   "column \"price\": 1203 different whole numbers, a quantity or classes? Add "
                   "--loss mse or --loss cross_entropy");
    /* They are what they are said to be. */
    ins_reading reading = {.path = at("d.csv"), .task = INS_TASK_NUMBERS};
    ck_assert_int_eq(ins_dataset_read(&reading, &d, &error), INS_OK);
    ck_assert(d.classes == 0 && d.targets == 1 && d.y == NULL && d.target[1202] == 1202);
    ins_dataset_free(&d);
    reading.task = INS_TASK_CLASSES;
    ck_assert_int_eq(ins_dataset_read(&reading, &d, &error), INS_OK);
    ck_assert_uint_eq(d.classes, 1203);
    ck_assert_str_eq(d.class_names[1202], "1202");
    for (size_t i = 0; i < d.rows; i++) ck_assert_int_eq(d.y[i], (int)(i % 1203));
    ins_dataset_free(&d);
    ins_text_free(&text);
}
END_TEST

/* scikit-learn 1.2: train_test_split(arange(rows), test_size=fraction, random_state=seed): the
 * first test rows, the first two training rows and the last one, and the sum over the concatenation
 * test, train of (position + 1) * row. */
static const struct {
    size_t rows;
    double fraction;
    uint32_t seed;
    size_t tests, test[4], train[3], sum;
} splits[] = {
    {150, 0.2, 42, 30, {73, 18, 118, 78}, {22, 15, 102}, 875454},
    {150, 0.2, 0, 30, {114, 62, 33, 107}, {137, 84, 47}, 842624},
    {7, 0.5, 4294967295u, 4, {1, 5, 0, 6}, {4, 2, 3}, 88},
    {10, 0.25, 1, 3, {2, 9, 6, 4}, {4, 0, 5}, 257},
    {1797, 0.2, 4294967295u, 360, {836, 1354, 1653, 1008}, {759, 322, 419}, 1452240800},
    {569, 0.33, 7, 188, {350, 259, 115, 60}, {289, 108, 175}, 45586245},
    {178, 0.1, 123456789, 18, {155, 93, 91, 52}, {140, 21, 156}, 1455287},
    {100000, 0.2, 42, 20000, {75721, 80184, 19864, 76699}, {75220, 48955, 15795}, 249856129277323},
};

START_TEST(test_split)
{
    const size_t rows = splits[_i].rows;
    size_t *order = calloc(rows, sizeof *order), sum = 0;
    const size_t tests = ins_split(rows, splits[_i].fraction, splits[_i].seed, order);

    ck_assert_uint_eq(tests, splits[_i].tests);
    for (size_t i = 0; i < 4; i++) ck_assert_uint_eq(order[i], splits[_i].test[i]);
    for (size_t i = 0; i < 2; i++) ck_assert_uint_eq(order[tests + i], splits[_i].train[i]);
    ck_assert_uint_eq(order[rows - 1], splits[_i].train[2]);
    for (size_t i = 0; i < rows; i++) sum += (i + 1) * order[i];
    ck_assert_uint_eq(sum, splits[_i].sum);
    free(order);
}
END_TEST

/* scikit-learn 1.2 on iris, test_size 0.2, random_state 42: test labels; means and variances of the
 * training rows; first training and last test row after StandardScaler and MinMaxScaler, rounded to
 * float32. */
START_TEST(test_prepare_iris)
{
    static const int labels[] = {1, 0, 2, 1, 1, 0, 1, 2, 1, 1, 2, 0, 0, 0, 0,
                                 1, 2, 1, 1, 2, 0, 2, 0, 2, 2, 2, 2, 2, 0, 0};
    static const double mean[] = {5.809166666666665, 3.0616666666666674, 3.726666666666667,
                                  1.1833333333333333};
    static const double variance[] = {0.6729993055555554, 0.20003055555555566, 3.0451222222222234,
                                      0.5612222222222222};
    static const float first[][4] = {{0, 0, 0, 0},
                                     {-1.4739368F, 1.20365798F, -1.56253481F, -1.31260276F},
                                     {0.0882352963F, 0.666666687F, 0.F, 0.0416666679F}};
    static const float last[][4] = {{0, 0, 0, 0},
                                    {-1.23014295F, 0.085709393F, -1.21870065F, -1.31260276F},
                                    {0.14705883F, 0.458333343F, 0.105263159F, 0.0416666679F}};
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;

    ck_assert_int_eq(ins_dataset_read(&(ins_reading){.path = iris()}, &d, &error), INS_OK);
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.2, 42, (ins_scaling)_i}, &p, &error),
                     INS_OK);
    ck_assert_ptr_null(d.x);
    ck_assert_uint_eq(p.test.rows, 30);
    ck_assert_uint_eq(p.train.rows, 120);
    for (size_t i = 0; i < 30; i++) ck_assert_int_eq(p.test.label[i], labels[i]);
    for (size_t j = 0; j < 4; j++) {
        const ins_feature *f = &p.features[j];
        ck_assert_double_eq_tol(f->mean, mean[j], 1e-14);
        ck_assert_double_eq_tol(f->variance, variance[j], 1e-14);
        if (_i == INS_SCALE_NONE) continue;
        /* One unit in the last place: the roundings before the last one may differ. */
        ck_assert_float_eq_tol(p.train.x[j], first[_i][j], 1.2e-7F);
        ck_assert_float_eq_tol(p.test.x[29 * 4 + j], last[_i][j], 1.2e-7F);
        if (_i != INS_SCALE_STANDARD) continue;
        ck_assert_double_eq_tol(f->scaled_mean, 0, 1e-7);
        ck_assert_double_eq_tol(f->scaled_variance, 1, 1e-6);
    }
    if (_i == INS_SCALE_NONE) ck_assert(p.test.x[0] == 6.1F && p.test.x[3] == 1.2F);
    if (_i == INS_SCALE_MINMAX) ck_assert_uint_eq(d.warnings.length, 0);
    ins_prepared_free(&p);
    ins_dataset_free(&d);
}
END_TEST

/* Every row of the samples is the row of the data that the split says, in place or not. */
START_TEST(test_rows_follow_the_split)
{
    ins_text text = {0};
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;
    size_t order[97];

    ins_text_add(&text, "a,b,c,y\n");
    for (int i = 0; i < 97; i++) ins_text_add_format(&text, "%d,%d,%d,%d\n", i, -i, 2 * i, i % 5);
    ck_assert_int_eq(read_text(text.data, NULL, &d, &error), INS_OK);
    const size_t tests = ins_split(97, 0.3, 3, order);
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.3, 3, INS_SCALE_NONE}, &p, &error),
                     INS_OK);
    for (size_t i = 0; i < 97; i++) {
        const ins_samples *side = i < tests ? &p.test : &p.train;
        const size_t row = i < tests ? i : i - tests;
        const real value = (real)order[i];
        ck_assert(side->x[row * 3] == value && side->x[row * 3 + 1] == -value &&
                  side->x[row * 3 + 2] == 2 * value);
        ck_assert_int_eq(side->label[row], (int)(order[i] % 5));
    }
    ins_prepared_free(&p);
    ins_dataset_free(&d);
    ins_text_free(&text);
}
END_TEST

/* From 2^52 on doubles are whole numbers, so the mean of values that differ by 1 is wrong by up to
 * one half; the variance of a share p of ones is still p (1 - p). */
START_TEST(test_variance_far_from_zero)
{
    ins_text text = {0};
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;
    size_t order[90];
    double ones = 0;

    ins_text_add(&text, "a,y\n");
    for (int i = 0; i < 90; i++)
        ins_text_add_format(&text, "%lld,%d\n", 4503599627370496LL + i % 2, i % 3);
    ck_assert_int_eq(read_text(text.data, NULL, &d, &error), INS_OK);
    const size_t tests = ins_split(90, 0.2, 5, order);
    for (size_t i = tests; i < 90; i++) ones += (double)(order[i] % 2);
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.2, 5, INS_SCALE_STANDARD}, &p, &error),
                     INS_OK);
    const double share = ones / (double)p.train.rows;
    ck_assert_double_eq_tol(p.features[0].variance, share * (1 - share), 1e-12);
    ins_prepared_free(&p);
    ins_dataset_free(&d);
    ins_text_free(&text);
}
END_TEST

START_TEST(test_constant_feature)
{
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;
    char expected[1200];

    ck_assert_int_eq(
        read_text("a,b,y\n1,0.1,p\n2,0.1,q\n3,0.1,p\n4,0.1,q\n7,0.1,q\n", NULL, &d, &error),
        INS_OK);
    ck_assert_int_eq(
        ins_prepare(&d, &(ins_preparation){0.2, 1, INS_SCALE_STANDARD + (_i > 0)}, &p, &error),
        INS_OK);
    for (size_t i = 0; i < p.train.rows; i++) ck_assert(p.train.x[2 * i + 1] == 0);
    ck_assert(p.test.x[1] == 0);
    ck_assert(p.features[1].variance < 1e-30 && p.features[1].scaled_variance == 0);
    snprintf(expected, sizeof expected, "%s: constant in the training rows, scaled to 0: b\n",
             at("d.csv"));
    ck_assert_int_eq(strncmp(d.warnings.data, expected, strlen(expected)), 0);
    ins_prepared_free(&p);
    ins_dataset_free(&d);
}
END_TEST

START_TEST(test_unseen_class)
{
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;
    char expected[1200];

    /* RandomState(1).permutation(3) starts with row 0, the only p. */
    ck_assert_int_eq(read_text("a,y\n1,p\n2,q\n3,r\n", NULL, &d, &error), INS_OK);
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.3, 1, INS_SCALE_NONE}, &p, &error),
                     INS_OK);
    snprintf(expected, sizeof expected, "%s: classes without a training row: 1 of 3\n",
             at("d.csv"));
    ck_assert_int_eq(strncmp(d.warnings.data, expected, strlen(expected)), 0);
    ins_prepared_free(&p);
    ins_dataset_free(&d);
}
END_TEST

/* Of a copy the split is the same, and the data set can be split again. */
START_TEST(test_split_of_a_copy)
{
    ins_dataset d, same;
    ins_prepared copied, moved;
    ins_text text = {0}, warnings = {0};
    ins_text_add(&text, "a,k,y\n");
    for (int i = 0; i < 40; i++)
        ins_text_add_format(&text, "%d.5,7,%c\n", i * i, i % 3 ? 'p' : 'q');
    ck_assert_int_eq(read_text(text.data, NULL, &d, NULL), INS_OK);
    ck_assert_int_eq(read_text(text.data, NULL, &same, NULL), INS_OK);
    for (uint32_t seed = 1; seed <= 2; seed++) {
        ck_assert_int_eq(ins_prepare_copy(&d, &(ins_preparation){0.3, seed, INS_SCALE_STANDARD},
                                          &copied, &warnings, NULL),
                         INS_OK);
        ck_assert_int_eq(memcmp(d.x, same.x, 80 * sizeof *d.x), 0);
        ck_assert_int_eq(memcmp(d.y, same.y, 40 * sizeof *d.y), 0);
        if (seed == 1) ins_prepared_free(&copied);
    }
    ck_assert(d.warnings.data == NULL);
    ck_assert_int_eq(
        ins_prepare(&same, &(ins_preparation){0.3, 2, INS_SCALE_STANDARD}, &moved, NULL), INS_OK);
    ck_assert_uint_eq(copied.train.rows, moved.train.rows);
    ck_assert_int_eq(memcmp(copied.test.x, moved.test.x, 80 * sizeof *copied.test.x), 0);
    ck_assert_int_eq(memcmp(copied.test.label, moved.test.label, 40 * sizeof *copied.test.label),
                     0);
    ck_assert(copied.features[0].mean == moved.features[0].mean);
    /* One warning a split, that of the constant column. */
    ck_assert_str_eq(warnings.data + warnings.length / 2, same.warnings.data);
    ins_prepared_free(&copied);
    ins_prepared_free(&moved);
    ins_dataset_free(&d);
    ins_dataset_free(&same);
    ins_text_free(&text);
    ins_text_free(&warnings);
}
END_TEST

static real variance_of(const real *values, size_t count)
{
    real mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) mean += values[i] / (real)count;
    for (size_t i = 0; i < count; i++) square += (values[i] - mean) * (values[i] - mean);
    return square / (real)count;
}

/* Without a fraction the training rows are tested on, in the order of the split; a network may
 * answer with its own inputs; numbers to be predicted are standardised. */
START_TEST(test_tasks)
{
    enum { ROWS = 40 };
    ins_dataset d = {.path = "made", .rows = ROWS, .features = 2};
    ins_prepared p;
    d.task = _i ? INS_TASK_NUMBERS : INS_TASK_INPUTS;
    d.x = calloc(ROWS * 2, sizeof *d.x);
    d.category = calloc(2, sizeof *d.category);
    d.feature_names = (const char *[]){"a", "b"};
    if (_i) {
        d.targets = 1;
        d.target = calloc(ROWS, sizeof *d.target);
    }
    for (size_t i = 0; i < ROWS; i++) {
        d.x[2 * i] = (double)i;
        d.x[2 * i + 1] = (double)(i * i);
        if (_i) d.target[i] = 3 + 0.5 * (double)i;
    }
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0, 1, INS_SCALE_STANDARD}, &p, NULL),
                     INS_OK);
    ck_assert_ptr_eq(p.test.x, p.train.x);
    ck_assert_uint_eq(p.test.rows, ROWS);
    ck_assert_ptr_null(p.train.label);
    ck_assert_uint_eq(p.train.outputs, _i ? 1 : 2);
    if (_i) {
        ck_assert_float_eq_tol((float)variance_of(p.train.number, ROWS), 1, 1e-5F);
        /* The target is a line of the first feature, so that both are the same when standardised.
         */
        for (size_t i = 0; i < ROWS; i++)
            ck_assert_float_eq_tol((float)p.train.number[i], (float)p.train.x[2 * i], 1e-6F);
    } else {
        ck_assert_ptr_eq(p.train.number, p.train.x);
    }
    ck_assert(d.warnings.data == NULL);
    ins_prepared_free(&p);
    free(d.category);
}
END_TEST

/* Rows 0 and 1 train, a test set of their own follows as it is. What is missing becomes the mean,
 * or the most frequent category, of the training rows. */
START_TEST(test_missing_and_given_tests)
{
    static const double rows[5][3] = {
        {1, 1, 0}, {3, 1, 0}, {NAN, NAN, NAN}, {50, 0, 1}, {NAN, 0, 1}};
    ins_dataset d = {.path = "made", .task = INS_TASK_CLASSES, .rows = 5, .test_rows = 2};
    ins_prepared p;
    d.features = 3;
    d.classes = 2;
    d.x = calloc(15, sizeof *d.x);
    memcpy(d.x, rows, sizeof rows);
    d.y = calloc(5, sizeof *d.y);
    d.y[1] = 1;
    d.category = calloc(3, sizeof *d.category);
    d.category[1] = d.category[2] = 1;
    d.feature_names = (const char *[]){"a", "b=p", "b=q"};
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.5, 1, INS_SCALE_NONE}, &p, NULL), INS_OK);
    ck_assert_uint_eq(p.train.rows, 3);
    ck_assert_uint_eq(p.test.rows, 2);
    ck_assert(p.train.x[6] == 2 && p.train.x[7] == 1 && p.train.x[8] == 0);
    ck_assert(p.test.x[0] == 50 && p.test.x[3] == 2 && p.test.x[4] == 0 && p.test.x[5] == 1);
    ins_prepared_free(&p);
    ins_text_free(&d.warnings);
    free(d.category);
}
END_TEST

START_TEST(test_impossible_splits)
{
    ins_error error = {0};
    ins_dataset d;
    ins_prepared p;

    ck_assert_int_eq(read_text("a,y\n1,p\n2,q\n3,q\n", NULL, &d, &error), INS_OK);
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.999, 1, INS_SCALE_NONE}, &p, &error),
                     INS_DATA);
    expect_problem(&error, INS_DATA, "d.csv",
                   "no training rows of 3 are left, test fraction (got \"0.999\")");
    /* RandomState(1).permutation(3) starts with row 0, the only p. */
    ck_assert_int_eq(ins_prepare(&d, &(ins_preparation){0.3, 1, INS_SCALE_NONE}, &p, &error),
                     INS_DATA);
    expect_problem(&error, INS_DATA, "d.csv", "all 2 training rows have one label (got \"q\")");
    ck_assert_ptr_nonnull(d.x);
    ins_dataset_free(&d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset");
    TCase *dataset = tcase_create("dataset");

    tcase_add_checked_fixture(dataset, scratch_setup, scratch_teardown);
    tcase_add_test(dataset, test_iris);
    tcase_add_test(dataset, test_dialects_and_hash);
    tcase_add_loop_test(dataset, test_class_order, 0, sizeof orders / sizeof orders[0]);
    tcase_add_loop_test(dataset, test_problems, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(dataset, test_numeric_header);
    tcase_add_test(dataset, test_names);
    tcase_add_test(dataset, test_many_labels);
    tcase_add_loop_test(dataset, test_split, 0, sizeof splits / sizeof splits[0]);
    tcase_add_loop_test(dataset, test_prepare_iris, 0, 3);
    tcase_add_test(dataset, test_rows_follow_the_split);
    tcase_add_test(dataset, test_variance_far_from_zero);
    tcase_add_loop_test(dataset, test_constant_feature, 0, 2);
    tcase_add_test(dataset, test_unseen_class);
    tcase_add_test(dataset, test_split_of_a_copy);
    tcase_add_loop_test(dataset, test_tasks, 0, 2);
    tcase_add_test(dataset, test_missing_and_given_tests);
    tcase_add_test(dataset, test_impossible_splits);
    suite_add_tcase(suite, dataset);
    return ins_run_suite(suite);
}
