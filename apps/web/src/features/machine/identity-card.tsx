'use client'
import { formatBytes } from '@berth/core/units/bytes'
import type { VmView } from '@berth/core/vm/vm-view'
import { Badge } from '@berth/ui/badge'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { KeyValueList } from '@berth/ui/key-value'
import { RelativeTime } from '@berth/ui/relative-time'
import Link from 'next/link'
import { none, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'

/** Who and what the machine is. */
export function IdentityCard({ vm }: { vm: VmView }) {
  const diskBytes = vm.spec.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)
  return (
    <Card title="Machine">
      {vm.description !== '' && (
        <p className="text-ink-2 mb-3 text-sm [overflow-wrap:anywhere] whitespace-pre-line">{vm.description}</p>
      )}
      <KeyValueList
        items={[
          { key: 'Processor', value: plural(vm.spec.vcpus, 'vCPU') },
          { key: 'Memory', value: formatBytes(vm.spec.memoryBytes) },
          {
            key: 'Disk',
            value: formatBytes(diskBytes),
            ...(vm.diskAllocatedBytes === null
              ? {}
              : { note: `${formatBytes(vm.diskAllocatedBytes)} used on the host` }),
          },
          {
            key: 'Image',
            value: vm.image ? <Link href={paths.image(vm.image.imageId)}>{vm.image.name}</Link> : none,
          },
          ...(vm.tags.length > 0 ? [{ key: 'Tags', value: <Tags tags={vm.tags} /> }] : []),
          { key: 'Owner', value: vm.owner.name },
          { key: 'Created', value: <RelativeTime at={vm.createdAt} /> },
          { key: 'Protected', value: vm.isProtected ? 'Yes, against deletion' : 'No' },
          { key: 'Id', value: <Copyable text={vm.vmId} label="Copy the machine’s id" /> },
        ]}
      />
    </Card>
  )
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {tags.map((tag) => (
        <Link key={tag} href={paths.machines({ filter: `tag:${tag}` })}>
          <Badge className="hover:bg-line">{tag}</Badge>
        </Link>
      ))}
    </span>
  )
}
