#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Signed segments (RFC 2385): connections with the same key live as others do, and what has no or another key is no
# connection. The witness, besides ss, is nstat.
# shellcheck disable=SC2154 # a and b are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
{ sa md5 192.0.2.2 secret && sa listen probe 192.0.2.1 1 && sa close probe; } || skip_all "needs TCP_MD5SIG"

mib() {
	in_ns "$1" nstat -asz | awk -v name="TcpExt$2" '$1 == name { print $2 }'
}

# grew COUNTER BEFORE: on the server's host
grew() {
	[ "$(mib "$b" "$1")" -gt "$2" ]
}

same_key() {
	mark_created
	prepare_client="md5 192.0.2.2 secret"
	prepare_server="md5 192.0.2.1 secret"
	lives sa sb 192.0.2.2 5000
	prepare_client="md5 2001:db8::2 secret"
	prepare_server="md5 2001:db8::1 secret"
	lives sa sb 2001:db8::2 5000
	assert_created 6
	assert_quiet
}

# refused COUNTER [KEY]: the client's SYN is dropped for that reason, and the server's host has no row.
refused() {
	local before client
	before=$(mib "$b" "$1")
	mark_created
	assert sb md5 192.0.2.1 secret
	assert sb listen l 192.0.2.2 5001
	[ $# = 1 ] || assert sa md5 192.0.2.2 "$2"
	assert sa start c 192.0.2.2 5001
	client=192.0.2.1:$(sa port c)
	assert_states "$client" 192.0.2.2:5001 "SYN_SENT -" "$a"
	assert wait_for 5 grew "$1" "$before"
	assert_eq "$(row 192.0.2.2:5001 "$client" "$b")" "" "row of the server"
	agree
	assert sa close c
	assert sb close l
	agree
	assert_eq "$(summary_value created "$b")" "$(cat "$scratch/created.$b")" "created at the server"
	assert_quiet
}

another_key() {
	refused TCPMD5Failure another
}

no_key() {
	refused TCPMD5NotFound
}

# Signed, where nobody asked for it.
unexpected() {
	local before
	before=$(mib "$b" TCPMD5Unexpected)
	assert sb listen l 192.0.2.2 5002
	assert sa md5 192.0.2.2 secret
	assert sa start c 192.0.2.2 5002
	assert wait_for 5 grew TCPMD5Unexpected "$before"
	agree
	assert sa close c
	assert sb close l
	agree
	assert_quiet
}

run_tests \
	"both ends have the same key" same_key \
	"the client has another key" another_key \
	"the client has no key" no_key \
	"only the client has a key" unexpected
