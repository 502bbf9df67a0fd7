/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a target over its corpus and prints TAP. An input that breaks the target ends the program
 * before its "ok" is printed: the last line names it. */
#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "initscope/file.h"

static char *corpus(void)
{
    const char *source = getenv("srcdir");
    char *tests = ins_path_join(source != NULL ? source : ".", "tests/fuzz/corpus");
    char *path = ins_path_join(tests, FUZZ_TARGET);
    free(tests);
    return path;
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    ins_text input = {0};
    ins_error error = {0};
    fuzz_expect(ins_file_read(path, &input, INS_DATA, &error) == INS_OK, path);
    /* A copy of the exact size, so that a sanitizer or valgrind sees a read behind the end. */
    uint8_t *data = malloc(input.length + (input.length == 0));
    if (input.length > 0) memcpy(data, input.data, input.length);
    LLVMFuzzerTestOneInput(data, input.length);
    free(data);
    ins_text_free(&input);
    free(path);
}

int main(void)
{
    char *directory = corpus();
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_input, alphasort);
    printf("1..%d\n", count > 0 ? count : 1);
    if (count <= 0) printf("not ok 1 - no inputs in %s\n", directory);
    for (int i = 0; i < count; i++) {
        printf("# %s/%s\n", FUZZ_TARGET, entries[i]->d_name);
        fflush(stdout);
        replay(directory, entries[i]->d_name);
        printf("ok %d - %s/%s\n", i + 1, FUZZ_TARGET, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    free(directory);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
