'use client'
import { Select } from '@berth/ui/select'
import { Switch } from '@berth/ui/switch'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'

const firmwares = [
  { value: 'bios', label: 'BIOS', hint: 'SeaBIOS; what most images boot with' },
  { value: 'uefi', label: 'UEFI', hint: 'OVMF' },
]
const automatic = 'auto'

export function OptionsSection() {
  const { form, change, image, hosts } = useCreate()
  return (
    <FormSection id="options" title="Placement and options">
      <div className="grid gap-4 sm:grid-cols-2">
        {hosts.length > 0 && (
          <Select
            label="Host"
            value={form.hostId || automatic}
            onValueChange={(value) => change({ hostId: value === automatic ? '' : value })}
            options={[
              { value: automatic, label: 'The best one', hint: 'The one with the most free memory' },
              ...hosts.map((host) => ({
                value: host.hostId,
                label: host.name,
                disabledReason: host.state === 'online' ? null : `It is ${host.state}`,
              })),
            ]}
          />
        )}
        <Select
          label="Firmware"
          value={form.firmware ?? image?.hints.firmware ?? 'bios'}
          onValueChange={(value) => change({ firmware: value === 'uefi' ? 'uefi' : 'bios' })}
          options={firmwares}
        />
      </div>
      <div className="border-line divide-line-soft max-w-2xl divide-y rounded-lg border [&>*]:px-4 [&>*]:py-3">
        <Switch
          label="Start it now"
          hint="Else it is made and stays off."
          checked={form.start}
          onCheckedChange={(start) => change({ start })}
        />
        <Switch
          label="A screen"
          hint="Without one it has only its serial console."
          checked={form.hasScreen}
          onCheckedChange={(hasScreen) => change({ hasScreen })}
        />
        <Switch
          label="Protect against deletion"
          checked={form.isProtected}
          onCheckedChange={(isProtected) => change({ isProtected })}
        />
      </div>
    </FormSection>
  )
}
