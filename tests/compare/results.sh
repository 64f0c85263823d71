# What tests/compare/run and tests/compare/vm say of what tests/compare/both kept.

differ=() same=() left=()

# result NAME STATUS PAGES   STATUS is that of tests/compare/both.
result() {
    local status=$2
    if [[ $status == 0 ]]; then
        echo "$1:"
        python3 "$root/tests/compare/differences.py" "$3" || status=$?
    fi
    case $status in
    0) same+=("$1") ;;
    2) left+=("$1") ;;
    *) differ+=("$1") ;;
    esac
}

# Ends with 1 if something is different or nothing was compared.
results() {
    echo
    echo "${#same[@]} the same (${same[*]}), ${#differ[@]} different (${differ[*]}), ${#left[@]} not compared (${left[*]})"
    [[ ${#differ[@]} == 0 && ${#same[@]} -gt 0 ]]
}
