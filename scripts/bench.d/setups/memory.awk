# SPDX-License-Identifier: GPL-2.0

# Objects that a setup has more of than the kernel alone; for "nothing" all. Sets total, and list by name.
function sum_up(setup,    key, part, cache, objects) {
	total = 0
	list = ""
	for (key in count) {
		split(key, part, SUBSEP)
		if (part[2] != setup || part[1] !~ /^objects:/)
			continue
		cache = substr(part[1], 9)
		objects = middle(part[1], setup)
		if (setup != "nothing" && have(part[1], "nothing"))
			objects -= middle(part[1], "nothing")
		if (objects <= 0)
			continue
		total += objects * middle("bytes:" cache, setup)
		list = list (list == "" ? "" : ", ") plain(objects) " " cache
	}
	if (setup == "nothing")
		list = "sockets of both ends"
}

END {
	require("objects:TCP", "nothing")
	require("objects:tcplab_conn", "tcplab")
	row("loaded")
	cell("bytes"); cell("hash"); cell("objects")
	for (s = 1; s <= setups; s++) {
		sum_up(setup_name[s])
		row(setup_name[s])
		cell(have("left_out", setup_name[s]) ? "-" : (setup_name[s] == "nothing" ? "" : "+") plain(total))
		cell(have("hash", setup_name[s]) ? sprintf("+%.1f", middle("hash", setup_name[s])) : "-")
		cell(list == "" ? "-" : list)
	}
	print_grid()
	printf "\nThe goal for a row of tcplab is at most 128 bytes: it takes %d.\n", middle("bytes:tcplab_conn", "tcplab")
}
