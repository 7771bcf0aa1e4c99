# SPDX-License-Identifier: GPL-2.0
END {
	require("batch", "nothing")
	require("batch", "tcplab")
	row("loaded")
	cell("data, list"); cell("extra"); cell("examined")
	for (s = 1; s <= setups; s++) {
		row(setup_name[s])
		figure("batch", setup_name[s])
		on_top_spread("batch", setup_name[s], "nothing")
		cell(setup_name[s] == "tcplab" ? middle("examined", "tcplab") " %" : "-")
	}
	print_grid()
	printf "\nThe goal for tcplab is at most %s: two empty hooks (floor) and 60. It takes %s.\n",
	       signed(extra("batch", "floor", "nothing") + 60), signed(extra("batch", "tcplab", "nothing"))
}
