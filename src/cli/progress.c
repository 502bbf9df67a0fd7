/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is doing, on standard error: a bar on a terminal, plain lines with -v. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "initscope/clock.h"
#include "initscope/text.h"

enum { BAR = 20, LINE = 160 };

struct ins_progress {
    bool bar, lines, warnings;
    double start, drawn; /* seconds */
    size_t trials, skipped, done;
    size_t elsewhere;         /* done by other processes */
    double steps, steps_done; /* epochs of all trials to be run, the initial one included */
    double steps_of_trial;
    char current[64];
};

ins_progress *ins_progress_new(ins_loudness loudness)
{
    ins_progress *progress = ins_allocate(1, sizeof *progress, "progress");
    progress->warnings = loudness != INS_QUIET;
    progress->lines = loudness == INS_VERBOSE;
    progress->bar = loudness == INS_NORMAL && isatty(STDERR_FILENO);
    return progress;
}

static void clear_line(const ins_progress *progress)
{
    if (progress->bar && progress->drawn > 0) fputs("\r\033[K", stderr);
}

/* "[=====>    ] 12/40 runs  he_uniform seed 3  8.1 runs/s  3 s left" */
static void draw(ins_progress *progress)
{
    double now = ins_seconds_now(), elapsed = now - progress->start;
    if (now - progress->drawn < 0.1) return;
    progress->drawn = now;

    const double steps =
        progress->steps_done + (double)progress->elsewhere * progress->steps_of_trial;
    double share = progress->steps > 0 ? steps / progress->steps : 1;
    int full = (int)(share * BAR);
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++) bar[i] = i < full ? '=' : i == full ? '>' : ' ';
    bar[BAR] = '\0';

    char line[LINE];
    double runs = progress->steps_of_trial > 0 ? steps / progress->steps_of_trial : 0;
    snprintf(line, sizeof line, "[%s] %zu/%zu runs  %s  %.3g runs/s  %.0f s left", bar,
             progress->skipped + progress->done + progress->elsewhere, progress->trials,
             progress->current, elapsed > 0 ? runs / elapsed : 0.0,
             share > 0 ? elapsed * (1 - share) / share : 0.0);
    size_t columns = ins_terminal_columns(STDERR_FILENO);
    /* Two columns are left for the ^C that a terminal shows. */
    fprintf(stderr, "\r%.*s\033[K", (int)(columns > 3 ? columns - 3 : 1), line);
    fflush(stderr);
}

/* A path in the initializer's name may hold any bytes. */
static void shown(char *out, size_t size, const ins_trial *trial)
{
    ins_make_safe(out, size, trial->init->label, strlen(trial->init->label));
}

static void on_start(ins_progress *progress, const ins_event *event)
{
    progress->start = ins_seconds_now();
    progress->trials = event->trials;
    progress->skipped = event->skipped;
    progress->steps_of_trial = (double)event->epochs + 1;
    progress->steps = (double)(event->trials - event->skipped) * progress->steps_of_trial;
    if (progress->lines && event->skipped > 0)
        fprintf(stderr, "initscope: %zu of %zu runs are complete already\n", event->skipped,
                event->trials);
}

/* "3.4 h" */
static void show_duration(char *out, size_t size, double seconds)
{
    static const struct unit {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "days"}, {365.25 * 86400, "years"}};
    enum { UNITS = sizeof units / sizeof units[0] };
    size_t unit = 0;
    while (unit + 1 < UNITS && seconds >= 2 * units[unit + 1].seconds) unit++;
    snprintf(out, size, "%.2g %s", seconds / units[unit].seconds, units[unit].name);
}

/* "12 MB" */
static void show_size(char *out, size_t size, double bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
    enum { UNITS = sizeof units / sizeof units[0] };
    size_t unit = 0;
    for (bytes /= 1e3; unit + 1 < UNITS && bytes >= 999.5; unit++) bytes /= 1e3;
    snprintf(out, size, "%.3g %s", bytes, units[unit]);
}

static void on_expense(ins_progress *progress, const ins_event *event)
{
    char duration[32], bytes[32];
    if (!progress->warnings) return;
    show_duration(duration, sizeof duration, event->seconds);
    show_size(bytes, sizeof bytes, event->bytes);
    fprintf(stderr, "initscope: %zu runs, about %s on %zu thread%s and %s on the disk\n",
            event->trials - event->skipped, duration, event->workers,
            event->workers == 1 ? "" : "s", bytes);
}

static void on_epoch(ins_progress *progress, const ins_event *event)
{
    progress->steps_done++;
    if (!progress->bar) return;
    char name[41];
    shown(name, sizeof name, event->trial);
    snprintf(progress->current, sizeof progress->current, "%s seed %lu", name,
             (unsigned long)event->trial->seed);
    draw(progress);
}

static void on_trial(ins_progress *progress, const ins_event *event)
{
    progress->done++;
    progress->elsewhere = event->elsewhere;
    /* A diverged trial left its last epochs out. */
    progress->steps_done += (double)(event->epochs - event->epoch);
    const ins_trial *trial = event->trial;
    char name[INS_DISPLAY_SIZE];
    shown(name, sizeof name, trial);
    if (progress->lines && event->diverged)
        fprintf(stderr, "initscope: run %zu of %zu: %s seed %lu diverged in epoch %zu\n",
                trial->run, event->all, name, (unsigned long)trial->seed, event->epoch);
    else if (progress->lines)
        fprintf(stderr, "initscope: run %zu of %zu: %s seed %lu, test %s %.3g\n", trial->run,
                event->all, name, (unsigned long)trial->seed, event->score_name, event->score);
    if (progress->bar) draw(progress);
}

static void on_warning(ins_progress *progress, const ins_event *event)
{
    if (!progress->warnings) return;
    clear_line(progress);
    fprintf(stderr, "initscope: warning: %s\n", event->text);
}

void ins_progress_tell(void *context, const ins_event *event)
{
    static void (*const handlers[])(ins_progress *,
                                    const ins_event *) = {[INS_EVENT_WARNING] = on_warning,
                                                          [INS_EVENT_START] = on_start,
                                                          [INS_EVENT_EXPENSE] = on_expense,
                                                          [INS_EVENT_EPOCH] = on_epoch,
                                                          [INS_EVENT_TRIAL] = on_trial};
    handlers[event->kind](context, event);
}

void ins_progress_free(ins_progress *progress)
{
    if (progress) clear_line(progress);
    free(progress);
}
