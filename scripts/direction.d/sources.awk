# SPDX-License-Identifier: GPL-2.0
#
# Part of scripts/direction: the faults that one source file can have by itself. Each file is one record (RS is a character
# that no source has). It is read without comments, strings and lines of the preprocessor, statement by statement.

BEGIN {
	RS = "\001"
	NAME = "[a-z_][a-z0-9_]*"
	INDEX = "\\[[^][]*(\\[[^][]*\\][^][]*)*\\]"
	# A field of a row, but not what one of its pointers leads to.
	FIELD = "conn->" NAME "( ?" INDEX "|\\." NAME ")*"
	ENDS = "([^a-z0-9_.[-]|$)"
	PATH = "(" NAME "(->|\\.))*"
	BEFORE = "(^|[^a-z0-9_])"
	SETS = "\\)* ?(=[^=]|<<=|>>=|[-+*/%&|^]=)"
	WRITERS = "(WRITE_ONCE|mem(set|cpy|move)|strscpy[a-z_]*|xchg|(try_)?cmpxchg|(__)?(set|clear|change)_bit|test_and_[a-z_]+|" \
		"h?list_[a-z_]+|INIT_LIST_HEAD|smp_store_[a-z_]+|rcu_assign_pointer|RCU_INIT_POINTER|spin_[a-z_]+|put_unaligned[a-z0-9_]*)"
}

function newlines(text, lines) {
	lines = text
	gsub(/[^\n]/, "", lines)
	return lines
}

# Cuts the text that a pattern finds off the head of the rest, and returns it.
function cut(pattern, head) {
	match(rest, pattern)
	head = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 1)
	return head
}

