=== a word
printf '<%s>' ${value}
--- output
<${value}>
=== part of a word
printf '<%s>' a${value}b
--- output
<a${value}b>
=== two in a word
printf '<%s>' ${value}-${value}
--- output
<${value}-${value}>
=== after an equals sign
printf '<%s>' --message=${value}
--- output
<--message=${value}>
=== double quotes
printf '<%s>' "${value}"
--- output
<${value}>
=== inside a text in double quotes
printf '<%s>' "it's \"${value}\" and ${value}s"
--- output
<it's "${value}" and ${value}s>
=== single quotes
printf '<%s>' '${value}'
--- output
<${value}>
=== inside a text in single quotes
printf '<%s>' 'say "${value}" $HOME \ ${value}'
--- output
<say "${value}" $HOME \ ${value}>
=== quotes glued together
printf '<%s>' a'b${value}'"c${value}"d
--- output
<ab${value}c${value}d>
=== an escaped quote before
printf '<%s>' \"${value}\" "\"${value}\\"
--- output
<"${value}"><"${value}\>
=== an assignment
x=${value}; printf '<%s>' "$x"
--- output
<${value}>
=== an assignment before a command
X=a${value} Y='${value}' sh -c 'printf "<%s>" "$X" "$Y"'
--- output
<a${value}><${value}>
=== exported
export X=${value}; sh -c 'printf "<%s>" "$X"'
--- output
<${value}>
=== a here-document
cat <<END
a ${value}
END
--- output
a ${value}

=== a here-document with quotes in it
cat <<END; printf '<%s>' ${value}
it's "${value}" \$HOME \${x} 'end'
END
--- output
it's "${value}" $HOME ${x} 'end'
<${value}>
=== a here-document with tabs
cat <<-END
	${value}
	END
printf x
--- output
${value}
x
=== two here-documents
cat <<ONE; cat <<'TWO'
${value}
ONE
it's $HOME "
TWO
printf '<%s>' "${value}"
--- output
${value}
it's $HOME "
<${value}>
=== a here-document with a substitution
cat <<END
$(printf '<%s>.' ${value} "${value}" '${value}')
END
--- output
<${value}>.<${value}>.<${value}>.

=== a substitution
{ printf '%s' $(printf '<%s>' ${value} >&2; printf done); } 2>&1
--- output
<${value}>done
=== a substitution in quotes
printf '%s' "$(printf '<%s>.' ${value} "${value}" '${value}')"
--- output
<${value}>.<${value}>.<${value}>.
=== a substitution with a case inside
printf '%s' "$(case ${value} in '') printf empty;; *) printf '<%s>' ${value};; esac)."
--- skip empty-value
--- output
<${value}>.
=== default of a parameter
unset x; printf '<%s>' ${x:-${value}} "${x:-${value}}" "${x:-a ${value}}" ${x:-'${value}'} ${x-"${value}"}
--- output
<${value}><${value}><a ${value}><${value}><${value}>
=== default of a parameter in a here-document
cat <<END
${x:-${value}}
END
--- output
${value}

=== assigned as a default
: "${x:=${value}}"; printf '<%s>' "$x"
--- output
<${value}>
=== a prefix removed
x=${value}-rest; printf '<%s>' "${x#${value}}" "${x#"${value}"-}"
--- output
<-rest><rest>
=== a subshell and a group
(printf '<%s>' ${value}); { printf '<%s>' ${value}; }
--- output
<${value}><${value}>
=== a condition
if [ ${value} = '${value}' ] && test "${value}" = ${value}; then printf same; else printf different; fi
--- output
same
=== a case
case ${value} in a) printf a;; '${value}') printf '<%s>' "${value}";; *) printf other;; esac
--- skip a
--- output
<${value}>
=== a pattern of a case is literal
case anything in ${value}|'x${value}') printf matched;; *) printf other;; esac
--- output
other
=== a loop
for x in a ${value} "b ${value}"; do printf '<%s>' "$x"; done
--- output
<a><${value}><b ${value}>
=== a function
show() { printf '<%s>' "$1"; }
show ${value}
--- output
<${value}>
=== a file
printf '<%s>' read > ./a${name}; cat < ./a${name}; rm -- ./a${name}
--- output
<read>
=== after comments
# it's "not closed
printf '<%s>' ${value} # nor $( this
printf '<%s>' a#b ${value} \
  "${value}"
--- output
<${value}><a#b><${value}><${value}>
=== dollars that are no expansions
set -- a b; printf '<%s>' $# $$x${value} "$#${value}" $? '$'${value} | sed 's/<[0-9]*x/<x/'
--- only quoted
--- output
<2><x${value}><2${value}><0><$${value}>
=== an argument of an inner shell
sh -c 'printf "<%s>" "$1" "$2"' name ${value} "${value}"
--- output
<${value}><${value}>
=== several pipes
printf '<%s>' ${value} | cat | cat
--- output
<${value}>
=== an and-or list in a line
true && printf '<%s>' ${value} || printf no; ! printf '<%s>' "${value}" || :
--- output
<${value}><${value}>
=== a list
printf '<%s>' x ${list} y
--- output
<x>${list}<y>
=== a list in a loop
for x in ${list}; do printf '<%s>' "$x"; done
--- output
${list}
=== a list given to a function
all() { for x; do printf '<%s>' "$x"; done; }
all ${list}
--- output
${list}
=== raw text
${raw}
--- output
raw words
