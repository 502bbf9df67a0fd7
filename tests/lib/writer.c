/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* writer DIRECTORY RUNS MOMENTS SEED [MICROSECONDS]: adds runs of three layers, the first of that
 * seed, to a log, with a pause before each moment: for tests that add at the same time and kill. */
#include <initscope.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { UNITS = 24, INPUTS = 12, LAYERS = 3 };

static float weight[UNITS][INPUTS];

static const initscope_array array = {.size = sizeof array,
                                      .data = weight,
                                      .dtype = INITSCOPE_F32,
                                      .ndim = 2,
                                      .shape = (const int64_t[]){UNITS, INPUTS}};

static initscope_status record(initscope_run *run, int moments, useconds_t pause)
{
    static const char *const names[LAYERS] = {"a", "b", "c"};
    initscope_status status = INITSCOPE_OK;
    int number;
    for (int l = 0; l < LAYERS && status == 0; l++) {
        const initscope_layer layer = {
            .size = sizeof layer, .name = names[l], .units = UNITS, .fan_in = INPUTS};
        status = initscope_layer_add(run, &layer, &number);
    }
    for (int t = 0; t < moments && status == 0; t++) {
        initscope_moment moment = INITSCOPE_MOMENT_INIT;
        moment.time = moment.updates = t;
        moment.train_loss = 1.0 / (1 + t);
        moment.record = INITSCOPE_SYMMETRY | INITSCOPE_HISTOGRAMS;
        usleep(pause);
        status = initscope_at(run, &moment);
        for (int l = 1; l <= LAYERS && status == 0; l++)
            status = initscope_tensor(run, l, INITSCOPE_WEIGHT, &array);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 5) return 2;
    const int runs = atoi(argv[2]), moments = atoi(argv[3]), first = atoi(argv[4]);
    const useconds_t pause = argc > 5 ? (useconds_t)atoi(argv[5]) : 0;
    initscope_log *log = NULL;
    initscope_status status = initscope_open(argv[1], INITSCOPE_ADD, &log);
    srand((unsigned)first);
    for (int i = 0; i < UNITS * INPUTS; i++)
        weight[i / INPUTS][i % INPUTS] = (float)rand() / (float)RAND_MAX - 0.5F;
    for (int r = 0; r < runs && status == 0; r++) {
        char seed[16];
        initscope_run *run;
        snprintf(seed, sizeof seed, "%d", first + r);
        const char *const keys[] = {"initializer", "seed", "learning_rate", "width", NULL};
        const char *const values[] = {"made", seed, "0.1", "24", NULL};
        status = initscope_begin(log, keys, values, &run);
        if (status == INITSCOPE_DONE) {
            printf("done %s\n", seed);
            status = INITSCOPE_OK;
            continue;
        }
        if (status == 0) status = record(run, moments, pause);
        if (status == 0) status = initscope_end(run, INITSCOPE_COMPLETED);
    }
    if (status != 0) fprintf(stderr, "%s\n", initscope_error());
    const initscope_status closed = log != NULL ? initscope_close(log) : INITSCOPE_OK;
    return (int)(status != 0 ? status : closed);
}
