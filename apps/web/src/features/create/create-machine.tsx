'use client'
import { Button } from '@berth/ui/button'
import { PageHeader } from '@berth/ui/page-header'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { cn } from '@berth/ui/cn'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { ComputeSection } from './compute-section.tsx'
import { CreateContext } from './create-context.ts'
import { CreateRail } from './create-rail.tsx'
import { DiskSection } from './disk-section.tsx'
import { FirstBootSection } from './first-boot-section.tsx'
import { ImageSection } from './image-section.tsx'
import { KeysSection } from './keys-section.tsx'
import { keysToKeep } from './kept-keys.ts'
import { NameSection } from './name-section.tsx'
import { NetworkSection } from './network-section.tsx'
import { OptionsSection } from './options-section.tsx'
import { SectionNav } from './section-nav.tsx'
import { SizeSection } from './size-section.tsx'
import { startingForm, withWantedImage } from './starting-form.ts'
import { type FormField, toVmCreate } from './to-vm-spec.ts'
import { useCreateForm } from './use-create-form.ts'
import type { Materials } from './use-materials.ts'
import { useRoom } from './use-placement.ts'
import { useSubmitMachine } from './use-submit-machine.ts'

/** Quick and advanced: the same form, more or less of it shown. */
export function CreateMachine({ materials, imageId }: { materials: Materials; imageId: string | null }) {
  const { form, isDraft, change, forget, discard } = useCreateForm({
    fresh: (empty) => startingForm(empty, materials, imageId),
    again: (kept) => withWantedImage(kept, materials, imageId),
  })
  const [touched, setTouched] = useState<ReadonlySet<FormField>>(new Set())
  const { savedKeys } = materials
  const image = materials.images.find((candidate) => candidate.imageId === form.imageId)
  const converted = toVmCreate(form, { image, savedKeys })
  const router = useRouter()
  const submit = useSubmitMachine((made) => {
    forget()
    const [only] = made
    if (only) router.push(made.length === 1 ? paths.machine(only.vmId) : paths.machines())
  })
  const room = useRoom(converted)
  const problemAt = (field: FormField): string | null =>
    submit.refusals[field] ??
    (touched.has(field) || isNumber(field)
      ? converted.problems.find((problem) => problem.field === field)?.message
      : null) ??
    null
  const value = {
    ...materials,
    form,
    image,
    room,
    problemAt,
    change: (part: Parameters<typeof change>[0]) => {
      submit.forgetRefusals()
      change(part)
    },
    touch: (field: FormField) => setTouched((current) => new Set([...current, field])),
  }
  const create = () => {
    if (submit.isPending) return
    const inputs = converted.names.map((name) => ({ ...converted.input, name }))
    submit.submit({ inputs, keepKeys: keysToKeep(form, savedKeys) })
  }
  const startOver = () => {
    submit.forgetRefusals()
    setTouched(new Set())
    discard()
  }
  const isQuick = form.path === 'quick'
  const isSaidAtField = Object.keys(submit.refusals).length > 0
  return (
    <CreateContext value={value}>
      <PageHeader
        title="Create machine"
        crumbs={[{ label: 'Machines', href: paths.machines() }]}
        linkAs={Link}
        actions={
          <>
            {isDraft && !submit.isPending && (
              <Button variant="ghost" className="max-sm:order-last" onClick={startOver}>
                Discard draft
              </Button>
            )}
            <SegmentedControl
              label="How much to choose"
              value={form.path}
              onValueChange={(path) => change({ path })}
              options={[
                { value: 'quick', label: 'Quick' },
                { value: 'advanced', label: 'Advanced' },
              ]}
            />
          </>
        }
      />
      <div
        className={cn(
          'mt-6 grid gap-8 pb-20 md:pb-0 lg:grid-cols-[minmax(0,1fr)_19rem]',
          !isQuick && 'xl:grid-cols-[9rem_minmax(0,1fr)_19rem]',
        )}
      >
        {!isQuick && <SectionNav />}
        <div className="flex max-w-4xl min-w-0 flex-col gap-9">
          <ImageSection />
          {isQuick ? (
            <>
              <SizeSection />
              <NameSection />
              <NetworkSection />
              <KeysSection />
            </>
          ) : (
            <>
              <NameSection />
              <ComputeSection />
              <DiskSection />
              <NetworkSection />
              <KeysSection />
              <FirstBootSection />
              <OptionsSection />
            </>
          )}
        </div>
        <aside aria-label="Summary" className="lg:sticky lg:top-20 lg:self-start">
          <CreateRail
            converted={converted}
            isPending={submit.isPending}
            made={submit.made}
            refused={submit.refused}
            error={isSaidAtField ? null : submit.error}
            onCreate={create}
          />
        </aside>
      </div>
    </CreateContext>
  )
}

/** Sizes are never half typed: they say at once what is wrong. */
const isNumber = (field: FormField): boolean =>
  field === 'count' || field === 'vcpus' || field === 'memoryMiB' || field === 'diskGiB'
