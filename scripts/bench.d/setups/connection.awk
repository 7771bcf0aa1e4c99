# SPDX-License-Identifier: GPL-2.0
END {
	require("loop", "nothing")
	require("loop", "tcplab")
	row("loaded")
	cell("loopback"); cell("extra"); cell("veth"); cell("extra"); cell("afterwards")
	for (s = 1; s <= setups; s++) {
		row(setup_name[s])
		figure("loop", setup_name[s])
		on_top_spread("loop", setup_name[s], "nothing")
		figure("veth", setup_name[s])
		on_top_spread("veth", setup_name[s], "nothing")
		figure("later", setup_name[s])
	}
	print_grid()
	printf "\nThe goal for tcplab on loopback is at most +4,000: it takes %s.\n",
	       signed(extra("loop", "tcplab", "nothing"))
}
