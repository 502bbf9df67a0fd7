/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* FANN at the training of one Iris network, 4-64-64-3, 10 epochs, nothing recorded. FANN has
 * neither Adam nor softmax: it updates after every row by its incremental rule, with its own
 * sigmoids and the squared error. Prints the CPU seconds of one network, the median of REPEATS.
 *
 *     fann_peer REPEATS IRIS.csv */
#include <fann.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEATURES = 4, CLASSES = 3, ROWS = 120, EPOCHS = 10, REPEATS = 1000 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Every fifth row is left out for a test that is not made. */
static struct fann_train_data *read_data(const char *path)
{
    struct fann_train_data *data = fann_create_train(ROWS, FEATURES, CLASSES);
    FILE *file = fopen(path, "r");
    char line[256], label[64], last[64] = "";
    unsigned row = 0, label_number = 0;
    if (file == NULL || data == NULL || fgets(line, sizeof line, file) == NULL) exit(1);
    for (unsigned i = 0; row < ROWS && fgets(line, sizeof line, file) != NULL; i++) {
        float x[FEATURES];
        if (sscanf(line, "%f,%f,%f,%f,%63s", &x[0], &x[1], &x[2], &x[3], label) != 5) exit(1);
        if (last[0] != '\0' && strcmp(label, last) != 0) label_number++;
        strcpy(last, label);
        if (i % 5 == 4) continue;
        for (unsigned j = 0; j < FEATURES; j++) data->input[row][j] = x[j];
        for (unsigned k = 0; k < CLASSES; k++) data->output[row][k] = k == label_number;
        row++;
    }
    fclose(file);
    return data;
}

int main(int count, char **arguments)
{
    static double seconds[REPEATS];
    int repeats = count == 3 ? atoi(arguments[1]) : 0;
    if (repeats < 1 || repeats > REPEATS) return 2;
    struct fann_train_data *data = read_data(arguments[2]);
    for (int i = 0; i < repeats; i++) {
        double start = seconds_now();
        struct fann *network = fann_create_standard(4, FEATURES, 64, 64, CLASSES);
        fann_set_training_algorithm(network, FANN_TRAIN_INCREMENTAL);
        for (int epoch = 0; epoch < EPOCHS; epoch++) fann_train_epoch(network, data);
        fann_destroy(network);
        seconds[i] = seconds_now() - start;
    }
    qsort(seconds, (size_t)repeats, sizeof seconds[0], ascending);
    printf("%.9g\n", seconds[repeats / 2]);
    fann_destroy_train(data);
    return 0;
}
