/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4), by which a manifest tells whether a file is as it was written, and a page
 * which scripts and styles are its own. */
#ifndef INITSCOPE_SHA256_H
#define INITSCOPE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a digest; characters of its texts, with NUL. */
enum { INS_SHA256_DIGEST = 32, INS_SHA256_HEX = 65, INS_SHA256_BASE64 = 45 };

/* A message so far. */
typedef struct ins_sha256 {
    uint32_t hash[8];
    unsigned char rest[64]; /* of the last block */
    uint64_t length;        /* bytes */
} ins_sha256;

void ins_sha256_begin(ins_sha256 *sha);
void ins_sha256_add(ins_sha256 *sha, const void *bytes, size_t length);
void ins_sha256_end(ins_sha256 *sha, unsigned char digest[INS_SHA256_DIGEST]);

/* In hexadecimal digits, as sha256sum writes it. Returns out. */
const char *ins_sha256_hex(char out[INS_SHA256_HEX], const unsigned char digest[INS_SHA256_DIGEST]);

/* The digest of bytes in Base64 (RFC 4648), as policies of web pages have it. Returns out. */
const char *ins_sha256_base64(char out[INS_SHA256_BASE64], const void *bytes, size_t length);

#endif
