=== ansi quotes
printf '<%s>' $'it\'s ${value}\t' a$'${value}'
--- output
<it's ${value}	><a${value}>
=== translated quotes
printf '<%s>' $"${value}"
--- output
<${value}>
=== a here-string
cat <<< ${value}; cat <<< "a ${value}"
--- output
${value}
a ${value}

=== an array
a=(x ${value} "${value}" '${value}' ${list}); printf '<%s>' "${a[@]}"
--- output
<x><${value}><${value}><${value}>${list}
=== a double bracket
if [[ ${value} == '${value}' && "x${value}" = x${value} ]]; then printf same; fi
--- output
same
=== a double bracket takes no pattern
if [[ anything == ${value} || anything =~ ^${value}$ ]]; then printf matched; else printf other; fi
--- output
other
=== a process substitution
cat <(printf '<%s>' ${value}) <(printf '<%s>' "${value}")
--- output
<${value}><${value}>
=== replaced in a parameter
x=a-b; printf '<%s>' "${x/-/"${value}"}" "${x/-/${value}}"
--- output
<a${value}b><a${value}b>
=== a local variable
f() { local x=${value}; declare y="${value}"; printf '<%s>' "$x" "$y"; }; f
--- output
<${value}><${value}>
=== both outputs
{ printf '<%s>' ${value} >&2; } &> file-a; cat file-a; rm file-a
--- output
<${value}>
=== an extended pattern
shopt -s extglob
case x in @(a|b)) printf no;; *) printf '<%s>' ${value};; esac
--- output
<${value}>
