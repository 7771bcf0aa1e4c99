# SPDX-License-Identifier: GPL-2.0
set title "FINs that come again, and would find no TIME\\_WAIT of this length"
set xlabel "length of TIME\\_WAIT, seconds (0 at the left edge)"
set ylabel "FINs"
set key noautotitle
set logscale x
set xrange [0.05:240]
set yrange [0:*]
set ytics 1
# The lines lie upon each other: the first is the widest.
lengths = "60000 1000 1"
plot for [i = 1:words(lengths)] 'lost-'.word(lengths, i).'.dat' using ($1 > 0 ? $1 : 0.05):2 with steps lw 10 - 3 * i \
	title 'last ACK lost, real length '.word(lengths, i).' ms'
