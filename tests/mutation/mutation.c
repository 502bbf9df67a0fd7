/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* mutation [-n COUNT] [-f FIRST] [-o NUMBER] [-k DIRECTORY] LOG...: mutates the logs in turn and
 * reports on each mutation, as TAP. It is held to this:
 *
 *   the report is written, all pages for paper and, with what stands for gnuplot, for a screen, or
 *   the log is refused with one message a problem; in ten seconds, without a signal or a word of a
 *   sanitizer
 *   no page draws what the log does not have
 *   no page has a number that is none in a sentence, and no byte of markup out of a log
 *   a log and one that says the same, in other columns or without what is empty, have one report
 *
 * Many mutations share a process; where it breaks, each of them gets its own, and the guilty is
 * told. Mutation N is drawn from the random stream of N: -o N has it again, -k DIRECTORY keeps its
 * log.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/random.h"
#include "initscope/report.h"

#include "mutations.h"

enum { PATH_SIZE = 1024, SECONDS = 10, BROKEN = 100, BATCH = 25 };

static char scratch[PATH_SIZE / 2];

/* What is synchronised with the disk is removed at once. */
int fsync(int file)
{
    (void)file;
    return 0;
}

static const char *path_of(const char *name)
{
    static char path[2][PATH_SIZE];
    static unsigned next;
    next = !next;
    snprintf(path[next], sizeof path[next], "%s/%s", scratch, name);
    return path[next];
}

static void remove_scratch(void)
{
    ins_directory_remove(scratch, NULL);
}

static void make_scratch(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/initscope-mutation-XXXXXX",
             place != NULL ? place : "/tmp");
    if (mkdtemp(scratch) == NULL) ins_die("%s: %s", scratch, strerror(errno));
}

/* --- What stands for gnuplot ---------------------------------------------------------- */

/* Draws an empty figure for every chart of the page for a screen; needs no other program. */
static const char drawer[] =
    "#!/bin/sh\n"
    "for data in .web/*.csv; do\n"
    "    echo '<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 200\"></svg>' "
    ">\"${data%.csv}.svg\"\n"
    "done\n";

static void make_drawer(void)
{
    const char *path = path_of("drawer");
    int file = open(path, O_WRONLY | O_CREAT, 0700);
    if (file < 0 || ins_write_all(file, drawer, sizeof drawer - 1) != 0 || close(file) != 0)
        ins_die("%s: %s", path, strerror(errno));
}

/* --- One report, held to its promises -------------------------------------------------- */

static void expect(bool holds, const char *promise, const char *shown)
{
    if (holds) return;
    fprintf(stderr, "broken promise: %s: %s\n", promise, shown);
    exit(BROKEN);
}

static bool is_of_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Where text has the word by itself, or NULL. */
static const char *find_word(const char *text, const char *word)
{
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[strlen(word)])) return at;
    return NULL;
}

static void check_words(const char *path, const char *unsaid)
{
    static const char *const never[] = {"nan",  "-nan",       "inf",  "18446744073709551615",
                                        "null", "4294967295", "-0 %", "-0%"};
    ins_text text = {0};
    char shown[161];
    expect(ins_file_read(path, &text, INS_OUTPUT, NULL) == INS_OK, "a page is there", path);
    expect(unsaid == NULL || strstr(text.data, unsaid) == NULL, "what was not measured is not said",
           unsaid);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        const char *at = find_word(text.data, never[i]);
        if (at == NULL) continue;
        const size_t before = (size_t)(at - text.data) < 80 ? (size_t)(at - text.data) : 80;
        snprintf(shown, sizeof shown, "%.160s", at - before);
        expect(false, "no page has a number that is none", shown);
    }
    ins_text_free(&text);
}

static bool has_end(const char *name, const char *end)
{
    const size_t length = strlen(name), wanted = strlen(end);
    return length >= wanted && strcmp(name + length - wanted, end) == 0;
}

static void check_pages(const char *unsaid)
{
    DIR *pages = opendir(path_of("report/pages"));
    char path[PATH_SIZE];
    size_t count = 0;
    expect(pages != NULL, "there are pages", strerror(errno));
    for (const struct dirent *entry; (entry = readdir(pages)) != NULL;) {
        if (!has_end(entry->d_name, "-text.csv")) continue;
        snprintf(path, sizeof path, "%s/report/pages/%.200s", scratch, entry->d_name);
        check_words(path, unsaid);
        count++;
    }
    closedir(pages);
    expect(count > 0, "there are pages", "none");
}

