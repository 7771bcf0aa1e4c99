# SPDX-License-Identifier: GPL-2.0
set multiplot layout 1,2 title "A busy server"
set key noautotitle below
set xlabel "seconds"
set ylabel "TIME\\_WAIT at the server"
plot for [name in "server-first clients-first server-first-1s"] name.'.dat' using 1:2 with linespoints pt 7 ps 0.4 title name
set ylabel "connections per second"
set style fill solid 0.4
set boxwidth 0.6
set yrange [0:*]
set xtics rotate by -20
unset xlabel
plot 'summary.dat' every ::1 using 0:2:xtic(1) with boxes lt 1
unset multiplot
