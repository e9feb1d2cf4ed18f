'use client'
import { Button, type ButtonProps } from '@berth/ui/button'
import { ConfirmDialog } from '@berth/ui/confirm-dialog'
import { formatBytes } from '@berth/core/units/bytes'
import type { ImageView } from '@berth/core/image/image'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { imageDeleteRefusal } from './image-words.ts'

export interface DeleteImageProps {
  image: ImageView
  isAdmin: boolean
  onDeleted?: (() => void) | undefined
  size?: ButtonProps['size']
}

export function DeleteImage({ image, isAdmin, onDeleted, size = 'md' }: DeleteImageProps) {
  const trpc = useTRPC()
  const [isOpen, setIsOpen] = useState(false)
  const remove = useMutation(trpc.image.delete.mutationOptions({ meta: { showsError: true } }))
  const refusal = imageDeleteRefusal({ image, isAdmin })
  const change = (open: boolean) => {
    setIsOpen(open)
    remove.reset()
  }
  const done = () => {
    setIsOpen(false)
    onDeleted?.()
  }
  return (
    <>
      <Button size={size} variant="danger-ghost" onClick={() => change(true)} disabledReason={refusal}>
        <Trash2 aria-hidden />
        Delete…
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Delete ${image.name}?`}
        confirmLabel="Delete image"
        typeToConfirm={image.name}
        pending={remove.isPending}
        error={remove.error === null ? null : errorLine(remove.error)}
        disabledReason={refusal}
        onConfirm={() => remove.mutate({ imageId: image.imageId }, { onSuccess: done })}
      >
        <p className="text-ink-2 text-sm">
          Its file is removed from the host
          {image.allocatedBytes !== null && `, which frees ${formatBytes(image.allocatedBytes)}`}. This cannot be undone
          {image.sourceUrl === null ? '.' : ', but it can be imported again from its address.'}
        </p>
      </ConfirmDialog>
    </>
  )
}
