# SPDX-License-Identifier: GPL-2.0
set title "CLOSE\\_WAIT sockets by the program that holds them"
set ylabel "sockets"
plot for [i=2:7] 'populations.dat' using 1:i with steps lt i-1
