/* mutation [-n COUNT] [-f FIRST] [-o NUMBER] [-k DIRECTORY] LOG...: mutates the logs in turn and
 * reports on each mutation in a process of its own, as TAP. It is held to this:
 *
 *   the report is written, all pages for paper and, with what stands for gnuplot, for a screen, or
 *   the log is refused with one message a problem; in ten seconds, without a signal or a word of a
 *   sanitizer
 *   no page draws what the log does not have
 *   no page has a number that is none in a sentence, and no byte of markup out of a log
 *   a log and one that says the same, in other columns or without what is empty, have one report
 *
 * Mutation N is drawn from the random stream of N: -o N has it again, -k DIRECTORY keeps its log.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/random.h"
#include "initscope/report.h"

#include "mutations.h"

enum { PATH_SIZE = 1024, SECONDS = 10, BROKEN = 100 };

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

/* --- In the child: one report, held to its promises ----------------------------------- */

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

static void check_words(const char *path)
{
    static const char *const never[] = {"nan",  "-nan",       "inf",  "18446744073709551615",
                                        "null", "4294967295", "-0 %", "-0%"};
    ins_text text = {0};
    char shown[161];
    expect(ins_file_read(path, &text, INS_OUTPUT, NULL) == INS_OK, "a page is there", path);
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

static void check_pages(void)
{
    DIR *pages = opendir(path_of("report/pages"));
    char path[PATH_SIZE];
    size_t count = 0;
    expect(pages != NULL, "there are pages", strerror(errno));
    for (const struct dirent *entry; (entry = readdir(pages)) != NULL;) {
        if (!has_end(entry->d_name, "-text.csv")) continue;
        snprintf(path, sizeof path, "%s/report/pages/%.200s", scratch, entry->d_name);
        check_words(path);
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
    const char *undrawn; /* the figure that has no evidence; NULL: there is none */
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
        check_pages();
        if (of->screen) check_screen();
        if (of->undrawn != NULL && of->other == NULL) check_undrawn(of->undrawn);
    }
    const ins_status said = ins_report_summary(&options, false, &summary, &summary_error);
    expect(said == (status == INS_DATA ? INS_DATA : INS_OK), "the summary is of the same logs",
           summary_error.line[0]);
    ins_text_free(&summary);
    return status;
}

/* --- In the parent -------------------------------------------------------------------- */

static _Noreturn void become_report(const task *of)
{
    const struct rlimit time = {SECONDS, SECONDS}, core = {0, 0};
    int said = open(path_of("said"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    setrlimit(RLIMIT_CPU, &time); /* of this process alone, however busy the machine is */
    setrlimit(RLIMIT_CORE, &core);
    alarm(20 * SECONDS);
    dup2(said, STDERR_FILENO);
    exit((int)report(of));
}

/* The status of the report, or BROKEN with the reason in path_of("said"). */
static int run_report(const sheets *log, const task *of)
{
    int status;
    ins_error error = {0};
    ins_directory_remove(path_of("log"), &error);
    ins_directory_remove(path_of("report"), &error);
    ins_directory_make(path_of("log"), &error);
    if (error.status != INS_OK) ins_die("%s", error.line[0]);
    sheets_write(log, path_of("log"));
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) become_report(of);
    if (child < 0 || waitpid(child, &status, 0) != child) ins_die("fork: %s", strerror(errno));
    if (WIFEXITED(status) && (WEXITSTATUS(status) == INS_OK || WEXITSTATUS(status) == INS_DATA ||
                              WEXITSTATUS(status) == INS_RENDER))
        return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) {
        FILE *said = fopen(path_of("said"), "a");
        fprintf(said, "signal %d: %s\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
        fclose(said);
    }
    return BROKEN;
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

/* Whether the reports are the same; if not, the first file that differs is in path_of("said"). */
static bool same_reports(const ins_text *left, const ins_text *right)
{
    if (strcmp(left->data, right->data) == 0) return true;
    const char *a = left->data, *b = right->data;
    while (strcspn(a, "\n") == strcspn(b, "\n") && strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    FILE *said = fopen(path_of("said"), "w");
    fprintf(said, "broken promise: logs that say the same have one report: \"%.*s\" and \"%.*s\"\n",
            (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
    fclose(said);
    return false;
}

/* Both reports, which must be the same unless one is refused and may be. The status of the second,
 * or BROKEN. */
static int run_twins(const sheets *left, const sheets *right, const task *of, bool may_differ)
{
    ins_text digest[2] = {{0}, {0}};
    const sheets *const logs[] = {left, right};
    int status[2];
    for (int i = 0; i < 2; i++) {
        ins_text_add(&digest[i], "");
        status[i] = run_report(logs[i], of);
        if (status[i] == BROKEN) break;
        ins_text_add_format(&digest[i], "status %d\n", status[i]);
        if (status[i] != INS_DATA) add_digest(path_of("report"), "report", &digest[i]);
        if (i == 0 || (may_differ && status[0] != status[1])) continue;
        if (!same_reports(&digest[0], &digest[1])) status[0] = BROKEN;
    }
    const int both = status[0] == BROKEN ? BROKEN : status[1];
    ins_text_free(&digest[0]);
    ins_text_free(&digest[1]);
    return both;
}

/* --- Mutations ------------------------------------------------------------------------ */

typedef struct tally {
    size_t reports, refusals, broken, twins;
} tally;

typedef struct plan {
    const char **directories;
    size_t count;
    const sheets *logs; /* (count) */
    const char *keep;   /* where the log of a mutation goes; NULL: nowhere */
} plan;

static void tell(unsigned long number, const char *directory, const ins_text *changes)
{
    ins_text said = {0};
    char line[2000];
    ins_make_safe(line, sizeof line, changes->data, changes->length);
    printf("# mutation %lu of %s: %s\n", number, directory, line);
    if (ins_file_read(path_of("said"), &said, INS_OUTPUT, NULL) == INS_OK) {
        char *rest = NULL;
        for (char *at = strtok_r(said.data, "\n", &rest); at != NULL;
             at = strtok_r(NULL, "\n", &rest))
            printf("#   %s\n", at);
    }
    ins_text_free(&said);
}

static void try(const plan *of, unsigned long number, tally *counts)
{
    const size_t at = number % of->count;
    ins_arena *arena = ins_arena_new();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_text changes = {0};
    ins_random_seed(rng, (uint32_t)number);
    sheets left = sheets_copy(&of->logs[at], arena);
    const size_t kind = gsl_rng_uniform_int(rng, 16);
    task now = {.other = kind == 0 ? of->directories[at] : NULL, .screen = kind < 3};
    bool may_differ = false;
    if (kind < 14) mutate(&left, rng, &changes);
    if (kind == 8 || kind == 14) now.undrawn = take_evidence(&left, rng, &changes);
    sheets right = sheets_copy(&left, arena);
    ins_text_add(&changes, "");
    const bool twins = (kind == 15 || (kind >= 10 && kind < 14)) &&
                       make_twins(&left, &right, rng, &may_differ, &changes);
    const int status = twins ? run_twins(&left, &right, &now, may_differ) : run_report(&left, &now);
    if (status == BROKEN) tell(number, of->directories[at], &changes);
    if (of->keep != NULL) sheets_write(twins ? &right : &left, of->keep);
    counts->twins += twins;
    counts->broken += status == BROKEN;
    counts->refusals += status == INS_DATA;
    counts->reports += status == INS_OK || status == INS_RENDER;
    ins_text_free(&changes);
    gsl_rng_free(rng);
    ins_arena_free(arena);
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
    for (size_t d = 0; d < of->count; d++) {
        tally counts = {0};
        for (unsigned long number = from; number < from + count; number++)
            if (number % of->count == d) try(of, number, &counts);
        const bool sound = counts.broken == 0 && (count < 100 || counts.reports > 0);
        printf("%s %zu - %s: %zu reports, %zu refusals, %zu of them of twins, %zu broken\n",
               sound ? "ok" : "not ok", d + 1, of->directories[d], counts.reports, counts.refusals,
               counts.twins, counts.broken);
        all.reports += counts.reports;
        all.refusals += counts.refusals;
        all.broken += counts.broken + !sound;
    }
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
    printf("1..%zu\n", of.count);
    const tally all = try_all(&of, from, count);
    printf("# %zu reports, %zu refusals, %zu broken promises\n", all.reports, all.refusals,
           all.broken);
    remove_scratch();
    ins_arena_free(arena);
    return all.broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