static void check_screen(void)
{
    ins_text page = {0};
    expect(ins_file_read(path_of("report/report.html"), &page, INS_OUTPUT, NULL) == INS_OK,
           "there is a page for a screen", "none");
    expect(strstr(page.data, "<img") == NULL, "names are no markup", "<img");
    expect(strstr(page.data, "</html>") != NULL, "the page is whole", "no </html>");
    ins_text_free(&page);
}

static void check_messages(const ins_error *error)
{
    expect(error->count > 0, "a refusal has a message", "none");
    for (size_t i = 0; i < error->count && i < INS_ERROR_LINES; i++) {
        const char *line = error->line[i];
        expect(strncmp(line, scratch, strlen(scratch)) == 0, "a message says where", line);
        for (const char *c = line; *c != '\0'; c++)
            expect((unsigned char)*c >= ' ', "a message is one line", line);
        for (size_t at = 0; line[at] != '\0';) {
            const size_t length = ins_utf8_length(line + at, strlen(line + at));
            expect(length > 0, "a message is UTF-8", line);
            at += length;
        }
        for (size_t j = 0; j < i; j++)
            expect(strcmp(line, error->line[j]) != 0, "no message comes twice", line);
    }
}

/* A report may be of the log alone, or of two experiments. */
typedef struct task {
    const char *other; /* directory of the second; NULL: none */
    bool screen;
    const evidence *missing; /* NULL: nothing is known to be */
} task;

/* A figure is figures/NN-NAME.csv. */
static void check_undrawn(const char *figure)
{
    DIR *figures = opendir(path_of("report/figures"));
    char end[64];
    snprintf(end, sizeof end, "-%s.csv", figure);
    for (const struct dirent *entry; figures != NULL && (entry = readdir(figures)) != NULL;)
        expect(strlen(entry->d_name) != strlen(end) + 2 || !has_end(entry->d_name, end),
               "what was not measured is not drawn", entry->d_name);
    if (figures != NULL) closedir(figures);
}

static ins_status report(const task *of)
{
    char log[PATH_SIZE], output[PATH_SIZE], stand_in[PATH_SIZE];
    snprintf(log, sizeof log, "%s", path_of("log"));
    snprintf(output, sizeof output, "%s", path_of("report"));
    snprintf(stand_in, sizeof stand_in, "%s", path_of("drawer"));
    const char *const directories[] = {log, of->other};
    const ins_report_options options = {.directories = directories,
                                        .count = of->other != NULL ? 2 : 1,
                                        .formats = of->screen ? INS_FORMAT_HTML : 0,
                                        .output = output,
                                        .gnuplot = of->screen ? stand_in : "/nonexistent/gnuplot"};
    ins_error error = {0}, summary_error = {0};
    ins_text summary = {0};
    const ins_status status = ins_report_write(&options, &error);
    expect(status == INS_DATA || status == (of->screen ? INS_OK : INS_RENDER),
           "there is a report or the log is refused", error.line[0]);
    if (status == INS_DATA) {
        check_messages(&error);
    } else {
        check_pages(of->missing != NULL ? of->missing->words : NULL);
        if (of->screen) check_screen();
        if (of->missing != NULL && of->missing->figure != NULL) check_undrawn(of->missing->figure);
    }
    const ins_status said = ins_report_summary(&options, false, &summary, &summary_error);
    expect(said == (status == INS_DATA ? INS_DATA : INS_OK), "the summary is of the same logs",
           summary_error.line[0]);
    ins_text_free(&summary);
    return status;
}

/* --- One mutation --------------------------------------------------------------------- */

/* The status of the report on a log, within its time of the processor, however busy that is. */
static ins_status run_report(const sheets *log, const task *of)
{
    const struct itimerval time = {.it_value = {.tv_sec = SECONDS}};
    ins_error error = {0};
    ins_directory_remove(path_of("log"), &error);
    ins_directory_remove(path_of("report"), &error);
    ins_directory_make(path_of("log"), &error);
    if (error.status != INS_OK) ins_die("%s", error.line[0]);
    sheets_write(log, path_of("log"));
    setitimer(ITIMER_PROF, &time, NULL);
    alarm(20 * SECONDS);
    return report(of);
}

