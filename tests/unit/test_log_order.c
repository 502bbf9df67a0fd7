/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The log takes the rows of trials in any order, from any thread, and writes them in the order in
 * which the trials began. The oracle is the log of trials that ended one after the other. */
#include <config.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "log_fixture.h"

static ins_log *open_terms(const ins_log_terms *terms, size_t expected)
{
    ins_log *log = NULL;
    size_t finished = 99;
    ck_assert_msg(ins_log_open(terms, &log, &finished, &problem) == INS_OK, "%s", problem.line[0]);
    ck_assert_uint_eq(finished, expected);
    return log;
}

static size_t told[200], tellings;

static void tell(void *context, const ins_log_entry *entry)
{
    ck_assert_ptr_eq(context, told);
    told[tellings++] = entry->trial;
}

static ins_log *open_told(void)
{
    ins_log_terms terms = terms_of(INS_LOG_NEW, identity);
    terms.written = tell;
    terms.context = told;
    tellings = 0;
    return open_terms(&terms, 0);
}

START_TEST(any_order)
{
    static const size_t orders[][TRIALS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                            {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const size_t written[][TRIALS] = {{1, 2, 3}, {1, 1, 3}, {0, 2, 3},
                                             {0, 0, 3}, {0, 1, 3}, {0, 0, 3}};
    ins_log *log = open_told();
    ins_log_entry *entry[TRIALS];
    for (size_t t = 0; t < TRIALS; t++) entry[t] = begin(log, t);
    for (size_t i = 0; i < TRIALS; i++) {
        ck_assert_int_eq(ins_log_append(log, entry[orders[_i][i]], &problem), INS_OK);
        ck_assert_uint_eq(tellings, written[_i][i]);
    }
    for (size_t t = 0; t < TRIALS; t++) ck_assert_uint_eq(told[t], t + 1);
    finish(log);
    check_finished();
}
END_TEST

/* What began before is written, what began after is not; the run can be resumed. */
START_TEST(given_up)
{
    ins_log *log = open_told();
    ins_log_entry *entry[TRIALS];
    for (size_t t = 0; t < TRIALS; t++) entry[t] = begin(log, t);
    ck_assert_int_eq(ins_log_append(log, entry[2], &problem), INS_OK);
    ins_log_give_up(log, entry[1]);
    ck_assert_ptr_null(ins_log_begin(log, TRIALS + 1));
    ck_assert_uint_eq(tellings, 0);
    ck_assert_int_eq(ins_log_append(log, entry[0], &problem), INS_OK);
    ck_assert_uint_eq(tellings, 1);
    ins_log_close(log);
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 1);
}
END_TEST

/* Rows for a file that is written whole are a mistake of the program: nothing of them is written,
 * and nobody waits for them. */
START_TEST(misplaced_rows)
{
    ins_error error = {0};
    ins_log *log = open_told();
    ins_log_entry *entry = begin(log, 0);
    ins_text_add(&entry->rows.file[INS_LOG_FEATURES], "x,1\n");
    ck_assert_int_eq(ins_log_append(log, entry, &error), INS_INTERNAL);
    ck_assert_str_eq(error.line[0], "rows of a trial for features.csv, which is written whole");
    ck_assert_ptr_null(ins_log_begin(log, 2));
    ck_assert_uint_eq(tellings, 0);
    ins_log_close(log);
    ck_assert(!ins_path_exists(at("run.partial")));
}
END_TEST

/* What is finished is a set: here the last two trials, of which the third was written first. */
START_TEST(finished_set)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 2, 3);
    append(log, 1, 2);
    ins_log_close(log);
    log = open_log(INS_LOG_RESUME, 2);
    for (size_t trial = 1; trial <= TRIALS + 1; trial++)
        ck_assert_int_eq(ins_log_wants(log, trial), trial == 1 || trial == TRIALS + 1);
    append(log, 0, 1);
    ck_assert(!ins_log_wants(log, 1));
    ins_log_close(log);
    ins_text journal = contents("run.partial/journal");
    const char *line = journal.data;
    static const char *const begins[] = {"initscope journal 2 ", "trial 3 ", "trial 2 ",
                                         "trial 1 "};
    for (size_t i = 0; i < 4; i++, line = strchr(line, '\n') + 1)
        ck_assert_int_eq(strncmp(line, begins[i], strlen(begins[i])), 0);
    ck_assert_str_eq(line, "");
    ins_text_free(&journal);
}
END_TEST

