// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/ports: ephemeral ports, and when there will be none left. */
#include <linux/sort.h>

#include "../net.h"
#include "../wait/ports/ports.h"
#include "report.h"
#include "view.h"

/* Destinations that use most ports come first. */
static int report_ports_compare(const void *a, const void *b)
{
	const struct tl_port_use *x = &((const struct tl_port_line *)a)->use;
	const struct tl_port_use *y = &((const struct tl_port_line *)b)->use;

	if (x->in_use != y->in_use)
		return x->in_use < y->in_use ? 1 : -1;
	if (x->failures != y->failures)
		return x->failures < y->failures ? 1 : -1;
	return 0;
}

static int report_ports_gather(struct tl_reading *reading)
{
	int err = tl_ports_copy(reading->ns, &reading->lines);

	if (!err)
		sort(reading->lines.element, reading->lines.count,
		     sizeof(struct tl_port_line), report_ports_compare, NULL);
	return err;
}

static void report_ports_write_ends(struct seq_file *seq, const struct tl_destination *to)
{
	tl_view_host(seq, &to->local);
	tl_view_interface(seq, to->scope);
	if (ipv6_addr_v4mapped(&to->remote))
		seq_printf(seq, " %pI4:%u", &to->remote.s6_addr32[3], to->port);
	else
		seq_printf(seq, " [%pI6c]:%u", &to->remote, to->port);
	tl_view_interface(seq, to->scope);
}

static void report_ports_write(struct seq_file *seq, const void *data)
{
	const struct tl_port_line *line = data;
	const struct tl_port_use *use = &line->use;

	report_ports_write_ends(seq, &use->to);
	tl_view_number(seq, use->in_use);
	tl_view_number(seq, use->load.waiting);
	tl_view_number(seq, line->range);
	tl_view_number(seq, line->range ? use->in_use * 100 / line->range : 100);
	tl_view_number(seq, line->rate);
	tl_view_number(seq, line->exhausted_in_ms);
	seq_put_decimal_ull(seq, " ", use->failures);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_ports = {
	.name = "ports",
	.columns =
	"local_addr remote in_use time_wait range used_percent connect_rate exhausted_in_ms failures",
	.line_size = sizeof(struct tl_port_line),
	.gather = report_ports_gather,
	.line = report_ports_write,
};
