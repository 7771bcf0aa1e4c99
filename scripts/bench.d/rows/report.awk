# SPDX-License-Identifier: GPL-2.0
# Rows are what is read, in the order of measuring; columns are populations.

/^read:/ && !($1 in seen) { seen[$1]; reading[++readings] = $1 }

END {
	require("read:summary", "forwarded:0")
	row("read")
	for (s = 1; s <= setups; s++) {
		split(setup_name[s], part, ":")
		if (have("read:summary", setup_name[s]))
			cell(part[1] == "forwarded" && part[2] == 0 ? "no rows" : grouped(part[2]) " " part[1])
	}
	for (i = 1; i <= readings; i++) {
		name = substr(reading[i], 6)
		gsub(/_-/, " -", name)
		row(name)
		for (s = 1; s <= setups; s++)
			if (have(reading[i], setup_name[s]))
				cell(millions(middle(reading[i], setup_name[s])))
			else if (have("read:summary", setup_name[s]))
				cell("-")
	}
	print_grid()
}
