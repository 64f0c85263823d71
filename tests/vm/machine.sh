# What the scripts have in common that boot a kernel of Debian's in a virtual machine. Sourced, with $root and $work, an empty folder, and,
# for a machine of another kind, MACHINE and SYSROOT.

machine=${MACHINE:-$(uname -m)} sysroot=${SYSROOT:-}

skip() { echo "SKIP: $*"; exit 77; }
# What each kind of machine has: its second serial port takes the results.
case $machine in
    x86_64) architecture=amd64 hardware=(-cpu max -serial chardev:results) ports="console=ttyS0 results=ttyS1" ;;
    # Signing pointers as the architecture says takes half of the time.
    aarch64) architecture=arm64 hardware=(-machine virt -cpu "max,pauth-impdef=on" -device "pci-serial,chardev=results") ports="console=ttyAMA0 results=ttyS0" ;;
    *) skip "there are kernels for x86-64 and arm64, not for $machine" ;;
esac
cache=${VM_CACHE:-$root/build/vm}/$architecture
threads=multi    # of the emulator, see boot
path=$PATH
if [[ -n $sysroot ]]; then path=$sysroot/bin:$sysroot/usr/bin; fi
busybox=$(PATH=$path command -v busybox) || skip "needs busybox-static"
for tool in qemu-system-$machine cpio; do [[ -n $(command -v "$tool") ]] || skip "needs $tool"; done
! readelf -l "$busybox" | grep -q INTERP || skip "needs busybox-static: this busybox needs libraries"

# find_library NAME   Where this library of the other machine lies below $sysroot.
find_library() {
    local folder
    for folder in /lib /usr/lib; do
        if [[ -e $sysroot$folder/$1 ]]; then echo "$folder/$1"; return; fi    # programs name the loader by this path
        if [[ -e $sysroot$folder/$machine-linux-gnu/$1 ]]; then echo "$folder/$machine-linux-gnu/$1"; return; fi
    done
    echo "no $1 in $sysroot" >&2
    return 1
}

# libraries FILE...   The paths of the libraries that these programs load, directly or through others.
libraries() {
    local name path
    local -A seen=()
    if [[ -z $sysroot ]]; then
        ldd "$@" | sed -n 's|.*[[:space:]]\(/[^ ]*\) (0x.*|\1|p' | sort -u
        return
    fi
    while (($#)); do
        while read -r name; do
            if [[ -n ${seen[$name]:-} ]]; then continue; fi
            seen[$name]=1
            path=$(find_library "$name")
            echo "$path"
            set -- "$@" "$sysroot$path"
        done < <(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
        shift
    done
}

# begin_image GUEST PROGRAM...   The files of the machine's memory disk, in $work/image: those that every machine has, the script that it
# runs, programs and their libraries.
begin_image() {
    mkdir -p "$work/image/bin"
    cp "$busybox" "$work/image/bin/busybox"
    install -m 755 "$root/tests/vm/init" "$work/image/init"
    cp "$1" "$work/image/guest"
    shift
    cp "$@" "$work/image/"
    add_libraries "$@"
}

# add_libraries PROGRAM...
add_libraries() {
    local file
    while read -r file; do
        mkdir -p "$work/image$(dirname "$file")"
        cp -L "$sysroot$file" "$work/image$file"
    done < <(libraries "$@")
}

end_image() { (cd "$work/image" && find . | cpio -o -H newc --quiet) >"$work/image.cpio"; }

# boot SUITE [SECONDS [MEBIBYTES]]   Runs the machine; what it sent is in $work/SUITE. The kernel's own files are an archive of their own. With
# threads=single its CPUs take turns.
boot() {
    local kernel=$cache/$1 result=0
    mkdir -p "$work/$1"
    (cd "$kernel" && echo loop.ko | cpio -o -H newc --quiet) | cat "$work/image.cpio" - >"$work/$1.cpio"
    { timeout "${2:-300}" "qemu-system-$machine" -accel "tcg,thread=$threads" -smp 2 -m "${3:-1024}" -nodefaults -display none -no-reboot \
        -kernel "$kernel/vmlinuz" -initrd "$work/$1.cpio" -append "$ports quiet panic=-1 mitigations=off" \
        -serial file:"$work/$1/console" -chardev file,id=results,path="$work/$1/results.tar.gz" "${hardware[@]}" >"$work/$1/qemu" 2>&1 &&
        tar xzf "$work/$1/results.tar.gz" -C "$work/$1" 2>"$work/$1/tar" && [[ $(<"$work/$1/status") == 0 ]]; } || result=$?
    rm -f "$work/$1.cpio"
    return $result
}
