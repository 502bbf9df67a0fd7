/* Problems on standard error. */
#include <config.h>

#include <stdio.h>

#include "cli.h"

void ins_problems_print(const ins_error *error)
{
    const size_t kept = error->count < INS_ERROR_LINES ? error->count : INS_ERROR_LINES;
    for (size_t i = 0; i < kept; i++) fprintf(stderr, "initscope: %s\n", error->line[i]);
    if (error->count > kept) fprintf(stderr, "initscope: ... and %zu more\n", error->count - kept);
}
