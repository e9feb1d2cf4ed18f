'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { CodeBlock } from '@berth/ui/code-block'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { KeyValueList } from '@berth/ui/key-value'
import { Code } from 'lucide-react'
import { useState } from 'react'
import { errorLine, errorText } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { useCreate } from './create-context.ts'
import { PlacementVerdict } from './placement-verdict.tsx'
import { namesText } from './machine-names.ts'
import { RoomNote } from './room-note.tsx'
import { curlForEach } from '../../lib/show-code.ts'
import { sizeText, totalOf } from './size-presets.ts'
import { SubmitResults } from './submit-results.tsx'
import type { Converted } from './to-vm-spec.ts'
import { usePlacement } from './use-placement.ts'
import type { MadeMachine, RefusedMachine } from './use-submit-machine.ts'

export interface CreateRailProps {
  converted: Converted
  isPending: boolean
  made: readonly MadeMachine[]
  refused: readonly RefusedMachine[]
  /** Why the last try failed; null where a field says it. */
  error: unknown
  onCreate: () => void
}

/** What will be made, where and why, what is in the way, and the call that does it. */
export function CreateRail({ converted, isPending, made, refused, error, onCreate }: CreateRailProps) {
  const { form, image, networks } = useCreate()
  const [isCodeShown, setIsCodeShown] = useState(false)
  const placement = usePlacement(converted)
  const { input, names: machines, problems } = converted
  const left = machines.filter((name) => !made.some((machine) => machine.name === name))
  const isSeveral = machines.length > 1 || made.length + refused.length > 1
  const names = form.networkIds.map((id) => networks.find((network) => network.networkId === id)?.name ?? 'unknown')
  const keyCount = input.cloudInit?.sshKeys?.length ?? 0
  return (
    <Card title="Summary">
      <div className="flex flex-col gap-4">
        <KeyValueList
          className="grid-cols-[4.5rem_1fr] gap-x-3"
          items={[
            { key: machines.length > 1 ? 'Names' : 'Name', value: form.name === '' ? '–' : namesText(machines) },
            { key: 'Image', value: image?.name ?? '–' },
            { key: machines.length > 1 ? 'Each' : 'Size', value: sizeText(form) },
            ...(machines.length > 1 ? [{ key: 'Together', value: sizeText(totalOf(form, machines.length)) }] : []),
            { key: 'Network', value: names.join(', ') || 'none' },
            { key: 'SSH', value: keyCount > 0 ? plural(keyCount, 'key') : 'no key: sign in at the console' },
            { key: 'Then', value: form.start ? 'started at once' : 'stays off' },
          ]}
        />
        <div className="border-line border-t pt-3">
          <h3 className="mb-2 text-xs font-medium">Host</h3>
          <PlacementVerdict placement={placement} />
          <RoomNote count={left.length} />
        </div>
        {problems.length > 0 && (
          <ul aria-label="What is missing" className="text-warn-ink flex flex-col gap-1 text-xs">
            {problems.map(({ field, message }) => (
              <li key={field}>{message}</li>
            ))}
          </ul>
        )}
        {isSeveral && made.length + refused.length > 0 && <SubmitResults made={made} refused={refused} />}
        {error !== null && (
          <InlineAlert tone="bad" title={errorText(error).sentence}>
            {errorLine(error)}
          </InlineAlert>
        )}
        <div className="max-md:border-line max-md:bg-surface flex flex-col gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-14 max-md:z-20 max-md:border-t max-md:p-3">
          <Button
            type="submit"
            variant="primary"
            size="lg"
            className="w-full"
            pending={isPending}
            disabledReason={problems[0]?.message ?? null}
            onClick={onCreate}
          >
            {buttonLabel({ start: form.start, all: machines.length, left: left.length })}
          </Button>
        </div>
        <Button variant="link" size="sm" className="self-center" onClick={() => setIsCodeShown(true)}>
          <Code aria-hidden />
          Show me the code
        </Button>
      </div>
      <Dialog
        open={isCodeShown}
        onOpenChange={setIsCodeShown}
        title="The same by the API"
        description="Make a token in the settings. The call answers with the task's id and the machine's."
        size="lg"
      >
        {isCodeShown && (
          <CodeBlock title="curl" code={curlForEach(window.location.origin, 'vm.create', { input, names: machines })} />
        )}
      </Dialog>
    </Card>
  )
}

/** "Create and start", "Create 5 machines", "Create the other 2". */
function buttonLabel({ start, all, left }: { start: boolean; all: number; left: number }): string {
  if (left < all) return left === 1 ? 'Create the other one' : `Create the other ${left}`
  const what = all > 1 ? `Create ${all} machines` : 'Create'
  return start ? `${what} and start` : what
}
