# SPDX-License-Identifier: GPL-2.0
# What the tables of scripts/bench share. Reads lines "measure setup value"; where a measure was repeated the median
# counts. Differences and ratios are made in each round, and their median is shown. A table is also valid
# reStructuredText: row() begins a row, cell() adds to it, print_grid() writes it; the first row is the heading.

{ put($1, $2, $3) }

function put(measure, setup, number) {
	if (!(setup in known)) {
		known[setup]
		setup_name[++setups] = setup
	}
	value[measure, setup, ++count[measure, setup]] = number
}

function have(measure, setup) {
	return (measure, setup) in count
}

# Figures without which there is no table.
function require(measure, setup) {
	if (have(measure, setup))
		return
	impossible("the figure " measure " of " setup " is missing")
}

function impossible(why) {
	print "bench: no table: " why >"/dev/stderr"
	exit 1
}

function median(list, n,    i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
			t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
		}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function middle(measure, setup,    list, i) {
	for (i = 1; i <= count[measure, setup]; i++)
		list[i] = value[measure, setup, i]
	return median(list, count[measure, setup])
}

# The rounds' differences to another setup; their number is returned.
function differences(list, measure, setup, base,    i, n) {
	n = count[measure, setup]
	if (count[measure, base] < n)
		n = count[measure, base]
	for (i = 1; i <= n; i++)
		list[i] = value[measure, setup, i] - value[measure, base, i]
	return n
}

function extra(measure, setup, base,    list, n) {
	n = differences(list, measure, setup, base)
	return median(list, n)
}

# Half the distance between the greatest and the least of the rounds' differences.
function spread(measure, setup, base,    list, n) {
	n = differences(list, measure, setup, base)
	median(list, n)	# sorts
	return (list[n] - list[1]) / 2
}

# The base's figure as a percentage of the setup's.
function percent(measure, setup, base,    list, i) {
	for (i = 1; i <= count[measure, setup]; i++)
		list[i] = 100 * value[measure, base, i] / value[measure, setup, i]
	return median(list, count[measure, setup])
}

function grouped(text) {
	while (match(text, /[0-9][0-9][0-9][0-9]($|,|\.)/))
		text = substr(text, 1, RSTART) "," substr(text, RSTART + 1)
	return text
}

function plain(number) {
	return (number < -0.5 ? "-" : "") grouped(sprintf("%d", (number < 0 ? -number : number) + 0.5))
}

function signed(number) {
	return (number < -0.5 ? "" : "+") plain(number)
}

function millions(number) {
	return grouped(sprintf("%.2f", number / 1000000))
}

# Cells of a measure: as it is, what comes on top of a base, and that with the spread of the rounds.
function figure(measure, setup) {
	cell(have(measure, setup) ? plain(middle(measure, setup)) : "-")
}

function on_top(measure, setup, base) {
	cell(setup != base && have(measure, setup) ? signed(extra(measure, setup, base)) : "-")
}

function on_top_spread(measure, setup, base) {
	if (setup == base || !have(measure, setup))
		cell("-")
	else
		cell(signed(extra(measure, setup, base)) " ~" plain(spread(measure, setup, base)))
}

function row(name) {
	rows++
	columns = 0
	cell(name)
}

function cell(text) {
	grid[rows, ++columns] = text
	if (length(text) > width[columns])
		width[columns] = length(text)
}

function rule(    c, bar) {
	for (c = 1; c <= columns; c++) {
		bar = sprintf("%" width[c] "s", "")
		gsub(/ /, "=", bar)
		printf "%s%s", bar, c < columns ? "  " : "\n"
	}
}

function print_grid(    r, c) {
	rule()
	for (r = 1; r <= rows; r++) {
		printf "%-" width[1] "s", grid[r, 1]
		for (c = 2; c <= columns; c++)
			printf "  %" width[c] "s", grid[r, c]
		print ""
		if (r == 1)
			rule()
	}
	rule()
}
