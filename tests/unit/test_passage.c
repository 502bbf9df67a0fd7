/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* First passages: runs that never arrive count as later than all. */
#include <config.h>

#include "initscope/passage.h"

#include <math.h>

#include "check_tap.h"

static const double never = INFINITY;

START_TEST(all_arrive)
{
    const double epoch[] = {9, 2, 5, 3};
    ins_passage odd = ins_first_passage(epoch, 3, 10), even = ins_first_passage(epoch, 4, 10);
    ck_assert(odd.runs == 3 && odd.arrived == 3 && odd.median == 5);
    ck_assert(even.runs == 4 && even.arrived == 4 && even.median == 4);
    ck_assert(epoch[0] == 9); /* what is given stays as it is */
}
END_TEST

/* 3 of 20 arrive early: their mean says 7, but the median run never arrives. */
START_TEST(few_arrive)
{
    double epoch[20] = {4, 7, 10};
    for (size_t i = 3; i < 20; i++) epoch[i] = i % 2 ? NAN : never;
    ins_passage passage = ins_first_passage(epoch, 20, 12);
    ck_assert(passage.runs == 20 && passage.arrived == 3 && passage.median == INFINITY);
    ck_assert(ins_first_passage(epoch, 20, INFINITY).arrived == 3);
}
END_TEST

START_TEST(most_arrive)
{
    const double epoch[] = {NAN, 2, 8, never, 5};
    ins_passage passage = ins_first_passage(epoch, 5, 10);
    ck_assert(passage.arrived == 3 && passage.median == 8);
    /* Half of them: the later of the two in the middle never arrives. */
    ck_assert(ins_first_passage(epoch, 4, 10).arrived == 2);
    ck_assert(ins_first_passage(epoch, 4, 10).median == INFINITY);
}
END_TEST

START_TEST(only_what_has_been)
{
    const double epoch[] = {1, 4, 6, 7, 12};
    ins_passage passage = ins_first_passage(epoch, 5, 6);
    ck_assert(passage.arrived == 3 && passage.median == 6);
    ck_assert(ins_first_passage(epoch, 5, 5).arrived == 2);
    ck_assert(ins_first_passage(epoch, 5, 5).median == INFINITY);
}
END_TEST

START_TEST(few_runs)
{
    const double epoch[] = {3, NAN};
    ins_passage none = ins_first_passage(epoch, 0, 10), one = ins_first_passage(epoch, 1, 10);
    ck_assert(none.runs == 0 && none.arrived == 0 && isnan(none.median));
    ck_assert(one.runs == 1 && one.arrived == 1 && one.median == 3);
    ck_assert(ins_first_passage(epoch + 1, 1, 10).median == INFINITY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passage");
    TCase *tests = tcase_create("passage");
    tcase_add_test(tests, all_arrive);
    tcase_add_test(tests, few_arrive);
    tcase_add_test(tests, most_arrive);
    tcase_add_test(tests, only_what_has_been);
    tcase_add_test(tests, few_runs);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
