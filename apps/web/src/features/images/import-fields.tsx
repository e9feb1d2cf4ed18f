'use client'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { Switch } from '@berth/ui/switch'
import { TextArea, TextField } from '@berth/ui/text-field'
import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { fileNameOf, readChecksum } from './image-checksum.ts'
import type { DraftField, ImportDraft } from './import-draft.ts'

export interface ImportFieldsProps {
  draft: ImportDraft
  onChange: (draft: ImportDraft) => void
  errors: Partial<Record<DraftField, string>>
  /** Where the distribution lists the digests of the chosen image. */
  checksumUrl: string | null
}

const firmwares = [
  { value: 'bios', label: 'BIOS' },
  { value: 'uefi', label: 'UEFI' },
] as const

export function ImportFields({ draft, onChange, errors, checksumUrl }: ImportFieldsProps) {
  const set = (change: Partial<ImportDraft>) => onChange({ ...draft, ...change })
  const reading = readChecksum(draft.checksum, fileNameOf(draft.url))
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <TextField
        label="Name"
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
        error={errors.name}
        maxLength={80}
        autoComplete="off"
      />
      <TextField
        label="Address"
        type="url"
        inputMode="url"
        placeholder="https://…/image.qcow2"
        value={draft.url}
        onChange={(event) => set({ url: event.target.value })}
        error={errors.url}
        hint="A qcow2 or raw disk image, or an ISO; which it is shows in the file. The host downloads it, so the host must reach it."
        spellCheck={false}
        autoComplete="off"
        mono
      />
      <TextArea
        label="Checksum"
        note="optional, recommended"
        rows={2}
        placeholder="SHA-256 or SHA-512, or a line of the list"
        value={draft.checksum}
        onChange={(event) => set({ checksum: event.target.value })}
        error={errors.checksum}
        hint={<ChecksumHint url={checksumUrl} fileName={fileNameOf(draft.url)} isRead={reading.kind === 'checksum'} />}
        spellCheck={false}
        mono
      />
      <details className="group">
        <summary className="text-ink-2 hover:text-ink cursor-pointer text-sm">
          What Berth assumes of it
          <span className="text-ink-3 group-open:hidden"> · {assumed(draft)}</span>
        </summary>
        <div className="mt-3 grid gap-4 sm:grid-cols-2">
          <TextField
            label="Operating system"
            value={draft.osName}
            onChange={(event) => set({ osName: event.target.value })}
            maxLength={80}
          />
          <TextField
            label="First user"
            value={draft.defaultUser}
            onChange={(event) => set({ defaultUser: event.target.value })}
            maxLength={32}
            autoCapitalize="off"
            mono
          />
          <div className="flex flex-col gap-1.5">
            <span className="text-sm font-medium">Firmware</span>
            <SegmentedControl
              label="Firmware"
              value={draft.firmware}
              onValueChange={(firmware) => set({ firmware })}
              options={firmwares}
            />
          </div>
          <Switch
            label="cloud-init"
            hint="Takes user, keys and name on its first boot"
            checked={draft.hasCloudInit}
            onCheckedChange={(hasCloudInit) => set({ hasCloudInit })}
          />
        </div>
      </details>
    </div>
  )
}

function assumed({ osName, firmware, hasCloudInit, defaultUser }: ImportDraft): string {
  const parts = [osName, firmware === 'uefi' ? 'UEFI' : 'BIOS', hasCloudInit ? 'cloud-init' : 'no cloud-init']
  return [...parts, defaultUser === '' ? '' : `user ${defaultUser}`].filter((part) => part !== '').join(', ')
}

interface ChecksumHintProps {
  url: string | null
  fileName: string | null
  isRead: boolean
}

function ChecksumHint({ url, fileName, isRead }: ChecksumHintProps): ReactNode {
  if (isRead) return 'The download is compared with it, and refused when it differs.'
  if (url === null) return 'Without it, only damage is found, not a changed file.'
  return (
    <>
      Copy the line{fileName === null ? '' : ` of ${fileName}`} from the{' '}
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        className="text-accent-ink inline-flex items-center gap-0.5 hover:underline"
      >
        published list
        <ExternalLink aria-hidden className="size-3" />
      </a>
      .
    </>
  )
}
