# SPDX-License-Identifier: GPL-2.0
#
# Takes out of a kernel log what is no trouble: the stack that the kernel shows where a slab cache finds no memory, which
# tests bring about (the error is EINVAL where the kernel names no reason; with a cache that is really wrong no test
# passes); and the headlines of data races that do not concern tcplab: the kernel has many of its own. A race concerns
# tcplab if one of its functions is in a stack of the report, be it the one that touched the memory or one that called
# it. All other lines stay, also those that another processor wrote into a report.

function let_go(	i) {
	for (i = 1; i <= held; i++)
		if (ours || line[i] !~ /BUG: KCSAN: /)
			print line[i]
	held = ours = 0
}

# A report stands between two of these; so does one by KASAN, which is kept as it is.
/====================/ { let_go() }
/kmem_cache_create.*\(tcplab_[a-z]+\) failed with error -(12|22)/ { dumped = 1 }
dumped && /Call Trace:/ { dumped = 0; next }
{ line[++held] = $0 }
/\[tcplab\]/ { ours = 1 }
END { let_go() }
