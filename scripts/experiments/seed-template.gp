# SPDX-License-Identifier: GPL-2.0
set multiplot layout 2,3 title "A web server by the kernel's defaults, the template and advice: median, least and most"
set key noautotitle
set xlabel ""
set rmargin 2
label(arm) = arm eq 'kernel-default' ? 'default' : arm
set style fill solid 0.4
set boxwidth 0.6
set yrange [0:*]
names = "short long idle lossy cut slow"
titles = "'requests/s, short' 'requests/s, long' 'ms for 1 MB, long link' 'failed connects of 20' 'lost downloads of 2' 'RSTs for 4 slow peers'"
# No error bars: these leave a hole at the median.
do for [i = 1:6] {
	set title word(titles, i) font ',11'
	name = word(names, i).'.spread'
	plot name every ::1 using 0:3:xtic(label(strcol(1))) with boxes lt (i <= 3 ? 1 : 2), \
		name every ::1 using 0:2:(0):($4 - $2) with vectors heads size 0.08,90 lt 7
}
unset multiplot
