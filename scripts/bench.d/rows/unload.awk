# SPDX-License-Identifier: GPL-2.0
END {
	require("unload", "forwarded:0")
	row("rows")
	cell("kind"); cell("load"); cell("not idle"); cell("unload"); cell("not idle")
	for (s = 1; s <= setups; s++) {
		if (!have("unload", setup_name[s]))
			continue
		split(setup_name[s], part, ":")
		row(grouped(part[2]))
		cell(part[2] == 0 ? "-" : part[1])
		cell(millions(middle("load", setup_name[s])))
		cell(millions(middle("load_busy", setup_name[s])))
		cell(millions(middle("unload", setup_name[s])))
		cell(millions(middle("unload_busy", setup_name[s])))
	}
	print_grid()
}
