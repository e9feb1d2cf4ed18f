'use client'
import { StateDot } from '@berth/ui/state-dot'
import { formatBytes } from '@berth/core/units/bytes'
import type { ImageView } from '@berth/core/image/image'
import type { MouseEvent } from 'react'
import { none, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { ImageImportState, useImageLook } from './image-import-state.tsx'
import { ImageTile } from './image-tile.tsx'
import { sourceText } from './image-words.ts'

export interface ImageCardProps {
  image: ImageView
  onOpen: () => void
}

export function ImageCard({ image, onOpen }: ImageCardProps) {
  const { kind, word } = useImageLook(image)
  // A link, so that it opens in a tab of its own too; a plain click stays on this page.
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    onOpen()
  }
  return (
    <li className="group border-line bg-surface hover:border-line-control relative flex min-w-0 flex-col gap-3 rounded-lg border p-4 shadow-xs transition-colors">
      <div className="flex items-start gap-3">
        <ImageTile image={image} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-sm font-semibold">
            <a
              href={paths.image(image.imageId)}
              onClick={open}
              className="after:absolute after:inset-0 after:rounded-lg"
            >
              {image.name}
            </a>
          </h2>
          <p className="text-ink-3 truncate text-xs">{summary(image)}</p>
        </div>
        <StateDot kind={kind} label={word} className="text-ink-2 text-xs" />
      </div>
      <ImageImportState image={image} />
      <dl className="border-line-soft mt-auto grid grid-cols-3 gap-3 border-t pt-3 text-xs">
        <Fact
          name={kindNames[image.kind ?? 'unknown']}
          value={image.virtualBytes === null ? none : formatBytes(image.virtualBytes)}
        />
        <Fact name="Stored" value={image.allocatedBytes === null ? none : formatBytes(image.allocatedBytes)} />
        <Fact name="Used by" value={usedBy(image)} />
      </dl>
    </li>
  )
}

const kindNames = { disk: 'Disk', iso: 'ISO', unknown: 'Size' }

/** Of a disc, the drives that it is in: what was installed from it does not need it any more. */
const usedBy = ({ kind, vmCount, insertedVmCount }: ImageView): string => {
  const count = kind === 'iso' ? insertedVmCount : vmCount
  return count === 0 ? 'none' : plural(count, 'machine')
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-ink-3">{name}</dt>
      <dd className="truncate">{value}</dd>
    </div>
  )
}

const summary = (image: ImageView): string =>
  [image.kind === 'iso' ? 'ISO' : '', image.hints.osName, sourceText(image)]
    .filter((part) => part !== '' && part !== image.name)
    .join(' · ')
