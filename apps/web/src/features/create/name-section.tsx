'use client'
import { IconButton } from '@berth/ui/icon-button'
import { TextArea, TextField } from '@berth/ui/text-field'
import { Dices } from 'lucide-react'
import { plural } from '../../lib/format.ts'
import { CountStepper } from './count-stepper.tsx'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { machineNames, namesText } from './machine-names.ts'
import { suggestName } from './name-suggestion.ts'

export function NameSection() {
  const { form, change, problemAt, touch } = useCreate()
  const names = machineNames(form.name, form.count)
  return (
    <FormSection id="name" title="Name and count" description="The name is also the guest’s host name.">
      <div className="flex flex-wrap items-start gap-x-2 gap-y-3">
        <TextField
          label="Name"
          value={form.name}
          onChange={(event) => change({ name: event.target.value })}
          onBlur={() => touch('name')}
          error={problemAt('name')}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="max-w-sm min-w-48 flex-1"
        />
        <IconButton
          label="Suggest another name"
          variant="secondary"
          className="mt-6"
          onClick={() => change({ name: suggestName() })}
        >
          <Dices />
        </IconButton>
        <CountStepper />
      </div>
      {names.length > 1 && problemAt('name') === null && (
        <p className="text-ink-2 text-xs">
          {plural(names.length, 'machine')} of the same: <span className="font-medium">{namesText(names)}</span>
        </p>
      )}
      {form.path === 'advanced' && (
        <>
          <TextField
            label="Tags"
            note="optional"
            hint="Separated by commas; the list of machines filters by them."
            value={form.tags}
            onChange={(event) => change({ tags: event.target.value })}
            onBlur={() => touch('tags')}
            error={problemAt('tags')}
            className="max-w-lg"
          />
          <TextArea
            label="Description"
            note="optional"
            rows={2}
            value={form.description}
            onChange={(event) => change({ description: event.target.value })}
            className="max-w-lg"
          />
        </>
      )}
    </FormSection>
  )
}
