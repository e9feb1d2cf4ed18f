#!/bin/bash
# build-debian.sh OUT.qcow2 [--fresh]: Debian 12 with cloud-init, guest agent and ssh, for BIOS, UEFI and Secure Boot.
#
# Needs root, for mmdebstrap's chroot, but no loop device: file systems are filled as plain files, and GRUB for BIOS is
# put in place by hand, for grub-install wants a block device. Cached by the hash of what it is made from, like the tiny
# one; --fresh builds again with the packages of today.
set -Eeuo pipefail
trap 'echo "build-debian.sh: failed at line $LINENO" >&2' ERR
here=$(cd "$(dirname "$0")" && pwd)
. "$here/debian-packages.sh"

out=${1:-}
[ -n "$out" ] || fail 'usage: build-debian.sh OUT.qcow2 [--fresh]'
mkdir -p "$(dirname "$out")" "$cache/debian"
exec 9>"$cache/debian/lock"
flock 9
built=$cache/debian/$(cd "$here" && inputs_hash build-debian.sh debian-packages.sh debian).qcow2
[ "${2:-}" = --fresh ] && rm -f "$built"
if [ -e "$built" ]; then
	deliver "$built" "$out"
	exit 0
fi
[ "$(id -u)" = 0 ] || fail 'needs root (mmdebstrap makes device nodes and enters a chroot)'
find "$cache/debian" -name '*.qcow2*' -delete

PATH=$PATH:/usr/sbin:/sbin
require_tools "$here/debian/apt-packages" mmdebstrap sgdisk mcopy mkfs.vfat mke2fs qemu-img
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"

# --- the system. The mirror is that of this computer, where it runs Debian 12; else APT_SOURCES names a list.
sources=${APT_SOURCES:-/etc/apt/sources.list.d/debian.sources}
[ -e "$sources" ] || sources=/etc/apt/sources.list
mmdebstrap --quiet --mode=root --variant=minbase --include="$(grep -v '^#' "$here/debian/packages" | paste -sd,)" \
	--aptopt='Apt::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
	bookworm "$root" "$sources"

cp -R "$here/debian/root/." "$root"
mkdir -p "$root/boot/efi" "$root/boot/grub"
chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved serial-getty@ttyS0
ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
grep -v '^#' "$here/debian/masked-units" | while read -r unit; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
sed -i 's/^session.*pam_motd.*/#&/' "$root/etc/pam.d/sshd" "$root/etc/pam.d/login"
# Each machine makes its own identity at its first boot.
rm -f "$root"/etc/ssh/ssh_host_*
: > "$root/etc/machine-id"

# --- boot: one grub.cfg on the root file system, found by its UUID from a stub in the ESP and one inside BIOS' core image
uuid=$(cat /proc/sys/kernel/random/uuid)
kernel=$(basename "$root"/boot/vmlinuz-*)
kernel=${kernel#vmlinuz-}
for name in grub.cfg grub-stub.cfg; do
	sed "s|@UUID@|$uuid|; s|@KERNEL@|$kernel|g" "$here/debian/$name" > "$work/$name"
done
cp "$work/grub.cfg" "$root/boot/grub/grub.cfg"
cp "$work/grub-stub.cfg" "$root/tmp/"
chroot "$root" grub-mkimage -O i386-pc -o /tmp/core.img -p '(hd0,gpt1)/boot/grub' -c /tmp/grub-stub.cfg \
	biosdisk part_gpt ext2 search search_fs_uuid linux normal configfile serial terminal echo gzio test
mv "$root/tmp/core.img" "$work/"
rm "$root/tmp/grub-stub.cfg"
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/* "$root"/var/cache/debconf/*-old

# --- the disk, laid out as Debian's own cloud images: 14 for BIOS' GRUB, 15 the ESP, 1 the root
core_start=2048
esp_start=8192
esp_mib=64
root_start=$((esp_start + esp_mib * 2048))
disk_mib=2048
truncate -s ${disk_mib}M "$work/disk.raw"
sgdisk -n 14:$core_start:+3M -t 14:ef02 -n 15:$esp_start:+${esp_mib}M -t 15:ef00 -n 1:$root_start:0 -t 1:8304 \
	"$work/disk.raw" >/dev/null
mkfs.vfat -C -n ESP "$work/esp.img" $((esp_mib * 1024)) >/dev/null
mmd -i "$work/esp.img" ::EFI ::EFI/BOOT ::EFI/debian
mcopy -i "$work/esp.img" "$root/usr/lib/shim/shimx64.efi.signed" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$work/esp.img" "$root/usr/lib/shim/mmx64.efi.signed" ::EFI/BOOT/mmx64.efi
mcopy -i "$work/esp.img" "$root/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::EFI/BOOT/grubx64.efi
# Debian's signed GRUB looks in EFI/debian, wherever it was started from.
mcopy -i "$work/esp.img" "$work/grub-stub.cfg" ::EFI/debian/grub.cfg
truncate -s $(((disk_mib - 1) * 1048576 - root_start * 512)) "$work/root.img"
# GRUB 2.06 does not read file systems with these two features.
mke2fs -q -t ext4 -L root -U "$uuid" -O ^metadata_csum_seed,^orphan_file -E root_owner=0:0 -d "$root" "$work/root.img"
dd if="$work/esp.img" of="$work/disk.raw" bs=512 seek=$esp_start conv=notrunc,sparse status=none
dd if="$work/root.img" of="$work/disk.raw" bs=1M seek=$((root_start / 2048)) conv=notrunc,sparse status=none

# What grub-bios-setup would do: boot.img into the MBR, with the sector of core.img at 0x5c and the check for a floppy
# (0x66) made void; core.img into partition 14, its block list (last 12 bytes of its first sector) naming the next sector.
core_sectors=$((($(stat -c %s "$work/core.img") + 511) / 512))
le() { # le VALUE BYTES: little endian, as printf escapes
	local value=$1 n
	for ((n = 0; n < $2; n++)); do
		printf '\\x%02x' $((value & 255))
		value=$((value >> 8))
	done
}
patch_at() { printf "$2" | dd of="$1" bs=1 seek=$((${3})) conv=notrunc status=none; }
cp "$root/usr/lib/grub/i386-pc/boot.img" "$work/boot.img"
patch_at "$work/boot.img" "$(le $core_start 8)" 0x5c
patch_at "$work/boot.img" '\x90\x90' 0x66
patch_at "$work/core.img" "$(le $((core_start + 1)) 8)$(le $((core_sectors - 1)) 2)" 500
dd if="$work/boot.img" of="$work/disk.raw" bs=1 count=440 conv=notrunc status=none
dd if="$work/core.img" of="$work/disk.raw" bs=512 seek=$core_start conv=notrunc status=none

qemu-img convert -q -f raw -O qcow2 -c "$work/disk.raw" "$built.part"
mv "$built.part" "$built"
deliver "$built" "$out"