# The text without comments, strings and directives, with all its lines.
function code(text, out, mark, at) {
	rest = text
	out = ""
	while (match(rest, /\/\*|\/\/|"|'|(^|\n)[ \t]*#/)) {
		out = out substr(rest, 1, RSTART - 1)
		mark = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (mark == "/*") {
			at = index(rest, "*/")
			out = out newlines(substr(rest, 1, at)) " "
			rest = substr(rest, at + 2)
		} else if (mark == "\"") {
			cut("^([^\"\\\\]|\\\\[^\n])*\"")
			out = out "\"\""
		} else if (mark == "'") {
			cut("^([^'\\\\]|\\\\[^\n])*'")
			out = out "0"
		} else {
			# Until the end of the line, also of a comment.
			out = out newlines(mark) newlines(cut("^([^\n\\\\]|\\\\\n|\\\\[^\n])*"))
		}
	}
	return out rest
}

function squeezed(text) {
	gsub(/[ \t\n]+/, " ", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	return text
}

function fault(line, text) {
	print FILENAME ":" line ": " text
}

# Whether a name begins with that of its file.
function is_own(name) {
	return name == base || index(name, base "_") == 1 || name == "tl_" base || index(name, "tl_" base "_") == 1
}

function last_word(text) {
	gsub(/\[[^]]*\]/, "", text)
	gsub(/ ?\{\}/, "", text)
	gsub(/ __[a-z_]+/, "", text)
	text = squeezed(text)
	sub(/^.*[^A-Za-z0-9_]/, "", text)
	return text
}

# A name that has no other file: kept until all parameters of the module are known.
function note_static(line, name) {
	if (name != "" && !is_own(name)) {
		statics++
		static_line[statics] = line
		static_name[statics] = name
	}
}

function check_static(line, decl, parts, count, i, arguments) {
	sub(/^static /, "", decl)
	if (decl ~ /^((DEFINE|DECLARE)_[A-Z_]+|LIST_HEAD) ?\(/) {
		arguments = decl
		sub(/^[^(]*\(/, "", arguments)
		sub(/\).*/, "", arguments)
		count = split(arguments, parts, ",")
		note_static(line, last_word(decl ~ /PER_CPU/ ? parts[count] : parts[1]))
		return
	}
	if (match(decl, /\( ?\* ?(const )?[a-z_][a-z0-9_]*/)) {
		if (index(decl, "=") == 0 || index(decl, "=") > RSTART)
			if (match(decl, /^[^(]*\( ?\* ?(const )?[a-z_][a-z0-9_]*/)) {
				note_static(line, last_word(substr(decl, 1, RLENGTH)))
				return
			}
	}
	if (match(decl, /[A-Za-z_][A-Za-z0-9_]* ?\(/) && (index(decl, "=") == 0 || index(decl, "=") > RSTART)) {
		note_static(line, last_word(substr(decl, RSTART, RLENGTH - 1)))
		return
	}
	count = split(decl, parts, ",")
	for (i = 1; i <= count; i++) {
		sub(/=.*/, "", parts[i])
		note_static(line, last_word(parts[i]))
	}
}

# A declaration outside of all functions, with {} for what is in braces.
function check_declaration(line, decl, name) {
	if (decl ~ /^module_param(_named)? ?\(/) {
		name = decl
		sub(/^[^(]*\( ?/, "", name)
		sub(/[^a-z0-9_].*/, "", name)
		parameter[name]
	}
	# These two stand in for functions of the kernel.
	if (header && base != "compat" && base != "port" && decl ~ /^static (__always_)?inline / &&
	    match(decl, /[A-Za-z_][A-Za-z0-9_]* ?\(/)) {
		name = last_word(substr(decl, RSTART, RLENGTH - 1))
		if (name !~ /^tl_/ && !is_own(name))
			fault(line, name "() begins neither with tl_ nor with " base "_")
	}
	if (match(decl, /(^| )(struct|enum|union) [a-z0-9_]+ \{\}/)) {
		name = substr(decl, RSTART, RLENGTH - 3)
		sub(/.* /, "", name)
		if (header ? name !~ /^tl_/ : !is_own(name) && name !~ /^tl_/)
			fault(line, "the type " name " does not begin with " (header ? "tl_" : base "_"))
	}
	if (!header && decl ~ /^static /)
		check_static(line, decl)
}

# The bits that consumers keep in a row mean nothing to the tracker: it sets them to 0.
function check_tracker(line, statement) {
	if (statement !~ /consumer_(bits|flags)/ || FILENAME == "module/track/conn.h")
		return
	if (FILENAME != "module/track/table.c" || statement !~ /^conn->consumer_(bits|flags) = 0$/)
		fault(line, "the tracker looks at what consumers keep in a row")
}

# A cast to a pointer that is not const, in front of a row or of a part of it: the compiler takes that for an intention.
function check_casts(line, statement, head) {
	while (match(statement, "\\([a-z_][a-z0-9_ *]*\\*\\) ?\\(*&?\\(*" PATH "conn([^a-z0-9_]|$)")) {
		head = substr(statement, RSTART, index(substr(statement, RSTART), ")"))
		if (head !~ /^\(const / && head !~ / const /)
			fault(line, "a cast takes const away from a row")
		statement = substr(statement, RSTART + length(head))
	}
}

# The tracker alone writes into a row. The compiler refuses to write into a const row, and check_casts() sees that one stays
# const. Any other row has one name above the tracker, by which this finds it.
function check_writers(line, statement, more) {
	check_casts(line, statement)
	more = statement
	gsub(/const struct tl_conn \*/, "", more)
	while (match(more, /struct tl_conn ?\*/)) {
		more = substr(more, RSTART + RLENGTH)
		if (more !~ /^ ?(const )?conn([^a-z0-9_]|$)/)
			fault(line, "a row that is not const is called something else than conn")
		writable = 1
	}
	if (statement ~ BEFORE FIELD SETS || statement ~ BEFORE FIELD " ?(\\+\\+|--)" ||
	    statement ~ "(\\+\\+|--) ?\\(*" PATH FIELD ENDS ||
	    statement ~ BEFORE WRITERS " ?\\( ?[(&*]*(struct )?" PATH FIELD ENDS ||
	    statement ~ BEFORE "swap ?\\((.*[^a-z0-9_])?" FIELD ENDS)
		fault(line, "writes into a row")
	more = statement
	gsub(/struct tl_conn ?\* ?(const )?conn/, "", more)
	if (more ~ /(^|[^a-z0-9_)*] ?)\*conn ?(=[^=]|->)/ || more ~ /(^|[^a-z0-9_])(mem(set|cpy|move)|swap) ?\( ?\*?conn ?[,)]/)
		fault(line, "writes over a row")
	if (!writable)
		return
	if (match(more, "(^|[^&])&\\(*" PATH FIELD ENDS) && substr(more, RSTART, RLENGTH) !~ /conn->key[^a-z0-9_]?$/)
		fault(line, "takes a pointer into a row")
	if (more ~ /conn->(state|since)([^a-z0-9_ []|$)/)
		fault(line, "takes a pointer into a row")
	if (more ~ /([a-z0-9_]|\]) ?= ?(\([^()]*\) ?)?conn$/ && statement !~ /const struct tl_conn/)
		fault(line, "gives a row that is not const another name")
}

# Each bit of a consumer is set by one file.
function note_setters(line, statement, name) {
	while (match(statement, /tl_(bits|flags)(_to)?_set[a-z_]*/)) {
		name = substr(statement, RSTART, RLENGTH)
		statement = substr(statement, RSTART + RLENGTH)
		if (name == "tl_bits_to_set" || name == "tl_flags_set")
			fault(line, "sets a bit of a row past its function in wait/bits.h")
		else if (index(setters[name] " ", " " FILENAME " ") == 0)
			setters[name] = setters[name] " " FILENAME
	}
}

function check_statement(line, statement) {
	if (statement == "")
		return
	if (FILENAME ~ "^module/track/") {
		check_tracker(line, statement)
		return
	}
	if (FILENAME == "module/wait/bits.h")
		return
	check_writers(line, statement)
	note_setters(line, statement)
}

# Where a statement begins that the text ends with.
function first_line(line, text, lines) {
	sub(/^[ \t\n]+/, "", text)
	return line - length(newlines(text))
}

{
	base = FILENAME
	sub(/.*\//, "", base)
	header = base ~ /[.]h$/
	sub(/[.].*/, "", base)
	text = code($0)
	line = 1
	depth = statics = writable = 0
	declaration = ""
	split("", parameter)
	while (match(text, /[;{}]/)) {
		part = substr(text, 1, RSTART - 1)
		mark = substr(text, RSTART, 1)
		text = substr(text, RSTART + 1)
		line += length(newlines(part))
		begun = first_line(line, part)
		statement = squeezed(part)
		if (!depth) {
			if (declaration == "")
				declared = begun
			declaration = squeezed(declaration " " statement)
			writable = 0
		}
		check_statement(begun, statement)
		if (mark == "{") {
			if (!depth)
				is_function = declaration ~ /\)( __[a-z_]+)*$/ && declaration !~ /=/
			depth++
		} else if (mark == "}") {
			depth--
			if (!depth && is_function) {
				check_declaration(declared, declaration)
				declaration = ""
			} else if (!depth) {
				declaration = declaration " {}"
			}
		} else if (!depth) {
			check_declaration(declared, declaration)
			declaration = ""
		}
	}
	for (i = 1; i <= statics; i++)
		if (!(static_name[i] in parameter))
			fault(static_line[i], static_name[i] " does not begin with " base "_")
}

END {
	for (name in setters)
		if (setters[name] ~ / .* /)
			print name "() is for one file, and called by" setters[name]
}
