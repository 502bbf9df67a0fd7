/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes and the places of labels. */
#include <config.h>

#include "initscope/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_tic(ins_axis *axis, double position, const char *label)
{
    if (axis->tics == INS_AXIS_TICS) return;
    axis->position[axis->tics] = position;
    axis->label[axis->tics++] = label;
}

static const char *minus(int value)
{
    return value < 0 ? "−" : "";
}

/* More than two decades: whole ones, so many apart that about six are labelled. */
static ins_axis decades(ins_arena *arena, double low, double high)
{
    static const int steps[] = {1, 2, 3, 5, 10, 20, 50, 100};
    int first = (int)floor(low + 1e-9), last = (int)ceil(high - 1e-9), step = steps[0];
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        step = steps[i];
        if ((last - first + step - 1) / step <= 7) break;
    }
    if (first % step != 0) first -= ((first % step) + step) % step;
    if (last % step != 0) last += step - ((last % step) + step) % step;
    ins_axis axis = {.log = true, .low = pow(10, first), .high = pow(10, last)};
    for (int e = first; e <= last; e += step) {
        add_tic(&axis, pow(10, e), ins_arena_format(arena, "10^{%s%d}", minus(e), abs(e)));
    }
    return axis;
}

/* Positions 1, 2, 5 of each decade, by their number: 0 is 1, 1 is 2, 2 is 5, 3 is 10. */
static double one_two_five(int number)
{
    static const double mantissa[] = {1, 2, 5};
    int decade = (int)floor(number / 3.0);
    return mantissa[number - 3 * decade] * pow(10, decade);
}

static const char *plain_label(ins_arena *arena, double value)
{
    int exponent = (int)floor(log10(value) + 1e-9);
    double mantissa = round(value / pow(10, exponent));
    if (exponent >= -4 && exponent <= 4) {
        return ins_arena_format(arena, "%.*f", exponent < 0 ? -exponent : 0, value);
    }
    if (mantissa < 1.5) return ins_arena_format(arena, "10^{%s%d}", minus(exponent), abs(exponent));
    return ins_arena_format(arena, "%.0f·10^{%s%d}", mantissa, minus(exponent), abs(exponent));
}

void ins_axis_widen(double value, bool positive, double *minimum, double *maximum)
{
    if (!isfinite(value) || (positive && value <= 0)) return;
    if (!(*minimum <= value)) *minimum = value;
    if (!(*maximum >= value)) *maximum = value;
}

ins_axis ins_axis_log(ins_arena *arena, double minimum, double maximum)
{
    minimum = fmax(minimum, 1e-300);
    maximum = fmin(fmax(maximum, minimum), 1e300);
    if (maximum / minimum < 1.2) {
        minimum /= 1.6;
        maximum *= 1.6;
    }
    double low = log10(minimum), high = log10(maximum);
    if (high - low > 2.2) return decades(arena, low, high);
    int first = 3 * (int)floor(low) - 1, last;
    while (one_two_five(first + 1) <= minimum * (1 + 1e-9)) first++;
    last = first + 1;
    while (one_two_five(last) < maximum * (1 - 1e-9)) last++;
    ins_axis axis = {.log = true, .low = one_two_five(first), .high = one_two_five(last)};
    for (int n = first; n <= last; n++) {
        add_tic(&axis, one_two_five(n), plain_label(arena, one_two_five(n)));
    }
    return axis;
}

/* "−2.5·10^{6}": of values too large or too small to be written out. */
static const char *power_label(ins_arena *arena, double value)
{
    if (value == 0) return "0";
    int exponent = (int)floor(log10(fabs(value)) + 1e-9);
    double mantissa = round(fabs(value) / pow(10, exponent) * 100) / 100;
    const char *sign = minus(value < 0 ? -1 : 1);
    const char *power = ins_arena_format(arena, "10^{%s%d}", minus(exponent), abs(exponent));
    if (mantissa == 1) return ins_arena_format(arena, "%s%s", sign, power);
    return ins_arena_format(arena, "%s%g·%s", sign, mantissa, power);
}

static double round_step(double raw)
{
    double unit = pow(10, floor(log10(raw)));
    double ratio = raw / unit;
    return unit * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
}

ins_axis ins_axis_linear(ins_arena *arena, double minimum, double maximum, size_t steps,
                         bool percent)
{
    if (!(maximum - minimum > 1e-12 * fmax(fabs(maximum), fabs(minimum)))) {
        double room = fmax(fabs(maximum) * 0.1, 0.05);
        minimum -= room;
        maximum += room;
    }
    double step = round_step((maximum - minimum) / (double)steps);
    bool powers = !percent && (fmax(fabs(maximum), fabs(minimum)) >= 1e6 || step < 1e-6);
    double first = floor(minimum / step + 1e-9), last = ceil(maximum / step - 1e-9);
    ins_axis axis = {.low = first * step, .high = last * step};
    int decimals = (int)fmax(0, -floor(log10(step * (percent ? 100 : 1)) + 1e-9));
    for (double n = first; n <= last; n++) {
        double value = n * step * (percent ? 100 : 1);
        add_tic(&axis, n * step,
                powers ? power_label(arena, n * step)
                       : ins_arena_format(arena, "%s%.*f%s", value < 0 ? "−" : "", decimals,
                                          fabs(value), percent ? "%" : ""));
    }
    return axis;
}

