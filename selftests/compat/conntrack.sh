#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# nf_conntrack and nftables beside us: stateful rules, and every kind of address translation, over a link and on the
# loopback device. A row has the addresses that the socket has, whatever the packets had on their way.
# shellcheck disable=SC2154 # namespaces are set by setup_hosts

selftests=..
. ./common.sh

command -v nft >/dev/null || skip_all "needs nftables"
modprobe -a nf_conntrack nf_tables nft_ct nft_nat nft_redir nft_masq nft_reject_inet 2>/dev/null
load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# pair NAME NAME: two new hosts with a link and endpoints "sNAME", which never saw conntrack.
pair() {
	setup_hosts "$1" "$2" || return
	# shellcheck disable=SC2086 # two words
	link_ns $hosts
	start_endpoint "s$1" "${hosts% *}" && start_endpoint "s$2" "${hosts##* }"
}

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
	assert_eq "$(sa connect n 192.0.2.2 5002)" ECONNREFUSED "connect to a rejected port"
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
	assert_eq "$(sa recv c)" ECONNRESET "what the client reads"
	agree
	in_ns "$b" nft flush ruleset
	assert sa close c
	assert sb abort s
	agree
	assert_quiet
}

# The client's host translates where its connections go, over the link.
dnat() {
	hosts="$a $b"
	rules "$a" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				ip daddr 192.0.2.99 tcp dport 80 dnat ip to 192.0.2.2:5000
				ip6 daddr 2001:db8::99 tcp dport 80 dnat ip6 to [2001:db8::2]:5000
			}
		}
	END
	ip -n "$a" route replace 192.0.2.99 dev veth0
	mark_created
	lives sa sb 192.0.2.2 5000 192.0.2.99 80
	lives sa sb 2001:db8::2 5000 2001:db8::99 80
	meet_at sa sb 192.0.2.2 5000 192.0.2.99 80
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.99:80 "ESTABLISHED ESTABLISHED" "$a"
	assert_states 192.0.2.2:5000 "192.0.2.1:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb client
	assert_created 7
	assert_quiet
}

# translated_source STATEMENT: of what leaves the client's host; both ends then know another port.
translated_source() {
	hosts="$a $b"
	rules "$a" <<-END
		table inet test {
			chain postrouting {
				type nat hook postrouting priority 100;
				tcp dport 5000 $1
			}
		}
	END
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	assert_eq "$(report connections "$b" | grep -c '^192.0.2.2:5000 192.0.2.1:100[0-9][0-9] passive ESTABLISHED ESTABLISHED')" \
		1 "rows with the port that the server knows"
	part sa sb client
	assert_created 7
	assert_quiet
}

masquerade() {
	translated_source "masquerade to :10000-10099"
}

snat() {
	translated_source "snat to :10000-10099"
}

# The server's host translates what comes.
redirect() {
	hosts="$a $b"
	rules "$a" </dev/null
	rules "$b" <<-END
		table inet test {
			chain prerouting {
				type nat hook prerouting priority -100;
				tcp dport 80 redirect to :5000
			}
			chain input {
				type nat hook input priority 100;
				ip saddr 192.0.2.1 tcp dport 5000 snat ip to 192.0.2.77
			}
		}
	END
	mark_created
	lives sa sb 192.0.2.2 5000 192.0.2.2 80
	lives sa sb 2001:db8::2 5000 2001:db8::2 80
	meet_at sa sb 192.0.2.2 5000 192.0.2.2 80
	assert_states 192.0.2.2:5000 "192.0.2.77:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb server
	assert_created 7
	assert_quiet
}

# On lo each end has a row of its own, as their 4-tuples differ. Before the first such packet nothing told of conntrack.
on_loopback() {
	pair c d || { fail "no hosts"; return; }
	hosts=$c
	rules "$c" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				ip daddr 127.0.0.1 tcp dport 80 redirect to :5000
				ip6 daddr ::1 tcp dport 80 redirect to :5000
				ip daddr 198.51.100.1 tcp dport 80 dnat ip to 127.0.0.1:5000
			}
			chain input {
				type nat hook input priority 100;
				ip daddr 127.0.0.1 tcp dport 5001 snat ip to 127.0.0.77
			}
		}
	END
	ip -n "$c" address add 198.51.100.1/32 dev lo
	mark_created
	lives sc sc 127.0.0.1 5000 127.0.0.1 80
	lives sc sc ::1 5000 ::1 80
	assert_created 12
	lives sc sc 127.0.0.1 5000 198.51.100.1 80
	assert_created 18
	lives sc sc 127.0.0.1 5001
	assert_created 24
	# What is not translated is one row again.
	lives sc sc 127.0.0.1 5002
	assert_created 27
	assert_quiet
}

