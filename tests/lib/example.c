/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of a layer before and after an update: all that a log needs. */
#include <initscope.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    enum { UNITS = 32, INPUTS = 16 };
    static float w[UNITS][INPUTS];
    const char *keys[] = {"initializer", "seed", NULL}, *values[] = {"uniform(0.5)", "1", NULL};
    initscope_layer layer = {
        .size = sizeof layer, .name = "dense1", .units = UNITS, .fan_in = INPUTS};
    initscope_moment moment = INITSCOPE_MOMENT_INIT;
    initscope_array array = {.size = sizeof array,
                             .data = w,
                             .ndim = 2,
                             .shape = (int64_t[]){UNITS, INPUTS},
                             .unit_axis = 0};
    initscope_log *log;
    initscope_run *run;
    int number;
    for (int i = 0; i < UNITS * INPUTS; i++)
        w[i / INPUTS][i % INPUTS] = (float)rand() / (float)RAND_MAX - 0.5f;
    if (initscope_open("logs", INITSCOPE_ADD, &log) || initscope_begin(log, keys, values, &run) ||
        initscope_layer_add(run, &layer, &number))
        goto bad;
    moment.record = INITSCOPE_SYMMETRY;
    for (; moment.time < 2; moment.time++, w[3][5] += 0.1f)
        if (initscope_at(run, &moment) || initscope_tensor(run, number, INITSCOPE_WEIGHT, &array))
            goto bad;
    if (initscope_end(run, INITSCOPE_COMPLETED) || initscope_close(log)) goto bad;
    return 0;
bad:
    fprintf(stderr, "%s\n", initscope_error());
    return 1;
}
