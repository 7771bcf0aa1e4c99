#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# nf_conntrack and nftables beside us: rules that ask for the state of a connection, and rules that refuse.
# shellcheck disable=SC2154 # namespaces are set by setup_hosts

selftests=..
. ./common.sh

need_nat
load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

stateful() {
	local ns refused
	hosts="$a $b"
	for ns in "$a" "$b"; do
		rules "$ns" <<-END
			table inet test {
				counter established { }
				chain input {
					type filter hook input priority 0; policy drop;
					ct state invalid drop
					ct state established,related counter name established accept
					tcp dport 5000 ct state new accept
					meta l4proto ipv6-icmp accept
				}
			}
		END
	done
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	assert_created 6
	assert [ "$(counter_value "$b" established)" -gt 0 ]
	# A port that the rules do not open: the SYN is lost behind our back.
	assert sb listen l 192.0.2.2 5001
	assert sa start n 192.0.2.2 5001
	refused=$(sa port n)
	assert_states "192.0.2.1:$refused" 192.0.2.2:5001 "SYN_SENT -" "$a"
	agree
	assert sa close n
	assert sb close l
	agree
	assert_quiet
}

rejected() {
	hosts="$a $b"
	rules "$b" <<-END
		table inet test {
			chain input {
				type filter hook input priority 0;
				tcp dport 5002 reject with tcp reset
			}
		}
	END
	assert sb listen l 192.0.2.2 5002
	assert_eq "$(sa connect n 192.0.2.2 5002)" "Connection refused" "connect to a rejected port"
	agree
	assert sb close l
	# The same in the middle of a connection.
	meet_at sa sb 192.0.2.2 5003
	rules "$b" <<-END
		table inet test {
			chain input {
				type filter hook input priority 0;
				tcp dport 5003 reject with tcp reset
			}
		}
	END
	assert sa send c 1
	assert_eq "$(sa recv c)" "Connection reset by peer" "what the client reads"
	agree
	in_ns "$b" nft flush ruleset
	assert sa close c
	assert sb abort s
	agree
	assert_quiet
}

run_tests \
	"rules that ask for the state of a connection" stateful \
	"rules that answer with a RST" rejected
