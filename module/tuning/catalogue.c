// SPDX-License-Identifier: GPL-2.0
/*
 * The table of sysctls. It is pure C: scripts/catalogue prints it as a page. The
 * bounds are those of the kernel that takes most; the running one may take less.
 */
#include "catalogue.h"

#define CATALOGUE_INT_MAX	2147483647LL
#define CATALOGUE_LONG_MAX	9223372036854775807LL

const struct tl_sysctl tl_sysctls[TL_SYSCTLS] = {
	{
		.name = "net.ipv4.tcp_syn_retries",
		.bounds = { TL_FORM_NUMBER, false, 1, 127 },
		.unit = "count",
		.standard_text = "6",
		.seed = { "1", "1" },
		.risky = true,
		.about =
		"SYNs sent again before connect() fails; up to tcp_syn_linear_timeouts more since 6.5. 1 gives up after 3 s.",
	},
	{
		.name = "net.ipv4.tcp_synack_retries",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.unit = "count",
		.standard_text = "5",
		.seed = { "1", NULL },
		.risky = true,
		.about =
		"SYN,ACKs sent again before a half-open request is forgotten.",
	},
	{
		.name = "net.ipv4.tcp_keepalive_time",
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "7200",
		.seed = { "600", "1800" },
		.about =
		"Idle time before the first probe, of sockets with SO_KEEPALIVE alone.",
	},
	{
		.name = "net.ipv4.tcp_keepalive_probes",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.unit = "count",
		.standard_text = "9",
		.seed = { "3", "3" },
		.about =
		"Probes without an answer before the connection is dropped.",
	},
	{
		.name = "net.ipv4.tcp_keepalive_intvl",
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "75",
		.seed = { "15", "15" },
		.about = "Time between two probes.",
	},
	{
		.name = "net.ipv4.tcp_retries2",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.unit = "count",
		.standard_text = "15",
		.seed = { "5", NULL },
		.risky = true,
		.about =
		"Timeouts before an open connection is dropped: 15 take some 924 s and 5 some 13 s on a fast link. RFC 1122 asks for 100 s, which are 8.",
	},
	{
		.name = "net.ipv4.tcp_orphan_retries",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.unit = "count",
		.standard_text = "0",
		.risky = true,
		.about =
		"Timeouts before a connection that no program holds is dropped; 0 stands for 8.",
	},
	{
		.name = "net.ipv4.tcp_fin_timeout",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "60",
		.seed = { "2", "10" },
		.about =
		"Ends orphans in FIN_WAIT_2. It is mistaken for the length of TIME_WAIT, which no sysctl changes.",
	},
	{
		.name = "net.ipv4.tcp_max_tw_buckets",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "count",
		.standard = TL_STANDARD_EHASH_HALF,
		.standard_text = "buckets of the connection table / 2",
		.seed = { "36000", "10000" },
		.in_use = TL_IN_USE_TIME_WAIT,
		.about =
		"TIME_WAIT and FIN_WAIT_2 mini-sockets that there may be; beyond it TIME_WAIT is skipped in silence. It must not be lowered.",
	},
	{
		.name = "net.ipv4.tcp_tw_recycle",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "0",
		.seed = { "1", "1" },
		.until = "4.12",
		.about =
		"Dropped SYNs with older timestamps of one address, and so cut off hosts behind NAT. It was removed; time_wait/recycle does it for study.",
	},
	{
		.name = "net.ipv4.tcp_tw_reuse",
		.bounds = { TL_FORM_NUMBER, false, 0, 2 },
		.standard_text = "2",
		.seed = { "1", "1" },
		.about =
		"connect() may take a port in TIME_WAIT if timestamps are on; 2 means on loopback only. It does nothing for accepted connections.",
	},
	{
		.name = "net.ipv4.tcp_tw_reuse_delay",
		.bounds = { TL_FORM_NUMBER, false, 1, 60000 },
		.unit = "ms",
		.standard_text = "1000",
		.since = "6.14",
		.about =
		"How long a TIME_WAIT lasts before tcp_tw_reuse may take it.",
	},
	{
		.name = "net.ipv4.tcp_timestamps",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "1",
		.seed = { NULL, "1" },
		.about =
		"Timestamps of RFC 7323; 2 means without a random offset. tcp_tw_reuse needs them.",
	},
	{
		.name = "net.ipv4.tcp_rfc1337",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "0",
		.about = "1 ignores RSTs in TIME_WAIT, as RFC 1337 proposes.",
	},
	{
		.name = "net.ipv4.tcp_max_orphans",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "count",
		.standard = TL_STANDARD_EHASH_HALF,
		.standard_text = "buckets of the connection table / 2",
		.seed = { "32768", NULL },
		.about =
		"Sockets that no program holds any more; beyond it they are reset. It must not be lowered.",
	},
	{
		.name = "net.ipv4.tcp_abort_on_overflow",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "0",
		.about =
		"1 answers with RST what a full accept queue refuses; 0 lets the client try again.",
	},
	{
		.name = "net.ipv4.tcp_syncookies",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "1",
		.seed = { "1", "1" },
		.about =
		"1 sends cookies when a SYN queue is full, 2 always. It is no means for a busy server, only for a flooded one.",
	},
	{
		.name = "net.ipv4.tcp_max_syn_backlog",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "count",
		.standard = TL_STANDARD_SYN_BACKLOG,
		.standard_text =
		"buckets of the connection table / 128, at least 128",
		.seed = { "16384", "8192" },
		.about =
		"Bounds a SYN queue only while tcp_syncookies is 0; else the backlog of listen() does.",
	},
	{
		.name = "net.ipv4.tcp_wmem",
		.bounds = { TL_FORM_TRIPLE, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard = TL_STANDARD_TCP_WMEM,
		.standard_text =
		"4096 16384, and free memory / 128 but 65536 to 4194304",
		.seed = {
			"8192 131072 16777216",
			"30000000 30000000 30000000",
		},
		.about =
		"Least, first and greatest send buffer; SO_SNDBUF is bounded by net.core.wmem_max instead.",
	},
	{
		.name = "net.ipv4.tcp_rmem",
		.bounds = { TL_FORM_TRIPLE, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard = TL_STANDARD_TCP_RMEM,
		.standard_text =
		"4096 131072, and free memory / 128 but 131072 to 6291456 (33554432 since 6.16)",
		.seed = { "32768 131072 16777216", NULL },
		.about =
		"Least, first and greatest receive buffer; SO_RCVBUF is bounded by net.core.rmem_max instead.",
	},
	{
		.name = "net.ipv4.tcp_mem",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_TRIPLE, true, 1, CATALOGUE_LONG_MAX },
		.unit = "pages",
		.standard = TL_STANDARD_TCP_MEM,
		.standard_text = "3/4, 1 and 3/2 of free memory / 16",
		.seed = { "786432 1048576 1572864", NULL },
		.risky = true,
		.in_use = TL_IN_USE_TCP_MEM,
		.about =
		"Memory of all TCP sockets: no pressure below the first, pressure above the second, refusal above the third. The unit is pages, not bytes.",
	},
	{
		.name = "net.ipv4.tcp_notsent_lowat",
		.bounds = { TL_FORM_NUMBER, false, 0, 4294967295LL },
		.unit = "bytes",
		.standard_text = "4294967295",
		.about = "A socket with more unsent bytes is not writable.",
	},
	{
		.name = "net.ipv4.tcp_window_scaling",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "1",
		.seed = { NULL, "0" },
		.risky = true,
		.about =
		"0 keeps windows below 64 KiB, and so throughput below 64 KiB in a round trip.",
	},
	{
		.name = "net.ipv4.tcp_sack",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "1",
		.seed = { NULL, "1" },
		.about =
		"Selective acknowledgements; 0 makes each loss of several segments cost round trips.",
	},
	{
		.name = "net.ipv4.tcp_ecn",
		.bounds = { TL_FORM_NUMBER, false, 0, 5 },
		.standard_text = "2",
		.seed = { NULL, "0" },
		.about =
		"0 never, 1 asks for ECN, 2 only answers those who ask; 3 to 5 are of Accurate ECN.",
	},
	{
		.name = "net.ipv4.tcp_slow_start_after_idle",
		.bounds = { TL_FORM_NUMBER, false, 0, 255 },
		.standard_text = "1",
		.seed = { NULL, "0" },
		.about =
		"1 lets the window of an idle connection shrink again.",
	},
	{
		.name = "net.ipv4.tcp_rto_max_ms",
		.bounds = { TL_FORM_NUMBER, false, 1000, 120000 },
		.unit = "ms",
		.standard_text = "120000",
		.since = "6.15",
		.about = "The longest retransmission timeout.",
	},
	{
		.name = "net.ipv4.tcp_congestion_control",
		.bounds = { TL_FORM_WORD, false, 0, 0 },
		.standard = TL_STANDARD_CONGESTION,
		.standard_text = "the kernel's configuration",
		.seed = { NULL, "bic" },
		.residue =
		"an algorithm that was the default stays allowed to all users",
		.about = "The congestion control of new sockets.",
	},
	{
		.name = "net.ipv4.ip_local_port_range",
		.bounds = { TL_FORM_PAIR, true, 1, 65535 },
		.standard_text = "32768 60999",
		.seed = { "1024 65000", "1024 65000" },
		.risky = true,
		.about =
		"Ports that connect() chooses from. A listener in the range has to be reserved.",
	},
	{
		.name = "net.ipv4.ip_local_reserved_ports",
		.bounds = { TL_FORM_LIST, true, 0, 65535 },
		.standard_text = "",
		.about = "Ports of the range that connect() leaves alone.",
	},
	{
		.name = "net.ipv4.route.gc_timeout",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "300",
		.seed = { NULL, "100" },
		.about =
		"Of the cache of routes, which IPv4 lost in 3.6; next to nothing uses it.",
	},
	{
		.name = "net.ipv4.icmp_echo_ignore_broadcasts",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "1",
		.seed = { NULL, "1" },
		.about = "1 answers no ping to a broadcast address.",
	},
	{
		.name = "net.ipv4.icmp_ignore_bogus_error_responses",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "1",
		.seed = { NULL, "1" },
		.about =
		"1 logs no answers to broadcasts that RFC 1122 forbids.",
	},
	{
		.name = "net.ipv4.conf.all.rp_filter",
		.bounds = { TL_FORM_NUMBER, false, 0, 2 },
		.standard_text = "0",
		.seed = { NULL, "1" },
		.risky = true,
		.about =
		"Drops packets whose source is routed elsewhere; the greater of this and the interface's own counts. 1 is strict, 2 loose.",
	},
	{
		.name = "net.ipv4.conf.default.rp_filter",
		.bounds = { TL_FORM_NUMBER, false, 0, 2 },
		.standard_text = "0",
		.seed = { NULL, "1" },
		.risky = true,
		.residue =
		"a new default is copied to interfaces that nobody has set",
		.about =
		"The same for interfaces to come, and for those that nobody has set. A write to an interface's own, also by rollback, sets it for good.",
	},
	{
		.name = "net.ipv4.conf.all.accept_source_route",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "0",
		.about =
		"Takes packets that name their own route; this and the interface's own both have to be 1.",
	},
	{
		.name = "net.ipv4.conf.default.accept_source_route",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "1",
		.seed = { NULL, "0" },
		.residue =
		"a new default is copied to interfaces that nobody has set",
		.about =
		"The same for interfaces to come, and for those that nobody has set. A write to an interface's own, also by rollback, sets it for good.",
	},
	{
		.name = "net.ipv4.conf.all.forwarding",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "0",
		.risky = true,
		.residue =
		"rollback copies its value to all interfaces and conf.default, and the opposite to conf.all.accept_redirects, whatever they had",
		.about =
		"1 makes a router, and ends LRO. A new value is copied to all interfaces and conf.default; conf.all.accept_redirects gets its opposite.",
	},
	{
		.name = "net.ipv4.conf.default.forwarding",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard_text = "0",
		.risky = true,
		.about = "The same for interfaces to come.",
	},
	{
		.name = "net.core.somaxconn",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "count",
		.standard_text = "4096",
		.seed = { "16384", "100000" },
		.about =
		"Cuts the backlog of listen(), when listen() is called.",
	},
	{
		.name = "net.core.netdev_max_backlog",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "packets",
		.standard_text = "1000",
		.seed = { "16384", "400000" },
		.about =
		"Packets that wait for a CPU where a driver has no queue of its own.",
	},
	{
		.name = "net.core.optmem_max",
		.scope = TL_SCOPE_EITHER,
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard = TL_STANDARD_OPTMEM,
		.standard_text = "20480; 131072 since 6.8",
		.seed = { NULL, "10000000" },
		.about =
		"Options and ancillary data of a socket. It is mistaken for a size of buffers.",
	},
	{
		.name = "net.core.rmem_default",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard_text = "212992",
		.seed = { NULL, "10000000" },
		.about = "First receive buffer of sockets that are not TCP.",
	},
	{
		.name = "net.core.rmem_max",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard = TL_STANDARD_BUFFER_MAX,
		.standard_text = "212992; 4194304 since 6.18",
		.seed = { NULL, "10000000" },
		.about = "Bounds SO_RCVBUF, not what TCP takes by itself.",
	},
	{
		.name = "net.core.wmem_default",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard_text = "212992",
		.seed = { NULL, "11059200" },
		.about = "First send buffer of sockets that are not TCP.",
	},
	{
		.name = "net.core.wmem_max",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_NUMBER, false, 1, CATALOGUE_INT_MAX },
		.unit = "bytes",
		.standard = TL_STANDARD_BUFFER_MAX,
		.standard_text = "212992; 4194304 since 6.18",
		.seed = { NULL, "11059200" },
		.about = "Bounds SO_SNDBUF, not what TCP takes by itself.",
	},
	{
		.name = "net.core.default_qdisc",
		.scope = TL_SCOPE_GLOBAL,
		.bounds = { TL_FORM_WORD, false, 0, 0 },
		.standard = TL_STANDARD_QDISC,
		.standard_text = "the kernel's configuration",
		.residue =
		"devices that came up meanwhile keep their queue",
		.about = "The queue of devices that come up later.",
	},
	{
		.name = "net.netfilter.nf_conntrack_max",
		.old = {
			"net.ipv4.ip_conntrack_max",
			"net.ipv4.netfilter.ip_conntrack_max",
		},
		.scope = TL_SCOPE_GLOBAL,
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.unit = "count",
		.standard = TL_STANDARD_UNKNOWN,
		.standard_text =
		"the buckets of nf_conntrack; 4 times these before 5.15",
		.seed = { "65536", "204800" },
		.risky = true,
		.in_use = TL_IN_USE_CONNTRACK,
		.about =
		"Connections that are followed; beyond it packets of new ones are dropped.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_syn_sent",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "120",
		.risky = true,
		.about = "How long a SYN is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_syn_recv",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "60",
		.risky = true,
		.about = "How long a SYN,ACK is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_established",
		.old = { "net.ipv4.netfilter.ip_conntrack_tcp_timeout_established" },
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "432000",
		.seed = { "180", NULL },
		.risky = true,
		.about =
		"How long an idle connection is remembered; a firewall cuts it off after that.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_fin_wait",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "120",
		.risky = true,
		.about = "How long the first FIN is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_close_wait",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "60",
		.risky = true,
		.about =
		"How long a connection is remembered whose first FIN was acknowledged.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_last_ack",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "30",
		.risky = true,
		.about = "How long the second FIN is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_time_wait",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "120",
		.risky = true,
		.about = "How long a closed connection is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_close",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "10",
		.risky = true,
		.about = "How long a reset connection is remembered.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_max_retrans",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "300",
		.risky = true,
		.about =
		"How long a connection is remembered that retransmits again and again.",
	},
	{
		.name = "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged",
		.module = "nf_conntrack",
		.bounds = { TL_FORM_NUMBER, false, 0, CATALOGUE_INT_MAX },
		.seconds = true,
		.unit = "s",
		.standard_text = "300",
		.risky = true,
		.about =
		"How long a connection is remembered whose data nobody acknowledges.",
	},
	{
		.name = "net.inet.udp.checksum",
		.bounds = { TL_FORM_NUMBER, false, 0, 1 },
		.standard = TL_STANDARD_UNKNOWN,
		.standard_text = "none",
		.seed = { NULL, "1" },
		.never = true,
		.about =
		"A name of BSD. Linux never had it; UDP checksums are always there.",
	},
};