/* A line again: the trial is there once. */
START_TEST(repeated_line)
{
    interrupted(1);
    ins_text journal = contents("run.partial/journal");
    const char *line = strchr(journal.data, '\n') + 1;
    ins_text twice = {0};
    ins_text_add(&twice, journal.data);
    ins_text_add(&twice, line);
    put_text("run.partial/journal", twice.data);
    ins_text_free(&twice);
    ins_text_free(&journal);
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 1);
}
END_TEST

START_TEST(shards)
{
    ins_log_terms terms = terms_of(INS_LOG_NEW, identity);
    terms.shard = (ins_shard){3, 3};
    ins_log *log = open_terms(&terms, 0);
    for (size_t trial = 1; trial < 12; trial++)
        ck_assert_int_eq(ins_log_wants(log, trial), trial % 3 == 0);
    append(log, 2, 3);
    ins_log_close(log);
    check_refused(INS_LOG_RESUME, identity, INS_USAGE,
                  message("%s.partial: the interrupted run has \"shard = 3/3\" (got \"\")", where));
    terms.policy = INS_LOG_RESUME;
    log = open_terms(&terms, 1);
    ck_assert(!ins_log_wants(log, 3));
    ck_assert(ins_log_wants(log, 6));
    ins_log_close(log);
}
END_TEST

enum { MANY = 150, WORKERS = 3 };

typedef struct crew {
    ins_log *log;
    pthread_mutex_t hand_out;
    size_t next;
    atomic_size_t ended, furthest; /* the longest way anybody was ahead of the next to be written */
} crew;

static atomic_size_t written_so_far;

static void count(void *context, const ins_log_entry *entry)
{
    (void)context;
    ck_assert_uint_eq(entry->trial, ++written_so_far);
}

/* Trials of uneven length: every fifth is a long one. */
static void *work(void *context)
{
    crew *c = context;
    for (;;) {
        pthread_mutex_lock(&c->hand_out);
        ins_log_entry *entry = c->next < MANY ? begin(c->log, c->next++) : NULL;
        pthread_mutex_unlock(&c->hand_out);
        if (entry == NULL) return NULL;
        size_t ahead = entry->trial - written_so_far;
        if (ahead > c->furthest) c->furthest = ahead;
        nanosleep(&(struct timespec){.tv_nsec = entry->trial % 5 == 0 ? 3000000 : 100000}, NULL);
        ck_assert_int_eq(ins_log_append(c->log, entry, NULL), INS_OK);
        c->ended++;
    }
}

START_TEST(threads)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, MANY);
    ins_log_close(log);
    ins_text journal = contents("run.partial/journal");

    ins_log_terms terms = terms_of(INS_LOG_FORCE, identity);
    terms.written = count;
    written_so_far = 0;
    crew c = {.log = open_terms(&terms, 0), .hand_out = PTHREAD_MUTEX_INITIALIZER};
    pthread_t worker[WORKERS];
    for (size_t i = 0; i < WORKERS; i++)
        ck_assert_int_eq(pthread_create(&worker[i], NULL, work, &c), 0);
    for (size_t i = 0; i < WORKERS; i++) ck_assert_int_eq(pthread_join(worker[i], NULL), 0);
    ck_assert_uint_eq(c.ended, MANY);
    ck_assert_uint_eq(written_so_far, MANY);
    ck_assert_uint_gt(c.furthest, 1); /* they did run side by side */
    /* The entry is told of before it leaves, and counted when its successor began meanwhile. */
    ck_assert_uint_le(c.furthest, ROOM);
    ins_log_close(c.log);
    ins_text again = contents("run.partial/journal");
    /* But for the first line, which says that this one replaces: the hashes hold the bytes. */
    const char *line = strchr(journal.data, '\n'), *same = strchr(again.data, '\n');
    for (size_t t = 0; t < MANY; t++, line = strchr(line + 1, '\n'), same = strchr(same + 1, '\n'))
        ck_assert_int_eq(strncmp(line, same, strcspn(line, "=")), 0);
    ck_assert_str_eq(line, "\n");
    ck_assert_str_eq(same, "\n");
    ins_text_free(&journal);
    ins_text_free(&again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log_order");
    TCase *tests = tcase_create("order");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, any_order, 0, 6);
    tcase_add_test(tests, given_up);
    tcase_add_test(tests, misplaced_rows);
    tcase_add_test(tests, finished_set);
    tcase_add_test(tests, repeated_line);
    tcase_add_test(tests, shards);
    tcase_add_test(tests, threads);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
