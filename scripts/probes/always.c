// SPDX-License-Identifier: GPL-2.0
/* Always compiles: shows that the kernel can build modules at all. */
#include <linux/module.h>
