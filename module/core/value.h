/* SPDX-License-Identifier: GPL-2.0 */
/* Values that users write: numbers in a range, and words. */
#ifndef TCPLAB_CORE_VALUE_H
#define TCPLAB_CORE_VALUE_H

#include "port.h"

int tl_value_number(const char *text, u32 min, u32 max, u32 *value);
int tl_value_word(const char *text, char *word, size_t size);

#endif /* TCPLAB_CORE_VALUE_H */
