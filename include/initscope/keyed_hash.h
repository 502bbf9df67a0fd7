/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash for tables of texts and numbers that come from outside: nobody who does not know the key,
 * which each process draws anew, can choose many that fall together. */
#ifndef INITSCOPE_KEYED_HASH_H
#define INITSCOPE_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3. */
unsigned long long ins_siphash(const uint64_t key[2], const void *bytes, size_t length);

/* The same by the process's own key: for nothing that is written or that decides an order. */
unsigned long long ins_keyed_hash(const void *bytes, size_t length);

#endif
