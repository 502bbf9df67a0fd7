/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values in long double, by one-sided Jacobi rotations (Hestenes 1958): an oracle that
 * shares no step with LAPACK's or GSL's reduction to two diagonals. */
#ifndef JACOBI_H
#define JACOBI_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Makes columns p and q of x (rows, columns) orthogonal; whether they were not. A column whose
 * square is least, which is rounding, is left alone. */
static inline bool ins_jacobi_turn(long double *x, size_t rows, size_t columns, size_t p, size_t q,
                                   long double least)
{
    long double pp = 0, pq = 0, qq = 0;
    for (size_t r = 0; r < rows; r++) {
        const long double a = x[r * columns + p], b = x[r * columns + q];
        pp += a * a, pq += a * b, qq += b * b;
    }
    if (pp <= least || qq <= least || fabsl(pq) <= 1e-18L * sqrtl(pp) * sqrtl(qq)) return false;
    const long double zeta = (qq - pp) / (2 * pq);
    const long double t = copysignl(1, zeta) / (fabsl(zeta) + hypotl(1, zeta));
    const long double c = 1 / hypotl(1, t), s = c * t;
    for (size_t r = 0; r < rows; r++) {
        const long double a = x[r * columns + p], b = x[r * columns + q];
        x[r * columns + p] = c * a - s * b;
        x[r * columns + q] = s * a + c * b;
    }
    return true;
}

/* The columns singular values of x (rows, columns), rows >= columns, which is overwritten, from the
 * largest on. False when sixty sweeps are not enough. */
static inline bool ins_jacobi(long double *x, size_t rows, size_t columns, double *values)
{
    bool turned = true;
    long double all = 0;
    for (size_t i = 0; i < rows * columns; i++) all += x[i] * x[i];
    for (int sweep = 0; turned && sweep < 60; sweep++) {
        turned = false;
        for (size_t p = 0; p + 1 < columns; p++)
            for (size_t q = p + 1; q < columns; q++)
                turned |= ins_jacobi_turn(x, rows, columns, p, q, 1e-36L * all);
    }
    for (size_t i = 0; i < columns; i++) {
        long double squares = 0;
        for (size_t r = 0; r < rows; r++) squares += x[r * columns + i] * x[r * columns + i];
        const double value = (double)sqrtl(squares);
        size_t place = i;
        for (; place > 0 && values[place - 1] < value; place--) values[place] = values[place - 1];
        values[place] = value;
    }
    return !turned;
}

#endif
