#!/bin/bash
# build-tiny.sh OUT.qcow2 [--fresh]: the tiny guest as a bootable disk image. README.md beside it says what is in it.
#
# Needs neither root nor loop devices: the FAT partition is written by mtools and syslinux, the ext4 one by mke2fs, into
# plain files. The finished image is kept in the cache under a hash of everything in this repository that it is made from;
# --fresh builds again with the packages of today.
set -Eeuo pipefail
trap 'echo "build-tiny.sh: failed at line $LINENO" >&2' ERR
here=$(cd "$(dirname "$0")" && pwd)
. "$here/debian-packages.sh"

out=${1:-}
[ -n "$out" ] || fail 'usage: build-tiny.sh OUT.qcow2 [--fresh]'
mkdir -p "$(dirname "$out")" "$cache/tiny"

# Launcher and tests may ask at the same time: the second waits and then finds the first one's image.
exec 9>"$cache/tiny/lock"
flock 9

built=$cache/tiny/$(cd "$here" && inputs_hash build-tiny.sh debian-packages.sh tiny).qcow2
[ "${2:-}" = --fresh ] && rm -f "$built"

if [ -e "$built" ]; then
	deliver "$built" "$out"
	exit 0
fi
find "$cache/tiny" -name '*.qcow2*' -delete

PATH=$PATH:/usr/sbin:/sbin
require_tools "$here/tiny/apt-packages" cpio depmod modprobe qemu-img mcopy mkfs.vfat mke2fs sfdisk syslinux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/packages
guest=$work/guest

kernel_meta=linux-image-cloud-amd64
require_package_lists $kernel_meta
kernel=$(depends_matching '^linux-image-[0-9]' $kernel_meta)
# The guest agent's libraries, and theirs; only those that its binary asks for end up in the image.
# shellcheck disable=SC2046,SC2086 # lists of words, here and below
libraries=$({
	direct=$(depends_matching '^lib' qemu-guest-agent)
	echo "$direct"
	depends_matching '^lib' $direct
} | sort -u)
unpack_packages "$root" $kernel busybox-static syslinux-common systemd-boot-efi qemu-guest-agent $libraries > "$work/manifest"

# --- what becomes the root file system, in memory
mkdir -p "$guest"/{bin,data,dev,etc,lib/modules,mnt,proc,root,run,sys,tmp,usr,var}
cp -R "$here/tiny/root/." "$guest"
ln -s bin "$guest/sbin"
ln -s ../bin ../sbin ../lib "$guest/usr"
ln -s ../run "$guest/var/run"
busybox=$(find "$root" -name busybox -type f -path '*bin/*')
cp "$busybox" "$guest/bin/busybox"
for applet in $("$busybox" --list); do
	# A file of ours by the same name wins.
	[ -e "$guest/bin/$applet" ] || ln -s busybox "$guest/bin/$applet"
done

# The agent's own loader names the libraries: that works whatever the building computer's libc is.
loader=$(find "$root" -name 'ld-linux-x86-64.so.2' | head -n 1)
cp "$root/usr/sbin/qemu-ga" "$guest/bin/"
library_path=$(find "$root" -type d -path '*lib/x86_64-linux-gnu' | paste -sd:)
mkdir -p "$guest/lib64" "$guest/lib/x86_64-linux-gnu"
cp -L "$loader" "$guest/lib64/ld-linux-x86-64.so.2"
"$loader" --library-path "$library_path" --list "$root/usr/sbin/qemu-ga" > "$work/libraries"
grep 'not found' "$work/libraries" && fail 'a library of the guest agent is missing'
awk '$2 == "=>" { print $3 }' "$work/libraries" | while read -r library; do
	[ "${library##*/}" = ld-linux-x86-64.so.2 ] || cp -L "$library" "$guest/lib/x86_64-linux-gnu/"
done

kernel_version=${kernel#linux-image-}
depmod -b "$root" "$kernel_version"
modprobe_files() { modprobe -d "$root" -S "$kernel_version" --show-depends "$1" | awk '$1 == "insmod" { print $2 }'; }
grep -v '^#' "$here/tiny/modules" | while read -r module options; do
	files=$(modprobe_files "$module") || fail "the kernel has no module $module"
	for file in $files; do
		[ -e "$guest/lib/modules/${file##*/}" ] && continue
		cp "$file" "$guest/lib/modules/"
		# The module itself comes last, after what it depends on.
		[ "$file" = "${files##*$'\n'}" ] || { echo "${file##*/}" && continue; }
		echo "${file##*/} $options"
	done
done > "$work/order"
cp "$work/order" "$guest/lib/modules/order"

# Not compressed, and neither is the qcow2: under TCG and on a busy computer, unpacking costs more than reading.
(cd "$guest" && find . | sort | cpio --quiet -o -H newc -R 0:0) > "$work/initrd"

# --- the disk: an MBR, a FAT partition that BIOS (syslinux) and UEFI (systemd-boot) both start from, and one for data
boot_mib=31
data_mib=96
cmdline=$(cat "$here/tiny/cmdline")
for name in syslinux.cfg loader-entry.conf; do
	sed "s|@CMDLINE@|$cmdline|" "$here/tiny/$name" > "$work/$name"
done
mkfs.vfat -C -h 2048 -n TINY-BOOT "$work/boot.img" $((boot_mib * 1024)) >/dev/null
export MTOOLS_SKIP_CHECK=1
mmd -i "$work/boot.img" ::EFI ::EFI/BOOT ::loader ::loader/entries
mcopy -i "$work/boot.img" "$root/boot/vmlinuz-$kernel_version" ::vmlinuz
mcopy -i "$work/boot.img" "$work/initrd" ::initrd
mcopy -i "$work/boot.img" "$work/syslinux.cfg" "$work/manifest" ::
mcopy -i "$work/boot.img" "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$work/boot.img" "$here/tiny/loader.conf" ::loader/loader.conf
mcopy -i "$work/boot.img" "$work/loader-entry.conf" ::loader/entries/tiny.conf
syslinux --install "$work/boot.img"

truncate -s ${data_mib}M "$work/data.img"
mke2fs -q -t ext4 -L tiny-data -m 0 -E root_owner=0:0 "$work/data.img"

truncate -s $((boot_mib + data_mib + 1))M "$work/disk.raw"
sfdisk --quiet "$work/disk.raw" <<LAYOUT
label: dos
start=2048, size=${boot_mib}MiB, type=ef, bootable
size=${data_mib}MiB, type=83
LAYOUT
dd if="$root/usr/lib/SYSLINUX/mbr.bin" of="$work/disk.raw" conv=notrunc status=none 2>/dev/null ||
	dd if="$root/usr/lib/syslinux/mbr/mbr.bin" of="$work/disk.raw" conv=notrunc status=none
dd if="$work/boot.img" of="$work/disk.raw" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/data.img" of="$work/disk.raw" bs=1M seek=$((boot_mib + 1)) conv=notrunc,sparse status=none
qemu-img convert -q -f raw -O qcow2 "$work/disk.raw" "$built.part"
mv "$built.part" "$built"
deliver "$built" "$out"
