# SPDX-License-Identifier: GPL-2.0
# Two ways of messages, with so many data segments and so many pure ACKs each: two equations with two unknowns.

function solve(place, setup,    r, one, fro, d1, a1, d2, a2, both) {
	for (r = 1; r <= count["oneway_" place, setup]; r++) {
		one = value["oneway_" place, setup, r]
		d1 = value["oneway_" place "_data", setup, r]
		a1 = value["oneway_" place "_acks", setup, r]
		fro = value["toandfro_" place, setup, r]
		d2 = value["toandfro_" place "_data", setup, r]
		a2 = value["toandfro_" place "_acks", setup, r]
		both = d1 * a2 - d2 * a1
		if (both > -0.5)
			impossible("the two ways of messages do not differ in their ACKs")
		put("data_" place, setup, (one * a2 - fro * a1) / both)
		put("ack_" place, setup, (d1 * fro - d2 * one) / both)
	}
}

function pair(measure, setup) {
	figure(measure, setup)
	on_top_spread(measure, setup, "nothing")
}

function counted(way,    name) {
	name = way "_lo"
	return sprintf("%.3f data segments and %.3f pure ACKs", middle(name "_data", "nothing"), middle(name "_acks", "nothing"))
}

END {
	require("oneway_lo", "nothing")
	require("oneway_lo", "tcplab")
	for (s = 1; s <= setups; s++) {
		solve("lo", setup_name[s])
		solve("veth", setup_name[s])
	}
	row("loaded")
	cell("data, lo"); cell("extra"); cell("ACK, lo"); cell("extra")
	cell("data, veth"); cell("extra"); cell("ACK, veth"); cell("extra")
	for (s = 1; s <= setups; s++) {
		row(setup_name[s])
		pair("data_lo", setup_name[s])
		pair("ack_lo", setup_name[s])
		pair("data_veth", setup_name[s])
		pair("ack_veth", setup_name[s])
	}
	print_grid()
	print "\nThe kernel counted for a message over lo, without anything loaded: one way " counted("oneway") ","
	print "to and fro " counted("toandfro") "."
}