# A published port of a container: who connects to it on its own host leaves by lo and is sent on over the link.
published() {
	pair e f || { fail "no hosts"; return; }
	rules "$e" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				fib daddr type local tcp dport 80 dnat ip to 192.0.2.2:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname veth0 masquerade
			}
		}
	END
	in_ns "$e" sysctl -qw net.ipv4.conf.all.route_localnet=1
	mark_created
	lives se sf 192.0.2.2 5000 192.0.2.1 80
	lives se sf 192.0.2.2 5000 127.0.0.1 80
	assert_created 6
	meet_at se sf 192.0.2.2 5000 192.0.2.1 80
	client=192.0.2.1:$(se port c)
	assert_states "$client" 192.0.2.1:80 "ESTABLISHED ESTABLISHED" "$e"
	assert sf shutdown s
	assert_states "$client" 192.0.2.1:80 "CLOSE_WAIT FIN_WAIT_2" "$e"
	assert se close c
	assert_states "$client" 192.0.2.1:80 "CLOSED TIME_WAIT" "$e"
	agree
	assert sf close s
	meet_at se sf 192.0.2.2 5000 192.0.2.1 80
	client=192.0.2.1:$(se port c)
	assert se shutdown c
	assert_states "$client" 192.0.2.1:80 "FIN_WAIT_2 CLOSE_WAIT" "$e"
	assert sf close s
	assert_states "$client" 192.0.2.1:80 "TIME_WAIT CLOSED" "$e"
	assert se close c
	agree
	assert_quiet
}

# The same from outside: the host forwards, and a row in the middle has the addresses after translation.
forwarded() {
	setup_hosts g h i && start_endpoint sg "$g" && start_endpoint si "$i" || { fail "no hosts"; return; }
	ip -n "$g" link add veth0 type veth peer name left netns "$h"
	ip -n "$i" link add veth0 type veth peer name right netns "$h"
	ip -n "$g" address add 198.51.100.1/24 dev veth0
	ip -n "$h" address add 198.51.100.2/24 dev left
	ip -n "$h" address add 203.0.113.2/24 dev right
	ip -n "$i" address add 203.0.113.3/24 dev veth0
	ip -n "$g" link set veth0 up
	ip -n "$h" link set left up
	ip -n "$h" link set right up
	ip -n "$i" link set veth0 up
	ip -n "$g" route add default via 198.51.100.2
	in_ns "$h" sysctl -qw net.ipv4.ip_forward=1
	echo 1 | in_ns "$h" tee /sys/kernel/tcplab/track/forward >/dev/null
	rules "$h" <<-END
		table inet test {
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established accept
				ct state new tcp dport 5000 accept
			}
			chain prerouting {
				type nat hook prerouting priority -100;
				tcp dport 80 dnat ip to 203.0.113.3:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname right masquerade
			}
		}
	END
	mark_created
	lives sg si 203.0.113.3 5000 198.51.100.2 80
	assert_created 3
	meet_at sg si 203.0.113.3 5000 198.51.100.2 80
	assert_states "198.51.100.1:$(sg port c)" 203.0.113.3:5000 "ESTABLISHED ESTABLISHED" "$h"
	assert_eq "$(report connections "$i" | grep -c '^203.0.113.3:5000 203.0.113.2:[0-9]* passive ESTABLISHED ESTABLISHED')" \
		1 "rows of the server, which knows the router"
	part sg si client
	assert_quiet
}

run_tests \
	"rules that ask for the state of a connection" stateful \
	"rules that answer with a RST" rejected \
	"DNAT at the client" dnat \
	"masquerade at the client" masquerade \
	"SNAT at the client" snat \
	"redirect and SNAT at the server" redirect \
	"translation on the loopback device" on_loopback \
	"a published port, reached from its own host" published \
	"a published port, reached through a router" forwarded
