#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sockets under repair (TCP_REPAIR), as checkpoint and restore use them: they open and close without a segment.
# shellcheck disable=SC2154 # a and b are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# meet_frozen ADDRESS: a connection whose client is taken down and gone without a word.
meet_frozen() {
	meet_at sa sb "$1" 5000
	talk sa sb
	assert sa freeze c
	agree
	assert sa close c
	agree
}

# restored ADDRESS
restored() {
	local ending
	mark_created
	for ending in client server abort; do
		meet_frozen "$1"
		assert sa thaw c
		agree
		assert_eq "$(report connections "$a" | grep -c ' ESTABLISHED ESTABLISHED')" 1 "rows of the client"
		talk sa sb
		agree
		part sa sb "$ending"
	done
	assert_created_at_server 3
	assert_quiet
}

assert_created_at_server() {
	assert_eq $(($(summary_value created "$b") - $(cat "$scratch/created.$b"))) "$1" "created in b"
}

restored_4() {
	restored 192.0.2.2
}

restored_6() {
	restored 2001:db8::2
}

# Nobody comes back: the server's data is answered by a RST.
abandoned() {
	meet_frozen 192.0.2.2
	assert sb send s 1
	assert_eq "$(sb recv s)" "Connection reset by peer" "what the server reads"
	agree
	assert sb close s
	agree
	assert_quiet
}

# Both ends under repair: a connection of which no segment ever passed.
on_loopback() {
	local ending
	hosts=$a
	for ending in client server abort; do
		meet_at sa sa 127.0.0.1 5000
		talk sa sa
		assert sa freeze c
		assert sa close c
		agree
		assert sa thaw c
		agree
		talk sa sa
		agree
		part sa sa "$ending"
	done
	assert_quiet
	hosts="$a $b"
}

run_tests \
	"a connection is restored, IPv4" restored_4 \
	"a connection is restored, IPv6" restored_6 \
	"a connection is not restored" abandoned \
	"a connection to oneself is restored" on_loopback
