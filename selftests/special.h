/* SPDX-License-Identifier: GPL-2.0 */
/* What few sockets have: signatures, Fast Open, a life after being frozen. */
#ifndef TCPLAB_SELFTESTS_SPECIAL_H
#define TCPLAB_SELFTESTS_SPECIAL_H

#include <sys/socket.h>

int special_md5(int fd, const struct sockaddr_storage *peer, const char *key);
int special_fastopen(int fd, int connects);
int special_transparent(int fd);
int special_netns(const char *name);
int special_silence(int fd);
int special_keepalive(int fd, int seconds);
int special_user_timeout(int fd, int milliseconds);
int special_ttl(int fd, int least);
int special_deaf(int fd, int on);
int special_hold(int fd);
int special_let_go(void);
int special_reader(const char *command, const char *name, int fd);
int special_freeze(int fd);
int special_thaw(void);

#endif /* TCPLAB_SELFTESTS_SPECIAL_H */
