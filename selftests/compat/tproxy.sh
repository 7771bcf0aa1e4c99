#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A transparent proxy stands for the server before the client, and for the client before the server: two sockets of one
# namespace with the same addresses and ports, of two connections.
# shellcheck disable=SC2154 # namespaces are set by setup_hosts

selftests=..
. ./common.sh

need_nat
modprobe -a nft_tproxy nft_socket 2>/dev/null || true
load_module && setup_hosts a p b && start_endpoint sa "$a" && start_endpoint sp "$p" && start_endpoint sb "$b" || exit 1

# beside NS NAME NUMBER: a link from the proxy's device NAME to a host whose way to all others it is.
beside() {
	ip -n "$1" link add veth0 type veth peer name "$2" netns "$p"
	ip -n "$1" address add "198.51.$3.1/24" dev veth0
	ip -n "$p" address add "198.51.$3.2/24" dev "$2"
	ip -n "$1" address add "2001:db8:$3::1/64" dev veth0 nodad
	ip -n "$p" address add "2001:db8:$3::2/64" dev "$2" nodad
	ip -n "$1" link set veth0 up
	ip -n "$p" link set "$2" up
	ip -n "$1" route add default via "198.51.$3.2"
	ip -n "$1" -6 route add default via "2001:db8:$3::2"
}

beside "$a" left 100 && beside "$b" right 101 || exit 1
in_ns "$p" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.left.rp_filter=0 net.ipv4.conf.right.rp_filter=0
for family in -4 -6; do
	ip -n "$p" $family rule add fwmark 1 lookup 100
	ip -n "$p" $family route add local default dev lo table 100
done
rules "$p" <<-END || skip_all "needs nftables with TPROXY"
	table inet test {
		chain prerouting {
			type filter hook prerouting priority -150;
			meta l4proto tcp socket transparent 1 meta mark set 1 accept
			iifname left ip daddr 198.51.101.1 tcp dport 80 tproxy ip to :80 meta mark set 1 accept
			iifname left ip6 daddr 2001:db8:101::1 tcp dport 80 tproxy ip6 to :80 meta mark set 1 accept
		}
	}
END

# origins ADDRESS ADDRESS: of the rows between them.
origins() {
	report connections "$p" | awk -v a="$1" -v b="$2" 'index($1 $2, a) && index($1 $2, b) { print $3 }' | sort | xargs
}

# proxied ANY CLIENT SERVER [BRACKETS]: one connection from end to end.
proxied() {
	local client server port
	mark_created
	assert sb listen l "$3" 80
	assert sp transparent any
	assert sp listen l "$1" 80
	assert sa connect c "$3" 80
	port=$(sa port c)
	assert sp accept s l
	assert sp transparent "$2"
	assert sp connect c "$3" 80 "$port"
	assert sb accept s l
	client=$2:$port server=$3:80
	[ "$1" = 0.0.0.0 ] || { client="[$2]:$port" server="[$3]:80"; }
	assert_states "$server" "$client" "ESTABLISHED ESTABLISHED" "$p"
	assert_states "$client" "$server" "ESTABLISHED ESTABLISHED" "$p"
	assert_eq "$(origins "$client" "$server")" "active passive" "origins"
	talk sa sp
	assert sp send c 30000
	read_all sb s 30000
	agree

	# Each side closes by itself.
	assert sa close c
	assert_eq "$(sp recv s)" eof "what the proxy reads at last"
	assert_states "$server" "$client" "CLOSE_WAIT FIN_WAIT_2" "$p"
	assert_states "$client" "$server" "ESTABLISHED ESTABLISHED" "$p"
	agree
	assert sp close s
	assert_states "$client" "$server" "ESTABLISHED ESTABLISHED" "$p"
	assert sp close c
	assert_states "$client" "$server" "FIN_WAIT_2 CLOSE_WAIT" "$p"
	assert sb close s
	assert_states "$client" "$server" "TIME_WAIT CLOSED" "$p"
	agree
	assert_eq $(($(summary_value created "$p") - $(cat "$scratch/created.$p"))) 2 "created at the proxy"
	assert sp close l
	assert sb close l
	assert_quiet
}

proxied4() { proxied 0.0.0.0 198.51.100.1 198.51.101.1; }
proxied6() { proxied :: 2001:db8:100::1 2001:db8:101::1; }

# A client on the proxy's own host, by lo: both ends are here, and so is the address of one.
own_host() {
	hosts=$p
	prepare_server="transparent any"
	mark_created
	lives sp sp 0.0.0.0 5000 127.0.0.1 5000
	assert_created 3
	prepare_server=
	assert_quiet
}

# The address of a transparent socket leaves its host while the connection is open. Of the two ends one has the key that the
# proxy's sockets have, whichever that is: so there is one connection to each.
moved() {
	local number port
	mark_created
	for number in 1 2; do
		ip -n "$p" address add 198.51.103.1/32 dev lo
		assert sp transparent any
		assert sp listen l 198.51.103.1 80
		assert sa connect "c$number" 198.51.103.1 80 $((number == 1 ? 79 : 4000))
		assert sp accept "s$number" l
		assert sp close l
		port=$(sa port "c$number")
		assert_states 198.51.103.1:80 "198.51.100.1:$port" "ESTABLISHED ESTABLISHED" "$p"
		ip -n "$p" address delete 198.51.103.1/32 dev lo
		assert sa shutdown "c$number"
		assert_eq "$(sp recv "s$number")" eof "what the server reads at last"
		assert_states 198.51.103.1:80 "198.51.100.1:$port" "CLOSE_WAIT FIN_WAIT_2" "$p"
		assert_eq "$(origins 198.51.103.1:80 "198.51.100.1:$port")" passive "origins of the rows"
	done
	ip -n "$p" address add 198.51.103.1/32 dev lo
	for number in 1 2; do
		assert sp close "s$number"
		assert sa close "c$number"
	done
	agree
	assert_eq $(($(summary_value created "$p") - $(cat "$scratch/created.$p"))) 2 "created at the proxy"
	ip -n "$p" address delete 198.51.103.1/32 dev lo
	assert_quiet
}

run_tests \
	"IPv4 through a transparent proxy" proxied4 \
	"IPv6 through a transparent proxy" proxied6 \
	"a transparent listener on its own host" own_host \
	"the address of a transparent socket leaves and comes back" moved
