/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Deeds that end the program, each in a process of its own. */
#ifndef DEATH_H
#define DEATH_H

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

/* deed(which) ends the program with status 1, and what it says has these words in it. */
static inline void check_death(void (*deed)(int which), int which, const char *words)
{
    int ends[2], status;
    char said[512];
    size_t length = 0;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        deed(which);
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t count; (count = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)count;
    said[length] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%d: status %d", which, status);
    ck_assert_msg(strstr(said, words) != NULL, "%d: said %s", which, said);
}

#endif
