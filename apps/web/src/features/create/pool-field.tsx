'use client'
import { Select } from '@berth/ui/select'
import { defaultPoolName } from '@berth/core/storage/volume'
import { formatBytes, plural } from '../../lib/format.ts'
import { useCreate } from './create-context.ts'
import { poolChoices } from './pool-choices.ts'

/** Where the disk lies; only where there is a choice. */
export function PoolField() {
  const { form, change, hosts, problemAt } = useCreate()
  const choices = poolChoices(hosts)
  if (choices.length === 0) return null
  return (
    <Select
      label="Pool"
      value={form.pool || defaultPoolName}
      onValueChange={(value) => change({ pool: value === defaultPoolName ? '' : value })}
      error={problemAt('pool')}
      options={[
        { value: defaultPoolName, label: 'The host’s own', hint: 'Seen by one host alone: the machine stays there' },
        ...choices.map(({ name, hostCount, freeBytes, disabledReason }) => ({
          value: name,
          label: name,
          hint: `Shared by ${plural(hostCount, 'host')}, ${formatBytes(freeBytes)} free: the machine can move between them`,
          disabledReason,
        })),
      ]}
      className="max-w-2xl"
    />
  )
}
