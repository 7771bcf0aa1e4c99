/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that a bound on buffers or windows has held up. */
#ifndef TCPLAB_WAIT_BUFFERS_BUFFERS_H
#define TCPLAB_WAIT_BUFFERS_BUFFERS_H

struct tl_net;
struct tl_sample;

void tl_buffers_sent(struct tl_net *ns, const struct tl_sample *sample);
void tl_buffers_received(struct tl_net *ns, const struct tl_sample *sample);

#endif /* TCPLAB_WAIT_BUFFERS_BUFFERS_H */
