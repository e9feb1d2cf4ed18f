import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import { errorLine } from '../../lib/error-text.ts'
import type { HostDraft } from './host-draft.ts'

export interface AddHostFieldsProps {
  draft: HostDraft
  onChange: (draft: HostDraft) => void
  error: unknown
  /** By field, what the panel said of it. */
  problems: Readonly<Record<string, string>>
}

export function AddHostFields({ draft, onChange, error, problems }: AddHostFieldsProps) {
  const field = (name: keyof HostDraft) => ({
    value: draft[name],
    autoComplete: 'off',
    error: problems[name],
    onChange: (event: { target: { value: string } }) => onChange({ ...draft, [name]: event.target.value }),
  })
  return (
    <div className="flex flex-col gap-4">
      <TextField
        {...field('name')}
        label="Name"
        placeholder="host-b"
        maxLength={63}
        autoFocus
        spellCheck={false}
        hint="Of this host in the panel. The name of one that is offline lets that one join again, with its machines."
      />
      <details className="border-line rounded-md border px-3 py-2 text-sm">
        <summary className="text-ink-2 cursor-pointer">Address, port, folder</summary>
        <div className="flex flex-col gap-4 py-3">
          <TextField
            {...field('address')}
            label="Address"
            placeholder="the one by which it reaches the panel"
            mono
            hint="Where the panel reaches the host, if a NAT or a second network stands between."
          />
          <TextField
            {...field('port')}
            label="Port"
            placeholder="7443"
            inputMode="numeric"
            mono
            hint="TCP, of the agent."
          />
          <TextField
            {...field('folder')}
            label="Folder"
            placeholder="/opt/berth-agent"
            mono
            hint="For the agent’s program."
          />
        </div>
      </details>
      {error !== null && error !== undefined && Object.keys(problems).length === 0 && (
        <InlineAlert tone="bad">{errorLine(error)}</InlineAlert>
      )}
    </div>
  )
}
