/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Closeness to a printed constant. */
#ifndef CLOSENESS_H
#define CLOSENESS_H

#include <math.h>

#include <check.h>

/* |actual - expected| <= tolerance, and never NAN. */
#define ck_close(actual, expected, tolerance)                                         \
    do {                                                                              \
        double close_actual = (actual), close_expected = (expected);                  \
        ck_assert_msg(fabs(close_actual - close_expected) <= (tolerance),             \
                      "%s is %.12g, expected %.12g within %g", #actual, close_actual, \
                      close_expected, (double)(tolerance));                           \
    } while (0)

/* Relative. */
#define ck_near(actual, expected, relative) \
    ck_close((actual), (expected), (relative)*fabs((double)(expected)))

#endif
