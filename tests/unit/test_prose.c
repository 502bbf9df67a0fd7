/* Numbers, intervals and names in running text. */
#include <config.h>

#include "check_tap.h"

#include <math.h>

#include "initscope/analysis.h"

START_TEST(numbers_in_prose)
{
    const struct {
        double value;
        const char *plain, *markup;
    } rows[] = {{0, "0", "0"},
                {-0.0, "0", "0"},
                {0.499, "0.499", "0.499"},
                {0.4994, "0.499", "0.499"},
                {0.5, "0.5", "0.5"},
                {0.5001, "0.500", "0.500"},
                {1.0986, "1.10", "1.10"},
                {-1.02, "−1.02", "−1.02"},
                {99.96, "100", "100"},
                {1234, "1230", "1230"},
                {9994, "9990", "9990"},
                {9995, "10⁴", "10^{4}"},
                {1.9e6, "1.9·10⁶", "1.9·10^{6}"},
                {0.001, "0.001", "0.001"},
                {0.0009, "9·10⁻⁴", "9·10^{−4}"},
                {2.6e-24, "2.6·10⁻²⁴", "2.6·10^{−24}"},
                {-2.6e-24, "−2.6·10⁻²⁴", "−2.6·10^{−24}"},
                {9.99e99, "10¹⁰⁰", "10^{100}"},
                {5e-324, "4.9·10⁻³²⁴", "4.9·10^{−324}"},
                {INFINITY, "∞", "∞"},
                {-INFINITY, "−∞", "−∞"},
                {NAN, "–", "–"}};
    char out[INS_PROSE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_str_eq(ins_prose(out, rows[i].value, false), rows[i].plain);
        ck_assert_str_eq(ins_prose(out, rows[i].value, true), rows[i].markup);
    }
    ck_assert_str_eq(ins_prose_percent(out, 0.9214), "92.1%");
    ck_assert_str_eq(ins_prose_percent(out, 1), "100.0%");
    ck_assert_str_eq(ins_prose_percent(out, -0.0004), "0.0%");
    ck_assert_str_eq(ins_prose_percent(out, -0.012), "−1.2%");
    ck_assert_str_eq(ins_prose_percent(out, NAN), "–");
}
END_TEST

static void prose_interval_is(double mean, double lower, double upper, const char *expected)
{
    ins_text out = {0};
    ins_prose_interval(&out, (ins_interval){3, mean, lower, upper});
    ck_assert_str_eq(out.data, expected);
    ins_text_free(&out);
}

static void listed_are(size_t arms, const char *expected)
{
    static const ins_arm arm[] = {
        {.label = "a", .initializer = "a"},
        {.label = "b(x=1, y=2), tanh, 20x32", .initializer = "b(x=1, y=2)"},
        {.label = "c", .initializer = "c"},
        {.label = "d", .initializer = "d"},
        {.label = "e", .initializer = "e"},
        {.label = "f", .initializer = "f"},
        {.label = "g", .initializer = "g"}};
    const bool which[] = {true, true, true, true, true, true, true};
    ins_study of = {.arms = arms, .arm = arm};
    ins_text out = {0};
    ins_prose_arms(&out, &of, which);
    ck_assert_str_eq(out.data, expected);
    ins_text_free(&out);
}

START_TEST(arms_in_prose)
{
    listed_are(1, "a");
    listed_are(2, "a and b(x=1, y=2) (tanh, 20x32)");
    listed_are(3, "a, b(x=1, y=2) (tanh, 20x32) and c");
    listed_are(6, "a, b(x=1, y=2) (tanh, 20x32), c, d, e and f");
    listed_are(7, "a, b(x=1, y=2) (tanh, 20x32), c, d, e and 2 more");
}
END_TEST

START_TEST(intervals_in_prose)
{
    prose_interval_is(1.019, 0.9701, 1.0699, "1.02 [0.97, 1.07]");
    prose_interval_is(0.5, NAN, NAN, "0.5");
    prose_interval_is(2, -1.7, 5.7, "2.00 [−1.70, 5.70]");
    prose_interval_is(92.9, 92, 93.8, "92.9 [92.0, 93.8]");
    prose_interval_is(0.05, 1e-6, 25, "0.05 [10⁻⁶, 25]");
    prose_interval_is(2e-24, 1e-24, 4e-24, "2·10⁻²⁴ [10⁻²⁴, 4·10⁻²⁴]");
    prose_interval_is(NAN, NAN, NAN, "–");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prose");
    TCase *prose = tcase_create("prose");
    tcase_add_test(prose, numbers_in_prose);
    tcase_add_test(prose, intervals_in_prose);
    tcase_add_test(prose, arms_in_prose);
    suite_add_tcase(suite, prose);
    return ins_run_suite(suite);
}
