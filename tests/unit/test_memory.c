/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Checked memory and problems. Deaths are seen from a child process. */
#include <config.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>

#include "initscope/carver.h"
#include "initscope/error.h"
#include "initscope/memory.h"

#include "check_tap.h"
#include "death.h"

/* True when every byte is value. */
static bool all(const unsigned char *block, size_t length, unsigned value)
{
    for (size_t i = 0; i < length; i++)
        if (block[i] != value) return false;
    return true;
}

START_TEST(test_blocks)
{
    for (size_t count = 0; count < 300; count += 7) {
        unsigned char *block = ins_allocate(count, 3, "a test");

        ck_assert_uint_eq((uintptr_t)block % 64, 0);
        ck_assert(all(block, 3 * count, 0));
        memset(block, 1, 3 * count);
        block = ins_reallocate(block, 2 * count, 3, "a test");
        ck_assert(all(block, 3 * count, 1));
        free(block);
    }

    char *copy = ins_duplicate("text");

    ck_assert_str_eq(copy, "text");
    free(copy);
    ck_assert_uint_eq(ins_multiply(SIZE_MAX, 1, "a test"), SIZE_MAX);
    ck_assert_uint_eq(ins_multiply(SIZE_MAX, 0, "a test"), 0);
    ck_assert_uint_eq(ins_sum(SIZE_MAX - 1, 1, "a test"), SIZE_MAX);
}
END_TEST

/* Blocks of all sizes from one arena: aligned, zeroed, apart from each other. */
START_TEST(test_arena)
{
    enum { BLOCKS = 2000 };
    static unsigned char *block[BLOCKS];
    static size_t size[BLOCKS];
    ins_arena *arena = ins_arena_new();

    for (size_t i = 0; i < BLOCKS; i++) {
        size[i] = i % 100 == 99 ? 20000 + 100 * i : (i * 37) % 501;
        block[i] = ins_arena_get(arena, size[i], 1, "a test");
        ck_assert_uint_eq((uintptr_t)block[i] % 16, 0);
        ck_assert(all(block[i], size[i], 0));
        memset(block[i], (int)(i % 251) + 1, size[i]);
    }
    for (size_t i = 0; i < BLOCKS; i++) ck_assert(all(block[i], size[i], (unsigned)(i % 251) + 1));
    ck_assert_str_eq(ins_arena_copy(arena, "abcdef", 3), "abc");
    ck_assert_str_eq(ins_arena_copy(arena, NULL, 0), "");
    ck_assert_str_eq(ins_arena_format(arena, "%s=%d", "x", 5), "x=5");
    ins_arena_free(arena);
    ins_arena_free(NULL);
}
END_TEST

/* The pieces, and where they begin. */
static void carve(ins_carver *carver, char *piece[3])
{
    piece[0] = ins_carve(carver, 65, 1);
    piece[1] = ins_carve_matrix(carver, 3, 5, 4);
    piece[2] = ins_carve(carver, 0, 8);
}

/* What was counted is what is handed out: zeroed, aligned, and none within another. */
START_TEST(test_carver)
{
    ins_carver carver = {0};
    char *piece[3];
    carve(&carver, piece);
    for (size_t i = 0; i < 3; i++) ck_assert_ptr_null(piece[i]);
    ck_assert_uint_eq(carver.used, 192);
    ins_carver_allocate(&carver, "pieces");
    carve(&carver, piece);
    ck_assert_uint_eq(carver.used, 192);
    ck_assert_ptr_eq(piece[0], carver.base);
    ck_assert_ptr_eq(piece[1], carver.base + 128);
    ck_assert_ptr_eq(piece[2], carver.base + 192);
    ck_assert_uint_eq((uintptr_t)carver.base % 64, 0);
    ck_assert(all((unsigned char *)carver.base, 192, 0));
    ck_assert(!carver.overflow);
    free(carver.base);
}
END_TEST

/* The smaller of the machine's memory and the limit of the address space. What there is room for is
 * asked without a limit, for AddressSanitizer takes more than any, also when the process ends. */
START_TEST(test_limit)
{
    size_t machine = ins_memory_limit();
    struct rlimit space, before;

    ck_assert(ins_address_space_has(4096));
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    space = before;
    space.rlim_cur = (rlim_t)machine * 2;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &space), 0);
    ck_assert_uint_eq(ins_memory_limit(), machine);
    space.rlim_cur = (rlim_t)machine / 2;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &space), 0);
    ck_assert_uint_eq(ins_memory_limit(), machine / 2);
    ck_assert(!ins_address_space_has(machine));
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
}
END_TEST

