/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one Check suite and prints TAP on standard output, for Automake's TAP driver.
 *
 * CK_FORK=no runs the tests in one process (for a debugger or valgrind); CK_RUN_CASE=NAME runs one
 * test case. */
#ifndef CHECK_TAP_H
#define CHECK_TAP_H

#include <stdlib.h>

#include <check.h>

/* Returns the exit status of main: failure as well when not a single test ran. */
static inline int ins_run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int run = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
