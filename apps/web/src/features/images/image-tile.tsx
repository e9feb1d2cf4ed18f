import { cn } from '@berth/ui/cn'
import type { ImageView } from '@berth/core/image/image'
import { monogram } from './image-words.ts'

export interface ImageTileProps {
  image: Pick<ImageView, 'name' | 'hints'>
  size?: 'sm' | 'md' | undefined
}

/** Two letters of the system's name; decoration beside a name. */
export function ImageTile({ image, size = 'md' }: ImageTileProps) {
  return (
    <span
      aria-hidden
      className={cn(
        'bg-accent-soft text-accent-ink grid shrink-0 place-items-center font-semibold tracking-tight',
        size === 'sm' ? 'text-2xs size-6 rounded-sm' : 'size-10 rounded-lg text-sm',
      )}
    >
      {monogram(image)}
    </span>
  )
}
