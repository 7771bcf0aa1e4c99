# SPDX-License-Identifier: GPL-2.0
set multiplot layout 1,2 title "When will there be no port? (1500 ports, the client closes first)"
set key noautotitle below
set xlabel "seconds"
set ylabel "seconds until connect() fails"
set datafile missing '-'
do for [name in "steady rising"] {
	stats name.'.end' using 1 nooutput
	end = STATS_max
	set title name.' load'
	set xrange [0:end * 1.05]
	set yrange [0:end * 1.5]
	plot end - x with lines lt 8 dt 2 title 'what was true', \
		name.'.dat' using 1:($4 / 1000) with linespoints lt 1 pt 7 ps 0.4 title 'what was foretold'
}
unset multiplot
