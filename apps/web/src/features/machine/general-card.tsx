'use client'
import { Card } from '@berth/ui/card'
import { Switch } from '@berth/ui/switch'
import { TextArea, TextField } from '@berth/ui/text-field'
import { useState } from 'react'
import { parseTags } from '../../lib/tag-text.ts'
import { AppliesNote } from './applies-note.tsx'
import type { HardwareForm } from './hardware-view.tsx'

export function GeneralCard({ vm, fields, errors, set }: HardwareForm) {
  // As typed: a comma at the end is a tag being begun, not a tag.
  const [tagText, setTagText] = useState<string | null>(null)
  return (
    <Card title="General">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          note={<AppliesNote field="name" vm={vm} />}
          hint="The guest’s own host name stays as it is."
          value={fields.name}
          onChange={(event) => set('name', event.target.value)}
          error={errors.name}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
        <TextField
          label="Tags"
          note={<AppliesNote field="tags" vm={vm} />}
          hint="Separated by commas."
          value={tagText ?? fields.tags.join(', ')}
          onChange={(event) => {
            setTagText(event.target.value)
            set('tags', parseTags(event.target.value))
          }}
          onBlur={() => setTagText(null)}
          error={errors.tags}
          autoComplete="off"
        />
        <TextArea
          label="Description"
          note={<AppliesNote field="description" vm={vm} />}
          className="sm:col-span-2"
          rows={3}
          maxLength={2_000}
          value={fields.description}
          onChange={(event) => set('description', event.target.value)}
          error={errors.description}
        />
        <Switch
          label={
            <>
              Protected against deletion{' '}
              <span className="text-ink-3 text-xs font-normal">
                <AppliesNote field="isProtected" vm={vm} />
              </span>
            </>
          }
          hint="Deleting asks to take this off first."
          className="sm:col-span-2"
          checked={fields.isProtected}
          onCheckedChange={(checked) => set('isProtected', checked)}
        />
      </div>
    </Card>
  )
}
