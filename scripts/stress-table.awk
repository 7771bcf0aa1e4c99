# SPDX-License-Identifier: GPL-2.0
#
# Makes a table, in reStructuredText, of the lines "figure: TEST: WHAT: VALUE" of the stress tests.

function rule() {
	return sprintf("%.*s  %.*s  %.*s", width[1], bar, width[2], bar, width[3], bar)
}

function note(column, text) {
	cell[rows, column] = text
	if (length(text) > width[column])
		width[column] = length(text)
}

BEGIN {
	rows = 0
	while (length(bar) < 200)
		bar = bar "=========="
	note(1, "test")
	note(2, "figure")
	note(3, "value")
}

/^[# ]*figure: / {
	sub(/^[# ]*figure: /, "")
	test = what = $0
	sub(/: .*/, "", test)
	value = what
	sub(/^[^:]*: /, "", what)
	sub(/: [^:]*$/, "", what)
	sub(/^.*: /, "", value)
	rows++
	note(1, test == last ? "" : test)
	note(2, what)
	note(3, value)
	last = test
}

END {
	print rule()
	for (i = 0; i <= rows; i++) {
		line = sprintf("%-*s  %-*s  %s", width[1], cell[i, 1], width[2], cell[i, 2], cell[i, 3])
		# An empty first cell would go on with the row above.
		if (cell[i, 1] == "")
			sub(/^  /, "\\ ", line)
		print line
		if (!i)
			print rule()
	}
	print rule()
}
