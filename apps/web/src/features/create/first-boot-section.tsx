'use client'
import { TextArea, TextField } from '@berth/ui/text-field'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'

const note = 'first boot only'

export function FirstBootSection() {
  const { form, change, image, problemAt, touch } = useCreate()
  return (
    <FormSection id="first-boot" title="First boot" description="What cloud-init is told, once.">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="User"
          note={note}
          placeholder={image?.hints.defaultUser || 'the image’s own'}
          value={form.user}
          onChange={(event) => change({ user: event.target.value })}
          onBlur={() => touch('user')}
          error={problemAt('user')}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
        <TextField
          label="Password"
          note={note}
          hint="Kept encrypted, and not through a reload of this page."
          type="password"
          value={form.password}
          onChange={(event) => change({ password: event.target.value })}
          error={problemAt('password')}
          autoComplete="new-password"
        />
      </div>
      <TextArea
        label="User data"
        note={note}
        hint="A #cloud-config or a script; it takes the place of user, password and keys above."
        value={form.userData}
        onChange={(event) => change({ userData: event.target.value })}
        onBlur={() => touch('userData')}
        error={problemAt('userData')}
        rows={6}
        mono
        spellCheck={false}
      />
    </FormSection>
  )
}
