=== a double bracket that calculates
[[ ${value} -eq 1 ]]; [[ 1 -lt ${value} ]] && [[ -v ${value} ]]; [[ -f ${value} && ${value} == x ]]
--- holes: arithmetic, arithmetic, variable-name, fine, fine
=== double parentheses
((${value} > 1)); for ((i = 0; i < ${value}; i++)); do :; done; echo $[${value}]; let "x=${value}"
--- holes: arithmetic, arithmetic, arithmetic, arithmetic
=== subscripts
a[${value}]=1; echo ${a[${value}]} "${a[${value}]:-x}" ${x:${value}:1}; b=([${value}]=1 ${value})
--- holes: arithmetic, arithmetic, arithmetic, arithmetic, arithmetic, fine
=== declarations
declare ${value}; declare -i x=${value}; declare -a x=${value}; declare -r y=${value}; declare -i n; n=${value}; m=${value}
--- holes: variable-name, arithmetic, arithmetic, fine, arithmetic, fine
=== printf into a variable
printf -v ${value} x; printf -v x %s ${value}
--- holes: variable-name, fine
=== an inner shell
bash <<< ${value}; bash -s x <<< "echo ${value}"; cat <<< ${value}; bash script <<< ${value}
--- holes: inner-shell, inner-shell, fine, fine
=== lists in brackets
[[ ${list} == x ]]; a=(${list} a${list})
--- holes: list-not-argument, fine, list-glued
