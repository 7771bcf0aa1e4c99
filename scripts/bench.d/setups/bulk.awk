# SPDX-License-Identifier: GPL-2.0
END {
	require("bulk", "nothing")
	require("bulk", "tcplab")
	row("loaded")
	cell("64 KiB"); cell("extra"); cell("MB/s"); cell("percent")
	for (s = 1; s <= setups; s++) {
		row(setup_name[s])
		figure("bulk", setup_name[s])
		on_top_spread("bulk", setup_name[s], "nothing")
		measured = have("bulk", setup_name[s])
		cell(measured ? sprintf("%.1f", 65536 * 1000 / middle("bulk", setup_name[s])) : "-")
		cell(measured ? sprintf("%.2f", percent("bulk", setup_name[s], "nothing")) : "-")
	}
	print_grid()
	printf "\nThe goal for tcplab is at most 0.50 percent less: it takes %.2f.\n",
	       100 - percent("bulk", "tcplab", "nothing")
}
