/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, counts, lists and names in running text: the grammar of numbers, from none on. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "initscope/say.h"

static ins_arena *arena;

static void setup(void)
{
    arena = ins_arena_new();
}

static void teardown(void)
{
    ins_arena_free(arena);
}

static const char *name_of(const void *context, bool initializer, size_t number)
{
    static const char *const arms[] = {"zero*s", "one_s", "two"}, *const initializers[] = {"A", "B",
                                                                                           "C"};
    ck_assert_str_eq(context, "context");
    return initializer ? initializers[number] : arms[number];
}

static const char *plain(const char *markup)
{
    return ins_say_plain(arena, markup, name_of, "context");
}

START_TEST(numbers)
{
    const struct {
        double value;
        const char *markup, *plain;
    } rows[] = {{0, "0", "0"},
                {-0.0, "0", "0"},
                {1, "1", "1"},
                {2, "2", "2"},
                {3, "3", "3"},
                {-3, "−3", "−3"},
                {0.499, "0.499", "0.499"},
                {0.4994, "0.499", "0.499"},
                {0.5, "0.5", "0.5"},
                {0.5001, "0.500", "0.500"},
                {1.0986, "1.10", "1.10"},
                {-1.02, "−1.02", "−1.02"},
                {99.96, "100", "100"},
                {1234, "1230", "1230"},
                {9994, "9990", "9990"},
                {9995, "10^{4}", "10⁴"},
                {1.9e6, "1.9·10^{6}", "1.9·10⁶"},
                {0.001, "0.001", "0.001"},
                {0.0009, "9·10^{−4}", "9·10⁻⁴"},
                {0.00099999, "10^{−3}", "10⁻³"},
                {2.6e-24, "2.6·10^{−24}", "2.6·10⁻²⁴"},
                {-2.6e-24, "−2.6·10^{−24}", "−2.6·10⁻²⁴"},
                {9.99e99, "10^{100}", "10¹⁰⁰"},
                {5e-324, "4.9·10^{−324}", "4.9·10⁻³²⁴"},
                {INFINITY, "∞", "∞"},
                {-INFINITY, "−∞", "−∞"},
                {NAN, "–", "–"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *said = ins_say(arena, rows[i].value);
        ck_assert_str_eq(said, rows[i].markup);
        ck_assert_str_eq(plain(said), rows[i].plain);
    }
}
END_TEST

START_TEST(shares)
{
    const struct {
        double share;
        const char *percent, *points;
    } rows[] = {{0, "0.0 %", "0.0"},        {1, "100 %", "100"},
                {2, "200.0 %", "200.0"},    {3, "300.0 %", "300.0"},
                {0.9214, "92.1 %", "92.1"}, {0.99999, "100.0 %", "100.0"},
                {-0.0004, "0.0 %", "0.0"},  {-0.012, "−1.2 %", "−1.2"},
                {-1, "−100 %", "−100"},     {NAN, "–", "–"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_str_eq(ins_say_percent(arena, rows[i].share), rows[i].percent);
        ck_assert_str_eq(ins_say_points(arena, rows[i].share), rows[i].points);
    }
}
END_TEST

START_TEST(intervals)
{
    const ins_interval wide = {3, 1.019, 0.9701, 1.0699}, none = {1, 0.5, NAN, NAN},
                       over = {3, 0.05, 1e-6, 25}, nothing = {0, NAN, NAN, NAN},
                       share = {20, 0.9214, 0.9, 1};
    ck_assert_str_eq(ins_say_interval(arena, wide), "1.02 [0.970, 1.07]");
    ck_assert_str_eq(ins_say_interval(arena, none), "0.5");
    ck_assert_str_eq(ins_say_interval(arena, over), "0.05 [10^{−6}, 25]");
    ck_assert_str_eq(ins_say_interval(arena, nothing), "–");
    ck_assert_str_eq(ins_say_percent_interval(arena, share), "92.1 % [90.0, 100]");
    ck_assert_str_eq(ins_say_percent_interval(arena, none), "50.0 %");
    ck_assert_str_eq(ins_say_percent_interval(arena, nothing), "–");
}
END_TEST

START_TEST(counts)
{
    static const char *const counted[] = {"no runs", "1 run", "2 runs", "3 runs"};
    for (size_t i = 0; i < 4; i++) ck_assert_str_eq(ins_say_count(arena, i, "run"), counted[i]);
    /* [all][count] */
    static const char *const of[4][4] = {
        {"none of 0 runs"},
        {"not the only run", "the only run"},
        {"neither run", "1 of 2 runs", "both runs"},
        {"none of 3 runs", "1 of 3 runs", "2 of 3 runs", "all 3 runs"}};
    for (size_t all = 0; all < 4; all++)
        for (size_t count = 0; count <= all; count++)
            ck_assert_str_eq(ins_say_of(arena, count, all, "run"), of[all][count]);
}
END_TEST

START_TEST(lists)
{
    static const char *const item[] = {"a", "b", "c", "d", "e"};
    static const char *const said[] = {
        "", "a", "a and b", "a, b and c", "a, b and 2 more", "a, b and 3 more"};
    for (size_t i = 0; i < 6; i++) ck_assert_str_eq(ins_say_list(arena, item, i, 2), said[i]);
    ck_assert_str_eq(ins_say_list(arena, item, 5, 4), "a, b, c, d and e");
    ck_assert_str_eq(ins_say_list(arena, item, 5, 1), "a and 4 more");
}
END_TEST

START_TEST(marks)
{
    const bool none[3] = {false}, one[] = {false, true, false}, all[] = {true, true, true};
    ck_assert_str_eq(ins_say_arm(arena, 2), "\0012\002");
    ck_assert_str_eq(ins_say_initializer(arena, 0), "\001i0\002");
    ck_assert_str_eq(ins_say_arms(arena, none, 3, 4), "");
    ck_assert_str_eq(ins_say_arms(arena, one, 3, 4), "\0011\002");
    ck_assert_str_eq(ins_say_arms(arena, all, 2, 4), "\0010\002 and \0011\002");
    ck_assert_str_eq(ins_say_arms(arena, all, 3, 1), "\0010\002 and 2 more");
    /* Names stand as they are, whatever they would mean as markup. */
    ck_assert_str_eq(plain(ins_say_arms(arena, all, 3, 4)), "zero*s, one_s and two");
    ck_assert_str_eq(plain("\001i1\002 and \001i2\002."), "B and C.");
}
END_TEST

START_TEST(literals_mean_themselves)
{
    const char *const foreign[] = {"",    "he_normal", "a*b*", "2^{3}", "x_{i}", "back\\slash",
                                   "}{}", "_",         "1 %",  "über"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        ck_assert_str_eq(plain(ins_say_literal(arena, foreign[i])), foreign[i]);
    ck_assert_str_eq(plain(ins_say_literal(arena, "a\001i0\002b\n\tc")), "a i0 b  c");
}
END_TEST

START_TEST(markup_as_plain_text)
{
    ck_assert_str_eq(plain("*bold* χ_{1}, 10^{−12} and x^{0123456789}"),
                     "bold χ1, 10⁻¹² and x⁰¹²³⁴⁵⁶⁷⁸⁹");
    ck_assert_str_eq(plain("a_b ^ c"), "a_b ^ c");
    ck_assert_str_eq(plain("trailing \\"), "trailing \\");
}
END_TEST

START_TEST(capitals)
{
    ck_assert_str_eq(ins_say_capital(arena, "nothing"), "Nothing");
    ck_assert_str_eq(ins_say_capital(arena, "Nothing"), "Nothing");
    ck_assert_str_eq(ins_say_capital(arena, ""), "");
    ck_assert_str_eq(ins_say_capital(arena, "3 runs"), "3 runs");
    ck_assert_str_eq(ins_say_capital(arena, "\0010\002 learned"), "\0010\002 learned");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("say");
    TCase *said = tcase_create("say");
    tcase_add_checked_fixture(said, setup, teardown);
    tcase_add_test(said, numbers);
    tcase_add_test(said, shares);
    tcase_add_test(said, intervals);
    tcase_add_test(said, counts);
    tcase_add_test(said, lists);
    tcase_add_test(said, marks);
    tcase_add_test(said, literals_mean_themselves);
    tcase_add_test(said, markup_as_plain_text);
    tcase_add_test(said, capitals);
    suite_add_tcase(suite, said);
    return ins_run_suite(suite);
}
