/* SPDX-License-Identifier: GPL-2.0 */
/* What the policies do to packets. */
#ifndef TCPLAB_WAIT_POLICY_POLICE_H
#define TCPLAB_WAIT_POLICY_POLICE_H

#include "../../track/change.h"

bool tl_police_stops(struct tl_net *ns, const struct tl_packet *packet);

#endif /* TCPLAB_WAIT_POLICY_POLICE_H */
