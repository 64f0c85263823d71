# Packages of Debian's archive for other releases and architectures, by this machine's apt, whose own sources stay as they are. Sourced
# by cmake/sysroot and tests/vm/kernels.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The site that serves Debian itself, without those of updates and other vendors.
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | head -n 1)

# use_suite FOLDER SUITE ARCHITECTURE   Makes `apt` know that suite alone, in a new folder $apt below FOLDER for all that it fetches.
use_suite() {
    apt=$(mktemp -d "$1/apt.XXXXXX")
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    echo "deb [target=Packages signed-by=$keyring] $site $2 main" >"$apt/sources.list"
    options=(-qq -o APT::Architecture="$3" -o APT::Architectures="$3"
        -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State="$apt"
        -o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache"
        -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any -o Acquire::Retries=2)
    apt-get "${options[@]}" update >"$apt/log" 2>&1
}
