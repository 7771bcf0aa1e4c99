# SPDX-License-Identifier: GPL-2.0
set title "FINs that come again, and would find no TIME\\_WAIT of this length"
set xlabel "length of TIME\\_WAIT, seconds (0 at the left edge)"
set ylabel "FINs"
set key noautotitle
set logscale x
set xrange [0.05:240]
set yrange [0:*]
plot for [length in "60000 1000 1"] 'lost-'.length.'.dat' using ($1 > 0 ? $1 : 0.05):2 with steps lw 2 \
	title 'last ACK lost, real length '.length.' ms'
