'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { RadioCards } from '@berth/ui/radio-cards'
import { formatBytes } from '@berth/core/units/bytes'
import type { ImageView } from '@berth/core/image/image'
import { Disc3 } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { useCreate } from './create-context.ts'
import { FormSection } from './form-section.tsx'
import { withImage } from './starting-form.ts'

export function ImageSection() {
  const { images, form, change, problemAt } = useCreate()
  const choose = (imageId: string) => {
    const image = images.find((candidate) => candidate.imageId === imageId)
    if (image !== undefined) change(withImage(form, image))
    // Whoever chooses here means it more than the link that brought him: a reload keeps the choice.
    if (window.location.search !== '') window.history.replaceState(null, '', paths.newMachine())
  }
  const problem = problemAt('imageId')
  // One that failed is the images page's matter; here it shows only where it was chosen while it was still good.
  const offered = images.filter(({ imageId, state }) => state !== 'failed' || imageId === form.imageId)
  return (
    <FormSection
      id="image"
      title="Image"
      description="The disk that the machine starts with a copy of, or the ISO that a system is installed from."
    >
      {offered.length === 0 ? (
        <NoImages />
      ) : (
        <RadioCards
          label="Image"
          value={form.imageId}
          onValueChange={choose}
          options={usableFirst(offered).map((image) => ({
            value: image.imageId,
            title: image.name,
            description: describe(image),
            icon: <Disc3 aria-hidden />,
            disabledReason: image.state === 'ready' ? null : stateReasons[image.state],
          }))}
          className="xl:grid-cols-3"
        />
      )}
      {problem !== null && (
        <p role="alert" className="text-bad-ink text-xs">
          {problem}
        </p>
      )}
    </FormSection>
  )
}

const order = { ready: 0, importing: 1, failed: 2, deleting: 3 }

/** What can be chosen comes first; within that, the newest. */
const usableFirst = (images: readonly ImageView[]): readonly ImageView[] =>
  images.toSorted((a, b) => order[a.state] - order[b.state])

const stateReasons = {
  importing: 'It is still being imported',
  failed: 'It was not imported to its end',
  deleting: 'It is being deleted',
}

function describe({ kind, hints, virtualBytes }: ImageView): string {
  const size = virtualBytes === null ? [] : [`${formatBytes(virtualBytes)} ${kind === 'iso' ? 'ISO' : 'disk'}`]
  const memory = hints.minMemoryBytes > 0 ? [`from ${formatBytes(hints.minMemoryBytes)} memory`] : []
  return [hints.osName || 'Operating system not told', ...size, ...memory].join(' · ')
}

function NoImages() {
  return (
    <EmptyState
      icon={<Disc3 aria-hidden />}
      title="No images yet"
      action={
        <Button asChild variant="primary">
          <Link href={paths.images()}>Go to images</Link>
        </Button>
      }
      className="border-line rounded-lg border border-dashed"
    >
      A machine starts from an image. Import one first; what is typed here is kept.
    </EmptyState>
  )
}
