'use client'
import { Checkbox } from '@berth/ui/checkbox'
import type { HostView } from '@berth/core/host/host'

export interface HostChoiceProps {
  hosts: readonly HostView[]
  chosen: readonly string[]
  onChange: (hostIds: string[]) => void
  error: string | null
}

/** Which hosts see the directory. Those that are away cannot be asked. */
export function HostChoice({ hosts, chosen, onChange, error }: HostChoiceProps) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-sm font-medium">Hosts that see it</legend>
      <div className="border-line max-h-52 overflow-y-auto rounded-lg border p-3">
        <div className="grid gap-2.5 sm:grid-cols-2">
          {hosts.map(({ hostId, name, state }) => (
            <Checkbox
              key={hostId}
              label={name}
              hint={state === 'online' ? undefined : `It is ${state}`}
              disabled={state !== 'online'}
              checked={chosen.includes(hostId)}
              onCheckedChange={(isChosen) =>
                onChange(isChosen ? [...chosen, hostId] : chosen.filter((other) => other !== hostId))
              }
            />
          ))}
        </div>
      </div>
      {error !== null && <p className="text-bad-ink text-xs">{error}</p>}
    </fieldset>
  )
}
