/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Checked memory. Every size product is checked for overflow; a failure, or a block larger than the
 * memory of the machine, ends the program with "out of memory (need N bytes for WHAT)" and
 * status 1. */
#ifndef INITSCOPE_MEMORY_H
#define INITSCOPE_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* count * size zeroed bytes, aligned to 64; release with free(). */
void *ins_allocate(size_t count, size_t size, const char *what);

/* The same, not zeroed. */
void *ins_reserve(size_t count, size_t size, const char *what);

/* Grows a block from here or NULL to count * size bytes; the new part is not zeroed and the
 * alignment is malloc's. */
void *ins_reallocate(void *block, size_t count, size_t size, const char *what);

/* A copy of text; release with free(). */
char *ins_duplicate(const char *text);

/* For memory that a library asked for itself: block, or when it is NULL the end of the program with
 * "out of memory (need some for WHAT)". */
void *ins_check_memory(void *block, const char *what);

/* True when the address space has room for this many more bytes. */
bool ins_address_space_has(size_t bytes);

/* Bytes this process may have: of the machine, or less when its address space is limited. */
size_t ins_memory_limit(void);

/* a * b and a + b; ends the program when they do not fit in size_t. */
size_t ins_multiply(size_t a, size_t b, const char *what);
size_t ins_sum(size_t a, size_t b, const char *what);

/* Memory of one lifetime: many small blocks, released together. */
typedef struct ins_arena ins_arena;
ins_arena *ins_arena_new(void);
void ins_arena_free(ins_arena *arena); /* NULL is fine */
void *ins_arena_get(ins_arena *arena, size_t count, size_t size,
                    const char *what);                                   /* zeroed, aligned to 16 */
char *ins_arena_copy(ins_arena *arena, const char *text, size_t length); /* NUL-terminated */
char *ins_arena_format(ins_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *ins_arena_format_list(ins_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
