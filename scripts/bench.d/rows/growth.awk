# SPDX-License-Identifier: GPL-2.0
END {
	require("connection", "unloaded:0")
	require("connection", "forwarded:0")
	row("rows")
	cell("connection"); cell("extra"); cell("forwarded segment"); cell("extra"); cell("a second")
	for (s = 1; s <= setups; s++) {
		if (!have("connection", setup_name[s]))
			continue
		split(setup_name[s], part, ":")
		row(part[1] == "unloaded" ? "not loaded" : grouped(part[2]))
		figure("connection", setup_name[s])
		on_top_spread("connection", setup_name[s], "unloaded:0")
		figure("segment", setup_name[s])
		on_top_spread("segment", setup_name[s], "unloaded:0")
		on_top("second", setup_name[s], "unloaded:0")
	}
	print_grid()
}
