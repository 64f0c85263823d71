# Debian's and Ubuntu's names of what otelbpf is built, tested and checked with. Sourced by examples/run, tests/run and .ci/run.

build_packages=(gcc libc6-dev cmake ninja-build pkgconf clang
    libbpf-dev libelf-dev zlib1g-dev libcurl4-openssl-dev libnghttp2-dev
    libprotobuf-c-dev protobuf-c-compiler libyaml-dev)
# Go builds the Collector that the tests send to, from modules that it fetches over TLS; they read its output with jq.
test_packages=(libcmocka-dev ca-certificates curl jq iproute2 bc patch strace python3-jsonschema python3-yaml)
check_packages=(git clang-format clang-tidy    # and clang's sanitizers, see clang_sanitizers
    qemu-system-x86 busybox-static cpio xz-utils
    qemu-system-arm lld)    # and what cmake/sysroot fetches

as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] && return
    # The two flavours of libcurl's headers exclude each other, and either serves: leave the one that is there.
    [[ $1 == libcurl4-openssl-dev ]] && installed libcurl4-gnutls-dev
}

install_missing() {
    local package missing=()
    if ! command -v apt-get >/dev/null; then
        echo "There is no apt-get here to install what is missing. These are needed, by Debian's names: $*"
        return
    fi
    for package; do installed "$package" || missing+=("$package"); done
    if ((${#missing[@]} == 0)); then return; fi
    echo "Installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The package of clang's sanitizer and fuzzer runtimes carries clang's version in its name.
clang_sanitizers() { apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p'; }
