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
import { curlOf } from './show-code.ts'
import { sizeText } from './size-presets.ts'
import type { Converted } from './to-vm-spec.ts'
import { usePlacement } from './use-placement.ts'

export interface CreateRailProps {
  converted: Converted
  isPending: boolean
  /** Why the last try failed; null where a field says it. */
  error: unknown
  onCreate: () => void
}

/** What will be made, where and why, what is in the way, and the call that does it. */
export function CreateRail({ converted, isPending, error, onCreate }: CreateRailProps) {
  const { form, image, networks } = useCreate()
  const [isCodeShown, setIsCodeShown] = useState(false)
  const placement = usePlacement(converted)
  const { input, problems } = converted
  const names = form.networkIds.map((id) => networks.find((network) => network.networkId === id)?.name ?? 'unknown')
  const keyCount = input.cloudInit?.sshKeys?.length ?? 0
  return (
    <Card title="Summary">
      <div className="flex flex-col gap-4">
        <KeyValueList
          className="grid-cols-[4.5rem_1fr] gap-x-3"
          items={[
            { key: 'Name', value: form.name || '–' },
            { key: 'Image', value: image?.name ?? '–' },
            { key: 'Size', value: sizeText(form) },
            { key: 'Network', value: names.join(', ') || 'none' },
            { key: 'SSH', value: keyCount > 0 ? plural(keyCount, 'key') : 'no key: sign in at the console' },
            { key: 'Then', value: form.start ? 'started at once' : 'stays off' },
          ]}
        />
        <div className="border-line border-t pt-3">
          <h3 className="mb-2 text-xs font-medium">Host</h3>
          <PlacementVerdict placement={placement} />
        </div>
        {problems.length > 0 && (
          <ul aria-label="What is missing" className="text-warn-ink flex flex-col gap-1 text-xs">
            {problems.map(({ field, message }) => (
              <li key={field}>{message}</li>
            ))}
          </ul>
        )}
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
            {form.start ? 'Create and start' : 'Create'}
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
        {isCodeShown && <CodeBlock title="curl" code={curlOf(window.location.origin, 'vm.create', input)} />}
      </Dialog>
    </Card>
  )
}
