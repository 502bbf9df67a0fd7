/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What an experiment will need, found out before anything is trained or written. */
#include <config.h>

#include "resources.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/network.h"
#include "initscope/team.h"

/* Address space of a thread beside the networks: OpenBLAS maps a buffer of 128 MiB for each thread
 * that multiplies, and tries for ever when it cannot; malloc reserves 64 MiB, the stack is 8 MiB.
 */
static const size_t THREAD_BYTES = (size_t)208 << 20;

static const char *show_bytes(char out[32], size_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024; unit++) value /= 1024;
    snprintf(out, 32, "%.3g %s", value, units[unit]);
    return out;
}

/* The largest need of one trial; all seeds of a combination need the same. */
static ins_status largest_trial(const ins_laboratory *laboratory, const ins_grid *grid,
                                size_t *largest, ins_trial *which, ins_error *error)
{
    *largest = 0;
    for (size_t i = 0; i < grid->trials; i += grid->levels[INS_FACTOR_SEED]) {
        ins_trial trial = ins_grid_trial(grid, i);
        size_t bytes = 0;
        ins_status status = ins_trial_size(laboratory, &trial, &bytes, error);
        if (status != INS_OK) return status;
        if (bytes <= *largest) continue;
        *largest = bytes;
        *which = trial;
    }
    return INS_OK;
}

#ifdef _OPENMP
/* The cores of this process: those that it was given, or its share of the machine. */
static size_t own_cores(void)
{
    const size_t allowed = (size_t)omp_get_num_procs(), ranks = ins_team_neighbours();
    const long all = sysconf(_SC_NPROCESSORS_ONLN);
    if (ranks == 1 || (all > 0 && allowed < (size_t)all)) return allowed;
    return allowed > ranks ? allowed / ranks : 1;
}
#endif

static size_t wanted_threads(const ins_settings *settings)
{
#ifdef _OPENMP
    return settings->threads > 0 ? settings->threads : own_cores();
#else
    (void)settings;
    return 1;
#endif
}

ins_status ins_threads_choose(const ins_laboratory *laboratory, const ins_grid *grid,
                              size_t *threads, ins_error *error)
{
    size_t bytes = 0, limit = ins_memory_limit() / ins_team_neighbours();
    ins_trial trial = ins_grid_trial(grid, 0);
    ins_status status = largest_trial(laboratory, grid, &bytes, &trial, error);
    if (status != INS_OK) return status;
    if (bytes > limit) {
        char need[32], have[32];
        return ins_error_add(
            error, INS_USAGE, "%s: one run needs %s of memory, there are %s (got \"%s\")",
            ins_settings_where(laboratory->settings, INS_OPTION_NETWORK), show_bytes(need, bytes),
            show_bytes(have, limit), trial.network->label);
    }
    size_t count = wanted_threads(laboratory->settings);
    if (count > grid->trials) count = grid->trials;
    while (count > 1 && bytes > limit / count) count--;
    while (count > 0 && !ins_address_space_has(count * (bytes + THREAD_BYTES))) count--;
    if (count == 0)
        return ins_error_add(error, INS_INTERNAL,
                             "out of memory (need %zu bytes of address space for one run)",
                             bytes + THREAD_BYTES);
    *threads = count;
    return INS_OK;
}

/* Initializes the network of one trial and forgets it. */
static ins_status rehearse(const ins_laboratory *laboratory, const ins_trial *trial,
                           ins_error *error)
{
    const ins_settings *settings = laboratory->settings;
    ins_design design = ins_trial_design(trial, settings, &laboratory->data->train);
    ins_network *network;
    ins_status status = ins_network_new(&design, &network, error);
    ins_design_free(&design);
    if (status != INS_OK) return status;
    /* What is prescribed is not known yet, and as good as another. */
    const size_t depth = ins_network_depth(network);
    double *ones = ins_allocate(depth, sizeof *ones, "deviations");
    for (size_t l = 0; l < depth; l++) ones[l] = 1;
    ins_initialization start = ins_trial_initialization(trial, &laboratory->probe);
    start.prescribed = ones;
    status = ins_network_initialize(network, &start, error);
    free(ones);
    ins_network_free(network);
    return status;
}

ins_status ins_rehearse(const ins_laboratory *laboratory, const ins_grid *grid, ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t i = 0; i < ins_grid_networks(grid); i++) {
        const ins_trial trial = ins_grid_network_trial(grid, i);
        if (trial.activation == grid->settings->activation.item)
            status = ins_status_first(status, rehearse(laboratory, &trial, error));
    }
    return status;
}

