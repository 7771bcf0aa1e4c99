# SPDX-License-Identifier: GPL-2.0
# What all pictures have in common. The data's first line names the columns; "-" is unknown.
set datafile missing "-"
set key autotitle columnheader
set key outside right top reverse Left
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror out
set xlabel "seconds"
set yrange [0:*]
# Colours that can be told apart by everybody (Okabe and Ito).
set linetype 1 lc rgb "#0072b2" lw 2
set linetype 2 lc rgb "#d55e00" lw 2
set linetype 3 lc rgb "#009e73" lw 2
set linetype 4 lc rgb "#cc79a7" lw 2
set linetype 5 lc rgb "#e69f00" lw 2
set linetype 6 lc rgb "#56b4e9" lw 2
set linetype 7 lc rgb "#000000" lw 2
