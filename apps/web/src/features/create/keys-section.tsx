'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextArea } from '@berth/ui/text-field'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { pastedKeys } from './to-vm-spec.ts'

export function KeysSection() {
  const { form, change, savedKeys, image, problemAt, touch } = useCreate()
  const defaultUser = image?.hints.defaultUser ?? ''
  const set = (name: string, isWanted: boolean) => {
    const others = form.droppedKeys.filter((dropped) => dropped !== name)
    change({ droppedKeys: isWanted ? others : [...others, name] })
  }
  return (
    <FormSection
      id="keys"
      title="SSH keys"
      description={
        defaultUser === '' ? 'Who may sign in. First boot only.' : `Who may sign in as ${defaultUser}. First boot only.`
      }
    >
      {(image?.kind === 'iso' || image?.hints.hasCloudInit === false) && (
        <InlineAlert>
          {image.kind === 'iso'
            ? 'An installer takes no keys from here. Use the console to install.'
            : 'This image does not read keys at its first boot. Use its console.'}
        </InlineAlert>
      )}
      {savedKeys.length > 0 && (
        <div role="group" aria-label="Your keys" className="flex flex-col gap-2">
          {savedKeys.map((key) => (
            <Checkbox
              key={key.name}
              label={key.name}
              hint={<span className="font-mono">{shorten(key.publicKey)}</span>}
              checked={!form.droppedKeys.includes(key.name)}
              onCheckedChange={(isWanted) => set(key.name, isWanted)}
            />
          ))}
        </div>
      )}
      <TextArea
        label={savedKeys.length > 0 ? 'Other keys' : 'Public keys'}
        note="optional"
        hint="One a line, as in ~/.ssh/id_ed25519.pub."
        placeholder="ssh-ed25519 AAAA… you@laptop"
        value={form.extraKeys}
        onChange={(event) => change({ extraKeys: event.target.value })}
        onBlur={() => touch('extraKeys')}
        error={problemAt('extraKeys')}
        rows={2}
        mono
        spellCheck={false}
        className="max-w-2xl"
      />
      {pastedKeys(form).length > 0 && (
        <Checkbox
          label="Keep them as my keys for the next machine"
          checked={form.isKeepingKeys}
          onCheckedChange={(isKeepingKeys) => change({ isKeepingKeys })}
        />
      )}
    </FormSection>
  )
}

const shorten = (publicKey: string): string => {
  const [kind = '', body = ''] = publicKey.split(' ')
  return `${kind} …${body.slice(-16)}`
}