ins_status ins_batches_check(const ins_laboratory *laboratory, ins_error *error)
{
    const ins_sizes *batch = &laboratory->settings->batch;
    size_t rows = laboratory->data->train.rows;
    bool full = false, equal = false;
    for (size_t i = 0; i < batch->count; i++) {
        full = full || batch->item[i] == 0;
        equal = equal || batch->item[i] == rows;
    }
    if (!full || !equal) return INS_OK;
    return ins_error_add(error, INS_USAGE, "%s: full is the same number of rows (got \"%zu\")",
                         ins_settings_where(laboratory->settings, INS_OPTION_BATCH), rows);
}

/* True when path is directory, or something below it. */
static bool lies_in(const char *path, const char *directory)
{
    char *outer = ins_path_resolve(directory), *inner = ins_path_resolve(path);
    size_t length = outer ? strlen(outer) : 0;
    bool below = outer && inner && strncmp(inner, outer, length) == 0 &&
                 (inner[length] == '/' || inner[length] == '\0');
    free(outer);
    free(inner);
    return below;
}

/* What is read must not be where something else is removed or renamed. */
static ins_status check_source(const ins_settings *settings, ins_log_policy policy,
                               const char *what, const char *path, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    ins_text staging = {0};
    size_t length = strlen(settings->output);
    while (length > 1 && settings->output[length - 1] == '/') length--;
    ins_text_add_bytes(&staging, settings->output, length);
    ins_text_add(&staging, ".partial");
    ins_display(shown, path, strlen(path));
    ins_status status = INS_OK;
    if (policy == INS_LOG_FORCE && lies_in(path, settings->output))
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: holds %s, which --force would remove (got \"%s\")",
                               settings->output, what, shown);
    if (lies_in(path, staging.data))
        status =
            ins_error_add(error, INS_OUTPUT, "%s: holds %s, where the run is written (got \"%s\")",
                          staging.data, what, shown);
    ins_text_free(&staging);
    return status;
}

static ins_status check_weights(const ins_settings *settings, ins_log_policy policy,
                                const ins_choice *choice, ins_error *error)
{
    ins_status status = INS_OK;
    if (!choice->entry) return status;
    for (size_t i = 0; choice->entry->parameters[i].name; i++) {
        if (choice->entry->parameters[i].kind != INS_PARAMETER_PATH) continue;
        /* A directory, or what the names of files in one begin with. */
        char *path = ins_duplicate(choice->word[i]), *slash = strrchr(path, '/');
        if (slash && !ins_path_exists(path)) *slash = '\0';
        status =
            ins_status_first(status, check_source(settings, policy, "the weights", path, error));
        free(path);
    }
    return status;
}

static ins_status check_layers(const ins_settings *settings, ins_log_policy policy,
                               ins_elements list, ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t i = 0; i < list.count; i++) {
        const ins_element *of = list.item[i];
        if (i > 0 && of == list.item[i - 1]) continue; /* repeated */
        status = ins_status_first(status, check_weights(settings, policy, &of->weights, error));
        status = ins_status_first(status, check_weights(settings, policy, &of->recurrent, error));
        status = ins_status_first(status, check_layers(settings, policy, of->body, error));
        status = ins_status_first(status, check_layers(settings, policy, of->skip, error));
    }
    return status;
}

ins_status ins_output_check(const ins_settings *settings, ins_log_policy policy, ins_error *error)
{
    ins_status status = check_source(settings, policy, "the data file", settings->data.path, error);
    for (size_t i = 0; i < settings->init.count; i++)
        status = ins_status_first(status,
                                  check_weights(settings, policy, &settings->init.item[i], error));
    for (size_t i = 0; i < settings->recurrent_init.count; i++)
        status = ins_status_first(
            status, check_weights(settings, policy, &settings->recurrent_init.item[i], error));
    for (size_t i = 0; i < settings->network.count; i++)
        status = ins_status_first(
            status, check_layers(settings, policy, settings->network.item[i].layers, error));
    status =
        ins_status_first(status, check_weights(settings, policy, &settings->output_init, error));
    status =
        ins_status_first(status, check_weights(settings, policy, &settings->first_init, error));
    status =
        ins_status_first(status, check_weights(settings, policy, &settings->embedding_init, error));
    return ins_status_first(status, check_weights(settings, policy, &settings->bias_init, error));
}