static int is_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A line for each file below path: its name and the hash of its bytes. */
static void add_digest(const char *path, const char *name, ins_text *out)
{
    struct dirent **entries;
    const int count = scandir(path, &entries, is_entry, alphasort);
    ins_text bytes = {0};
    if (count < 0 && ins_file_read(path, &bytes, INS_OUTPUT, NULL) == INS_OK)
        ins_text_add_format(out, "%s %llx\n", name,
                            ins_hash(INS_HASH_START, bytes.data, bytes.length));
    ins_text_free(&bytes);
    for (int i = 0; i < count; i++) {
        char *below = ins_path_join(path, entries[i]->d_name);
        char *below_name = ins_path_join(name, entries[i]->d_name);
        add_digest(below, below_name, out);
        free(below);
        free(below_name);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void expect_same(const ins_text *left, const ins_text *right)
{
    char shown[400];
    const char *a = left->data, *b = right->data;
    if (strcmp(a, b) == 0) return;
    while (strcspn(a, "\n") == strcspn(b, "\n") && strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    snprintf(shown, sizeof shown, "\"%.*s\" and \"%.*s\"", (int)strcspn(a, "\n"), a,
             (int)strcspn(b, "\n"), b);
    expect(false, "logs that say the same have one report", shown);
}

/* Both reports must be the same unless one is refused and may be. The status of the second. */
static ins_status run_twins(const sheets *left, const sheets *right, const task *of,
                            bool may_differ)
{
    const sheets *const logs[] = {left, right};
    ins_text digest[2] = {{0}, {0}};
    ins_status status[2];
    for (int i = 0; i < 2; i++) {
        status[i] = run_report(logs[i], of);
        ins_text_add_format(&digest[i], "status %d\n", (int)status[i]);
        if (status[i] != INS_DATA) add_digest(path_of("report"), "report", &digest[i]);
    }
    if (!may_differ || status[0] == status[1]) expect_same(&digest[0], &digest[1]);
    ins_text_free(&digest[0]);
    ins_text_free(&digest[1]);
    return status[1];
}

typedef struct plan {
    const char **directories;
    size_t count;
    const sheets *logs; /* (count) */
    const char *keep;   /* where the log of a mutation goes; NULL: nowhere */
} plan;

/* A mutation as its number has it. */
typedef struct drawn {
    ins_arena *arena;
    ins_text changes; /* in words */
    bool twins, may_differ;
    sheets left, right; /* without twins they are the same */
    task task;
} drawn;

static drawn draw(const plan *of, unsigned long number)
{
    const size_t at = number % of->count;
    drawn now = {.arena = ins_arena_new()};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, (uint32_t)number);
    const size_t kind = gsl_rng_uniform_int(rng, 16);
    now.left = sheets_copy(&of->logs[at], now.arena);
    now.task.other = kind == 0 ? of->directories[at] : NULL;
    now.task.screen = kind < 3;
    if (kind < 14) mutate(&now.left, rng, &now.changes);
    if (kind == 8 || kind == 14) now.task.missing = take_evidence(&now.left, rng, &now.changes);
    now.right = sheets_copy(&now.left, now.arena);
    now.twins = (kind == 15 || (kind >= 10 && kind < 14)) &&
                make_twins(&now.left, &now.right, rng, &now.may_differ, &now.changes);
    ins_text_add(&now.changes, "");
    gsl_rng_free(rng);
    return now;
}

static void drawn_free(drawn *now)
{
    ins_text_free(&now->changes);
    ins_arena_free(now->arena);
}

/* --- Many ----------------------------------------------------------------------------- */

typedef struct tally {
    size_t reports, refusals, broken, twins;
} tally;

static void try(const plan *of, unsigned long number, tally *counts)
{
    drawn now = draw(of, number);
    const ins_status status = now.twins
                                  ? run_twins(&now.left, &now.right, &now.task, now.may_differ)
                                  : run_report(&now.left, &now.task);
    counts->twins += now.twins;
    counts->refusals += status == INS_DATA;
    counts->reports += status != INS_DATA;
    drawn_free(&now);
}

static _Noreturn void become_worker(const plan *of, const unsigned long *number, size_t count,
                                    tally *counts)
{
    const struct rlimit core = {0, 0};
    int said = open(path_of("said"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    setrlimit(RLIMIT_CORE, &core);
    dup2(said, STDERR_FILENO);
    for (size_t i = 0; i < count; i++) try(of, number[i], counts);
    exit(EXIT_SUCCESS);
}

/* Whether a process that tries them all ends well; why it did not is in path_of("said"). */
static bool run_worker(const plan *of, const unsigned long *number, size_t count, tally *shared)
{
    const tally before = *shared;
    int status;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) become_worker(of, number, count, shared);
    if (child < 0 || waitpid(child, &status, 0) != child) ins_die("fork: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return true;
    *shared = before;
    if (WIFSIGNALED(status)) {
        FILE *said = fopen(path_of("said"), "a");
        fprintf(said, "signal %d: %s\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
        fclose(said);
    }
    return false;
}

static void tell(const plan *of, unsigned long number)
{
    ins_text said = {0};
    char line[2000], *rest = NULL;
    drawn now = draw(of, number);
    ins_make_safe(line, sizeof line, now.changes.data, now.changes.length);
    printf("# mutation %lu of %s: %s\n", number, of->directories[number % of->count], line);
    if (ins_file_read(path_of("said"), &said, INS_OUTPUT, NULL) == INS_OK)
        for (char *at = strtok_r(said.data, "\n", &rest); at != NULL;
             at = strtok_r(NULL, "\n", &rest))
            printf("#   %s\n", at);
    ins_text_free(&said);
    drawn_free(&now);
}

static void run_batch(const plan *of, const unsigned long *number, size_t count, tally *shared)
{
    if (run_worker(of, number, count, shared)) return;
    for (size_t i = 0; i < count; i++) {
        if (run_worker(of, &number[i], 1, shared)) continue;
        tell(of, number[i]);
        shared->broken++;
    }
}

static unsigned long number_of(const char *text)
{
    long long value;
    if (text == NULL || !ins_parse_integer(text, strlen(text), 0, 4294967295, &value))
        ins_die("not a number of mutations (got \"%s\")", text != NULL ? text : "");
    return (unsigned long)value;
}

/* Mutations from, from + 1, ..., those of one log after those of another. */
static tally try_all(const plan *of, unsigned long from, unsigned long count)
{
    tally all = {0};
    tally *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) ins_die("mmap: %s", strerror(errno));
    for (size_t d = 0; d < of->count; d++) {
        unsigned long batch[BATCH];
        size_t batched = 0;
        *shared = (tally){0};
        for (unsigned long number = from; number < from + count; number++) {
            if (number % of->count == d) batch[batched++] = number;
            if (batched == BATCH || (batched > 0 && number + 1 == from + count)) {
                run_batch(of, batch, batched, shared);
                batched = 0;
            }
        }
        const bool sound = shared->broken == 0 && (count < 100 || shared->reports > 0);
        printf("%s %zu - %s: %zu reports, %zu refusals, %zu of them of twins, %zu broken\n",
               sound ? "ok" : "not ok", d + 1, of->directories[d], shared->reports,
               shared->refusals, shared->twins, shared->broken);
        all.reports += shared->reports;
        all.refusals += shared->refusals;
        all.broken += shared->broken + (shared->broken == 0 && !sound);
    }
    munmap(shared, sizeof *shared);
    return all;
}

int main(int argc, char **argv)
{
    unsigned long from = 0, count = 200;
    plan of = {0};
    int option;
    while ((option = getopt(argc, argv, "n:f:o:k:")) != -1) {
        if (option == 'n') count = number_of(optarg);
        if (option == 'f') from = number_of(optarg);
        if (option == 'o') from = number_of(optarg), count = 1;
        if (option == 'k') of.keep = optarg;
        if (option == '?') return INS_USAGE;
    }
    of.count = (size_t)(argc - optind);
    of.directories = (const char **)argv + optind;
    if (of.count == 0) ins_die("no log to mutate");
    ins_arena *arena = ins_arena_new();
    sheets *logs = ins_arena_get(arena, of.count, sizeof *logs, "logs");
    for (size_t d = 0; d < of.count; d++) logs[d] = sheets_read(of.directories[d], arena);
    of.logs = logs;
    make_scratch();
    make_drawer();
    if (of.keep != NULL) {
        drawn now = draw(&of, from);
        sheets_write(&now.right, of.keep);
        drawn_free(&now);
    }
    printf("1..%zu\n", of.count);
    const tally all = try_all(&of, from, count);
    printf("# %zu reports, %zu refusals, %zu broken promises\n", all.reports, all.refusals,
           all.broken);
    remove_scratch();
    ins_arena_free(arena);
    return all.broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
