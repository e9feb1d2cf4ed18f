/**
 * Where the usual distributions publish their cloud images, and where the checksum beside them is read. Addresses point to
 * "latest", so no digest is written here: the form shows the list to take it from.
 */
import { GiB, MiB } from '@berth/core/units/bytes'
import type { ImageHints } from '@berth/core/image/image'

export interface CatalogueEntry {
  readonly name: string
  readonly url: string
  /** A list of digests that the distribution publishes beside the image. */
  readonly checksumUrl: string
  readonly hints: ImageHints
}

const linux = (osName: string, defaultUser: string, minMemoryBytes = 512 * MiB): ImageHints => ({
  osFamily: 'linux',
  osName,
  firmware: 'bios',
  minMemoryBytes,
  hasCloudInit: true,
  defaultUser,
})

const debian = 'https://cloud.debian.org/images/cloud'
const ubuntu = 'https://cloud-images.ubuntu.com'
const rocky = 'https://dl.rockylinux.org/pub/rocky/9/images/x86_64'
const alma = 'https://repo.almalinux.org/almalinux/9/cloud/x86_64/images'
const opensuse = 'https://download.opensuse.org/distribution/leap/15.6/appliances'

export const imageCatalogue: readonly CatalogueEntry[] = [
  {
    name: 'Debian 12',
    url: `${debian}/bookworm/latest/debian-12-genericcloud-amd64.qcow2`,
    checksumUrl: `${debian}/bookworm/latest/SHA512SUMS`,
    hints: linux('Debian 12', 'debian'),
  },
  {
    name: 'Debian 13',
    url: `${debian}/trixie/latest/debian-13-genericcloud-amd64.qcow2`,
    checksumUrl: `${debian}/trixie/latest/SHA512SUMS`,
    hints: linux('Debian 13', 'debian'),
  },
  {
    name: 'Ubuntu 24.04 LTS',
    url: `${ubuntu}/noble/current/noble-server-cloudimg-amd64.img`,
    checksumUrl: `${ubuntu}/noble/current/SHA256SUMS`,
    hints: linux('Ubuntu 24.04', 'ubuntu'),
  },
  {
    name: 'Ubuntu 22.04 LTS',
    url: `${ubuntu}/jammy/current/jammy-server-cloudimg-amd64.img`,
    checksumUrl: `${ubuntu}/jammy/current/SHA256SUMS`,
    hints: linux('Ubuntu 22.04', 'ubuntu'),
  },
  {
    name: 'Rocky Linux 9',
    url: `${rocky}/Rocky-9-GenericCloud-Base.latest.x86_64.qcow2`,
    checksumUrl: `${rocky}/CHECKSUM`,
    hints: linux('Rocky Linux 9', 'rocky', GiB),
  },
  {
    name: 'AlmaLinux 9',
    url: `${alma}/AlmaLinux-9-GenericCloud-latest.x86_64.qcow2`,
    checksumUrl: `${alma}/CHECKSUM`,
    hints: linux('AlmaLinux 9', 'almalinux', GiB),
  },
  {
    name: 'openSUSE Leap 15.6',
    url: `${opensuse}/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2`,
    checksumUrl: `${opensuse}/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2.sha256`,
    hints: linux('openSUSE Leap 15.6', 'opensuse', GiB),
  },
]
