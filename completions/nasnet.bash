_nasnet() {
    # Bash breaks words at : = and @, so that hf:OWNER/NAME@REV and --format=json are several words to it. What is
    # written without a space is put together again here.
    local words=() at=0 start=0 i gap
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${COMP_LINE:at}
        gap=${gap%%[![:space:]]*}
        if ((i == 0)) || [[ -n $gap ]]; then
            at=$((at + ${#gap}))
            start=$at
            words+=("")
        fi
        at=$((at + ${#COMP_WORDS[i]}))
        words[${#words[@]} - 1]+=${COMP_WORDS[i]}
    done
    local last=$((${#words[@]} - 1)) before=""
    if ((COMP_POINT >= start)); then
        words[last]=${COMP_LINE:start:COMP_POINT-start}
    fi
    # Bash replaces only the part behind the last break.
    if [[ ${words[last]} == *"$2" ]]; then
        before=${words[last]%"$2"}
    fi
    local space=true
    if compopt +o nospace 2> /dev/null; then
        space=false
    fi
    local IFS=$'\013'
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$last" \
        _CLAP_COMPLETE_COMP_TYPE="$COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$space" \
        NASNET_COMPLETE="bash" \
        "nasnet" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
        return
    fi
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$before"}
        if [[ ${COMPREPLY[i]} == *[[:space:]\'\"\$\&\(\)\;\|\<\>\*\?]* ]]; then
            COMPREPLY[i]=$(printf %q "${COMPREPLY[i]}")
        fi
    done
    if [[ $space == false && "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o default -o nosort -F _nasnet nasnet
else
    complete -o nospace -o bashdefault -o default -F _nasnet nasnet
fi
