# SPDX-License-Identifier: GPL-2.0
#
# Adds up the KTAP output of kselftest's runner: each result of each test program counts, the runner's own line about the
# program does not. A program that ends early, runs nothing or fails after its last result counts as one failure more, as
# does a program that never ran. Prints "N passed, N failed[, N skipped]" and, before it, what counts beyond the results.

function miss(count, why) {
	failed += count
	print "# " why
}

function begin_program() {
	planned = -1
	ran = bad = 0
}

function end_suite() {
	if (programs > done)
		miss(programs - done, "of " programs " test programs, " done + 0 " came to an end")
	programs = done = 0
	begin_program()
}

BEGIN { begin_program() }

# The runner's lines.
/^1\.\.[0-9]+/ { end_suite(); programs = substr($1, 4) + 0 }

/^(not )?ok [0-9]+ selftests: / {
	done++
	name = $0
	sub(/^(not )?ok [0-9]+ selftests: /, "", name)
	sub(/ #.*/, "", name)
	if (/ # SKIP/ && !ran)
		skipped++
	else if (planned < 1 || ran != planned)
		miss(planned > ran ? planned - ran : 1, name ": planned " (planned < 0 ? "nothing" : planned) ", ran " ran)
	else if (/^not ok/ && !bad)
		miss(1, name ": failed after its last result")
	begin_program()
}

# A program's lines; it may announce several groups.
/^# 1\.\.[0-9]+/ { planned = (planned < 0 ? 0 : planned) + substr($2, 4) }

/^# (not )?ok [0-9]+/ {
	ran++
	# cmocka writes "not ok 3 # SKIP".
	if (/# SKIP/) {
		skipped++
	} else if ($2 == "ok") {
		passed++
	} else {
		failed++
		bad++
	}
}

END {
	end_suite()
	printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
}
