'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { type MovePolicy, movePolicySchema } from '@berth/core/migration/move-policy'
import { policyWords } from './policy-words.ts'

const policies = movePolicySchema.options

export interface PolicyChoiceProps {
  policy: MovePolicy
  onPolicy: (policy: MovePolicy) => void
}

/** What may be done to the guest so that the move ends, and what its users would see of that. */
export function PolicyChoice({ policy, onPolicy }: PolicyChoiceProps) {
  return (
    <RadioCards
      label="If the guest writes faster than its memory is sent"
      value={policy}
      onValueChange={onPolicy}
      className="sm:grid-cols-1 lg:grid-cols-1"
      options={policies.map((value) => {
        const { title, steps, notice } = policyWords(value)
        return {
          value,
          title,
          description: steps,
          ...(value === policy ? { extra: <span className="text-ink">{notice}</span> } : {}),
        }
      })}
    />
  )
}
