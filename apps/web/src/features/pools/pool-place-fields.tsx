'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { Select } from '@berth/ui/select'
import { TextField } from '@berth/ui/text-field'
import { versionOptions, type PlaceProblems, type PoolPlaceDraft } from './pool-place.ts'

export interface PoolPlaceFieldsProps {
  place: PoolPlaceDraft
  onChange: (part: Partial<PoolPlaceDraft>) => void
  problems: PlaceProblems
}

/** Chooses between a directory that hosts see already and an export that their agents mount. */
export function PoolPlaceFields({ place, onChange, problems }: PoolPlaceFieldsProps) {
  return (
    <>
      <RadioCards
        label="Where the pool lies"
        value={place.kind}
        onValueChange={(kind) => onChange({ kind })}
        options={[
          {
            value: 'directory',
            title: 'A directory that hosts see',
            description: 'NFS or a cluster file system, mounted on each of them already.',
          },
          { value: 'nfs', title: 'An NFS export', description: 'Each host mounts it, also after a restart.' },
        ]}
        className="lg:grid-cols-2"
      />
      {place.kind === 'directory' ? (
        <TextField
          label="Directory"
          placeholder="/srv/berth"
          hint="The same path on each host. It must be empty."
          value={place.path}
          onChange={(event) => onChange({ path: event.target.value.trim() })}
          error={problems.path}
          autoComplete="off"
          className="[&_input]:font-mono"
        />
      ) : (
        <NfsFields place={place} onChange={onChange} problems={problems} />
      )}
    </>
  )
}

function NfsFields({ place, onChange, problems }: PoolPlaceFieldsProps) {
  return (
    <>
      <TextField
        label="Server"
        placeholder="nas.example.org"
        hint="Its name or IP address, as the hosts reach it."
        value={place.server}
        onChange={(event) => onChange({ server: event.target.value.trim() })}
        error={problems.server}
        autoComplete="off"
        className="[&_input]:font-mono"
      />
      <TextField
        label="Exported path"
        placeholder="/srv/berth"
        hint="Empty, and exported to each host with no_root_squash."
        value={place.exportPath}
        onChange={(event) => onChange({ exportPath: event.target.value.trim() })}
        error={problems.exportPath}
        autoComplete="off"
        className="[&_input]:font-mono"
      />
      <Select
        label="NFS version"
        value={place.version}
        onValueChange={(value) => {
          const version = versionOptions.find((option) => option.value === value)?.value
          if (version !== undefined) onChange({ version })
        }}
        options={versionOptions}
      />
    </>
  )
}
