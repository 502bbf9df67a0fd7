/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that ask the program to stop: the first is a wish, a second SIGINT an order. */
#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"

static volatile sig_atomic_t received;

static void receive(int number)
{
    if (received && number == SIGINT) {
        /* The signal comes again, and kills, when this handler returns. */
        signal(number, SIG_DFL);
        raise(number);
    }
    received = number;
}

void ins_signals_start(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old, new = {.sa_handler = receive, .sa_flags = SA_RESTART};
        sigemptyset(&new.sa_mask);
        /* A signal ignored by nohup or by a shell's background job stays ignored. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &new, NULL);
    }
}

bool ins_signals_stop(void)
{
    return received != 0;
}

_Noreturn void ins_signals_die(void)
{
    int number = received ? received : SIGTERM;
    signal(number, SIG_DFL);
    raise(number);
    _exit(128 + number);
}
