# SPDX-License-Identifier: GPL-2.0
# Makes the table of scripts/bench, which is also valid reStructuredText, from lines "measure setup value". Where a
# measure was repeated the median counts; differences and ratios are made in each round, and their median is shown.

function median(list, n,    i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
			t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
		}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function middle(measure, setup,    list, i) {
	for (i = 1; i <= rounds; i++)
		list[i] = value[measure, setup, i]
	return median(list, rounds)
}

function extra(measure, setup,    list, i) {
	for (i = 1; i <= rounds; i++)
		list[i] = value[measure, setup, i] - value[measure, "nothing", i]
	return median(list, rounds)
}

# Throughput as a percentage of that with nothing loaded.
function percent(measure, setup,    list, i) {
	for (i = 1; i <= rounds; i++)
		list[i] = 100 * value[measure, "nothing", i] / value[measure, setup, i]
	return median(list, rounds)
}

# Half the distance between the greatest and the least of the rounds.
function spread(measure, setup,    i, d, least, most) {
	for (i = 1; i <= rounds; i++) {
		d = value[measure, setup, i] - value[measure, "nothing", i]
		if (i == 1 || d < least)
			least = d
		if (i == 1 || d > most)
			most = d
	}
	return (most - least) / 2
}

function thousands(number,    text, sign) {
	sign = number < 0 ? "-" : "+"
	text = sprintf("%d", (number < 0 ? -number : number) + 0.5)
	while (match(text, /[0-9][0-9][0-9][0-9]($|,)/))
		text = substr(text, 1, RSTART) "," substr(text, RSTART + 1)
	return sign text
}

function plain(number) {
	return substr(thousands(number), 2)
}

function line(a, b, c, d, e, f, g, h, i, j) {
	printf "%-12s  %9s  %14s  %9s  %9s  %10s  %9s  %8s  %8s  %8s\n", a, b, c, d, e, f, g, h, i, j
}

function rule(    i) {
	for (i = 1; i <= 10; i++) {
		bar = sprintf("%" (i == 1 ? 12 : i == 3 ? 14 : i == 6 ? 10 : i > 7 ? 8 : 9) "s", "")
		gsub(/ /, "=", bar)
		printf "%s%s", bar, i < 10 ? "  " : "\n"
	}
}

{
	n = ++count[$1, $2]
	value[$1, $2, n] = $3
	if (n > rounds)
		rounds = n
}

END {
	rule()
	line("loaded", "loopback", "extra", "veth", "extra", "afterwards", "bulk", "extra", "MB/s", "percent")
	rule()
	split("nothing tcplab nf_conntrack", setups, " ")
	for (i = 1; i <= 3; i++) {
		setup = setups[i]
		for (j = 1; j <= rounds; j++)
			if (!((("bulk") SUBSEP setup SUBSEP j) in value)) {
				print "bench: a figure of " setup " is missing" >"/dev/stderr"
				exit 1
			}
		bare = setup == "nothing"
		line(setup, plain(middle("loop", setup)),
		     bare ? "-" : thousands(extra("loop", setup)) " ~" plain(spread("loop", setup)),
		     plain(middle("veth", setup)), bare ? "-" : thousands(extra("veth", setup)),
		     plain(middle("later", setup)),
		     plain(middle("bulk", setup)), bare ? "-" : thousands(extra("bulk", setup)),
		     sprintf("%.1f", 65536 * 1000 / middle("bulk", setup)), sprintf("%.2f", percent("bulk", setup)))
	}
	rule()
	printf "\nA row of tcplab's table: %d bytes, %d with the allocator's share.\n",
	       middle("slab_size", "tcplab"), middle("slab_share", "tcplab")
}
