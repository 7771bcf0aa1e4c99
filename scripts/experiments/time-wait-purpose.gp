# SPDX-License-Identifier: GPL-2.0
set title "FINs that come again, and would find no TIME\\_WAIT of this length"
set xlabel "length of TIME\\_WAIT, seconds (0 at the left edge)"
set ylabel "FINs"
set key noautotitle inside right top
set logscale x
set xrange [0.04:300]
set yrange [0:*]
set ytics 1
# A point for each length in the report; where they lie upon each other the first is the largest.
lengths = "60000 1000 1"
plot for [i = 1:words(lengths)] 'lost-'.word(lengths, i).'.dat' using ($1 > 0.05 ? $1 : 0.05):2 with points pt 7 ps 3 - 0.7 * i \
	title 'last ACK lost, real length '.word(lengths, i).' ms'
