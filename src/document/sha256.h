/* SHA-256, by which a page says which scripts and styles are its own. */
#ifndef INITSCOPE_SHA256_H
#define INITSCOPE_SHA256_H

#include <stddef.h>

enum { INS_SHA256_SIZE = 45 };

/* The hash of bytes as FIPS 180-4 defines it, in Base64 (RFC 4648), as policies of web pages have
 * it: 44 characters and NUL. Returns out. */
const char *ins_sha256(char out[INS_SHA256_SIZE], const void *bytes, size_t length);

#endif
