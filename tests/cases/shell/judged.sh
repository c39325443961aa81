=== a quoted here-document
cat <<'END'
${value}
END
--- holes: quoted-here-document
=== a here-document quoted in part
cat <<E"N"D \END
${value}
END
--- holes: quoted-here-document
=== the delimiter of a here-document
cat <<${value}
--- holes: here-delimiter
--- unclosed: HereDocument 4
=== back-ticks
echo `cat ${value}` "`cat ${value}`" ${value}
--- holes: backticks, backticks, fine
=== arithmetic
echo $((${value} + 1)) "$((1 + (${value})))" $(( $(echo ${value}) )) ${value}
--- holes: arithmetic, arithmetic, arithmetic, fine
=== a comment
echo a # ${value}
echo ${value}#
--- holes: comment, fine
=== after eval
eval ${value}; eval "x=${value}"; eval "$(f (echo ${value}) )"
echo ${value}
--- holes: evaluated, evaluated, evaluated, fine
=== evaluated later
trap 'rm ${value}' EXIT; alias x=${value}
--- holes: evaluated, evaluated
=== an inner shell
sh -c "echo ${value}"; bash -euc '${value}' ${value}; sudo -u me sh -c ${value}; env A=1 /bin/sh -e -c ${value}
--- holes: inner-shell, inner-shell, fine, inner-shell, inner-shell
=== an inner shell among arguments
docker exec -it web sh -ec "echo ${value}" ${value}; kubectl exec pod -- /bin/bash -c ${value}; apt install bash ${value}; busybox sh -c ${value}
--- holes: inner-shell, fine, inner-shell, option-position, inner-shell
=== evaluated by the shell itself
PS4=${value} sh -x y; export BASH_ENV=${value}; PATH=${value}; watch ls ${value}; script -c "ls ${value}" log
--- holes: evaluated, evaluated, fine, evaluated, inner-shell
=== make
make CFLAGS=${value} ${value}; make -j 4 -- ${value}
--- holes: inner-program, option-position, fine
=== a command is only looked up
command -v ${value} > /dev/null; command ${value}
--- holes: fine, command-position
=== a nested inner shell
timeout -k 5 10 bash -o pipefail -c "$(cat ${value})"; find . -exec sh -c "rm ${value}" \;; su me -c "x ${value}"
--- holes: inner-shell, inner-shell, inner-shell
=== standard input of an inner shell
sh <<END
echo ${value}
$(echo ${value})
END
echo ${value} | sh -e; cat <<END | bash -s x
${value}
END
sh script.sh <<END
${value}
END
--- holes: inner-shell, inner-shell, inner-shell, inner-shell, fine
=== another machine
ssh -p ${value} host "rm ${value}"; ssh host x <<END
${value}
END
ssh -- ${value}
--- holes: fine, inner-shell, fine, fine
=== names of variables
read ${value}; unset "a${value}"; export ${value}; export X=${value}; for ${value} in a; do :; done; ${${value}}
--- holes: variable-name, variable-name, variable-name, fine, variable-name, variable-name
=== a backslash
echo \${value} "\${value}" '\${value}' \\${value}
--- holes: after-backslash, after-backslash, fine, fine
=== a lone dollar
echo a$${value} "$${value}" '$${value}' "$$$${value}" $$${value}
--- holes: after-dollar, after-dollar, fine, after-dollar, fine
=== lists glued to text
echo a${list} ${list}.txt ${list}${list} "${list}" '${list}' ${list}'' ${list}
--- holes: list-glued, list-glued, list-glued, fine, list-quoted, list-quoted, list-glued, fine
=== lists where one word is taken
x=${list}; echo > ${list}; case ${list} in a) ;; esac; export x=${list}; echo ${x:-${list}}
cat <<END
${list}
END
--- holes: list-not-argument, list-not-argument, list-not-argument, list-not-argument, list-glued, list-quoted
=== command position
${value}; ${value} x; ./${value}; sudo ${value}; if ${value}; then X=1 "${value}"; fi; echo a | ${value}; (${value}); nohup -- ${value}
--- holes: command-position, command-position, command-position, command-position, command-position, command-position, command-position, command-position, command-position
=== option position
rm ${value}; rm -rf ${value}; rm -f "${value}"; rm -rf -- ${value}; rm ./${value}; git commit -m ${value}; grep x ${value}; tar -xzf ${value}
--- holes: option-position, option-position, option-position, fine, fine, fine, option-position, option-position
=== no options
echo ${value}; printf ${value}; printf '%s' ${value}; [ ${value} ]; test -n ${value}; : ${value}; x=${value}; cat < ${value}; exit ${value}
--- holes: fine, option-position, fine, fine, fine, fine, fine, fine, fine
=== programs of other languages
python3 -c "print(${value})"; awk "/${value}/" x; sed -e s/${value}/x/ f; node -e ${value}; python3 x.py "a${value}"; jq ".[${value}]"
--- holes: inner-program, inner-program, inner-program, inner-program, fine, inner-program
=== raw text anywhere
eval ${raw}; ${raw}; # ${raw}
--- holes: fine, fine, fine
=== nothing is closed
echo "a ${value}
--- holes: fine
--- unclosed: DoubleQuote 5
=== a here-document without its end
cat <<END
x
--- holes:
--- unclosed: HereDocument 4
=== a substitution without its end
echo $(cat 'x'
--- holes:
--- unclosed: Parenthesis 5
=== closed after all
f() { case $1 in (a) echo "$(echo ')')";; b|c) echo "${x%\}}" ;; esac; }; if (true) then echo ${value}; fi
--- holes: fine
=== a keyword as an argument
echo case ${value} in if; echo for ${value}; echo [[ ${value} -eq 1
--- holes: fine, fine, fine
