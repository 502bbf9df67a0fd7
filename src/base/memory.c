/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Checked memory: a size that overflows or a block that cannot be had ends the program. */
#include <config.h>

#include "initscope/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "initscope/error.h"

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0 /* not of POSIX */
#endif

enum {
    ALIGNMENT = 64,       /* a cache line, and the widest vector register */
    ARENA_ALIGNMENT = 16, /* any C object */
    HUGE_PAGE = 1 << 21,  /* of x86-64, and of AArch64 with pages of 4 KiB */
    HUGE_BLOCK = 8 << 20, /* blocks from here on are worth them */
    ARENA_CHUNK = 64 * 1024
};

size_t ins_multiply(size_t a, size_t b, const char *what)
{
    if (b != 0 && a > SIZE_MAX / b)
        ins_die("out of memory (need %zu x %zu bytes for %s)", a, b, what);
    return a * b;
}

size_t ins_sum(size_t a, size_t b, const char *what)
{
    if (a > SIZE_MAX - b) ins_die("out of memory (need %zu + %zu bytes for %s)", a, b, what);
    return a + b;
}

/* bytes rounded up to a multiple of unit, a power of two; at least one unit. */
static size_t round_up(size_t bytes, size_t unit, const char *what)
{
    if (bytes == 0) return unit;
    return ins_sum(bytes, unit - 1, what) & ~(unit - 1);
}

size_t ins_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t limit = SIZE_MAX;
    struct rlimit space;

    /* More than a pointer reaches is no limit. */
    if (pages > 0 && page > 0 && (size_t)pages <= SIZE_MAX / (size_t)page)
        limit = (size_t)pages * (size_t)page;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
        space.rlim_cur < limit)
        limit = (size_t)space.rlim_cur;
    return limit;
}

bool ins_address_space_has(size_t bytes)
{
    void *block = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (block == MAP_FAILED) return false;
    munmap(block, bytes);
    return true;
}

void *ins_check_memory(void *block, const char *what)
{
    if (!block) ins_die("out of memory (need some for %s)", what);
    return block;
}

/* Every block is had here, so that every failure has the same words. The system gives more than
 * there is, and kills some process when it is used: input without end must not come to that. */
static void *checked(void *block, size_t bytes, const char *what)
{
    enum { LARGE = 1 << 28 };

    if (!block || (bytes > LARGE && bytes > ins_memory_limit()))
        ins_die("out of memory (need %zu bytes for %s)", bytes, what);
    return block;
}

void *ins_allocate(size_t count, size_t size, const char *what)
{
    return memset(ins_reserve(count, size, what), 0, count * size);
}

void *ins_reserve(size_t count, size_t size, const char *what)
{
    size_t bytes = ins_multiply(count, size, what);
    size_t alignment = bytes < HUGE_BLOCK ? ALIGNMENT : HUGE_PAGE;

    bytes = round_up(bytes, alignment, what);

    void *block = checked(aligned_alloc(alignment, bytes), bytes, what);

#ifdef MADV_HUGEPAGE
    /* Only advice: without such pages everything works as well, only slower. */
    if (bytes >= HUGE_BLOCK) madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
}

void *ins_reallocate(void *block, size_t count, size_t size, const char *what)
{
    size_t bytes = round_up(ins_multiply(count, size, what), 1, what);

    return checked(realloc(block, bytes), bytes, what);
}

char *ins_duplicate(const char *text)
{
    size_t bytes = strlen(text) + 1;

    return memcpy(checked(malloc(bytes), bytes, "a text"), text, bytes);
}

/* An arena is a list of chunks, the newest first; small blocks are cut from the newest. */
typedef struct chunk {
    struct chunk *next;
    size_t used, capacity; /* bytes of data */
    _Alignas(ARENA_ALIGNMENT) unsigned char data[];
} chunk;

struct ins_arena {
    chunk *newest;
};

static chunk *chunk_new(size_t capacity, const char *what)
{
    size_t bytes = ins_sum(sizeof(chunk), capacity, what);
    chunk *made = checked(malloc(bytes), bytes, what);

    *made = (chunk){.capacity = capacity};
    return made;
}

ins_arena *ins_arena_new(void)
{
    return ins_allocate(1, sizeof(ins_arena), "an arena");
}

void ins_arena_free(ins_arena *arena)
{
    if (!arena) return;
    for (chunk *next, *one = arena->newest; one; one = next) {
        next = one->next;
        free(one);
    }
    free(arena);
}

/* bytes, not zeroed. A large block gets a chunk of its own behind the newest, whose rest stays in
 * use. */
static void *arena_take(ins_arena *arena, size_t bytes, const char *what)
{
    size_t need = round_up(bytes, ARENA_ALIGNMENT, what);
    chunk *from = arena->newest;

    if (!from || from->capacity - from->used < need) {
        bool large = need > ARENA_CHUNK / 4;

        from = chunk_new(large ? need : ARENA_CHUNK, what);
        if (large && arena->newest) {
            from->next = arena->newest->next;
            arena->newest->next = from;
        } else {
            from->next = arena->newest;
            arena->newest = from;
        }
    }
    from->used += need;
    return from->data + from->used - need;
}

void *ins_arena_get(ins_arena *arena, size_t count, size_t size, const char *what)
{
    size_t bytes = ins_multiply(count, size, what);

    return memset(arena_take(arena, bytes, what), 0, bytes);
}

char *ins_arena_copy(ins_arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, ins_sum(length, 1, "a text"), "a text");

    if (length > 0) memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *ins_arena_format_list(ins_arena *arena, const char *format, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) ins_die("a text could not be formatted");

    char *out = arena_take(arena, (size_t)length + 1, "a text");

    vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    return out;
}

char *ins_arena_format(ins_arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *out = ins_arena_format_list(arena, format, arguments);
    va_end(arguments);
    return out;
}
