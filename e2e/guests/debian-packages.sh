# shellcheck shell=bash
# Sourced by build-tiny.sh and build-debian.sh: the build's cache and the Debian packages in it. Everything a guest is made
# of comes through the apt of this computer, so mirrors, proxies, keys and pins are the user's own, and nothing is installed.

cache=${BERTH_CACHE:-$(cd "$here/../.." && pwd)/.cache/guests}

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# require_tools LIST_FILE COMMAND...: the packages that hold the commands stand in LIST_FILE.
require_tools() {
	list=$1
	shift
	for tool in "$@"; do
		command -v "$tool" >/dev/null ||
			fail "$tool is missing; install what the build needs: apt-get install $(grep -v '^#' "$list" | tr '\n' ' ')"
	done
}

# inputs_hash PATH...: changes with any name, mode or byte below the paths.
inputs_hash() {
	{
		find "$@" -printf '%p %m %l\n' | sort
		find "$@" -type f -print0 | sort -z | xargs -0 cat
	} | sha256sum | cut -c 1-32
}

# deliver BUILT OUT: whole or not at all, and untouched if it is the same already.
deliver() {
	cmp -s "$1" "$2" && return
	cp --reflink=auto "$1" "$2.part"
	mv "$2.part" "$2"
}

# candidates PACKAGE...: "name version" of each that apt could install now.
candidates() {
	apt-cache policy "$@" | awk '/^[^ ]/ { name = $1; sub(/:.*/, "", name) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }'
}

# A fresh container knows no package at all until its lists are fetched, which only root may do.
require_package_lists() {
	[ -n "$(candidates "$1")" ] && return
	[ "$(id -u)" = 0 ] || fail "apt knows no package $1; run: sudo apt-get update"
	apt-get -qq update || fail 'apt-get update failed'
	[ -n "$(candidates "$1")" ] || fail "no package $1 in the sources of this computer's apt; Debian 12 has it"
}

# depends_matching PATTERN PACKAGE...: their direct dependencies that match.
depends_matching() {
	pattern=$1
	shift
	apt-cache depends --important "$@" | sed -n 's/^ *|\{0,1\}\(Pre\)\{0,1\}Depends: //p' | grep -E "$pattern" | sort -u
}

# unpack_packages ROOT PACKAGE...: fetches what the cache lacks, verified by apt, and unpacks it below ROOT. Prints
# "name version" of each.
unpack_packages() {
	root=$1
	shift
	mkdir -p "$cache/debs" "$root"
	versions=$(candidates "$@")
	[ "$(echo "$versions" | wc -l)" = $# ] || fail "apt does not know all of: $*; it knows: $versions"
	echo "$versions" | while read -r package version; do
		# apt writes a colon as %3a in file names.
		pattern=${package}_${version/:/%3a}_*.deb
		if [ -z "$(find "$cache/debs" -name "$pattern")" ]; then
			rm -f "$cache/debs/${package}"_*.deb
			(cd "$cache/debs" && apt-get -qq -o APT::Sandbox::User=root download "$package=$version") ||
				fail "could not download $package $version"
		fi
		find "$cache/debs" -name "$pattern" -exec dpkg -x {} "$root" \;
		echo "$package $version"
	done
}