ins_axis ins_axis_whole(ins_arena *arena, long long minimum, long long maximum, size_t steps)
{
    ins_axis axis = {.low = (double)minimum, .high = (double)maximum};
    if (maximum <= minimum) { /* the only one stands in the middle */
        axis.low -= 0.5;
        axis.high = axis.low + 1;
    }
    double span = axis.high - axis.low, step = fmax(1, round_step(span / (double)steps));
    /* Long numbers side by side need the room that was asked for. */
    if (axis.high >= 1000 && span / step > (double)steps + 1e-9) step = round_step(2.5 * step);
    for (double n = ceil(axis.low / step); n * step <= axis.high; n++) {
        add_tic(&axis, n * step, ins_arena_format(arena, "%.0f", n * step));
    }
    return axis;
}

ins_axis ins_axis_bent(ins_arena *arena, double low, double first, double high)
{
    ins_axis axis = {.low = low, .high = high, .bend = first};
    if (low < first) add_tic(&axis, low, ins_arena_format(arena, "%.0f", low));
    for (double value = pow(10, ceil(log10(first) - 1e-9)); value <= high * (1 + 1e-9); value *= 10)
        add_tic(&axis, value, plain_label(arena, value));
    return axis;
}

/* Decades that what lies below the bend takes. */
static double below_bend(const ins_axis *axis)
{
    const double share = 0.1;
    return log10(axis->high / axis->bend) * share / (1 - share);
}

/* Where value lies, in decades above the bend. */
static double decades_above(const ins_axis *axis, double value)
{
    return value >= axis->bend ? log10(value / axis->bend)
                               : (value / axis->bend - 1) * below_bend(axis);
}

const char *ins_axis_nonlinear(ins_arena *arena, const ins_axis *axis, char letter)
{
    return ins_arena_format(arena,
                            "via (%c >= %.9g ? log10(%c/%.9g) : (%c/%.9g - 1)*%.9g) "
                            "inverse (%c >= 0 ? %.9g*10**%c : %.9g*(1 + %c/%.9g))",
                            letter, axis->bend, letter, axis->bend, letter, axis->bend,
                            below_bend(axis), letter, axis->bend, letter, axis->bend, letter,
                            below_bend(axis));
}

ins_axis ins_axis_named(double low, double high)
{
    return (ins_axis){.low = low, .high = high, .names = true};
}

void ins_axis_name(ins_axis *axis, double position, const char *label)
{
    if (axis->tics == INS_AXIS_NAMES) return;
    axis->position[axis->tics] = position;
    axis->label[axis->tics++] = label;
}

static bool is_power_of_ten(double value)
{
    double exponent = log10(value);
    return fabs(exponent - round(exponent)) < 1e-9;
}

/* Keeps every step-th tic, or only powers of ten. */
static void keep(ins_axis *axis, size_t step, bool powers)
{
    size_t kept = 0;
    for (size_t i = 0; i < axis->tics; i++) {
        if (powers ? !is_power_of_ten(axis->position[i]) : i % step != 0) continue;
        axis->position[kept] = axis->position[i];
        axis->label[kept++] = axis->label[i];
    }
    axis->tics = kept;
}

void ins_axis_thin(ins_axis *axis, size_t most)
{
    size_t powers = 0;
    if (axis->tics <= most || most == 0) return;
    for (size_t i = 0; axis->log && i < axis->tics; i++)
        powers += is_power_of_ten(axis->position[i]);
    if (powers >= 2) keep(axis, 1, true);
    if (axis->tics > most) keep(axis, (axis->tics + most - 1) / most, false);
}

double ins_axis_share(const ins_axis *axis, double value)
{
    if (axis->bend > 0) {
        double low = decades_above(axis, axis->low);
        return (decades_above(axis, value) - low) / (decades_above(axis, axis->high) - low);
    }
    if (!axis->log) return (value - axis->low) / (axis->high - axis->low);
    return log(value / axis->low) / log(axis->high / axis->low);
}

static int by_place(const void *a, const void *b)
{
    const double *x = *(double *const *)a, *y = *(double *const *)b;
    if (*x == *y) return (x > y) - (x < y); /* equal places keep their order */
    return (*x > *y) - (*x < *y);
}

void ins_dodge(double *y, size_t n, double gap, double first, double last)
{
    double **order = ins_allocate(n + 1, sizeof *order, "labels");
    for (size_t i = 0; i < n; i++) order[i] = &y[i];
    qsort(order, n, sizeof(double *), by_place);
    if (n > 1 && gap * (double)(n - 1) > last - first) gap = (last - first) / (double)(n - 1);
    /* Push apart in pairs until nothing moves: clusters stay centred on what they label. */
    for (size_t round_number = 0; round_number < 200; round_number++) {
        for (size_t i = 0; i + 1 < n; i++) {
            double overlap = gap - (*order[i + 1] - *order[i]);
            if (overlap <= 0) continue;
            *order[i] -= overlap / 2;
            *order[i + 1] += overlap / 2;
        }
        for (size_t i = 0; i < n; i++) {
            *order[i] = fmin(fmax(*order[i], first), last);
        }
    }
    /* What rounding has left. */
    for (size_t i = 0; i + 1 < n; i++) {
        if (*order[i + 1] < *order[i] + gap) *order[i + 1] = *order[i] + gap;
    }
    for (size_t i = n; i-- > 1;) {
        if (*order[i] > last) *order[i] = last;
        if (*order[i - 1] > *order[i] - gap) *order[i - 1] = *order[i] - gap;
    }
    free(order);
}
