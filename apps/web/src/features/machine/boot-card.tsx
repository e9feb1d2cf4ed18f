'use client'
import { Card } from '@berth/ui/card'
import { Select } from '@berth/ui/select'
import { Switch } from '@berth/ui/switch'
import { AppliesNote } from './applies-note.tsx'
import type { HardwareForm } from './hardware-view.tsx'

const firmwares = [
  { value: 'bios', label: 'BIOS', hint: 'SeaBIOS; what most images boot with' },
  { value: 'uefi', label: 'UEFI', hint: 'OVMF, with a variable store of its own' },
]

/** What is read when the machine starts. */
export function BootCard({ vm, fields, errors, set }: HardwareForm) {
  const isOther = fields.firmware !== vm.spec.firmware
  return (
    <Card title="Boot and screen">
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Select
          label="Firmware"
          note={<AppliesNote field="firmware" vm={vm} />}
          hint={
            isOther
              ? 'A system that was installed for the other one does not boot, unless its disk is made for both. It can be changed back.'
              : 'The boot entries of UEFI are kept with the machine.'
          }
          value={fields.firmware}
          onValueChange={(value) => set('firmware', value === 'uefi' ? 'uefi' : 'bios')}
          options={firmwares}
          error={errors.firmware}
        />
        <Switch
          label={
            <>
              Screen{' '}
              <span className="text-ink-3 text-xs font-normal">
                <AppliesNote field="hasScreen" vm={vm} />
              </span>
            </>
          }
          hint="Without one the machine has only its serial console."
          checked={fields.hasScreen}
          onCheckedChange={(checked) => set('hasScreen', checked)}
        />
      </div>
    </Card>
  )
}
