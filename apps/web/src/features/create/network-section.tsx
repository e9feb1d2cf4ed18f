'use client'
import { Button } from '@berth/ui/button'
import { IconButton } from '@berth/ui/icon-button'
import { RadioCards } from '@berth/ui/radio-cards'
import { Select } from '@berth/ui/select'
import { vmLimits } from '@berth/core/vm/vm-limits'
import type { NetworkView } from '@berth/core/network/network'
import { Globe, Network, Plus, Trash2, Unplug, Waypoints } from 'lucide-react'
import type { ReactNode } from 'react'
import { networkKindText } from '../networks/network-words.ts'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'

const noNetwork = 'none'

export function NetworkSection() {
  const { form, problemAt } = useCreate()
  const problem = problemAt('networkIds')
  return (
    <FormSection id="network" title="Network">
      {form.path === 'quick' ? <OneNetwork /> : <ManyNetworks />}
      {problem !== null && (
        <p role="alert" className="text-bad-ink text-xs">
          {problem}
        </p>
      )}
    </FormSection>
  )
}

function OneNetwork() {
  const { form, change, networks } = useCreate()
  return (
    <RadioCards
      label="Network"
      value={form.networkIds[0] ?? noNetwork}
      onValueChange={(value) => change({ networkIds: value === noNetwork ? [] : [value] })}
      options={[
        ...networks.map((network) => ({
          value: String(network.networkId),
          title: network.name,
          description: describe(network),
          icon: icons[network.kind],
        })),
        { value: noNetwork, title: 'None', description: 'Only its console reaches it', icon: <Unplug aria-hidden /> },
      ]}
      className="xl:grid-cols-3"
    />
  )
}

function ManyNetworks() {
  const { form, change, networks } = useCreate()
  const set = (networkIds: string[]) => change({ networkIds })
  return (
    <div className="flex flex-col gap-3">
      {form.networkIds.length === 0 && <p className="text-ink-2 text-sm">No network: only its console reaches it.</p>}
      {form.networkIds.map((networkId, index) => (
        <div key={index} className="flex items-end gap-2">
          <Select
            label={`Interface ${index + 1}`}
            value={networkId}
            onValueChange={(next) => set(form.networkIds.with(index, next))}
            options={networks.map((network) => ({
              value: network.networkId,
              label: network.name,
              hint: describe(network),
            }))}
            className="w-full max-w-sm"
          />
          <IconButton label={`Remove interface ${index + 1}`} onClick={() => set(form.networkIds.toSpliced(index, 1))}>
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          size="sm"
          disabledReason={
            networks.length === 0
              ? 'There is no network'
              : form.networkIds.length >= vmLimits.nics.max
                ? `At most ${vmLimits.nics.max} interfaces`
                : null
          }
          onClick={() => set([...form.networkIds, networks[0]?.networkId ?? ''])}
        >
          <Plus aria-hidden />
          Add interface
        </Button>
      </div>
    </div>
  )
}

const icons = {
  nat: <Waypoints aria-hidden />,
  bridge: <Network aria-hidden />,
  user: <Globe aria-hidden />,
} satisfies Record<NetworkView['kind'], ReactNode>

const describe = (network: NetworkView): string =>
  network.description === '' ? networkKindText(network) : network.description
