# SPDX-License-Identifier: GPL-2.0
set title "Old data in a new connection: sequence numbers of the peer"
set xlabel "sequence number"
set key noautotitle
set xrange [3900:5200]
set yrange [-0.6:2.6]
set style fill solid 0.5
set lmargin 26
plot 'numbers.dat' every ::1 using ($2 + $3) / 2:0:2:3:($0 - 0.25):($0 + 0.25):ytic(1) with boxxyerror lt 1
