import { Card } from '@berth/ui/card'
import { Select } from '@berth/ui/select'
import { movePolicySchema } from '@berth/core/migration/move-policy'
import { policyWords } from '../migration/policy-words.ts'
import { AppliesNote } from './applies-note.tsx'
import type { HardwareForm } from './hardware-view.tsx'

const policies = movePolicySchema.options.map((value) => ({ value, label: policyWords(value).title }))

/** What may be done to the guest when it moves to another host, where whoever moves it chooses nothing else. */
export function MovesCard({ vm, fields, set }: HardwareForm) {
  const { steps, notice } = policyWords(fields.movePolicy)
  return (
    <Card title="Moves to other hosts">
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        <Select
          label="If it writes faster than its memory is sent"
          note={<AppliesNote field="movePolicy" vm={vm} />}
          hint="Whoever moves it alone may choose another; emptying a host goes by this."
          value={fields.movePolicy}
          onValueChange={(value) => set('movePolicy', movePolicySchema.parse(value))}
          options={policies}
        />
        <p className="text-ink-2 self-center text-xs">
          {steps} <span className="text-ink">{notice}</span>
        </p>
      </div>
    </Card>
  )
}
