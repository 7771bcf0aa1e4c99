# SPDX-License-Identifier: GPL-2.0
set multiplot layout 1,2 title "When will there be no port? (1500 ports, the client closes first)"
set key noautotitle inside right top
set xlabel "seconds"
set ylabel "seconds until connect() fails"
set datafile missing '-'
do for [name in "steady rising"] {
	# The ranges bound what stats reads, too.
	set autoscale
	stats name.'.end' using 1 nooutput
	end = STATS_max
	set title name.' load'
	set xrange [0:end * 1.05]
	set yrange [0:end * 1.2]
	plot end - x with lines lt 8 dt 2 title 'truth', \
		name.'.dat' using 1:($4 / 1000) with linespoints lt 1 pt 7 ps 0.4 title 'forecast'
}
unset multiplot
