// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual server of IPVS, as ipvsadm(8) makes it: "ipvs ADDRESS PORT
 * REAL-ADDRESS REAL-PORT" translates what goes to the one to the other, in the
 * namespace that it runs in.
 */
#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct {
		struct ip_vs_service_user service;
		struct ip_vs_dest_user real;
	} server;
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	if (argc != 5 || fd < 0)
		return 2;
	memset(&server, 0, sizeof(server));
	server.service.protocol = IPPROTO_TCP;
	server.service.addr = inet_addr(argv[1]);
	server.service.port = htons(atoi(argv[2]));
	server.service.netmask = 0xffffffff;
	strcpy(server.service.sched_name, "rr");
	server.real.addr = inet_addr(argv[3]);
	server.real.port = htons(atoi(argv[4]));
	server.real.conn_flags = IP_VS_CONN_F_MASQ;
	server.real.weight = 1;
	if (setsockopt(fd, IPPROTO_IP, IP_VS_SO_SET_ADD, &server.service,
		       sizeof(server.service)) ||
	    setsockopt(fd, IPPROTO_IP, IP_VS_SO_SET_ADDDEST, &server,
		       sizeof(server))) {
		perror("ipvs");
		return 1;
	}
	return 0;
}
