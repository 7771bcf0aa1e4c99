# SPDX-License-Identifier: GPL-2.0
set title "Ports in use, 300 there are: 40 connections a second that the client closes first"
set xlabel "seconds"
set ylabel "ports"
set key noautotitle below
# Room between the axis and the legend.
set bmargin 5.5
set yrange [0:330]
plot for [reuse in "0 2 1"] 'reuse-'.reuse.'.dat' using 1:2 with linespoints pt 7 ps 0.4 title 'tcp\_tw\_reuse = '.reuse, \
	300 with lines lt 8 dt 2
