# SPDX-License-Identifier: GPL-2.0
#
# Compares what the kernel's selftests said without tcplab, with it, and with "lab" as the default. Files: "broken" with
# lines "TEST<tab>why it does not build", then "without", "with" and "lab", as scripts/compat-guest printed them; a test
# that ran again counts as it came out the last time. A test is worse if it fails where it passed, or if a part of it
# does not pass that passed without tcplab. Prints a table, and results for scripts/totals to the file named by -v log_file=.
# With -v worse=WAY it prints only the names of tests that were worse.

function way_of(file) {
	sub(/.*\//, "", file)
	return file
}

# Names of parts, without what differs from run to run: names of namespaces, numbers, times.
function name_of(text) {
	gsub(/[a-zA-Z]+[0-9]*-[A-Za-z0-9_.-]+/, "X", text)
	gsub(/0x[0-9a-f]+/, "N", text)
	gsub(/[0-9]+/, "N", text)
	gsub(/[ \t]+/, " ", text)
	sub(/ $/, "", text)
	return text
}

# A part may come under one name several times, in the same order each time.
function note(text, passed,    part) {
	text = name_of(text)
	part = text " (" ++times[way, test, try[way, test], text] ")"
	parts[way, test, try[way, test]] = parts[way, test, try[way, test]] SUBSEP part
	result[way, test, try[way, test], part] = passed
}

function forget_order() {
	way = way_of(FILENAME)
	test = ""
}

function count_passed(way, test,    list, n, i, passed) {
	n = split(parts[way, test, try[way, test]], list, SUBSEP)
	all = n ? n - 1 : 0
	for (i = 2; i <= n; i++)
		passed += result[way, test, try[way, test], list[i]]
	return passed + 0
}

# How a test came out, for the table.
function outcome(way, test,    passed, text) {
	if (!((way, test) in try))
		return "did not run"
	passed = count_passed(way, test)
	if (status[way, test] == 124 || status[way, test] == 137)
		text = "time ran out"
	else
		text = status[way, test] == 0 ? "passed" : status[way, test] == 4 ? "skipped" : "failed"
	if (all)
		text = text ", " passed " of " all
	return text (try[way, test] > 1 ? " (try " try[way, test] ")" : "")
}

# What is worse in a way than without: a sentence, or nothing.
function why_worse(way, test,    list, n, i, lost, first) {
	if (!((way, test) in try))
		return "did not run"
	if (status["without", test] == 0 && status[way, test] != 0)
		return "ended with " status[way, test]
	n = split(parts["without", test, try["without", test]], list, SUBSEP)
	for (i = 2; i <= n; i++) {
		if (!result["without", test, try["without", test], list[i]] || result[way, test, try[way, test], list[i]])
			continue
		lost++
		if (!first)
			first = list[i]
	}
	return lost ? lost " parts did not pass, first: " first : ""
}

# Why there is nothing to compare with: a sentence, or nothing.
function why_useless(test) {
	if (status["without", test] == 124 || status["without", test] == 137)
		return "its time runs out without tcplab, too"
	if (status["without", test] != 0 && !count_passed("without", test))
		return "it does not pass without tcplab, either"
	return ""
}

function tell(ok, text) {
	lines[++told] = (ok ? "ok " : "not ok ") told " " text
}

FNR == 1 { forget_order() }

FILENAME ~ /\/broken$/ {
	split($0, field, "\t")
	order[++tests] = field[1]
	reason[field[1]] = field[2]
	next
}

/^compat: begin / {
	test = substr($0, 15)
	if (way == "without" && !(test in known))
		order[++tests] = test
	known[test]
	try[way, test]++
	next
}

/^compat: end / {
	status[way, test] = $3
	seconds[way, test] = $4 - $5
	test = ""
	next
}

test == "" { next }

/^(# )?(not )?ok [0-9]+ / {
	text = $0
	sub(/^(# )?(not )?ok [0-9]+ (- )?/, "", text)
	sub(/ *# .*/, "", text)
	note(text, /^(# )?ok / && !/# SKIP/)
	next
}

/\[ *([oO][kK]|FAIL|fail|SKIP|skip) *\]/ {
	text = $0
	sub(/ *\[ *([oO][kK]|FAIL|fail|SKIP|skip) *\].*/, "", text)
	sub(/\(duration.*/, "", text)
	note(text, /\[ *[oO][kK] *\]/)
	next
}

/^(PASS|OK|ERROR|FAIL|SKIP): / {
	text = $0
	sub(/^[A-Z]+: /, "", text)
	note(text, /^(PASS|OK):/)
}

END {
	if (worse) {
		for (i = 1; i <= tests; i++)
			if (!(order[i] in reason) && why_useless(order[i]) == "" && why_worse(worse, order[i]) != "")
				print order[i]
		exit
	}
	format = "%-44s %-26s %-26s %-26s %6s\n"
	printf format, "test", "without", "with", "with lab", "s"
	for (i = 1; i <= tests; i++) {
		test = order[i]
		if (test in reason) {
			printf "%-44s skipped: %s\n", test, reason[test]
			tell(1, test " # SKIP " reason[test])
			continue
		}
		printf format, test, outcome("without", test), outcome("with", test), outcome("lab", test), \
			sprintf("%.0f", seconds["without", test])
		why = why_useless(test)
		if (why != "") {
			print "    skipped: " why
			tell(1, test " # SKIP " why)
			continue
		}
		compared++
		for (w = 1; w <= 2; w++) {
			way = w == 1 ? "with" : "lab"
			why = why_worse(way, test)
			if (why != "")
				print "    " way ": " why
			tell(why == "", test ", " way (why == "" ? "" : ": " why))
		}
	}
	if (!compared)
		tell(0, "tests that pass without tcplab: none, so nothing was compared")
	if (!log_file)
		exit
	print "1..1\n# 1.." told >>log_file
	for (i = 1; i <= told; i++)
		print "# " lines[i] >>log_file
	print "ok 1 selftests: kernel: compat" >>log_file
}
