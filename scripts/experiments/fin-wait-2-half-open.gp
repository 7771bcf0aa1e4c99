# SPDX-License-Identifier: GPL-2.0
set title "FIN\\_WAIT\\_2 of the client, CLOSE\\_WAIT of the server (dashed)"
set ylabel "connections"
set key noautotitle below
# Room between the axis and the legend.
set bmargin 8
set yrange [0:55]
timeouts = "5 10 20"
plot for [i=1:3] 'timeout-'.word(timeouts, i).'.dat' using 1:2 with steps lt i \
	title 'FIN\_WAIT\_2, tcp\_fin\_timeout = '.word(timeouts, i).' s', \
	for [i=1:3] 'timeout-'.word(timeouts, i).'.dat' using 1:4 with steps lt i dt 2 title 'CLOSE\_WAIT, the same'
