'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import { Select } from '@berth/ui/select'
import { TextArea } from '@berth/ui/text-field'
import { useState } from 'react'
import { formatDuration, plural } from '../../lib/format.ts'
import { recallLayout, rememberLayout } from './console-preferences.ts'
import { layoutIds, layoutNames } from './keyboard-layouts.ts'
import { maxPasteCharacters, nameOfCharacter, pasteDurationMs, planPaste } from './paste-plan.ts'
import type { KeySink } from './screen-keys.ts'
import { useTyping } from './use-typing.ts'

export interface PasteDialogProps {
  vmId: string
  client: KeySink
  onClose: () => void
}

const layoutOptions = layoutIds.map((id) => ({ value: id, label: layoutNames[id] }))

/** Types text into a screen, which has no clipboard: says before it starts what cannot be typed, and can be stopped. */
export function PasteDialog({ vmId, client, onClose }: PasteDialogProps) {
  const [text, setText] = useState('')
  const [layout, setLayout] = useState(() => recallLayout(vmId))
  const plan = planPaste(text.slice(0, maxPasteCharacters), layout)
  const typing = useTyping(client, onClose)
  const isTyping = typing.progress !== null
  const chooseLayout = (value: string) => {
    const chosen = layoutIds.find((id) => id === value)
    if (!chosen) return
    setLayout(chosen)
    rememberLayout(vmId, chosen)
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Paste as keystrokes"
      description="The text is typed key by key, as if you pressed the keys of the guest's keyboard."
      dismissible={!isTyping}
      footer={
        <>
          <Button onClick={onClose}>{isTyping ? 'Stop' : 'Cancel'}</Button>
          <Button
            variant="primary"
            pending={isTyping}
            disabledReason={plan.strokes.length === 0 ? 'There is nothing to type yet' : null}
            onClick={() => typing.start(plan.strokes)}
          >
            {plan.strokes.length === 0 ? 'Type' : `Type ${plural(plan.characterCount, 'character')}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <TextArea
          label="Text"
          mono
          autoFocus
          rows={6}
          value={text}
          maxLength={maxPasteCharacters}
          readOnly={isTyping}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          note={plan.strokes.length > 0 ? `takes about ${formatDuration(pasteDurationMs(plan))}` : undefined}
        />
        <Select
          label="Keyboard layout of the guest"
          value={layout}
          onValueChange={chooseLayout}
          options={layoutOptions}
          disabled={isTyping}
          hint="What the guest is set to, not what is on your desk."
        />
        {plan.missing.length > 0 && (
          <InlineAlert tone="warn" title={`${layoutNames[layout]} cannot type these; they are left out:`}>
            <span className="font-mono">{plan.missing.slice(0, 40).map(nameOfCharacter).join('  ')}</span>
            {plan.missing.length > 40 && ` and ${plan.missing.length - 40} more`}
          </InlineAlert>
        )}
        {typing.progress !== null && <ProgressBar label="Typed" value={typing.progress} />}
      </div>
    </Dialog>
  )
}