/* AddressSanitizer, when built with it, must let a huge allocation fail as it does in earnest. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void overflow_product(void)
{
    ins_allocate(SIZE_MAX / 2, 3, "the weights");
}
static void overflow_rounding(void)
{
    ins_allocate(SIZE_MAX - 5, 1, "the weights");
}
static void overflow_sum(void)
{
    ins_sum(SIZE_MAX, 1, "the weights");
}
static void too_large(void)
{
    ins_allocate(SIZE_MAX / 4, 1, "the weights");
}
static void too_large_again(void)
{
    ins_reallocate(NULL, SIZE_MAX / 4, 1, "the weights");
}
static void carve_too_much(void)
{
    ins_carver carver = {0};
    ins_carve_matrix(&carver, SIZE_MAX / 2, 3, 1);
    ins_carver_allocate(&carver, "the weights");
}
static void die_plainly(void)
{
    ins_die("%s %d\x1b", "broken", 7);
}

static void say_goodbye(void)
{
    fputs("goodbye\n", stderr);
}

static const struct {
    void (*deed)(void);
    const char *last_words;
} deaths[] = {
    {overflow_product,
     "initscope: out of memory (need 9223372036854775807 x 3 bytes for the weights)\ngoodbye\n"},
    {overflow_rounding, "initscope: out of memory (need 18446744073709551610 + 2097151 bytes for "
                        "the weights)\ngoodbye\n"},
    {overflow_sum,
     "initscope: out of memory (need 18446744073709551615 + 1 bytes for the weights)\ngoodbye\n"},
    {too_large, "initscope: out of memory (need 4611686018427387904 bytes for the weights)\n"
                "goodbye\n"},
    {too_large_again, "initscope: out of memory (need 4611686018427387903 bytes for the weights)\n"
                      "goodbye\n"},
    {carve_too_much, "initscope: out of memory (need 18446744073709551615 + 2097151 bytes for the "
                     "weights)\ngoodbye\n"},
    {die_plainly, "initscope: broken 7\\x1b\ngoodbye\n"},
};

static void die(int which)
{
    atexit(say_goodbye);
    deaths[which].deed();
}

START_TEST(test_death)
{
    if (SIZE_MAX != UINT64_MAX) return; /* the figures are those of 64 bits */
    check_death(die, _i, deaths[_i].last_words);
}
END_TEST

START_TEST(test_problems)
{
    ins_error error = {0};

    ck_assert_int_eq(ins_error_add(&error, INS_DATA, "%s:%d: first", "x.csv", 3), INS_DATA);
    ck_assert_int_eq(ins_error_add(&error, INS_USAGE, "second"), INS_USAGE);
    ck_assert_int_eq(ins_error_add(NULL, INS_OUTPUT, "nobody is told"), INS_OUTPUT);
    ck_assert_int_eq(ins_status_first(INS_OK, INS_DATA), INS_DATA);
    ck_assert_int_eq(ins_status_first(INS_USAGE, INS_DATA), INS_USAGE);
    ck_assert_int_eq(ins_status_first(INS_USAGE, INS_OK), INS_USAGE);
    for (int i = 2; i < 30; i++) ins_error_add(&error, INS_DATA, "problem %d", i);
    ck_assert_int_eq(error.status, INS_DATA);
    ck_assert_uint_eq(error.count, 30);
    ck_assert_str_eq(error.line[0], "x.csv:3: first");
    ck_assert_str_eq(error.line[1], "second");
    ck_assert_str_eq(error.line[19], "problem 19");

    ins_status earlier = ins_error_begin(&error);
    ck_assert_int_eq(error.status, INS_OK);
    ins_error_add(&error, INS_RENDER, "since then");
    ck_assert_int_eq(ins_error_end(&error, earlier), INS_RENDER);
    ck_assert_int_eq(error.status, INS_DATA);
    ck_assert_int_eq(ins_error_end(&error, ins_error_begin(&error)), INS_OK);
    ck_assert_int_eq(error.status, INS_DATA);
    ins_error_clear(&error);
    ck_assert_int_eq(error.status, INS_OK);
    ck_assert_uint_eq(error.count, 0);
}
END_TEST

/* Always one harmless line, cut between characters. */
START_TEST(test_hostile_messages)
{
    ins_error error = {0};
    char longest[2000];

    ins_error_add(&error, INS_DATA, "%s", "a\nb\x1b[31m\xff");
    ck_assert_str_eq(error.line[0], "a\\x0ab\\x1b[31m\\xff");
    for (size_t shift = 0; shift < 4; shift++) {
        const char *line = error.line[shift + 1];

        memset(longest, 'x', sizeof longest);
        for (size_t i = shift; i + 3 < sizeof longest; i += 3)
            memcpy(longest + i, "\xE2\x82\xAC", 3);
        longest[sizeof longest - 1] = '\0';
        ins_error_add(&error, INS_DATA, "%s", longest);
        ck_assert_uint_le(strlen(line), INS_ERROR_WIDTH - 1);
        ck_assert_uint_ge(strlen(line), INS_ERROR_WIDTH - 4);
        ck_assert_str_eq(line + strlen(line) - 6, "\xE2\x82\xAC...");
    }
    memset(longest, 'x', INS_ERROR_WIDTH);
    longest[INS_ERROR_WIDTH - 1] = '\0';
    ins_error_add(&error, INS_DATA, "%s", longest);
    ck_assert_str_eq(error.line[5], longest); /* exactly fits */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *memory = tcase_create("memory"), *problems = tcase_create("problems");

    tcase_add_test(memory, test_blocks);
    tcase_add_test(memory, test_arena);
    tcase_add_test(memory, test_carver);
    tcase_add_test(memory, test_limit);
    tcase_add_loop_test(memory, test_death, 0, sizeof deaths / sizeof deaths[0]);
    tcase_add_test(problems, test_problems);
    tcase_add_test(problems, test_hostile_messages);
    suite_add_tcase(suite, memory);
    suite_add_tcase(suite, problems);
    return ins_run_suite(suite);
}
