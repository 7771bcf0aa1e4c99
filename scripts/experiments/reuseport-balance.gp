# SPDX-License-Identifier: GPL-2.0
set multiplot layout 2,1
set ylabel "waiting"
set title "One accept queue for all workers"
plot 'shared.dat' using 1:2 with lines lt 7
set title "A queue for each worker (SO\\_REUSEPORT); the first one is slow"
plot for [i=2:5] 'reuseport.dat' using 1:i with lines lt i-1
unset multiplot
